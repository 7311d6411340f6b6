//! `gauntlet replay`: a stored case, sent again.

use super::run::{client, facilitator, hold, outcome_of, own_chain, salt, unreadable, with_controls};
use crate::args::ReplayArgs;
use crate::failure::Failure;
use crate::{output, settings};
use gauntlet_engine::payment::TIMEOUT_SECONDS;
use gauntlet_engine::search::Budget;
use gauntlet_engine::trial::{ChainSource, TrialConfig};
use gauntlet_engine::{KnownIssues, TargetSpec, checks_with, select};
use gauntlet_probe::{Role, Shop};
use gauntlet_report::record::Record;
use gauntlet_report::{CheckReport, ExitCode, Outcome, clock};
use std::path::Path;
use std::time::Duration;

/// An authorization that is replayed must be good for this long still, or the check would run into its end.
const MARGIN_SECONDS: u64 = 60;

pub(crate) async fn run(args: ReplayArgs, _color: bool) -> Result<ExitCode, Failure> {
    let (record, old) = stored(&args.case)?;
    let started = &record.started;
    let recorded_role: Role = started.target.role.parse().map_err(Failure::usage)?;
    let role = args.role.unwrap_or(recorded_role);
    let buyer = started.target.client.as_deref().map(|path| client(Path::new(path))).transpose()?;
    let checks = checks_with(role, buyer.as_ref());
    let checks = select::select(checks, std::slice::from_ref(&old.check), &[])?;
    let shop = Shop::of_arguments(&started.target.routes).map_err(Failure::usage)?;
    let target = match &args.target {
        None if !started.target.command.is_empty() => {
            TargetSpec::command(started.target.command.clone(), Some(role), shop)?
        }
        spec => TargetSpec::parse(spec.as_deref().unwrap_or(&started.target.spec), Some(role), shop)?,
    };
    let facilitator = facilitator(started.target.facilitator.as_deref().unwrap_or("double:facilitator"))?;
    let network = settings::network(&started.network)?;
    // A target that has been named anew need not be on the chain of the run.
    let recorded = started.target.rpc_url.as_ref().filter(|_| args.target.is_none());
    let chain = match args.rpc_url.as_ref().or(recorded) {
        Some(url) => ChainSource::Attached { rpc_url: url.clone() },
        None => own_chain(&target, args.anvil.as_deref(), args.quiet).await?,
    };
    let (run, folder) = settings::run_folder(args.out.as_deref(), started.seed);
    let (run, folder) = match args.out {
        Some(_) => (run, folder),
        None => (format!("{run}-replay"), folder.with_file_name(format!("{run}-replay"))),
    };
    let salt = salt(&chain, &run);
    let window = window(&old, &salt);
    if let Err(why) = &window {
        output::remark(&format!("signed anew: {why}"));
    }
    let held = hold(
        TrialConfig {
            target,
            facilitator,
            client: started.target.client.as_ref().map(Into::into),
            facilitator_port: None,
            network,
            chain,
            profile: started.profile,
            seed: started.seed,
            jobs: 1,
            budget: Budget::default(),
            timeout: Duration::from_secs(args.timeout),
            checks: with_controls(checks, role),
            folder,
            run,
            known: KnownIssues::default(),
            now: window.as_ref().ok().copied(),
            salt,
            command: std::env::args().collect(),
            tee: None,
        },
        args.quiet,
    )
    .await?;
    let bytes = if window.is_ok() { "the same bytes" } else { "signed anew" };
    Ok(match outcome_of(&held, &old.check) {
        None | Some((_, Outcome::HarnessError)) => {
            told("ERROR", "the case could not be sent", ExitCode::Harness)
        }
        Some((new, _)) => verdict(&old, new, bytes),
    })
}

fn verdict(old: &CheckReport, new: &CheckReport, bytes: &str) -> ExitCode {
    let fingerprint = |report: &CheckReport| {
        let mut kinds: Vec<&str> = report.findings.iter().map(|finding| finding.kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        (report.outcome, kinds.join(","))
    };
    let (before, after) = (fingerprint(old), fingerprint(new));
    let text = format!("{}: {} before, {} now ({bytes})", old.check, before.0, after.0);
    if before == after {
        let code = match after.0 {
            Outcome::Fail => ExitCode::Failure,
            Outcome::Inconclusive => ExitCode::Inconclusive,
            _ => ExitCode::Success,
        };
        return told("SAME", &text, code);
    }
    match after.0 {
        Outcome::Pass | Outcome::NotApplicable => told("FIXED", &text, ExitCode::Success),
        Outcome::Warn if before.0 > Outcome::Warn => told("CHANGED", &text, ExitCode::Success),
        Outcome::Inconclusive => told("CHANGED", &text, ExitCode::Inconclusive),
        _ => told("CHANGED", &format!("{text}; {} before, {} now", before.1, after.1), ExitCode::Failure),
    }
}

fn told(word: &str, text: &str, code: ExitCode) -> ExitCode {
    output::result(&format!("{word}  {text}"));
    code
}

/// The run and the report of a case `RUN/CHECK`.
fn stored(case: &str) -> Result<(Record, CheckReport), Failure> {
    let Some((run, check)) = case.rsplit_once('/') else {
        return Err(Failure::usage(format!("{case:?} is no case"))
            .with_help("write RUN/CHECK, as a failure prints it"));
    };
    let record = Record::read(Path::new(run)).map_err(|error| unreadable(&error))?;
    let Some(report) = record.check(check).cloned() else {
        let ids = record.checks.iter().map(|report| report.check.as_str());
        let near = select::closest(check, ids).map(|id| format!(" (did you mean {id}?)")).unwrap_or_default();
        return Err(Failure::usage(format!("the run in {run} has no check {check:?}{near}")));
    };
    Ok((record, report))
}

/// The time from which the windows of the old case were counted, when they are still open.
fn window(old: &CheckReport, salt: &str) -> Result<u64, String> {
    if !salt.is_empty() {
        return Err("the chain remembers the accounts of the run, so others are used".into());
    }
    if old.now + TIMEOUT_SECONDS < clock::unix_seconds() + MARGIN_SECONDS {
        return Err(format!("the authorizations of {} have passed", clock::rfc3339(old.now * 1000)));
    }
    Ok(old.now)
}

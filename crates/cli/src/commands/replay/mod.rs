//! `gauntlet replay`: a stored case, sent again.

mod stored;

use super::run::{client, facilitator, hold, own_chain, salt, with_controls};
use crate::args::ReplayArgs;
use crate::failure::Failure;
use crate::{output, settings};
use gauntlet_engine::payment::TIMEOUT_SECONDS;
use gauntlet_engine::search::Budget;
use gauntlet_engine::trial::{ChainSource, TrialConfig};
use gauntlet_engine::{KnownIssues, TargetSpec, checks_with};
use gauntlet_probe::{Role, Shop};
use gauntlet_report::{ExitCode, clock};
use std::path::Path;
use std::time::Duration;
use stored::{Stored, Verdict};

/// An authorization that is replayed must be good for this long still, or the check would run into its end.
const MARGIN_SECONDS: u64 = 60;

pub(crate) async fn run(args: ReplayArgs, _color: bool) -> Result<ExitCode, Failure> {
    let stored = Stored::find(&args.case)?;
    let started = &stored.record.started;
    let recorded_role: Role = started.target.role.parse().map_err(Failure::usage)?;
    let role = args.role.unwrap_or(recorded_role);
    let buyer = started.target.client.as_deref().map(|path| client(Path::new(path))).transpose()?;
    let checks = stored.checks(checks_with(role, buyer.as_ref()))?;
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
    let window = window(stored.now(), &salt);
    if let Err(why) = &window {
        output::remark(&format!("signed anew: {why}"));
    }
    let dialect = started.target.dialect.as_deref().filter(|_| !matches!(target, TargetSpec::Manifest(..)));
    let speaker = settings::speaker(&target, dialect)?;
    let held = hold(
        TrialConfig {
            target,
            speaker,
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
            nginx: None,
            command: std::env::args().collect(),
            tee: None,
        },
        args.quiet,
    )
    .await?;
    let bytes = if window.is_ok() { "the same bytes" } else { "signed anew" };
    Ok(match stored.compare(&held.record) {
        Some(Verdict { word, text, code }) => {
            output::result(&format!("{word}  {text} ({bytes})"));
            code
        }
        None => {
            output::result("ERROR  the case could not be sent");
            ExitCode::Harness
        }
    })
}

/// The time from which the windows of the old case were counted, when they are still open.
fn window(now: u64, salt: &str) -> Result<u64, String> {
    if !salt.is_empty() {
        return Err("the chain remembers the accounts of the run, so others are used".into());
    }
    if now + TIMEOUT_SECONDS < clock::unix_seconds() + MARGIN_SECONDS {
        return Err(format!("the authorizations of {} have passed", clock::rfc3339(now * 1000)));
    }
    Ok(now)
}

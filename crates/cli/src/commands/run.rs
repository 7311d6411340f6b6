//! `gauntlet run`: the trial of one target.

use crate::args::{Format, RunArgs};
use crate::failure::Failure;
use crate::{interrupt, output, progress, settings};
use gauntlet_engine::trial::{ChainSource, Held, Trial, TrialConfig, TrialError};
use gauntlet_engine::{Check, KnownIssues, TargetSpec, checks_of, select};
use gauntlet_probe::{Role, Shop};
use gauntlet_report::render::{self, Style};
use gauntlet_report::{ExitCode, Outcome, clock};
use std::path::Path;
use std::time::Duration;

pub(crate) async fn run(args: RunArgs, color: bool) -> Result<ExitCode, Failure> {
    let target = target(&args)?;
    let checks = select::select(checks_of(target.role()), &args.select, &args.exclude)?;
    if checks.is_empty() {
        output::result("NOTHING RAN  no check is left of the selection");
        return Ok(ExitCode::NothingRan);
    }
    let facilitator = facilitator(&args.facilitator)?;
    let known = known_issues(args.known.as_deref(), &target)?;
    let network = settings::network(&args.chain.network)?;
    if args.dry_run {
        return Ok(dry_run(&checks));
    }
    let chain = match &args.rpc_url {
        Some(url) => ChainSource::Attached { rpc_url: url.clone() },
        None => own_chain(&target, args.chain.anvil.as_deref(), args.quiet).await?,
    };
    let seed = args.seed.unwrap_or_else(settings::draw_seed);
    let role = target.role();
    let (run, folder) = settings::run_folder(args.out.as_deref(), seed);
    let held = hold(
        TrialConfig {
            target,
            facilitator,
            facilitator_port: args.facilitator_port,
            network,
            salt: salt(&chain, &run),
            chain,
            profile: args.profile.into(),
            seed,
            jobs: usize::from(args.jobs),
            timeout: Duration::from_secs(args.timeout),
            checks: with_controls(checks, role),
            folder,
            run,
            known,
            now: None,
            command: std::env::args().collect(),
            tee: (args.format == Format::Ndjson)
                .then(|| Box::new(output::RecordLines) as Box<dyn std::io::Write + Send>),
        },
        args.quiet,
    )
    .await?;
    show(&held, args.format, color);
    Ok(held.summary.exit)
}

/// Holds a trial and writes its reports, whatever came of it.
pub(super) async fn hold(config: TrialConfig, quiet: bool) -> Result<Held, Failure> {
    let folder = config.folder.clone();
    let held = Trial::hold(config, progress::watcher(quiet), interrupt::watch()).await?;
    write_reports(&held, &folder)?;
    if !quiet {
        output::remark(&format!("record and reports: {}", folder.display()));
    }
    Ok(held)
}

fn write_reports(held: &Held, folder: &Path) -> Result<(), Failure> {
    let junit = render::junit(&held.record).map_err(|error| Failure::harness(error.to_string()))?;
    output::to_file(&folder.join("report.json"), &output::json(&held.record))?;
    output::to_file(&folder.join("junit.xml"), &junit)?;
    output::to_file(&folder.join("report.txt"), &render::human(&held.record, &Style::PLAIN))
}

pub(super) fn show(held: &Held, format: Format, color: bool) {
    match format {
        Format::Human => {
            output::result(&render::human(&held.record, &Style { color, width: settings::width() }));
        }
        Format::Json => output::result(&output::json(&held.record)),
        // The lines have been written as they came.
        Format::Ndjson => {}
    }
}

fn target(args: &RunArgs) -> Result<TargetSpec, Failure> {
    let shop = Shop::of_arguments(&args.routes).map_err(Failure::usage)?;
    let target = match &args.target {
        Some(target) => TargetSpec::parse(target, args.role, shop)?,
        None => TargetSpec::command(args.command.clone(), args.role, shop)?,
    };
    known_placeholders(&target)?;
    Ok(target)
}

/// The facilitator behind a server.
pub(super) fn facilitator(name: &str) -> Result<TargetSpec, Failure> {
    let target = TargetSpec::parse(name, Some(Role::Facilitator), Shop::default())?;
    known_placeholders(&target)?;
    Ok(target)
}

fn known_placeholders(target: &TargetSpec) -> Result<(), Failure> {
    if let TargetSpec::Manifest(manifest, _) = target {
        manifest.check_placeholders(gauntlet_engine::trial::placeholder_names())?;
    }
    Ok(())
}

/// A target that runs already has its own idea of the chain: ours would be another one.
pub(super) async fn own_chain(
    target: &TargetSpec,
    anvil: Option<&Path>,
    quiet: bool,
) -> Result<ChainSource, Failure> {
    if target.runs_already() {
        return Err(Failure::usage("a target that runs already settles on a chain of its own, which must be judged too")
            .with_help(
                "start a chain with `gauntlet chain up`, point the target at its RPC URL, and give the same URL here \
                 with --rpc-url",
            ));
    }
    let binary = settings::anvil(anvil, quiet).await?;
    Ok(ChainSource::Own { anvil: binary, cache: settings::cache()? })
}

/// A chain that outlives the run remembers the accounts of earlier ones.
pub(super) fn salt(chain: &ChainSource, run: &str) -> String {
    match chain {
        ChainSource::Own { .. } => String::new(),
        // Two runs of one seed may begin in the same second, and then have the same id.
        ChainSource::Attached { .. } => format!("/{run}/{}/{}", clock::unix_millis(), std::process::id()),
    }
}

fn known_issues(path: Option<&Path>, target: &TargetSpec) -> Result<KnownIssues, Failure> {
    let named = match target {
        TargetSpec::Manifest(manifest, _) => manifest.known_issues.as_deref(),
        _ => None,
    };
    let Some(path) = path.or(named) else {
        return Ok(KnownIssues::default());
    };
    let all = checks_of(target.role());
    let ids: Vec<&str> = all.iter().map(|check| check.id.as_str()).collect();
    Ok(KnownIssues::load(path, &ids)?)
}

/// The selected checks and the positive controls without which they mean nothing.
pub(super) fn with_controls(selected: Vec<Check>, role: Role) -> Vec<Check> {
    let needed = |control: &Check| {
        selected.iter().any(|check| check.version == control.version || check.version.is_none())
            && !selected.iter().any(|check| check.id == control.id)
    };
    let mut checks: Vec<Check> = checks_of(role)
        .into_iter()
        .filter(|check| check.lane == gauntlet_engine::Lane::Control)
        .filter(needed)
        .collect();
    checks.extend(selected);
    checks
}

fn dry_run(checks: &[Check]) -> ExitCode {
    let lines: Vec<String> = checks.iter().map(|check| format!("{}  {}", check.id, check.title)).collect();
    output::result(&lines.join("\n"));
    output::remark(&format!("{} checks would run", checks.len()));
    ExitCode::Success
}

/// Whether anything in a run deserves a look, for commands that say so in a word.
pub(super) fn outcome_of<'a>(
    held: &'a Held,
    check: &str,
) -> Option<(&'a gauntlet_report::CheckReport, Outcome)> {
    held.record.check(check).map(|report| (report, report.outcome))
}

/// The error of a run that cannot be read.
pub(super) fn unreadable(error: &gauntlet_report::record::RecordError) -> Failure {
    Failure::usage(error.to_string())
}

impl From<gauntlet_report::record::RecordError> for Failure {
    fn from(error: gauntlet_report::record::RecordError) -> Self {
        Self::from(TrialError::from(error))
    }
}

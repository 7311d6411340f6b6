//! `gauntlet run`: the trial of one target.

use super::keep;
use super::known::Updating;
use crate::args::{Format, RunArgs};
use crate::failure::Failure;
use crate::{interrupt, output, progress, reports, settings};
use gauntlet_engine::scenario::Scenario;
use gauntlet_engine::search::Budget;
use gauntlet_engine::trial::{ChainSource, Held, Trial, TrialConfig, TrialError};
use gauntlet_engine::{Check, KnownIssues, Lane, TargetSpec, checks_of, checks_with, select};
use gauntlet_probe::{Manifest, Role, Shop, Speaker};
use gauntlet_report::render::{self, Style};
use gauntlet_report::{ExitCode, Record, clock};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub(crate) async fn run(args: RunArgs, color: bool) -> Result<ExitCode, Failure> {
    let targets = targets(&args)?;
    let mut plans = Vec::new();
    for target in targets {
        plans.push(plan(&args, target)?);
    }
    if plans.iter().all(|plan| plan.checks.is_empty()) {
        output::result("NOTHING RAN  no check is left of the selection");
        return Ok(ExitCode::NothingRan);
    }
    if args.dry_run {
        return Ok(dry_run(&plans));
    }
    check_reports(&args, plans.len())?;
    let updating = updating(&args, &plans)?;
    let seed = args.seed.unwrap_or_else(settings::draw_seed);
    let (run, folder) = settings::run_folder(args.out.as_deref(), seed);
    if let [_] = plans.as_slice() {
        let plan = plans.remove(0);
        let known = plan.known.clone();
        let held = one(&args, plan, seed, run, folder).await?;
        if let Some(updating) = updating {
            updating.write(&held, &known)?;
        }
        args.reports.write_with_step(&held.record, settings::step_summary().as_deref())?;
        if !args.reports.take_stdout() {
            show(&held, args.format, color);
        }
        return Ok(held.summary.exit);
    }
    side_by_side(&args, plans, seed, &run, &folder, color).await
}

/// Reports that could not be written are found before anything starts.
fn check_reports(args: &RunArgs, targets: usize) -> Result<(), Failure> {
    if targets > 1 && args.reports.any() {
        return Err(Failure::usage("several targets cannot have one report").with_help(
            "each has a folder of its own below the folder of the run: `gauntlet report FOLDER --html PATH`",
        ));
    }
    if args.format == Format::Ndjson && args.reports.take_stdout() {
        return Err(Failure::usage("a report and --format ndjson cannot both go to stdout"));
    }
    args.reports.check()
}

/// What `--update-known` asks for; what would keep it from being done is found before anything starts.
fn updating(args: &RunArgs, plans: &[Plan]) -> Result<Option<Updating>, Failure> {
    let Some(also) = &args.update_known else { return Ok(None) };
    let [plan] = plans else {
        return Err(Failure::usage("--update-known takes one target at a time")
            .with_help("each target has a known-issues file of its own: run them one by one"));
    };
    Updating::new(known_path(args.known.as_deref(), &plan.target), &plan.known, also).map(Some)
}

/// The trials of two targets, one after the other, with one seed: the run before and the run after, each in a folder of
/// its own. Fewer when the user stopped them.
pub(super) async fn pair(args: &RunArgs, seed: u64, run: &str, folder: &Path) -> Result<Vec<Held>, Failure> {
    let mut plans = Vec::new();
    for name in &args.target {
        let shop = Shop::of_arguments(&args.routes).map_err(Failure::usage)?;
        let target = TargetSpec::parse(name, args.role, shop)?;
        known_placeholders(&target)?;
        plans.push(plan(args, target)?);
    }
    let mut roles = plans.iter().map(|plan| plan.target.role());
    if let (Some(a), Some(b)) = (roles.next(), roles.next())
        && a != b
    {
        return Err(Failure::usage(format!("a {a} and a {b} have no rule in common")));
    }
    let mut all: Vec<Held> = Vec::new();
    for (plan, name) in plans.into_iter().zip(["before", "after"]) {
        all.push(one(args, plan, seed, run.to_owned(), folder.join(name)).await?);
        if all.last().is_some_and(|held| held.summary.exit == ExitCode::Interrupted) {
            break;
        }
    }
    Ok(all)
}

/// What is tried with which checks.
struct Plan {
    target: TargetSpec,
    speaker: Option<Arc<Speaker>>,
    facilitator: TargetSpec,
    known: KnownIssues,
    network: &'static gauntlet_chain::Profile,
    checks: Vec<Check>,
    /// Scenarios of the user's own, which the run keeps for a replay.
    own: Vec<&'static Scenario>,
}

/// Everything that can be wrong with a command line is found before anything starts.
fn plan(args: &RunArgs, target: TargetSpec) -> Result<Plan, Failure> {
    let client = args.client.as_deref().map(client).transpose()?;
    let (files, mut wanted): (Vec<String>, Vec<String>) =
        args.select.iter().cloned().partition(|select| Path::new(select).exists());
    let scenarios = scenarios(&files, target.role())?;
    let own: Vec<Check> = scenarios.iter().flat_map(|scenario| scenario.checks(client.as_ref())).collect();
    wanted.extend(own.iter().map(|check| check.id.clone()));
    let mut checks = checks_with(target.role(), client.as_ref());
    // A file that is named is played as it is on disk, also when one of its id is compiled in.
    checks.retain(|check| own.iter().all(|other| other.id != check.id));
    checks.extend(own);
    let speaker = settings::speaker(&target, args.dialect.as_deref())?;
    let dialect = speaker.as_ref().map(|speaker| speaker.dialect.name.as_str());
    checks.retain(|check| gauntlet_engine::dialect::is_about(&check.id, dialect));
    let known = known_issues(args.known.as_deref(), &target, &checks, args.update_known.is_some())?;
    let checks = searched(args, select::select(checks, &wanted, &args.exclude)?)?;
    Ok(Plan {
        known,
        facilitator: facilitator(&args.facilitator)?,
        network: settings::network(&args.chain.network)?,
        target,
        speaker,
        checks,
        own: scenarios,
    })
}

/// The scenarios in files and folders.
fn scenarios(files: &[String], role: Role) -> Result<Vec<&'static Scenario>, Failure> {
    let paths: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
    let found = gauntlet_engine::scenario::files::read(&paths, role)?;
    for path in &found.left_out {
        output::remark(&format!("left out: {} tries another role than the target's", path.display()));
    }
    if found.scenarios.is_empty() && !files.is_empty() {
        return Err(Failure::usage(format!("no scenario in {} tries a {role}", files.join(", "))));
    }
    Ok(found.scenarios)
}

fn budget(args: &RunArgs) -> Budget {
    Budget { cases: args.cases, max_time: args.max_time.map(Duration::from_secs), first_only: false }
}

/// Without a number of cases nothing is searched; who selected nothing but searches has to name one.
fn searched(args: &RunArgs, checks: Vec<Check>) -> Result<Vec<Check>, Failure> {
    if args.cases > 0 {
        return Ok(checks);
    }
    let (searching, rest): (Vec<Check>, Vec<Check>) =
        checks.into_iter().partition(|check| check.lane == Lane::Search);
    match (searching.first(), rest.is_empty()) {
        (Some(check), true) => {
            Err(Failure::usage(format!("{} searches, and is told how far by --cases", check.id))
                .with_help("for example: --cases 500"))
        }
        _ => Ok(rest),
    }
}

/// The trial of one target.
async fn one(args: &RunArgs, plan: Plan, seed: u64, run: String, folder: PathBuf) -> Result<Held, Failure> {
    let Plan { target, speaker, facilitator, known, network, checks, own } = plan;
    let chain = match &args.rpc_url {
        Some(url) => ChainSource::Attached { rpc_url: url.clone() },
        None => own_chain(&target, args.chain.anvil.as_deref(), args.quiet).await?,
    };
    let role = target.role();
    let config = TrialConfig {
        target,
        speaker,
        facilitator,
        facilitator_port: args.facilitator_port,
        network,
        salt: salt(&chain, &run),
        chain,
        profile: args.profile.into(),
        seed,
        jobs: usize::from(args.jobs),
        budget: budget(args),
        timeout: Duration::from_secs(args.timeout),
        checks: with_controls(checks, role),
        client: args.client.clone(),
        folder,
        run,
        known,
        now: None,
        nginx: None,
        command: std::env::args().collect(),
        tee: (args.format == Format::Ndjson)
            .then(|| Box::new(output::RecordLines) as Box<dyn std::io::Write + Send>),
    };
    let folder = config.folder.clone();
    let held = hold(config, args.quiet).await?;
    keep::scenarios(&folder, &own)?;
    Ok(held)
}

/// Several targets, one after the other, in one grid.
async fn side_by_side(
    args: &RunArgs,
    plans: Vec<Plan>,
    seed: u64,
    run: &str,
    folder: &Path,
    color: bool,
) -> Result<ExitCode, Failure> {
    let mut all: Vec<Held> = Vec::new();
    for plan in plans {
        let place = folder.join(folder_name(&plan.target.name()));
        let held = one(args, plan, seed, run.to_owned(), place).await?;
        args.reports.write_with_step(&held.record, settings::step_summary().as_deref())?;
        all.push(held);
        if all.last().is_some_and(|held| held.summary.exit == ExitCode::Interrupted) {
            break;
        }
    }
    let records: Vec<&Record> = all.iter().map(|held| &held.record).collect();
    let document = format!("{:#}\n", render::grid_json(&records));
    output::to_file(&folder.join("grid.json"), &document)?;
    output::to_text_file(&folder.join("grid.txt"), &render::grid(&records, &Style::PLAIN))?;
    match args.format {
        Format::Human => output::result(&render::grid(&records, &Style { color, width: settings::width() })),
        Format::Json => output::result(document.trim_end()),
        Format::Ndjson => {}
    }
    Ok(all.iter().map(|held| held.summary.exit).fold(ExitCode::Success, ExitCode::worse))
}

/// A target's name as the name of a folder.
fn folder_name(target: &str) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+');
    target.chars().map(|c| if kept(c) { c } else { '-' }).collect()
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
    output::to_file(&folder.join("report.json"), &output::json(&held.record))?;
    output::to_file(&folder.join("junit.xml"), &reports::junit(&held.record)?)?;
    output::to_text_file(&folder.join("report.txt"), &render::human(&held.record, &Style::PLAIN))
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

fn targets(args: &RunArgs) -> Result<Vec<TargetSpec>, Failure> {
    let shop = || Shop::of_arguments(&args.routes).map_err(Failure::usage);
    if args.target.is_empty() {
        return Ok(vec![TargetSpec::command(args.command.clone(), args.role, shop()?)?]);
    }
    let mut targets: Vec<TargetSpec> = Vec::new();
    for name in &args.target {
        let target = TargetSpec::parse(name, args.role, shop()?)?;
        known_placeholders(&target)?;
        if targets.iter().any(|other| other.name() == target.name()) {
            return Err(Failure::usage(format!("two targets are called {}", target.name()))
                .with_help("give each a name of its own, or run them one by one"));
        }
        targets.push(target);
    }
    Ok(targets)
}

/// The facilitator behind a server.
pub(super) fn facilitator(name: &str) -> Result<TargetSpec, Failure> {
    let target = TargetSpec::parse(name, Some(Role::Facilitator), Shop::default())?;
    known_placeholders(&target)?;
    Ok(target)
}

/// Our client double, by its name.
const OWN_CLIENT: &str = "double:client";

/// The client that buys in the flows, and that the checks of clients are about.
pub(super) fn client(path: &Path) -> Result<Arc<Manifest>, Failure> {
    let manifest = match path.to_str().and_then(|text| text.strip_prefix(OWN_CLIENT)) {
        Some(mutant) => super::pay::manifest(mutant.strip_prefix('+'))?,
        None => Manifest::load(path)?,
    };
    if manifest.role != Role::Client {
        let what = format!("{} describes a {}, not a client", path.display(), manifest.role);
        return Err(Failure::usage(what).with_help("a client's manifest has role = \"client\""));
    }
    manifest.check_placeholders(gauntlet_engine::scenario::client::PLACEHOLDERS.iter().copied())?;
    Ok(Arc::new(manifest))
}

pub(super) fn known_placeholders(target: &TargetSpec) -> Result<(), Failure> {
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
    must_be_ours(target)?;
    let binary = settings::anvil(anvil, quiet).await?;
    Ok(ChainSource::Own { anvil: binary, cache: settings::cache()? })
}

/// Refuses a target that runs already, where no chain is named.
pub(super) fn must_be_ours(target: &TargetSpec) -> Result<(), Failure> {
    if target.runs_already() {
        return Err(Failure::usage("a target that runs already settles on a chain of its own, which must be judged too")
            .with_help(
                "start a chain with `gauntlet chain up`, point the target at its RPC URL, and give the same URL here \
                 with --rpc-url",
            ));
    }
    Ok(())
}

/// A chain that outlives the run remembers the accounts of earlier ones.
pub(super) fn salt(chain: &ChainSource, run: &str) -> String {
    match chain {
        ChainSource::Own { .. } => String::new(),
        // Two runs of one seed may begin in the same second, and then have the same id.
        ChainSource::Attached { .. } => format!("/{run}/{}/{}", clock::unix_millis(), std::process::id()),
    }
}

/// The known issues of a target. With `is_updated` a file that is not there yet is an empty one.
pub(super) fn known_issues(
    path: Option<&Path>,
    target: &TargetSpec,
    checks: &[Check],
    is_updated: bool,
) -> Result<KnownIssues, Failure> {
    let Some(path) = known_path(path, target) else {
        return Ok(KnownIssues::default());
    };
    let version = match target {
        TargetSpec::Manifest(manifest, _) => manifest.version.clone(),
        _ => None,
    };
    let known = if is_updated && !path.exists() {
        KnownIssues { path: path.to_owned(), ..KnownIssues::default() }
    } else {
        let ids: Vec<&str> = checks.iter().map(|check| check.id.as_str()).collect();
        KnownIssues::load(path, &ids)?
    };
    Ok(known.of_target(target.name(), version))
}

/// The known-issues file: the one of the command line, or the one that the manifest names.
fn known_path<'a>(path: Option<&'a Path>, target: &'a TargetSpec) -> Option<&'a Path> {
    path.or(match target {
        TargetSpec::Manifest(manifest, _) => manifest.known_issues.as_deref(),
        _ => None,
    })
}

/// The selected checks and the positive controls without which they mean nothing.
pub(super) fn with_controls(selected: Vec<Check>, role: Role) -> Vec<Check> {
    let needed = |control: &Check| {
        selected.iter().any(|check| check.version == control.version || check.version.is_none())
            && !selected.iter().any(|check| check.id == control.id)
    };
    let mut checks: Vec<Check> =
        checks_of(role).into_iter().filter(|check| check.lane == Lane::Control).filter(needed).collect();
    checks.extend(selected);
    checks
}

fn dry_run(plans: &[Plan]) -> ExitCode {
    let mut lines: Vec<String> = Vec::new();
    for plan in plans {
        if plans.len() > 1 {
            lines.push(format!("{}:", plan.target.name()));
        }
        lines.extend(plan.checks.iter().map(|check| format!("{}  {}", check.id, check.title)));
    }
    output::result(&lines.join("\n"));
    let total: usize = plans.iter().map(|plan| plan.checks.len()).sum();
    output::remark(&format!("{total} checks would run"));
    ExitCode::Success
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

//! `gauntlet load` with `--against`, `--baseline`, `--save` or `--rounds`.

use super::{exit, json, told, write};
use crate::args::LoadArgs;
use crate::failure::Failure;
use crate::{interrupt, output};
use gauntlet_engine::TargetSpec;
use gauntlet_load::compare::{self, Baseline, BaselineError, Comparison, comparable};
use gauntlet_load::conduct::sketch;
use gauntlet_load::plan::SignatureKind;
use gauntlet_load::rounds::{Rounds, hold_rounds};
use gauntlet_load::{LoadConfig, LoadReport, Watcher, render};
use gauntlet_probe::Shop;
use gauntlet_report::ExitCode;
use gauntlet_report::render::Style;
use serde_json::json;

/// How often a plan is run when its runs are compared: fewer do not show how much runs of one target differ.
const ROUNDS: u32 = 3;

/// Whether there is more to do than one run.
pub(super) fn wants_rounds(args: &LoadArgs) -> bool {
    args.against.is_some()
        || args.against_ecdsa
        || args.baseline.is_some()
        || args.save.is_some()
        || args.rounds.is_some()
}

/// The baseline of the command line. What cannot be compared is refused before anything starts.
pub(super) fn baseline(args: &LoadArgs, config: &LoadConfig) -> Result<Option<Baseline>, Failure> {
    let Some(path) = &args.baseline else { return Ok(None) };
    let baseline = Baseline::load(path)?;
    if let Some(first) = baseline.reports.first() {
        comparable(first, &sketch(config)).map_err(|differences| {
            let what =
                format!("{} was made under other conditions: {}", path.display(), differences.join("; "));
            Failure::usage(what).with_help("make a new one with --save, under the conditions of this run")
        })?;
    }
    Ok(Some(baseline))
}

/// Runs the plan several times, and compares.
pub(super) async fn rounds(
    args: &LoadArgs,
    config: &LoadConfig,
    baseline: Option<Baseline>,
    watcher: Box<dyn Watcher>,
    color: bool,
) -> Result<ExitCode, Failure> {
    let against = match args.against.as_deref() {
        Some(name) => Some(against(name, args, config)?),
        None if args.against_ecdsa => Some(with_ecdsa(config)?),
        None => None,
    };
    let rounds = args.rounds.unwrap_or(ROUNDS);
    let held = hold_rounds(config, against.as_ref(), rounds, watcher.as_ref(), interrupt::watch()).await?;
    drop(watcher);
    let mut worst = ExitCode::Success;
    for report in held.all() {
        worst = worst.worse(exit(report));
    }
    write_all(config, &held)?;
    let comparison = match (&baseline, held.b.is_empty()) {
        _ if worst == ExitCode::Interrupted => None,
        (Some(baseline), _) => Some(compare::compare(&baseline.reports, &held.a, config.seed)),
        (None, false) if args.against_ecdsa => {
            Some(compare::compare_signatures(&held.b, &held.a, config.seed))
        }
        // The target of the command line is what is judged, and the other one what it is compared with.
        (None, false) => Some(compare::compare(&held.b, &held.a, config.seed)),
        (None, true) => None,
    };
    let document = json(&json!({ "runs": held.all().collect::<Vec<_>>(), "comparison": comparison }))?;
    output::to_file(&config.folder.join("rounds.json"), &format!("{document}\n"))?;
    let rendered = if args.against_ecdsa { compare::ratio } else { compare::human };
    told(args.format, color, |style| human(&held, comparison.as_ref(), rendered, style), &document);
    if let Some(path) = &args.save
        && worst != ExitCode::Interrupted
    {
        Baseline::save(path, &held.a)?;
        output::remark(&format!("saved for --baseline: {}", path.display()));
    }
    if !args.quiet {
        output::remark(&format!("records and reports: {}", config.folder.display()));
    }
    if args.against_ecdsa {
        // Which way of paying costs more is no verdict on the target, only whether it could be told is.
        let is_told = comparison.is_some_and(|comparison| comparison.exit() != ExitCode::Inconclusive);
        return Ok(if is_told { worst } else { worst.worse(ExitCode::Inconclusive) });
    }
    Ok(worst.worse(comparison.map_or(ExitCode::Success, |comparison| comparison.exit())))
}

/// The same run of another target.
fn against(name: &str, args: &LoadArgs, config: &LoadConfig) -> Result<LoadConfig, Failure> {
    let shop = Shop::of_arguments(&args.routes).map_err(Failure::usage)?;
    let target = TargetSpec::parse(name, Some(config.target.role()), shop)?;
    crate::commands::run::known_placeholders(&target)?;
    if args.rpc_url.is_none() {
        crate::commands::run::must_be_ours(&target)?;
    }
    Ok(LoadConfig { target, ..config.clone() })
}

/// The same run with payments as they are signed today.
fn with_ecdsa(config: &LoadConfig) -> Result<LoadConfig, Failure> {
    let mut config = config.clone();
    if config.plan.payments.signature == SignatureKind::Ecdsa {
        let what = format!("the payments of {} are signed by ECDSA already", config.plan.name);
        return Err(Failure::usage(what).with_help("try the plan post-quantum"));
    }
    config.plan.payments.signature = SignatureKind::Ecdsa;
    Ok(config)
}

fn write_all(config: &LoadConfig, held: &Rounds) -> Result<(), Failure> {
    let is_one = held.a.len() == 1 && held.b.is_empty() && !config.folder.join("a-1").exists();
    for (name, reports) in [("a", &held.a), ("b", &held.b)] {
        for (report, round) in reports.iter().zip(1..) {
            let folder =
                if is_one { config.folder.clone() } else { config.folder.join(format!("{name}-{round}")) };
            write(report, &folder)?;
        }
    }
    Ok(())
}

/// Each run in short, and the comparison.
fn human(
    held: &Rounds,
    comparison: Option<&Comparison>,
    rendered: fn(&Comparison, &Style) -> String,
    style: &Style,
) -> String {
    let mut text: Vec<String> = held.all().map(|report: &LoadReport| render::short(report, style)).collect();
    text.extend(comparison.map(|comparison| format!("\n{}", rendered(comparison, style))));
    text.join("\n")
}

impl From<BaselineError> for Failure {
    fn from(error: BaselineError) -> Self {
        Self::usage(error.to_string())
    }
}

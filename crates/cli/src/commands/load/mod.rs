//! `gauntlet load`: load on one target, and whether the books still balance.

mod compare;
mod config;
mod limit;
mod merge;

pub(crate) use merge::merge;

use crate::args::{LoadArgs, LoadFormat};
use crate::failure::Failure;
use crate::{interrupt, output, progress, settings};
use gauntlet_load::{LoadError, LoadReport, Plan, render};
use gauntlet_report::ExitCode;
use gauntlet_report::render::Style;
use serde::Serialize;
use std::path::Path;

pub(crate) async fn run(args: LoadArgs, color: bool) -> Result<ExitCode, Failure> {
    if args.plans {
        output::result(&render::plans(Plan::built_ins()));
        return Ok(ExitCode::Success);
    }
    check_reports(&args)?;
    let config = config::config(&args).await?;
    let baseline = compare::baseline(&args, &config)?;
    if !args.quiet {
        output::remark(&format!("plan {} · seed {}", config.plan.name, config.seed));
    }
    let watcher = progress::load(args.quiet);
    if args.find_limit {
        return limit::find_limit(&args, &config, watcher, color).await;
    }
    if compare::wants_rounds(&args) {
        return compare::rounds(&args, &config, baseline, watcher, color).await;
    }
    let report = gauntlet_load::hold(&config, watcher.as_ref(), interrupt::watch()).await?;
    drop(watcher);
    write(&report, &config.folder)?;
    args.reports.write(&report)?;
    if !args.reports.take_stdout() {
        told(args.format, color, |style| render::human(&report, style), &json(&report)?);
    }
    if !args.quiet {
        output::remark(&format!("record and reports: {}", config.folder.display()));
    }
    Ok(exit(&report))
}

/// Reports that could not be written are found before anything starts.
fn check_reports(args: &LoadArgs) -> Result<(), Failure> {
    if compare::wants_rounds(args) && args.reports.any() {
        return Err(Failure::usage("several runs cannot have one report").with_help(
            "each has a folder of its own below that of the run: `gauntlet report FOLDER/a-1 --html PATH`",
        ));
    }
    args.reports.check()
}

/// The process that makes the load.
pub(crate) async fn worker() -> Result<ExitCode, Failure> {
    let done = gauntlet_load::worker::run().await;
    done.map_err(|error| {
        Failure::harness(format!("nobody to make load for: {error}"))
            .with_help("this is a part of `gauntlet load`, which starts it by itself")
    })?;
    Ok(ExitCode::Success)
}

/// Writes the reports of a run beside its record.
fn write(report: &LoadReport, folder: &Path) -> Result<(), Failure> {
    output::to_text_file(&folder.join("report.txt"), &render::human(report, &Style::PLAIN))?;
    output::to_file(&folder.join("series.csv"), &render::series(report))
}

/// Writes a result to stdout.
fn told(format: LoadFormat, color: bool, human: impl FnOnce(&Style) -> String, json: &str) {
    match format {
        LoadFormat::Human => output::result(&human(&Style { color, width: settings::width() })),
        LoadFormat::Json => output::result(json),
    }
}

fn json(result: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(result).map_err(|error| Failure::harness(error.to_string()))
}

fn exit(report: &LoadReport) -> ExitCode {
    ExitCode::from_number(report.verdict.exit).unwrap_or(ExitCode::Harness)
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        match &error {
            LoadError::Exists(_) | LoadError::Plan(_) => Self::usage(error.to_string()),
            _ => Self::harness(error.to_string()),
        }
    }
}

//! `gauntlet report`: a run, rendered again.

use crate::args::{Format, ReportArgs};
use crate::failure::Failure;
use crate::load_reports::LoadReportFiles;
use crate::stored::Stored;
use crate::{output, settings};
use gauntlet_load::limit::{self, Limit};
use gauntlet_load::{LoadReport, render as load_render};
use gauntlet_report::ExitCode;
use gauntlet_report::record::Record;
use gauntlet_report::render::{self, Style};
use gauntlet_report::summary::Summary;
use serde::Serialize;

pub(crate) fn run(args: &ReportArgs, color: bool) -> Result<ExitCode, Failure> {
    args.reports.check()?;
    let style = Style { color, width: settings::width() };
    match Stored::read(&args.run)? {
        Stored::Trial(record) => trial(args, &record, &style),
        Stored::Report(_) => Err(Failure::usage(format!("{} is a report already", args.run.display()))
            .with_help("name the folder of the run or its run.ndjson: reports are rendered from the record")),
        Stored::Load(reports) => match reports.as_slice() {
            [report] => load(args, report, &style),
            _ => Err(Failure::usage(format!("{} holds several load runs", args.run.display()))
                .with_help("name one of them, such as its folder a-1")),
        },
        Stored::Limit(limit) => search(args, &limit, &style),
    }
}

fn trial(args: &ReportArgs, record: &Record, style: &Style) -> Result<ExitCode, Failure> {
    args.reports.write(record)?;
    if !args.reports.any() {
        output::result(&match args.format {
            Format::Human => render::human(record, style),
            Format::Json | Format::Ndjson => output::json(record),
        });
    }
    // The run is over; its exit code is what it was, so that a pipeline may render and judge in one step.
    Ok(Summary::of(record).exit)
}

fn load(args: &ReportArgs, report: &LoadReport, style: &Style) -> Result<ExitCode, Failure> {
    let files = LoadReportFiles::of(&args.reports)?;
    files.write(report)?;
    if !files.any() {
        shown(args.format, || load_render::human(report, style), report)?;
    }
    Ok(ExitCode::from_number(report.verdict.exit).unwrap_or(ExitCode::Harness))
}

fn search(args: &ReportArgs, limit: &Limit, style: &Style) -> Result<ExitCode, Failure> {
    let files = LoadReportFiles::of(&args.reports)?;
    files.write_limit(limit)?;
    if !files.any() {
        shown(args.format, || limit::human(limit, style), limit)?;
    }
    Ok(ExitCode::from_number(limit.exit).unwrap_or(ExitCode::Harness))
}

fn shown(format: Format, human: impl FnOnce() -> String, document: &impl Serialize) -> Result<(), Failure> {
    match format {
        Format::Human => output::result(&human()),
        Format::Json | Format::Ndjson => {
            let text = serde_json::to_string_pretty(document)
                .map_err(|error| Failure::harness(error.to_string()))?;
            output::result(&text);
        }
    }
    Ok(())
}

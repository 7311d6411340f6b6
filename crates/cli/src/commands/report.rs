//! `gauntlet report`: a run, rendered again.

use super::run::unreadable;
use crate::args::{Format, ReportArgs};
use crate::failure::Failure;
use crate::{output, settings};
use gauntlet_report::ExitCode;
use gauntlet_report::record::Record;
use gauntlet_report::render::{self, Style};
use gauntlet_report::summary::Summary;

pub(crate) fn run(args: &ReportArgs, color: bool) -> Result<ExitCode, Failure> {
    args.reports.check()?;
    let record = Record::read(&args.run).map_err(|error| unreadable(&error))?;
    args.reports.write(&record)?;
    if !args.reports.any() {
        output::result(&match args.format {
            Format::Human => render::human(&record, &Style { color, width: settings::width() }),
            Format::Json | Format::Ndjson => output::json(&record),
        });
    }
    // The run is over; its exit code is what it was, so that a pipeline may render and judge in one step.
    Ok(Summary::of(&record).exit)
}

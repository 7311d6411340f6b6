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
    let record = Record::read(&args.run).map_err(|error| unreadable(&error))?;
    if let Some(path) = &args.json {
        output::to_file(path, &output::json(&record))?;
    }
    if let Some(path) = &args.junit {
        let junit = render::junit(&record).map_err(|error| Failure::harness(error.to_string()))?;
        output::to_file(path, &junit)?;
    }
    if args.json.is_none() && args.junit.is_none() {
        output::result(&match args.format {
            Format::Human => render::human(&record, &Style { color, width: settings::width() }),
            Format::Json | Format::Ndjson => output::json(&record),
        });
    }
    // The run is over; its exit code is what it was, so that a pipeline may render and judge in one step.
    Ok(Summary::of(&record).exit)
}

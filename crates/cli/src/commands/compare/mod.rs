//! `gauntlet compare`: two runs, before and after; or two targets, tried one after the other.

mod args;

pub(crate) use args::CompareArgs;

use super::run;
use crate::args::Format;
use crate::failure::Failure;
use crate::reports::{check_places, write_with_step};
use crate::stored::Stored;
use crate::{output, settings};
use gauntlet_load::compare::{RunsCompared, compare_runs, runs_human, runs_markdown};
use gauntlet_report::compare::{CompareError, Comparison, Side, compare};
use gauntlet_report::render::{self, Style, comparison::LIMIT, comparison::comparison_markdown_within};
use gauntlet_report::{ExitCode, Record};
use serde_json::{Value, json};
use std::path::Path;

/// What came of two runs.
enum Compared {
    Trials(Box<Comparison>),
    Loads(Box<RunsCompared>),
}

pub(crate) async fn run(args: CompareArgs, color: bool) -> Result<ExitCode, Failure> {
    if args.format == Format::Ndjson && args.takes_stdout() {
        return Err(Failure::usage("a report and --format ndjson cannot both go to stdout"));
    }
    check_places(&args.md.as_deref().map(|md| ("--md", md)).into_iter().collect::<Vec<_>>())?;
    let compared = match (args.target.as_slice(), args.runs.as_slice()) {
        ([], [a, b]) => stored(&args, Path::new(a), Path::new(b))?,
        ([], _) => {
            return Err(Failure::usage("two runs are compared: the one before and the one after").with_help(
                "gauntlet compare BEFORE AFTER, or gauntlet compare --target ONE --target OTHER [SELECT]…",
            ));
        }
        ([_, _], _) => match targets(&args).await? {
            Some(compared) => compared,
            None => return Ok(ExitCode::Interrupted),
        },
        (targets, _) => {
            return Err(Failure::usage(format!("two targets are compared, and here is {}", targets.len())));
        }
    };
    compared.show(&args, color)
}

/// Two runs that are over.
fn stored(args: &CompareArgs, a: &Path, b: &Path) -> Result<Compared, Failure> {
    match (Stored::read(a)?, Stored::read(b)?) {
        (Stored::Load(a), Stored::Load(b)) => {
            // The draws are the same for the same runs.
            let seed = b.first().map_or(0, |report| report.seed);
            Ok(Compared::Loads(Box::new(compare_runs(&a, &b, seed, args.tolerance)?)))
        }
        (before, after) => match (side(&before), side(&after)) {
            (Some(a), Some(b)) => Ok(Compared::Trials(Box::new(compare(&a, &b)?))),
            _ => {
                let what = format!(
                    "{} is {}, {} is {}: these are not compared",
                    a.display(),
                    before.what(),
                    b.display(),
                    after.what()
                );
                Err(Failure::usage(what).with_help("name two trials, or two load runs"))
            }
        },
    }
}

fn side(stored: &Stored) -> Option<Side> {
    match stored {
        Stored::Trial(record) => Some(Side::from(&**record)),
        Stored::Report(side) => Some((**side).clone()),
        Stored::Load(_) | Stored::Limit(_) => None,
    }
}

/// Two targets, tried one after the other with one seed; nothing when the user stopped it.
async fn targets(args: &CompareArgs) -> Result<Option<Compared>, Failure> {
    let seed = args.seed.unwrap_or_else(settings::draw_seed);
    let (run, folder) = settings::run_folder(args.out.as_deref(), seed);
    let held = run::pair(&args.trial(seed), seed, &run, &folder).await?;
    let records: Vec<&Record> = held.iter().map(|held| &held.record).collect();
    let [a, b] = records.as_slice() else { return Ok(None) };
    if b.finished.as_ref().is_some_and(|finished| finished.interrupted) {
        return Ok(None);
    }
    Ok(Some(Compared::Trials(Box::new(compare(&Side::from(*a), &Side::from(*b))?))))
}

impl Compared {
    fn show(&self, args: &CompareArgs, color: bool) -> Result<ExitCode, Failure> {
        write_with_step(args.md.as_deref(), settings::step_summary().as_deref(), |room| match self {
            Self::Trials(compared) => comparison_markdown_within(compared, room.min(LIMIT)),
            Self::Loads(compared) => runs_markdown(compared),
        })?;
        if !args.takes_stdout() {
            match args.format {
                Format::Human => output::result(&self.human(&Style { color, width: settings::width() })),
                Format::Json => output::result(&format!("{:#}", self.document()?)),
                Format::Ndjson => output::result(&lines(self.document()?)),
            }
        }
        Ok(ExitCode::from_number(self.exit()).unwrap_or(ExitCode::Harness))
    }

    fn exit(&self) -> u8 {
        match self {
            Self::Trials(compared) => compared.exit,
            Self::Loads(compared) => compared.exit,
        }
    }

    fn human(&self, style: &Style) -> String {
        match self {
            Self::Trials(compared) => render::comparison(compared, style),
            Self::Loads(compared) => runs_human(compared, style),
        }
    }

    fn document(&self) -> Result<Value, Failure> {
        let document = match self {
            Self::Trials(compared) => serde_json::to_value(compared),
            Self::Loads(compared) => serde_json::to_value(compared),
        };
        document.map_err(|error| Failure::harness(error.to_string()))
    }
}

/// A line for each change, and at the end one for all the rest.
fn lines(mut document: Value) -> String {
    let changes =
        document.as_object_mut().and_then(|members| members.shift_remove("changes")).unwrap_or_default();
    let tagged = |event: &str, mut value: Value| {
        if let Some(members) = value.as_object_mut() {
            members.insert("event".to_owned(), json!(event));
        }
        value.to_string()
    };
    let changes = changes.as_array().cloned().unwrap_or_default();
    let mut lines: Vec<String> = changes.into_iter().map(|change| tagged("change", change)).collect();
    lines.push(tagged("compared", document));
    lines.join("\n")
}

impl From<CompareError> for Failure {
    fn from(error: CompareError) -> Self {
        Self::usage(error.to_string())
    }
}

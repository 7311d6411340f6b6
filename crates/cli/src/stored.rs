//! What a path holds: the record or the report of a trial, load runs, or the search for a limit.

use crate::failure::Failure;
use gauntlet_load::compare::Baseline;
use gauntlet_load::limit::{self, Limit};
use gauntlet_load::{LoadReport, conduct, result};
use gauntlet_report::compare::Side;
use gauntlet_report::{Record, file as files, record};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};

/// What a path holds.
pub(crate) enum Stored {
    /// The record of a trial.
    Trial(Box<Record>),
    /// The JSON report of a trial, without its record.
    Report(Box<Side>),
    /// Load runs: one, or the rounds of one target.
    Load(Vec<LoadReport>),
    /// A search for the highest rate.
    Limit(Box<Limit>),
}

/// As much as tells one document from the others.
#[derive(Deserialize)]
struct Head {
    schema: Option<u32>,
    checks: Option<serde::de::IgnoredAny>,
    measured: Option<serde::de::IgnoredAny>,
    reports: Option<serde::de::IgnoredAny>,
    steps: Option<serde::de::IgnoredAny>,
}

const HELP: &str = "name the folder of a run, its run.ndjson or report.json, or of a load run its folder, its load.json or \
                    what --save wrote";

impl Stored {
    /// Reads what is there.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        if path.is_dir() { folder(path) } else { file(path) }
    }

    /// For people.
    pub(crate) const fn what(&self) -> &'static str {
        match self {
            Self::Trial(_) | Self::Report(_) => "a trial",
            Self::Load(_) => "a load run",
            Self::Limit(_) => "a search for the highest rate",
        }
    }
}

fn folder(path: &Path) -> Result<Stored, Failure> {
    for name in [record::FILE_NAME, conduct::REPORT, limit::REPORT] {
        if path.join(name).exists() {
            return file(&path.join(name));
        }
    }
    let rounds = rounds(path)?;
    if !rounds.is_empty() {
        return Ok(Stored::Load(rounds));
    }
    let why = if path.join(conduct::ANSWERS).exists() {
        "this load run has no report: it was killed before its end, so that nothing can be said of it"
    } else {
        "no run is in this folder"
    };
    Err(Failure::usage(format!("{}: {why}", path.display())).with_help(HELP))
}

/// The rounds of one target, as `--rounds` and `--save` leave them.
fn rounds(path: &Path) -> Result<Vec<LoadReport>, Failure> {
    let of = |side: &str| -> Vec<PathBuf> {
        let places = (1..).map(|round| path.join(format!("{side}-{round}")).join(conduct::REPORT));
        places.take_while(|place| place.exists()).collect()
    };
    if !of("b").is_empty() {
        let what = format!("{} holds the runs of two targets", path.display());
        return Err(Failure::usage(what).with_help("name one run of each: the folders a-1 and b-1"));
    }
    of("a").iter().map(|place| load(place, &text(place)?)).collect()
}

fn text(path: &Path) -> Result<String, Failure> {
    files::recorded_text(path)
        .map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())).with_help(HELP))
}

fn file(path: &Path) -> Result<Stored, Failure> {
    // A record has a document a line, also when it has but one line.
    let is_record = path.extension().is_some_and(|extension| extension == "ndjson");
    let text = if is_record { String::new() } else { text(path)? };
    let Ok(head) = serde_json::from_str::<Head>(&text) else {
        let record = Record::read(path).map_err(|error| Failure::usage(error.to_string()).with_help(HELP))?;
        return Ok(Stored::Trial(Box::new(record)));
    };
    if head.checks.is_some() {
        let side = Side::of_json(&text).map_err(|error| broken(path, &error.to_string()))?;
        return Ok(Stored::Report(Box::new(side)));
    }
    if head.measured.is_some() {
        return Ok(Stored::Load(vec![load(path, &text)?]));
    }
    if head.reports.is_some() {
        return Ok(Stored::Load(Baseline::load(path)?.reports));
    }
    if head.steps.is_some() {
        return Ok(Stored::Limit(Box::new(parsed(path, &text)?)));
    }
    // A record with one line only has an event and no more.
    let record = Record::read(path).map_err(|error| Failure::usage(error.to_string()).with_help(HELP))?;
    Ok(Stored::Trial(Box::new(record)))
}

fn load(path: &Path, text: &str) -> Result<LoadReport, Failure> {
    let head: Head = parsed(path, text)?;
    if head.schema.is_some_and(|schema| schema > result::SCHEMA) {
        let what = format!(
            "it has schema {}, and this Gauntlet reads up to {}",
            head.schema.unwrap_or_default(),
            result::SCHEMA
        );
        return Err(broken(path, &what));
    }
    parsed(path, text)
}

fn parsed<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|error| broken(path, &error.to_string()))
}

fn broken(path: &Path, why: &str) -> Failure {
    Failure::usage(format!("{}: {why}", path.display())).with_help(HELP)
}

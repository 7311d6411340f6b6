//! The grid: every check of the run, by topic, as a letter in a colour and as a row of a table.

use super::failures::anchor;
use crate::render::{story, verdict};
use crate::summary::group;
use crate::{CheckReport, Outcome, Record, text};
use std::collections::BTreeMap;

/// Letter, class of the style sheet, and meaning. The letters say all that the colours say.
pub(super) const LEGEND: [(&str, &str, &str); 8] = [
    ("F", "fail", "failed"),
    ("E", "harness-error", "harness error: our own fault"),
    ("?", "inconclusive", "inconclusive: it could not be told"),
    ("…", "inconclusive", "not finished"),
    ("W", "warn", "warned"),
    ("K", "known", "known issue"),
    ("P", "pass", "passed"),
    ("–", "not-applicable", "not applicable"),
];

/// The checks of one group.
pub(super) struct Topic {
    pub(super) name: String,
    /// `12 passed, 1 failed`.
    pub(super) counts: String,
    pub(super) cells: Vec<Cell>,
}

/// One check.
pub(super) struct Cell {
    pub(super) letter: &'static str,
    pub(super) class: &'static str,
    pub(super) word: &'static str,
    pub(super) check: String,
    pub(super) title: String,
    pub(super) took: String,
    /// Where it is told whole.
    pub(super) anchor: Option<String>,
}

pub(super) fn topics(record: &Record) -> Vec<Topic> {
    let mut groups: BTreeMap<&str, Vec<Cell>> = BTreeMap::new();
    for report in &record.checks {
        groups.entry(report.group()).or_default().push(cell(record, report));
    }
    for check in &record.started_checks {
        groups.entry(group(check)).or_default().push(unfinished(check));
    }
    let topics = groups.into_iter().map(|(name, mut cells)| {
        cells.sort_by(|a, b| a.check.cmp(&b.check));
        Topic { name: story::field(name), counts: counts(&cells), cells }
    });
    topics.collect()
}

fn cell(record: &Record, report: &CheckReport) -> Cell {
    let (letter, class, word) = match report.outcome {
        _ if report.is_known() => ("K", "known", "known"),
        Outcome::Pass => ("P", "pass", "pass"),
        Outcome::Fail => ("F", "fail", "fail"),
        Outcome::Warn => ("W", "warn", "warn"),
        Outcome::Inconclusive => ("?", "inconclusive", "inconclusive"),
        Outcome::HarnessError => ("E", "harness-error", "harness error"),
        Outcome::NotApplicable => ("–", "not-applicable", "not applicable"),
    };
    Cell {
        letter,
        class,
        word,
        check: story::field(&report.check),
        title: story::field(&report.title),
        took: text::millis(report.took_ms),
        anchor: anchor(record, report),
    }
}

fn unfinished(check: &str) -> Cell {
    Cell {
        letter: "…",
        class: "inconclusive",
        word: "not finished",
        check: story::field(check),
        title: String::new(),
        took: String::new(),
        anchor: None,
    }
}

fn counts(cells: &[Cell]) -> String {
    let counts = LEGEND.map(|(letter, _, meaning)| {
        let word = meaning.split(':').next().unwrap_or(meaning);
        (cells.iter().filter(|cell| cell.letter == letter).count(), word)
    });
    verdict::said(&counts)
}

//! Several targets side by side: checks by targets.
//!
//! A group of checks that all pass everywhere is one line; every other check has a line of its own, so that nothing
//! red hides in a sum.

use super::style::{Paint, Style};
use crate::summary::group;
use crate::text::{count, escape};
use crate::{CheckReport, Outcome, Record, Summary};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What one check came to at one target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    /// An outcome that no known issue covers.
    Plain(Outcome),
    /// A known issue, whatever its outcome.
    Known(Outcome),
    /// It was not run there.
    Absent,
}

impl Cell {
    fn of(record: &Record, check: &str) -> Self {
        match record.check(check) {
            Some(report) if report.is_known() => Self::Known(report.outcome),
            Some(report) => Self::Plain(report.outcome),
            None => Self::Absent,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Plain(Outcome::Pass) => "pass",
            Self::Plain(Outcome::Fail) => "FAIL",
            Self::Plain(Outcome::Warn) => "warn",
            Self::Plain(Outcome::Inconclusive) => "doubt",
            Self::Plain(Outcome::HarnessError) => "ERROR",
            Self::Plain(Outcome::NotApplicable) => "n/a",
            Self::Known(Outcome::Fail) => "known fail",
            Self::Known(Outcome::Warn) => "known warn",
            Self::Known(_) => "known",
            Self::Absent => "-",
        }
    }

    const fn paint(self) -> Paint {
        match self {
            Self::Plain(Outcome::Pass) => Paint::Good,
            Self::Plain(Outcome::Fail | Outcome::HarnessError) => Paint::Bad,
            Self::Plain(Outcome::Inconclusive) => Paint::Doubt,
            Self::Plain(Outcome::Warn) => Paint::Warning,
            Self::Plain(Outcome::NotApplicable) | Self::Known(_) | Self::Absent => Paint::Label,
        }
    }

    const fn is_pass(self) -> bool {
        matches!(self, Self::Plain(Outcome::Pass))
    }
}

/// Every check of any of the runs, by id.
fn checks<'a>(records: &[&'a Record]) -> Vec<&'a str> {
    let ids: BTreeSet<&str> =
        records.iter().flat_map(|record| &record.checks).map(|report| report.check.as_str()).collect();
    ids.into_iter().collect()
}

fn groups<'a>(ids: &[&'a str]) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for id in ids {
        match groups.last_mut().filter(|(name, _)| *name == group(id)) {
            Some((_, members)) => members.push(id),
            None => groups.push((group(id), vec![id])),
        }
    }
    groups
}

/// Renders runs of several targets as one grid for a terminal.
#[must_use]
pub fn grid(records: &[&Record], style: &Style) -> String {
    let style = *style;
    let names: Vec<String> = records.iter().map(|record| escape(&record.started.target.name)).collect();
    let widths: Vec<usize> = names.iter().map(|name| name.chars().count().max(10)).collect();
    let ids = checks(records);
    let left = ids.iter().map(|id| id.len()).max().unwrap_or_default().max(12);
    let mut lines = vec![line(&style.paint(Paint::Strong, "check"), 5, left, &names, &widths)];
    for (name, members) in groups(&ids) {
        let cells = |id: &str| records.iter().map(|record| Cell::of(record, id)).collect::<Vec<_>>();
        if members.len() > 1 && members.iter().all(|id| cells(id).iter().all(|cell| cell.is_pass())) {
            let text = format!("{name}.* ({})", members.len());
            let all = vec![Cell::Plain(Outcome::Pass); records.len()];
            lines.push(row(&text, left, &all, &widths, style));
            continue;
        }
        lines.extend(members.iter().map(|id| row(id, left, &cells(id), &widths, style)));
    }
    lines.push(String::new());
    for (record, name) in records.iter().zip(&names) {
        lines.push(format!("{name}: {}", sum(record)));
    }
    lines.join("\n") + "\n"
}

fn row(name: &str, left: usize, cells: &[Cell], widths: &[usize], style: Style) -> String {
    let texts: Vec<String> = cells.iter().map(|cell| cell.word().to_owned()).collect();
    let painted: Vec<String> = cells
        .iter()
        .zip(&texts)
        .zip(widths)
        .map(|((cell, text), width)| style.paint(cell.paint(), &format!("{text:<width$}")))
        .collect();
    format!("{name:<left$}  {}", painted.join("  ")).trim_end().to_owned()
}

fn line(first: &str, shown: usize, left: usize, cells: &[String], widths: &[usize]) -> String {
    let padded: Vec<String> =
        cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
    let gap = " ".repeat(left.saturating_sub(shown));
    format!("{first}{gap}  {}", padded.join("  ")).trim_end().to_owned()
}

/// A run in one line.
fn sum(record: &Record) -> String {
    let summary = Summary::of(record);
    let version = record.started.target.version.as_deref().map(|v| format!("{} · ", escape(v)));
    if let Some(reason) = record.finished.as_ref().and_then(|finished| finished.inconclusive.as_deref()) {
        return format!("{}NOT SCORED: {}", version.unwrap_or_default(), escape(reason));
    }
    let counts = summary.counts;
    let parts = [
        (counts.pass, "passed"),
        (counts.fail, "failed"),
        (counts.warn, "warned"),
        (counts.inconclusive, "inconclusive"),
        (counts.known, "known"),
        (counts.not_applicable, "not applicable"),
        (counts.harness_error, "harness errors"),
    ];
    let told: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    format!("{}{}: {}", version.unwrap_or_default(), count(counts.total, "check"), told.join(", "))
}

/// The same grid as one JSON document.
#[must_use]
pub fn grid_json(records: &[&Record]) -> Value {
    let target = |record: &&Record| {
        let summary = Summary::of(record);
        json!({
            "target": record.started.target.name,
            "role": record.started.target.role,
            "version": record.started.target.version,
            "run": record.started.run,
            "seed": record.started.seed,
            "facilitator": record.started.target.facilitator,
            "counts": summary.counts,
            "unexpected": summary.unexpected,
            "stale": summary.stale,
            "exit": summary.exit.number(),
        })
    };
    let cell = |report: &CheckReport| {
        let kinds: Vec<&str> = report.findings.iter().map(|finding| finding.kind.as_str()).collect();
        json!({ "outcome": report.outcome, "known": report.is_known(), "kinds": kinds, "reason": report.reason })
    };
    let rows: Vec<Value> = checks(records)
        .into_iter()
        .map(|id| {
            let cells: serde_json::Map<String, Value> = records
                .iter()
                .filter_map(|record| Some((record.started.target.name.clone(), cell(record.check(id)?))))
                .collect();
            json!({ "check": id, "targets": cells })
        })
        .collect();
    json!({ "targets": records.iter().map(target).collect::<Vec<_>>(), "checks": rows })
}

//! The run as TAP 14: a test point a check, then one for everything that is wrong with the run as a whole.
//!
//! TAP has no doubt: what could not be told is not ok. A known issue is a TODO, what does not apply a SKIP, and a run
//! that our own fault has ended bails out. The plan has every check that was selected, so that a reader misses those that
//! never began.

use super::story::{self, Story, story};
use super::verdict;
use crate::summary::UNFINISHED;
use crate::text::shorten;
use crate::{CheckReport, Outcome, Record, Severity, Summary, redact};
use serde_json::Value;
use std::fmt::Write as _;

/// Violations of one check that are told.
const VIOLATIONS: usize = 10;
/// Characters of a description or of a directive's reason.
const LINE: usize = 300;

/// Renders a run, finished or not.
#[must_use]
pub fn tap(record: &Record) -> String {
    let record = &*redact::shown(record);
    let summary = Summary::of(record);
    let mut checks: Vec<&CheckReport> = record.checks.iter().collect();
    checks.sort_by(|a, b| a.check.cmp(&b.check));
    let mut points: Vec<String> = checks.iter().map(|report| point(record, report)).collect();
    points.extend(record.started_checks.iter().map(|check| unfinished(check)));
    let ended = points.len();
    for fault in verdict::faults(record, &summary) {
        let details = [("outcome", text(fault.kind)), ("reason", text(&fault.message))];
        points.push(format!("not ok {{}} - {}\n{}", fault.name, yaml(&details)));
    }

    let missing = verdict::selected(record).saturating_sub(ended);
    let mut tap = format!("TAP version 14\n1..{}\n", points.len() + missing);
    let _ = writeln!(tap, "# gauntlet {}", line(&verdict::subject(record)));
    let _ = writeln!(tap, "# {}", line(&verdict::score(record, &summary)));
    for (index, point) in points.iter().enumerate() {
        // The checks that never began have the numbers before those of the run as a whole.
        let number = if index < ended { index + 1 } else { index + 1 + missing };
        tap.push_str(&point.replacen("{}", &number.to_string(), 1));
    }
    if let Some(error) = record.finished.as_ref().and_then(|finished| finished.harness_error.as_deref()) {
        let _ = writeln!(tap, "Bail out! {}", line(error));
    }
    tap
}

/// One check, with `{}` for its number.
fn point(record: &Record, report: &CheckReport) -> String {
    let (ok, directive) = match (&report.known, report.outcome) {
        (Some(known), _) if report.is_known() => {
            let link = known.link.as_deref().map(|link| format!(" ({link})")).unwrap_or_default();
            (false, format!(" # TODO known issue: {}", line(&format!("{}{link}", known.reason))))
        }
        (_, Outcome::NotApplicable) => {
            let reason = report.reason.as_deref().unwrap_or("not applicable");
            (true, format!(" # SKIP {}", line(reason)))
        }
        (_, outcome) => (matches!(outcome, Outcome::Pass | Outcome::Warn), String::new()),
    };
    let status = if ok { "ok" } else { "not ok" };
    let name = format!("{}: {}", report.check, report.title);
    let details = match report.outcome {
        Outcome::Pass | Outcome::NotApplicable => String::new(),
        _ => diagnostics(record, report),
    };
    format!("{status} {{}} - {}{directive}\n{details}", line(&name))
}

fn unfinished(check: &str) -> String {
    let details = [("outcome", text(Outcome::Inconclusive.word())), ("reason", text(UNFINISHED))];
    format!("not ok {{}} - {}\n{}", line(check), yaml(&details))
}

/// A text that is no directive and no number, on one line.
fn line(text: &str) -> String {
    let shown = shorten(&story::field(text), LINE);
    shown.replace('\\', "\\\\").replace('#', "\\#").trim().to_owned()
}

// --- YAML -----------------------------------------------------------------------------------------------------------

fn diagnostics(record: &Record, report: &CheckReport) -> String {
    let mut details = vec![
        ("outcome", text(report.outcome.word())),
        ("level", text(&report.level.to_string())),
        ("risk", text(&report.risk)),
    ];
    details.extend(report.reason.as_deref().map(|reason| ("reason", text(reason))));
    details.push(("replay", Value::from(story::again(report))));
    let mut block = yaml_open(&details);
    let mut findings: Vec<_> = report.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    if !findings.is_empty() {
        block.push_str("  findings:\n");
    }
    for finding in findings.iter().take(VIOLATIONS) {
        let severity = if finding.severity == Severity::Failure { "fail" } else { "comment" };
        block.push_str(&violation(&story(record, finding), severity));
    }
    if findings.len() > VIOLATIONS {
        let _ = writeln!(block, "  more_findings: {}", findings.len() - VIOLATIONS);
    }
    block + "  ...\n"
}

fn violation(story: &Story, severity: &str) -> String {
    let list = |texts: &[String]| Value::from(texts.to_vec());
    let mut members = vec![
        ("severity", Value::from(severity)),
        ("kind", text(&story.kind)),
        ("requirement", text(&story.requirement)),
        ("level", text(&story.level)),
        ("source", text(&story.source)),
        ("rule", text(&story.rule)),
        ("sent", text(&story.sent)),
        ("want", text(&story.want)),
        ("got", list(&story.got)),
        ("chain", list(&story.chain)),
    ];
    members.extend(story.place.as_deref().map(|place| ("place", Value::from(place))));
    members.extend(story.case.as_ref().map(|(_, command)| ("case", text(command))));
    let mut lead = "  - ";
    let mut block = String::new();
    for (name, value) in members {
        let _ = writeln!(block, "  {lead}{name}: {value}");
        lead = "    ";
    }
    block
}

fn yaml(details: &[(&str, Value)]) -> String {
    yaml_open(details) + "  ...\n"
}

/// The lines of a block of YAML without its end. A value is written as JSON, which is YAML on one line.
fn yaml_open(details: &[(&str, Value)]) -> String {
    let lines: String = details.iter().map(|(name, value)| format!("  {name}: {value}\n")).collect();
    format!("  ---\n{lines}")
}

fn text(text: &str) -> Value {
    Value::from(story::field(text))
}

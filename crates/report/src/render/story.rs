//! A violation told once for every format that is not a terminal's: what the rule is, what was sent, what came.
//!
//! All texts are escaped, so that they are one line unless it says otherwise, and shortened. None is quoted for a format yet.

use super::block;
use crate::summary::Doubt;
use crate::text::{self, escape, escape_lines, shorten};
use crate::{CheckReport, Exchange, Finding, Outcome, Record, Severity, Summary};
use std::collections::BTreeMap;

/// Texts of ours that may quote a target.
const FIELD: usize = 1500;
/// About as much of what a target says as can be taken in at a glance.
const SAID: usize = 300;
/// More facts than these are in the record.
const FACTS: usize = 12;

/// One violation.
pub(crate) struct Story {
    /// What kind it is.
    pub(crate) kind: String,
    /// `failure`, `known deviation`, `warning` or `information`.
    pub(crate) weight: &'static str,
    /// Id of the requirement.
    pub(crate) requirement: String,
    /// Its level and class: `MUST, H`.
    pub(crate) level: String,
    /// Where it stands.
    pub(crate) source: String,
    /// What it says.
    pub(crate) rule: String,
    /// The request and the change to a valid payment.
    pub(crate) sent: String,
    /// What should have come.
    pub(crate) want: String,
    /// The line of the scenario with its caret: several lines.
    pub(crate) place: Option<String>,
    /// What came: one text a line.
    pub(crate) got: Vec<String>,
    /// What the chain says.
    pub(crate) chain: Vec<String>,
    /// The case that a search has made of it: how it went again, and the command.
    pub(crate) case: Option<(String, String)>,
}

/// Tells one violation.
pub(crate) fn story(record: &Record, finding: &Finding) -> Story {
    let exchange = finding.exchange.and_then(|seq| record.exchange(seq));
    Story {
        kind: field(&finding.kind),
        weight: weight(finding.severity),
        requirement: field(&finding.requirement),
        level: format!("{}, {}", finding.level, finding.class),
        source: field(&finding.source),
        rule: field(&finding.rule),
        sent: field(&block::sent(&finding.sent, exchange)),
        want: field(&finding.want),
        place: finding.place.as_deref().map(|place| shorten(&escape_lines(place), FIELD)),
        got: got(finding, exchange),
        chain: facts(&finding.chain),
        case: finding
            .case
            .as_ref()
            .map(|case| (field(&case.again), format!("gauntlet replay {}", field(&case.folder)))),
    }
}

/// A text that is fit to be shown: one line, not too long.
pub(crate) fn field(text: &str) -> String {
    shorten(&escape(text), FIELD)
}

/// The command that sends a check's case again.
pub(crate) fn again(report: &CheckReport) -> String {
    format!("gauntlet replay {}", field(&report.case))
}

const fn weight(severity: Severity) -> &'static str {
    match severity {
        Severity::Failure => "failure",
        Severity::Deviation => "known deviation",
        Severity::Warning => "warning",
        Severity::Info => "information",
    }
}

fn got(finding: &Finding, exchange: Option<&Exchange>) -> Vec<String> {
    let mut lines = Vec::new();
    if !finding.got.is_empty() {
        lines.push(shorten(&escape(&finding.got), SAID));
    }
    if let Some(exchange) = exchange {
        lines.push(escape(&block::answer(exchange)));
        let headers = exchange.response.iter().flat_map(block::payment_headers);
        lines.extend(headers.map(|header| escape(&header)));
    }
    lines
}

fn facts(facts: &[String]) -> Vec<String> {
    let mut lines: Vec<String> =
        facts.iter().take(FACTS).map(|fact| shorten(&escape(&text::shorten_hex(fact)), SAID)).collect();
    if facts.len() > FACTS {
        lines.push(format!("and {} more, which are in the record", facts.len() - FACTS));
    }
    lines
}

/// The checks of one outcome that no known issue covers, by id.
pub(crate) fn unexpected(record: &Record, outcome: Outcome) -> Vec<&CheckReport> {
    sorted(record.checks.iter().filter(|report| report.outcome == outcome && !report.is_known()))
}

/// The checks whose outcome a known issue expects, by id.
pub(crate) fn known(record: &Record) -> Vec<&CheckReport> {
    sorted(record.checks.iter().filter(|report| report.is_known()))
}

fn sorted<'a>(reports: impl Iterator<Item = &'a CheckReport>) -> Vec<&'a CheckReport> {
    let mut reports: Vec<&CheckReport> = reports.collect();
    reports.sort_by(|a, b| a.check.cmp(&b.check));
    reports
}

/// What could not be told: each reason with its checks, the rarest first, since what all have in common is mostly known.
pub(crate) fn doubts(summary: &Summary) -> Vec<(String, Vec<String>)> {
    let mut by_reason: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for Doubt { check, reason } in &summary.inconclusive {
        by_reason.entry(field(reason)).or_default().push(field(check));
    }
    let mut doubts: Vec<(String, Vec<String>)> = by_reason.into_iter().collect();
    doubts.iter_mut().for_each(|(_, checks)| checks.sort_unstable());
    doubts.sort_by_key(|(_, checks)| checks.len());
    doubts
}

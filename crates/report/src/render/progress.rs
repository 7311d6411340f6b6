//! Progress where there is no terminal: a line for each check that ended.

use crate::text::{self, escape, shorten};
use crate::{CheckReport, Finding, Outcome, Severity};

/// One line without its line feed: outcome, check, duration, and why it is not simply green.
#[must_use]
pub fn line(report: &CheckReport) -> String {
    let word = match report.outcome {
        _ if report.is_known() => "known",
        Outcome::Fail => "FAIL",
        Outcome::HarnessError => "HARNESS-ERROR",
        Outcome::Inconclusive => "INCONCLUSIVE",
        outcome => outcome.word(),
    };
    let why = why(report).map(|why| format!("  {}", shorten(&escape(&why), 200))).unwrap_or_default();
    format!("{word:<14}  {}  {}{why}", escape(&report.check), text::millis(report.took_ms))
}

fn why(report: &CheckReport) -> Option<String> {
    if let Some(known) = report.known.as_ref().filter(|_| report.is_known()) {
        return Some(known.reason.clone());
    }
    match report.outcome {
        Outcome::Pass => None,
        Outcome::Fail | Outcome::Warn => {
            report.findings.first().map(finding).or_else(|| report.reason.clone())
        }
        _ => report.reason.clone(),
    }
}

fn finding(finding: &Finding) -> String {
    let Finding { kind, want, got, .. } = finding;
    let deviation = if finding.severity == Severity::Deviation { "known deviation " } else { "" };
    format!("{deviation}{kind}: want {want}; got {got}")
}

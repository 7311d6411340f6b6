//! The JUnit report: a suite a group, a case a check.
//!
//! JUnit has no warning and no doubt, so a failure becomes `failure`, what could not be told and our own faults become
//! `error`, what does not apply or is known becomes `skipped`, and a warning passes with its text in `system-out`. What
//! went wrong with the run as a whole is a case of a suite of its own, so that a reader of nothing but this file never
//! sees green.

use super::block;
use super::style::Style;
use super::verdict::{self, RunFault};
use crate::summary::{UNFINISHED, group};
use crate::text::{self, escape, shorten};
use crate::{CheckReport, Outcome, Record, Severity, Summary, redact};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::collections::BTreeMap;
use std::time::Duration;

/// Name of the suite for what concerns the whole run.
pub const RUN_SUITE: &str = "run";

/// The report could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the JUnit report: {0}; use --format json and report this")]
pub struct JunitError(#[from] quick_junit::SerializeError);

/// Renders a run, finished or not, as XML. Control characters are shown as `\u{…}`, since XML forbids them.
///
/// # Errors
/// [`JunitError`] when the XML cannot be written.
pub fn junit(record: &Record) -> Result<String, JunitError> {
    let record = &*redact::shown(record);
    let summary = Summary::of(record);
    let mut suites: BTreeMap<&str, Vec<TestCase>> = BTreeMap::new();
    for report in &record.checks {
        suites.entry(report.group()).or_default().push(case(record, report));
    }
    for check in &record.started_checks {
        let status = error("inconclusive", UNFINISHED, None);
        suites.entry(group(check)).or_default().push(named(group(check), check, status));
    }
    let run = run_cases(record, &summary);
    if !run.is_empty() {
        suites.insert(RUN_SUITE, run);
    }

    let started = &record.started;
    let mut xml = Report::new(escape(&format!("gauntlet {} {}", started.target.role, started.target.name)));
    if let Some(millis) = record.took_ms() {
        xml.set_time(Duration::from_millis(millis));
    }
    for (name, mut cases) in suites {
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        let mut suite = TestSuite::new(escape(name));
        suite.set_time(cases.iter().filter_map(|case| case.time).sum());
        for (name, value) in [
            ("run", started.run.clone()),
            ("seed", started.seed.to_string()),
            ("set", started.set.clone()),
            ("profile", started.profile.word().to_owned()),
            ("target", started.target.spec.clone()),
        ] {
            suite.add_property((name, escape(&value).as_str()));
        }
        suite.add_test_cases(cases);
        xml.add_test_suite(suite);
    }
    Ok(xml.to_string()?)
}

fn named(suite: &str, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(escape(name), status);
    case.set_classname(escape(suite));
    case
}

fn case(record: &Record, report: &CheckReport) -> TestCase {
    let mut case = named(report.group(), &report.check, status(record, report));
    case.set_time(Duration::from_millis(report.took_ms));
    for requirement in &report.requirements {
        case.add_property(("requirement", escape(requirement).as_str()));
    }
    case.add_property(("seed", record.started.seed.to_string().as_str()));
    case.add_property(("replay", escape(&report.case).as_str()));
    if report.outcome == Outcome::Warn && !report.is_known() {
        case.set_system_out(block::warning(report, Style::PLAIN));
    }
    case
}

fn status(record: &Record, report: &CheckReport) -> TestCaseStatus {
    if let Some(known) = report.known.as_ref().filter(|_| report.is_known()) {
        let link = known.link.as_deref().map(|link| format!(" ({link})")).unwrap_or_default();
        return skipped(&format!("known issue: {}{link}", known.reason));
    }
    let reason = report.reason.as_deref().unwrap_or("no reason given");
    match report.outcome {
        Outcome::Pass | Outcome::Warn => TestCaseStatus::success(),
        Outcome::NotApplicable => skipped(&format!("not applicable: {reason}")),
        Outcome::Inconclusive => error("inconclusive", reason, Some(again(report))),
        Outcome::HarnessError => error("harness-error", reason, Some(again(report))),
        Outcome::Fail => failure(record, report),
    }
}

fn failure(record: &Record, report: &CheckReport) -> TestCaseStatus {
    let decisive = report.findings.iter().find(|finding| finding.severity == Severity::Failure);
    let kind = decisive.map_or("fail", |finding| finding.kind.as_str());
    let message = match decisive {
        Some(finding) => format!("{}: want {}; got {}", report.title, finding.want, finding.got),
        None => format!("{}: {}", report.title, report.reason.as_deref().unwrap_or_default()),
    };
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(escape(kind));
    status.set_message(shown(&message));
    status.set_description(block::failure(record, report, Style::PLAIN));
    status
}

fn error(kind: &str, message: &str, description: Option<String>) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type(kind);
    status.set_message(shown(message));
    if let Some(description) = description {
        status.set_description(description);
    }
    status
}

fn skipped(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(shown(message));
    status
}

/// A message is an attribute: one line, and not a long one.
fn shown(message: &str) -> String {
    shorten(&escape(message), 600)
}

fn again(report: &CheckReport) -> String {
    let curl = report.curl.as_deref().map(|curl| format!("\n{curl}")).unwrap_or_default();
    text::escape_lines(&format!("{}\ngauntlet replay {}{curl}", report.title, report.case))
}

/// Cases for what is true of the run and of no check.
fn run_cases(record: &Record, summary: &Summary) -> Vec<TestCase> {
    let case = |fault: RunFault| {
        let kind = if fault.is_failure { NonSuccessKind::Failure } else { NonSuccessKind::Error };
        let mut status = TestCaseStatus::non_success(kind);
        status.set_type(fault.kind);
        status.set_message(shown(&fault.message));
        named(RUN_SUITE, fault.name, status)
    };
    verdict::faults(record, summary).into_iter().map(case).collect()
}

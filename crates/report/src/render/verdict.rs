//! What is said of a run as a whole, whatever the format: its states, its sum and how good it is.

use super::style::Paint;
use crate::text::{self, count};
use crate::{ExitCode, Record, Summary};

/// What to do where we failed ourselves.
pub(crate) const OUR_FAULT: &str = "this is a fault of Gauntlet or of what it runs on, not of the target: see `gauntlet doctor`; \
                         if it stays, report it with the folder of this run";

/// What has to be known before anything else is read.
pub(crate) struct State {
    /// How bad it is.
    pub(crate) paint: Paint,
    /// A word or two in capitals.
    pub(crate) label: &'static str,
    /// What happened.
    pub(crate) what: String,
    /// What to do.
    pub(crate) advice: &'static str,
}

/// What holds for the whole run. Texts are as they came.
pub(crate) fn states(record: &Record, summary: &Summary) -> Vec<State> {
    let mut states = Vec::new();
    let mut state = |paint, label, what, advice| states.push(State { paint, label, what, advice });
    let finished = record.finished.as_ref();
    if let Some(error) = finished.and_then(|f| f.harness_error.clone()) {
        state(Paint::Bad, "HARNESS ERROR", error, OUR_FAULT);
    }
    if let Some(reason) = finished.and_then(|f| f.inconclusive.clone()) {
        let advice = "mend that first and run again: nothing below says anything about the target";
        state(Paint::Doubt, "NOT SCORED", reason, advice);
    }
    if finished.is_some_and(|f| f.interrupted) {
        let ran = record.checks.len();
        let what = format!("stopped by the user: {ran} of {} ended", count(selected(record), "check"));
        state(Paint::Doubt, "INTERRUPTED", what, "run again; what ended before the stop is told below");
    }
    if finished.is_none() {
        let what = format!(
            "the record has no end: {} of {} ended, then the run was killed, or it still goes on",
            record.checks.len(),
            count(selected(record), "check")
        );
        state(Paint::Doubt, "UNFINISHED", what, "run again; what is below is not a whole run");
    }
    if record.truncated {
        let what = "the last line of the record is broken and was left out".to_owned();
        let advice = "run again if that matters; the lines before it are whole";
        state(Paint::Doubt, "BROKEN RECORD", what, advice);
    }
    if finished.is_some_and(|f| !f.interrupted) && nothing_ran(summary) {
        let (what, advice) = if summary.counts.total == 0 && summary.counts.not_begun == 0 {
            ("no check was selected", "see `gauntlet list checks` for their ids")
        } else if summary.counts.total == 0 {
            ("no check began", "see above, or run again")
        } else {
            let what = "none of the selected checks applies to what the target claims";
            (what, "see the claims in the target's manifest, or choose other checks")
        };
        state(Paint::Doubt, "NOTHING RAN", what.to_owned(), advice);
    }
    states
}

/// Whether no check that applies was run.
pub(crate) const fn nothing_ran(summary: &Summary) -> bool {
    summary.counts.total == summary.counts.not_applicable
}

/// Number of checks that were selected.
pub(crate) fn selected(record: &Record) -> usize {
    record.started.selected.max(record.checks.len() + record.started_checks.len())
}

/// What was tried: `facilitator double:facilitator at http://… · base-sepolia · profile reference`.
pub(crate) fn subject(record: &Record) -> String {
    let started = &record.started;
    let target = &started.target;
    let version = target.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
    let url = if target.url.is_empty() || target.url == target.name {
        String::new()
    } else {
        format!(" at {}", target.url)
    };
    format!(
        "{} {}{version}{url} · {} · profile {}",
        target.role,
        target.name,
        started.network,
        started.profile.word()
    )
}

/// `158 passed, 2 warned`: the numbers that are not 0.
pub(crate) fn said(counts: &[(usize, &str)]) -> String {
    let said: Vec<String> =
        counts.iter().filter(|(number, _)| *number > 0).map(|(n, word)| format!("{n} {word}")).collect();
    said.join(", ")
}

/// The run in a line: `7 checks: 6 passed, 1 failed · 20 of 21 requirements hold · 11.2 s · seed 402`.
pub(crate) fn numbers(record: &Record, summary: &Summary) -> String {
    let counts = summary.counts;
    let said = said(&[
        (counts.pass, "passed"),
        (counts.fail, "failed"),
        (counts.harness_error, "harness error"),
        (counts.inconclusive, "inconclusive"),
        (counts.warn, "warned"),
        (counts.known, "known"),
        (counts.not_applicable, "not applicable"),
        (counts.not_begun, "not begun"),
    ]);
    let mut parts = vec![count(selected(record), "check")];
    if !said.is_empty() {
        parts[0] += &format!(": {said}");
    }
    let all = summary.coverage.all;
    if !Summary::is_unscored(record) && all.total > 0 {
        parts.push(format!("{} of {} hold", all.holds, count(all.total, "requirement")));
    }
    parts.extend(record.took_ms().map(text::millis));
    parts.push(format!("seed {}", record.started.seed));
    parts.join(" · ")
}

/// `118 of 120 checks of set v2-2026-06 passed`, or why nothing of the kind can be said.
pub(crate) fn score(record: &Record, summary: &Summary) -> String {
    if Summary::is_unscored(record) {
        return "not scored".to_owned();
    }
    if nothing_ran(summary) {
        return "nothing ran".to_owned();
    }
    let checks = count(selected(record), "check");
    format!("{} of {checks} of set {} passed", summary.counts.pass, record.started.set)
}

/// Good only for a run that is green from end to end.
pub(crate) const fn paint(summary: &Summary) -> Paint {
    match summary.exit.number() {
        0 => Paint::Good,
        1 | 3 | 6 => Paint::Bad,
        _ => Paint::Doubt,
    }
}

/// The exit code in a word or two.
pub(crate) const fn word(exit: ExitCode) -> &'static str {
    match exit {
        ExitCode::Success => "PASSED",
        ExitCode::Failure => "FAILED",
        ExitCode::Usage => "WRONG USAGE",
        ExitCode::Harness => "HARNESS ERROR",
        ExitCode::NothingRan => "NOTHING RAN",
        ExitCode::Inconclusive => "INCONCLUSIVE",
        ExitCode::Threshold => "THRESHOLD MISSED",
        ExitCode::Interrupted => "INTERRUPTED",
    }
}

/// Something that is true of the run and of no check, in reports that know nothing but tests.
pub(crate) struct RunFault {
    /// Name of the test that stands for it.
    pub(crate) name: &'static str,
    /// What kind of fault it is.
    pub(crate) kind: &'static str,
    /// What happened.
    pub(crate) message: String,
    /// Whether it is the target's failure rather than something that kept it from being judged.
    pub(crate) is_failure: bool,
}

/// Everything about the run as a whole that must not look green.
pub(crate) fn faults(record: &Record, summary: &Summary) -> Vec<RunFault> {
    let finished = record.finished.as_ref();
    let mut faults = Vec::new();
    let mut push = |name, kind, message: String, is_failure| {
        faults.push(RunFault { name, kind, message, is_failure });
    };
    if let Some(reason) = finished.and_then(|f| f.harness_error.clone()) {
        push("run.harness", "harness-error", reason, false);
    }
    if let Some(reason) = finished.and_then(|f| f.inconclusive.as_deref()) {
        push("run.scored", "inconclusive", format!("not scored: {reason}"), false);
    }
    if finished.is_some_and(|f| f.interrupted) {
        push("run.completed", "interrupted", "the user stopped the run".to_owned(), false);
    } else if finished.is_none() {
        let message = "the record has no end: the run was killed".to_owned();
        push("run.completed", "unfinished", message, false);
    } else if summary.counts.not_begun > 0 {
        let message = format!("{} never began", count(summary.counts.not_begun, "check"));
        push("run.completed", "incomplete", message, false);
    }
    if !summary.stale.is_empty() {
        let message = format!("known issues that did not happen: {}", summary.stale.join("; "));
        push("run.known-issues", "stale", message, true);
    }
    match summary.exit {
        ExitCode::NothingRan => {
            let message = "no check applied or none was selected".to_owned();
            push("run.selection", "nothing-ran", message, false);
        }
        ExitCode::Threshold => {
            let message = "a threshold was missed or performance regressed".to_owned();
            push("run.thresholds", "threshold", message, true);
        }
        _ => {}
    }
    faults
}

//! The report that a person reads on a terminal.
//!
//! A run that went well is short: a line a group and the sum. Whatever went wrong with the run as a whole comes first,
//! whatever went wrong with single checks stands together at the end, failures first.

use super::block::{self, Block};
use super::style::{Paint, Style};
use crate::summary::{Doubt, group};
use crate::text::{self, count, escape};
use crate::{CheckReport, Gas, Outcome, Record, Summary};
use std::collections::BTreeMap;

const OUR_FAULT: &str = "this is a fault of Gauntlet or of what it runs on, not of the target: see `gauntlet doctor`; \
                         if it stays, report it with the folder of this run";

/// Renders a run, finished or not.
#[must_use]
pub fn human(record: &Record, style: &Style) -> String {
    let style = *style;
    let summary = Summary::of(record);
    let sections = [
        head(record, style),
        states(record, &summary, style),
        groups(record, style),
        failures(record, style),
        harness_errors(record, style),
        doubts(record, &summary, style),
        warnings(record, style),
        stale(&summary, style),
        notes(record, style),
        gas(record),
        foot(record, &summary, style),
    ];
    let shown: Vec<String> = sections.into_iter().filter(|section| !section.is_empty()).collect();
    shown.join("\n\n") + "\n"
}

fn head(record: &Record, style: Style) -> String {
    let started = &record.started;
    let target = &started.target;
    let version = target.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
    let url = if target.url.is_empty() || target.url == target.name {
        String::new()
    } else {
        format!(" at {}", target.url)
    };
    let text = format!(
        "{} {}{version}{url} · {} · profile {}",
        target.role,
        target.name,
        started.network,
        started.profile.word()
    );
    style.paint(Paint::Strong, &escape(&text))
}

// --- the run as a whole -------------------------------------------------------------------------------------------

/// What holds for the whole run and has to be known before anything else is read.
fn states(record: &Record, summary: &Summary, style: Style) -> String {
    let mut blocks = Vec::new();
    let mut state = |paint, label: &str, what: &str, advice: &str| {
        let mut block = Block::new(style);
        block.head(paint, label, "", "");
        block.field("why", what);
        block.field("do", advice);
        blocks.push(block.text());
    };
    let finished = record.finished.as_ref();
    if let Some(error) = finished.and_then(|f| f.harness_error.as_deref()) {
        state(Paint::Bad, "HARNESS ERROR", error, OUR_FAULT);
    }
    if let Some(reason) = finished.and_then(|f| f.inconclusive.as_deref()) {
        let advice = "mend that first and run again: nothing below says anything about the target";
        state(Paint::Doubt, "NOT SCORED", reason, advice);
    }
    if finished.is_some_and(|f| f.interrupted) {
        let ran = record.checks.len();
        let what = format!("stopped by the user: {ran} of {} ended", count(selected(record), "check"));
        state(Paint::Doubt, "INTERRUPTED", &what, "run again; what ended before the stop is told below");
    }
    if finished.is_none() {
        let what = format!(
            "the record has no end: {} of {} ended, then the run was killed, or it still goes on",
            record.checks.len(),
            count(selected(record), "check")
        );
        state(Paint::Doubt, "UNFINISHED", &what, "run again; what is below is not a whole run");
    }
    if record.truncated {
        let advice = "run again if that matters; the lines before it are whole";
        state(
            Paint::Doubt,
            "BROKEN RECORD",
            "the last line of the record is broken and was left out",
            advice,
        );
    }
    if finished.is_some_and(|f| !f.interrupted) && nothing_ran(summary) {
        let (what, advice) = if summary.counts.total == 0 && summary.counts.not_begun == 0 {
            ("no check was selected".to_owned(), "see `gauntlet list checks` for their ids")
        } else if summary.counts.total == 0 {
            ("no check began".to_owned(), "see above, or run again")
        } else {
            let what = "none of the selected checks applies to what the target claims".to_owned();
            (what, "see the claims in the target's manifest, or choose other checks")
        };
        state(Paint::Doubt, "NOTHING RAN", &what, advice);
    }
    blocks.join("\n\n")
}

fn nothing_ran(summary: &Summary) -> bool {
    summary.counts.total == summary.counts.not_applicable
}

fn selected(record: &Record) -> usize {
    record.started.selected.max(record.checks.len() + record.started_checks.len())
}

// --- a line a group -----------------------------------------------------------------------------------------------

#[derive(Default)]
struct Group {
    passed: usize,
    failed: usize,
    errors: usize,
    doubtful: usize,
    warned: usize,
    known: usize,
    skipped: usize,
}

fn groups(record: &Record, style: Style) -> String {
    let mut groups: BTreeMap<&str, Group> = BTreeMap::new();
    for report in &record.checks {
        let group = groups.entry(report.group()).or_default();
        *match report.outcome {
            _ if report.is_known() => &mut group.known,
            Outcome::Pass => &mut group.passed,
            Outcome::Fail => &mut group.failed,
            Outcome::HarnessError => &mut group.errors,
            Outcome::Inconclusive => &mut group.doubtful,
            Outcome::Warn => &mut group.warned,
            Outcome::NotApplicable => &mut group.skipped,
        } += 1;
    }
    for check in &record.started_checks {
        groups.entry(group(check)).or_default().doubtful += 1;
    }
    let width = groups.keys().map(|name| name.chars().count()).max().unwrap_or_default();
    let lines: Vec<String> = groups.iter().map(|(name, group)| group.line(name, width, style)).collect();
    lines.join("\n")
}

impl Group {
    fn line(&self, name: &str, width: usize, style: Style) -> String {
        let (paint, mark) = if self.failed + self.errors > 0 {
            (Paint::Bad, "×")
        } else if self.doubtful > 0 {
            (Paint::Doubt, "?")
        } else if self.warned > 0 {
            (Paint::Warning, "!")
        } else if self.passed + self.known > 0 {
            (Paint::Good, "✓")
        } else {
            (Paint::Label, "–")
        };
        let counts = said(&[
            (self.passed, "passed"),
            (self.failed, "failed"),
            (self.errors, "harness error"),
            (self.doubtful, "inconclusive"),
            (self.warned, "warned"),
            (self.known, "known"),
            (self.skipped, "not applicable"),
        ]);
        format!("{} {:<width$}  {counts}", style.paint(paint, mark), escape(name))
    }
}

/// `158 passed, 2 warned`: the numbers that are not 0.
fn said(counts: &[(usize, &str)]) -> String {
    let said: Vec<String> =
        counts.iter().filter(|(number, _)| *number > 0).map(|(n, word)| format!("{n} {word}")).collect();
    said.join(", ")
}

// --- single checks ------------------------------------------------------------------------------------------------

/// The unexpected checks of one outcome, by id.
fn of_outcome(record: &Record, outcome: Outcome) -> Vec<&CheckReport> {
    let mut these: Vec<&CheckReport> =
        record.checks.iter().filter(|r| r.outcome == outcome && !r.is_known()).collect();
    these.sort_by(|a, b| a.check.cmp(&b.check));
    these
}

fn blocks(reports: &[&CheckReport], show: impl Fn(&CheckReport) -> String) -> String {
    reports.iter().map(|report| show(report)).collect::<Vec<_>>().join("\n\n")
}

fn failures(record: &Record, style: Style) -> String {
    blocks(&of_outcome(record, Outcome::Fail), |report| block::failure(record, report, style))
}

fn harness_errors(record: &Record, style: Style) -> String {
    let errors = of_outcome(record, Outcome::HarnessError);
    let text = blocks(&errors, |report| block::doubt(report, Paint::Bad, "HARNESS-ERROR", style));
    let told = record.finished.as_ref().is_some_and(|f| f.harness_error.is_some());
    if errors.is_empty() || told {
        return text;
    }
    let mut block = Block::new(style);
    block.field("do", OUR_FAULT);
    format!("{text}\n{}", block.text())
}

fn doubts(record: &Record, summary: &Summary, style: Style) -> String {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for Doubt { check, reason } in &summary.inconclusive {
        by_reason.entry(reason).or_default().push(check);
    }
    let mut reasons: Vec<_> = by_reason.into_iter().collect();
    reasons.sort_by_key(|(_, checks)| checks.len());
    let mut blocks: Vec<String> = Vec::new();
    for (reason, mut checks) in reasons {
        checks.sort_unstable();
        match checks[..] {
            [one] => blocks.push(match record.check(one) {
                Some(report) => block::doubt(report, Paint::Doubt, "INCONCLUSIVE", style),
                None => same_doubt(reason, &checks, style),
            }),
            _ => blocks.push(same_doubt(reason, &checks, style)),
        }
    }
    blocks.join("\n\n")
}

/// Several checks that could not tell for the same reason, most often because the whole run could not.
fn same_doubt(reason: &str, checks: &[&str], style: Style) -> String {
    const SHOWN: usize = 8;
    let mut block = Block::new(style);
    let name = if let [one] = checks { (*one).to_owned() } else { count(checks.len(), "check") };
    block.head(Paint::Doubt, "INCONCLUSIVE", &escape(&name), "");
    block.field("why", reason);
    if checks.len() > 1 {
        let more = checks.len().saturating_sub(SHOWN);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        block.field("checks", &format!("{}{rest}", checks[..checks.len().min(SHOWN)].join(", ")));
    }
    block.text()
}

fn warnings(record: &Record, style: Style) -> String {
    let mut known: Vec<&CheckReport> = record.checks.iter().filter(|report| report.is_known()).collect();
    known.sort_by(|a, b| a.check.cmp(&b.check));
    let warned = of_outcome(record, Outcome::Warn);
    let warned = warned.into_iter().map(|report| block::warning(report, style));
    warned.chain(known.into_iter().map(|report| block::known(report, style))).collect::<Vec<_>>().join("\n")
}

fn stale(summary: &Summary, style: Style) -> String {
    if summary.stale.is_empty() {
        return String::new();
    }
    let mut block = Block::new(style);
    block.head(Paint::Bad, "STALE", &count(summary.stale.len(), "known issue"), "");
    for issue in &summary.stale {
        block.field("×", issue);
    }
    block.field("do", "take what is mended out of the known-issues file, so that it cannot come back unseen");
    block.text()
}

fn notes(record: &Record, style: Style) -> String {
    let mut block = Block::new(style);
    for note in record.finished.iter().flat_map(|finished| &finished.notes) {
        block.field("note", note);
    }
    block.text()
}

/// What the target's signers paid for. A few transactions say nothing of what one costs.
fn gas(record: &Record) -> String {
    const ENOUGH: usize = 20;
    let Some(gas) = record.ledger.as_ref().and_then(Gas::of) else { return String::new() };
    let Gas { settled, in_vain } = gas;
    if settled.transactions + in_vain.transactions < ENOUGH {
        return String::new();
    }
    let of_settled = match settled.transactions {
        0 => "nothing settled".to_owned(),
        number => format!(
            "{} a settlement in the median of {number}, {} at most",
            grouped(settled.median),
            grouped(settled.max)
        ),
    };
    let in_vain = match in_vain.transactions {
        0 => "none in vain".to_owned(),
        number => {
            format!("{} in {} that moved nothing", grouped(in_vain.gas), text::count(number, "transaction"))
        }
    };
    format!("gas: {of_settled}; {in_vain}")
}

/// `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

// --- the sum ------------------------------------------------------------------------------------------------------

fn foot(record: &Record, summary: &Summary, style: Style) -> String {
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
    let scored = !Summary::is_unscored(record);
    let mut parts = vec![count(selected(record), "check")];
    if !said.is_empty() {
        parts[0] += &format!(": {said}");
    }
    let all = summary.coverage.all;
    if scored && all.total > 0 {
        parts.push(format!("{} of {} hold", all.holds, count(all.total, "requirement")));
    }
    parts.extend(record.took_ms().map(text::millis));
    parts.push(format!("seed {}", record.started.seed));

    let verdict = if scored && nothing_ran(summary) {
        "nothing ran".to_owned()
    } else if scored {
        let checks = count(selected(record), "check");
        format!("{} of {checks} of set {} passed", counts.pass, escape(&record.started.set))
    } else {
        "not scored".to_owned()
    };
    let paint = match summary.exit.number() {
        0 => Paint::Good,
        1 | 3 | 6 => Paint::Bad,
        _ => Paint::Doubt,
    };
    format!("{}\n{}", parts.join(" · "), style.paint(paint, &verdict))
}

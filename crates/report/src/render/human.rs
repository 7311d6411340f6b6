//! The report that a person reads on a terminal.
//!
//! A run that went well is short: a line a group and the sum. Whatever went wrong with the run as a whole comes first,
//! whatever went wrong with single checks stands together at the end, failures first.

use super::block::{self, Block};
use super::style::{Paint, Style};
use super::verdict::{self, State};
use crate::summary::{Doubt, group};
use crate::text::{self, count, escape};
use crate::{CheckReport, Gas, Outcome, Record, Summary, redact};
use std::collections::BTreeMap;

/// Renders a run, finished or not.
#[must_use]
pub fn human(record: &Record, style: &Style) -> String {
    let record = &*redact::shown(record);
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
    style.paint(Paint::Strong, &escape(&verdict::subject(record)))
}

// --- the run as a whole -------------------------------------------------------------------------------------------

/// What holds for the whole run and has to be known before anything else is read.
fn states(record: &Record, summary: &Summary, style: Style) -> String {
    let states = verdict::states(record, summary).into_iter().map(|State { paint, label, what, advice }| {
        let mut block = Block::new(style);
        block.head(paint, label, "", "");
        block.field("why", &what);
        block.field("do", advice);
        block.text()
    });
    states.collect::<Vec<_>>().join("\n\n")
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
        let counts = verdict::said(&[
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
    block.field("do", verdict::OUR_FAULT);
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
    let score = escape(&verdict::score(record, summary));
    format!("{}\n{}", verdict::numbers(record, summary), style.paint(verdict::paint(summary), &score))
}

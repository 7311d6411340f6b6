//! Two load runs, before and after: money, thresholds and verdict first, then what the numbers say.
//!
//! [`compare`](super::compare) is about numbers alone, and has nothing to say of a run that lost money. Here that is the
//! heaviest change of all.

use super::render::{in_change, in_unit, name, range, side, table};
use super::{Comparison, Overall, Word, compare_within};
use crate::books::Class;
use crate::plan::Threshold;
use crate::result::LoadReport;
use crate::verdict::Outcome;
use gauntlet_report::compare::{CompareError, Verdict, Weight};
use gauntlet_report::render::quote::{code, plain};
use gauntlet_report::render::{Paint, Style};
use gauntlet_report::text::{escape, shorten};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// Version of the document.
const SCHEMA: u32 = 1;
/// A change of the gas of a settlement below this is no news.
const GAS_NEWS: f64 = 0.02;
/// About as much of a sentence as is shown, and as many of a kind.
const SENTENCE: usize = 300;
const SENTENCES: usize = 20;

/// What two sides of load runs have to do with one another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunsCompared {
    /// Version of this form.
    pub schema: u32,
    /// The word for it.
    pub verdict: Verdict,
    /// Exit code.
    pub exit: u8,
    /// What is otherwise, worst first; the numbers are apart.
    pub changes: Vec<LoadChange>,
    /// Latency, rate and errors.
    pub numbers: Comparison,
}

/// Something that is otherwise after than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadChange {
    /// What: `verdict`, a class of the books, a threshold, gas.
    pub what: String,
    /// How much that weighs.
    pub weight: Weight,
    /// Before.
    pub before: String,
    /// After.
    pub after: String,
}

/// Compares the rounds after with those before. The same reports and the same seed give the same comparison.
///
/// # Errors
/// [`CompareError`] when their targets have different roles.
pub fn compare_runs(
    a: &[LoadReport],
    b: &[LoadReport],
    seed: u64,
    tolerance: Option<f64>,
) -> Result<RunsCompared, CompareError> {
    let role =
        |side: &[LoadReport]| side.first().map(|report| report.target.role.clone()).unwrap_or_default();
    if role(a) != role(b) {
        return Err(CompareError::Roles { a: role(a), b: role(b) });
    }
    let mut changes = Vec::new();
    changes.extend(verdicts(a, b));
    changes.extend(books(a, b));
    changes.extend(thresholds(a, b));
    changes.extend(gas(a, b));
    changes.sort_by_key(|change| change.weight);
    let numbers = compare_within(a, b, seed, tolerance);
    let verdict = verdict(&changes, &numbers);
    Ok(RunsCompared { schema: SCHEMA, verdict, exit: verdict.exit().number(), changes, numbers })
}

fn verdict(changes: &[LoadChange], numbers: &Comparison) -> Verdict {
    let any = |weight| changes.iter().any(|change| change.weight == weight);
    let is_better = any(Weight::Improvement) || numbers.overall == Overall::Improved;
    match numbers.overall {
        _ if any(Weight::Regression) => Verdict::Regressed,
        Overall::Regressed | Overall::Mixed => Verdict::Regressed,
        _ if any(Weight::Doubt) => Verdict::Inconclusive,
        Overall::Inconclusive => Verdict::NothingCompared,
        _ if is_better => Verdict::Improved,
        _ => Verdict::Unchanged,
    }
}

// --- what is otherwise --------------------------------------------------------------------------------------------

/// The worst word of a side.
fn worst(side: &[LoadReport]) -> Option<Outcome> {
    let of = |report: &LoadReport| gauntlet_report::ExitCode::from_number(report.verdict.exit);
    let exit = side.iter().filter_map(of).reduce(gauntlet_report::ExitCode::worse);
    side.iter().find(|report| of(report) == exit).map(|report| report.verdict.word)
}

fn verdicts(a: &[LoadReport], b: &[LoadReport]) -> Option<LoadChange> {
    let (before, after) = (worst(a)?, worst(b)?);
    let change = |weight| LoadChange {
        what: "verdict".to_owned(),
        weight,
        before: before.as_str().to_owned(),
        after: reason(b, after),
    };
    (before != after).then(|| change(weight(before, after)))
}

/// The word, and the first reason for it.
fn reason(side: &[LoadReport], word: Outcome) -> String {
    let report = side.iter().find(|report| report.verdict.word == word);
    let reason = report.and_then(|report| report.verdict.reasons.first());
    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("{}{reason}", word.as_str())
}

/// How much it weighs that a verdict is another one.
const fn weight(before: Outcome, after: Outcome) -> Weight {
    use Outcome as O;
    match (before, after) {
        // That the machine, the chain or the user came in between says nothing of the target.
        (_, O::ChainBound | O::GeneratorBound | O::Interrupted | O::NothingRan) => Weight::Doubt,
        (_, O::Passed) | (O::Failed, O::Missed) => Weight::Improvement,
        (O::Passed | O::Missed | O::ChainBound | O::GeneratorBound, O::Failed) => Weight::Regression,
        (O::Passed | O::Missed, O::Inconclusive) | (O::Passed, O::Missed) => Weight::Regression,
        (_, O::Failed | O::Missed | O::Inconclusive) => Weight::Doubt,
    }
}

/// Payments by which somebody lost money, class by class.
fn books(a: &[LoadReport], b: &[LoadReport]) -> Vec<LoadChange> {
    let losses = Class::ALL.into_iter().filter(|class| class.is_loss());
    let sum = |side: &[LoadReport], of: &dyn Fn(&LoadReport) -> u64| side.iter().map(of).sum::<u64>();
    let mut found: Vec<LoadChange> = losses
        .filter_map(|class| {
            let count = |report: &LoadReport| report.books.count(class);
            lost(&format!("{} ({})", class.as_str(), class.meaning()), sum(a, &count), sum(b, &count))
        })
        .collect();
    let strays = |report: &LoadReport| report.books.chain.strays;
    found.extend(lost("Transfers by our payers that no payment explains", sum(a, &strays), sum(b, &strays)));
    found
}

fn lost(what: &str, before: u64, after: u64) -> Option<LoadChange> {
    let weight = match (before, after) {
        (before, after) if before == after => return None,
        (0, _) => Weight::Regression,
        (_, 0) => Weight::Improvement,
        _ => Weight::Neutral,
    };
    let of = |number: u64| format!("{number} payments");
    Some(LoadChange { what: what.to_owned(), weight, before: of(before), after: of(after) })
}

fn thresholds(a: &[LoadReport], b: &[LoadReport]) -> Vec<LoadChange> {
    let mut all: Vec<Threshold> = Vec::new();
    for ruled in a.iter().chain(b).flat_map(|report| &report.thresholds) {
        if !all.contains(&ruled.threshold) {
            all.push(ruled.threshold);
        }
    }
    all.iter().filter_map(|threshold| ruled(threshold, a, b)).collect()
}

fn ruled(threshold: &Threshold, a: &[LoadReport], b: &[LoadReport]) -> Option<LoadChange> {
    let (before, after) = (held(threshold, a), held(threshold, b));
    // Neither of a late generator nor of a full chain is the target guilty.
    let is_excused = threshold.is_about_time()
        && b.iter()
            .any(|report| matches!(report.verdict.word, Outcome::ChainBound | Outcome::GeneratorBound));
    let weight = match (before.as_ref().map(|(held, _)| *held), after.as_ref().map(|(held, _)| *held)) {
        (Some(true), Some(false)) if is_excused => Weight::Doubt,
        (Some(true), Some(false)) => Weight::Regression,
        (Some(false), Some(true)) => Weight::Improvement,
        (Some(_), None) | (None, Some(_)) => Weight::Neutral,
        _ => return None,
    };
    let told = |side: Option<(bool, String)>| match side {
        Some((true, observed)) => format!("held: {observed}"),
        Some((false, observed)) => format!("not held: {observed}"),
        None => "not asked for".to_owned(),
    };
    Some(LoadChange { what: threshold.to_string(), weight, before: told(before), after: told(after) })
}

/// Whether all rounds held a threshold, with what was seen in the one that decides; `None` where none was asked for it.
fn held(threshold: &Threshold, side: &[LoadReport]) -> Option<(bool, String)> {
    let mut all =
        side.iter().flat_map(|report| &report.thresholds).filter(|ruled| ruled.threshold == *threshold);
    let first = all.next()?;
    let deciding =
        if first.judged.held { all.find(|ruled| !ruled.judged.held).unwrap_or(first) } else { first };
    let observed = deciding.judged.observed.clone().unwrap_or_else(|| "nothing to measure it by".to_owned());
    Some((deciding.judged.held, observed))
}

fn gas(a: &[LoadReport], b: &[LoadReport]) -> Option<LoadChange> {
    let of = |side: &[LoadReport]| side.first().and_then(|report| report.books.chain.gas_per_settle());
    let (before, after) = (of(a)?, of(b)?);
    #[expect(clippy::cast_precision_loss, reason = "gas of a settlement")]
    let ratio = after.max(1) as f64 / before.max(1) as f64;
    let is_news = (ratio - 1.0).abs() > GAS_NEWS;
    is_news.then(|| LoadChange {
        what: "gas of a settlement".to_owned(),
        weight: Weight::Neutral,
        before: before.to_string(),
        after: format!("{after} (×{ratio:.3})"),
    })
}

// --- for people ---------------------------------------------------------------------------------------------------

/// `3 regressions, 1 better`, and what the numbers say.
fn sum(compared: &RunsCompared) -> String {
    let of = |weight| compared.changes.iter().filter(|change| change.weight == weight).count();
    let metrics = |word| compared.numbers.metrics.iter().filter(|metric| metric.verdict == word).count();
    let parts: Vec<String> = [
        (of(Weight::Regression) + metrics(Word::Regressed), "worse"),
        (of(Weight::Doubt), "cannot be told"),
        (of(Weight::Improvement) + metrics(Word::Improved), "better"),
        (of(Weight::Neutral), "otherwise"),
        (metrics(Word::Unchanged), "the same as far as these runs can tell"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, word)| format!("{number} {word}"))
    .collect();
    if parts.is_empty() { "nothing that could be compared".to_owned() } else { parts.join(", ") }
}

const fn paint(weight: Weight) -> Paint {
    match weight {
        Weight::Regression | Weight::OurFault => Paint::Bad,
        Weight::Doubt => Paint::Doubt,
        Weight::Neutral => Paint::Warning,
        Weight::Improvement => Paint::Good,
    }
}

const fn word(weight: Weight) -> &'static str {
    match weight {
        Weight::Regression => "WORSE",
        Weight::OurFault => "HARNESS ERROR",
        Weight::Doubt => "DOUBTFUL",
        Weight::Neutral => "OTHERWISE",
        Weight::Improvement => "BETTER",
    }
}

/// The comparison in text.
#[must_use]
pub fn runs_human(compared: &RunsCompared, style: &Style) -> String {
    let numbers = &compared.numbers;
    let mut text = String::new();
    side(&mut text, "before (A)", &numbers.a);
    side(&mut text, "after (B)", &numbers.b);
    for change in &compared.changes {
        let LoadChange { what, weight, before, after } = change;
        let _ = writeln!(text, "\n{}  {}", style.paint(paint(*weight), word(*weight)), escape(what));
        let _ = writeln!(text, "  before  {}", shorten(&escape(before), SENTENCE));
        let _ = writeln!(text, "  after   {}", shorten(&escape(after), SENTENCE));
    }
    table(&mut text, numbers, style);
    for metric in numbers.metrics.iter().filter(|metric| metric.verdict == Word::Unchanged) {
        let _ = writeln!(text, "  {}: {}", metric.metric.as_str(), metric.told());
    }
    if !numbers.reasons.is_empty() {
        text.push_str("\nnumbers are not compared:\n");
    }
    for reason in numbers.reasons.iter().take(SENTENCES) {
        let _ = writeln!(text, "  {}", shorten(&escape(reason), SENTENCE));
    }
    for note in numbers.notes.iter().take(SENTENCES) {
        let _ = writeln!(text, "  note: {}", shorten(&escape(note), SENTENCE));
    }
    let _ = writeln!(
        text,
        "\n{}  {}",
        style.paint(verdict_paint(compared.verdict), compared.verdict.word()),
        sum(compared)
    );
    text
}

const fn verdict_paint(verdict: Verdict) -> Paint {
    match verdict {
        Verdict::Improved | Verdict::Unchanged => Paint::Good,
        Verdict::Regressed | Verdict::HarnessError => Paint::Bad,
        Verdict::Inconclusive | Verdict::NothingCompared => Paint::Doubt,
    }
}

/// The comparison as Markdown, for a comment in a pull request: a few tables, whose texts are shortened, so that it is
/// never longer than 30 KB.
#[must_use]
pub fn runs_markdown(compared: &RunsCompared) -> String {
    let numbers = &compared.numbers;
    let mark = match verdict_paint(compared.verdict) {
        Paint::Good => "✅",
        Paint::Bad => "❌",
        _ => "❔",
    };
    let mut text = format!("# {mark} {}: {}\n\n", compared.verdict.word(), sum(compared));
    for (when, who) in [("before (A)", &numbers.a), ("after (B)", &numbers.b)] {
        let version = who.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
        let runs = who.runs.first().map(String::as_str).unwrap_or_default();
        let named = format!("{}{version} · run {runs}", who.target);
        let _ = writeln!(text, "- **{when}** {}", code(&shorten(&escape(&named), SENTENCE)));
    }
    changes_table(&mut text, &compared.changes);
    metrics_table(&mut text, numbers);
    let said = numbers.reasons.iter().map(|reason| format!("not compared: {reason}")).take(SENTENCES);
    for sentence in said.chain(numbers.notes.iter().take(SENTENCES).cloned()) {
        let _ = writeln!(text, "- {}", plain(&shorten(&escape(&sentence), SENTENCE)));
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

fn changes_table(text: &mut String, changes: &[LoadChange]) {
    if changes.is_empty() {
        return;
    }
    text.push_str("\n| | | before | after |\n|---|---|---|---|\n");
    let cell = |text: &str| plain(&shorten(&escape(text), SENTENCE));
    for LoadChange { what, weight, before, after } in changes.iter().take(SENTENCES) {
        let word = word(*weight).to_lowercase();
        let _ = writeln!(text, "| {word} | {} | {} | {} |", cell(what), cell(before), cell(after));
    }
}

fn metrics_table(text: &mut String, numbers: &Comparison) {
    if numbers.metrics.is_empty() {
        text.push('\n');
        return;
    }
    text.push_str("\n| | A | B | B / A | in 95 of 100 draws | |\n|---|---:|---:|---:|---|---|\n");
    for compared in &numbers.metrics {
        let metric = compared.metric;
        let none = || "–".to_owned();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} |",
            name(metric),
            compared.a.map_or_else(none, |value| in_unit(metric, value)),
            compared.b.map_or_else(none, |value| in_unit(metric, value)),
            compared.change.map_or_else(none, |change| in_change(metric, change)),
            compared.interval.map_or_else(none, |interval| range(metric, interval)),
            compared.told()
        );
    }
    text.push('\n');
}

//! Two sides of load runs, put side by side: is the second one faster, slower, or can nobody tell?
//!
//! A side is one run or several of the same kind (rounds). Runs only compare when plan, chain, machine and versions
//! agree ([`comparable`]), and only when no money was lost. Seconds are drawn again and again from each round (a
//! bootstrap), which gives the range in which the change lies; a change counts when that range leaves out "none" and when
//! it is larger than what runs of one side differ among themselves.
//!
//! Seconds are drawn as if none depended on the one before. A target or a machine whose speed drifts within a run makes
//! the range too narrow; only several rounds a side show that, by what they differ.
//!
//! - [`Baseline`]: a side in a file.
//! - [`human`]: the comparison in text.

mod alike;
mod baseline;
mod draw;
mod metric;
mod render;
mod runs;
#[cfg(test)]
pub(crate) mod sample;
mod side;
#[cfg(test)]
mod tests;

pub use alike::comparable;
pub(crate) use alike::differences;
pub use baseline::{Baseline, BaselineError};
pub use metric::{Compared, Direction, Interval, Metric, Word};
pub use render::{human, ratio};
pub use runs::{LoadChange, RunsCompared, compare_runs, runs_human, runs_markdown};

use crate::result::LoadReport;
use crate::verdict::Outcome;
use gauntlet_report::ExitCode;
use serde::{Deserialize, Serialize};
use side::Side;

/// Fewer seconds than this on a side say nothing about how much seconds differ.
const FEWEST_SECONDS: usize = 5;

/// What a comparison amounts to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The side that is compared with.
    pub a: Who,
    /// The side that is compared.
    pub b: Who,
    /// Seed of the draws.
    pub seed: u64,
    /// What was compared; empty when nothing could be.
    pub metrics: Vec<Compared>,
    /// The word for it.
    pub overall: Overall,
    /// Why there is no other word, as sentences; only when it is inconclusive.
    pub reasons: Vec<String>,
    /// What is to be known besides.
    pub notes: Vec<String>,
}

/// A side.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// Name of the target of its first run.
    pub target: String,
    /// Its version, where it is known.
    pub version: Option<String>,
    /// Ids of its runs.
    pub runs: Vec<String>,
}

/// The word for a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Overall {
    /// Something is better, nothing is worse.
    Improved,
    /// Something is worse, nothing is better.
    Regressed,
    /// No difference that could be told from chance.
    Unchanged,
    /// Something is better and something is worse.
    Mixed,
    /// The runs cannot be compared.
    Inconclusive,
}

impl Overall {
    /// For people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Improved => "IMPROVED",
            Self::Regressed => "REGRESSED",
            Self::Unchanged => "UNCHANGED",
            Self::Mixed => "MIXED: better in one thing, worse in another",
            Self::Inconclusive => "INCONCLUSIVE",
        }
    }

    fn of(metrics: &[Compared]) -> Self {
        let any = |word: Word| metrics.iter().any(|metric| metric.verdict == word);
        match (any(Word::Improved), any(Word::Regressed)) {
            (true, true) => Self::Mixed,
            (true, false) => Self::Improved,
            (false, true) => Self::Regressed,
            (false, false) if any(Word::Unchanged) => Self::Unchanged,
            (false, false) => Self::Inconclusive,
        }
    }
}

impl Comparison {
    /// The exit code: a regression is one, also beside an improvement.
    #[must_use]
    pub const fn exit(&self) -> ExitCode {
        match self.overall {
            Overall::Improved | Overall::Unchanged => ExitCode::Success,
            Overall::Regressed | Overall::Mixed => ExitCode::Threshold,
            Overall::Inconclusive => ExitCode::Inconclusive,
        }
    }

    fn inconclusive(self, reasons: Vec<String>) -> Self {
        Self { overall: Overall::Inconclusive, reasons, ..self }
    }
}

/// Compares the rounds of two sides. The same reports and the same seed give the same comparison.
#[must_use]
pub fn compare(a: &[LoadReport], b: &[LoadReport], seed: u64) -> Comparison {
    compare_within(a, b, seed, None)
}

/// The same with a tolerance, which takes the place of what two runs of the same differ at least: 0.05 lets latencies and
/// rates be 5 % worse. Error shares have their own.
#[must_use]
pub fn compare_within(a: &[LoadReport], b: &[LoadReport], seed: u64, tolerance: Option<f64>) -> Comparison {
    let comparison = Comparison {
        a: who(a),
        b: who(b),
        seed,
        metrics: Vec::new(),
        overall: Overall::Unchanged,
        reasons: Vec::new(),
        notes: notes(a, b),
    };
    let obstacles = obstacles(a, b);
    if !obstacles.is_empty() {
        return comparison.inconclusive(obstacles);
    }
    let (a, b) = (Side::of(a), Side::of(b));
    let is_enough = a.seconds().min(b.seconds()) >= FEWEST_SECONDS;
    let drawn = if is_enough { draw::changes(&a, &b, seed) } else { Metric::ALL.map(|_| Vec::new()) };
    let metrics = Metric::ALL.into_iter().zip(drawn);
    let metrics: Vec<Compared> =
        metrics.map(|(metric, drawn)| Compared::of(metric, &a, &b, drawn, tolerance)).collect();
    let overall = Overall::of(&metrics);
    let comparison = Comparison { metrics, overall, ..comparison };
    match overall {
        Overall::Inconclusive if !is_enough => {
            comparison.inconclusive(vec![format!("fewer than {FEWEST_SECONDS} seconds were measured")])
        }
        Overall::Inconclusive => comparison.inconclusive(vec!["there is nothing to measure by".into()]),
        _ => comparison,
    }
}

/// Compares the rounds of one target that was paid in two ways: the plans differ in how payments are signed, and all else
/// must agree as ever.
#[must_use]
pub fn compare_signatures(a: &[LoadReport], b: &[LoadReport], seed: u64) -> Comparison {
    let signature = b.first().map(|report| report.plan.payments.signature).unwrap_or_default();
    let as_b = |report: &LoadReport| {
        let mut report = report.clone();
        report.plan.payments.signature = signature;
        report
    };
    let mut comparison = compare(&a.iter().map(as_b).collect::<Vec<_>>(), b, seed);
    let own = a.first().map(|report| report.plan.payments.signature).unwrap_or_default();
    for (who, signature) in [(&mut comparison.a, own), (&mut comparison.b, signature)] {
        who.target = format!("{}, paid by {}", who.target, signature.name());
    }
    comparison
}

fn who(side: &[LoadReport]) -> Who {
    let Some(first) = side.first() else { return Who::default() };
    Who {
        target: first.target.name.clone(),
        version: first.target.version.clone(),
        runs: side.iter().map(|report| report.run.clone()).collect(),
    }
}

/// Every run with its place, as sentences begin: `A`, `B, run 2`.
fn named<'a>(a: &'a [LoadReport], b: &'a [LoadReport]) -> impl Iterator<Item = (String, &'a LoadReport)> {
    let sides = [("A", a), ("B", b)].into_iter();
    sides.flat_map(|(name, side)| {
        side.iter().zip(1..).map(move |(report, number)| match side.len() {
            1 => (name.to_owned(), report),
            _ => (format!("{name}, run {number}"), report),
        })
    })
}

fn notes(a: &[LoadReport], b: &[LoadReport]) -> Vec<String> {
    let runs = named(a, b);
    runs.flat_map(|(name, report)| report.verdict.notes.iter().map(move |note| format!("{name}: {note}")))
        .collect()
}

/// Why these runs are not compared: numbers of a run that lost money or that measured something else say nothing.
fn obstacles(a: &[LoadReport], b: &[LoadReport]) -> Vec<String> {
    let (Some(first), false) = (a.first(), b.is_empty()) else {
        let name = if a.is_empty() { "A" } else { "B" };
        return vec![format!("there is no run of {name}")];
    };
    let mut obstacles: Vec<String> =
        named(a, b).filter_map(|(name, report)| Some(format!("{name}: {}", trouble(report)?))).collect();
    for (name, report) in named(a, b).skip(1) {
        let differences = comparable(first, report).err().unwrap_or_default();
        obstacles.extend(differences.into_iter().map(|difference| format!("A and {name}: {difference}")));
    }
    obstacles
}

/// Why the numbers of a run are not to be believed.
fn trouble(report: &LoadReport) -> Option<String> {
    let losses = report.books.losses();
    if losses > 0 {
        return Some(format!("by {losses} payments somebody lost money, so its speed is worth nothing"));
    }
    match report.verdict.word {
        Outcome::Passed | Outcome::Missed | Outcome::ChainBound if report.measured.is_empty() => {
            Some("nothing was measured".into())
        }
        Outcome::Passed | Outcome::Missed | Outcome::ChainBound => None,
        word => {
            let reason = report.verdict.reasons.first().map(|reason| format!(", {reason}"));
            Some(format!("the run is {}{}", word.as_str(), reason.unwrap_or_default()))
        }
    }
}

//! What is compared, and when a change counts.

use super::side::Side;
use serde::{Deserialize, Serialize};

/// A change that goes beyond all measure; JSON knows no infinity.
const BEYOND: f64 = 1e6;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// The median of good payments from their intended start, µs.
    PaymentP50,
    /// Their 99th percentile, µs.
    PaymentP99,
    /// Good payments a second.
    Goodput,
    /// Payments that ended in an error, as a share of those begun, 0 to 1.
    ErrorShare,
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Less is better.
    LowerIsBetter,
    /// More is better.
    HigherIsBetter,
}

/// A range.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Its begin.
    pub low: f64,
    /// Its end.
    pub high: f64,
}

/// What became of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// Better, by more than chance and noise explain.
    Improved,
    /// Worse, by more than chance and noise explain.
    Regressed,
    /// Neither.
    Unchanged,
    /// There is too little to tell.
    NotMeasured,
}

/// A metric of both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// What was compared.
    pub metric: Metric,
    /// Which way is better.
    pub direction: Direction,
    /// Over all rounds of A, in the unit of the metric; `None` without samples.
    pub a: Option<f64>,
    /// Over all rounds of B.
    pub b: Option<f64>,
    /// B divided by A, at most a million; for the error share B less A.
    pub change: Option<f64>,
    /// Where the change is in 95 of 100 draws.
    pub interval: Option<Interval>,
    /// Changes within this say nothing: 0.05 is from 1 / 1.05 to 1.05; for the error share from -0.05 to 0.05.
    pub noise_floor: f64,
    /// What became of it.
    pub verdict: Word,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::PaymentP50, Self::PaymentP99, Self::Goodput, Self::ErrorShare];

    /// Its name, for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PaymentP50 => "payment p50",
            Self::PaymentP99 => "payment p99",
            Self::Goodput => "goodput",
            Self::ErrorShare => "error share",
        }
    }

    /// Which way is better.
    #[must_use]
    pub const fn direction(self) -> Direction {
        match self {
            Self::Goodput => Direction::HigherIsBetter,
            _ => Direction::LowerIsBetter,
        }
    }

    /// Whether its change is a difference: there is no ratio to an error share of 0.
    pub(super) const fn is_difference(self) -> bool {
        matches!(self, Self::ErrorShare)
    }

    /// What two runs of the same differ at least, whatever is measured.
    const fn least_noise(self) -> f64 {
        match self {
            Self::PaymentP50 | Self::Goodput => 0.05,
            Self::PaymentP99 => 0.1,
            Self::ErrorShare => 0.005,
        }
    }

    /// From one value to another; `None` when there is none to compare with.
    pub(super) fn change(self, from: Option<f64>, to: Option<f64>) -> Option<f64> {
        let (from, to) = (from?, to?);
        match self.is_difference() {
            true => Some(to - from),
            false if from <= 0.0 && to <= 0.0 => None,
            false if from <= 0.0 => Some(BEYOND),
            false => Some((to / from).clamp(1.0 / BEYOND, BEYOND)),
        }
    }

    /// How far a change is from none, whichever way it goes.
    fn distance(self, change: f64) -> f64 {
        if self.is_difference() { change.abs() } else { change.max(1.0 / change) - 1.0 }
    }

    fn none(self) -> f64 {
        if self.is_difference() { 0.0 } else { 1.0 }
    }

    /// How far the rounds of a side lie apart.
    fn spread(self, rounds: &[f64]) -> Option<f64> {
        let least = rounds.iter().copied().reduce(f64::min);
        let most = rounds.iter().copied().reduce(f64::max);
        self.change(least, most).map(|change| self.distance(change))
    }

    fn noise_floor(self, a: &Side, b: &Side, tolerance: Option<f64>) -> f64 {
        let spreads = [a, b].into_iter().filter_map(|side| self.spread(&side.by_round(self)));
        let least = tolerance.filter(|_| !self.is_difference()).unwrap_or_else(|| self.least_noise());
        spreads.fold(least, f64::max)
    }

    fn word(self, change: f64, interval: Interval, noise_floor: f64) -> Word {
        let none = self.none();
        let is_chance = interval.low <= none && none <= interval.high;
        if is_chance || self.distance(change) <= noise_floor {
            return Word::Unchanged;
        }
        match (self.direction(), change > none) {
            (Direction::LowerIsBetter, false) | (Direction::HigherIsBetter, true) => Word::Improved,
            _ => Word::Regressed,
        }
    }
}

impl Compared {
    /// `drawn` are the changes of the draws, in rising order.
    pub(super) fn of(metric: Metric, a: &Side, b: &Side, drawn: Vec<f64>, tolerance: Option<f64>) -> Self {
        let noise_floor = metric.noise_floor(a, b, tolerance);
        let (a, b) = (a.whole(metric), b.whole(metric));
        let change = metric.change(a, b);
        let interval = Interval::of(&drawn);
        let verdict = match (change, interval) {
            (Some(change), Some(interval)) => metric.word(change, interval, noise_floor),
            _ => Word::NotMeasured,
        };
        Self { metric, direction: metric.direction(), a, b, change, interval, noise_floor, verdict }
    }

    /// What became of it, as a person would say it.
    #[must_use]
    pub fn told(&self) -> &'static str {
        let none = self.metric.none();
        match (self.verdict, self.interval) {
            (Word::Unchanged, Some(Interval { low, high })) if low <= none && none <= high => {
                "no difference that these runs can tell"
            }
            (Word::Unchanged, _) => "within the tolerance",
            (word, _) => word.as_str(),
        }
    }
}

impl Interval {
    /// The middle 95 of 100.
    fn of(drawn: &[f64]) -> Option<Self> {
        let (low, high) = (drawn.len() / 40, drawn.len() - drawn.len() / 40);
        Some(Self { low: *drawn.get(low)?, high: *drawn.get(high.checked_sub(1)?)? })
    }
}

impl Word {
    /// For people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Improved => "improved",
            Self::Regressed => "regressed",
            Self::Unchanged => "unchanged",
            Self::NotMeasured => "not measured",
        }
    }
}

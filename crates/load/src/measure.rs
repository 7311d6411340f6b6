//! What is measured: latencies by phase, lot and answer, in histograms that can be added up without loss.

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Which payments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lot {
    /// Those that must be taken.
    Right,
    /// Those that must be refused.
    Wrong,
    /// Second and further presentations of one payment.
    Copy,
}

impl Lot {
    /// Its name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Wrong => "wrong",
            Self::Copy => "copy",
        }
    }
}

/// What an answer amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// The 402, the yes, the content.
    Good,
    /// A no.
    Refused,
    /// The settlement is said to be under way.
    Pending,
    /// An answer that is neither yes nor no.
    Unclear,
    /// A status of 500 or more without a verdict.
    Failed,
    /// No whole answer within the time limit.
    TimedOut,
    /// No connection, or one that broke.
    Broken,
}

impl Mark {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Good, Self::Refused, Self::Pending, Self::Unclear, Self::Failed, Self::TimedOut, Self::Broken];

    /// Its name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Refused => "refused",
            Self::Pending => "pending",
            Self::Unclear => "unclear",
            Self::Failed => "failed",
            Self::TimedOut => "timed-out",
            Self::Broken => "broken",
        }
    }

    /// Whether no whole answer came.
    #[must_use]
    pub const fn is_silence(self) -> bool {
        matches!(self, Self::TimedOut | Self::Broken)
    }

    /// Whether this answer to a payment of that lot is an error.
    ///
    /// A copy may be refused or answered as before; a wrong payment has to be refused.
    #[must_use]
    pub const fn is_error(self, lot: Lot) -> bool {
        match lot {
            Lot::Right => !matches!(self, Self::Good),
            Lot::Wrong => !matches!(self, Self::Refused),
            Lot::Copy => !matches!(self, Self::Good | Self::Refused | Self::Pending),
        }
    }
}

/// A histogram on the wire: values in µs and how often each was seen.
pub type Pairs = Vec<(u64, u64)>;

/// A distribution of times, µs, with three significant digits.
#[derive(Debug, Clone)]
pub struct Times(Histogram<u64>);

impl Default for Times {
    fn default() -> Self {
        Self::new()
    }
}

impl Times {
    /// An empty one.
    ///
    /// # Panics
    /// Never: three digits are what the library allows.
    #[must_use]
    pub fn new() -> Self {
        #[expect(clippy::expect_used, reason = "the number of digits is a constant that the library takes")]
        Self(Histogram::new(3).expect("three digits"))
    }

    /// Adds a time.
    pub fn record(&mut self, time: Duration) {
        self.add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX / 2), 1);
    }

    fn add(&mut self, micros: u64, times: u64) {
        // The histogram grows as it has to; only a value beyond every clock could fail.
        let _ = self.0.record_n(micros, times);
    }

    /// Adds what came over the wire.
    pub fn add_pairs(&mut self, pairs: &Pairs) {
        for (micros, times) in pairs {
            self.add(*micros, *times);
        }
    }

    /// Adds another one.
    pub fn add_all(&mut self, other: &Self) {
        let _ = self.0.add(&other.0);
    }

    /// For the wire. Adding it up again gives the same histogram.
    #[must_use]
    pub fn pairs(&self) -> Pairs {
        self.0.iter_recorded().map(|at| (at.value_iterated_to(), at.count_at_value())).collect()
    }

    /// How many times there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The time below or at which this share (0 to 1) of all times is; `None` when there is none.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        (self.count() > 0).then(|| Duration::from_micros(self.0.value_at_quantile(share)))
    }

    /// The shortest.
    #[must_use]
    pub fn min(&self) -> Option<Duration> {
        (self.count() > 0).then(|| Duration::from_micros(self.0.min()))
    }

    /// The longest.
    #[must_use]
    pub fn max(&self) -> Option<Duration> {
        (self.count() > 0).then(|| Duration::from_micros(self.0.max()))
    }

    /// The mean.
    #[must_use]
    pub fn mean(&self) -> Option<Duration> {
        (self.count() > 0).then(|| Duration::from_secs_f64(self.0.mean() / 1e6))
    }

    /// Forgets all, and keeps the memory.
    pub fn clear(&mut self) {
        self.0.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_goes_over_the_wire_is_the_same_histogram(micros in proptest::collection::vec(0u64..90_000_000, 0..200)) {
            let mut there = Times::new();
            for micros in &micros {
                there.record(Duration::from_micros(*micros));
            }
            let (first, second) = micros.split_at(micros.len() / 2);
            let mut here = Times::new();
            for half in [first, second] {
                let mut part = Times::new();
                half.iter().for_each(|micros| part.record(Duration::from_micros(*micros)));
                here.add_pairs(&part.pairs());
            }
            prop_assert_eq!(here.count(), micros.len() as u64);
            for share in [0.0, 0.5, 0.99, 1.0] {
                prop_assert_eq!(here.quantile(share), there.quantile(share));
            }
        }
    }

    #[test]
    fn nothing_recorded_has_no_times() {
        let times = Times::new();
        assert_eq!((times.quantile(0.5), times.min(), times.max(), times.mean()), (None, None, None, None));
    }
}

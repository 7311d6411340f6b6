//! Whether a run has reached a threshold.

use super::{
    GAS_PER_SETTLE, Limit, Measure, Op, Stat, Threshold, Time, in_blocks, latency, per_second, percent,
};
use crate::Phase;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Digits after the point of what was measured: one payment in a million shows.
const DECIMALS: usize = 4;

/// What a run has measured. `None` wherever there is nothing to measure by; the threshold then does not hold.
pub trait Measured {
    /// A latency of a phase.
    fn latency(&self, phase: Phase, time: Time, stat: Stat) -> Option<Duration>;
    /// Good answers per second.
    fn good_per_second(&self, phase: Phase) -> Option<f64>;
    /// Good answers as a part of those that the plan intended, from 0 to 1.
    fn good_share(&self, phase: Phase) -> Option<f64>;
    /// Errors as a part of all answers, of a phase or of all; from 0 to 1.
    fn error_share(&self, phase: Option<Phase>) -> Option<f64>;
    /// One of [`BOOKS`](super::BOOKS), all but `gas-per-settle`.
    fn count(&self, name: &str) -> Option<u64>;
    /// Gas of a settlement, the mean of all.
    fn gas_per_settle(&self) -> Option<u64>;
}

/// What has become of a threshold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// Whether it holds.
    pub held: bool,
    /// What was measured, in the kind of unit of the threshold; `None` when nothing was.
    pub observed: Option<String>,
}

impl Threshold {
    /// Whether it holds for what a run has measured. Without a time between blocks, none in blocks does.
    #[must_use]
    pub fn judge(&self, measured: &dyn Measured, block_time: Option<Duration>) -> Judged {
        match self.observe(measured, block_time) {
            Some((held, observed)) => Judged { held, observed: Some(observed) },
            None => Judged { held: false, observed: None },
        }
    }

    fn observe(&self, measured: &dyn Measured, block_time: Option<Duration>) -> Option<(bool, String)> {
        let op = self.op;
        match (self.measure, self.limit) {
            (Measure::Latency { phase, time, stat }, limit) => {
                in_time(op, measured.latency(phase, time, stat)?, limit, block_time)
            }
            (Measure::Rate(phase), Limit::PerSecond(limit)) => {
                let rate = measured.good_per_second(phase)?;
                Some((op.holds(rate, limit), per_second(rate, DECIMALS)))
            }
            (Measure::Rate(phase), Limit::Share(limit)) => {
                let share = measured.good_share(phase)?;
                Some((op.holds(share, limit), percent(share, DECIMALS)))
            }
            (Measure::Errors(phase), Limit::Share(limit)) => {
                let share = measured.error_share(phase)?;
                Some((op.holds(share, limit), percent(share, DECIMALS)))
            }
            (Measure::Book(name), Limit::Count(limit)) => {
                let is_gas = name == GAS_PER_SETTLE;
                let count = if is_gas { measured.gas_per_settle() } else { measured.count(name) }?;
                Some((op.holds(count, limit), count.to_string()))
            }
            // The grammar makes no other pairs.
            _ => None,
        }
    }
}

fn in_time(op: Op, observed: Duration, limit: Limit, block_time: Option<Duration>) -> Option<(bool, String)> {
    match (limit, block_time.filter(|time| !time.is_zero())) {
        (Limit::Time(limit), _) => Some((op.holds(observed, limit), latency(observed))),
        (Limit::Blocks(blocks), Some(time)) => {
            let shown = in_blocks(observed.as_secs_f64() / time.as_secs_f64());
            Some((op.holds(observed, time.mul_f64(blocks)), format!("{shown} ({})", latency(observed))))
        }
        _ => None,
    }
}

impl Op {
    fn holds<T: PartialOrd>(self, observed: T, limit: T) -> bool {
        match self {
            Self::Below => observed < limit,
            Self::AtMost => observed <= limit,
            Self::Above => observed > limit,
            Self::AtLeast => observed >= limit,
            Self::Equal => observed == limit,
        }
    }
}

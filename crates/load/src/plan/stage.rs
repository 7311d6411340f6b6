//! For how long, and how fast.

use super::flow::Flow;
use super::quantity::milliseconds;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The longest that a stage lasts.
pub const LONGEST: Duration = Duration::from_hours(7 * 24);

/// The fastest rate, payments per second.
pub const FASTEST: f64 = 1_000_000.0;

/// A time with one pace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// How long it lasts, whole milliseconds; at most [`LONGEST`]. `for` in a file.
    #[serde(rename = "for", with = "milliseconds")]
    pub length: Duration,
    /// How fast payments come.
    pub pace: Pace,
    /// Whether its latencies do not count. Its payments are in the books all the same.
    pub warm_up: bool,
}

/// How fast payments come.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pace {
    /// At a rate that goes evenly from one value to another, whether the answers keep up or not.
    Rate {
        /// Payments per second at the begin; at most [`FASTEST`].
        from: f64,
        /// Payments per second at the end; the same for a constant rate.
        to: f64,
    },
    /// From so many users, each of which waits for an answer before it goes on (a closed loop).
    Users(u32),
}

impl Stage {
    /// The payments that are due in it; `None` when users decide.
    #[must_use]
    pub fn payments(&self) -> Option<u64> {
        match self.pace {
            Pace::Rate { from, to } => Some(Flow::new(from, to, self.length).count()),
            Pace::Users(_) => None,
        }
    }
}

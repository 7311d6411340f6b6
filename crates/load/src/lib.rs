//! Load on an implementation of x402, and whether the books still balance afterwards.
//!
//! ```text
//! Plan ──> schedule of intended starts ──> Goose's users, in a process of their own ──> what was answered, and when
//!   └──> chain, payers, target ─────────────────────────────────> blocks as they come ──> what was taken, and when
//!                                                    both, payment by payment: the books ──> verdict
//! ```
//!
//! - [`plan`]: what is asked for: stages, mix, thresholds.
//!
//! A payment's latency counts from its *intended* start, so that a target that stalls cannot hide it (coordinated
//! omission). Amounts are atomic token units, times are stated with each field.

pub mod phase;
pub mod plan;

pub use phase::Phase;

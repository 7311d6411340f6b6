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

pub mod books;
pub mod compare;
pub mod conduct;
pub mod config;
pub mod html;
pub mod job;
pub mod limit;
pub mod markdown;
pub mod measure;
pub mod merge;
pub mod phase;
pub mod plan;
pub mod render;
pub mod result;
pub mod rounds;
pub mod tally;
pub mod verdict;
pub mod vitals;
pub mod worker;

mod control;
mod crew;
mod permit2;
mod prepare;
mod quantum;

pub use conduct::hold;
pub use config::{CeilingFrom, ChainFrom, Lately, LoadConfig, LoadError, Progress, Watcher};
pub use crew::SUBCOMMAND;
pub use phase::Phase;
pub use plan::Plan;
pub use result::LoadReport;

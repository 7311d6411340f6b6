//! Plans of load: how many payments, of what kind, when, on what chain, and what must be reached.
//!
//! A plan is a TOML file; those in `scenarios/load` are compiled in.
//!
//! ```toml
//! title = "A steady stream that every facilitator should carry"
//! facilitator = "settle"             # verify, settle, both, mix, { verifies-per-settle = 3 }
//! server = "purchase"                # challenge, purchase
//! thresholds = ["payment p99 < 3s", "error-rate < 0.5%"]
//! # also: version = 2, copies = 1, timeout = "30s", users = 500
//!
//! [chain]
//! blocks = "1s"                      # automine, or a time
//! # also: rpc-delay = "200ms", gas-limit = 30000000
//!
//! [payments]
//! wrong = { share = 0.3, changes = ["value-zero", { value-below = 1 }] }
//! # also: payers = 1000, price = 10000, window = "2m", token = "usdc", signature = "ml-dsa-44",
//! # method = "permit2", scheme = "upto"
//!
//! [[stages]]
//! for = "30s"
//! rate = 20                          # or { from = 5, to = 200 }, or users = 20
//! warm-up = true
//! ```
//!
//! - [`read`](Plan::read): from a text to a plan, with the place of what is wrong.
//! - [`work`]: what is asked of whom, on what chain, with which payments.
//! - [`stage`]: for how long, and how fast.
//! - [`schedule`]: from stages to the instant of each payment, also over many processes.
//! - [`threshold`]: what must be reached, in one line each.

mod built_in;
mod flow;
mod quantity;
mod read;
pub mod schedule;
pub mod stage;
pub mod threshold;
pub mod work;

#[cfg(test)]
mod tests;

pub use schedule::{Schedule, Shard, Ticket};
pub use stage::{Pace, Stage};
pub use threshold::{BOOKS, Judged, Measured, Stat, Threshold, ThresholdError, Time};
pub use work::{
    Blocks, ChainPlan, FacilitatorWork, Method, Payments, ServerWork, SignatureKind, TokenName, Wrong,
};

/// What is wrong with a plan, and where in its file.
pub use gauntlet_engine::scenario::ScenarioError as PlanError;

use crate::Phase;
use gauntlet_probe::Role;
use gauntlet_wire::Version;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a run of load does. As JSON, times are whole milliseconds and thresholds are texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The name of its file, without `.toml`.
    pub name: String,
    /// What it is for, in one line.
    pub title: String,
    /// The version of the protocol that all of its payments speak.
    pub version: Version,
    /// What is asked of a facilitator.
    pub facilitator: FacilitatorWork,
    /// What is asked of a resource server.
    pub server: ServerWork,
    /// So many times each payment is presented, at one instant; no more than there are users.
    pub copies: u32,
    /// The longest wait for one answer, whole milliseconds.
    #[serde(with = "quantity::milliseconds")]
    pub timeout: Duration,
    /// So many requests at most are under way in stages at a rate; `None`: the runner decides.
    pub users: Option<u32>,
    /// The chain it runs on.
    pub chain: ChainPlan,
    /// What is presented.
    pub payments: Payments,
    /// One after the other; at least one, and at least one that is no warm-up.
    pub stages: Vec<Stage>,
    /// What must be reached. Whether the books balance is judged in any case.
    pub thresholds: Vec<Threshold>,
}

impl Plan {
    /// The payments that it intends, copies not counted; `None` when users decide in one of its stages.
    #[must_use]
    pub fn total_payments(&self) -> Option<u64> {
        self.stages.iter().map(Stage::payments).sum()
    }

    /// From its start to the last instant at which a payment is due.
    #[must_use]
    pub fn length(&self) -> Duration {
        self.stages.iter().map(|stage| stage.length).sum()
    }

    /// Whether users decide in one of its stages when the next payment starts.
    #[must_use]
    pub fn is_closed_loop(&self) -> bool {
        self.stages.iter().any(|stage| matches!(stage.pace, Pace::Users(_)))
    }

    /// The phases that it measures on a target of a role; none for a client.
    #[must_use]
    pub fn phases(&self, role: Role) -> &'static [Phase] {
        match (role, self.facilitator, self.server) {
            (Role::Facilitator, FacilitatorWork::Verify, _) => &[Phase::Verify, Phase::Payment],
            (Role::Facilitator, FacilitatorWork::Settle, _) => &[Phase::Settle, Phase::Payment],
            (Role::Facilitator, FacilitatorWork::Both | FacilitatorWork::Mix { .. }, _) => {
                &[Phase::Verify, Phase::Settle, Phase::Payment]
            }
            (Role::Server, _, ServerWork::Challenge) => &[Phase::Challenge, Phase::Payment],
            (Role::Server, _, ServerWork::Purchase) => &[Phase::Challenge, Phase::Paid, Phase::Payment],
            (Role::Client, ..) => &[],
        }
    }

    /// Whether all of its thresholds can be judged on a target of a role. Ask before a run: those of the command line are
    /// among them, and a file does not say the role.
    ///
    /// # Errors
    /// [`ThresholdError`] for the first that is about a phase that the plan does not measure there, or about blocks when
    /// there is no time between them.
    pub fn check_thresholds(&self, role: Role) -> Result<(), ThresholdError> {
        self.thresholds.iter().try_for_each(|threshold| {
            threshold.check_blocks(self.chain.blocks)?;
            threshold.check_phase(self.phases(role), role)
        })
    }
}

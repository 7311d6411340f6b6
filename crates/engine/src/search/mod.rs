//! The search: made-up payments and sequences, judged by the oracle and by the invariants.
//!
//! Its checks are listed with those of their role and run only when they are asked for, with a number of cases: how
//! long they take is the caller's choice.

pub mod bytes;
pub mod case;
mod facilitator;
pub mod hunt;
pub mod run;
pub mod sequence;
pub mod words;

use crate::check::Check;
use gauntlet_probe::Role;
use std::time::Duration;

/// How much is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Budget {
    /// Cases for each property; 0 means no search.
    pub cases: u64,
    /// The longest time for each property; `None` means as long as the cases take.
    pub max_time: Option<Duration>,
}

/// The checks that search, for one role.
#[must_use]
pub fn checks(role: Role) -> Vec<Check> {
    let mut checks = match role {
        Role::Facilitator => facilitator::checks(),
        Role::Server | Role::Client => Vec::new(),
    };
    checks.extend(sequence::checks(role));
    checks
}

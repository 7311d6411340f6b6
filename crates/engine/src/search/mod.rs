//! The search: made-up payments and sequences, judged by the oracle and by the invariants.
//!
//! Its checks are listed with those of their role and run only when they are asked for, with a number of cases: how
//! long they take is the caller's choice.

mod blame;
pub mod bytes;
pub mod case;
mod facilitator;
pub mod hunt;
mod payment;
pub mod run;
pub mod sequence;
mod server;
pub mod words;

use crate::check::Check;
use crate::row::Row;
use gauntlet_probe::Role;
use gauntlet_wire::{ReasonClass, Verdict};
use std::time::Duration;

/// How much is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Budget {
    /// Cases for each property; 0 means no search.
    pub cases: u64,
    /// The longest time for each property; `None` means as long as the cases take.
    pub max_time: Option<Duration>,
    /// Only whether there is something to find: the first failure ends a property's search, and is kept as it was met.
    pub first_only: bool,
}

/// The checks that search, for one role.
#[must_use]
pub fn checks(role: Role) -> Vec<Check> {
    let rows: [&[Row]; 2] = match role {
        Role::Facilitator => [facilitator::ROWS, sequence::ROWS],
        Role::Server => [server::ROWS, sequence::SERVER_ROWS],
        Role::Client => [&[], &[]],
    };
    rows.into_iter().flatten().flat_map(Row::checks).collect()
}

/// A reason class as it is written.
fn name(class: ReasonClass) -> String {
    serde_json::to_value(class).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Class and kind of a case: the oracle's verdict, and of what is invalid the first fault.
fn class_of(verdict: &Verdict, faults: &[ReasonClass]) -> hunt::Made {
    let (class, kind) = match verdict {
        Verdict::Valid => ("valid", String::new()),
        Verdict::Open(_) => ("open", String::new()),
        Verdict::Invalid(classes) => {
            ("invalid", faults.first().or(classes.first()).copied().map(name).unwrap_or_default())
        }
    };
    hunt::Made::Of { class, kind }
}

//! Everything that reaches a verdict: requirements, checks, the world they run in, the scheduler, known issues, and
//! the trial of the trial itself against broken doubles.

pub mod check;
pub mod cx;
pub mod facilitator;
pub mod history;
pub mod known;
pub mod payment;
pub mod reply;
pub mod requirements;
pub mod row;
pub mod scenario;
pub mod select;
pub mod selftest;
pub mod server;
pub mod target;
pub mod trial;
pub mod world;

/// The name of this set of checks: newest protocol version and the revision of the documents.
pub const SET: &str = "v2-2026-06";

/// The checks of a role's trial, in the order in which they are listed.
#[must_use]
pub fn checks_of(role: gauntlet_probe::Role) -> Vec<Check> {
    match role {
        gauntlet_probe::Role::Facilitator => facilitator::checks(),
        gauntlet_probe::Role::Server => server::checks().into_iter().chain(scenario::checks()).collect(),
        gauntlet_probe::Role::Client => Vec::new(),
    }
}

/// Every check of every role.
#[must_use]
pub fn all_checks() -> Vec<Check> {
    let roles = [gauntlet_probe::Role::Facilitator, gauntlet_probe::Role::Server];
    roles.into_iter().flat_map(checks_of).collect()
}

pub use check::{Check, Lane, Need, Stop};
pub use cx::Cx;
pub use known::KnownIssues;
pub use requirements::{Catalogue, Requirement};
pub use target::TargetSpec;
pub use trial::{Trial, TrialConfig, TrialError};
pub use world::World;

//! Everything that reaches a verdict: requirements, checks, the world they run in, the scheduler, known issues, and
//! the trial of the trial itself against broken doubles.

pub mod cast;
pub mod check;
pub mod client;
pub mod cx;
pub mod dialect;
pub mod facilitator;
pub mod history;
pub mod invariants;
pub mod known;
mod lives;
pub mod payment;
pub mod reply;
pub mod requirements;
pub mod row;
pub mod scenario;
pub mod scene;
pub mod search;
pub mod select;
pub mod selftest;
pub mod server;
mod sizes;
pub mod survival;
pub mod target;
pub mod trial;
pub mod world;

/// The name of this set of checks: newest protocol version and the revision of the documents.
pub const SET: &str = "v2-2026-06";

/// The checks of a role's trial, in the order in which they are listed.
#[must_use]
pub fn checks_of(role: Role) -> Vec<Check> {
    checks_with(role, None)
}

/// As [`checks_of`], with a client of somebody else's that buys in the flows.
#[must_use]
pub fn checks_with(role: Role, client: Option<&Arc<Manifest>>) -> Vec<Check> {
    let mut checks = match role {
        Role::Facilitator => facilitator::checks(),
        Role::Server => server::checks(),
        Role::Client => client::checks(None),
    };
    if role == Role::Server && client.is_some() {
        checks.extend(client::checks(client));
    }
    checks.extend(scenario::checks_bought_by(role, client));
    checks.extend(search::checks(role));
    checks
}

/// Every check of every role.
#[must_use]
pub fn all_checks() -> Vec<Check> {
    [Role::Facilitator, Role::Server, Role::Client].into_iter().flat_map(checks_of).collect()
}

use gauntlet_probe::{Manifest, Role};
use std::sync::Arc;

pub use cast::Part;
pub use check::{Check, Lane, Need, Stop};
pub use cx::Cx;
pub use known::{KnownIssues, LiesWith};
pub use requirements::{Catalogue, Requirement};
pub use scenario::nginx::program as nginx;
pub use target::TargetSpec;
pub use trial::{Trial, TrialConfig, TrialError};
pub use world::World;

//! Payers over Permit2 that are no plain accounts with a key: smart wallets (ERC-1271), which Permit2 asks itself, wallets
//! that are yet to be made (ERC-6492), which it cannot make, and accounts with delegated code (EIP-7702), which it takes
//! for wallets.
//!
//! Nobody has to take their payments. Whoever takes them must not be cheated.

mod accepted;
mod payers;
mod refused;

use super::topic;
use crate::check::Check;
use crate::cx::Cx;
use gauntlet_wire::permit2::Permit2Scheme;

pub(super) fn checks() -> Vec<Check> {
    [accepted::checks(), refused::checks()].concat()
}

/// A check of payers of one kind.
fn check<F>(
    scheme: Permit2Scheme,
    id: &str,
    title: &str,
    covers: &[&'static str],
    risk: &'static str,
    body: impl Fn(Cx) -> F + Send + Sync + 'static,
) -> Check
where
    F: Future<Output = crate::check::Judged> + Send + 'static,
{
    let (id, title) = (format!("{}.wallets.{id}", topic(scheme)), format!("{title} ({scheme} over Permit2)"));
    super::check(&id, &title, covers, risk, body)
}

//! What the shop remembers of payments: which are on their way, and which have bought something.
//!
//! A facilitator may say again that a payment is settled, and it is right each time; whether it buys something is for
//! the shop to know. It knows payments by what names them on the chain, not by how they are written or where they are
//! presented, and keeps them until their window has closed.

use super::deal::Deal;
use super::mutants::Fault;
use super::refusal::Why;
use crate::claims::{Claim, Claims, Known, PaymentId};
use alloy_primitives::keccak256;
use gauntlet_report::clock::unix_seconds;
use gauntlet_wire::Version;
use std::sync::Arc;

/// What a shop has sold for. It outlives the instances of the shop, as a database would, and clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Sales(Arc<Claims>);

impl Sales {
    /// What an instance remembers by; mutants forget all with their process.
    pub(super) fn of(&self, fault: Option<Fault>) -> Arc<Claims> {
        match fault {
            Some(Fault::ForgetsAtRestart | Fault::ServesSpentItDoesNotRemember) => Arc::default(),
            _ => Arc::clone(&self.0),
        }
    }
}

/// By what a payment is known again while it is on its way, and when it has bought something. Not at all: by nothing.
struct Names {
    on_its_way: Option<PaymentId>,
    spent: Option<PaymentId>,
}

fn names(deal: &Deal) -> Names {
    let id = deal.payment.id;
    let known = |by: &[u8]| Some((id.0, id.1, keccak256([id.2.as_slice(), by].concat())));
    let id = Some(id);
    let (on_its_way, spent) = match deal.service.fault {
        Some(Fault::TrustsRepeatedSuccess | Fault::B402ServesReplays) => (id, None),
        Some(Fault::ServesLostAgain) if deal.service.quirks.was_lost(deal.payment.id) => (id, None),
        Some(Fault::RemembersBytes) => (id, known(deal.payment.bytes.as_slice())),
        Some(Fault::RemembersByRoute) => (id, known(deal.order.place.route.name.as_bytes())),
        Some(Fault::RemembersByVersion) => (id, known(&[version(deal.payment.version)])),
        Some(Fault::RemembersAfterwards) => (None, id),
        Some(Fault::LocksBytes) => (known(deal.payment.bytes.as_slice()), id),
        Some(Fault::LocksByRoute) => (known(deal.order.place.route.name.as_bytes()), id),
        _ => (id, id),
    };
    Names { on_its_way, spent }
}

const fn version(version: Version) -> u8 {
    match version {
        Version::V1 => 1,
        Version::V2 => 2,
    }
}

/// Takes a payment for sale; none to a mutant that takes it unseen.
pub(super) fn claim(deal: &Deal) -> Result<Option<Claim>, Why> {
    let claims = &deal.service.claims;
    let names = names(deal);
    if names.spent != names.on_its_way
        && names.spent.is_some_and(|id| matches!(claims.known(id), Some(Known::Settled { .. })))
    {
        return Err(Why::Spent);
    }
    let Some(id) = names.on_its_way else { return Ok(None) };
    match claims.claim(id, deal.payment.authorization.valid_before, unix_seconds(), |_| false) {
        Ok(claim) => Ok(Some(claim)),
        Err(Known::InFlight) => Err(Why::InFlight),
        Err(Known::Settled { .. } | Known::Pending(_)) => Err(Why::Spent),
    }
}

/// The payment has bought something.
pub(super) fn spend(deal: &Deal, claim: Option<Claim>) {
    let names = names(deal);
    if let Some(claim) = claim {
        if names.spent == names.on_its_way {
            return claim.ends_as(deal.spent());
        }
        drop(claim);
    }
    let until = deal.payment.authorization.valid_before;
    if let Some(id) = names.spent
        && let Ok(claim) = deal.service.claims.claim(id, until, unix_seconds(), |_| false)
    {
        claim.ends_as(deal.spent());
    }
}

/// Whether a mutant never takes a payment again that was refused for this.
pub(super) fn is_kept_from(deal: &Deal, why: &Why) -> bool {
    match deal.service.fault {
        Some(Fault::ClaimStaysAfterFailure) => matches!(why, Why::Unverified(_) | Why::Unsupported(_)),
        Some(Fault::PendingIsFinal) => matches!(why, Why::Pending(_)),
        _ => false,
    }
}

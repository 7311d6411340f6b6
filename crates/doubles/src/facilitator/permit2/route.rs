//! How Permit2 comes to take the money: it may already, or what the payer has sent along makes it so.

use super::Payment;
use super::permit;
use crate::facilitator::mutants::Fault;
use crate::facilitator::service::Service;
use alloy_primitives::U256;
use gauntlet_wire::permit2::{SponsoredApproval, SponsoredPermit};

/// Gas of a settlement through the proxy, also for a payer who is a wallet.
const GAS: u64 = 400_000;
/// Gas of one that submits a permit first.
const PERMIT_GAS: u64 = 500_000;

/// How a payment is settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// Permit2 may take the money.
    Direct,
    /// The proxy submits the payer's permit in the transaction that pays.
    Permit(SponsoredPermit),
    /// The payer's approval is broadcast first.
    Approval(SponsoredApproval),
}

impl Route {
    /// The one that a payment needs, when Permit2 may take this much, atomic units.
    pub(super) fn needed(service: &Service, payment: &Payment, allowance: U256) -> Self {
        if allowance >= payment.charge() && !permit::must_be_fresh(service, payment) {
            return Self::Direct;
        }
        Self::offered(service, payment)
    }

    /// The one that a payment speaks of.
    pub(super) fn offered(service: &Service, payment: &Payment) -> Self {
        match (&payment.request.permit, &payment.request.approval) {
            (Some(permit), _) if !service.is(Fault::Eip2612Ignored) => Self::Permit(permit.clone()),
            (_, Some(approval)) if !service.is(Fault::Erc20Ignored) => Self::Approval(approval.clone()),
            _ => Self::Direct,
        }
    }

    /// The most gas that its settlement may use.
    pub(super) const fn gas(&self) -> u64 {
        match self {
            Self::Direct | Self::Approval(_) => GAS,
            Self::Permit(_) => PERMIT_GAS,
        }
    }
}

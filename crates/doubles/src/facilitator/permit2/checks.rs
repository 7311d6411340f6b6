//! The checks that need no chain.
//!
//! Source: scheme `exact` on EVM §2 (Phase 3), scheme `upto` on EVM (Phase 3 and settle-time checks).

use super::Payment;
use super::finding::Finding;
use gauntlet_wire::eip3009::{Recovered, recover};
use gauntlet_wire::permit2::{PERMIT2, Permit2Scheme};
use gauntlet_wire::{Address, Network, U256};

/// A payment must still be good for this long, so that its transaction has time to be mined. Seconds.
pub(super) const MARGIN_SECONDS: u64 = 6;

/// What a payment is looked at for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Verify,
    /// In scheme `upto` the requirements then say what is charged.
    Settle,
}

/// Everything that is wrong with a payment whatever the chain says; `now` is Unix seconds.
pub(super) fn findings(
    payment: &Payment,
    proxy: Address,
    facilitators: &[Address],
    network: Network,
    stage: Stage,
    now: u64,
) -> Vec<Finding> {
    let Payment { request, .. } = payment;
    let (signed, asked) = (&request.authorization, &request.requirements);
    let named = signed.witness.facilitator;
    let method = request.transfer_method.as_deref();
    let is_signed = matches!(
        recover(&request.signature, signed.digest(network.chain_id, PERMIT2)),
        Recovered::Plain(signer) if signer == signed.from
    );
    let findings = [
        (request.claimed_scheme != asked.scheme, Finding::ClaimedScheme),
        (asked.network != network.caip2() || request.claimed_network != asked.network, Finding::Network),
        (method.is_some_and(|method| method != "permit2"), Finding::TransferMethod),
        (signed.token != asked.asset, Finding::Token),
        (signed.spender != proxy, Finding::Spender),
        (signed.witness.to != asked.pay_to, Finding::Payee),
        (named.is_some_and(|named| !facilitators.contains(&named)), Finding::Facilitator),
        (signed.deadline < U256::from(now + MARGIN_SECONDS), Finding::Expired),
        (signed.witness.valid_after > U256::from(now), Finding::Early),
        (!is_signed, Finding::Signature),
    ];
    let found = findings.into_iter().filter_map(|(is_wrong, finding)| is_wrong.then_some(finding));
    amount(payment, stage).into_iter().chain(found).collect()
}

/// The price is what is signed; at the settlement of `upto` it is what is charged, and must not be more.
fn amount(payment: &Payment, stage: Stage) -> Option<Finding> {
    let (permitted, price) = (payment.request.authorization.amount, payment.request.requirements.amount);
    match (payment.scheme, stage) {
        (Permit2Scheme::Upto, Stage::Settle) => (price > permitted).then_some(Finding::AboveTheCap),
        _ => (price != permitted).then_some(Finding::Amount),
    }
}

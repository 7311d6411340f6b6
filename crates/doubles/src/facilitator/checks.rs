//! The checks that need no chain. All findings are listed, in the order in which they are reported.
//!
//! Source: scheme `exact` on EVM §1 (Phase 2), core v2 §6.1.2, core v1 §6.1.2.

use super::findings::Finding;
use gauntlet_wire::eip3009::{Recovered, recover};
use gauntlet_wire::message::Request;
use gauntlet_wire::{Address, Domain, Network, U256, Version};

/// A payment must still be good for this long, so that its transaction has time to be mined. Seconds.
const MARGIN_SECONDS: u64 = 6;

/// Everything that is wrong with a payment whatever the chain says. `authority` is the contract that it is signed for, `now`
/// is Unix seconds.
pub(super) fn findings(request: &Request, network: Network, authority: Address, now: u64) -> Vec<Finding> {
    [scheme(request), names(request, network), amount(request), payee(request), window(request, now)]
        .into_iter()
        .chain([signature(request, network, authority)])
        .flatten()
        .collect()
}

fn scheme(request: &Request) -> Option<Finding> {
    if request.requirements.scheme != "exact" {
        return Some(Finding::Scheme);
    }
    (request.claimed_scheme != request.requirements.scheme).then_some(Finding::ClaimedScheme)
}

fn names(request: &Request, network: Network) -> Option<Finding> {
    if request.requirements.network != network.name(request.version) {
        return Some(Finding::Network);
    }
    (request.claimed_network != request.requirements.network).then_some(Finding::ClaimedNetwork)
}

fn amount(request: &Request) -> Option<Finding> {
    let (value, price) = (request.authorization.value, request.requirements.amount);
    if value < price {
        return Some(Finding::Underpaid);
    }
    // Version 1 asks for a value that meets or exceeds the price, version 2 for the price.
    (value > price && request.version == Version::V2).then_some(Finding::Overpaid)
}

fn payee(request: &Request) -> Option<Finding> {
    (request.authorization.to != request.requirements.pay_to).then_some(Finding::Payee)
}

fn window(request: &Request, now: u64) -> Option<Finding> {
    if request.authorization.valid_before < U256::from(now + MARGIN_SECONDS) {
        return Some(Finding::Expired);
    }
    (request.authorization.valid_after > U256::from(now)).then_some(Finding::Early)
}

/// The signature is not that of the payer's key.
pub(super) fn signature(request: &Request, network: Network, authority: Address) -> Option<Finding> {
    let Some(domain) = domain(request, network, authority) else { return Some(Finding::DomainMissing) };
    match recover(&request.signature, request.authorization.digest(&domain)) {
        Recovered::Plain(signer) if signer == request.authorization.from => None,
        other => Some(Finding::Signature(other)),
    }
}

/// The domain that the requirements describe; `None` when `extra` does not.
pub(super) fn domain(request: &Request, network: Network, authority: Address) -> Option<Domain> {
    Some(Domain {
        name: request.requirements.domain_name.clone()?,
        version: request.requirements.domain_version.clone()?,
        chain_id: network.chain_id,
        verifying_contract: authority,
    })
}

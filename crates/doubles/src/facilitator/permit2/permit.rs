//! Permits that payers send along (extension eip2612GasSponsoring), for the allowance that they have not made.
//!
//! Source: extension eip2612GasSponsoring (verification and settlement logic); EIP-2612.

use super::Payment;
use super::chain::word;
use super::checks::MARGIN_SECONDS;
use crate::facilitator::mutants::Fault;
use crate::facilitator::receipts;
use crate::facilitator::rpc::ChainError;
use crate::facilitator::sender::Outgoing;
use crate::facilitator::service::Service;
use alloy_primitives::{B256, U256};
use alloy_sol_types::{SolCall, sol};
use gauntlet_wire::eip3009::{Recovered, recover};
use gauntlet_wire::permit2::{PERMIT2, SponsoredPermit};
use gauntlet_wire::{Domain, Network};
use std::time::Duration;

sol! {
    #[allow(missing_docs)]
    interface Eip2612 {
        function nonces(address owner) external view returns (uint256);
        function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
    }
}

/// One thing that is wrong with a permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PermitFault {
    /// The token knows no permits.
    NoPermits,
    Owner,
    Token,
    Spender,
    /// Not what the payment permits: the proxies take nothing else.
    Amount,
    Expired,
    Nonce,
    Signature,
}

impl PermitFault {
    /// The reason code.
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Owner => "eip2612_from_mismatch",
            Self::Token => "eip2612_asset_mismatch",
            Self::Spender => "eip2612_spender_not_permit2",
            Self::Amount => "permit2_2612_amount_mismatch",
            Self::Expired => "eip2612_deadline_expired",
            // The allowance is missing, and this permit does not make it.
            Self::NoPermits | Self::Nonce | Self::Signature => "permit2_allowance_required",
        }
    }

    /// Whether a mutant looks past it.
    pub(super) const fn is_pardoned(self, fault: Fault) -> bool {
        matches!(
            (self, fault),
            (Self::Owner, Fault::Eip2612AnyOwner)
                | (Self::Token, Fault::Eip2612AnyToken)
                | (Self::Spender, Fault::Eip2612AnySpender)
                | (Self::Amount, Fault::Eip2612AnyAmount)
                | (Self::Expired, Fault::Eip2612WithoutEnd)
                | (Self::NoPermits | Self::Nonce | Self::Signature, Fault::Eip2612WithoutSignature)
        )
    }
}

/// Everything that stands against a permit; `now` is Unix seconds.
///
/// # Errors
/// [`ChainError`] when the chain did not tell the owner's nonce.
pub(super) async fn findings(
    service: &Service,
    payment: &Payment,
    permit: &SponsoredPermit,
    now: u64,
) -> Result<Vec<PermitFault>, ChainError> {
    let (signed, asked) = (&payment.request.authorization, &payment.request.requirements);
    let ask = Eip2612::noncesCall { owner: signed.from }.abi_encode();
    let nonce = word(&service.rpc.call(service.sender.address(), asked.asset, &ask, now).await?);
    let findings = [
        (permit.from != signed.from, PermitFault::Owner),
        (permit.asset != asked.asset, PermitFault::Token),
        (permit.spender != PERMIT2, PermitFault::Spender),
        (permit.deadline < U256::from(now + MARGIN_SECONDS), PermitFault::Expired),
        (permit.amount != signed.amount, PermitFault::Amount),
        (nonce.is_none(), PermitFault::NoPermits),
        (nonce.is_some_and(|nonce| nonce != permit.nonce), PermitFault::Nonce),
        (!is_signed(payment, permit, service.network), PermitFault::Signature),
    ];
    Ok(findings.into_iter().filter_map(|(is_wrong, finding)| is_wrong.then_some(finding)).collect())
}

fn is_signed(payment: &Payment, permit: &SponsoredPermit, network: Network) -> bool {
    let asked = &payment.request.requirements;
    let (Some(name), Some(version)) = (&asked.domain_name, &asked.domain_version) else { return false };
    let domain = Domain {
        name: name.clone(),
        version: version.clone(),
        chain_id: network.chain_id,
        verifying_contract: asked.asset,
    };
    let owner = payment.request.authorization.from;
    recover(&permit.signature, permit.digest(owner, &domain)) == Recovered::Plain(owner)
}

/// The last byte, and the two words before it. Zeros for what is no signature of a key: no token takes that.
pub(super) fn split(signature: &[u8]) -> (u8, B256, B256) {
    match signature {
        [words @ .., v] if words.len() == 64 => {
            (*v, B256::from_slice(&words[..32]), B256::from_slice(&words[32..]))
        }
        _ => (0, B256::ZERO, B256::ZERO),
    }
}

/// A mutant wants the permit to be unused although nobody needs it any more.
pub(super) fn must_be_fresh(service: &Service, payment: &Payment) -> bool {
    service.is(Fault::Eip2612UsedFails) && payment.request.permit.is_some()
}

/// A mutant submits a permit for whomever it names.
///
/// # Errors
/// [`ChainError`] when the transaction is certainly not with the chain.
pub(super) async fn submit_for_anybody(
    service: &Service,
    permit: &SponsoredPermit,
) -> Result<(), ChainError> {
    let (v, r, s) = split(&permit.signature);
    let (owner, spender, value, deadline) = (permit.from, permit.spender, permit.amount, permit.deadline);
    let data = Eip2612::permitCall { owner, spender, value, deadline, v, r, s }.abi_encode();
    let outgoing = Outgoing { to: permit.asset, data, value: U256::ZERO };
    let submitted = service.sender.submit(&service.rpc, &outgoing).await?;
    let _ = receipts::wait(&service.rpc, submitted.hash(), Duration::from_secs(5)).await;
    Ok(())
}

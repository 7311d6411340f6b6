//! Approvals that payers have signed as transactions (extension erc20ApprovalGasSponsoring): broadcast before the payment is
//! settled, with coins for the gas where the payer has none.
//!
//! Source: extension erc20ApprovalGasSponsoring (verification and settlement logic). The chain has no bundles, so that gift,
//! approval and settlement are sent one after the other.

use super::Payment;
use crate::facilitator::mutants::Fault;
use crate::facilitator::receipts;
use crate::facilitator::rpc::ChainError;
use crate::facilitator::sender::Outgoing;
use crate::facilitator::service::Service;
use alloy_consensus::{Transaction as _, TxEnvelope};
use alloy_eips::eip2718::Decodable2718;
use alloy_primitives::{Address, TxKind, U256, keccak256};
use alloy_sol_types::{SolCall, sol};
use gauntlet_wire::permit2::{PERMIT2, SponsoredApproval};
use std::time::Duration;

sol! {
    #[allow(missing_docs)]
    function approve(address spender, uint256 value) external returns (bool);
}

/// The most that is given for an approval, wei: a thousandth of a coin.
const LARGEST_GIFT: u64 = 1_000_000_000_000_000;
/// How long a gift and an approval may wait for a block.
const PATIENCE: Duration = Duration::from_secs(10);

/// One thing that is wrong with an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ApprovalFault {
    /// It is no transaction that can be read.
    Unreadable,
    Owner,
    Token,
    /// Named in the extension.
    NamedSpender,
    Signer,
    Target,
    Call,
    Spender,
    Amount,
    Chain,
    Nonce,
    /// It offers less for gas than gas costs.
    Price,
    /// Its gas costs more than is given.
    Dear,
}

impl ApprovalFault {
    /// The reason code.
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Unreadable => "erc20_approval_tx_parse_failed",
            Self::Owner => "erc20_approval_from_mismatch",
            Self::Token => "erc20_approval_asset_mismatch",
            Self::NamedSpender => "erc20_approval_spender_not_permit2",
            Self::Signer => "erc20_approval_tx_signer_mismatch",
            Self::Target => "erc20_approval_tx_wrong_target",
            Self::Call => "erc20_approval_tx_invalid_calldata",
            Self::Spender => "erc20_approval_tx_wrong_spender",
            Self::Amount => "permit2_allowance_required",
            Self::Chain | Self::Nonce | Self::Price => "erc20_approval_tx_failed",
            Self::Dear => "erc20_approval_insufficient_eth_for_gas",
        }
    }

    /// Whether a mutant looks past it.
    pub(super) const fn is_pardoned(self, fault: Fault) -> bool {
        matches!(
            (self, fault),
            (Self::Signer, Fault::Erc20AnySigner)
                | (Self::Target, Fault::Erc20AnyTarget)
                | (Self::Call | Self::Spender | Self::Amount, Fault::Erc20AnyCall)
                | (Self::NamedSpender | Self::Spender, Fault::Erc20AnySpender)
                | (Self::Amount, Fault::Erc20AnyAmount)
                | (Self::Chain, Fault::Erc20AnyChain)
                | (Self::Nonce, Fault::Erc20AnyNonce)
                | (Self::Price, Fault::Erc20AnyPrice)
                | (Self::Unreadable, Fault::Erc20Unread)
                | (Self::Dear, Fault::Erc20AnyGift)
        )
    }
}

/// An approval that could be read.
struct Read {
    signer: Option<Address>,
    transaction: TxEnvelope,
}

fn read(approval: &SponsoredApproval) -> Option<Read> {
    let mut bytes = approval.transaction.as_slice();
    let transaction = TxEnvelope::decode_2718(&mut bytes).ok().filter(|_| bytes.is_empty())?;
    let hash = transaction.signature_hash();
    let signer = transaction.signature().recover_address_from_prehash(&hash).ok();
    Some(Read { signer, transaction })
}

/// Everything that stands against an approval.
///
/// # Errors
/// [`ChainError`] when the chain did not answer all questions.
pub(super) async fn findings(
    service: &Service,
    payment: &Payment,
    approval: &SponsoredApproval,
) -> Result<Vec<ApprovalFault>, ChainError> {
    let (signed, asked) = (&payment.request.authorization, &payment.request.requirements);
    let Some(Read { signer, transaction }) = read(approval) else {
        return Ok(vec![ApprovalFault::Unreadable]);
    };
    let (nonce, price) =
        tokio::try_join!(service.rpc.account_nonce(signed.from, false), service.rpc.gas_price())?;
    let call = approveCall::abi_decode(transaction.input()).ok();
    let is_whole = call.as_ref().is_some_and(|call| call.abi_encode() == transaction.input()[..]);
    let findings = [
        (approval.from != signed.from, ApprovalFault::Owner),
        (approval.asset != asked.asset, ApprovalFault::Token),
        (approval.spender != PERMIT2, ApprovalFault::NamedSpender),
        (signer != Some(signed.from), ApprovalFault::Signer),
        (transaction.kind() != TxKind::Call(asked.asset), ApprovalFault::Target),
        (!is_whole, ApprovalFault::Call),
        (call.as_ref().is_some_and(|call| call.spender != PERMIT2), ApprovalFault::Spender),
        (call.as_ref().is_some_and(|call| call.value < signed.amount), ApprovalFault::Amount),
        (transaction.chain_id() != Some(service.network.chain_id), ApprovalFault::Chain),
        (transaction.nonce() != nonce, ApprovalFault::Nonce),
        (transaction.max_fee_per_gas() < price, ApprovalFault::Price),
        (cost(&transaction) > U256::from(LARGEST_GIFT), ApprovalFault::Dear),
    ];
    Ok(findings.into_iter().filter_map(|(is_wrong, finding)| is_wrong.then_some(finding)).collect())
}

/// The most that a transaction may cost its sender, wei.
fn cost(transaction: &TxEnvelope) -> U256 {
    let gas = U256::from(transaction.gas_limit()).saturating_mul(U256::from(transaction.max_fee_per_gas()));
    gas.saturating_add(transaction.value())
}

/// The call of an approval as its payer would make it; none of what cannot be read.
pub(super) fn call(approval: &SponsoredApproval) -> Option<Outgoing> {
    let transaction = read(approval)?.transaction;
    let to = transaction.to()?;
    Some(Outgoing { to, data: transaction.input().to_vec(), value: transaction.value() })
}

/// Gives the payer what the gas costs and he has not, and broadcasts the approval. Whether it has done what it should shows
/// when the payment is settled.
///
/// # Errors
/// [`ChainError`] when a transaction is certainly not with the chain.
pub(super) async fn broadcast(
    service: &Service,
    payment: &Payment,
    approval: &SponsoredApproval,
) -> Result<(), ChainError> {
    let payer = payment.request.authorization.from;
    if let Some(Read { transaction, .. }) = read(approval) {
        give(service, payer, cost(&transaction)).await?;
    }
    service.rpc.send(&approval.transaction).await?;
    let _ = receipts::wait(&service.rpc, keccak256(&approval.transaction), PATIENCE).await;
    Ok(())
}

/// A mutant gives before it has looked at anything.
///
/// # Errors
/// As [`broadcast`].
pub(super) async fn give_at_once(service: &Service, payment: &Payment) -> Result<(), ChainError> {
    let Some(approval) = payment.request.approval.as_ref().filter(|_| service.is(Fault::Erc20GivesFirst))
    else {
        return Ok(());
    };
    match read(approval) {
        Some(Read { transaction, .. }) if cost(&transaction) <= U256::from(LARGEST_GIFT) => {
            give(service, payment.request.authorization.from, cost(&transaction)).await
        }
        _ => Ok(()),
    }
}

async fn give(service: &Service, payer: Address, needed: U256) -> Result<(), ChainError> {
    let missing = needed.saturating_sub(service.rpc.coins(payer).await?);
    if missing.is_zero() || service.is(Fault::Erc20NeverGives) {
        return Ok(());
    }
    let gift = Outgoing { to: payer, data: Vec::new(), value: missing };
    let submitted = service.sender.submit(&service.rpc, &gift).await?;
    let _ = receipts::wait(&service.rpc, submitted.hash(), PATIENCE).await;
    Ok(())
}

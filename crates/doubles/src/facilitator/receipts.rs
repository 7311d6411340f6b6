//! Waits for a receipt and judges it by the transfer that it contains, not by its status alone.

use super::mutants::Fault;
use super::pardons::known_asset;
use super::rpc::Rpc;
use super::service::Service;
use super::token;
use super::token::Eip3009::Transfer;
use alloy_primitives::{Address, B256, U256};
use alloy_rpc_types_eth::TransactionReceipt;
use alloy_sol_types::SolEvent;
use gauntlet_wire::message::Request;
use std::time::Duration;
use tokio::time::Instant;

/// The first pause between two looks, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(40));

/// Looks for a receipt until it is there, or until `limit` has passed. A chain that does not answer is asked again.
pub(super) async fn wait(rpc: &Rpc, hash: B256, limit: Duration) -> Option<TransactionReceipt> {
    let end = Instant::now() + limit;
    let (mut pause, longest) = PAUSES;
    loop {
        let found = tokio::time::timeout_at(end, rpc.receipt(hash)).await.ok()?;
        if let Ok(Some(receipt)) = found {
            return Some(receipt);
        }
        if Instant::now() + pause >= end {
            return None;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(longest);
    }
}

/// Whether the transaction moved exactly what was authorized; a mutant may look at less.
pub(super) fn moved(receipt: &TransactionReceipt, request: &Request, fault: Option<Fault>) -> bool {
    let authorization = &request.authorization;
    let told = |any_contract: bool, to: Option<Address>| {
        let logs = receipt.logs().iter();
        let mut logs = logs.filter(|log| any_contract || log.address() == request.requirements.asset);
        receipt.status()
            && logs.any(|log| {
                Transfer::decode_log(&log.inner).is_ok_and(|moved| {
                    (moved.from, moved.value) == (authorization.from, authorization.value)
                        && to.is_none_or(|to| to == moved.to)
                })
            })
    };
    match fault {
        Some(Fault::TransferOfAnyContract) => return told(true, Some(authorization.to)),
        Some(Fault::TransferToAnybody) => return told(false, None),
        _ => {}
    }
    has_transfer(
        receipt,
        request.requirements.asset,
        authorization.from,
        authorization.to,
        authorization.value,
    )
}

/// Whether the payee owns as much more after the transaction's block as was authorized. The token of the network is known
/// to tell the truth; of any other its own events are no proof. What the chain does not say is not held against it.
pub(super) async fn arrived(service: &Service, receipt: &TransactionReceipt, request: &Request) -> bool {
    let (asset, payee) = (request.requirements.asset, request.authorization.to);
    let is_known = known_asset(service.network) == Some(asset);
    let skips = matches!(
        service.fault,
        Some(Fault::BelievesTransfers | Fault::TransferOfAnyContract | Fault::TransferToAnybody)
    );
    let (false, Some(block)) = (is_known || skips, receipt.block_number) else { return true };
    let balance = |block| token::balance_at(&service.rpc, asset, payee, block);
    let (Some(before), Some(after)) = tokio::join!(balance(block.saturating_sub(1)), balance(block)) else {
        return true;
    };
    after.saturating_sub(before) >= request.authorization.value
}

/// Whether the transaction succeeded and this token moved exactly this.
pub(super) fn has_transfer(
    receipt: &TransactionReceipt,
    token: Address,
    from: Address,
    to: Address,
    value: U256,
) -> bool {
    receipt.status()
        && receipt.logs().iter().filter(|log| log.address() == token).any(|log| {
            Transfer::decode_log(&log.inner)
                .is_ok_and(|moved| (moved.from, moved.to, moved.value) == (from, to, value))
        })
}

//! Waits for a receipt and judges it by the transfer that it contains, not by its status alone.

use super::rpc::Rpc;
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

/// Whether the transaction moved exactly what was authorized.
pub(super) fn moved(receipt: &TransactionReceipt, request: &Request) -> bool {
    let authorization = &request.authorization;
    has_transfer(
        receipt,
        request.requirements.asset,
        authorization.from,
        authorization.to,
        authorization.value,
    )
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

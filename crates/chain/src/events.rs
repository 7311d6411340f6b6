//! The events of our tokens, read from logs.

use crate::interface::IToken;
use alloy_primitives::{B256, Log};
use alloy_sol_types::SolEvent as _;
use gauntlet_report::{AuthorizationUse, Transfer};

/// Where a log is on the chain.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// The transaction that emitted it.
    pub(crate) tx: B256,
    pub(crate) block: u64,
    /// Its number within the block.
    pub(crate) log_index: u64,
}

/// The Transfer in a log, if it is one.
pub(crate) fn transfer(log: &Log, place: Place) -> Option<Transfer> {
    let event = IToken::Transfer::decode_log(log).ok()?;
    Some(Transfer {
        token: event.address,
        from: event.from,
        to: event.to,
        value: event.value,
        tx: place.tx,
        block: place.block,
        log_index: place.log_index,
    })
}

/// The AuthorizationUsed in a log, if it is one.
pub(crate) fn authorization_use(log: &Log, place: Place) -> Option<AuthorizationUse> {
    let event = IToken::AuthorizationUsed::decode_log(log).ok()?;
    Some(AuthorizationUse {
        token: event.address,
        payer: event.authorizer,
        nonce: event.nonce,
        tx: place.tx,
        block: place.block,
    })
}

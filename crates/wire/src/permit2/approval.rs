//! The extension `erc20ApprovalGasSponsoring`: a payer whose token knows no permits signs a transaction that approves
//! Permit2, and the facilitator broadcasts it before it settles.
//!
//! Source: extension erc20ApprovalGasSponsoring.

use super::{PERMIT2, Permit2Draft};
use crate::draft::Edit;
use crate::message::{Malformed, Node};
use crate::{Address, U256};
use alloy_primitives::hex;
use serde_json::json;

/// What the extension is called in `/supported` and in payloads.
pub const ERC20_APPROVAL_GAS_SPONSORING: &str = "erc20ApprovalGasSponsoring";

/// What stands in `info` of the extension in a payload: a signed transaction, and what it is said to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SponsoredApproval {
    /// Whose money it is.
    pub from: Address,
    /// The token.
    pub asset: Address,
    /// Who may take it: Permit2.
    pub spender: Address,
    /// How much may be taken, atomic token units.
    pub amount: U256,
    /// The transaction as it is broadcast.
    pub transaction: Vec<u8>,
}

impl SponsoredApproval {
    /// What a payer says of a transaction that carries a payment: that it lets Permit2 take all there is.
    #[must_use]
    pub fn of(payment: &Permit2Draft, transaction: Vec<u8>) -> Self {
        Self {
            from: payment.authorization.from,
            asset: payment.terms.token.address,
            spender: PERMIT2,
            amount: U256::MAX,
            transaction,
        }
    }

    /// Puts it into a payment, in the place of all other extensions.
    pub fn attach(&self, payment: &mut Permit2Draft) {
        let extensions = json!({ ERC20_APPROVAL_GAS_SPONSORING: { "info": {
            "from": self.from.to_checksum(None),
            "asset": self.asset.to_checksum(None),
            "spender": self.spender.to_checksum(None),
            "amount": self.amount.to_string(),
            "signedTransaction": hex::encode_prefixed(&self.transaction),
            "version": "1",
        } } });
        payment.edits.push(Edit::Set("/paymentPayload/extensions".into(), extensions));
    }
}

/// Reads the approval of a payload's `extensions`; none when there is no signed one, only the echo of an offer.
///
/// # Errors
/// The first [`Malformed`] member of a signed one.
pub(super) fn read_approval(extensions: &Node<'_>) -> Result<Option<SponsoredApproval>, Malformed> {
    let extension = extensions.optional(ERC20_APPROVAL_GAS_SPONSORING);
    let Some(info) = extension.and_then(|extension| extension.optional("info")) else { return Ok(None) };
    let Some(transaction) = info.optional("signedTransaction") else { return Ok(None) };
    Ok(Some(SponsoredApproval {
        from: info.field("from")?.address()?,
        asset: info.field("asset")?.address()?,
        spender: info.field("spender")?.address()?,
        amount: info.field("amount")?.integer()?,
        transaction: transaction.bytes()?,
    }))
}

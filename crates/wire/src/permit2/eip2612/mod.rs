//! The extension `eip2612GasSponsoring`: a payer who has not let Permit2 take the money signs an EIP-2612 permit for that,
//! and the facilitator submits it together with the payment.
//!
//! Source: extension eip2612GasSponsoring; EIP-2612; the proxies of x402 (`settleWithPermit`).

pub mod draft;

pub use draft::{PermitDraft, PermitMutation};

use crate::message::{Malformed, Node};
use crate::{Address, B256, Domain, U256};
use alloy_sol_types::{SolStruct, sol};

/// What the extension is called in `/supported` and in payloads.
pub const EIP2612_GAS_SPONSORING: &str = "eip2612GasSponsoring";

sol! {
    /// The struct that the payer signs, with the member order of EIP-2612.
    #[allow(missing_docs)]
    struct Permit {
        address owner;
        address spender;
        uint256 value;
        uint256 nonce;
        uint256 deadline;
    }
}

/// What stands in `info` of the extension in a payload: a permit and its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SponsoredPermit {
    /// Whose money it is.
    pub from: Address,
    /// The token.
    pub asset: Address,
    /// Who may take it: Permit2.
    pub spender: Address,
    /// How much may be taken, atomic token units.
    pub amount: U256,
    /// The owner's next nonce for permits at the token.
    pub nonce: U256,
    /// The permit is good up to and including this second, Unix time.
    pub deadline: U256,
    /// As written, any length.
    pub signature: Vec<u8>,
}

impl SponsoredPermit {
    /// The 32 bytes that its owner signs: `keccak256(0x1901 ‖ separator ‖ hashStruct)`.
    #[must_use]
    pub fn digest(&self, owner: Address, domain: &Domain) -> B256 {
        digest(owner, self.spender, [self.amount, self.nonce, self.deadline], domain)
    }
}

fn digest(owner: Address, spender: Address, numbers: [U256; 3], domain: &Domain) -> B256 {
    let [value, nonce, deadline] = numbers;
    Permit { owner, spender, value, nonce, deadline }.eip712_signing_hash(&domain.alloy())
}

/// Reads the permit of a payload's `extensions`; none when there is no signed one, only the echo of an offer.
///
/// # Errors
/// The first [`Malformed`] member of a signed one.
pub(super) fn read_permit(extensions: &Node<'_>) -> Result<Option<SponsoredPermit>, Malformed> {
    let Some(info) =
        extensions.optional(EIP2612_GAS_SPONSORING).and_then(|extension| extension.optional("info"))
    else {
        return Ok(None);
    };
    if info.optional("signature").is_none() {
        return Ok(None);
    }
    Ok(Some(SponsoredPermit {
        from: info.field("from")?.address()?,
        asset: info.field("asset")?.address()?,
        spender: info.field("spender")?.address()?,
        amount: info.field("amount")?.integer()?,
        nonce: info.field("nonce")?.integer()?,
        deadline: info.field("deadline")?.integer()?,
        signature: info.field("signature")?.bytes()?,
    }))
}

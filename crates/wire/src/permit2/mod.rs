//! Payments through Permit2: what the payer signs, and the digest of it.
//!
//! The payer lets the Permit2 contract take the token once and for all, and signs for each payment a
//! `PermitWitnessTransferFrom`. Only the spender that it names can use it: a proxy contract of x402, one for each
//! scheme, which holds to the witness. Protocol version 2 only.
//!
//! Source: scheme `exact` on EVM §2; scheme `upto` on EVM §1; EIP-712; Permit2 (`SignatureTransfer`). The witness of
//! `upto` is published as the type of the deployed proxy, not in the text of the scheme.

mod allowance;
pub mod approval;
pub mod draft;
pub mod eip2612;
pub mod mutation;
pub mod oracle;
pub mod read;
mod rules;
pub mod words;

pub use approval::SponsoredApproval;
pub use draft::{PayloadShape, Permit2Draft, Permit2Presented, SignedUnder};
pub use eip2612::{PermitDraft, PermitMutation, SponsoredPermit};
pub use mutation::Permit2Mutation;
pub use oracle::{Permit2View, PermitView, Stage, judge_permit2};
pub use read::{Permit2Request, read_permit2};
pub use words::{PERMIT2_WORDS, Permit2Change, Permit2Word};

use crate::{Address, B256, U256};
use alloy_primitives::address;
use alloy_sol_types::{Eip712Domain, SolStruct};

/// The canonical Permit2 contract, at the same address on every chain.
pub const PERMIT2: Address = address!("0x000000000022D473030F116dDEE9F6B43aC78BA3");
/// The proxy that spends payments of scheme `exact`.
pub const EXACT_PROXY: Address = address!("0x402085c248EeA27D92E8b30b2C58ed07f9E20001");
/// The proxy that spends payments of scheme `upto`.
pub const UPTO_PROXY: Address = address!("0x4020A4f3b7b90ccA423B9fabCc0CE57C6C240002");

/// A payment scheme that Permit2 serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permit2Scheme {
    /// The signed amount is the price.
    Exact,
    /// The signed amount is the most that may be charged, and only by the facilitator that the payer names.
    Upto,
}

impl Permit2Scheme {
    /// Both schemes.
    pub const ALL: [Self; 2] = [Self::Exact, Self::Upto];

    /// The scheme that a message calls so.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.name() == name)
    }

    /// What stands in `scheme`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Upto => "upto",
        }
    }

    /// The contract that spends payments of this scheme.
    #[must_use]
    pub const fn proxy(self) -> Address {
        match self {
            Self::Exact => EXACT_PROXY,
            Self::Upto => UPTO_PROXY,
        }
    }

    /// The one that this is not.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Exact => Self::Upto,
            Self::Upto => Self::Exact,
        }
    }
}

impl std::fmt::Display for Permit2Scheme {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// What a payer authorizes: `permit2Authorization` of the payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit2Authorization {
    /// Payer. Not part of what is signed: it is whoever signed.
    pub from: Address,
    /// `permitted.token`.
    pub token: Address,
    /// `permitted.amount`, atomic token units.
    pub amount: U256,
    /// Who may use the authorization.
    pub spender: Address,
    /// Used once for each payer, in no order.
    pub nonce: U256,
    /// The authorization is good up to and including this second, Unix time.
    pub deadline: U256,
    /// What the spender is held to.
    pub witness: Witness,
}

/// What the proxy is held to by the payer's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Receiver of the money.
    pub to: Address,
    /// The only account that may settle: scheme `upto`. None in scheme `exact`, whose witness has no such member.
    pub facilitator: Option<Address>,
    /// The authorization is good from this second on, Unix time.
    pub valid_after: U256,
}

impl Permit2Authorization {
    /// The 32 bytes that are signed on a chain: `keccak256(0x1901 ‖ separator ‖ hashStruct)`, with the witness type of
    /// `upto` when a facilitator is named and that of `exact` otherwise.
    #[must_use]
    pub fn digest(&self, chain_id: u64, permit2: Address) -> B256 {
        self.digest_under(&domain(chain_id, permit2))
    }

    /// The same under another domain than that of Permit2.
    pub(crate) fn digest_under(&self, domain: &Eip712Domain) -> B256 {
        let Self { token, amount, spender, nonce, deadline, .. } = *self;
        let Witness { to, facilitator, valid_after } = self.witness;
        match facilitator {
            None => exact::PermitWitnessTransferFrom {
                permitted: exact::TokenPermissions { token, amount },
                spender,
                nonce,
                deadline,
                witness: exact::Witness { to, validAfter: valid_after },
            }
            .eip712_signing_hash(domain),
            Some(facilitator) => upto::PermitWitnessTransferFrom {
                permitted: upto::TokenPermissions { token, amount },
                spender,
                nonce,
                deadline,
                witness: upto::Witness { to, facilitator, validAfter: valid_after },
            }
            .eip712_signing_hash(domain),
        }
    }
}

/// The domain of Permit2, which unlike that of tokens has no version.
pub(crate) fn domain(chain_id: u64, permit2: Address) -> Eip712Domain {
    Eip712Domain::new(Some("Permit2".into()), None, Some(U256::from(chain_id)), Some(permit2), None)
}

/// `DOMAIN_SEPARATOR()` as Permit2 computes it.
#[must_use]
pub fn separator(chain_id: u64, permit2: Address) -> B256 {
    domain(chain_id, permit2).separator()
}

/// What is signed in scheme `exact`.
mod exact {
    alloy_sol_types::sol! {
        struct TokenPermissions { address token; uint256 amount; }
        struct Witness { address to; uint256 validAfter; }
        struct PermitWitnessTransferFrom {
            TokenPermissions permitted;
            address spender;
            uint256 nonce;
            uint256 deadline;
            Witness witness;
        }
    }
}

/// What is signed in scheme `upto`.
mod upto {
    alloy_sol_types::sol! {
        struct TokenPermissions { address token; uint256 amount; }
        struct Witness { address to; address facilitator; uint256 validAfter; }
        struct PermitWitnessTransferFrom {
            TokenPermissions permitted;
            address spender;
            uint256 nonce;
            uint256 deadline;
            Witness witness;
        }
    }
}

#[cfg(test)]
mod tests;

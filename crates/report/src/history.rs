//! What was asked and what it was told: the part of an exchange that its bytes do not say by themselves.

use crate::decimal;
use gauntlet_wire::{Address, B256, ReasonClass, U256, Version};
use serde::{Deserialize, Serialize};

/// Where a request to a facilitator went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Endpoint {
    /// `POST /verify`
    Verify,
    /// `POST /settle`
    Settle,
    /// `GET /supported`
    Supported,
}

impl Endpoint {
    /// The path below the target's base URL.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Verify => "/verify",
            Self::Settle => "/settle",
            Self::Supported => "/supported",
        }
    }
}

/// What an answer amounts to, whatever its status code and wording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// `isValid: true`, or `success: true`.
    Yes,
    /// Anything that is legible as a refusal: the field is false, or the status is an error.
    No,
    /// A 2xx answer without the field, or without JSON.
    Unclear(String),
    /// No whole answer came.
    Nothing(String),
}

/// What identifies a payment on the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PaymentKey {
    /// Token contract.
    pub token: Address,
    /// Payer.
    pub payer: Address,
    /// Nonce of the authorization.
    pub nonce: B256,
}

/// A payment as the harness meant it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentFacts {
    /// Identity on the chain.
    pub key: PaymentKey,
    /// Receiver that was signed.
    pub to: Address,
    /// Value that was signed, atomic units.
    #[serde(with = "decimal")]
    pub value: U256,
    /// Network as the requirements name it.
    pub network: String,
    /// Reason classes that fit its fault; empty when it has none or may have any.
    pub faults: Vec<ReasonClass>,
}

/// One request to a facilitator, besides its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Where it went.
    pub endpoint: Endpoint,
    /// Version of the payment; `None` for a body that is none.
    pub version: Option<Version>,
    /// What the answer amounts to.
    pub said: Said,
    /// The payment, when the request carried a whole one.
    pub payment: Option<PaymentFacts>,
    /// Whether the request was well-formed JSON.
    pub well_formed: bool,
    /// Whether the chain answered the target normally during the request.
    pub chain_healthy: bool,
}

/// One presentation of a payment to a server, and what it bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bought {
    /// The check that asked.
    pub check: String,
    /// Number of the exchange.
    pub exchange: u64,
    /// The payment, when a whole one was sent.
    pub payment: Option<PaymentKey>,
    /// The route that was asked for.
    pub path: String,
    /// Whether the handler of that route is meant to fail.
    pub fails: bool,
    /// Whether nothing was changed about the payment.
    pub plain: bool,
    /// To whom it was due.
    pub payee: Address,
    /// The price of the route, atomic units.
    #[serde(with = "decimal")]
    pub price: U256,
    /// Whether content came.
    pub served: bool,
    /// Status code.
    pub status: Option<u16>,
    /// The transaction that the answer named.
    pub transaction: Option<B256>,
    /// What was sent, for people.
    pub sent: String,
    /// Whether the harness has disturbed this purchase in a way after which money without content is nobody's fault.
    pub disturbed: bool,
}

//! What travels in x402: messages of protocol versions 1 and 2, their base64 headers, EIP-712 digests and
//! signatures of EIP-3009 and Permit2 authorizations, the named mutations of a valid payment, and the oracles that say
//! what a conforming facilitator must answer. EIP-3009 is everywhere but in [`permit2`].
//!
//! Nothing here does I/O, looks at a clock or keeps state: everything is a function of its arguments.
//! Amounts are atomic token units ([`U256`](alloy_primitives::U256)), times are Unix seconds.

pub mod answer;
pub mod draft;
pub mod eip3009;
pub mod erc6492;
pub mod header;
pub mod message;
pub mod mutation;
pub mod network;
pub mod oracle;
pub mod permit2;
pub mod reason;
pub mod repeats;
pub mod spelling;
pub mod terms;
pub mod vectors;
pub mod writing;

pub use alloy_primitives::{Address, B256, Bytes, U256};
pub use answer::{SettleAnswer, SupportedAnswer, SupportedKind, VerifyAnswer};
pub use draft::{Draft, DraftError, Echo, Presented};
pub use eip3009::{Authorization, Domain, Key, SignatureForm};
pub use mutation::{Cast, Change, Mutation};
pub use network::Network;
pub use oracle::{Clock, LedgerView, TokenView, Verdict, faults_at, judge, judge_at};
pub use permit2::{
    Permit2Authorization, Permit2Change, Permit2Draft, Permit2Mutation, Permit2Presented, Permit2Request,
    Permit2Scheme, Permit2View, Stage, Witness, judge_permit2, read_permit2,
};
pub use reason::ReasonClass;
pub use spelling::Spelling;
pub use terms::{Terms, Token};

use serde::{Deserialize, Serialize};

/// The protocol version that a message speaks: its `x402Version`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum Version {
    /// `x402Version` 1: short network names, `maxAmountRequired`, header `X-PAYMENT`.
    V1,
    /// `x402Version` 2: CAIP-2 networks, `amount`, `accepted`, header `PAYMENT-SIGNATURE`.
    V2,
}

impl Version {
    /// Both versions, the current one first.
    pub const ALL: [Self; 2] = [Self::V2, Self::V1];

    /// The number that stands in `x402Version`.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
        }
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "v{}", self.number())
    }
}

impl From<Version> for u8 {
    fn from(version: Version) -> Self {
        version.number()
    }
}

impl TryFrom<u8> for Version {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        match number {
            1 => Ok(Self::V1),
            2 => Ok(Self::V2),
            other => Err(format!("x402 has versions 1 and 2, not {other}")),
        }
    }
}

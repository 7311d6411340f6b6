//! What a resource server asks for, before it is written down as v1 or v2 payment requirements.

use crate::{Network, Version};
use alloy_primitives::{Address, U256};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A token as payment requirements describe it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Contract address: `asset` in the requirements.
    pub address: Address,
    /// EIP-712 domain name: `extra.name`.
    pub name: String,
    /// EIP-712 domain version: `extra.version`.
    pub version: String,
    /// Decimals, for human readers only; amounts are always atomic units.
    pub decimals: u8,
}

impl Token {
    /// So many cents of a token that is worth a dollar, atomic units: 10,000 units a cent with six decimals, 10^16 with
    /// eighteen. With less than two decimals a cent is one unit.
    #[must_use]
    pub fn cents(&self, cents: u64) -> U256 {
        let unit = U256::from(10).saturating_pow(U256::from(self.decimals.saturating_sub(2)));
        unit.saturating_mul(U256::from(cents))
    }
}

/// The terms of one payment.
///
/// Source: core v2 §5.1.2, core v1 §5.1.2 (PaymentRequirements), scheme `exact` on EVM §1 (`extra`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Payment scheme, `exact` unless mutated.
    pub scheme: String,
    /// The chain on which the payment settles.
    pub network: Network,
    /// The token to pay in.
    pub token: Token,
    /// Price in atomic token units.
    pub amount: U256,
    /// Receiver of the money.
    pub pay_to: Address,
    /// How long an authorization may live, in seconds.
    pub max_timeout_seconds: u64,
    /// The URL that is paid for.
    pub resource: String,
}

impl Terms {
    /// The `PaymentRequirements` object of this version.
    #[must_use]
    pub fn requirements(&self, version: Version) -> Value {
        let extra = json!({ "name": self.token.name, "version": self.token.version });
        match version {
            Version::V2 => json!({
                "scheme": self.scheme,
                "network": self.network.caip2(),
                "amount": self.amount.to_string(),
                "asset": self.token.address.to_checksum(None),
                "payTo": self.pay_to.to_checksum(None),
                "maxTimeoutSeconds": self.max_timeout_seconds,
                "extra": extra,
            }),
            Version::V1 => json!({
                "scheme": self.scheme,
                "network": self.network.v1_name(),
                "maxAmountRequired": self.amount.to_string(),
                "resource": self.resource,
                "description": "",
                "mimeType": "application/json",
                "payTo": self.pay_to.to_checksum(None),
                "maxTimeoutSeconds": self.max_timeout_seconds,
                "asset": self.token.address.to_checksum(None),
                "extra": extra,
            }),
        }
    }
}

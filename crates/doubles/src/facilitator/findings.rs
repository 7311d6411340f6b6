//! What can be wrong with a payment that could be read, and the reason code that says so.
//!
//! Source of the codes: core v2 §9, core v1 §9, scheme `exact` on EVM.

use gauntlet_wire::eip3009::Recovered;
use gauntlet_wire::message::Malformed;
use gauntlet_wire::{ReasonClass, U256, Version};

/// One thing that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    /// The requirements' scheme is not served.
    Scheme,
    /// The payload names another scheme than the requirements.
    ClaimedScheme,
    /// The requirements' network is not served.
    Network,
    /// The payload names another network than the requirements.
    ClaimedNetwork,
    Underpaid,
    Overpaid,
    Payee,
    Expired,
    Early,
    /// `extra.name` or `extra.version` is missing.
    DomainMissing,
    /// The signature is not the payer's, or is in an odd form.
    Signature(Recovered),
    /// The payer is a smart wallet that does not say yes to the signature.
    Wallet(WalletAnswer),
    /// No contract at `asset`.
    NoCode,
    /// The contract at `asset` does not answer as an EIP-3009 token does.
    NotEip3009,
    NonceUsed,
    /// The payer's balance, atomic units, is below the value.
    Balance(U256),
    /// The simulated transfer reverts.
    Simulation,
}

/// An answer of a smart wallet that is no yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WalletAnswer {
    /// Another word than the one that means yes.
    AnotherWord,
    /// Less than a word.
    Short,
    /// It reverted, or used all the gas that it was given.
    Reverted,
}

impl Finding {
    /// The reason code.
    pub(crate) fn reason(self, version: Version) -> &'static str {
        match self {
            Self::Scheme | Self::ClaimedScheme => "unsupported_scheme",
            Self::Network | Self::ClaimedNetwork => "invalid_network",
            Self::Underpaid | Self::Overpaid => match version {
                Version::V1 => "invalid_exact_evm_payload_authorization_value",
                Version::V2 => "invalid_exact_evm_payload_authorization_value_mismatch",
            },
            Self::Payee => "invalid_exact_evm_payload_recipient_mismatch",
            Self::Expired => "invalid_exact_evm_payload_authorization_valid_before",
            Self::Early => "invalid_exact_evm_payload_authorization_valid_after",
            Self::DomainMissing => reason::REQUIREMENTS,
            Self::Signature(_) | Self::Wallet(_) => reason::SIGNATURE,
            Self::Balance(_) => "insufficient_funds",
            Self::NoCode | Self::NotEip3009 | Self::NonceUsed | Self::Simulation => reason::TRANSACTION,
        }
    }
}

/// Codes that are used in more than one place.
pub(crate) mod reason {
    pub(crate) const PAYLOAD: &str = "invalid_payload";
    pub(crate) const REQUIREMENTS: &str = "invalid_payment_requirements";
    pub(crate) const VERSION: &str = "invalid_x402_version";
    pub(crate) const SIGNATURE: &str = "invalid_exact_evm_payload_signature";
    pub(crate) const TRANSACTION: &str = "invalid_transaction_state";
    pub(crate) const PENDING: &str = "settlement_pending";
    pub(crate) const VERIFY_ERROR: &str = "unexpected_verify_error";
    pub(crate) const SETTLE_ERROR: &str = "unexpected_settle_error";
}

/// The reason code for a payment that cannot be read.
pub(crate) fn unreadable(malformed: &Malformed) -> &'static str {
    match malformed.class {
        ReasonClass::Requirements => reason::REQUIREMENTS,
        ReasonClass::Version => reason::VERSION,
        _ => reason::PAYLOAD,
    }
}

//! The parts of a payment that are measured, each by itself.

use serde::{Deserialize, Serialize};

/// A part of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// A request without a payment, and the 402 that answers it.
    Challenge,
    /// A payment presented to `/verify`.
    Verify,
    /// A payment presented to `/settle`.
    Settle,
    /// A request with a payment to a resource server, and what it serves.
    Paid,
    /// A payment from its intended start to its last answer, whatever it takes on the way.
    Payment,
}

impl Phase {
    /// All of them, in the order of a payment.
    pub const ALL: [Self; 5] = [Self::Challenge, Self::Verify, Self::Settle, Self::Paid, Self::Payment];

    /// Its name in plans and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Challenge => "challenge",
            Self::Verify => "verify",
            Self::Settle => "settle",
            Self::Paid => "paid",
            Self::Payment => "payment",
        }
    }
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

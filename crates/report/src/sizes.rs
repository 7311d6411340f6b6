//! How long a payment may be: what became of payments of many lengths, and of what is asked and answered besides.

use serde::{Deserialize, Serialize};

/// One payment of a ladder of sizes, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// What is measured.
    pub part: Part,
    /// The payment: `ECDSA`, `ECDSA, padded`, `ML-DSA-44`, `ML-DSA-44 + key`; empty where none was sent.
    #[serde(default)]
    pub payment: String,
    /// Protocol version of the payment.
    pub version: u8,
    /// How long that part is: the value of the header without its name, or the body. Bytes.
    pub bytes: usize,
    /// What stood between us and the target, `nginx` for instance; nothing when that is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
    /// What became of it.
    pub end: End,
    /// Status code, when a status line came.
    pub status: Option<u16>,
    /// Whether the chain says that the payment moved.
    pub paid: bool,
    /// The reason that the answer gives, or how the connection ended.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// What a rung measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The header of a request that pays.
    Request,
    /// What a 402 asks for, as the target writes it: `PAYMENT-REQUIRED`, in version 1 the body.
    Challenge,
    /// The header of a paid answer.
    Receipt,
    /// The body of `/verify`.
    Verify,
    /// The body of `/settle`.
    Settle,
    /// `PAYMENT-REQUIRED` of our own double, for what stands between.
    OwnChallenge,
    /// The header of a paid answer of our own double, for what stands between.
    OwnReceipt,
}

/// What became of a rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// The content, `isValid` true or `success` true; of what is only answered, that it came whole.
    Served,
    /// Refused in the words of x402: 402, or a status of the caller's fault with JSON.
    Refused,
    /// Refused by the HTTP stack or what stands before it: 431, 413, 414, or 400 without JSON.
    Stack,
    /// A status of 500 or more.
    Broken,
    /// Something else, such as a redirection.
    Other,
    /// The connection ended without an answer.
    Reset,
    /// No answer in time.
    Hang,
}

impl End {
    /// In a table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Served => "served",
            Self::Refused => "refused by x402",
            Self::Stack => "refused by HTTP",
            Self::Broken => "server error",
            Self::Other => "unclear",
            Self::Reset => "connection reset",
            Self::Hang => "no answer",
        }
    }
}

impl Rung {
    /// Whether money and content part here.
    #[must_use]
    pub const fn is_theft(&self) -> bool {
        let is_sale = matches!(self.part, Part::Request | Part::Settle | Part::OwnReceipt);
        is_sale && self.paid != matches!(self.end, End::Served)
    }
}

//! The words of the language that stand for one thing each.

use gauntlet_probe::Action;
use gauntlet_wire::{Mutation, SignatureForm};
use std::time::Duration;

/// Whose loss it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// Delivers content that nobody paid for.
    Seller,
    /// Pays for content that never comes.
    Buyer,
    /// Pays the gas of transactions that move nothing.
    Facilitator,
}

impl Party {
    /// The words of the language.
    pub const WORDS: &[(&str, Self)] =
        &[("the seller", Self::Seller), ("the buyer", Self::Buyer), ("the facilitator", Self::Facilitator)];
}

/// What stands before the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Front {
    /// A shared HTTP cache.
    Cache,
}

impl Front {
    /// The words of the language.
    pub const WORDS: &[(&str, Self)] = &[("cache", Self::Cache)];
}

/// Another way of writing a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The members of its JSON in reverse order, with white space between them.
    Reencoded,
    /// Base64 without padding.
    Unpadded,
    /// Hexadecimal digits of nonce and signature in upper case.
    UpperCase,
    /// The high-s twin of the signature.
    HighS,
    /// The signature in 64 bytes.
    Compact,
    /// The name of the header in lower case.
    LowerCaseHeader,
    /// Two header lines.
    Twice,
    /// Two copies in one header line, with a comma between, as proxies merge them.
    Merged,
}

impl Form {
    /// The words of the language.
    pub const WORDS: &[(&str, Self)] = &[
        ("reencoded", Self::Reencoded),
        ("unpadded", Self::Unpadded),
        ("upper-case", Self::UpperCase),
        ("high-s", Self::HighS),
        ("compact", Self::Compact),
        ("lower-case-header", Self::LowerCaseHeader),
        ("twice", Self::Twice),
        ("merged", Self::Merged),
    ];

    /// The same as changes to a payment; none for what is about HTTP headers.
    #[must_use]
    pub fn mutations(self) -> Option<Vec<Mutation>> {
        match self {
            Self::Reencoded => Some(vec![Mutation::Reordered, Mutation::Spaced]),
            Self::UpperCase => Some(vec![Mutation::UpperCaseHex]),
            Self::HighS => Some(vec![Mutation::Signature(SignatureForm::HighS)]),
            Self::Compact => Some(vec![Mutation::Signature(SignatureForm::Compact)]),
            Self::Unpadded | Self::LowerCaseHeader | Self::Twice | Self::Merged => None,
        }
    }
}

/// A call to the facilitator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// Is the payment valid?
    Verify,
    /// Make it move.
    Settle,
}

impl Call {
    /// The words of the language.
    pub const WORDS: &[(&str, Self)] = &[("verify", Self::Verify), ("settle", Self::Settle)];
}

/// What a scripted facilitator says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// The payment is refused.
    Refused,
    /// Success without a transaction.
    NoTransaction,
    /// Success in a transaction that is on no chain.
    InventedTransaction,
    /// Success in a transaction that succeeded and moved nothing, as some tokens let a spent nonce pass.
    EmptyTransaction,
    /// What the chain says, as it would without a script.
    Truth,
}

impl Line {
    /// The words of the language.
    pub const WORDS: &[(&str, Self)] = &[
        ("refused", Self::Refused),
        ("no-transaction", Self::NoTransaction),
        ("invented-transaction", Self::InventedTransaction),
        ("empty-transaction", Self::EmptyTransaction),
        ("truth", Self::Truth),
    ];

    /// Whether it claims money that never moved.
    #[must_use]
    pub const fn is_lie(self) -> bool {
        !matches!(self, Self::Refused | Self::Truth)
    }
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The server has asked the facilitator, or answered without asking.
    Called(Call),
    /// All answers under way have come.
    Answered,
}

impl Moment {
    /// The words of the language.
    pub const WORDS: &[(&str, Self)] = &[
        ("verify", Self::Called(Call::Verify)),
        ("settle", Self::Called(Call::Settle)),
        ("answer", Self::Answered),
    ];
}

/// What the node does to the target's calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// A JSON-RPC error.
    Error,
    /// HTTP 429.
    TooManyRequests,
    /// HTTP 503.
    Unavailable,
    /// No answer.
    Silent,
    /// The connection is closed.
    Gone,
    /// An answer after 150 ms.
    Slow,
}

impl Trouble {
    /// The words of the language.
    pub const WORDS: &[(&str, Self)] = &[
        ("error", Self::Error),
        ("too-many-requests", Self::TooManyRequests),
        ("unavailable", Self::Unavailable),
        ("silent", Self::Silent),
        ("gone", Self::Gone),
        ("slow", Self::Slow),
    ];

    /// What the proxy does.
    #[must_use]
    pub fn action(self) -> Action {
        match self {
            Self::Error => Action::RpcError { code: -32000, message: "the node is unwell".into() },
            Self::TooManyRequests => Action::Status(429),
            Self::Unavailable => Action::Status(503),
            Self::Silent => Action::Silence,
            Self::Gone => Action::Close,
            Self::Slow => Action::Delay(Duration::from_millis(150)),
        }
    }
}

//! Why a request gets no content.

use axum::http::StatusCode;
use gauntlet_wire::SettleAnswer;

/// Why a request gets no content.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Why {
    /// It brings no payment.
    Unpaid,
    /// It brings a payment of each version.
    BothHeaders,
    /// It brings several payments of one version.
    RepeatedHeader,
    /// Its payment header is larger than [`super::payment::HEADER_LIMIT`].
    TooLarge,
    /// Its payment cannot be read.
    Malformed(Part),
    /// Its payment speaks another version than its header.
    OtherVersion,
    /// Its payment answers none of our offers.
    NoOffer,
    /// It changes what an extension of ours says.
    OtherExtension,
    /// It has no name, and this route asks for one.
    IdMissing,
    /// Its name is none.
    IdMalformed,
    /// Its name is that of another purchase.
    IdConflict,
    /// The same payment is on its way already.
    InFlight,
    /// The same payment has bought something already.
    Spent,
    /// The facilitator does not say that it takes such payments.
    Unsupported(Trouble),
    /// The facilitator did not say whether the payment is valid.
    Unverified(Trouble),
    /// The facilitator says that the payment is not valid, for this reason.
    Invalid(String),
    /// The facilitator says that the payment was not settled.
    NotSettled(Box<SettleAnswer>),
    /// The facilitator does not know yet whether the payment is settled.
    Pending(Box<SettleAnswer>),
    /// Nobody knows whether the payment was settled.
    Unknown {
        cause: Cause,
        /// The transaction that was named, if any; empty otherwise.
        transaction: String,
    },
}

/// Which part of a payment cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Base64,
    Json,
    /// A member is missing or has a wrong type.
    Shape,
}

/// Why nobody knows whether a payment was settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    Lost(Trouble),
    /// The facilitator says success, but this speaks against it.
    Doubt(Doubt),
}

/// What speaks against a success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// It names no transaction.
    Transaction,
    /// It names another network.
    Network,
    /// It names another payer.
    Payer,
}

/// Why the facilitator gave no usable answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    Unreachable,
    TimedOut,
    /// The connection ended before the answer did.
    CutOff,
    Redirected,
    /// This status, and nothing that could be read beside it.
    Status(StatusCode),
    Unreadable,
    /// `/supported` lists nothing.
    Empty,
    /// `/supported` does not list what we need.
    NotListed,
}

impl Why {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::BothHeaders
            | Self::RepeatedHeader
            | Self::Malformed(_)
            | Self::IdMissing
            | Self::IdMalformed => StatusCode::BAD_REQUEST,
            Self::IdConflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Unsupported(_) | Self::Unverified(_) | Self::Unknown { .. } => StatusCode::BAD_GATEWAY,
            Self::Unpaid
            | Self::OtherVersion
            | Self::NoOffer
            | Self::OtherExtension
            | Self::InFlight
            | Self::Spent
            | Self::Invalid(_)
            | Self::NotSettled(_)
            | Self::Pending(_) => StatusCode::PAYMENT_REQUIRED,
        }
    }

    /// For people. It names nothing but the reason codes of the facilitator.
    pub(super) fn error(&self) -> String {
        let because = |reason: Option<&str>| match reason.filter(|reason| is_code(reason)) {
            Some(reason) => format!(": {reason}"),
            None => String::new(),
        };
        match self {
            Self::Unpaid => "This has to be paid for, and no payment came with the request".into(),
            Self::BothHeaders => "Send one payment: PAYMENT-SIGNATURE or X-PAYMENT, not both".into(),
            Self::RepeatedHeader => "Send one payment: the payment header came more than once".into(),
            Self::TooLarge => "The payment header is too large".into(),
            Self::Malformed(Part::Base64) => "The payment header is not standard base64".into(),
            Self::Malformed(Part::Json) => "The payment header does not contain a JSON object".into(),
            Self::Malformed(Part::Shape) => "The payment lacks a member or has one of a wrong type".into(),
            Self::OtherVersion => "The payment speaks another x402 version than its header".into(),
            Self::NoOffer => "The payment answers none of the offers".into(),
            Self::OtherExtension => "The payment changes what an extension says".into(),
            Self::IdMissing => "This route asks for a payment identifier".into(),
            Self::IdMalformed => {
                "A payment identifier has 16 to 128 letters, digits, hyphens and underscores".into()
            }
            Self::IdConflict => "This payment identifier was used for another payment".into(),
            Self::InFlight => "This payment is being processed already".into(),
            Self::Spent => "This payment has been used already".into(),
            Self::Unsupported(_) => "The facilitator does not take such payments now".into(),
            Self::Unverified(_) => "The payment could not be verified now; nothing was taken".into(),
            Self::Invalid(reason) => format!("The payment is not valid{}", because(Some(reason))),
            Self::NotSettled(answer) => {
                format!("The payment was not settled{}", because(answer.reason.as_deref()))
            }
            Self::Pending(_) => "The settlement is still pending".into(),
            Self::Unknown { .. } => {
                "It is not known whether the payment was settled; do not pay again".into()
            }
        }
    }

    /// Whether the facilitator itself failed.
    pub(super) const fn is_facilitators(&self) -> bool {
        matches!(
            self,
            Self::Unsupported(_) | Self::Unverified(_) | Self::Unknown { cause: Cause::Lost(_), .. }
        )
    }
}

fn is_code(reason: &str) -> bool {
    reason.len() <= 100 && gauntlet_wire::reason::is_machine_string(reason)
}

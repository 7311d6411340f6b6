//! What is searched for at a facilitator.

mod agreement;
mod bytes;
pub(super) mod verdict;

use super::run::{MAKES_EVERY_CLASS, search};
use crate::check::Lane;
use crate::row::{Row, Topic};

/// The rows.
pub(super) const ROWS: &[Row] = &[
    Topic {
        lane: Lane::Search,
        risk: "a payment that nobody has thought of is settled without money, or a good one is refused",
    }
    .row(
        "facilitator.search.verdict",
        "whatever is changed about a payment, it is accepted exactly when it is valid",
        &["INV-006", "INV-005", "X402V2-FA-VERIFY-001", "X402V1-FA-005", MAKES_EVERY_CLASS],
        |cx| Box::pin(async move { search(cx.clone(), verdict::Property::of(&cx)).await }),
    ),
    Topic {
        lane: Lane::Search,
        risk: "one authorization is taken for two payments, or a refused one for a new one",
    }
    .row(
        "facilitator.search.agreement",
        "a payment that is written in another way is still the same payment",
        &["INV-002", "INV-006", "X402V2-FA-VERIFY-003", MAKES_EVERY_CLASS],
        |cx| Box::pin(async move { search(cx.clone(), agreement::Property::of(&cx)).await }),
    ),
    Topic {
        lane: Lane::Search,
        risk: "one request of anybody stops the facilitator for all others, or makes it pay",
    }
    .row(
        "facilitator.search.bytes",
        "whatever bytes are sent, they are not taken for a payment and the next payment is served",
        &["INV-009", "INV-007", "INV-008", "X402-EVM3009-006"],
        |cx| Box::pin(async move { search(cx.clone(), bytes::Property::of(&cx)).await }),
    ),
];

//! What is searched for at a resource server.

mod agreement;
mod bytes;
mod verdict;

use super::run::{SERVER_MAKES_EVERY_CLASS, search};
use crate::check::{Lane, Need};
use crate::cx::Cx;
use crate::row::{Row, Topic};
use gauntlet_wire::Version;

/// The rows.
pub(super) const ROWS: &[Row] = &[
    Row {
        needs: &[Need::Route("cheap")],
        ..Topic {
            lane: Lane::Search,
            risk: "a payment that nobody has thought of buys the content without the money",
        }
        .row(
            "server.search.verdict",
            "whatever is changed about a payment, it buys exactly when it is valid and paid",
            &["INV-003", "INV-004", "X402V2-HTTP-RS-012", "X402V1-HTTP-RS-007", SERVER_MAKES_EVERY_CLASS],
            |cx| Box::pin(async move { search(cx.clone(), verdict::Property::of(&cx)).await }),
        )
    },
    Row {
        needs: &[Need::Route("cheap")],
        ..Topic { lane: Lane::Search, risk: "one payment buys as often as it is written anew" }.row(
            "server.search.agreement",
            "a payment that is written in another way buys nothing more",
            &["INV-003", "X402V2-HTTP-RS-025", "X402V1-HTTP-RS-008", SERVER_MAKES_EVERY_CLASS],
            |cx| Box::pin(async move { search(cx.clone(), agreement::Property::of(&cx)).await }),
        )
    },
    Row {
        needs: &[Need::Route("cheap")],
        ..Topic {
            lane: Lane::Search,
            risk: "one request of anybody closes the shop for all others, or is taken for a payment",
        }
        .row(
            "server.search.bytes",
            "whatever bytes stand in the payment header, they buy nothing and the next buyer is served",
            &["INV-009-RS", "INV-008-RS", "GAUNTLET-RS-001"],
            |cx| Box::pin(async move { search(cx.clone(), bytes::Property::of(&cx)).await }),
        )
    },
];

/// As many as a double takes at once; a purchase waits for its turn in any case.
const LANES: usize = 4;

/// The requirement about a payment that buys, by version.
fn buys(version: Version) -> &'static str {
    match version {
        Version::V2 => "X402V2-HTTP-RS-008",
        Version::V1 => "X402V1-HTTP-RS-002",
    }
}

/// The requirement about a payment that does not, by version.
fn refuses(version: Version) -> &'static str {
    match version {
        Version::V2 => "X402V2-HTTP-RS-012",
        Version::V1 => "X402V1-HTTP-RS-007",
    }
}

/// The versions that are searched.
fn versions(cx: &Cx) -> Vec<Version> {
    super::facilitator::verdict::versions(cx)
}

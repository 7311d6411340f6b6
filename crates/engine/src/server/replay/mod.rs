//! Replay: one payment buys one answer, however, wherever and whenever it is presented again.

mod again;
mod between;
mod crowd;

use crate::check::{Judged, Lane, Need, Stop};
use crate::cx::Cx;
use crate::row::{Row, Scope};
use crate::server::buyer::Purchase;
use crate::server::money::Expected;
use futures::future::BoxFuture;
use gauntlet_probe::Request;

const AGAIN: &str = "one payment is served many times";
const ELSEWHERE: &str = "a cheap payment buys what is dear, or what somebody else sells";

/// A spent payment that is presented once more in some way or other.
const fn again(id: &'static str, title: &'static str, body: fn(Cx) -> BoxFuture<'static, Judged>) -> Row {
    Row {
        id,
        title,
        v2: &["X402V2-HTTP-RS-025", "INV-003"],
        v1: &["X402V1-HTTP-RS-008", "INV-003"],
        risk: AGAIN,
        scope: Scope::Version2,
        lane: Lane::Parallel,
        needs: &[],
        body,
    }
}

/// A payment that is presented at a route that it was not made for.
const fn at(
    id: &'static str,
    title: &'static str,
    needs: &'static [Need],
    body: fn(Cx) -> BoxFuture<'static, Judged>,
) -> Row {
    Row {
        v2: &["X402V2-HTTP-RS-027", "INV-003", "INV-004"],
        v1: &["X402V2-HTTP-RS-027", "INV-003", "INV-004"],
        risk: ELSEWHERE,
        needs,
        ..again(id, title, body)
    }
}

/// The rows.
pub const ROWS: &[Row] = &[
    again("server.replay.other-request", "a spent payment buys nothing with another query or method", |cx| {
        Box::pin(again::other_requests(cx))
    }),
    Row {
        v2: &["GAUNTLET-RS-001", "X402V2-HTTP-RS-025", "INV-008-RS"],
        v1: &["GAUNTLET-RS-001", "X402V1-HTTP-RS-008", "INV-008-RS"],
        ..again("server.replay.receipt-as-payment", "the receipt of a payment is no payment", |cx| {
            Box::pin(again::receipt_as_payment(cx))
        })
    },
    Row {
        v2: &["X402V2-HTTP-RS-025", "X402V2-HTTP-RS-020", "X402V1-HTTP-RS-008"],
        v1: &["X402V1-HTTP-RS-008", "X402V2-HTTP-RS-020", "X402V2-HTTP-RS-025"],
        ..again(
            "server.replay.other-version",
            "a spent authorization buys nothing as a payment of the other protocol version",
            |cx| Box::pin(again::other_version(cx)),
        )
    },
    Row {
        v2: &["X402V2-HTTP-RS-026", "INV-003", "GAUNTLET-RS-017"],
        v1: &["X402V1-HTTP-RS-008", "INV-003", "GAUNTLET-RS-017"],
        // The handler's runs are counted, and everybody counts on the same counter.
        lane: Lane::Exclusive,
        ..again("server.replay.at-once", "of twenty copies of a payment at one instant one is served", |cx| {
            Box::pin(crowd::copies(cx))
        })
    },
    Row {
        v2: &["X402V2-HTTP-RS-008", "GAUNTLET-RS-009", "INV-003"],
        v1: &["X402V1-HTTP-RS-002", "GAUNTLET-RS-009", "INV-003"],
        risk: "a buyer pays and gets nothing, or the receipt of somebody else",
        ..again(
            "server.replay.different-at-once",
            "different payments at one instant are all served, each with its own receipt",
            |cx| Box::pin(crowd::different(cx)),
        )
    },
    at(
        "server.replay.first-at-twin",
        "a payment that is presented at another route first buys one answer in all",
        &[Need::Route("twin")],
        |cx| Box::pin(between::first_at_twin(cx)),
    ),
    at(
        "server.replay.at-dear",
        "a payment for a cheap route buys nothing on a dear one",
        &[Need::Route("dear")],
        |cx| Box::pin(between::at_other_terms(cx, "dear")),
    ),
    at(
        "server.replay.at-elsewhere",
        "a payment for one payee buys nothing on a route that pays another",
        &[Need::Route("elsewhere")],
        |cx| Box::pin(between::at_other_terms(cx, "elsewhere")),
    ),
    Row {
        v2: &["GAUNTLET-RS-008", "X402V2-HTTP-RS-025", "INV-003"],
        v1: &["GAUNTLET-RS-008", "X402V1-HTTP-RS-008", "INV-003"],
        ..again(
            "server.replay.at-neighbour",
            "a payment that was spent at one server buys nothing at another with the same payee",
            |cx| Box::pin(between::at_neighbour(cx)),
        )
    },
    Row {
        v2: &["GAUNTLET-RS-008", "X402V2-HTTP-RS-026", "INV-003"],
        v1: &["GAUNTLET-RS-008", "X402V1-HTTP-RS-008", "INV-003"],
        lane: Lane::Exclusive,
        ..again(
            "server.replay.at-both-at-once",
            "copies of a payment at two servers at one instant buy one answer",
            |cx| Box::pin(crowd::at_both(cx)),
        )
    },
];

/// Buys the cheap route: whatever is tried with the payment afterwards presupposes that it was served.
async fn spent(cx: &Cx) -> Result<Purchase, Stop> {
    let purchase = cx.purchase("cheap").await?;
    let (visit, _) = cx.buy(&purchase).await?;
    if visit.served() {
        return Ok(purchase);
    }
    Err(Stop::Inconclusive(format!("the first presentation of the payment was not served: {}", visit.got())))
}

/// Presents a spent payment. Content, and money that moves once more, are found inside.
async fn once_more(cx: &Cx, purchase: &Purchase, request: Request) -> Judged {
    let (visit, _) = cx.buy_as(purchase, request, Expected::Plain).await?;
    cx.must_have_come(&visit)
}

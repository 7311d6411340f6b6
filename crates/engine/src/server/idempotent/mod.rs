//! A server behind a facilitator that says yes again: one payment buys one answer all the same.
//!
//! Some facilitators keep what they have settled and answer a second `/settle` of the same nonce with the success and
//! the transaction of the first. That is the truth each time, moves no money, and is worth nothing to whoever presents
//! a spent payment: the server itself has to know what it has sold for. The scripted facilitator answers in that way
//! here, at `/verify` too, where a simulation may be left out.
//!
//! What happens here stays out of the run's books: these judge servers by facilitators that refuse what is spent.

mod again;
mod crowd;
mod pending;
mod spelling;

use super::buyer::Purchase;
use super::visit::Visit;
use crate::check::{Judged, Lane, Need, Stop};
use crate::cx::{Cx, Violation};
use crate::row::{Row, Scope};
use futures::future::BoxFuture;
use gauntlet_doubles::scripted::{Act, Endpoint};
use gauntlet_probe::Request;

type Body = fn(Cx) -> BoxFuture<'static, Judged>;

const ONCE: &[&str] = &["GAUNTLET-RS-031"];
const PERSISTENT: &[&str] = &["GAUNTLET-RS-032"];
const PENDING: &[&str] = &["GAUNTLET-RS-033"];

const ROBBED: &str =
    "behind a facilitator that answers idempotently one payment is served as often as it is sent";
const STRANDED: &str = "the buyer has paid, and the payment is never taken";

const fn row(id: &'static str, title: &'static str, body: Body) -> Row {
    Row {
        id,
        title,
        v2: ONCE,
        v1: ONCE,
        risk: ROBBED,
        scope: Scope::Version2,
        lane: Lane::Parallel,
        needs: &[Need::ScriptedFacilitator],
        body,
    }
}

const fn pending(id: &'static str, title: &'static str, body: Body) -> Row {
    Row { v2: PENDING, v1: &[], risk: STRANDED, ..row(id, title, body) }
}

/// The rows.
pub const ROWS: &[Row] = &[
    row(
        "server.idempotent.again",
        "a spent payment buys nothing although the facilitator says again that it is settled",
        |cx| Box::pin(again::same_bytes(cx)),
    ),
    row(
        "server.idempotent.reencoded",
        "a spent payment that is written in another way buys nothing although the facilitator says that it is settled",
        |cx| Box::pin(again::reencoded(cx)),
    ),
    Row {
        needs: &[Need::ScriptedFacilitator, Need::Route("twin")],
        ..row(
            "server.idempotent.at-twin",
            "a spent payment buys nothing at a route of the same price although the facilitator says that it is settled",
            |cx| Box::pin(again::at_twin(cx)),
        )
    },
    row(
        "server.idempotent.other-version",
        "a spent authorization buys nothing in the other protocol version although the facilitator says that it is settled",
        |cx| Box::pin(again::other_version(cx)),
    ),
    row(
        "server.idempotent.lost",
        "a payment whose settlement the server did not hear of is served once at most when the facilitator says that \
         it is settled",
        |cx| Box::pin(again::lost(cx)),
    ),
    row(
        "server.idempotent.at-once",
        "of copies of a payment at one instant one is served although the facilitator calls each of them settled",
        |cx| Box::pin(crowd::copies(cx)),
    ),
    row(
        "server.idempotent.reencoded-at-once",
        "of copies that are written in different ways one is served although the facilitator calls each of them settled",
        |cx| Box::pin(crowd::reencoded(cx)),
    ),
    Row {
        needs: &[Need::ScriptedFacilitator, Need::Route("twin")],
        ..row(
            "server.idempotent.twin-at-once",
            "of copies at two routes of the same price one is served although the facilitator calls each of them settled",
            |cx| Box::pin(crowd::at_twin(cx)),
        )
    },
    Row {
        v2: PERSISTENT,
        v1: PERSISTENT,
        lane: Lane::Exclusive,
        needs: &[Need::ScriptedFacilitator, Need::Restart],
        ..row(
            "server.idempotent.after-restart",
            "a spent payment buys nothing from a server that was started anew, although the facilitator says that it is \
             settled",
            |cx| Box::pin(again::after_restart(cx)),
        )
    },
    pending(
        "server.idempotent.pending-later",
        "a payment that was pending without money having moved is taken when it comes again",
        |cx| Box::pin(pending::later(cx)),
    ),
    pending(
        "server.idempotent.pending-moved",
        "a payment that was pending while its money moved is taken when it comes again",
        |cx| Box::pin(pending::moved(cx)),
    ),
];

/// A purchase of the cheap route about which the facilitator says yes as often as it is asked.
async fn purchase(cx: &Cx) -> Result<Purchase, Stop> {
    let purchase = cx.purchase("cheap").await?;
    let nonce = purchase.payment.key().nonce;
    for endpoint in [Endpoint::Verify, Endpoint::Settle] {
        cx.shop()?.scripted()?.script(nonce, endpoint, vec![Act::Repeat]);
    }
    Ok(purchase)
}

/// The same, served.
async fn spent(cx: &Cx) -> Result<Purchase, Stop> {
    let purchase = purchase(cx).await?;
    let (visit, _) = cx.buy(&purchase).await?;
    if visit.served() {
        return Ok(purchase);
    }
    Err(Stop::Inconclusive(format!("the first presentation of the payment was not served: {}", visit.got())))
}

/// Presents a payment in a request of the check's own making, past the books.
async fn present(cx: &Cx, purchase: &Purchase, request: Request, how: &str) -> Result<Visit, Stop> {
    let client = cx.world.client.clone();
    let exchange = cx.exchange_at(&client, request).await?;
    let visit = cx
        .visited(exchange, format!("{}, {how}; the facilitator calls it settled", purchase.payment.sent()))?;
    cx.must_have_come(&visit)?;
    Ok(visit)
}

/// Presents a payment that has bought already.
async fn once_more(cx: &Cx, purchase: &Purchase, request: Request, how: &str) -> Judged {
    let visit = present(cx, purchase, request, how).await?;
    if visit.served() {
        served_again(cx, purchase, &visit, "no content for a payment that has bought already", visit.got())
            .await?;
    }
    Ok(())
}

/// The finding of all these checks.
async fn served_again(cx: &Cx, purchase: &Purchase, visit: &Visit, want: &str, got: String) -> Judged {
    let money = cx.money(&purchase.payment).await?;
    cx.find(Violation {
        requirement: cx.rule(),
        kind: "served-again",
        want: want.into(),
        got,
        reply: Some(&visit.reply),
        chain: money.lines,
        ..Violation::default()
    });
    Ok(())
}

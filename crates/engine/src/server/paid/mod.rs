//! The paid answer: content once, for exactly its price, with a receipt that names the money.
//!
//! Money and content are judged at every purchase; what stands here is what a purchase has besides.

mod answer;
mod crowd;
mod handler;
mod payload;
mod price;
mod receipt;

use super::buyer::{Purchase, ask};
use super::challenge::Wrong;
use super::visit::Visit;
use crate::check::{Judged, Lane, Need, Stop};
use crate::cx::Cx;
use crate::reply::Money;
use crate::row::{Row, Topic};
use futures::future::BoxFuture;
use gauntlet_wire::Version;
use serde_json::Value;

const UNSOLD: Topic = Topic { lane: Lane::Parallel, risk: "a buyer with a good payment gets nothing" };
const UNPROVEN: &str = "the buyer cannot show what was paid, or is shown what somebody else paid";
const OVERCHARGED: &str = "a buyer pays more than the price, or for nothing";
const KEPT: &str = "a cache serves to others what one buyer has paid for";

/// A route that is bought like the cheap one.
const fn route(
    id: &'static str,
    title: &'static str,
    needs: &'static [Need],
    body: fn(Cx) -> BoxFuture<'static, Judged>,
) -> Row {
    let (v2, v1): (&[&str], &[&str]) =
        (&["X402V2-HTTP-RS-008"], &["X402V1-HTTP-RS-002", "X402V1-HTTP-RS-003"]);
    Row { needs, ..UNSOLD.twins(id, title, v2, v1, body) }
}

/// The rows.
pub const ROWS: &[Row] = &[
    // The receipt
    Row {
        risk: UNPROVEN,
        ..UNSOLD.twins(
            "server.paid.receipt-form",
            "a receipt is one header line: standard base64 of a JSON object with each member once",
            &["X402V2-HTTP-RS-008", "GAUNTLET-RS-013"],
            &["X402V1-HTTP-RS-003", "GAUNTLET-RS-013"],
            |cx| Box::pin(receipt::form(cx)),
        )
    },
    Row {
        risk: UNPROVEN,
        ..UNSOLD.twins(
            "server.paid.receipt",
            "a receipt says success, and names the network, the transaction, the payer and the amount of the payment",
            &["X402V2-HTTP-RS-009"],
            &["X402V1-HTTP-RS-003"],
            |cx| Box::pin(receipt::content(cx)),
        )
    },
    Row {
        risk: UNPROVEN,
        needs: &[Need::ScriptedFacilitator],
        ..UNSOLD.twins(
            "server.paid.receipt-mirrors",
            "a receipt says what the facilitator said",
            &["X402V2-HTTP-RS-033"],
            &["X402V2-HTTP-RS-033"],
            |cx| Box::pin(receipt::mirrors(cx)),
        )
    },
    // The money
    Row {
        risk: OVERCHARGED,
        ..UNSOLD.twins(
            "server.paid.once",
            "a purchase is one Transfer of the price to the payee, settled once on the terms of the 402",
            &["INV-003", "X402V2-HTTP-RS-021", "X402V2-HTTP-RS-017"],
            &["INV-003", "X402V2-HTTP-RS-021", "X402V2-HTTP-RS-017"],
            |cx| Box::pin(price::once(cx)),
        )
    },
    // Routes
    route(
        "server.paid.create",
        "a POST route is bought, and its handler gets the body",
        &[Need::Route("create")],
        |cx| Box::pin(price::create(cx)),
    ),
    route(
        "server.paid.item",
        "a route with a parameter is bought like any other",
        &[Need::Route("item")],
        |cx| Box::pin(price::sells(cx, "item")),
    ),
    route("server.paid.files", "a route for many paths is bought", &[Need::Route("files")], |cx| {
        Box::pin(price::sells(cx, "files"))
    }),
    route("server.paid.twin", "another route of the same price is bought", &[Need::Route("twin")], |cx| {
        Box::pin(price::sells(cx, "twin"))
    }),
    route("server.paid.dear", "a dearer route is bought for its own price", &[Need::Route("dear")], |cx| {
        Box::pin(price::sells(cx, "dear"))
    }),
    route(
        "server.paid.elsewhere",
        "a route of another payee pays that payee",
        &[Need::Route("elsewhere")],
        |cx| Box::pin(price::sells(cx, "elsewhere")),
    ),
    route(
        "server.paid.slow",
        "a route whose handler takes a while is bought",
        &[Need::Route("slow")],
        |cx| Box::pin(price::sells(cx, "slow")),
    ),
    route("server.paid.query", "a route with a query is bought", &[], |cx| Box::pin(price::with_a_query(cx))),
    // The answer
    Row {
        risk: OVERCHARGED,
        ..UNSOLD.twins(
            "server.paid.content-once",
            "the content stands in the body, once, and in no header",
            &["X402V2-HTTP-RS-008"],
            &["X402V1-HTTP-RS-003"],
            |cx| Box::pin(answer::content_once(cx)),
        )
    },
    Topic { lane: Lane::Parallel, risk: KEPT }.row(
        "server.paid.cache",
        "no shared cache may keep content that was paid for",
        &["X402V2-HTTP-RS-024"],
        |cx| Box::pin(answer::not_kept(cx)),
    ),
    UNSOLD.twins(
        "server.paid.cors-exposed",
        "pages of other origins may read the receipt when they may read the content",
        &["GAUNTLET-RS-005"],
        &["GAUNTLET-RS-005"],
        |cx| Box::pin(answer::exposed(cx)),
    ),
    Row {
        needs: &[Need::ScriptedFacilitator],
        ..UNSOLD.twins(
            "server.paid.internal-headers",
            "what facilitator and handler say to the server alone is not handed on to the buyer",
            &["X402V2-HTTP-RS-032", "X402V2-HTTP-RS-037"],
            &[],
            |cx| Box::pin(answer::keeps_to_itself(cx)),
        )
    },
    // The payment
    UNSOLD.twins(
        "server.paid.header-case",
        "a payment is found in its header however the name's letters are written",
        &["X402V2-HTTP-RS-007"],
        &["X402V1-HTTP-RS-002"],
        |cx| Box::pin(payload::header_in_any_case(cx)),
    ),
    UNSOLD.twins(
        "server.paid.unknown-members",
        "a payment with members that no document defines buys all the same",
        &["X402V2-CORE-030-RS"],
        &["X402V2-CORE-030-RS"],
        |cx| Box::pin(payload::unknown_members(cx)),
    ),
    UNSOLD.twins(
        "server.paid.unknown-extension",
        "a payment with an extension that was not offered buys all the same",
        &["X402V2-CORE-030-RS"],
        &[],
        |cx| Box::pin(payload::unknown_extension(cx)),
    ),
    UNSOLD.twins(
        "server.paid.without-resource",
        "a payment that does not repeat the resource buys all the same",
        &["X402V2-HTTP-RS-008"],
        &[],
        |cx| Box::pin(payload::without_resource(cx)),
    ),
    // Several at once
    Row {
        risk: UNPROVEN,
        ..UNSOLD.twins(
            "server.paid.two-payers",
            "two payers at one instant each get the receipt of their own payment",
            &["GAUNTLET-RS-009"],
            &["GAUNTLET-RS-009"],
            |cx| Box::pin(crowd::two_payers(cx)),
        )
    },
    UNSOLD.twins(
        "server.paid.eight-payers",
        "eight payers at one instant are all served",
        &["X402V2-HTTP-RS-008", "GAUNTLET-RS-009"],
        &["X402V1-HTTP-RS-002", "GAUNTLET-RS-009"],
        |cx| Box::pin(crowd::eight_payers(cx)),
    ),
    // Handlers that have nothing to sell
    Row {
        risk: OVERCHARGED,
        needs: &[Need::Route("failing")],
        ..UNSOLD.twins(
            "server.paid.handler-fails",
            "a handler that fails costs the buyer nothing",
            &["X402V2-HTTP-RS-022", "X402V2-HTTP-RS-023"],
            &["X402V2-HTTP-RS-022", "X402V2-HTTP-RS-023"],
            |cx| Box::pin(handler::costs_nothing(cx, "failing")),
        )
    },
    Row {
        risk: OVERCHARGED,
        needs: &[Need::Route("missing")],
        ..UNSOLD.twins(
            "server.paid.handler-misses",
            "a handler that finds nothing costs the buyer nothing",
            &["X402V2-HTTP-RS-022", "X402V2-HTTP-RS-023"],
            &["X402V2-HTTP-RS-022", "X402V2-HTTP-RS-023"],
            |cx| Box::pin(handler::costs_nothing(cx, "missing")),
        )
    },
];

/// A purchase that was served.
struct Bought {
    purchase: Purchase,
    visit: Visit,
    money: Money,
}

/// Buys a route in the plain way.
///
/// # Errors
/// [`Stop::Inconclusive`] when it is not served, which other checks are about.
async fn buys(cx: &Cx, route: &str) -> Result<Bought, Stop> {
    let purchase = cx.purchase(route).await?;
    let (visit, money) = cx.buy(&purchase).await?;
    cx.must_have_come(&visit)?;
    if !visit.served() {
        return Err(Stop::Inconclusive(format!("a plain payment does not buy {route}: {}", refusal(&visit))));
    }
    Ok(Bought { purchase, visit, money })
}

/// A finding when a good payment is not served.
fn must_be_served(cx: &Cx, visit: &Visit, wrong: impl FnOnce(String) -> Wrong) -> Judged {
    cx.must_have_come(visit)?;
    if !visit.served() {
        wrong(refusal(visit)).found(cx, visit);
    }
    Ok(())
}

/// A refusal with what it says of itself.
fn refusal(visit: &Visit) -> String {
    let why = [Version::V2, Version::V1].into_iter().find_map(|version| {
        visit.challenge(version)?.get("error").and_then(Value::as_str).map(str::to_owned)
    });
    let why = why.map(|why| format!(", error {why:?}")).unwrap_or_default();
    format!("{}{why}", visit.got())
}

/// How often the handlers of all routes have run.
///
/// # Errors
/// [`Stop`] when the server does not say.
pub(super) async fn runs(cx: &Cx) -> Result<u64, Stop> {
    let route = cx.route("runs")?;
    let visit = cx.knock(ask(&route), "how often each handler has run").await?;
    let counts = visit.json();
    let counts = counts.as_ref().and_then(Value::as_object).ok_or_else(|| {
        Stop::Inconclusive(format!(
            "the route runs does not say how often each handler ran ({})",
            visit.got()
        ))
    })?;
    Ok(counts.values().filter_map(Value::as_u64).sum())
}

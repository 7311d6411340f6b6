//! The extension `payment-identifier`, where a 402 offers it: the same payment under the same id is answered as before,
//! and an id opens nothing to another payment.
//!
//! Source: extension `payment-identifier`. Who offers the extension claims it; to all others none of this applies. A
//! stored answer is content without a Transfer of its own, so that repetitions stay out of the run's books.

mod conflict;
mod form;
mod offer;
mod same;

use super::buyer::Purchase;
use super::visit::Visit;
use crate::check::{Judged, Lane, Need, Stop};
use crate::cx::{Cx, Violation};
use crate::row::{Row, Scope};
use futures::future::BoxFuture;
use gauntlet_probe::Request;
use gauntlet_report::Class;
use gauntlet_wire::Version;
use gauntlet_wire::draft::Edit;
use serde_json::{Value, json};

const NAME: &str = "payment-identifier";
/// Where it may be offered.
const ROUTES: [&str; 3] = ["identified", "required-id", "cheap"];

type Body = fn(Cx) -> BoxFuture<'static, Judged>;

const fn row(id: &'static str, title: &'static str, v2: &'static [&'static str], body: Body) -> Row {
    Row {
        id,
        title,
        v2,
        v1: &[],
        risk: "a buyer who asks again pays again, or gets nothing for what was paid",
        scope: Scope::Version2,
        lane: Lane::Parallel,
        needs: &[],
        body,
    }
}

const fn leak(id: &'static str, title: &'static str, v2: &'static [&'static str], body: Body) -> Row {
    Row { risk: "whoever learns an identifier gets what another has paid for", ..row(id, title, v2, body) }
}

/// The rows.
pub const ROWS: &[Row] = &[
    row(
        "server.identifier.offer",
        "an offer of payment identifiers says with true or false whether one is required",
        &["EXT-PID-001"],
        |cx| Box::pin(offer::says_required(cx)),
    ),
    Row {
        // The handler's runs are counted, and everybody counts on the same counter.
        lane: Lane::Exclusive,
        ..row(
            "server.identifier.same",
            "the same payment under the same identifier is answered as before, and neither charged nor worked for again",
            &["EXT-PID-004", "EXT-PID-010"],
            |cx| Box::pin(same::again(cx)),
        )
    },
    Row {
        lane: Lane::Exclusive,
        ..row(
            "server.identifier.at-once",
            "copies of a payment under one identifier at one instant are worked for and charged once",
            &["EXT-PID-012", "INV-003"],
            |cx| Box::pin(same::at_once(cx)),
        )
    },
    Row {
        lane: Lane::Exclusive,
        needs: &[Need::ScriptedFacilitator],
        ..row(
            "server.identifier.lost",
            "a buyer who has not heard the answer gets it with the same payment under the same identifier",
            &["EXT-PID-009"],
            |cx| Box::pin(same::lost(cx)),
        )
    },
    leak(
        "server.identifier.other-payment",
        "another payment under a known identifier is answered 409, and neither served nor charged",
        &["EXT-PID-005", "INV-003"],
        |cx| Box::pin(conflict::other_payment(cx)),
    ),
    leak(
        "server.identifier.forged",
        "a payment that was altered gets no stored answer under its identifier",
        &["EXT-PID-011"],
        |cx| Box::pin(conflict::forged(cx)),
    ),
    leak(
        "server.identifier.other-route",
        "a payment under its identifier gets no stored answer at another route",
        &["EXT-PID-007"],
        |cx| Box::pin(conflict::other_route(cx)),
    ),
    row(
        "server.identifier.missing",
        "a payment without an identifier is answered 400 where one is required",
        &["EXT-PID-006"],
        |cx| Box::pin(form::missing(cx)),
    ),
    row(
        "server.identifier.malformed",
        "an identifier that is too short, too long or has other characters is refused",
        &["EXT-PID-003"],
        |cx| Box::pin(form::malformed(cx)),
    ),
];

/// What a route says of the extension.
struct Claim {
    route: &'static str,
    visit: Visit,
    /// Its `info`.
    info: Value,
}

/// Every route that offers the extension.
///
/// # Errors
/// [`Stop::NotApplicable`] when none does.
async fn claims(cx: &Cx) -> Result<Vec<Claim>, Stop> {
    let mut claims = Vec::new();
    for route in ROUTES {
        if cx.route(route).is_err() {
            continue;
        }
        let visit = cx.unpaid(route).await?;
        // Whatever stands there instead of an object offers nothing.
        let challenge = visit.challenge(Version::V2).unwrap_or_default();
        let offered = &challenge["extensions"][NAME];
        if !offered.is_null() {
            let info = offered["info"].clone();
            claims.push(Claim { route, visit, info });
        }
    }
    if claims.is_empty() {
        return Err(Stop::NotApplicable("no 402 of the server offers payment identifiers".into()));
    }
    Ok(claims)
}

/// An identifier of this check's own.
fn fresh(cx: &Cx) -> String {
    let key = cx.key(&format!("identifier/{}", cx.next_number())).to_bytes().to_string();
    format!("pay_{}", &key[2..34])
}

/// A purchase of a route under an identifier.
async fn purchase(cx: &Cx, route: &str, id: &str) -> Result<Purchase, Stop> {
    let mut purchase = cx.purchase(route).await?;
    let mut echo = purchase.offer.challenge["extensions"][NAME].clone();
    if !echo.is_object() {
        echo = json!({});
    }
    if !echo["info"].is_object() {
        echo["info"] = json!({});
    }
    echo["info"]["id"] = json!(id);
    let place = format!("/paymentPayload/extensions/{NAME}");
    purchase.payment.draft.edits.push(Edit::Set(place, echo));
    Ok(purchase)
}

/// A purchase under an identifier, served.
async fn bought(cx: &Cx, route: &str, id: &str) -> Result<(Purchase, Visit), Stop> {
    let purchase = purchase(cx, route, id).await?;
    let (visit, _) = cx.buy(&purchase).await?;
    if visit.served() {
        return Ok((purchase, visit));
    }
    Err(Stop::Inconclusive(format!("a plain payment with an identifier was not served: {}", visit.got())))
}

/// Presents a payment past the books.
async fn present(cx: &Cx, purchase: &Purchase, request: Request, how: &str) -> Result<Visit, Stop> {
    let client = cx.world.client.clone();
    let exchange = cx.exchange_at(&client, request).await?;
    let visit = cx.visited(exchange, format!("{}, {how}", purchase.payment.sent()))?;
    cx.must_have_come(&visit)?;
    Ok(visit)
}

/// A finding about an answer.
fn found(cx: &Cx, (requirement, kind): (&str, &str), want: &str, got: String, visit: &Visit) {
    weighed(cx, (requirement, kind, None), want, got, visit);
}

fn weighed(
    cx: &Cx,
    (requirement, kind, class): (&str, &str, Option<Class>),
    want: &str,
    got: String,
    visit: &Visit,
) {
    cx.find(Violation {
        requirement,
        kind,
        want: want.into(),
        got,
        reply: Some(&visit.reply),
        class,
        ..Violation::default()
    });
}

/// One authorization moves money once, under whatever name.
async fn charged_once(cx: &Cx, purchase: &Purchase, visit: &Visit) -> Judged {
    let money = cx.money(&purchase.payment).await?;
    if money.transfers.len() > 1 {
        let got = money.lines.join("; ");
        found(cx, (super::rules::PAID_TWICE, "paid-twice"), "one Transfer for one authorization", got, visit);
    }
    Ok(())
}

/// How often a route's handler has run; none when the server does not tell.
async fn runs(cx: &Cx, route: &str) -> Result<Option<u64>, Stop> {
    match cx.route("runs") {
        Ok(_) => super::methods::runs_of(cx, route).await.map(Some),
        Err(_) => Ok(None),
    }
}

//! Payment flows other than the default one. Only a server that names one in its offers is held to their rules.
//!
//! Source: core v2 §6.1 and the scheme `exact`, newest texts.

use super::buyer::Purchase;
use super::methods::runs_of;
use super::money::Expected;
use super::offer::Offer;
use super::order::held;
use super::visit::Visit;
use crate::check::{Judged, Lane, Need, Stop};
use crate::cx::{Cx, Violation};
use crate::row::{Row, Scope};
use futures::future::BoxFuture;
use gauntlet_doubles::scripted::{Act, Answer, Endpoint};
use gauntlet_report::Class;
use serde_json::json;

/// The default flow: verify, handler, settle.
pub(super) const AUTHORIZATION: &str = "authorization";
const UPFRONT: &str = "upfront";

/// The routes whose offers may name a flow.
const MAY_NAME: [&str; 2] = [UPFRONT, "cheap"];

/// What it takes to see who is asked when.
const WATCHED: &[Need] = &[Need::ScriptedFacilitator, Need::Route("runs")];

const fn row(
    id: &'static str,
    title: &'static str,
    v2: &'static [&'static str],
    needs: &'static [Need],
    body: fn(Cx) -> BoxFuture<'static, Judged>,
) -> Row {
    Row {
        id,
        title,
        v2,
        v1: &[],
        risk: "the buyer relies on a flow that the server does not keep to",
        scope: Scope::Version2,
        // The handler's runs are counted, and everybody counts on the same counter.
        lane: Lane::Exclusive,
        needs,
        body,
    }
}

/// The rows.
pub const ROWS: &[Row] = &[
    row(
        "server.flow.upfront",
        "under upfront the payment is settled before the handler runs",
        &["X402V2-FLOW-002"],
        WATCHED,
        |cx| Box::pin(settled_first(cx)),
    ),
    row(
        "server.flow.upfront-refused",
        "under upfront no handler runs when the settlement fails, and the answer is 402",
        &["X402V2-FLOW-008"],
        WATCHED,
        |cx| Box::pin(refused(cx)),
    ),
    row(
        "server.flow.named",
        "an offer that is settled before the handler runs says so",
        &["X402V2-FLOW-004"],
        &[Need::ScriptedFacilitator, Need::Route("runs"), Need::Route(UPFRONT)],
        |cx| Box::pin(named(cx)),
    ),
    row(
        "server.flow.method",
        "no offer combines a transfer method with a flow that it does not have",
        &["X402V2-FLOW-005"],
        &[],
        |cx| Box::pin(method(cx)),
    ),
];

/// The flow that an offer names.
pub(super) fn flow_of(offer: &Offer) -> &str {
    offer.entry["extra"]["paymentFlow"].as_str().unwrap_or(AUTHORIZATION)
}

/// A purchase of each route whose offer names the flow `upfront`.
async fn upfront_purchases(cx: &Cx) -> Result<Vec<(&'static str, Purchase)>, Stop> {
    let mut purchases = Vec::new();
    for name in MAY_NAME {
        if cx.route(name).is_err() {
            continue;
        }
        let purchase = cx.purchase(name).await?;
        if flow_of(&purchase.offer) == UPFRONT {
            purchases.push((name, purchase));
        }
    }
    if purchases.is_empty() {
        return Err(Stop::NotApplicable("no offer names the flow upfront".into()));
    }
    Ok(purchases)
}

fn found(cx: &Cx, visit: &Visit, kind: &str, want: &str, got: String) {
    weighed(cx, visit, (kind, None), want, got);
}

fn weighed(cx: &Cx, visit: &Visit, (kind, class): (&str, Option<Class>), want: &str, got: String) {
    cx.find(Violation {
        requirement: cx.rule(),
        kind,
        want: want.into(),
        got,
        reply: Some(&visit.reply),
        class,
        ..Violation::default()
    });
}

async fn settled_first(cx: Cx) -> Judged {
    for (route, purchase) in upfront_purchases(&cx).await? {
        let before = runs_of(&cx, route).await?;
        let running = runs_of(&cx, route);
        let (visit, _, seen) = held(&cx, &purchase, Endpoint::Settle, Expected::Plain, running).await?;
        cx.must_have_come(&visit)?;
        let Some(during) = seen else {
            found(&cx, &visit, "not-settled", "a call of /settle before the answer", visit.got());
            continue;
        };
        if during > before {
            let want = "no run of the handler before /settle has answered";
            found(&cx, &visit, "handler-before-settle", want, format!("{} runs", during - before));
        }
        if !visit.served() {
            return Err(Stop::Inconclusive(format!("a plain payment was not served: {}", visit.got())));
        }
        let calls = cx.shop()?.scripted()?.calls_for(purchase.payment.key().nonce);
        let verifies = calls.iter().filter(|call| call.endpoint == Endpoint::Verify).count();
        if verifies > 0 {
            // It costs time and does no harm.
            let kind = ("verified-too", Some(Class::W));
            weighed(&cx, &visit, kind, "no call of /verify", format!("{verifies} calls"));
        }
    }
    Ok(())
}

async fn refused(cx: Cx) -> Judged {
    for (route, purchase) in upfront_purchases(&cx).await? {
        let before = runs_of(&cx, route).await?;
        let answer = json!({
            "success": false,
            "errorReason": "insufficient_funds",
            "transaction": "",
            "network": purchase.offer.terms.network.name(purchase.version()),
            "payer": purchase.payment.draft.authorization.from.to_checksum(None),
        });
        let scripted = cx.shop()?.scripted()?;
        let nonce = purchase.payment.key().nonce;
        scripted.script(nonce, Endpoint::Settle, vec![Act::Answer(Answer::json(200, &answer))]);
        let (visit, _) = cx.buy_as(&purchase, purchase.request()?, Expected::Disturbed).await?;
        cx.must_have_come(&visit)?;
        let ran = runs_of(&cx, route).await?.saturating_sub(before);
        if ran > 0 || visit.status() != 402 {
            let got = format!("status {}, {ran} runs", visit.status());
            found(&cx, &visit, "not-refused-first", "status 402 and no run of the handler", got);
        }
    }
    Ok(())
}

/// Of the cheap route the checks of the order of work say the same.
async fn named(cx: Cx) -> Judged {
    let purchase = cx.purchase(UPFRONT).await?;
    if flow_of(&purchase.offer) != AUTHORIZATION {
        return Ok(());
    }
    let before = runs_of(&cx, UPFRONT).await?;
    let running = runs_of(&cx, UPFRONT);
    let (visit, _, seen) = held(&cx, &purchase, Endpoint::Settle, Expected::Plain, running).await?;
    cx.must_have_come(&visit)?;
    match seen {
        Some(during) if during == before => {
            let want = "extra.paymentFlow in the offer, or a run of the handler before /settle is asked";
            found(&cx, &visit, "flow-not-named", want, "neither".into());
        }
        Some(_) => cx.note("the route called upfront is settled after its handler"),
        None => {
            return Err(Stop::Inconclusive(format!("the server did not come to settle: {}", visit.got())));
        }
    }
    Ok(())
}

/// `exact` by EIP-3009 knows the default flow and `upfront`; a deposit needs a scheme that can charge it.
async fn method(cx: Cx) -> Judged {
    let mut named = 0;
    let names = gauntlet_probe::shop::ROUTES.iter().map(|(name, _)| *name);
    for name in names.filter(|name| !matches!(*name, "free" | "runs")) {
        if cx.route(name).is_err() {
            continue;
        }
        let visit = cx.unpaid(name).await?;
        let Ok(offer) = Offer::read(&cx, &visit, cx.version()) else { continue };
        let flow = flow_of(&offer);
        named += usize::from(flow != AUTHORIZATION);
        if ![AUTHORIZATION, UPFRONT].contains(&flow) {
            let want = "the flow authorization or upfront for an offer of exact by EIP-3009";
            found(&cx, &visit, "impossible-flow", want, format!("paymentFlow {flow} at {name}"));
        }
    }
    if named == 0 {
        return Err(Stop::NotApplicable("no offer names a flow but the default".into()));
    }
    Ok(())
}

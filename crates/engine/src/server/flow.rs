//! Payment flows other than the default one. Only a server that names one in its offers is held to their rules.
//!
//! Source: core v2 §6.1 and the scheme `exact`, newest texts.

use super::buyer::Purchase;
use super::methods::runs_of;
use super::money::{Expected, pays};
use super::offer::Offer;
use super::order::held;
use super::visit::Visit;
use crate::check::{Judged, Lane, Need, Stop};
use crate::cx::{Cx, Violation};
use crate::row::{Row, Scope};
use futures::future::BoxFuture;
use gauntlet_doubles::scripted::{Act, Answer, Endpoint};
use serde_json::json;

/// The default flow: verify, handler, settle.
pub(super) const AUTHORIZATION: &str = "authorization";
const UPFRONT: &str = "upfront";
const ESCROW: &str = "escrow";

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
        &[Need::ScriptedFacilitator, Need::Route("runs")],
        |cx| Box::pin(settled_first(cx, UPFRONT)),
    ),
    row(
        "server.flow.escrow",
        "under escrow a deposit is settled before the handler runs, and the charge after it",
        &["X402V2-FLOW-003"],
        &[Need::ScriptedFacilitator, Need::Route("runs")],
        |cx| Box::pin(settled_first(cx, ESCROW)),
    ),
    row(
        "server.flow.upfront-failing",
        "under upfront a handler that fails leaves the buyer charged and with a receipt",
        &["X402V2-FLOW-007"],
        &[Need::Route("failing")],
        |cx| Box::pin(failing(cx)),
    ),
    row(
        "server.flow.upfront-refused",
        "under upfront no handler runs when the settlement fails, and the answer is 402",
        &["X402V2-FLOW-008"],
        &[Need::ScriptedFacilitator, Need::Route("runs")],
        |cx| Box::pin(refused(cx)),
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

async fn purchase_under(cx: &Cx, route: &str, flow: &str) -> Result<Purchase, Stop> {
    let purchase = cx.purchase(route).await?;
    match flow_of(&purchase.offer) {
        named if named == flow => Ok(purchase),
        AUTHORIZATION => {
            Err(Stop::NotApplicable(format!("the offer of {route} names no flow but the default")))
        }
        named => Err(Stop::NotApplicable(format!("the offer of {route} names the flow {named}"))),
    }
}

fn found(cx: &Cx, visit: &Visit, kind: &str, want: &str, got: String) {
    cx.find(Violation {
        requirement: cx.rule(),
        kind,
        want: want.into(),
        got,
        reply: Some(&visit.reply),
        ..Violation::default()
    });
}

async fn settled_first(cx: Cx, flow: &str) -> Judged {
    let purchase = purchase_under(&cx, "cheap", flow).await?;
    let before = runs_of(&cx, "cheap").await?;
    let running = runs_of(&cx, "cheap");
    let (visit, _, seen) = held(&cx, &purchase, Endpoint::Settle, Expected::Plain, running).await?;
    cx.must_have_come(&visit)?;
    let Some(during) = seen else {
        found(&cx, &visit, "not-settled", "a call of /settle before the answer", visit.got());
        return Ok(());
    };
    if during > before {
        let got = format!("{} runs", during - before);
        found(&cx, &visit, "handler-before-settle", "no run of the handler before /settle has answered", got);
    }
    let calls = cx.shop()?.scripted()?.calls_for(purchase.payment.key().nonce);
    let settles = calls.iter().filter(|call| call.endpoint == Endpoint::Settle).count();
    if flow == ESCROW && settles < 2 {
        let want = "a call of /settle for the deposit and one for the charge";
        found(&cx, &visit, "charge-missing", want, format!("{settles} calls"));
    }
    if calls.iter().any(|call| call.endpoint == Endpoint::Verify) {
        cx.note("the server asks /verify as well, which this flow does not need");
    }
    Ok(())
}

async fn failing(cx: Cx) -> Judged {
    let purchase = purchase_under(&cx, "failing", UPFRONT).await?;
    let (visit, money) = cx.buy_as(&purchase, purchase.request()?, Expected::Disturbed).await?;
    cx.must_have_come(&visit)?;
    let charged = money.transfers.iter().any(|transfer| pays(transfer, &purchase));
    let told = visit.receipt(cx.version()).is_some_and(|receipt| receipt.success == Some(true));
    if !charged || !told {
        let charged = if charged { "charged" } else { "not charged" };
        let got = format!("{charged}, {} a receipt", if told { "with" } else { "without" });
        found(&cx, &visit, "not-charged-and-told", "the price is taken and the answer has its receipt", got);
    }
    Ok(())
}

async fn refused(cx: Cx) -> Judged {
    let purchase = purchase_under(&cx, "cheap", UPFRONT).await?;
    let before = runs_of(&cx, "cheap").await?;
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
    let ran = runs_of(&cx, "cheap").await?.saturating_sub(before);
    if ran > 0 || visit.status() != 402 {
        let got = format!("status {}, {ran} runs", visit.status());
        found(&cx, &visit, "not-refused-first", "status 402 and no run of the handler", got);
    }
    Ok(())
}

/// `exact` by EIP-3009 knows the default flow and `upfront`; a deposit needs a scheme that can charge it.
async fn method(cx: Cx) -> Judged {
    let mut named = 0;
    for name in
        ["cheap", "twin", "dear", "elsewhere", "slow", "failing", "missing", "create", "item", "files"]
    {
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

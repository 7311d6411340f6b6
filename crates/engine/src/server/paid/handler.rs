//! Handlers that have nothing to sell.

use crate::check::{Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::server::challenge::Wrong;
use crate::server::money::pays;
use gauntlet_doubles::scripted::Endpoint;

pub(super) async fn costs_nothing(cx: Cx, route: &'static str) -> Judged {
    let purchase = cx.purchase(route).await?;
    let flow = purchase.offer.entry["extra"]["paymentFlow"].as_str().unwrap_or("authorization");
    if flow != "authorization" {
        return Err(Stop::NotApplicable(format!("the route is paid {flow}, before its handler runs")));
    }
    let (visit, money) = cx.buy(&purchase).await?;
    cx.must_have_come(&visit)?;
    if visit.served() {
        return Err(Stop::Inconclusive(format!("the handler of {route} has content after all")));
    }
    if visit.status() == 402 {
        let why = super::refusal(&visit);
        return Err(Stop::Inconclusive(format!(
            "the payment was refused before the handler could fail: {why}"
        )));
    }
    if visit.status() < 400 {
        let status = visit.status();
        return Err(Stop::Inconclusive(format!("the handler of {route} did not fail: status {status}")));
    }
    if money.transfers.iter().any(|transfer| pays(transfer, &purchase)) {
        cx.find(Violation {
            requirement: "X402V2-HTTP-RS-022",
            kind: "charged-for-failure",
            want: "no Transfer".into(),
            got: format!("status {}, and the price is taken", visit.status()),
            reply: Some(&visit.reply),
            chain: money.lines,
            ..Violation::default()
        });
    } else if let Ok(facilitator) = cx.shop()?.scripted() {
        let calls = facilitator.calls_for(purchase.payment.key().nonce);
        if calls.iter().any(|call| call.endpoint == Endpoint::Settle) {
            let got = format!("status {}, and settle was called", visit.status());
            Wrong::new("settled-for-failure", "no call of settle", got).found(&cx, &visit);
        }
    }
    if visit.receipt(cx.version()).is_some_and(|receipt| receipt.success == Some(true)) {
        let got = format!("status {} with a receipt that says success", visit.status());
        Wrong::new("receipt-for-failure", "no receipt of a success", got)
            .against("X402V2-HTTP-RS-023")
            .found(&cx, &visit);
    }
    Ok(())
}

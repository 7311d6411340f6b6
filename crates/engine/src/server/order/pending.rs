//! `settlement_pending`: the transaction is sent, and nobody knows yet what becomes of it.
//!
//! Source: core v2 §9, newest text.

use super::{count, purchase, scripted, settled};
use crate::check::{Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::server::buyer::Purchase;
use crate::server::money::Expected;
use crate::server::visit::Visit;
use gauntlet_doubles::scripted::{Act, Answer, Call, Endpoint};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// How often a server may ask for one settlement: at first, and a little more.
const ASKED: usize = 3;
const RETOLD: &str = "X402V2-HTTP-RS-035";

/// The transaction that is said to be under way.
fn under_way(cx: &Cx) -> String {
    cx.key("pending transaction").to_bytes().to_string()
}

fn pending(cx: &Cx, purchase: &Purchase) -> Act {
    let mut answer = settled(purchase, false, &under_way(cx));
    answer["errorReason"] = json!("settlement_pending");
    Act::Answer(Answer::json(200, &answer))
}

pub(super) async fn once(cx: Cx) -> Judged {
    let purchase = purchase(&cx).await?;
    let acts = vec![pending(&cx, &purchase), Act::Forward];
    let (visit, calls) = scripted(&cx, &purchase, (Endpoint::Settle, acts), Expected::Plain).await?;
    cx.must_have_come(&visit)?;
    let settles = count(&calls, Endpoint::Settle);
    if settles == 0 {
        return Err(Stop::Inconclusive(format!("the server did not come to settle: {}", visit.got())));
    }
    same_payment(&cx, &visit, &calls);
    if settles == 1 && !visit.served() {
        found(
            &cx,
            RETOLD,
            "not-asked-again",
            "one more call of /settle, which would have succeeded",
            format!("one call of /settle, then {}", visit.got()),
            &visit,
        );
    }
    Ok(())
}

/// Whoever asks again asks about the same payment.
fn same_payment(cx: &Cx, visit: &Visit, calls: &[Call]) {
    let payloads: BTreeSet<String> = calls
        .iter()
        .filter(|call| call.endpoint == Endpoint::Settle)
        .filter_map(|call| Some(call.request.as_ref()?["paymentPayload"].to_string()))
        .collect();
    if payloads.len() > 1 {
        let got = format!("{} different payloads", payloads.len());
        found(cx, RETOLD, "another-payment", "the same payment every time", got, visit);
    }
}

pub(super) async fn for_ever(cx: Cx) -> Judged {
    let purchase = purchase(&cx).await?;
    let acts = vec![pending(&cx, &purchase)];
    let (visit, calls) = scripted(&cx, &purchase, (Endpoint::Settle, acts), Expected::Disturbed).await?;
    // Ends the questions of a server that would otherwise never stop asking.
    let refusal = settled(&purchase, false, "");
    let nonce = purchase.payment.key().nonce;
    cx.shop()?.scripted()?.script(nonce, Endpoint::Settle, vec![Act::Answer(Answer::json(200, &refusal))]);
    let settles = count(&calls, Endpoint::Settle);
    if settles > ASKED {
        let got = format!("{settles} calls of /settle");
        found(&cx, cx.rule(), "asked-without-end", "three calls of /settle at most", got, &visit);
    }
    cx.must_have_come(&visit)?;
    if settles == 0 {
        return Err(Stop::Inconclusive(format!("the server did not come to settle: {}", visit.got())));
    }
    same_payment(&cx, &visit, &calls);
    if !visit.served() {
        told(&cx, &visit);
    }
    Ok(())
}

/// The buyer learns which transaction to wait for, and is told of no success.
fn told(cx: &Cx, visit: &Visit) {
    let receipt = visit.receipt(cx.version());
    let success = receipt.as_ref().and_then(|receipt| receipt.success);
    if success == Some(true) {
        found(cx, cx.rule(), "claims-success", "success false", "success true".into(), visit);
    }
    let hash = under_way(cx);
    let in_receipt = receipt.is_some_and(|receipt| receipt.transaction.as_deref() == Some(hash.as_str()));
    let in_body = visit.json().is_some_and(|body: Value| body.to_string().contains(&hash));
    if !in_receipt && !in_body {
        let want = format!("transaction {hash} in the receipt");
        let got = format!("{}, without the transaction", visit.got());
        found(cx, RETOLD, "transaction-lost", &want, got, visit);
    }
}

fn found(cx: &Cx, requirement: &str, kind: &str, want: &str, got: String, visit: &Visit) {
    cx.find(Violation {
        requirement,
        kind,
        want: want.into(),
        got,
        reply: Some(&visit.reply),
        ..Violation::default()
    });
}

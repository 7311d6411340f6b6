//! A `/settle` that fails, or gives no usable answer, without having moved any money.

use super::verify::longer_than;
use super::{count, purchase, scripted, settled, speaks_of_trouble};
use crate::check::{Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::server::buyer::Purchase;
use crate::server::money::Expected;
use crate::server::visit::Visit;
use gauntlet_doubles::scripted::{Act, Answer, Call, Endpoint};
use gauntlet_wire::Version;
use gauntlet_wire::header::receipt_header;
use serde_json::{Value, json};

/// A reason that the documents know, and that no server would come up with by itself.
const REASON: &str = "invalid_transaction_state";

pub(super) async fn refused(cx: Cx, status: u16) -> Judged {
    let purchase = purchase(&cx).await?;
    let mut answer = settled(&purchase, false, "");
    answer["errorReason"] = json!(REASON);
    let nonce = purchase.payment.key().nonce;
    let facilitator = cx.shop()?.scripted()?;
    facilitator.script(nonce, Endpoint::Settle, vec![Act::Answer(Answer::json(status, &answer))]);
    // Whoever takes trailers is sent what stands in them.
    let request = purchase.request()?.header("TE", "trailers");
    let (visit, _) = cx.buy_as(&purchase, request, Expected::Disturbed).await?;
    cx.must_have_come(&visit)?;
    was_asked(&visit, &facilitator.calls_for(nonce))?;
    if visit.served() {
        return Ok(());
    }
    match cx.version() {
        Version::V2 => failure_is_told(&cx, &visit, "X402V2-HTTP-RS-010"),
        Version::V1 => {
            failure_is_told(&cx, &visit, "X402V1-HTTP-RS-004");
            error_body(&cx, &visit);
        }
    }
    Ok(())
}

/// A server that does not come to settle at all has not been tried.
fn was_asked(visit: &Visit, calls: &[Call]) -> Judged {
    if count(calls, Endpoint::Settle) > 0 || visit.served() {
        return Ok(());
    }
    Err(Stop::Inconclusive(format!("the server did not come to settle: {}", visit.got())))
}

/// Status 402, and a receipt that says no and why.
fn failure_is_told(cx: &Cx, visit: &Visit, requirement: &'static str) {
    let violated = |requirement, kind, want: &str, got: String| {
        cx.find(Violation {
            requirement,
            kind,
            want: want.into(),
            got,
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    };
    if visit.status() != 402 {
        violated(requirement, "other-status", "status 402", format!("status {}", visit.status()));
    }
    let name = receipt_header(cx.version());
    let Some(receipt) = visit.receipt(cx.version()) else {
        let got = format!("status {} without one", visit.status());
        violated(requirement, "no-receipt", &format!("a legible {name} header"), got);
        return;
    };
    if receipt.success != Some(false) {
        let got = format!("success {}", receipt.raw["success"]);
        violated(requirement, "claims-success", "success false", got);
    }
    // Some wrap what they were told into a sentence of their own.
    if !receipt.reason.as_deref().is_some_and(|reason| reason.contains(REASON)) {
        let got = receipt.reason.unwrap_or_else(|| "no reason".into());
        violated("X402V2-HTTP-RS-033", "other-reason", &format!("errorReason {REASON}"), got);
    }
}

/// Version 1 has the offers in the body of every refusal.
fn error_body(cx: &Cx, visit: &Visit) {
    let body = visit.json().unwrap_or_default();
    let missing: Vec<&str> =
        ["x402Version", "error", "accepts"].into_iter().filter(|name| body.get(name).is_none()).collect();
    if !missing.is_empty() {
        cx.find(Violation {
            requirement: "X402V1-HTTP-RS-004",
            kind: "error-body",
            want: "a body with x402Version, error and accepts".into(),
            got: format!("a body without {}", missing.join(" and ")),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
}

pub(super) async fn unusable(cx: Cx, acts: fn(&Purchase) -> Vec<Act>) -> Judged {
    let purchase = purchase(&cx).await?;
    let acts = acts(&purchase);
    let (visit, calls) = scripted(&cx, &purchase, (Endpoint::Settle, acts), Expected::Disturbed).await?;
    cx.must_have_come(&visit)?;
    was_asked(&visit, &calls)?;
    claims_nothing(&cx, &visit);
    speaks_of_trouble(&cx, &visit);
    Ok(())
}

/// A settlement of which nothing is known is not reported as a success.
fn claims_nothing(cx: &Cx, visit: &Visit) {
    let receipt = visit.receipt(cx.version());
    if !visit.served() && receipt.is_some_and(|receipt| receipt.success == Some(true)) {
        cx.find(Violation {
            requirement: "X402V2-HTTP-RS-033",
            kind: "claims-success",
            want: "no receipt with success true".into(),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
}

type Form = fn(&Purchase) -> Value;

/// JSON that says neither yes nor no.
pub(super) const NONSENSE: &[Form] = &[
    |_| json!({}),
    |_| json!([]),
    |_| Value::Null,
    |_| json!("success"),
    |_| json!({ "error": "out of order" }),
    |purchase| settled(purchase, Value::Null, &purchase.payment.key().nonce.to_string()),
];

/// A no that loose readers take for a yes, because it is a text and not empty.
pub(super) const FALSE_AS_TEXT: &[Form] =
    &[|purchase| settled(purchase, "false", &purchase.payment.key().nonce.to_string())];

pub(super) async fn nonsense(cx: Cx, forms: &[Form]) -> Judged {
    for form in forms {
        let purchase = purchase(&cx).await?;
        let answer = form(&purchase);
        let acts = vec![Act::Answer(Answer::json(200, &answer))];
        let (visit, calls) = scripted(&cx, &purchase, (Endpoint::Settle, acts), Expected::Disturbed).await?;
        cx.must_have_come(&visit)?;
        was_asked(&visit, &calls)?;
        claims_nothing(&cx, &visit);
        speaks_of_trouble(&cx, &visit);
    }
    Ok(())
}

pub(super) async fn silent(cx: Cx) -> Judged {
    let purchase = purchase(&cx).await?;
    let acts = vec![longer_than(&cx)];
    let (visit, calls) = scripted(&cx, &purchase, (Endpoint::Settle, acts), Expected::Disturbed).await?;
    was_asked(&visit, &calls)?;
    claims_nothing(&cx, &visit);
    speaks_of_trouble(&cx, &visit);
    Ok(())
}

//! `settlement_pending`, and the buyer who comes back with the same payment when it is settled.
//!
//! Source: core v2 §9, newest text. What becomes of the payment in the meantime no text says.

use super::{present, purchase};
use crate::check::{Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::server::buyer::Purchase;
use crate::server::money::Expected;
use crate::server::rules;
use gauntlet_doubles::scripted::{Act, Answer, Endpoint};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};

const REASON: &str = "settlement_pending";

/// Nothing has been settled yet, whatever the facilitator waits for.
pub(super) async fn later(cx: Cx) -> Judged {
    let purchase = purchase(&cx).await?;
    let terms = &purchase.offer.terms;
    let answer = json!({
        "success": false,
        "errorReason": REASON,
        "transaction": cx.key("pending transaction").to_bytes().to_string(),
        "network": terms.network.name(purchase.version()),
        "payer": purchase.payment.draft.authorization.from.to_checksum(None),
    });
    comes_back(&cx, &purchase, Act::Answer(Answer::json(200, &answer))).await
}

/// The transaction is sent and moves the money, and the facilitator has not seen its receipt yet.
pub(super) async fn moved(cx: Cx) -> Judged {
    let purchase = purchase(&cx).await?;
    let sent: Arc<Mutex<Value>> = Arc::default();
    let unfinished = move |answer: &mut Value| {
        let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever asks once more is told of the same transaction.
        if answer["success"] == true {
            *sent = answer["transaction"].clone();
        }
        answer["success"] = json!(false);
        answer["errorReason"] = json!(REASON);
        answer["transaction"] = sent.clone();
    };
    comes_back(&cx, &purchase, Act::Rewrite(Arc::new(unfinished))).await
}

/// The payment is pending at first, and then the facilitator says what became of it, as often as it is asked.
async fn comes_back(cx: &Cx, purchase: &Purchase, pending: Act) -> Judged {
    let facilitator = cx.shop()?.scripted()?;
    let nonce = purchase.payment.key().nonce;
    facilitator.script(nonce, Endpoint::Settle, vec![pending]);
    let (visit, _) = cx.buy_as(purchase, purchase.request()?, Expected::Misled).await?;
    cx.must_have_come(&visit)?;
    if !facilitator.calls_for(nonce).iter().any(|call| call.endpoint == Endpoint::Settle) {
        return Err(Stop::Inconclusive(format!("the server did not come to settle: {}", visit.got())));
    }
    facilitator.script(nonce, Endpoint::Settle, vec![Act::Repeat]);
    if visit.served() {
        return Err(Stop::Inconclusive("the payment was served while it was pending".into()));
    }
    let visit =
        present(cx, purchase, purchase.request()?, "presented again when it is no longer pending").await?;
    let money = cx.money(&purchase.payment).await?;
    if visit.served() && money.transfers.is_empty() {
        cx.find(Violation {
            requirement: rules::CONTENT_NEEDS_MONEY,
            kind: "served-without-payment",
            want: "content only when the Transfer of the price to payTo is on the chain".into(),
            got: visit.got(),
            reply: Some(&visit.reply),
            chain: money.lines,
            ..Violation::default()
        });
        return Ok(());
    }
    if !visit.served() {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "never-taken",
            want: "content for a payment that was pending and is settled now".into(),
            got: visit.got(),
            reply: Some(&visit.reply),
            chain: money.lines,
            ..Violation::default()
        });
    }
    Ok(())
}

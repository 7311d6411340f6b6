//! What the paid answer has besides the receipt.

use super::{Bought, buys};
use crate::check::{Judged, Stop};
use crate::cx::Cx;
use crate::server::buyer::{Purchase, ask};
use crate::server::challenge::{ORIGIN, Wrong, hidden, kept};
use crate::server::money::Expected;
use crate::server::visit::Visit;
use gauntlet_doubles::scripted::{Act, Answer, Endpoint, Handle};
use gauntlet_wire::header::{payment_header, receipt_header};
use serde_json::{Value, json};
use std::time::Duration;

/// How long a call of the facilitator may take to come.
const PATIENCE: Duration = Duration::from_secs(20);
/// What only the server may read.
const WHISPER: &str = "gauntlet-whisper-8c41";
/// The header in which a facilitator says it.
const SIDE_CHANNEL: &str = "EXTENSION-RESPONSES";

pub(super) async fn content_once(cx: Cx) -> Judged {
    let Bought { visit, .. } = buys(&cx, "cheap").await?;
    let body = visit.body();
    if twice(&body) {
        let got = format!("{} bytes, the second half of which repeats the first", body.len());
        Wrong::new("content-twice", "the content once", got).mild().found(&cx, &visit);
    }
    let head =
        visit.reply.exchange.response.as_ref().map(|response| response.head.as_str()).unwrap_or_default();
    if cx.shop()?.canary().is_some_and(|canary| head.contains(canary)) {
        // Headers end up in logs that nobody guards like content.
        let got = "content in the head of the answer";
        Wrong::new("content-in-head", "content in the body alone", got).mild().found(&cx, &visit);
    }
    Ok(())
}

/// Whether a text is one text after itself.
fn twice(text: &str) -> bool {
    let half = text.len() / 2;
    half > 0 && text.len().is_multiple_of(2) && text.as_bytes()[..half] == text.as_bytes()[half..]
}

pub(super) async fn not_kept(cx: Cx) -> Judged {
    let Bought { visit, .. } = buys(&cx, "cheap").await?;
    if let Some(wrong) = kept(&visit) {
        wrong.found(&cx, &visit);
    }
    Ok(())
}

pub(super) async fn exposed(cx: Cx) -> Judged {
    let purchase = cx.purchase("cheap").await?;
    let request = purchase.request()?.header("Origin", ORIGIN);
    let (visit, _) = cx.buy_as(&purchase, request, Expected::Plain).await?;
    cx.must_have_come(&visit)?;
    if visit.header("Access-Control-Allow-Origin").is_none() {
        return Err(Stop::NotApplicable("the server lets no page of another origin read its answers".into()));
    }
    if let Some(wrong) = hidden(&visit, receipt_header(cx.version())) {
        wrong.found(&cx, &visit);
    }
    Ok(())
}

// ---- what is not for the buyer ----------------------------------------------------------------------------------

/// The facilitator whispers: in the header of its answers, and in their bodies. Its answer to settle needs the hash of
/// a transaction before there is one, so the harness submits the authorization itself while the server waits for
/// verify.
pub(super) async fn keeps_to_itself(cx: Cx) -> Judged {
    let facilitator = cx.shop()?.scripted()?;
    let purchase = cx.purchase("cheap").await?;
    let nonce = purchase.payment.key().nonce;
    facilitator.script(nonce, Endpoint::Verify, vec![Act::Hold(Box::new(whispered(&verified(&purchase))))]);
    let request = ask(&purchase.route).header(payment_header(cx.version()), purchase.header()?);
    let (bought, settled) = tokio::join!(
        cx.buy_as(&purchase, request, Expected::Disturbed),
        submit_meanwhile(&cx, facilitator, &purchase)
    );
    let (visit, _) = bought?;
    if !settled? {
        return Err(Stop::NotApplicable("the server does not verify before it settles".into()));
    }
    cx.must_have_come(&visit)?;
    if !visit.served() {
        return Err(Stop::Inconclusive(format!(
            "a facilitator that says more than it must is not understood: {}",
            super::refusal(&visit)
        )));
    }
    for place in whispers(&visit, cx.version()) {
        let got = format!("{place} has what the facilitator said");
        Wrong::new("extension-data-leaked", "nothing that was for the server alone", got).found(&cx, &visit);
    }
    if let Some(value) = visit.header("Settlement-Overrides") {
        Wrong::new("overrides-leaked", "no Settlement-Overrides", format!("Settlement-Overrides: {value}"))
            .against("X402V2-HTTP-RS-037")
            .found(&cx, &visit);
    }
    Ok(())
}

/// Whether the server asked to verify, so that the money could be moved before it asks to settle.
async fn submit_meanwhile(cx: &Cx, facilitator: &Handle, purchase: &Purchase) -> Result<bool, Stop> {
    let payment = &purchase.payment;
    let nonce = payment.key().nonce;
    let came = facilitator.wait_for(nonce, Endpoint::Verify, 1, PATIENCE).await;
    let moved = if came { submit(cx, facilitator, purchase).await } else { Ok(()) };
    // Whatever happened, the server must not wait for ever.
    facilitator.release(nonce);
    moved.map(|()| came)
}

async fn submit(cx: &Cx, facilitator: &Handle, purchase: &Purchase) -> Result<(), Stop> {
    let payment = &purchase.payment;
    let presented = payment.draft.present()?;
    cx.world.history.relay(payment.key());
    cx.world.chain.relay(payment.token.address, &presented.authorization, &presented.signature).await?;
    let money = cx.money(payment).await?;
    let transfer = money
        .transfers
        .first()
        .ok_or_else(|| Stop::Harness("the harness could not submit the authorization itself".into()))?;
    let terms = &purchase.offer.terms;
    let settled = json!({
        "success": true,
        "transaction": transfer.tx.to_string(),
        "network": terms.network.name(purchase.version()),
        "payer": payment.key().payer.to_checksum(None),
    });
    facilitator.script(payment.key().nonce, Endpoint::Settle, vec![whispered(&settled)]);
    Ok(())
}

fn verified(purchase: &Purchase) -> Value {
    json!({ "isValid": true, "payer": purchase.payment.key().payer.to_checksum(None) })
}

/// An answer with more in it than the server needs.
fn whispered(answer: &Value) -> Act {
    let mut answer = answer.clone();
    answer["extensionResponses"] = json!({ "gauntlet": { "status": WHISPER } });
    let mut answer = Answer::json(200, &answer);
    answer.headers.push((SIDE_CHANNEL.to_ascii_lowercase(), format!("{{\"gauntlet\":\"{WHISPER}\"}}")));
    Act::Answer(answer)
}

/// Where the buyer can read it.
fn whispers(visit: &Visit, version: gauntlet_wire::Version) -> Vec<&'static str> {
    let mut places = Vec::new();
    let head =
        visit.reply.exchange.response.as_ref().map(|response| response.head.as_str()).unwrap_or_default();
    if head.contains(WHISPER) || visit.header(SIDE_CHANNEL).is_some() {
        places.push("a header");
    }
    if visit.receipt(version).is_some_and(|receipt| receipt.raw.to_string().contains(WHISPER)) {
        places.push("the receipt");
    }
    if visit.body().contains(WHISPER) {
        places.push("the body");
    }
    places
}

#[cfg(test)]
mod tests {
    use super::twice;

    #[test]
    fn only_a_text_after_itself_stands_twice() {
        assert!(twice("{\"a\":1}{\"a\":1}"));
        assert!(!twice("{\"a\":1}") && !twice("") && !twice("abab1"));
        assert!(!twice("secret and secret"));
    }
}

//! Settlements that succeed, and are told late or in a strange way.

use super::held::settled_by_upstream;
use super::{count, purchase, scripted};
use crate::check::{Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::server::buyer::Purchase;
use crate::server::money::Expected;
use crate::server::visit::Visit;
use gauntlet_doubles::scripted::{Act, Endpoint};
use gauntlet_wire::{Network, Version};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How long a slow settlement takes: a block or two.
const SLOW: Duration = Duration::from_secs(2);

pub(super) async fn slow(cx: Cx) -> Judged {
    let acts = vec![Act::Delay(SLOW, Box::new(Act::Forward))];
    must_be_served(&cx, acts).await
}

pub(super) async fn unknown_fields(cx: Cx) -> Judged {
    let add = |answer: &mut Value| {
        answer["zzUnknown"] = json!({ "a": [1, null] });
        answer["zzText"] = json!("a member that no document knows");
    };
    must_be_served(&cx, vec![Act::Rewrite(Arc::new(add))]).await
}

/// The money moves and nobody lies about it: then there is content.
async fn must_be_served(cx: &Cx, acts: Vec<Act>) -> Judged {
    let mut purchase = purchase(cx).await?;
    purchase.payment.money_rule = crate::server::rules::CONTENT_NEEDS_MONEY;
    let (visit, calls) = scripted(cx, &purchase, (Endpoint::Settle, acts), Expected::Plain).await?;
    cx.must_have_come(&visit)?;
    // A server that has given up waiting hears nothing of what becomes of the money; we do.
    let calls = match cx.shop()?.scripted() {
        Ok(scripted) if count(&calls, Endpoint::Settle) > 0 => {
            settled_by_upstream(scripted, purchase.payment.key().nonce).await
        }
        _ => calls,
    };
    let settled = calls.iter().find(|call| call.endpoint == Endpoint::Settle);
    let Some((_, body)) = settled.and_then(|call| call.upstream.as_ref()) else {
        return Err(Stop::Inconclusive(format!("the facilitator was not asked to settle: {}", visit.got())));
    };
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    if answer["success"] != Value::Bool(true) {
        return Err(Stop::Inconclusive(format!("the facilitator behind did not settle: {answer}")));
    }
    if !visit.served() {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "not-served",
            want: "content".into(),
            got: visit.got(),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
    Ok(())
}

/// The money moves, and the answer cannot be about this payment.
pub(super) async fn strange(cx: Cx, change: fn(&Purchase, &mut Value)) -> Judged {
    let purchase = purchase(&cx).await?;
    let visit = changed(&cx, &purchase, change).await?;
    if visit.served() {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "believed",
            want: "no content for an answer that cannot be about this payment".into(),
            got: visit.got(),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
    Ok(())
}

async fn changed(cx: &Cx, purchase: &Purchase, change: fn(&Purchase, &mut Value)) -> Result<Visit, Stop> {
    let of = purchase.clone();
    let acts = vec![Act::Rewrite(Arc::new(move |answer: &mut Value| change(&of, answer)))];
    let (visit, calls) = scripted(cx, purchase, (Endpoint::Settle, acts), Expected::Misled).await?;
    cx.must_have_come(&visit)?;
    if !calls.iter().any(|call| call.endpoint == Endpoint::Settle && call.upstream.is_some()) {
        return Err(Stop::Inconclusive(format!("the facilitator was not asked to settle: {}", visit.got())));
    }
    Ok(visit)
}

pub(super) fn other_payer(purchase: &Purchase, answer: &mut Value) {
    // The payee is an account that exists, and surely not the payer.
    answer["payer"] = json!(purchase.offer.terms.pay_to.to_checksum(None));
}

pub(super) fn other_network(purchase: &Purchase, answer: &mut Value) {
    answer["network"] = match purchase.version() {
        Version::V2 => json!(Network::new(137).caip2()),
        Version::V1 => json!("polygon"),
    };
}

/// A receipt repeats what the facilitator said, also where the server cannot know better.
pub(super) async fn mirrored(cx: Cx) -> Judged {
    fn mark(purchase: &Purchase) -> String {
        // As good as any other 32 bytes, and nobody has seen it in the place of a transaction before.
        let nonce = purchase.payment.key().nonce;
        (!nonce).to_string()
    }
    let purchase = purchase(&cx).await?;
    let visit =
        changed(&cx, &purchase, |purchase, answer| answer["transaction"] = json!(mark(purchase))).await?;
    if !visit.served() {
        cx.note(format!("a success whose transaction is on no chain is not served: {}", visit.got()));
        return Ok(());
    }
    let Some(receipt) = visit.receipt(cx.version()) else {
        return Err(Stop::Inconclusive("the answer has no legible receipt".into()));
    };
    let network = purchase.offer.terms.network.name(cx.version());
    let said = [
        ("transaction", mark(&purchase), receipt.transaction.unwrap_or_default()),
        ("network", network, receipt.network.unwrap_or_default()),
    ];
    for (member, told, repeated) in said {
        if !told.eq_ignore_ascii_case(&repeated) {
            cx.find(Violation {
                requirement: cx.rule(),
                kind: "not-mirrored",
                want: format!("{member} {told}, as the facilitator said"),
                got: format!("{member} {repeated:?}"),
                reply: Some(&visit.reply),
                ..Violation::default()
            });
        }
    }
    Ok(())
}

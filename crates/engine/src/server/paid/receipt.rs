//! The receipt: how PAYMENT-RESPONSE and X-PAYMENT-RESPONSE are written, and whether they tell the truth.

use super::{Bought, buys};
use crate::check::{Judged, Stop};
use crate::cx::Cx;
use crate::server::challenge::{Wrong, members_twice, shown};
use crate::server::visit::Visit;
use gauntlet_doubles::scripted::Endpoint;
use gauntlet_wire::header::{bytes_lenient, receipt_header};
use gauntlet_wire::{Address, B256, SettleAnswer, Version};
use serde_json::Value;

pub(super) async fn form(cx: Cx) -> Judged {
    let Bought { visit, .. } = buys(&cx, "cheap").await?;
    for wrong in misshapen(&visit, cx.version()) {
        wrong.found(&cx, &visit);
    }
    Ok(())
}

fn misshapen(visit: &Visit, version: Version) -> Vec<Wrong> {
    let name = receipt_header(version);
    let lines = visit.values(name);
    let Some(line) = lines.first() else {
        let other = [receipt_header(Version::V2), "Payment-Response"];
        let got = match other.into_iter().find(|other| visit.header(other).is_some()) {
            Some(other) => format!("{other} instead"),
            None => "none".into(),
        };
        return vec![Wrong::new("no-receipt", "a receipt in the header of its version", got)];
    };
    let mut wrongs = Vec::new();
    if lines.len() > 1 {
        wrongs.push(Wrong::new(
            "repeated-receipt",
            "one receipt",
            format!("{} lines of {name}", lines.len()),
        ));
    }
    let want = "base64 in the standard alphabet with padding, of a JSON object";
    match bytes_lenient(line) {
        Err(error) => wrongs.push(Wrong::new("not-base64", want, error.to_string())),
        Ok((bytes, oddities)) => {
            if !oddities.is_empty() {
                wrongs.push(Wrong::new("odd-base64", want, oddities.join(", ")).mild());
            }
            match serde_json::from_slice::<Value>(&bytes) {
                Ok(Value::Object(_)) => {}
                Ok(other) => wrongs.push(Wrong::new("not-an-object", want, shown(Some(&other)))),
                Err(error) => wrongs.push(Wrong::new("not-json", want, error.to_string())),
            }
            if let Some(member) = members_twice(&bytes).first() {
                let got = format!("{member} stands twice in the receipt");
                wrongs.push(Wrong::new("member-twice", "each member once", got).against("GAUNTLET-RS-013"));
            }
        }
    }
    wrongs
}

/// The receipt of a purchase.
fn receipt_of(visit: &Visit, version: Version) -> Result<SettleAnswer, Stop> {
    visit
        .receipt(version)
        .ok_or_else(|| Stop::Inconclusive("the paid answer has no receipt that can be read".into()))
}

pub(super) async fn content(cx: Cx) -> Judged {
    let bought = buys(&cx, "cheap").await?;
    let receipt = receipt_of(&bought.visit, cx.version())?;
    let terms = &bought.purchase.offer.terms;
    let truth = Truth {
        network: terms.network.name(cx.version()),
        payer: bought.purchase.payment.key().payer,
        amount: terms.amount.to_string(),
    };
    for wrong in lies(&receipt, &truth) {
        wrong.found(&cx, &bought.visit);
    }
    if receipt.payer.as_deref().is_none_or(str::is_empty) {
        cx.note("the receipt does not say who paid");
    }
    Ok(())
}

struct Truth {
    network: String,
    payer: Address,
    amount: String,
}

/// What a receipt says that is not so. Whether its transaction is the one that moved the money is judged at every
/// purchase; here it only has to be one.
fn lies(receipt: &SettleAnswer, truth: &Truth) -> Vec<Wrong> {
    let mut wrongs = Vec::new();
    let member = |name: &str| shown(receipt.raw.get(name));
    if receipt.raw.get("success") != Some(&Value::Bool(true)) {
        wrongs.push(Wrong::new("no-success", "success true", format!("success {}", member("success"))));
    }
    if receipt.network.as_deref() != Some(truth.network.as_str()) {
        let got = format!("network {} instead of {}", member("network"), truth.network);
        wrongs.push(Wrong::new("other-network", "the network of the payment", got));
    }
    let hash = receipt.transaction.as_deref().unwrap_or_default();
    if !(hash.len() == 66 && hash.starts_with("0x") && hash.parse::<B256>().is_ok()) {
        let got = format!("transaction {}", member("transaction"));
        wrongs.push(Wrong::new("no-hash", "a transaction hash of 32 bytes", got));
    }
    let payer = receipt.payer.as_deref().filter(|payer| !payer.is_empty());
    if payer.is_some_and(|payer| payer.parse() != Ok(truth.payer)) {
        let got = format!("payer {} instead of {}", member("payer"), truth.payer);
        wrongs.push(Wrong::new("other-payer", "who paid, or nobody", got));
    }
    let amount = receipt.raw.get("amount").filter(|amount| !amount.is_null());
    if amount.is_some_and(|amount| amount.as_str() != Some(truth.amount.as_str())) {
        let got = format!("amount {} instead of {:?}", member("amount"), truth.amount);
        wrongs.push(Wrong::new("other-amount", "what was paid, or nothing", got));
    }
    let reason = receipt.raw.get("errorReason").filter(|reason| !reason.is_null());
    if reason.is_some_and(|reason| reason.as_str() != Some("")) {
        let got = format!("errorReason {}", member("errorReason"));
        wrongs.push(Wrong::new("reason-beside-success", "no reason for an error", got).mild());
    }
    wrongs
}

pub(super) async fn mirrors(cx: Cx) -> Judged {
    let bought = buys(&cx, "cheap").await?;
    let receipt = receipt_of(&bought.visit, cx.version())?;
    let nonce = bought.purchase.payment.key().nonce;
    let calls = cx.shop()?.scripted()?.calls_for(nonce);
    let settle = calls.iter().rev().find(|call| call.endpoint == Endpoint::Settle);
    let Some((_, body)) = settle.and_then(|call| call.answered.as_ref()) else {
        return Err(Stop::Inconclusive("the facilitator has no record of an answer to settle".into()));
    };
    let told: Value = serde_json::from_slice(body)?;
    for wrong in differences(&receipt.raw, &told) {
        wrong.found(&cx, &bought.visit);
    }
    Ok(())
}

/// Where a receipt says something else than the facilitator did.
fn differences(receipt: &Value, told: &Value) -> Vec<Wrong> {
    let said = |object: &Value, name: &str| -> String {
        match object.get(name) {
            Some(Value::String(text)) => text.to_ascii_lowercase(),
            None | Some(Value::Null) => String::new(),
            Some(other) => other.to_string(),
        }
    };
    // An amount that the facilitator did not give may be the server's own; the others it must have from there.
    ["success", "transaction", "network", "payer", "amount", "errorReason"]
        .into_iter()
        .filter(|name| said(receipt, name) != said(told, name))
        .filter(|name| !(matches!(*name, "amount" | "payer") && said(told, name).is_empty()))
        .filter(|name| !(matches!(*name, "amount" | "payer") && said(receipt, name).is_empty()))
        .map(|name| {
            let got = format!("{name} {}, facilitator {}", shown(receipt.get(name)), shown(told.get(name)));
            Wrong::new("differs-from-facilitator", "what the facilitator said", got)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const HASH: &str = "0x4aadd99d175a83ef1bba8fa002c5582b43ddff71ba473ba2f02bc2f012663b50";
    const PAYER: &str = "0xDe7914A2626BcABAf3Cf8f57D02c117fBF8478B6";

    fn kinds(change: impl FnOnce(&mut Value)) -> Vec<&'static str> {
        let mut receipt =
            json!({ "success": true, "transaction": HASH, "network": "eip155:84532", "payer": PAYER });
        change(&mut receipt);
        let receipt = SettleAnswer::read(receipt.to_string().as_bytes()).unwrap();
        let truth =
            Truth { network: "eip155:84532".into(), payer: PAYER.parse().unwrap(), amount: "10000".into() };
        lies(&receipt, &truth).into_iter().map(|wrong| wrong.kind).collect()
    }

    #[test]
    fn lies_are_told_from_silence() {
        assert_eq!(kinds(|_| ()), [""; 0]);
        assert_eq!(kinds(|receipt| receipt["payer"] = json!(PAYER.to_lowercase())), [""; 0]);
        assert_eq!(kinds(|receipt| receipt["payer"] = json!("")), [""; 0]);
        assert_eq!(kinds(|receipt| receipt["amount"] = json!("10000")), [""; 0]);
        assert_eq!(kinds(|receipt| receipt["errorReason"] = Value::Null), [""; 0]);
        assert_eq!(kinds(|receipt| receipt["success"] = json!("true")), ["no-success"]);
        assert_eq!(kinds(|receipt| receipt["network"] = json!("base-sepolia")), ["other-network"]);
        assert_eq!(kinds(|receipt| receipt["transaction"] = json!("0x12")), ["no-hash"]);
        assert_eq!(kinds(|receipt| receipt["transaction"] = json!(HASH[2..])), ["no-hash"]);
        assert_eq!(kinds(|receipt| receipt["payer"] = json!(HASH)), ["other-payer"]);
        assert_eq!(kinds(|receipt| receipt["amount"] = json!(10000)), ["other-amount"]);
        assert_eq!(kinds(|receipt| receipt["errorReason"] = json!("x")), ["reason-beside-success"]);
    }

    #[test]
    fn differences_are_those_that_matter() {
        let told = json!({ "success": true, "transaction": HASH, "network": "eip155:84532", "payer": PAYER });
        let count = |receipt: &Value| differences(receipt, &told).len();
        assert_eq!(count(&told), 0);
        let mut more = told.clone();
        more["amount"] = json!("10000");
        more["extensions"] = json!({});
        more["payer"] = json!(PAYER.to_lowercase());
        assert_eq!(count(&more), 0);
        more["network"] = json!("base");
        more["transaction"] = json!("");
        assert_eq!(count(&more), 2);
    }
}

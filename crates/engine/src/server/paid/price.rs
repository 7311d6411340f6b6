//! Who is paid and how much, route by route.

use super::{Bought, buys, must_be_served};
use crate::check::Judged;
use crate::cx::{Cx, Violation};
use crate::reply::Money;
use crate::server::buyer::{Purchase, ask};
use crate::server::challenge::{Wrong, shown};
use crate::server::money::{Expected, pays};
use crate::server::offer::Offer;
use crate::server::visit::Visit;
use gauntlet_doubles::scripted::Endpoint;
use gauntlet_wire::header::payment_header;
use serde_json::Value;

/// What the facilitator must be asked for as the 402 has it.
const TERMS: &[&str] = &["scheme", "network", "amount", "maxAmountRequired", "asset", "payTo"];

pub(super) async fn once(cx: Cx) -> Judged {
    let Bought { purchase, visit, money } = buys(&cx, "cheap").await?;
    exactly(&cx, &purchase, &visit, &money);
    if let Ok(facilitator) = cx.shop()?.scripted() {
        let calls = facilitator.calls_for(purchase.payment.key().nonce);
        let settled = calls.iter().filter(|call| call.endpoint == Endpoint::Settle).count();
        if settled != 1 {
            Wrong::new("settled-again", "one call of settle", format!("{settled} calls"))
                .against("X402V2-HTTP-RS-021")
                .found(&cx, &visit);
        }
        for request in calls.iter().filter_map(|call| call.request.as_ref()) {
            for wrong in other_terms(&request["paymentRequirements"], &purchase.offer.entry) {
                wrong.found(&cx, &visit);
            }
        }
    }
    Ok(())
}

fn other_terms(asked: &Value, offered: &Value) -> Vec<Wrong> {
    let plain = |value: Option<&Value>| value.map(|value| value.to_string().to_ascii_lowercase());
    let members = TERMS.iter().filter(|name| offered.get(**name).is_some());
    members
        .filter(|name| plain(asked.get(**name)) != plain(offered.get(**name)))
        .map(|name| {
            let got = format!("{name} {}, offered {}", shown(asked.get(*name)), shown(offered.get(*name)));
            Wrong::new("other-terms", "the terms of the 402, told to the facilitator", got)
                .against("X402V2-HTTP-RS-017")
        })
        .collect()
}

/// One Transfer, of the price, to the payee.
fn exactly(cx: &Cx, purchase: &Purchase, visit: &Visit, money: &Money) {
    let terms = &purchase.offer.terms;
    let exact = money
        .transfers
        .iter()
        .filter(|transfer| pays(transfer, purchase) && transfer.value == terms.amount)
        .count();
    if money.transfers.len() != 1 || exact != 1 {
        cx.find(Violation {
            requirement: "INV-003",
            kind: "not-the-price",
            want: format!("one Transfer of {} to {}", terms.amount, terms.pay_to),
            got: format!("{} Transfers, {exact} of them the price", money.transfers.len()),
            reply: Some(&visit.reply),
            chain: money.lines.clone(),
            ..Violation::default()
        });
    }
}

fn unsold(got: String) -> Wrong {
    Wrong::new("not-sold", "the content for a good payment", got)
}

pub(super) async fn sells(cx: Cx, route: &'static str) -> Judged {
    let purchase = cx.purchase(route).await?;
    let (visit, money) = cx.buy(&purchase).await?;
    must_be_served(&cx, &visit, unsold)?;
    if visit.served() {
        exactly(&cx, &purchase, &visit, &money);
    }
    Ok(())
}

pub(super) async fn create(cx: Cx) -> Judged {
    let purchase = cx.purchase("create").await?;
    let (visit, money) = cx.buy(&purchase).await?;
    must_be_served(&cx, &visit, unsold)?;
    if !visit.served() {
        return Ok(());
    }
    exactly(&cx, &purchase, &visit, &money);
    let sent: Option<Value> = serde_json::from_str(&purchase.route.body).ok();
    match (visit.json(), sent) {
        // A handler that repeats what it got shows whether it got all of it; others need not.
        (Some(answer), Some(sent)) if answer.get("echo").is_some() => {
            if answer["echo"] != sent {
                let got = format!("echo {}", shown(answer.get("echo")));
                Wrong::new("body-lost", "the handler's echo of the request's body", got).found(&cx, &visit);
            }
        }
        _ => {
            cx.note("the answer has no echo of the body, so that nobody can tell whether the handler got it")
        }
    }
    Ok(())
}

pub(super) async fn with_a_query(cx: Cx) -> Judged {
    let mut route = cx.route("cheap")?;
    let joint = if route.path.contains('?') { '&' } else { '?' };
    route.path = format!("{}{joint}city=Paris&x=%2F..%2F", route.path);
    let unpaid = cx.knock(ask(&route), "the cheap route with a query, without a payment").await?;
    let offer = Offer::read(&cx, &unpaid, cx.version()).map_err(|problem| {
        crate::check::Stop::Inconclusive(format!(
            "the 402 of cheap with a query cannot be answered: {problem}"
        ))
    })?;
    let purchase = cx.purchase_of(offer, route).await?;
    let request = ask(&purchase.route).header(payment_header(cx.version()), purchase.header()?);
    let (visit, money) = cx.buy_as(&purchase, request, Expected::Plain).await?;
    must_be_served(&cx, &visit, unsold)?;
    if visit.served() {
        exactly(&cx, &purchase, &visit, &money);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn terms_are_those_of_the_offer() {
        let offer = json!({ "scheme": "exact", "amount": "1", "payTo": "0xAB", "maxTimeoutSeconds": 300 });
        let mut asked = json!({ "scheme": "exact", "amount": "1", "payTo": "0xab", "maxTimeoutSeconds": 60 });
        assert_eq!(other_terms(&asked, &offer), []);
        asked["amount"] = json!("2");
        asked["payTo"] = Value::Null;
        assert_eq!(other_terms(&asked, &offer).len(), 2);
    }
}

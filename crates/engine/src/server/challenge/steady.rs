//! What has to be the same whenever and however one asks, and what has to differ.

use super::{Wrong, price, read, told_of};
use crate::check::{Judged, Stop};
use crate::cx::Cx;
use crate::server::buyer::ask;
use crate::server::offer::Offer;
use gauntlet_wire::{Network, Version};
use serde_json::Value;
use std::collections::BTreeSet;

/// How often is asked for what must not change.
const TIMES: usize = 5;

/// What an offer asks for, as far as it is money: the rest may be fresh each time.
type Terms = (String, String, String, String, String);

fn terms(offer: &Value, version: Version) -> Terms {
    let text = |name: &str| offer.get(name).map(Value::to_string).unwrap_or_default();
    (text("scheme"), text("network"), text(price(version)), text("asset"), text("payTo"))
}

fn all_terms(offers: &[Value], version: Version) -> Vec<Terms> {
    offers.iter().map(|offer| terms(offer, version)).collect()
}

fn in_words(terms: &[Terms]) -> String {
    let one = |(scheme, network, amount, asset, payee): &Terms| {
        format!("{scheme} {network} {amount} of {asset} to {payee}").replace('"', "")
    };
    terms.iter().map(one).collect::<Vec<_>>().join("; ")
}

pub(super) async fn five_times(cx: Cx) -> Judged {
    let first = told_of(&cx, "cheap").await?;
    let first = all_terms(&first.offers(), cx.version());
    for _ in 1..TIMES {
        let again = told_of(&cx, "cheap").await?;
        let terms = all_terms(&again.offers(), cx.version());
        if terms != first {
            let got = format!("first {}, then {}", in_words(&first), in_words(&terms));
            Wrong::new("offers-change", "the same offers each time", got).found(&cx, &again.visit);
            break;
        }
    }
    Ok(())
}

pub(super) async fn with_a_query(cx: Cx) -> Judged {
    let mut route = cx.route("cheap")?;
    let plain = told_of(&cx, "cheap").await?;
    let plain = all_terms(&plain.offers(), cx.version());
    let joint = if route.path.contains('?') { '&' } else { '?' };
    route.path = format!("{}{joint}city=Paris&x=%2F..%2F", route.path);
    let visit = cx.knock(ask(&route), "the cheap route with a query, without a payment").await?;
    cx.must_have_come(&visit)?;
    if visit.status() != 402 {
        Wrong::new("not-402", "status 402", format!("status {} with a query", visit.status()))
            .found(&cx, &visit);
        return Ok(());
    }
    let told = read(&cx, visit, "the cheap route with a query")?;
    let terms = all_terms(&told.offers(), cx.version());
    if terms != plain {
        let got = format!("{} without, {} with a query", in_words(&plain), in_words(&terms));
        Wrong::new("offers-change", "the same offers with a query", got)
            .against("GAUNTLET-RS-006")
            .found(&cx, &told.visit);
    }
    Ok(())
}

pub(super) async fn versions_agree(cx: Cx) -> Judged {
    for route in super::paid_routes(&cx)? {
        let visit = cx.unpaid(route).await?;
        let (Some(header), Some(body)) = (visit.challenge(Version::V2), visit.challenge(Version::V1)) else {
            return Err(Stop::NotApplicable("the server does not offer both versions in one 402".into()));
        };
        let of_header = comparable(&header, Version::V2);
        let of_body = comparable(&body, Version::V1);
        if of_header.is_disjoint(&of_body) || !of_body.is_subset(&of_header) {
            let got = format!("{route}: the header has {of_header:?}, the body {of_body:?}");
            Wrong::new("versions-differ", "the same price, payee, asset and chain in both", got)
                .found(&cx, &visit);
        }
    }
    Ok(())
}

/// Price, asset, payee and chain of each offer, whatever they are called.
fn comparable(object: &Value, version: Version) -> BTreeSet<String> {
    let offers = object["accepts"].as_array().into_iter().flatten();
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_ascii_lowercase);
    offers
        .map(|offer| {
            let named = plain(&offer["network"]);
            let chain = Network::parse(&named).map_or(named, Network::caip2);
            let amount = plain(&offer[price(version)]);
            format!("{amount} of {} to {} on {chain}", plain(&offer["asset"]), plain(&offer["payTo"]))
        })
        .collect()
}

/// Nothing can be said of payments for other routes while the routes are all alike.
pub(super) async fn routes_differ(cx: Cx) -> Judged {
    let (cheap, dear) = (cx.offer("cheap").await?, cx.offer("dear").await?);
    if dear.terms.amount <= cheap.terms.amount {
        return Err(Stop::Inconclusive(format!(
            "dear asks for {}, cheap for {}: name a dearer route, or mend the prices",
            dear.terms.amount, cheap.terms.amount
        )));
    }
    if dear.terms.pay_to != cheap.terms.pay_to {
        return Err(Stop::Inconclusive(
            "dear has another payee than cheap; name one that has the same".into(),
        ));
    }
    if cx.route("twin").is_ok() {
        let twin = cx.offer("twin").await?;
        if (twin.terms.amount, twin.terms.pay_to) != (cheap.terms.amount, cheap.terms.pay_to) {
            return Err(Stop::Inconclusive("twin has another price or payee than cheap".into()));
        }
    }
    if cx.route("elsewhere").is_ok() {
        let elsewhere = cx.offer("elsewhere").await?;
        if elsewhere.terms.pay_to == cheap.terms.pay_to {
            return Err(Stop::Inconclusive(
                "elsewhere has the payee of cheap; name a route with another".into(),
            ));
        }
    }
    Ok(())
}

pub(super) async fn asks(cx: Cx, route: &'static str) -> Judged {
    let visit = cx.unpaid(route).await?;
    cx.must_have_come(&visit)?;
    if visit.status() != 402 {
        let got = format!("status {} for {route}", visit.status());
        Wrong::new("not-402", "status 402", got).found(&cx, &visit);
        return Ok(());
    }
    let Err(problem) = Offer::read(&cx, &visit, cx.version()) else { return Ok(()) };
    // What is wrong with every 402 of the server is the matter of the checks of the cheap route.
    let cheap = cx.unpaid("cheap").await?;
    if Offer::read(&cx, &cheap, cx.version()).is_err() {
        return Err(Stop::Inconclusive(format!(
            "neither this 402 nor that of cheap can be answered: {problem}"
        )));
    }
    let wrong = Wrong::new("cannot-be-answered", "an offer like those of the other routes", problem);
    match cx.version() {
        Version::V2 => wrong.against("X402V2-HTTP-RS-002").found(&cx, &visit),
        Version::V1 => wrong.found(&cx, &visit),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn versions_are_compared_by_what_they_mean() {
        let header = json!({ "accepts": [
            { "network": "eip155:84532", "amount": "1", "asset": "0xAb", "payTo": "0xCD" },
        ] });
        let body = |network: &str, price: &str| {
            json!({ "accepts": [
                { "network": network, "maxAmountRequired": price, "asset": "0xaB", "payTo": "0xcd" },
            ] })
        };
        let header = comparable(&header, Version::V2);
        assert_eq!(header, comparable(&body("base-sepolia", "1"), Version::V1));
        assert_ne!(header, comparable(&body("base", "1"), Version::V1));
        assert_ne!(header, comparable(&body("base-sepolia", "2"), Version::V1));
    }
}

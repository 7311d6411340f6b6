//! What was offered against what the route says now, what the facilitator was told and what was charged.

use super::actor::Actor;
use super::stage::Stage;
use crate::check::{Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::server::buyer::Purchase;
use crate::server::offer::Offer;
use crate::server::visit::Visit;
use gauntlet_wire::{Terms, Version};
use serde_json::Value;

/// Asking again for the same route gives the same offers.
const STABLE: &str = "GAUNTLET-RS-006";
/// Header and body of a 402 agree.
const AGREES: &str = "GAUNTLET-RS-007";
/// The resource of a challenge has the path that was asked for.
const RESOURCE: &str = "GAUNTLET-RS-020";
/// The facilitator is given what the server has set.
const TOLD: &str = "X402V2-HTTP-RS-017";

pub(super) async fn compare(stage: &mut Stage, name: &str) -> Judged {
    let cx = stage.cx.clone();
    let actor = stage.actor(name)?;
    let purchase = actor.purchase().ok_or_else(|| Stop::Harness(format!("{name} is no payment")))?;
    let visit = cx.unpaid(actor.given.route.unwrap_or("cheap")).await?;
    cx.must_have_come(&visit)?;
    offers(&cx, purchase, &visit);
    resource(&cx, purchase, &visit);
    told(&cx, purchase);
    charged(&cx, actor, purchase).await
}

fn differences(offered: &Terms, now: &Terms) -> Vec<String> {
    let mut found = Vec::new();
    if offered.amount != now.amount {
        found.push(format!("amount {} → {}", offered.amount, now.amount));
    }
    if offered.pay_to != now.pay_to {
        found.push(format!("payTo {} → {}", offered.pay_to, now.pay_to));
    }
    if offered.token.address != now.token.address {
        found.push(format!("asset {} → {}", offered.token.address, now.token.address));
    }
    found
}

/// What the route asks for now, in either version, is what it asked for before.
fn offers(cx: &Cx, purchase: &Purchase, visit: &Visit) {
    for version in Version::ALL {
        let own = version == purchase.version();
        if !own && visit.challenge(version).is_none() {
            continue;
        }
        let found = match Offer::read(cx, visit, version) {
            Ok(offer) => differences(&purchase.offer.terms, &offer.terms),
            Err(problem) => vec![problem],
        };
        if found.is_empty() {
            continue;
        }
        let (requirement, kind, want) = match own {
            true => (STABLE, "offer-changed", "the offer that was made before"),
            false => (AGREES, "versions-disagree", "the same offer in both versions"),
        };
        cx.find(Violation {
            requirement,
            kind,
            want: want.into(),
            got: found.join("; "),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
}

/// The offer is for the route that was asked for.
fn resource(cx: &Cx, purchase: &Purchase, visit: &Visit) {
    let named = match purchase.version() {
        Version::V2 => &purchase.offer.challenge["resource"]["url"],
        Version::V1 => &purchase.offer.entry["resource"],
    };
    let Value::String(named) = named else { return };
    if path_of(named) != Some(purchase.route.path.split('?').next().unwrap_or_default()) {
        cx.find(Violation {
            requirement: RESOURCE,
            kind: "other-resource",
            want: format!("an absolute URL with the path {}", purchase.route.path),
            got: format!("resource {named}"),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
}

/// The path of an absolute URL.
fn path_of(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))?;
    let path = rest.find('/').map_or("/", |at| &rest[at..]);
    path.split(['?', '#']).next()
}

/// The facilitator was asked with the terms of the offer.
fn told(cx: &Cx, purchase: &Purchase) {
    let Some(facilitator) = cx.world.shop.as_ref().and_then(|shop| shop.facilitator.as_ref()) else { return };
    let price = match purchase.version() {
        Version::V2 => "amount",
        Version::V1 => "maxAmountRequired",
    };
    for call in facilitator.calls_for(purchase.payment.key().nonce) {
        let Some(request) = &call.request else { continue };
        let told = &request["paymentRequirements"];
        let differs = |member: &&str| !same(&told[*member], &purchase.offer.entry[*member]);
        let found: Vec<String> = [price, "payTo", "asset"]
            .iter()
            .filter(|member| differs(member))
            .map(|member| format!("{member} {} → {}", purchase.offer.entry[*member], told[*member]))
            .collect();
        if !found.is_empty() {
            cx.find(Violation {
                requirement: TOLD,
                kind: "settled-otherwise",
                want: "the facilitator asked with the terms of the offer".into(),
                got: found.join("; "),
                ..Violation::default()
            });
            return;
        }
    }
}

/// Letter case in addresses means nothing.
fn same(a: &Value, b: &Value) -> bool {
    match (a.as_str(), b.as_str()) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        _ => a == b,
    }
}

/// What left the payer's account is what was offered, to the unit.
async fn charged(cx: &Cx, actor: &Actor, purchase: &Purchase) -> Judged {
    let money = cx.money(&purchase.payment).await?;
    let other =
        money.transfers.iter().find(|transfer| (transfer.to, transfer.value) != (actor.payee, actor.price));
    if let Some(other) = other {
        cx.find(Violation {
            requirement: TOLD,
            kind: "charged-otherwise",
            want: format!("a Transfer of {} units to {}", actor.price, actor.payee),
            got: format!("a Transfer of {} units to {}", other.value, other.to),
            chain: money.lines,
            ..Violation::default()
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_absolute_urls_have_a_path() {
        assert_eq!(path_of("http://127.0.0.1:4021/cheap?a=1"), Some("/cheap"));
        assert_eq!(path_of("https://shop.example"), Some("/"));
        assert_eq!(path_of("/cheap"), None);
        assert_eq!(path_of("cheap"), None);
    }
}

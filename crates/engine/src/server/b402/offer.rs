//! What stands in the 402.

use super::violated;
use crate::check::{Check, Judged, Stop, check};
use crate::cx::Cx;
use crate::server::visit::Visit;
use gauntlet_wire::Version;
use serde_json::{Map, Value};

/// Routes whose offers are compared, each paid in its own way where there is one.
const ROUTES: [&str; 3] = ["cheap", "permit2", "metered"];

pub(super) fn checks() -> Vec<Check> {
    vec![check(
        "server.b402.extra",
        "what a kind says in extra stands in the offer as it is",
        &["B402-RS-OFFER-001"],
        "whoever pays signs for the wrong contract or the wrong account, and nobody can settle",
        extra,
    )]
}

async fn extra(cx: Cx) -> Judged {
    let kinds = kinds(&cx)?;
    let mut compared = 0;
    for name in ROUTES {
        if cx.route(name).is_err() {
            continue;
        }
        let visit = cx.unpaid(name).await?;
        let challenge = visit.challenge(Version::V2).unwrap_or_default();
        for entry in challenge["accepts"].as_array().into_iter().flatten() {
            compared += 1;
            compare(&cx, &visit, name, entry, &kinds);
        }
    }
    if compared == 0 {
        return Err(Stop::Inconclusive("no 402 of the server has an offer that can be read".into()));
    }
    Ok(())
}

/// The `extra` of every kind that the facilitator has told.
fn kinds(cx: &Cx) -> Result<Vec<Map<String, Value>>, Stop> {
    let told = cx.shop()?.scripted()?.kinds();
    let extras: Vec<_> = told.iter().filter_map(|kind| kind["extra"].as_object().cloned()).collect();
    if extras.is_empty() {
        return Err(Stop::NotApplicable("the facilitator's kinds have no extra in this dialect".into()));
    }
    Ok(extras)
}

/// An offer may say more than a kind, for people or for its own purposes; nothing may be missing or other.
fn compare(cx: &Cx, visit: &Visit, route: &str, entry: &Value, kinds: &[Map<String, Value>]) {
    let none = Map::new();
    let extra = entry["extra"].as_object().unwrap_or(&none);
    let method = extra.get("assetTransferMethod");
    let same_way = kinds.iter().filter(|kind| kind.get("assetTransferMethod") == method && method.is_some());
    let differs =
        |kind: &&Map<String, Value>| kind.iter().filter(|(name, it)| extra.get(*name) != Some(it)).count();
    let Some(nearest) = same_way.min_by_key(differs) else {
        let got = format!("assetTransferMethod {} in the offer of {route}", method.unwrap_or(&Value::Null));
        return violated(cx, "no-such-kind", "the assetTransferMethod of a kind", got, visit);
    };
    if let Some((name, value)) = nearest.iter().find(|(name, value)| extra.get(*name) != Some(value)) {
        let want = format!("extra.{name} {value}, as in the facilitator's kinds");
        let got = match extra.get(name) {
            Some(other) => format!("{other} in the offer of {route}"),
            None => format!("no such member in the offer of {route}"),
        };
        violated(cx, "extra-differs", &want, got, visit);
    }
}

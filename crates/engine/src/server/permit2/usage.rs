//! Scheme `upto`: what was used is charged, never more than was signed, and the receipt says how much.
//!
//! Source: schemes `upto` §4-5 and `upto` on EVM §3, Phase 4.

use super::Rule;
use super::money::charges_nothing;
use super::offer;
use super::purchase::{Bought, Purchase};
use crate::check::{Check, Judged, Need, Stop};
use crate::cx::{Cx, Violation};
use gauntlet_doubles::scripted::Endpoint;
use gauntlet_wire::permit2::Permit2Scheme;
use gauntlet_wire::{U256, Version};

const OVERCHARGED: &str = "a buyer pays more than was used, or cannot tell what was paid";
const SCHEME: Permit2Scheme = Permit2Scheme::Upto;
/// What was used is charged.
const USED: &str = "GAUNTLET-RS-034";
/// The receipt names it.
const TOLD: &str = "GAUNTLET-RS-035";

pub(super) fn checks() -> Vec<Check> {
    let rule = |slug: &str, title: &str, covers, needs| Rule {
        slug: slug.into(),
        title: title.into(),
        covers,
        risk: OVERCHARGED,
        needs,
    };
    vec![
        rule(
            "asked",
            "/verify is asked about the most that may be charged, and /settle about no more than that",
            &["X402-UPTO-020", "X402-UPTO-021"],
            &[Need::ScriptedFacilitator],
        )
        .check(SCHEME, asked),
        rule(
            "charged",
            "a handler that uses less than the most costs less",
            &[USED],
            &[Need::Route("metered")],
        )
        .check(SCHEME, charged),
        rule("receipt", "the receipt of an upto payment names what was charged", &[TOLD], &[])
            .check(SCHEME, receipt),
        rule("unused", "a handler that uses nothing costs nothing", &[USED, TOLD], &[Need::Route("unused")])
            .check(SCHEME, unused),
    ]
}

async fn bought(cx: &Cx, purchase: &Purchase) -> Result<Bought, Stop> {
    let bought = purchase.present(cx).await?;
    if bought.visit.served() {
        return Ok(bought);
    }
    Err(Stop::Inconclusive(format!("a plain upto payment was not served: {}", bought.visit.got())))
}

fn found(cx: &Cx, requirement: &str, kind: &str, want: String, got: String, bought: &Bought) {
    cx.find(Violation {
        requirement,
        kind,
        want,
        got,
        reply: Some(&bought.visit.reply),
        chain: bought.moved.iter().map(ToString::to_string).collect(),
        ..Violation::default()
    });
}

async fn asked(cx: Cx) -> Judged {
    let purchase = Purchase::of(&cx, SCHEME).await?;
    // Served or not: what the facilitator was asked stands.
    let bought = purchase.present(&cx).await?;
    let cap = purchase.offer.terms.amount;
    let calls = purchase.calls(&cx)?;
    for call in &calls {
        let amount = call
            .request
            .as_ref()
            .and_then(|request| request["paymentRequirements"]["amount"].as_str()?.parse::<U256>().ok());
        let got =
            || format!("{} with amount {}", call.endpoint, amount.map_or("none".into(), |it| it.to_string()));
        match call.endpoint {
            Endpoint::Verify if amount != Some(cap) => {
                found(&cx, "X402-UPTO-020", "verified-otherwise", format!("amount {cap}"), got(), &bought);
            }
            Endpoint::Settle if amount.is_none_or(|amount| amount > cap) => {
                found(
                    &cx,
                    "X402-UPTO-021",
                    "asked-for-more",
                    format!("amount {cap} at most"),
                    got(),
                    &bought,
                );
            }
            _ => {}
        }
    }
    if calls.iter().any(|call| call.endpoint == Endpoint::Settle) {
        return Ok(());
    }
    Err(Stop::Inconclusive(format!("the server did not come to settle: {}", bought.visit.got())))
}

async fn charged(cx: Cx) -> Judged {
    let purchase = on_route(&cx, "metered").await?;
    let bought = bought(&cx, &purchase).await?;
    let cap = purchase.offer.terms.amount;
    if bought.moved.iter().any(|transfer| transfer.value >= cap) {
        let got =
            bought.moved.iter().map(|transfer| transfer.value.to_string()).collect::<Vec<_>>().join(", ");
        found(&cx, USED, "charged-the-most", format!("less than {cap}"), got, &bought);
    }
    Ok(())
}

async fn receipt(cx: Cx) -> Judged {
    let purchase = Purchase::of(&cx, SCHEME).await?;
    let bought = bought(&cx, &purchase).await?;
    names_the_amount(&cx, &bought);
    Ok(())
}

fn names_the_amount(cx: &Cx, bought: &Bought) {
    let due = bought.moved.iter().fold(U256::ZERO, |sum, transfer| sum.saturating_add(transfer.value));
    let told = bought.visit.receipt(Version::V2).and_then(|receipt| receipt.amount);
    if told.as_deref().and_then(|told| told.parse::<U256>().ok()) != Some(due) {
        let got = told.map_or_else(|| "no amount".into(), |told| format!("amount {told}"));
        found(cx, TOLD, "other-amount", format!("amount {due}, what was charged"), got, bought);
    }
}

async fn unused(cx: Cx) -> Judged {
    let purchase = on_route(&cx, "unused").await?;
    let bought = bought(&cx, &purchase).await?;
    if !bought.moved.is_empty() {
        let got = bought.moved.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        found(&cx, USED, "charged-for-nothing", "no Transfer".into(), got, &bought);
    }
    names_the_amount(&cx, &bought);
    if charges_nothing(&purchase, &bought) {
        // Nothing was spent on the chain, and no text says whether the authorization is good for more.
        let again = purchase.present(&cx).await?;
        let fate = if again.visit.served() { "served" } else { "refused" };
        cx.note(format!("a payment that was charged nothing is {fate} when it comes again"));
    }
    Ok(())
}

async fn on_route(cx: &Cx, name: &str) -> Result<Purchase, Stop> {
    let visit = cx.unpaid(name).await?;
    match offer::read(cx, &visit, SCHEME) {
        Ok(Some(offer)) => Purchase::answering(cx, SCHEME, offer, cx.route(name)?).await,
        Ok(None) => Err(Stop::NotApplicable(format!("the 402 of {name} offers nothing of scheme upto"))),
        Err(problem) => {
            Err(Stop::Inconclusive(format!("the offer of {name} cannot be paid here: {problem}")))
        }
    }
}

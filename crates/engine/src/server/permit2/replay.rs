//! One payment over Permit2 buys one answer: in sequence, at once, and when the facilitator says that it is settled.

use super::Rule;
use super::purchase::Purchase;
use crate::check::{Check, Judged, Need, Stop};
use crate::cx::{Cx, Violation};
use crate::server::rules;
use crate::server::visit::Visit;
use gauntlet_doubles::scripted::{Act, Endpoint};
use gauntlet_probe::send_together;
use gauntlet_wire::Version;
use gauntlet_wire::permit2::Permit2Scheme;

const RISK: &str = "one payment is served many times";
/// How many copies arrive at one instant.
const COPIES: usize = 8;

pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for scheme in Permit2Scheme::ALL {
        let rule = |slug: &str, what: &str, covers, needs| Rule {
            slug: slug.into(),
            title: format!("{what} ({scheme} over Permit2)"),
            covers,
            risk: RISK,
            needs,
        };
        let again: &[&str] = &["X402V2-HTTP-RS-025", "INV-003"];
        let again = rule("again", "a spent payment buys nothing when it comes again", again, &[]);
        checks.push(again.check(scheme, move |cx| again_and_again(cx, scheme)));
        let raced: &[&str] = &["X402V2-HTTP-RS-026", "INV-003"];
        let raced = rule("at-once", "of copies of a payment at one instant one is served", raced, &[]);
        checks.push(raced.check(scheme, move |cx| at_once(cx, scheme)));
        let believed = rule(
            "idempotent",
            "a spent payment buys nothing although the facilitator says again that it is settled",
            &["GAUNTLET-RS-031"],
            &[Need::ScriptedFacilitator],
        );
        checks.push(believed.check(scheme, move |cx| believed_again(cx, scheme)));
    }
    checks
}

async fn spent(cx: &Cx, purchase: &Purchase) -> Judged {
    let bought = purchase.present(cx).await?;
    if !bought.visit.served() {
        let got = bought.visit.got();
        return Err(Stop::Inconclusive(format!(
            "the first presentation of the payment was not served: {got}"
        )));
    }
    if bought.moved.is_empty() {
        return Err(Stop::Inconclusive("the purchase cost nothing, so that nothing was spent".into()));
    }
    Ok(())
}

async fn again_and_again(cx: Cx, scheme: Permit2Scheme) -> Judged {
    let purchase = Purchase::of(&cx, scheme).await?;
    spent(&cx, &purchase).await?;
    for _ in 0..2 {
        purchase.present(&cx).await?;
    }
    Ok(())
}

async fn believed_again(cx: Cx, scheme: Permit2Scheme) -> Judged {
    let purchase = Purchase::of(&cx, scheme).await?;
    for endpoint in [Endpoint::Verify, Endpoint::Settle] {
        cx.shop()?.scripted()?.script(purchase.nonce(), endpoint, vec![Act::Repeat]);
    }
    spent(&cx, &purchase).await?;
    let client = cx.world.client.clone();
    let exchange = cx.exchange_at(&client, purchase.request()?).await?;
    let visit = cx.visited(
        exchange,
        format!("{}, presented again; the facilitator calls it settled", purchase.sent()),
    )?;
    cx.must_have_come(&visit)?;
    if visit.served() {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "served-again",
            want: "no content for a payment that has bought already".into(),
            got: visit.got(),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
    Ok(())
}

async fn at_once(cx: Cx, scheme: Permit2Scheme) -> Judged {
    let purchase = Purchase::of(&cx, scheme).await?;
    cx.refuse_when_down()?;
    let _turn = cx.turn().await?;
    let requests = (0..COPIES).map(|_| purchase.request()).collect::<Result<Vec<_>, Stop>>()?;
    let mut visits: Vec<Visit> = Vec::new();
    for exchange in send_together(&cx.world.client, requests).await {
        visits.push(cx.visited(exchange, format!("{COPIES} copies of {} at one instant", purchase.sent()))?);
    }
    let paid = purchase.transfers(&cx).await?;
    let served = visits.iter().filter(|visit| visit.served()).count();
    let found = |requirement, kind, want: &str| {
        cx.find(Violation {
            requirement,
            kind,
            want: want.into(),
            got: format!("{served} of {COPIES} answers with content, {} Transfers", paid.len()),
            reply: visits.last().map(|visit| &visit.reply),
            chain: paid.iter().map(ToString::to_string).collect(),
            ..Violation::default()
        });
    };
    if paid.len() > 1 {
        found(rules::PAID_TWICE, "paid-twice", "one Transfer for one authorization");
    }
    if served > paid.len() {
        found(rules::raced(Version::V2), "more-content-than-money", "as much content as Transfers");
    }
    if served == 0 {
        return Err(Stop::Inconclusive(format!("none of {COPIES} copies was served: {}", visits[0].got())));
    }
    Ok(())
}

//! The offer, and the plain purchase that must work wherever an offer stands.

use super::Rule;
use super::offer::{entries, own_route, settler};
use super::purchase::Purchase;
use crate::check::{Check, Judged, Need, Stop};
use crate::cx::{Cx, Violation};
use gauntlet_doubles::scripted::{Act, Answer, Endpoint};
use gauntlet_wire::Version;
use gauntlet_wire::permit2::Permit2Scheme;
use serde_json::json;

const UNPAYABLE: &str = "whoever pays over Permit2 cannot pay, or signs something that nobody can settle";
const GIVEN_AWAY: &str = "content is given away for a payment that was not settled";

pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for scheme in Permit2Scheme::ALL {
        let (offer, control): (&[&str], &[&str]) = match scheme {
            Permit2Scheme::Exact => {
                (&["X402-EVMP2-001", "X402-EVMP2-002"], &["X402V2-HTTP-RS-008", "INV-003", "INV-004"])
            }
            Permit2Scheme::Upto => (&["X402-UPTO-001"], &["X402V2-HTTP-RS-008", "INV-003", "INV-004"]),
        };
        let rule = Rule {
            slug: "offer".into(),
            title: format!("an offer of scheme {scheme} over Permit2 says all that a payer has to sign"),
            covers: offer,
            risk: UNPAYABLE,
            needs: &[],
        };
        checks.push(rule.check(scheme, move |cx| says_all(cx, scheme)));
        let rule = Rule {
            slug: "control".into(),
            title: format!("a plain {scheme} payment over Permit2 buys what it is offered for"),
            covers: control,
            risk: UNPAYABLE,
            needs: &[],
        };
        checks.push(rule.check(scheme, move |cx| buys(cx, scheme)));
        let rule = Rule {
            slug: "settle-false".into(),
            title: format!("a {scheme} payment over Permit2 whose settlement fails buys nothing"),
            covers: &["X402V2-HTTP-RS-011", "INV-003"],
            risk: GIVEN_AWAY,
            needs: &[Need::ScriptedFacilitator],
        };
        checks.push(rule.check(scheme, move |cx| unsettled(cx, scheme)));
    }
    checks
}

async fn says_all(cx: Cx, scheme: Permit2Scheme) -> Judged {
    let mut seen = false;
    for name in [own_route(scheme), "cheap"] {
        if cx.route(name).is_err() {
            continue;
        }
        let visit = cx.unpaid(name).await?;
        let found = |requirement, kind, want: &str, got: String| {
            let want = want.to_owned();
            cx.find(Violation {
                requirement,
                kind,
                want,
                got,
                reply: Some(&visit.reply),
                ..Violation::default()
            });
        };
        let entries = entries(&cx, &visit, scheme);
        if entries.is_empty() && name == own_route(scheme) {
            let want = match scheme {
                Permit2Scheme::Exact => "an entry with extra.assetTransferMethod \"permit2\"",
                Permit2Scheme::Upto => "an entry of scheme upto",
            };
            found(cx.rule(), "no-entry", want, format!("none in the 402 of {name}"));
            seen = true;
        }
        for entry in entries {
            seen = true;
            let extra = &entry["extra"];
            let lacks = |member: &str| extra[member].as_str().is_none_or(str::is_empty);
            if ["name", "version"].into_iter().any(lacks) {
                let requirement = match scheme {
                    Permit2Scheme::Exact => "X402-EVMP2-002",
                    Permit2Scheme::Upto => "X402-UPTO-001",
                };
                found(
                    requirement,
                    "no-domain",
                    "extra.name and extra.version of the token",
                    extra.to_string(),
                );
            }
            if scheme == Permit2Scheme::Upto && settler(&cx, &entry).is_none() {
                found(
                    cx.rule(),
                    "no-facilitator",
                    "an account in extra.facilitatorAddress",
                    extra.to_string(),
                );
            }
        }
    }
    if seen {
        return Ok(());
    }
    Err(Stop::NotApplicable(format!("no 402 of the server offers a payment of scheme {scheme} over Permit2")))
}

async fn buys(cx: Cx, scheme: Permit2Scheme) -> Judged {
    let purchase = Purchase::of(&cx, scheme).await?;
    let bought = purchase.present(&cx).await?;
    if !bought.visit.served() && bought.moved.is_empty() {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "not-served",
            want: "content for a plain payment".into(),
            got: bought.visit.got(),
            reply: Some(&bought.visit.reply),
            ..Violation::default()
        });
    }
    if bought.visit.served() && bought.visit.receipt(Version::V2).is_none() {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "no-receipt",
            want: "a legible PAYMENT-RESPONSE header".into(),
            got: format!("status {} without one", bought.visit.status()),
            reply: Some(&bought.visit.reply),
            ..Violation::default()
        });
    }
    Ok(())
}

async fn unsettled(cx: Cx, scheme: Permit2Scheme) -> Judged {
    let mut purchase = Purchase::of(&cx, scheme).await?;
    purchase.told("the facilitator says that it is not settled");
    let terms = &purchase.offer.terms;
    let answer = json!({
        "success": false,
        "errorReason": "invalid_transaction_state",
        "transaction": "",
        "network": terms.network.caip2(),
        "payer": purchase.draft.authorization.from.to_checksum(None),
    });
    let act = Act::Answer(Answer::json(200, &answer));
    cx.shop()?.scripted()?.script(purchase.nonce(), Endpoint::Settle, vec![act]);
    let bought = purchase.present(&cx).await?;
    let asked = purchase.calls(&cx)?.iter().any(|call| call.endpoint == Endpoint::Settle);
    if !asked && !bought.visit.served() {
        return Err(Stop::Inconclusive(format!("the server did not come to settle: {}", bought.visit.got())));
    }
    Ok(())
}

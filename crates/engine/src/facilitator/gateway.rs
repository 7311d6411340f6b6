//! Circle Gateway Nanopayments, for facilitators that speak it: what its documents say beyond x402, or otherwise.
//!
//! Payments themselves are tried by all the other checks, which are spoken in the dialect. Source: Circle's pages of
//! Gateway Nanopayments, and what third parties report of the service.

use super::check;
use crate::check::{Check, Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::history::Said;
use crate::payment::Payment;
use crate::reply::Reply;
use alloy_primitives::hex;
use gauntlet_wire::draft::{Edit, SIGNATURE};
use gauntlet_wire::{Authorization, Mutation, ReasonClass, U256, Verdict};
use serde_json::{Value, json};

const UNPAYABLE: &str = "a payment is taken for good that can never be turned into money";
const UNPAID: &str = "a merchant serves for money that never comes";
/// How many payments one payer makes, one after the other.
const PAYMENTS: usize = 3;

/// All checks of Circle Gateway.
pub(super) fn checks() -> Vec<Check> {
    vec![
        check(
            "gateway.supported",
            "the kinds tell the domain under which payments are signed",
            &["GATEWAY-KINDS-001"],
            "a payer signs what cannot be settled",
            supported,
        ),
        check(
            "gateway.token-domain",
            "a signature under the token's own domain is refused",
            &["GATEWAY-SIGN-001"],
            UNPAYABLE,
            token_domain,
        ),
        check(
            "gateway.validity",
            "an authorization that ends in less than seven days is refused as too short",
            &["GATEWAY-WINDOW-001"],
            UNPAYABLE,
            validity,
        ),
        check(
            "gateway.one-unit",
            "a payment of one atomic unit is settled",
            &["GATEWAY-AMOUNT-001", "GATEWAY-SETTLE-001"],
            "the smallest payments, which the service is made for, do not work",
            one_unit,
        ),
        check(
            "gateway.money",
            "the money of every success comes, also when one payer pays several times",
            &["GATEWAY-SETTLE-001"],
            UNPAID,
            money,
        ),
        check(
            "gateway.again",
            "a payment that was accepted is not accepted again as another settlement",
            &["GATEWAY-SETTLE-002"],
            UNPAID,
            again,
        ),
    ]
}

fn violated(cx: &Cx, kind: &str, want: &str, reply: &Reply) {
    cx.find(Violation {
        requirement: cx.rule(),
        kind,
        want: want.into(),
        reply: Some(reply),
        ..Violation::default()
    });
}

async fn supported(cx: Cx) -> Judged {
    let answer = cx.world.claims.supported.as_ref();
    let kinds = answer.and_then(|answer| answer.raw.get("kinds")?.as_array());
    let exact: Vec<&Value> = kinds
        .into_iter()
        .flatten()
        .filter(|kind| kind.get("scheme").and_then(Value::as_str) == Some("exact"))
        .collect();
    if exact.is_empty() {
        return Err(Stop::Inconclusive("/supported has no kind of scheme exact".into()));
    }
    let told = |kind: &Value, member: &str| {
        kind.pointer(&format!("/extra/{member}")).and_then(Value::as_str).is_some_and(|text| !text.is_empty())
    };
    for kind in exact {
        let lacking: Vec<_> = ["name", "version", "verifyingContract"]
            .into_iter()
            .filter(|member| !told(kind, member))
            .collect();
        if !lacking.is_empty() {
            cx.find(Violation {
                requirement: cx.rule(),
                kind: "domain-not-told",
                want: "name, version and verifyingContract in extra".into(),
                got: format!("{kind} lacks {}", lacking.join(" and ")),
                ..Violation::default()
            });
            break;
        }
    }
    Ok(())
}

/// The requirements are right, so that only the signature is not.
async fn token_domain(cx: Cx) -> Judged {
    let mut payment = cx.payment().await?;
    let signature = payment.payer.sign(payment.draft.authorization.digest(&payment.draft.domain));
    let text = json!(hex::encode_prefixed(signature.as_bytes()));
    payment.draft.edits.push(Edit::Set(SIGNATURE.into(), text));
    payment.changes.push("signed under the token's own domain".into());
    payment.judged = Some(Verdict::Invalid(vec![ReasonClass::Signature]));
    let verified = cx.verify(&payment).await?;
    cx.must_have_answered(&verified)?;
    if verified.said == Said::Yes {
        violated(&cx, "verified-under-token", "isValid false", &verified);
    }
    let (settled, _) = cx.settle(&payment).await?;
    cx.must_have_answered(&settled)?;
    if settled.said == Said::Yes {
        violated(&cx, "settled-under-token", "success false", &settled);
    }
    Ok(())
}

/// An hour, and a day less than seven: nothing is asked about the hours around the bound.
async fn validity(cx: Cx) -> Judged {
    for seconds in [3600, 6 * 86_400] {
        let payment = cx.payment().await?.with(&Mutation::ExpiresIn(seconds));
        let (reply, _) = cx.settle(&payment).await?;
        cx.must_have_answered(&reply)?;
        if reply.said == Said::Yes {
            violated(&cx, "too-short-taken", "success false", &reply);
            break;
        }
        if reply.reason().as_deref() != Some("authorization_validity_too_short") {
            violated(&cx, "another-reason", "authorization_validity_too_short", &reply);
            break;
        }
    }
    Ok(())
}

async fn one_unit(cx: Cx) -> Judged {
    let payment = cx.payment().await?.with(&Mutation::Price(U256::ONE));
    let (reply, _) = cx.settle(&payment).await?;
    cx.must_have_answered(&reply)?;
    if reply.said != Said::Yes {
        violated(&cx, "one-unit-refused", "success true", &reply);
    }
    Ok(())
}

/// That the money of a success comes is judged with every settle; here one payer pays again and again.
async fn money(cx: Cx) -> Judged {
    let first = cx.payment().await?;
    for number in 0..PAYMENTS {
        let payment = if number == 0 { first.clone() } else { another(&cx, &first, number) };
        let (reply, money) = cx.settle(&payment).await?;
        cx.must_have_answered(&reply)?;
        match reply.said {
            Said::Yes if money.transfers.is_empty() => {
                cx.find(Violation {
                    requirement: cx.rule(),
                    kind: "money-never-came",
                    want: "a Transfer to payTo within a bounded time".into(),
                    reply: Some(&reply),
                    chain: money.lines,
                    ..Violation::default()
                });
                break;
            }
            Said::Yes => {}
            _ => {
                violated(&cx, "payment-refused", "success true", &reply);
                break;
            }
        }
    }
    Ok(())
}

/// Another payment of the same payer, with a nonce of its own.
fn another(cx: &Cx, first: &Payment, number: usize) -> Payment {
    let mut payment = first.clone();
    let nonce = cx.key(&format!("another nonce/{number}")).to_bytes();
    payment.draft.authorization = Authorization { nonce, ..payment.draft.authorization };
    payment.changes.push(format!("payment {} of its payer", number + 1));
    payment
}

async fn again(cx: Cx) -> Judged {
    let payment = cx.payment().await?;
    let (first, _) = cx.settle(&payment).await?;
    if first.said != Said::Yes {
        return Err(Stop::Inconclusive(format!("the first settle did not succeed: {}", first.got())));
    }
    let (second, _) = cx.settle(&payment).await?;
    cx.must_have_answered(&second)?;
    if second.said == Said::Yes && second.transaction() != first.transaction() {
        violated(&cx, "accepted-again", "success false, or the settlement that was named first", &second);
    }
    Ok(())
}

//! One payment is settled once, and what was said of it is said again: on nonce, network and payer.

use super::{check, settle, violated};
use crate::check::{Check, Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::facilitator::money::is_pending;
use crate::facilitator::permit2::{self, Permit2Payment};
use crate::history::{Endpoint, Said};
use gauntlet_wire::U256;
use gauntlet_wire::permit2::Permit2Scheme;
use serde_json::{Value, json};

const RISK: &str = "a merchant who asks again after a lost answer is told that nothing was paid";
const THEFT: &str =
    "a buyer is charged more than was agreed, or a merchant serves for money that went elsewhere";
/// Copies that are settled at one instant.
const COPIES: usize = 5;

pub(super) fn checks() -> Vec<Check> {
    vec![
        check(
            "b402.settle.again",
            "a settled payment is answered again with its transaction",
            &["B402-SETTLE-001"],
            RISK,
            again,
        ),
        check(
            "b402.settle.at-once",
            "copies of a payment that are settled at once are all told the one transaction",
            &["B402-SETTLE-001"],
            RISK,
            at_once,
        ),
        check(
            "b402.settle.other-with-its-nonce",
            "what was said of a payment is not said of another one with its nonce",
            &["B402-SETTLE-002"],
            THEFT,
            other_with_its_nonce,
        ),
        check(
            "b402.settle.no-charge",
            "a settlement of permit2-upto without settleAmount is refused, and nothing moves",
            &["B402-SETTLE-003"],
            THEFT,
            |cx| odd_charge(cx, None),
        ),
        check(
            "b402.settle.odd-charge",
            "a settleAmount that is no decimal text is refused, and nothing moves",
            &["B402-SETTLE-003"],
            THEFT,
            |cx| odd_charge(cx, Some(&ODD_CHARGES)),
        ),
        check(
            "b402.settle.idle-charge",
            "a settleAmount is ignored where the amount is signed",
            &["B402-SETTLE-004"],
            THEFT,
            idle_charge,
        ),
    ]
}

async fn again(cx: Cx) -> Judged {
    let payment = cx.payment().await?;
    let (first, _) = cx.settle(&payment).await?;
    if first.said != Said::Yes {
        return Err(Stop::Inconclusive(format!("the first settle did not succeed: {}", first.got())));
    }
    for _ in 0..2 {
        let (reply, _) = cx.settle(&payment).await?;
        cx.must_have_answered(&reply)?;
        if reply.said != Said::Yes || reply.transaction() != first.transaction() {
            violated(
                &cx,
                "another-answer",
                "the answer that was given first: success, and its transaction",
                &reply,
            );
            break;
        }
    }
    Ok(())
}

async fn at_once(cx: Cx) -> Judged {
    let payment = cx.payment().await?;
    let lane = cx.world.settle_lane.lock().await;
    let replies = cx.settle_together(&vec![payment.clone(); COPIES]).await?;
    drop(lane);
    let transfers = cx.money(&payment).await?;
    if transfers.transfers.len() > 1 {
        cx.find(Violation {
            requirement: "INV-002",
            kind: "paid-twice",
            want: "one Transfer for one authorization".into(),
            reply: replies.first(),
            chain: transfers.lines.clone(),
            ..Violation::default()
        });
    }
    let Some(moved) = transfers.transfers.first() else {
        return Err(Stop::Inconclusive("no copy was settled".into()));
    };
    for reply in replies.iter().filter(|reply| reply.exchange.status != Some(429)) {
        let tells_it =
            reply.transaction() == Some(moved.tx) && (reply.said == Said::Yes || is_pending(reply));
        if !tells_it {
            violated(
                &cx,
                "another-answer",
                "success for every copy, or that it is under way, with the one transaction",
                reply,
            );
            break;
        }
    }
    Ok(())
}

/// The same payer and nonce, another payee, and a signature that is good.
async fn other_with_its_nonce(cx: Cx) -> Judged {
    let payment = cx.payment().await?;
    let (first, _) = cx.settle(&payment).await?;
    if first.said != Said::Yes {
        return Err(Stop::Inconclusive(format!("the first settle did not succeed: {}", first.got())));
    }
    let mut other = payment.clone();
    let elsewhere = cx.key("elsewhere").address();
    other.draft.authorization.to = elsewhere;
    other.draft.terms.pay_to = elsewhere;
    other.draft.accepted.pay_to = elsewhere;
    other.changes.push("the nonce of a settled payment, to another payee, and signed so".into());
    let reply = settle(&cx, other.body()?, &other.sent(), Some(other.facts()?)).await?;
    if reply.said == Said::Yes {
        violated(&cx, "success-for-another", "success false: this payment has moved nothing", &reply);
    }
    Ok(())
}

/// Values that are no decimal texts.
const ODD_CHARGES: [&str; 6] = [r#""""#, r#""-1""#, r#""0x10""#, r#""1e3""#, r#"" 5""#, "5"];

async fn odd_charge(cx: Cx, charges: Option<&'static [&'static str]>) -> Judged {
    let charges: Vec<Option<&str>> =
        charges.map_or(vec![None], |charges| charges.iter().copied().map(Some).collect());
    for charge in charges {
        let payment = permit2::payment(&cx, Permit2Scheme::Upto).await?;
        let mut body: Value = serde_json::from_slice(&payment.written(&cx, Endpoint::Settle)?)
            .map_err(|error| Stop::Harness(error.to_string()))?;
        let member = charge_member(&cx)?;
        let sent = match charge {
            None => {
                body.as_object_mut().and_then(|members| members.shift_remove(&member));
                format!("a valid upto payment without {member}")
            }
            Some(text) => {
                body[&member] = serde_json::from_str(text).unwrap_or_default();
                format!("a valid upto payment with {member} {text}")
            }
        };
        let reply = settle(&cx, body.to_string(), &sent, None).await?;
        let moved = payment.transfers(&cx).await?;
        if reply.said == Said::Yes || !moved.is_empty() {
            cx.find(Violation {
                requirement: cx.rule(),
                kind: "charged",
                want: "success false, and no money".into(),
                reply: Some(&reply),
                chain: moved.iter().map(ToString::to_string).collect(),
                ..Violation::default()
            });
            break;
        }
    }
    Ok(())
}

fn charge_member(cx: &Cx) -> Result<String, Stop> {
    let member = cx.world.dialect().and_then(|dialect| dialect.settling.charge.clone());
    member.ok_or_else(|| Stop::NotApplicable("the dialect has no member for what is charged".into()))
}

/// Half of the price in `settleAmount`: the whole price moves, since it is what was signed.
async fn idle_charge(cx: Cx) -> Judged {
    let payment: Permit2Payment = permit2::payment(&cx, Permit2Scheme::Exact).await?;
    let price = payment.draft.terms.amount;
    let mut body: Value = serde_json::from_slice(&payment.written(&cx, Endpoint::Settle)?)
        .map_err(|error| Stop::Harness(error.to_string()))?;
    body[&charge_member(&cx)?] = json!((price / U256::from(2)).to_string());
    let lane = cx.world.settle_lane.lock().await;
    let sent = "a valid exact payment over Permit2 with a settleAmount of half its price";
    let facts = payment.facts(Endpoint::Settle)?;
    let reply = settle(&cx, body.to_string(), sent, facts).await?;
    drop(lane);
    let moved = payment.transfers(&cx).await?;
    if reply.said != Said::Yes || !moved.iter().any(|transfer| transfer.value == price) {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "not-ignored",
            want: format!("success, and a Transfer of {price}: what was signed"),
            reply: Some(&reply),
            chain: moved.iter().map(ToString::to_string).collect(),
            ..Violation::default()
        });
    }
    Ok(())
}

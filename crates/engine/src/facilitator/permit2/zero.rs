//! What an `upto` authorization is good for after it was settled: after a charge for nothing more, and after a charge of
//! nothing the documents contradict one another.

use super::money::{lines, settle};
use super::{check, payment};
use crate::check::{Check, Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::history::Said;
use gauntlet_wire::U256;
use gauntlet_wire::permit2::Permit2Scheme;

const RISK: &str = "a payer who agreed to one charge is charged several times, or a merchant is told so";

pub(super) fn checks() -> Vec<Check> {
    vec![
        check(
            "upto.settle.rest",
            "/settle does not charge what an earlier charge has left of the maximum",
            &["X402-UPTO-013"],
            RISK,
            rest,
        ),
        check(
            "upto.settle.after-zero",
            "a charge after a charge of nothing moves the money that its answer tells of",
            &["X402-UPTO-014", "X402-UPTO-018"],
            RISK,
            after_zero,
        ),
    ]
}

async fn rest(cx: Cx) -> Judged {
    let payment = payment(&cx, Permit2Scheme::Upto).await?;
    let part = |percent: u64| payment.draft.terms.amount * U256::from(percent) / U256::from(100);
    let paid = settle(&cx, &payment.charging(part(40)), part(40)).await?;
    if paid.reply.said != Said::Yes {
        return Err(Stop::Inconclusive("the first settlement was refused".into()));
    }
    let again = settle(&cx, &payment.charging(part(10)), part(10)).await?;
    let names = paid.moved.first().map(|transfer| transfer.tx);
    if again.reply.said == Said::Yes && again.reply.transaction() != names {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "spent-authorization-accepted",
            want: "success false for a spent authorization".into(),
            reply: Some(&again.reply),
            chain: lines(paid.moved.iter()),
            ..Violation::default()
        });
    }
    // Nothing is at stake, and no document says whether a spent authorization can be closed once more.
    let nothing = settle(&cx, &payment.charging(U256::ZERO), U256::ZERO).await?;
    cx.note(format!("a charge of nothing after a charge: {}", nothing.reply.in_short()));
    Ok(())
}

/// One document has every settlement consume the authorization, another lets one of nothing expire unused: either is
/// good, as long as the money is where the answer says.
async fn after_zero(cx: Cx) -> Judged {
    let payment = payment(&cx, Permit2Scheme::Upto).await?;
    let nothing = settle(&cx, &payment.charging(U256::ZERO), U256::ZERO).await?;
    if nothing.reply.said != Said::Yes {
        return Err(Stop::Inconclusive("a charge of nothing was refused".into()));
    }
    let due = payment.draft.terms.amount;
    let settled = settle(&cx, &payment, due).await?;
    cx.note(format!("a charge after a charge of nothing: {}", settled.reply.in_short()));
    Ok(())
}

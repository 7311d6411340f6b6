//! One authorization pays once: in sequence, at once, and whatever is charged.

use super::money::{lines, settle};
use super::{check, payment, topic};
use crate::check::{Check, Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::facilitator::money::is_pending;
use crate::history::{Endpoint, Said};
use futures::future::join_all;
use gauntlet_wire::U256;
use gauntlet_wire::permit2::Permit2Scheme;

const RISK: &str = "a merchant serves again for money that came once";
/// Copies that are settled at one instant.
const COPIES: usize = 4;

pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for scheme in Permit2Scheme::ALL {
        let covers: &[&'static str] = match scheme {
            Permit2Scheme::Exact => &["X402-EVMP2-020"],
            Permit2Scheme::Upto => &["X402-UPTO-013"],
        };
        checks.push(check(
            &format!("{}.settle.replay", topic(scheme)),
            &format!("/settle pays one {scheme} authorization over Permit2 once, however often it is asked"),
            covers,
            RISK,
            move |cx| replay(cx, scheme),
        ));
        let covers: &[&'static str] = match scheme {
            Permit2Scheme::Exact => &["X402-EVMP2-020"],
            Permit2Scheme::Upto => &["X402-UPTO-025"],
        };
        checks.push(check(
            &format!("{}.settle.same-at-once", topic(scheme)),
            &format!("copies of one {scheme} payment over Permit2 that are settled at once pay once"),
            covers,
            RISK,
            move |cx| at_once(cx, scheme),
        ));
    }
    checks
}

async fn replay(cx: Cx, scheme: Permit2Scheme) -> Judged {
    let payment = payment(&cx, scheme).await?;
    let price = payment.draft.terms.amount;
    // Of an upto payment less than the maximum is charged first, so that something is left to be taken.
    let first = match scheme {
        Permit2Scheme::Exact => payment.clone(),
        Permit2Scheme::Upto => payment.charging(price / U256::from(4)),
    };
    let due = first.draft.terms.amount;
    let paid = settle(&cx, &first, due).await?;
    if paid.reply.said != Said::Yes {
        return Err(Stop::Inconclusive("the first settlement was refused".into()));
    }
    let again = settle(&cx, &first, due).await?;
    let names = paid.moved.first().map(|transfer| transfer.tx);
    match &again.reply.said {
        // What that says has been noted with the money.
        Said::Yes if again.reply.transaction() == names => {}
        Said::Yes => cx.find(Violation {
            requirement: cx.rule(),
            kind: "spent-authorization-accepted",
            want: "success false for a spent authorization".into(),
            reply: Some(&again.reply),
            chain: lines(paid.moved.iter()),
            ..Violation::default()
        }),
        Said::No | Said::Unclear(_) | Said::Nothing(_) => {}
    }
    Ok(())
}

async fn at_once(cx: Cx, scheme: Permit2Scheme) -> Judged {
    let payment = payment(&cx, scheme).await?;
    let price = payment.draft.terms.amount;
    // Copies of an upto payment charge different amounts.
    let copies: Vec<_> = (1..=COPIES)
        .map(|copy| match scheme {
            Permit2Scheme::Exact => payment.clone(),
            Permit2Scheme::Upto => payment.charging(price / U256::from(copy)),
        })
        .collect();
    let _lane = cx.world.settle_lane.lock().await;
    let replies = join_all(copies.iter().map(|copy| copy.present(&cx, Endpoint::Settle))).await;
    let replies = replies.into_iter().collect::<Result<Vec<_>, _>>()?;
    let moved = payment.transfers(&cx).await?;
    let chain = lines(moved.iter());
    if moved.len() > 1 {
        cx.find(Violation {
            requirement: "INV-002",
            kind: "paid-twice",
            want: "one Transfer for one authorization".into(),
            reply: replies.first(),
            chain: chain.clone(),
            ..Violation::default()
        });
    }
    for reply in replies.iter().filter(|reply| reply.said == Said::Yes) {
        let named = reply.transaction();
        if !moved.iter().any(|transfer| Some(transfer.tx) == named) {
            cx.find(Violation {
                requirement: cx.rule(),
                kind: "success-without-money",
                want: "success only with the transaction that moved the money".into(),
                reply: Some(reply),
                chain: chain.clone(),
                ..Violation::default()
            });
        }
    }
    if replies.iter().any(|reply| reply.said == Said::Yes || is_pending(reply)) {
        return Ok(());
    }
    if moved.is_empty() {
        return Err(Stop::Inconclusive("no copy was called settled, and no money moved".into()));
    }
    cx.find(Violation {
        requirement: "X402V2-FA-SETTLE-003",
        kind: "refused-but-taken",
        want: "no money moves when every answer is a failure".into(),
        reply: replies.first(),
        chain,
        ..Violation::default()
    });
    Ok(())
}

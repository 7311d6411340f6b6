//! What concerns refusals as a whole: the handler keeps still, and the buyer is told that he was refused.

use super::super::methods::runs_of;
use super::table::{Fault, Ground};
use super::{refusals, world};
use crate::check::{Judged, Lane, Need};
use crate::cx::{Cx, Violation};
use crate::row::{Row, Scope};
use gauntlet_wire::{Mutation, SignatureForm};

/// The counter is shared by everything that runs at the same time, hence the lane.
pub(super) const HANDLER_IDLE: Row = Row {
    id: "server.refused.handler-idle",
    title: "no handler runs for a payment that cannot be valid",
    v2: &["X402V2-HTTP-RS-021", "X402V2-HTTP-RS-012", "X402V2-HTTP-RS-015"],
    v1: &["X402V2-HTTP-RS-021", "X402V1-HTTP-RS-007", "X402V2-HTTP-RS-015"],
    risk: "anybody makes the seller work, or change the world, for nothing",
    scope: Scope::Version2,
    lane: Lane::Exclusive,
    needs: &[Need::Route("runs")],
    body: |cx| Box::pin(handler_idle(cx)),
};

pub(super) const TOLD_APART: Row = Row {
    id: "server.refused.told-apart",
    title: "a buyer can tell a refused payment from one that was not seen",
    v2: &["GAUNTLET-RS-015"],
    v1: &["GAUNTLET-RS-015"],
    risk: "a buyer cannot know whether the payment got lost on its way or was not good enough",
    scope: Scope::Version2,
    lane: Lane::Parallel,
    needs: &[],
    body: |cx| Box::pin(told_apart(cx)),
};

/// Faults of every kind. An authorization that is spent is not among them: whether /verify sees that is the
/// facilitator's affair.
const SAMPLE: &[&str] = &[
    "signature-flipped",
    "signature-empty",
    "value-under",
    "payee-other",
    "expired",
    "balance-zero",
    "without-signature",
    "without-payload",
    "authorization-null",
    "version-3",
];

async fn handler_idle(cx: Cx) -> Judged {
    for row in refusals().filter(|row| SAMPLE.contains(&row.slug)) {
        let mut purchase = cx.purchase("cheap").await?;
        match row.fault {
            Fault::Change(change) => change(&Ground::of(&cx), &mut purchase.payment),
            Fault::World(preparation) => world::prepare(&cx, &mut purchase.payment, preparation).await?,
        }
        let before = runs_of(&cx, "cheap").await?;
        let (visit, money) = cx.buy(&purchase).await?;
        let after = runs_of(&cx, "cheap").await?;
        // What was paid for after all may run; that it was taken is the matter of the row's own check.
        if after > before && money.transfers.is_empty() {
            cx.find(Violation {
                requirement: cx.rule(),
                kind: "handler-ran",
                want: "no run of the handler".into(),
                got: format!("{} for {}", times(after - before), row.what),
                reply: Some(&visit.reply),
                ..Violation::default()
            });
        }
    }
    Ok(())
}

fn times(count: u64) -> String {
    if count == 1 { "one run".into() } else { format!("{count} runs") }
}

async fn told_apart(cx: Cx) -> Judged {
    let mut purchase = cx.purchase("cheap").await?;
    let unpaid = error_of(&purchase.offer.challenge);
    purchase.payment.mutate(&Mutation::Signature(SignatureForm::BitFlipped));
    let (visit, _) = cx.buy(&purchase).await?;
    cx.must_have_come(&visit)?;
    if visit.status() != 402 {
        return Ok(());
    }
    let Some(challenge) = visit.challenge(cx.version()) else {
        cx.note("the refusal has no offers to compare");
        return Ok(());
    };
    if error_of(&challenge) == unpaid {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "same-error",
            want: "another error than without a payment".into(),
            got: format!("error {unpaid:?} both times"),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
    Ok(())
}

fn error_of(challenge: &serde_json::Value) -> Option<String> {
    challenge["error"].as_str().map(str::to_owned)
}

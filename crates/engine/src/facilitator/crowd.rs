//! Crowds: many settles at one instant.

use super::money::{is_exact, is_pending, judge_crowd, success_repeated};
use super::{Row, Scope};
use crate::check::{Judged, Lane, Stop};
use crate::cx::{Cx, Violation};
use crate::history::Said;
use crate::payment::Payment;
use crate::reply::Reply;
use gauntlet_wire::B256;
use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

/// How many arrive at one instant.
pub const CROWD: usize = 20;

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        id: "facilitator.settle.same-at-once",
        title: "twenty settles of one payment at one instant: one success, one Transfer",
        v2: &["X402V2-FA-SETTLE-006", "INV-002"],
        v1: &["X402V1-FA-005", "X402V2-FA-SETTLE-006", "INV-002"],
        risk: "one payment is served many times",
        scope: Scope::Version2,
        lane: Lane::Exclusive,
        needs: &[],
        body: |cx| Box::pin(same_at_once(cx, None)),
    },
    Row {
        id: "facilitator.settle.same-at-once-slow-blocks",
        title: "twenty settles of one payment at one instant with a block a second: one success, one Transfer",
        v2: &["X402V2-FA-SETTLE-006", "INV-002"],
        v1: &[],
        risk: "one payment is served many times",
        scope: Scope::Target,
        lane: Lane::Exclusive,
        needs: &[],
        body: |cx| Box::pin(same_at_once(cx, Some(1))),
    },
    Row {
        id: "facilitator.settle.distinct-at-once",
        title: "twenty payments at one instant through one signer all settle",
        v2: &["X402V2-FA-SETTLE-013", "X402V2-FA-SETTLE-002", "X402V2-FA-SETTLE-003"],
        v1: &["X402V2-FA-SETTLE-013", "X402V2-FA-SETTLE-002", "X402V2-FA-SETTLE-003"],
        risk: "good payments are lost to the facilitator's own account nonces",
        scope: Scope::Version2,
        lane: Lane::Exclusive,
        needs: &[],
        body: |cx| Box::pin(distinct_at_once(cx, None)),
    },
    Row {
        id: "facilitator.settle.distinct-at-once-slow-blocks",
        title: "twenty payments at one instant through one signer all settle with a block a second",
        v2: &["X402V2-FA-SETTLE-013", "X402V2-FA-SETTLE-002", "X402V2-FA-SETTLE-003"],
        v1: &[],
        risk: "good payments are lost to the facilitator's own account nonces",
        scope: Scope::Target,
        lane: Lane::Exclusive,
        needs: &[],
        body: |cx| Box::pin(distinct_at_once(cx, Some(1))),
    },
    Row {
        id: "facilitator.settle.slow-blocks",
        title: "a plain payment verifies and settles with a block a second",
        v2: &["X402V2-FA-SETTLE-001", "INV-005"],
        v1: &[],
        risk: "the money is taken and the answer comes too late",
        scope: Scope::Target,
        lane: Lane::Exclusive,
        needs: &[],
        body: |cx| Box::pin(slow_blocks(cx)),
    },
];

/// Runs with a block every so many seconds, and restores automine whatever comes of it.
pub(super) async fn with_blocks<T>(
    cx: &Cx,
    seconds: Option<u64>,
    work: impl Future<Output = Result<T, Stop>>,
) -> Result<T, Stop> {
    let Some(seconds) = seconds else {
        return work.await;
    };
    cx.world.chain.set_interval(Duration::from_secs(seconds)).await?;
    let result = work.await;
    cx.world.chain.set_automine().await?;
    cx.world.chain.mine(1).await?;
    result
}

async fn same_at_once(cx: Cx, blocks: Option<u64>) -> Judged {
    let payment = cx.payment().await?;
    let copies = vec![payment.clone(); CROWD];
    let replies = with_blocks(&cx, blocks, async { cx.settle_together(&copies).await }).await?;
    let money = cx.money(&payment).await?;
    let hashes: BTreeSet<B256> = money
        .transfers
        .iter()
        .filter(|transfer| is_exact(transfer, &payment))
        .map(|transfer| transfer.tx)
        .collect();

    let violated = |requirement, kind, want: &str, got: String, reply: Option<&Reply>| {
        cx.find(Violation {
            requirement,
            kind,
            want: want.into(),
            got,
            reply,
            chain: money.lines.clone(),
            ..Violation::default()
        });
    };
    let yes: Vec<&Reply> = replies.iter().filter(|reply| reply.said == Said::Yes).collect();
    let strange = yes.iter().filter(|reply| reply.transaction().is_none_or(|hash| !hashes.contains(&hash)));
    for reply in strange {
        violated(
            "X402V2-FA-SETTLE-006",
            "another-success",
            "successes only for the one transaction",
            String::new(),
            Some(*reply),
        );
    }
    if hashes.len() > 1 {
        let got = format!("{} Transfers", hashes.len());
        violated("INV-002", "paid-twice", "one Transfer for one authorization", got, None);
    }
    let open = replies.iter().any(|reply| is_pending(reply) || matches!(reply.said, Said::Nothing(_)));
    if yes.is_empty() && !open {
        let got = format!("{CROWD} failures, the first: {}", replies[0].got());
        let (requirement, kind) = match hashes.len() {
            0 => ("X402V2-FA-SETTLE-006", "nobody-settled"),
            _ => ("X402V2-FA-SETTLE-003", "refused-but-taken"),
        };
        violated(requirement, kind, "exactly one success", got, Some(&replies[0]));
    }
    if let [_, copy, ..] = yes[..] {
        cx.note(format!("{} of {CROWD} copies name the one transaction", yes.len()));
        success_repeated(&cx, copy);
    }
    note_silence(&cx, &replies)
}

async fn distinct_at_once(cx: Cx, blocks: Option<u64>) -> Judged {
    let mut payments: Vec<Payment> = Vec::with_capacity(CROWD);
    for _ in 0..CROWD {
        payments.push(cx.payment().await?);
    }
    let replies = with_blocks(&cx, blocks, async { cx.settle_together(&payments).await }).await?;
    let settled = judge_crowd(&cx, &payments, &replies).await?;
    let lost: Vec<&Reply> = replies
        .iter()
        .filter(|reply| matches!(reply.said, Said::No | Said::Unclear(_)) && !is_pending(reply))
        .collect();
    if let Some(first) = lost.first() {
        cx.find(Violation {
            requirement: "X402V2-FA-SETTLE-013",
            kind: "lost-under-concurrency",
            want: format!("{CROWD} of {CROWD} settle"),
            got: format!(
                "{settled} of {CROWD} settle; the first of {} refusals: {}",
                lost.len(),
                first.got()
            ),
            reply: Some(first),
            ..Violation::default()
        });
    }
    note_silence(&cx, &replies)
}

/// Requests without an answer leave the verdict open, whatever the others say.
fn note_silence(cx: &Cx, replies: &[Reply]) -> Judged {
    let silent = replies.iter().filter(|reply| matches!(reply.said, Said::Nothing(_))).count();
    if silent == 0 {
        return Ok(());
    }
    cx.note(format!("{silent} of {CROWD} requests got no answer"));
    Err(Stop::Inconclusive(format!(
        "{silent} of {CROWD} requests got no whole answer within {:?}",
        cx.world.timeout
    )))
}

async fn slow_blocks(cx: Cx) -> Judged {
    let payment = cx.payment().await?;
    with_blocks(&cx, Some(1), async {
        let verified = cx.verify(&payment).await?;
        cx.must_have_answered(&verified)?;
        if verified.said != Said::Yes {
            cx.find(Violation {
                requirement: "INV-005",
                kind: "refused-valid",
                want: "isValid true".into(),
                reply: Some(&verified),
                ..Violation::default()
            });
        }
        super::control::must_settle(&cx, &payment, "not-settled-with-slow-blocks").await
    })
    .await
}

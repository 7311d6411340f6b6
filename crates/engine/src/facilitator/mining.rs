//! Mining stops while a settlement is under way: the answer must stay true, and nothing is paid twice.

use super::money::{is_exact, is_pending, transactions_for};
use super::{Row, Scope};
use crate::check::{Judged, Lane, Need, Stop};
use crate::cx::{Cx, Violation};
use crate::history::Said;
use crate::payment::Payment;
use crate::reply::Reply;
use gauntlet_probe::{Action, Rule};
use gauntlet_report::Class;
use serde_json::Value;
use std::time::Duration;

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        id: "facilitator.settle.mining-stopped",
        title: "a settle during which no block is mined says failure only when no money moves afterwards",
        v2: &["X402V2-FA-SETTLE-003", "X402V2-FA-SETTLE-009", "X402V2-FA-SETTLE-010"],
        v1: &["X402V1-FA-005", "X402V2-FA-SETTLE-003", "X402V2-FA-SETTLE-010"],
        risk: "the buyer is told that the payment failed, pays again, and both payments arrive",
        scope: Scope::Version2,
        lane: Lane::Exclusive,
        needs: &[],
        body: |cx| Box::pin(mining_stopped(cx)),
    },
    Row {
        id: "facilitator.settle.pending-again",
        title: "a settlement that is answered as pending is neither sent nor paid again when it is settled again",
        v2: &["X402V2-FA-SETTLE-010", "X402V2-FA-SETTLE-009", "INV-007"],
        v1: &[],
        risk: "a server that asks again makes the buyer pay twice, or the facilitator pay the gas twice",
        scope: Scope::Target,
        lane: Lane::Exclusive,
        needs: &[],
        body: |cx| Box::pin(pending_again(cx)),
    },
    Row {
        id: "facilitator.settle.receipt-withheld",
        title: "a settle whose receipt cannot be read says failure only when no money moved",
        v2: &["X402V2-FA-SETTLE-003", "X402V2-FA-SETTLE-009", "X402V2-FA-SETTLE-010"],
        v1: &[],
        risk: "the buyer is told that the payment failed although it arrived",
        scope: Scope::Target,
        lane: Lane::Exclusive,
        needs: &[Need::FaultProxy],
        body: |cx| Box::pin(receipt_withheld(cx)),
    },
];

/// How long the chain stands still while the target waits for it. Long enough for a target that gives up early to
/// have given up; a target that waits loses nothing.
const STANDSTILL: Duration = Duration::from_millis(1500);

async fn mining_stopped(cx: Cx) -> Judged {
    let payment = cx.payment().await?;
    cx.world.chain.stop_mining().await?;
    cx.world.disturb_chain(true);
    let release = async {
        wait_for_broadcast(&cx).await?;
        tokio::time::sleep(STANDSTILL).await;
        cx.world.chain.set_automine().await?;
        cx.world.chain.mine(1).await?;
        Ok::<(), Stop>(())
    };
    let (reply, released) = tokio::join!(async { settle_without_judging(&cx, &payment).await }, release);
    // Whatever happened above, the chain must run again.
    cx.world.chain.set_automine().await?;
    cx.world.chain.mine(2).await?;
    cx.world.disturb_chain(false);
    released?;
    judge_late(&cx, &payment, reply?).await
}

/// A target that gives up waiting after `maxTimeoutSeconds` is asked again while the chain still stands still.
async fn pending_again(cx: Cx) -> Judged {
    let mut payment = cx.payment().await?;
    payment.draft.terms.max_timeout_seconds = 1;
    payment.draft.accepted.max_timeout_seconds = 1;
    payment.changes.push("maxTimeoutSeconds 1, and no block is mined".into());
    let block = cx.world.chain.block_number().await?;
    cx.world.chain.stop_mining().await?;
    cx.world.disturb_chain(true);
    let twice = async {
        let first = settle_without_judging(&cx, &payment).await?;
        let again = is_pending(&first).then(|| settle_without_judging(&cx, &payment));
        Ok::<_, Stop>((first, futures::future::OptionFuture::from(again).await.transpose()?))
    };
    tokio::pin!(twice);
    let in_time = tokio::time::timeout(STANDSTILL * 2, &mut twice).await;
    cx.world.chain.set_automine().await?;
    cx.world.chain.mine(2).await?;
    let answers = match in_time {
        Ok(answers) => answers,
        Err(_) => twice.await,
    };
    cx.world.disturb_chain(false);
    let (first, second) = answers?;
    // Counted before the payment is presented once more to see whether it is paid twice.
    let sent = match transactions_for(&cx, &payment.key(), block).await {
        Ok(sent) => sent.len(),
        Err(Stop::NotApplicable(_)) => 0,
        Err(stop) => return Err(stop),
    };
    match &second {
        None => cx.note(format!("not answered as pending: {}", first.in_short())),
        Some(again) if sent > 1 => cx.find(Violation {
            requirement: "INV-007",
            kind: "sent-twice",
            want: "one transaction, however often a pending settlement is asked for".into(),
            got: format!("{sent} transactions for one payment"),
            reply: Some(again),
            class: Some(Class::W),
            ..Violation::default()
        }),
        Some(_) => {}
    }
    judge_late(&cx, &payment, first).await
}

/// Waits until some transaction waits in the pool, or for a while.
async fn wait_for_broadcast(cx: &Cx) -> Judged {
    for _ in 0..200 {
        if cx.world.chain.pending_count().await? > 0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

async fn receipt_withheld(cx: Cx) -> Judged {
    const RECEIPT: &str = "eth_getTransactionReceipt";
    let Some(proxy) = cx.world.proxy.clone() else {
        return Err(Stop::NotApplicable("no fault proxy between target and chain".into()));
    };
    let payment = cx.payment().await?;
    let asked = proxy.count(RECEIPT).await?;
    let rule = Rule { methods: vec![RECEIPT.into()], action: Action::Respond(Value::Null), times: None };
    cx.world.set_rpc_faults(vec![rule]).await.map_err(Stop::Harness)?;
    let release = async {
        let was_asked = proxy.wait_for(RECEIPT, asked + 1, Duration::from_secs(5)).await;
        tokio::time::sleep(STANDSTILL).await;
        cx.world.set_rpc_faults(Vec::new()).await.map_err(Stop::Harness)?;
        Ok::<bool, Stop>(was_asked?)
    };
    let (reply, was_asked) = tokio::join!(async { settle_without_judging(&cx, &payment).await }, release);
    cx.world.set_rpc_faults(Vec::new()).await.map_err(Stop::Harness)?;
    if !was_asked? {
        cx.note("the target never asked for a receipt by eth_getTransactionReceipt");
    }
    judge_late(&cx, &payment, reply?).await
}

async fn settle_without_judging(cx: &Cx, payment: &Payment) -> Result<Reply, Stop> {
    let mut replies = cx.settle_together(std::slice::from_ref(payment)).await?;
    replies.pop().ok_or_else(|| Stop::Harness("one request, no answer".into()))
}

/// Judges an answer when the chain has caught up, then settles again: the second answer must not pay twice.
async fn judge_late(cx: &Cx, payment: &Payment, reply: Reply) -> Judged {
    let money = cx.money(payment).await?;
    let moved = money.transfers.iter().any(|transfer| is_exact(transfer, payment));
    let violated = |requirement, kind, want: &str| {
        cx.find(Violation {
            requirement,
            kind,
            want: want.into(),
            reply: Some(&reply),
            chain: money.lines.clone(),
            ..Violation::default()
        });
    };
    match &reply.said {
        Said::Yes => {
            let named = reply.transaction();
            if !money
                .transfers
                .iter()
                .any(|transfer| Some(transfer.tx) == named && is_exact(transfer, payment))
            {
                violated(
                    "X402V2-FA-SETTLE-002",
                    "success-without-money",
                    "success only when the named transaction paid",
                );
            }
        }
        Said::No if is_pending(&reply) => {
            cx.note("answered settlement_pending");
            let answer = reply.settle();
            let names = answer
                .as_ref()
                .and_then(|answer| answer.network.as_deref())
                .is_some_and(|name| !name.is_empty());
            if reply.transaction().is_none() || !names {
                violated(
                    "X402V2-FA-SETTLE-009",
                    "pending-without-hash",
                    "settlement_pending with transaction and network",
                );
            }
        }
        Said::No if moved => {
            violated(
                "X402V2-FA-SETTLE-003",
                "refused-but-taken",
                "no money moves when the answer is a failure",
            );
        }
        Said::No => cx.note(format!("refused, and nothing moved: {}", reply.got())),
        Said::Unclear(what) => {
            violated("X402V2-FA-SETTLE-011", "illegible-answer", &format!("a SettleResponse, not {what}"))
        }
        Said::Nothing(_) => {}
    }
    let (_second, _) = cx.settle(payment).await?;
    cx.must_have_answered(&reply)
}

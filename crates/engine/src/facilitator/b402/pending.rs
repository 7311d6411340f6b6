//! A settlement that is under way: it is no success, it names its transaction, and asking again tells the end.

use super::{alone, check, settle, violated};
use crate::check::{Check, Judged, Stop};
use crate::cx::Cx;
use crate::facilitator::money::is_pending;
use crate::history::Said;
use crate::payment::Payment;
use crate::reply::Reply;
use std::time::Duration;

const RISK: &str =
    "a merchant serves for a transaction that may never be mined, or asks for a second payment";
/// How often is asked again once blocks are made.
const ASKED_AGAIN: u32 = 40;

pub(super) fn checks() -> Vec<Check> {
    vec![alone(check(
        "b402.settle.under-way",
        "a settlement that no block takes is told as under way, by its transaction, and ends as success",
        &["B402-SETTLE-005"],
        RISK,
        under_way,
    ))]
}

async fn under_way(cx: Cx) -> Judged {
    let mut payment = cx.payment().await?;
    payment.draft.terms.max_timeout_seconds = 1;
    payment.draft.accepted.max_timeout_seconds = 1;
    payment.changes.push("maxTimeoutSeconds 1, and no block is made".into());
    cx.world.chain.stop_mining().await?;
    cx.world.disturb_chain(true);
    let first = ask(&cx, &payment).await;
    cx.world.chain.set_automine().await?;
    cx.world.chain.mine(1).await?;
    cx.world.disturb_chain(false);
    let first = first?;
    match first.said {
        // It may have waited until the block came.
        Said::Yes if first.exchange.took_us > 20_000_000 => {
            return Err(Stop::Inconclusive("the answer came only after the block".into()));
        }
        Said::Yes => {
            violated(
                &cx,
                "success-without-block",
                "success false: no block has taken the transaction",
                &first,
            );
            return Ok(());
        }
        Said::No if !is_pending(&first) => {
            violated(&cx, "failed", "success false with the transaction that is under way", &first);
            return Ok(());
        }
        Said::No | Said::Unclear(_) | Said::Nothing(_) => {}
    }
    for _ in 0..ASKED_AGAIN {
        let again = ask(&cx, &payment).await?;
        if again.said == Said::Yes {
            if again.transaction() != first.transaction() {
                violated(
                    &cx,
                    "another-transaction",
                    "success with the transaction that was under way",
                    &again,
                );
            }
            return Ok(());
        }
        if !is_pending(&again) {
            violated(&cx, "forgotten", "success, or that it is under way", &again);
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    violated(&cx, "never-ends", "success once a block has taken the transaction", &first);
    Ok(())
}

async fn ask(cx: &Cx, payment: &Payment) -> Result<Reply, Stop> {
    settle(cx, payment.body()?, &payment.sent(), Some(payment.facts()?)).await
}

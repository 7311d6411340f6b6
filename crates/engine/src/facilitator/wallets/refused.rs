//! Payments that no wallet has accepted: refused by `/verify` and by `/settle`, and no money moves.

use super::payers;
use super::{Row, Topic};
use crate::check::{Judged, Lane, Stop};
use crate::cx::{Cx, Violation};
use crate::facilitator::negatives::nothing_was_broadcast;
use crate::history::Said;
use crate::payment::Payment;
use crate::reply::Reply;
use gauntlet_chain::OddWallet;
use gauntlet_wire::Verdict;

const FORGED: Topic = Topic {
    lane: Lane::Parallel,
    risk: "anybody can spend what a smart wallet owns, or be served for a payment that never settles",
};

/// The rows.
pub(super) const ROWS: &[Row] = &[
    FORGED.twins(
        "facilitator.wallets.signed-by-stranger",
        "/verify and /settle refuse a smart wallet's payment that its owner has not signed",
        &["X402-EVMSW-002", "X402V2-FA-SETTLE-004"],
        &["X402-EVMSW-002", "X402V2-FA-SETTLE-004"],
        |cx| {
            Box::pin(async move {
                refused(&cx, payers::signed_by_stranger(&cx).await?, payers::signed_by_stranger(&cx).await?)
                    .await
            })
        },
    ),
    FORGED.twins(
        "facilitator.wallets.wrong-word",
        "/verify and /settle refuse a payment whose wallet answers another word than the one that means yes",
        &["X402-EVMSW-002", "X402V2-FA-SETTLE-004"],
        &["X402-EVMSW-002", "X402V2-FA-SETTLE-004"],
        |cx| {
            let what = "the payer is a wallet that answers with the word of ERC-1271's first draft";
            Box::pin(odd(cx, OddWallet::DraftWord, what))
        },
    ),
    FORGED.twins(
        "facilitator.wallets.reverts",
        "/verify and /settle refuse a payment whose wallet reverts, whatever it reverts with",
        &["X402-EVMSW-002", "X402V2-FA-SETTLE-004"],
        &["X402-EVMSW-002", "X402V2-FA-SETTLE-004"],
        |cx| {
            let what = "the payer is a wallet that reverts with the word that means yes";
            Box::pin(odd(cx, OddWallet::Reverts, what))
        },
    ),
    FORGED.twins(
        "facilitator.wallets.short-answer",
        "/verify and /settle refuse a payment whose wallet answers fewer than 32 bytes",
        &["X402-EVMSW-002", "X402V2-FA-SETTLE-004"],
        &["X402-EVMSW-002", "X402V2-FA-SETTLE-004"],
        |cx| {
            let what = "the payer is a wallet that answers the word that means yes in 4 bytes";
            Box::pin(odd(cx, OddWallet::Short, what))
        },
    ),
    FORGED.twins(
        "facilitator.wallets.burns-gas",
        "/verify and /settle refuse a payment whose wallet uses all the gas and never answers",
        &["X402-EVMSW-002", "X402V2-FA-SETTLE-004"],
        &["X402-EVMSW-002", "X402V2-FA-SETTLE-004"],
        |cx| {
            let what = "the payer is a wallet that never comes to an end";
            Box::pin(odd(cx, OddWallet::Burns, what))
        },
    ),
    FORGED.twins(
        "facilitator.wallets.counterfactual-forged",
        "/verify and /settle refuse a payment by a wallet that is yet to be made and whose owner has not signed",
        &["X402-EVMSW-005", "X402V2-FA-SETTLE-004"],
        &["X402-EVMSW-005", "X402V2-FA-SETTLE-004"],
        |cx| {
            Box::pin(async move {
                let payment = payers::unborn_signed_by_stranger(&cx).await?;
                refused(&cx, payment, payers::unborn_signed_by_stranger(&cx).await?).await
            })
        },
    ),
    FORGED.twins(
        "facilitator.wallets.wrapped-forged",
        "/verify and /settle refuse a stranger's signature in an ERC-6492 wrapper for an account with a key",
        &["X402-EVMSW-005", "X402-EVM3009-006", "X402V2-FA-SETTLE-004"],
        &["X402-EVMSW-005", "X402-EVM3009-006", "X402V2-FA-SETTLE-004"],
        |cx| {
            Box::pin(async move {
                let payment = payers::wrapped_signed_by_stranger(&cx).await?;
                refused(&cx, payment, payers::wrapped_signed_by_stranger(&cx).await?).await
            })
        },
    ),
];

async fn odd(cx: Cx, manner: OddWallet, what: &str) -> Judged {
    let payment = payers::odd_wallet(&cx, manner, what).await?;
    refused(&cx, payment, payers::odd_wallet(&cx, manner, what).await?).await
}

/// Presents one payment to `/verify` and another of its kind to `/settle`.
async fn refused(cx: &Cx, to_verify: Payment, to_settle: Payment) -> Judged {
    if !matches!(to_verify.verdict()?, Verdict::Invalid(_)) {
        return Err(Stop::Harness(format!("nothing is wrong with this payment: {}", to_verify.sent())));
    }
    let verified = cx.verify(&to_verify).await?;
    judge(cx, &verified, "isValid false", "X402V2-FA-VERIFY-004", Vec::new());
    let block = cx.world.chain.block_number().await?;
    let (settled, money) = cx.settle(&to_settle).await?;
    judge(cx, &settled, "success false", "X402V2-FA-SETTLE-011", money.lines);
    nothing_was_broadcast(cx, &to_settle, &settled, block).await?;
    cx.must_have_answered(&verified)?;
    cx.must_have_answered(&settled)
}

fn judge(cx: &Cx, reply: &Reply, want: &str, shape: &str, chain: Vec<String>) {
    let violation = Violation { want: want.into(), reply: Some(reply), chain, ..Violation::default() };
    match &reply.said {
        Said::Yes => cx.find(Violation { requirement: cx.rule(), kind: "accepted-invalid", ..violation }),
        Said::Unclear(_) => cx.find(Violation { requirement: shape, kind: "illegible-answer", ..violation }),
        Said::No | Said::Nothing(_) => {}
    }
}

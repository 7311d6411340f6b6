//! Awkward tokens: a receipt without error is not a payment; the Transfer to payTo is.

use super::{Row, Scope};
use crate::check::{Judged, Lane};
use crate::cx::Cx;
use crate::history::Said;
use gauntlet_wire::Token;

const PRETEND: &str = "a server serves for a transaction that paid nobody, or too little";

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        id: "facilitator.settle.token-silent",
        title: "a token call that succeeds and moves nothing is not called a settlement",
        v2: &["X402-EVM3009-030"],
        v1: &["X402-EVM3009-030"],
        risk: PRETEND,
        scope: Scope::Version2,
        lane: Lane::Parallel,
        needs: &[],
        body: |cx| {
            let token = cx.world.chain.tokens().silent.clone();
            Box::pin(settles_only_what_moves(cx, token))
        },
    },
    Row {
        id: "facilitator.settle.token-fee",
        title: "a token that keeps a fee is not called a settlement when payTo got less than the price",
        v2: &["X402-EVM3009-029"],
        v1: &["X402-EVM3009-029"],
        risk: PRETEND,
        scope: Scope::Version2,
        lane: Lane::Parallel,
        needs: &[],
        body: |cx| {
            let token = cx.world.chain.tokens().fee.clone();
            Box::pin(settles_only_what_moves(cx, token))
        },
    },
    Row {
        id: "facilitator.settle.token-tolerant",
        title: "a used nonce on a token that does not revert is not called a second settlement",
        v2: &["X402V2-FA-SETTLE-005", "X402-EVM3009-030"],
        v1: &["X402V2-FA-SETTLE-005", "X402-EVM3009-030"],
        risk: "a spent payment is served again because its transaction did not revert",
        scope: Scope::Version2,
        lane: Lane::Parallel,
        needs: &[],
        body: |cx| Box::pin(tolerant_twice(cx)),
    },
];

/// Settles once in an awkward token; a success without the exact Transfer violates the row's own requirement.
async fn settles_only_what_moves(cx: Cx, token: Token) -> Judged {
    let mut payment = cx.payment_in(cx.version(), token).await?;
    payment.money_rule = cx.rule();
    payment.changes.push("the token is an awkward one".into());
    let (reply, _) = cx.settle(&payment).await?;
    cx.must_have_answered(&reply)?;
    if reply.said == Said::No {
        cx.note(format!("refused: {}", reply.reason().unwrap_or_else(|| reply.got())));
    }
    Ok(())
}

async fn tolerant_twice(cx: Cx) -> Judged {
    let token = cx.world.chain.tokens().tolerant.clone();
    let mut payment = cx.payment_in(cx.version(), token).await?;
    payment.changes.push("the token does not revert on a used nonce".into());
    let (first, _) = cx.settle(&payment).await?;
    cx.must_have_answered(&first)?;
    if first.said != Said::Yes {
        cx.note(format!("the first settle was refused: {}", first.got()));
        return Ok(());
    }
    // The money is judged inside: any success that does not name the first transaction is found there.
    let (second, _) = cx.settle(&payment).await?;
    cx.must_have_answered(&second)
}

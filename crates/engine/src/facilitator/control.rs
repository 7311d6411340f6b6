//! The positive control, and what a plain valid payment must do besides.

use super::{Row, Scope};
use crate::check::{Judged, Lane, Stop};
use crate::cx::{Cx, Violation};
use crate::history::Said;
use gauntlet_wire::{Mutation, U256};

/// The control itself: it runs first and decides whether anything is scored.
pub const ROWS: &[Row] = &[Row {
    id: "facilitator.control",
    title: "a plain valid payment verifies, settles and moves exactly the price",
    v2: &["X402V2-FA-SETTLE-001", "X402V2-FA-VERIFY-001", "X402-EVM3009-027"],
    v1: &["X402V1-FA-002", "X402V1-FA-001"],
    risk: "without it no other answer of the target means anything",
    scope: Scope::Version2,
    lane: Lane::Control,
    needs: &[],
    body: |cx| Box::pin(control(cx)),
}];

/// Variations of the plain payment.
pub const REPEAT_ROWS: &[Row] = &[
    Row {
        id: "facilitator.verify.repeatable",
        title: "/verify says the same ten times over, and the payment still settles",
        v2: &["X402V2-FA-VERIFY-003", "INV-005"],
        v1: &["X402V1-FA-001"],
        risk: "a server that verifies twice loses a good payment",
        scope: Scope::Version2,
        lane: Lane::Parallel,
        needs: &[],
        body: |cx| Box::pin(repeatable(cx)),
    },
    Row {
        id: "facilitator.verify.no-effect",
        title: "fifty calls of /verify change nothing on the chain",
        v2: &["X402V2-FA-VERIFY-002", "INV-007"],
        v1: &["X402V1-FA-001"],
        risk: "a buyer is charged for asking",
        scope: Scope::Version2,
        lane: Lane::Exclusive,
        needs: &[],
        body: |cx| Box::pin(no_effect(cx)),
    },
    Row {
        id: "facilitator.service.after-refusals",
        title: "a plain valid payment still settles after settles that were refused half-way",
        v2: &["INV-009"],
        v1: &[],
        risk: "one request of anybody stops the facilitator for all others",
        scope: Scope::Target,
        lane: Lane::Exclusive,
        needs: &[],
        body: |cx| Box::pin(after_refusals(cx)),
    },
    Row {
        id: "facilitator.settle.without-verify",
        title: "/settle needs no /verify before it",
        v2: &["X402V2-FA-SETTLE-004"],
        v1: &["X402V1-FA-002"],
        risk: "a server that verifies elsewhere cannot be paid",
        scope: Scope::Version2,
        lane: Lane::Parallel,
        needs: &[],
        body: |cx| Box::pin(without_verify(cx)),
    },
];

async fn control(cx: Cx) -> Judged {
    let payment = cx.payment().await?;
    let payee = payment.draft.terms.pay_to;
    let verified = cx.verify(&payment).await?;
    if verified.said != Said::Yes {
        return Err(Stop::Inconclusive(format!(
            "the positive control failed: a plain valid payment does not verify ({})",
            verified.got()
        )));
    }
    let (settled, money) = cx.settle(&payment).await?;
    if settled.said != Said::Yes {
        let facts = money.lines.join("; ");
        return Err(Stop::Inconclusive(format!(
            "the positive control failed: a plain valid payment does not settle ({}; chain: {facts})",
            settled.got()
        )));
    }
    let received = cx.world.chain.balance(payment.key().token, payee).await?;
    let due = payment.draft.terms.amount;
    if received != due {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "payee-balance",
            want: format!("the payee owns {due} units"),
            got: format!("the payee owns {received} units"),
            reply: Some(&settled),
            chain: money.lines,
            ..Violation::default()
        });
        return Err(Stop::Inconclusive(
            "the positive control failed: the price did not reach the payee".into(),
        ));
    }
    Ok(())
}

async fn repeatable(cx: Cx) -> Judged {
    let payment = cx.payment().await?;
    for time in 1..=10 {
        let reply = cx.verify(&payment).await?;
        cx.must_have_answered(&reply)?;
        if reply.said != Said::Yes {
            cx.find(Violation {
                requirement: cx.rule(),
                kind: "verdict-changed",
                want: "isValid true every time".into(),
                got: format!("call {time} of 10: {}", reply.got()),
                reply: Some(&reply),
                ..Violation::default()
            });
            return Ok(());
        }
    }
    must_settle(&cx, &payment, "verified-but-not-settled").await
}

async fn without_verify(cx: Cx) -> Judged {
    let payment = cx.payment().await?;
    must_settle(&cx, &payment, "refused-without-verify").await
}

/// Settles that fail late, after an account nonce has been reserved or a lock taken, must give it back.
async fn after_refusals(cx: Cx) -> Judged {
    for spelling in [None, Some(Mutation::LowerCaseAddresses)] {
        let mut penniless = cx.payment().await?;
        cx.world.chain.set_balance(penniless.token.address, penniless.payer.address(), U256::ZERO).await?;
        penniless.ledger.balance = U256::ZERO;
        penniless.changes.push("the payer owns nothing".into());
        if let Some(spelling) = &spelling {
            penniless.mutate(spelling);
        }
        cx.settle(&penniless).await?;
    }
    let (got, reply) = match cx.still_works().await {
        Ok(None) => return Ok(()),
        Ok(Some(reply)) => (reply.got(), Some(reply)),
        Err(Stop::Inconclusive(silence)) => (silence, None),
        Err(stop) => return Err(stop),
    };
    cx.find(Violation {
        requirement: cx.rule(),
        kind: "stopped-by-a-refusal",
        want: "isValid true and success true for a plain valid payment".into(),
        got,
        reply: reply.as_ref(),
        ..Violation::default()
    });
    Ok(())
}

/// A payment with nothing wrong about it must settle.
pub(super) async fn must_settle(cx: &Cx, payment: &crate::payment::Payment, kind: &str) -> Judged {
    let (reply, money) = cx.settle(payment).await?;
    cx.must_have_answered(&reply)?;
    if reply.said != Said::Yes {
        cx.find(Violation {
            requirement: cx.rule(),
            kind,
            want: "success true".into(),
            reply: Some(&reply),
            chain: money.lines,
            ..Violation::default()
        });
    }
    Ok(())
}

async fn no_effect(cx: Cx) -> Judged {
    let payment = cx.payment().await?;
    let chain = &cx.world.chain;
    let block = chain.block_number().await?;
    let mut last = None;
    for _ in 0..50 {
        let reply = cx.verify(&payment).await?;
        cx.must_have_answered(&reply)?;
        last = Some(reply);
    }
    let pending = chain.pending_count().await?;
    let blocks = chain.block_number().await? - block;
    let money = cx.money(&payment).await?;
    let authority = cx.world.authority(&payment.token).address;
    let used = chain.authorization_used(authority, payment.key().payer, payment.key().nonce).await?;
    if pending > 0 || blocks > 0 || used || !money.transfers.is_empty() {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "verify-wrote",
            want: "no transaction, no Transfer, nonce unused".into(),
            got: format!("{blocks} new blocks, {pending} pending transactions, nonce used: {used}"),
            reply: last.as_ref(),
            chain: money.lines,
            ..Violation::default()
        });
    }
    Ok(())
}

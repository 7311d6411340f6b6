//! Replay: one authorization is spent once, however it is presented again and whoever spent it. What needs no more than
//! steps and counts is in `scenarios/facilitator`.

use super::money::transactions_for;
use super::{Row, Scope};
use crate::check::{Judged, Lane, Stop};
use crate::cx::{Cx, Violation};
use crate::history::Said;
use crate::payment::Payment;
use crate::reply::Reply;
use gauntlet_report::Class;
use gauntlet_wire::{Authorization, SignatureForm, U256};

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        id: "facilitator.settle.replay-other-resource",
        title: "a spent payment for another resource does not settle again",
        v2: &["X402V2-FA-SETTLE-005", "INV-002"],
        v1: &["X402V1-FA-005", "X402V2-FA-SETTLE-005"],
        risk: "one payment buys twice, or is reported as paid twice",
        scope: Scope::Version2,
        lane: Lane::Parallel,
        needs: &[],
        body: |cx| Box::pin(for_another_resource(cx)),
    },
    Row {
        id: "facilitator.settle.one-transaction",
        title: "a plain payment is submitted in one transaction",
        v2: &["INV-007"],
        v1: &["INV-007"],
        risk: "every payment costs the facilitator twice the gas",
        scope: Scope::Version2,
        lane: Lane::Parallel,
        needs: &[],
        body: |cx| Box::pin(one_transaction(cx)),
    },
    Row {
        id: "facilitator.settle.replay-without-gas",
        title: "a replay of a spent payment is not broadcast",
        v2: &["INV-007"],
        v1: &["INV-007"],
        risk: "whoever owns one spent payment can burn the facilitator's gas",
        scope: Scope::Version2,
        lane: Lane::Parallel,
        needs: &[],
        body: |cx| Box::pin(replay_burns_gas(cx)),
    },
    Row {
        id: "facilitator.settle.drained",
        title: "a payer who moves the balance away after /verify is not called paid",
        v2: &["X402V2-FA-SETTLE-007", "X402V2-FA-SETTLE-002", "X402-EVM3009-032"],
        v1: &["X402V1-FA-005", "X402V2-FA-SETTLE-007", "X402-EVM3009-032"],
        risk: "content is released for money that is gone",
        scope: Scope::Version2,
        lane: Lane::Parallel,
        needs: &[],
        body: |cx| Box::pin(drained(cx)),
    },
];

/// A plain payment costs the facilitator one transaction.
async fn one_transaction(cx: Cx) -> Judged {
    let payment = cx.payment().await?;
    let block = cx.world.chain.block_number().await?;
    let (reply, money) = cx.settle(&payment).await?;
    cx.must_have_answered(&reply)?;
    let sent = transactions_for(&cx, &payment.key(), block).await?;
    if sent.len() > 1 {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "sent-twice",
            want: "one transaction for one payment".into(),
            got: format!(
                "{} transactions, {} of them reverted",
                sent.len(),
                sent.iter().filter(|t| !t.status).count()
            ),
            reply: Some(&reply),
            chain: money.lines,
            ..Violation::default()
        });
    }
    Ok(())
}

/// A replay that is broadcast pays nobody, but it costs the facilitator gas each time.
async fn replay_burns_gas(cx: Cx) -> Judged {
    let payment = cx.payment().await?;
    let (first, _) = cx.settle(&payment).await?;
    if first.said != Said::Yes {
        return Err(Stop::Inconclusive(format!("the first settle did not succeed: {}", first.got())));
    }
    let block = cx.world.chain.block_number().await? + 1;
    for _ in 0..3 {
        let (reply, _) = cx.settle(&payment).await?;
        cx.must_have_answered(&reply)?;
    }
    let burnt = transactions_for(&cx, &payment.key(), block).await?;
    if !burnt.is_empty() {
        let gas: u64 = burnt.iter().map(|transaction| transaction.gas_used).sum();
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "replay-burns-gas",
            want: "no transaction for a payment that is known to be spent".into(),
            got: format!("{} transactions for three replays, {gas} gas", burnt.len()),
            class: Some(Class::W),
            ..Violation::default()
        });
    }
    Ok(())
}

/// Settles a payment, presents it twice more for another resource, and counts the money.
async fn for_another_resource(cx: Cx) -> Judged {
    let mut payment = cx.payment().await?;
    let (first, _) = cx.settle(&payment).await?;
    if first.said != Said::Yes {
        return Err(Stop::Inconclusive(format!("the first settle did not succeed: {}", first.got())));
    }
    payment.draft.terms.resource = "http://127.0.0.1:4021/dearer".into();
    payment.changes.push("resource → /dearer".into());
    for _ in 0..2 {
        // The money is judged inside: a second Transfer or another success is found there.
        let (reply, _) = cx.settle(&payment).await?;
        cx.must_have_answered(&reply)?;
    }
    Ok(())
}

/// `/verify` must say yes first, or there is nothing to change afterwards.
async fn verified(cx: &Cx, payment: &Payment) -> Judged {
    let reply = cx.verify(payment).await?;
    if reply.said == Said::Yes {
        Ok(())
    } else {
        Err(Stop::Inconclusive(format!("a valid payment did not verify: {}", reply.got())))
    }
}

async fn drained(cx: Cx) -> Judged {
    let mut payment = cx.payment().await?;
    verified(&cx, &payment).await?;
    let away = Authorization {
        to: cx.key("sink").address(),
        value: payment.ledger.balance,
        nonce: cx.key("drain").to_bytes(),
        ..payment.draft.authorization.clone()
    };
    let signature = payment.payer.sign_as(away.digest(&payment.draft.domain), SignatureForm::Plain);
    cx.world.chain.relay(payment.token.address, &away, &signature).await?;
    payment.ledger.balance = U256::ZERO;
    payment.changes.push("the payer moved the whole balance away after /verify".into());
    let block = cx.world.chain.block_number().await?;
    let reply = settle_must_fail(&cx, &payment).await?;
    reverted_transaction_is_named(&cx, &payment, &reply, block).await
}

/// When the facilitator has sent a transaction for the payment and it reverted, the answer names it.
async fn reverted_transaction_is_named(cx: &Cx, payment: &Payment, reply: &Reply, block: u64) -> Judged {
    let sent = match transactions_for(cx, &payment.key(), block).await {
        Err(Stop::NotApplicable(_)) => return Ok(()),
        sent => sent?,
    };
    let reverted: Vec<_> = sent.iter().filter(|sent| !sent.status).map(|sent| sent.hash).collect();
    if reply.said == Said::No
        && !reverted.is_empty()
        && reply.transaction().is_none_or(|named| !reverted.contains(&named))
    {
        cx.find(Violation {
            requirement: "X402-EVM3009-032",
            kind: "reverted-not-named",
            want: "the hash of the transaction that reverted".into(),
            reply: Some(reply),
            chain: reverted.iter().map(|hash| format!("reverted: {hash}")).collect(),
            ..Violation::default()
        });
    }
    Ok(())
}

async fn settle_must_fail(cx: &Cx, payment: &Payment) -> Result<Reply, Stop> {
    let (reply, money) = cx.settle(payment).await?;
    cx.must_have_answered(&reply)?;
    if reply.said == Said::Yes {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "accepted-invalid",
            want: "success false".into(),
            reply: Some(&reply),
            chain: money.lines,
            ..Violation::default()
        });
    }
    Ok(reply)
}

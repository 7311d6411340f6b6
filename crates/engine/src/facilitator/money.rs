//! Money facts come from the chain: what a `/settle` answer must agree with, whatever the check is about.

use crate::check::Stop;
use crate::cx::{Cx, Violation};
use crate::history::{Endpoint, PaymentKey, Said};
use crate::payment::Payment;
use crate::reply::{Money, Reply};
use gauntlet_chain::{SentTx, Transfer};
use gauntlet_report::Class;
use gauntlet_wire::{B256, U256};

/// Whether a transfer is the one that the payment authorized.
#[must_use]
pub fn is_exact(transfer: &Transfer, payment: &Payment) -> bool {
    let signed = &payment.draft.authorization;
    transfer.from == signed.from && transfer.to == signed.to && transfer.value == signed.value
}

fn exact(transfers: &[Transfer], payment: &Payment) -> Vec<B256> {
    transfers.iter().filter(|transfer| is_exact(transfer, payment)).map(|transfer| transfer.tx).collect()
}

/// By how much payTo owns more than before, of a token whose events may lie.
fn received(before: &Money, after: &Money) -> Option<U256> {
    Some(after.owned?.saturating_sub(before.owned.unwrap_or_default()))
}

/// Judges one answer of `/settle` against what the chain said before and after.
pub fn judge_settle(cx: &Cx, payment: &Payment, reply: &Reply, before: &Money, after: &Money) {
    let moved: Vec<Transfer> =
        after.transfers.iter().filter(|transfer| !before.transfers.contains(transfer)).cloned().collect();
    let earlier = exact(&before.transfers, payment);
    let mut now = exact(&moved, payment);
    if !payment.token_is_plain_money(cx) {
        // A token that moves something twice within one call has been called once.
        now.dedup();
    }
    cx.tell_chain(after.transfers.last().map_or(0, |transfer| transfer.block), &after.lines);

    let price = payment.draft.authorization.value;
    let violated = |requirement, kind, want: &str| {
        cx.find(Violation {
            requirement,
            kind,
            want: want.into(),
            reply: Some(reply),
            chain: after.lines.clone(),
            ..Violation::default()
        });
    };
    if earlier.len() + now.len() > 1 {
        violated("INV-002", "paid-twice", "one Transfer for one authorization");
    }
    if moved.iter().any(|transfer| !is_exact(transfer, payment)) && payment.token_is_plain_money(cx) {
        violated("X402-EVM3009-028", "changed-payment", "a Transfer exactly as it was signed");
    }
    match &reply.said {
        Said::Yes if !earlier.is_empty() => judge_success_for_spent(cx, reply, &earlier, &violated),
        Said::Yes if now.is_empty() && received(before, after).is_some_and(|got| got >= price) => {
            cx.note("the token moved more than was signed, and payTo has it");
        }
        Said::Yes if now.is_empty() => violated(
            payment.money_rule,
            "success-without-money",
            "success only when the Transfer to payTo is on the chain",
        ),
        Said::Yes => {
            if reply.transaction().is_none_or(|named| !now.contains(&named)) {
                violated(
                    "X402V2-FA-SETTLE-002",
                    "names-another-transaction",
                    "the hash of the transaction that moved the money",
                );
            }
            if received(before, after).is_some_and(|got| got < price) {
                violated(
                    "X402-TOKEN-002",
                    "success-without-balance",
                    "success only when payTo owns the price, whatever the token tells",
                );
            }
        }
        // A token that keeps a fee has moved something else than was asked for: calling that a failure is right.
        Said::No if !moved.is_empty() && !payment.token_is_plain_money(cx) => {
            cx.note("called a failure, and the token moved something else than was signed");
        }
        Said::No if !moved.is_empty() && !is_pending(reply) => {
            violated(
                "X402V2-FA-SETTLE-003",
                "refused-but-taken",
                "no money moves when the answer is a failure",
            );
        }
        Said::No | Said::Unclear(_) | Said::Nothing(_) => {}
    }
}

/// A success for an authorization that was spent before the question was asked.
fn judge_success_for_spent(
    cx: &Cx,
    reply: &Reply,
    earlier: &[B256],
    violated: &dyn Fn(&'static str, &'static str, &str),
) {
    if reply.transaction().is_some_and(|named| earlier.contains(&named)) {
        success_repeated(cx, reply);
    } else {
        violated(
            "X402V2-FA-SETTLE-005",
            "spent-authorization-accepted",
            "success false for a spent authorization",
        );
    }
}

/// A success that names the transaction which has spent the authorization before. Nobody pays twice, and no document
/// forbids it; but where a success was told already, whoever serves for each of them serves twice. Whoever lost the first
/// answer, or was told to wait, may be told now; and a dialect may promise that answers are repeated.
pub fn success_repeated(cx: &Cx, reply: &Reply) {
    cx.note("idempotent: a spent authorization is answered with the transaction that spent it");
    if cx.world.dialect().is_some() || !is_told_already(cx, reply) {
        return;
    }
    cx.find(Violation {
        requirement: "X402V2-FA-SETTLE-005",
        kind: "success-repeated",
        want: "success false for a spent authorization: a merchant who serves for each success serves twice"
            .into(),
        class: Some(Class::W),
        reply: Some(reply),
        ..Violation::default()
    });
}

/// Whether another answer has named the same transaction in a success.
fn is_told_already(cx: &Cx, reply: &Reply) -> bool {
    let others = cx.world.history.entries().into_iter().filter(|entry| entry.exchange != reply.exchange.seq);
    let successes = others.filter(|entry| entry.endpoint == Endpoint::Settle && entry.said == Said::Yes);
    let mut named = successes.filter_map(|entry| entry.settle()?.transaction?.parse::<B256>().ok());
    named.any(|named| Some(named) == reply.transaction())
}

/// Whether the answer leaves the settlement open.
#[must_use]
pub fn is_pending(reply: &Reply) -> bool {
    reply.settle().is_some_and(|answer| answer.is_pending())
}

/// Judges the answers to copies of one payment, or to different payments, that were settled at one instant.
///
/// # Errors
/// [`Stop`] when the chain does not answer.
pub async fn judge_crowd(cx: &Cx, payments: &[Payment], replies: &[Reply]) -> Result<usize, Stop> {
    let mut settled = 0;
    for (payment, reply) in payments.iter().zip(replies) {
        let money = cx.money(payment).await?;
        judge_settle(cx, payment, reply, &Money::default(), &money);
        settled += usize::from(reply.said == Said::Yes);
    }
    Ok(settled)
}

/// Judges the answers to settles of one payment that were under way at the same time, against what the chain said
/// before the first and after the last of them. `others` are transfers that other payments of the payer explain.
pub fn judge_race(
    cx: &Cx,
    asked: &[(&Payment, &Reply)],
    before: &Money,
    after: &Money,
    others: &dyn Fn(&Transfer) -> bool,
) {
    let Some((payment, first)) = asked.first() else { return };
    cx.tell_chain(after.transfers.last().map_or(0, |transfer| transfer.block), &after.lines);
    let moved: Vec<Transfer> =
        after.transfers.iter().filter(|transfer| !before.transfers.contains(transfer)).cloned().collect();
    let (now, all) = (exact(&moved, payment), exact(&after.transfers, payment));
    let violated = |requirement, kind, want: &str, reply: &Reply| {
        cx.find(Violation {
            requirement,
            kind,
            want: want.into(),
            reply: Some(reply),
            chain: after.lines.clone(),
            ..Violation::default()
        });
    };
    if all.len() > 1 {
        violated("INV-002", "paid-twice", "one Transfer for one authorization", first);
    }
    let foreign = |transfer: &&Transfer| !is_exact(transfer, payment) && !others(transfer);
    if payment.token_is_plain_money(cx) && moved.iter().any(|transfer| foreign(&transfer)) {
        violated("X402-EVM3009-028", "changed-payment", "a Transfer exactly as it was signed", first);
    }
    for (_, reply) in asked.iter().filter(|(_, reply)| reply.said == Said::Yes) {
        match reply.transaction() {
            Some(named) if all.contains(&named) => {}
            _ if all.is_empty() => {
                let want = "success only when the Transfer to payTo is on the chain";
                violated(payment.money_rule, "success-without-money", want, reply);
            }
            _ => {
                let want = "successes only for the one transaction";
                violated("X402V2-FA-SETTLE-006", "another-success", want, reply);
            }
        }
    }
    let refused = |reply: &Reply| reply.said == Said::No && !is_pending(reply);
    if !now.is_empty() && asked.iter().all(|(_, reply)| refused(reply)) {
        let want = "no money moves when every answer is a failure";
        violated("X402V2-FA-SETTLE-003", "refused-but-taken", want, first);
    }
}

/// The transactions of the target's signers that carry a payment's nonce, from a block on.
///
/// The nonce stands in the call data of every way to submit an authorization, so nothing else of it is looked at.
///
/// # Errors
/// [`Stop::NotApplicable`] when the target names no signers, [`Stop::Harness`] when the chain does not answer.
pub async fn transactions_for(cx: &Cx, key: &PaymentKey, from_block: u64) -> Result<Vec<SentTx>, Stop> {
    if cx.world.claims.signers.is_empty() {
        return Err(Stop::NotApplicable(
            "/supported names no signers whose transactions could be counted".into(),
        ));
    }
    let mut found = Vec::new();
    for signer in &cx.world.claims.signers {
        let sent = cx.world.chain.sent_by(*signer, from_block).await?;
        found.extend(sent.into_iter().filter(|transaction| carries(transaction, key)));
    }
    Ok(found)
}

/// Whether a transaction submits a payment.
#[must_use]
pub fn carries(transaction: &SentTx, key: &PaymentKey) -> bool {
    transaction.input.windows(32).any(|window| window == key.nonce.as_slice())
}

//! What a `/settle` answer to a payment over Permit2 must agree with.

use super::payment::Payment;
use crate::check::Stop;
use crate::cx::{Cx, Violation};
use crate::facilitator::money::{is_pending, success_repeated};
use crate::history::{Endpoint, Said};
use crate::reply::Reply;
use gauntlet_chain::Transfer;
use gauntlet_wire::U256;
use gauntlet_wire::permit2::Permit2Scheme;

/// An answer of `/settle` and what left the payer's account meanwhile.
pub(super) struct Settled {
    pub(super) reply: Reply,
    pub(super) moved: Vec<Transfer>,
}

/// Settles, and judges the answer against the chain: a success without money, money after a refusal and a second
/// payment are always found. `due` is what a success must move; zero: nothing.
pub(super) async fn settle(cx: &Cx, payment: &Payment, due: U256) -> Result<Settled, Stop> {
    let _lane = cx.world.settle_lane.lock().await;
    let before = payment.transfers(cx).await?;
    let reply = payment.present(cx, Endpoint::Settle).await?;
    cx.must_have_answered(&reply)?;
    let after = payment.transfers(cx).await?;
    let moved: Vec<Transfer> = after.iter().filter(|transfer| !before.contains(transfer)).cloned().collect();
    judge(cx, payment, &reply, &before, &moved, due);
    Ok(Settled { reply, moved })
}

fn judge(cx: &Cx, payment: &Payment, reply: &Reply, before: &[Transfer], moved: &[Transfer], due: U256) {
    let payee = payment.draft.authorization.witness.to;
    let is_due = |transfer: &&Transfer| transfer.to == payee && transfer.value == due;
    let lines = lines(before.iter().chain(moved));
    cx.tell_chain(moved.last().map_or(0, |transfer| transfer.block), &lines);
    let violated = |requirement, kind, want: String| {
        cx.find(Violation {
            requirement,
            kind,
            want,
            reply: Some(reply),
            chain: lines.clone(),
            ..Violation::default()
        });
    };
    let rule = match payment.draft.scheme {
        Permit2Scheme::Exact => "X402-EVMP2-018",
        Permit2Scheme::Upto => "X402-UPTO-018",
    };
    if before.len() + moved.len() > 1 {
        violated("INV-002", "paid-twice", "one Transfer for one authorization".into());
    } else if moved.iter().any(|transfer| !is_due(&transfer)) {
        violated(rule, "changed-payment", format!("a Transfer of {due} to the payee who was signed"));
    }
    match &reply.said {
        Said::Yes if due.is_zero() => {}
        Said::Yes if moved.is_empty() && names_one_of(reply, before) => {
            success_repeated(cx, reply);
        }
        Said::Yes => match moved.iter().find(is_due) {
            None => violated(rule, "success-without-money", format!("success only with a Transfer of {due}")),
            Some(transfer) if reply.transaction() != Some(transfer.tx) => violated(
                "X402V2-FA-SETTLE-002",
                "names-another-transaction",
                "the hash of the transaction that moved the money".into(),
            ),
            Some(_) => {}
        },
        Said::No if !moved.is_empty() && !is_pending(reply) => violated(
            "X402V2-FA-SETTLE-003",
            "refused-but-taken",
            "no money moves when the answer is a failure".into(),
        ),
        Said::No | Said::Unclear(_) | Said::Nothing(_) => {}
    }
}

/// Whether an answer names the transaction of one of these transfers.
fn names_one_of(reply: &Reply, transfers: &[Transfer]) -> bool {
    transfers.iter().any(|transfer| reply.transaction() == Some(transfer.tx))
}

/// Transfers for people.
pub(super) fn lines<'a>(transfers: impl Iterator<Item = &'a Transfer>) -> Vec<String> {
    transfers.map(ToString::to_string).collect()
}

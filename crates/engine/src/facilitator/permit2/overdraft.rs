//! Several valid payments over one purse: each may be called valid, and no more are settled than the purse carries.

use super::money::lines;
use super::payment::Payment;
use super::{check, payment, topic};
use crate::check::{Check, Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::facilitator::money::is_pending;
use crate::history::{Endpoint, Said};
use crate::reply::Reply;
use futures::future::join_all;
use gauntlet_chain::Transfer;
use gauntlet_wire::U256;
use gauntlet_wire::permit2::Permit2Scheme;

const RISK: &str = "a merchant serves for a payment that the payer's purse no longer carried";
/// Payments of one payer, each good as long as it stands alone.
const PAYMENTS: usize = 4;
/// How many of them the purse carries. Half a price is left over.
const CARRIED: usize = 2;

/// What does not carry all payments.
#[derive(Debug, Clone, Copy)]
enum Purse {
    /// What the payer owns.
    Balance,
    /// What Permit2 may take of it.
    Allowance,
}

/// When the payments are settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    InTurn,
    AtOnce,
}

pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for scheme in Permit2Scheme::ALL {
        for (purse, slug, what) in
            [(Purse::Balance, "overdraft", "balance"), (Purse::Allowance, "over-allowance", "allowance")]
        {
            for (pace, end, how) in
                [(Pace::InTurn, "", "in turn"), (Pace::AtOnce, "-at-once", "at one instant")]
            {
                checks.push(check(
                    &format!("{}.settle.{slug}{end}", topic(scheme)),
                    &format!("{scheme} payments over one {what} that are settled {how} succeed as far as it carries them"),
                    covers(scheme, purse),
                    RISK,
                    move |cx| overdraws(cx, scheme, purse, pace),
                ));
            }
        }
    }
    checks
}

const fn covers(scheme: Permit2Scheme, purse: Purse) -> &'static [&'static str] {
    match (scheme, purse) {
        (Permit2Scheme::Exact, Purse::Balance) => &["X402-EVMP2-018", "X402-EVMP2-008"],
        (Permit2Scheme::Exact, Purse::Allowance) => &["X402-EVMP2-018", "X402-EVMP2-006"],
        (Permit2Scheme::Upto, Purse::Balance) => &["X402-UPTO-018", "X402-UPTO-007"],
        (Permit2Scheme::Upto, Purse::Allowance) => &["X402-UPTO-018", "X402-UPTO-006"],
    }
}

async fn overdraws(cx: Cx, scheme: Permit2Scheme, purse: Purse, pace: Pace) -> Judged {
    let payments = crowd(&cx, scheme, purse).await?;
    let mut valid = 0;
    for payment in &payments {
        let verified = payment.present(&cx, Endpoint::Verify).await?;
        cx.must_have_answered(&verified)?;
        valid += usize::from(verified.said == Said::Yes);
    }
    // Nobody has to reserve money at /verify, and nobody is forbidden to.
    cx.note(format!("/verify called {valid} of {PAYMENTS} valid, of which the purse carries {CARRIED}"));
    let _lane = cx.world.settle_lane.lock().await;
    let replies = settled(&cx, &payments, pace).await?;
    let moved = payments[0].transfers(&cx).await?;
    for (payment, reply) in payments.iter().zip(&replies) {
        judge(&cx, payment, reply, &moved);
    }
    let reasons: Vec<_> =
        replies.iter().filter(|reply| reply.said == Said::No).map(Reply::in_short).collect();
    cx.note(format!("{} Transfers; refusals: {}", moved.len(), reasons.join(", ")));
    for reply in &replies {
        cx.must_have_answered(reply)?;
    }
    match pace {
        Pace::InTurn => carried_are_paid(&cx, &replies[..CARRIED]),
        Pace::AtOnce if moved.is_empty() => {
            return Err(Stop::Inconclusive("none of the payments was settled".into()));
        }
        Pace::AtOnce => {}
    }
    Ok(())
}

/// Payments of one payer whose purse carries only some of them.
async fn crowd(cx: &Cx, scheme: Permit2Scheme, purse: Purse) -> Result<Vec<Payment>, Stop> {
    let mut first = payment(cx, scheme).await?;
    let (token, payer) = (first.draft.terms.token.address, first.payer.address());
    let price = first.draft.terms.amount;
    let carried = price * U256::from(CARRIED) + price / U256::from(2);
    match purse {
        Purse::Balance => {
            cx.world.chain.set_balance(token, payer, carried).await?;
            first.view.balance = carried;
        }
        Purse::Allowance => {
            cx.world.chain.set_permit2_allowance(token, payer, carried).await?;
            first.view.allowance_to_permit2 = carried;
        }
    }
    first.told(format!("one of {PAYMENTS} over one {purse:?} that carries {CARRIED}"));
    let others: Vec<_> = (1..PAYMENTS).map(|_| first.another(cx)).collect();
    Ok(std::iter::once(first).chain(others).collect())
}

async fn settled(cx: &Cx, payments: &[Payment], pace: Pace) -> Result<Vec<Reply>, Stop> {
    if pace == Pace::AtOnce {
        let replies = join_all(payments.iter().map(|payment| payment.present(cx, Endpoint::Settle))).await;
        return replies.into_iter().collect();
    }
    let mut replies = Vec::new();
    for payment in payments {
        replies.push(payment.present(cx, Endpoint::Settle).await?);
    }
    Ok(replies)
}

/// What one answer says of its payment and what the chain says of it.
fn judge(cx: &Cx, payment: &Payment, reply: &Reply, moved: &[Transfer]) {
    let (payee, due) = (payment.draft.authorization.witness.to, payment.draft.terms.amount);
    let own: Vec<_> = moved.iter().filter(|transfer| transfer.to == payee).collect();
    let found = |requirement: &str, kind: &str, want: &str| {
        cx.find(Violation {
            requirement,
            kind,
            want: want.into(),
            reply: Some(reply),
            chain: lines(moved.iter()),
            ..Violation::default()
        });
    };
    if own.len() > 1 {
        found("INV-002", "paid-twice", "one Transfer for one authorization");
    }
    match &reply.said {
        Said::Yes if !own.iter().any(|transfer| transfer.value == due) => {
            found(cx.rule(), "success-without-money", "success only with the Transfer to the payee");
        }
        Said::Yes if !own.iter().any(|transfer| reply.transaction() == Some(transfer.tx)) => {
            found(
                "X402V2-FA-SETTLE-002",
                "names-another-transaction",
                "the transaction that moved the money",
            );
        }
        Said::No if !own.is_empty() && !is_pending(reply) => {
            found("X402V2-FA-SETTLE-003", "refused-but-taken", "no money moves when the answer is a failure");
        }
        _ => {}
    }
}

/// Whoever comes first is paid out of a purse that is still full.
fn carried_are_paid(cx: &Cx, replies: &[Reply]) {
    for reply in replies.iter().filter(|reply| reply.said == Said::No && !is_pending(reply)) {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "refused-valid",
            want: "success true as long as the purse carries the payment".into(),
            reply: Some(reply),
            ..Violation::default()
        });
    }
}

//! Single-fault negatives: each presents one payment with one fault, to `/verify` and to `/settle`.

use super::money::settle;
use super::payment::Payment;
use super::table::{Fault, NEGATIVES, Negative, World};
use super::{check, payment, topic};
use crate::check::{Check, Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::history::{Endpoint, Said};
use gauntlet_wire::permit2::{Permit2Mutation, Permit2Scheme, Stage};
use gauntlet_wire::{U256, Verdict};

/// Two checks for each row and scheme: one at `/verify`, one at `/settle`.
pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for scheme in Permit2Scheme::ALL {
        for row in NEGATIVES.iter().filter(|row| !row.covers(scheme).is_empty()) {
            for endpoint in [Endpoint::Verify, Endpoint::Settle] {
                if is_a_fault(row, endpoint) {
                    checks.push(of(row, scheme, endpoint));
                }
            }
        }
    }
    checks
}

/// What a simulation would show may wait until settlement, and there only what is charged counts.
fn is_a_fault(row: &Negative, endpoint: Endpoint) -> bool {
    match row.fault {
        Fault::World(World::NonceInvalidated) => endpoint == Endpoint::Settle,
        _ => row.slug != "over-the-maximum" || endpoint == Endpoint::Verify,
    }
}

fn of(row: &'static Negative, scheme: Permit2Scheme, endpoint: Endpoint) -> Check {
    let (at, consequence) = match endpoint {
        Endpoint::Settle => ("settle", " and moves nothing"),
        Endpoint::Verify | Endpoint::Supported => ("verify", ""),
    };
    check(
        &format!("{}.{at}.{}", topic(scheme), row.slug),
        &format!("/{at} refuses {}{consequence} ({scheme} over Permit2)", row.what),
        row.covers(scheme),
        row.risk,
        move |cx| refuses(cx, row, scheme, endpoint),
    )
}

async fn refuses(cx: Cx, row: &Negative, scheme: Permit2Scheme, endpoint: Endpoint) -> Judged {
    let mut payment = payment(&cx, scheme).await?;
    match &row.fault {
        Fault::Change(mutation) => payment.mutate(&cx, &mutation()),
        Fault::World(world) => prepare(&cx, &mut payment, *world).await?,
    }
    is_refused(&cx, &payment, endpoint).await
}

/// Presents a payment that the oracle calls invalid.
pub(super) async fn is_refused(cx: &Cx, payment: &Payment, endpoint: Endpoint) -> Judged {
    let stage = match endpoint {
        Endpoint::Settle => Stage::Settle { amount: None },
        Endpoint::Verify | Endpoint::Supported => Stage::Verify,
    };
    if !matches!(payment.verdict(stage)?, Verdict::Invalid(_)) {
        return Err(Stop::Harness(format!("the oracle does not call this invalid: {}", payment.sent())));
    }
    must_refuse(cx, payment, endpoint).await
}

/// Presents a payment that is invalid for a reason of which the oracle knows nothing.
pub(super) async fn must_refuse(cx: &Cx, payment: &Payment, endpoint: Endpoint) -> Judged {
    let due = payment.draft.terms.amount;
    let reply = match endpoint {
        Endpoint::Settle => settle(cx, payment, due).await?.reply,
        Endpoint::Verify | Endpoint::Supported => payment.present(cx, endpoint).await?,
    };
    let (want, shape) = match endpoint {
        Endpoint::Settle => ("success false", "X402V2-FA-SETTLE-011"),
        Endpoint::Verify | Endpoint::Supported => ("isValid false", "X402V2-FA-VERIFY-004"),
    };
    let violation = Violation { want: want.into(), reply: Some(&reply), ..Violation::default() };
    match &reply.said {
        Said::Yes => {
            cx.find(Violation { requirement: cx.rule(), kind: "accepted-invalid", ..violation });
        }
        Said::Unclear(_) => {
            cx.find(Violation { requirement: shape, kind: "illegible-answer", ..violation });
        }
        Said::No | Said::Nothing(_) => {}
    }
    cx.must_have_answered(&reply)
}

/// What is written beside what the payer has signed for Permit2 and this token moves nothing: whoever looks past it at
/// `/settle` settles what was signed, and the money shows that.
pub(super) async fn refused_or_harmless(cx: &Cx, payment: &Payment) -> Judged {
    let settled = settle(cx, payment, payment.draft.terms.amount).await?;
    cx.note(format!("/settle: {}", settled.reply.in_short()));
    Ok(())
}

/// Arranges the world against a payment, and the view of it.
pub(super) async fn prepare(cx: &Cx, payment: &mut Payment, world: World) -> Result<(), Stop> {
    let chain = &cx.world.chain;
    let (token, payer) = (payment.draft.terms.token.address, payment.payer.address());
    let short = payment.draft.terms.amount - U256::ONE;
    match world {
        World::PayeeRewritten => {
            payment.mutate(cx, &Permit2Mutation::WitnessToUnsigned("stranger".into()));
            let payee = cx.stranger();
            (payment.draft.terms.pay_to, payment.draft.accepted.pay_to) = (payee, payee);
            payment.told("payTo → the same account");
        }
        World::AllowanceShort | World::NoAllowance => {
            let allowance = if matches!(world, World::NoAllowance) { U256::ZERO } else { short };
            chain.set_permit2_allowance(token, payer, allowance).await?;
            payment.view.allowance_to_permit2 = allowance;
            payment.told(format!("allowance of Permit2 → {allowance}"));
        }
        World::BalanceShort => {
            chain.set_balance(token, payer, short).await?;
            payment.view.balance = short;
            payment.told(format!("balance → {short}"));
        }
        World::NonceInvalidated => {
            chain.invalidate_permit2_nonce(&payment.payer, payment.draft.authorization.nonce).await?;
            payment.view.nonce_used = true;
            payment.told("nonce → invalidated by its payer");
        }
    }
    Ok(())
}

//! Payments with a good permit, which whoever claims the extension takes.

use super::{check, permitted};
use crate::check::{Check, Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::facilitator::permit2::control::works;
use crate::facilitator::permit2::money::settle;
use crate::history::{Endpoint, Said};
use gauntlet_wire::permit2::{Permit2Scheme, PermitMutation};

const LOST: &str = "whoever has not approved Permit2 cannot pay, although the facilitator says so";
const RISK: &str = "anybody who sees a permit under way can make its payment fail";

pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for scheme in Permit2Scheme::ALL {
        checks.push(check(
            scheme,
            "control",
            "a payment with a permit for Permit2 and without an allowance verifies, settles and moves the price",
            &["EXT-2612-009"],
            LOST,
            move |cx| plain(cx, scheme),
        ));
        checks.push(check(
            scheme,
            "with-allowance",
            "a payment with a permit that nobody needs settles all the same",
            &["EXT-2612-009"],
            LOST,
            move |cx| with_allowance(cx, scheme),
        ));
        checks.push(check(
            scheme,
            "front-run",
            "a payment whose permit somebody else has submitted since /verify settles all the same",
            &["EXT-2612-010"],
            RISK,
            move |cx| front_run(cx, scheme),
        ));
        checks.push(check(
            scheme,
            "whole-amount",
            "/verify and /settle agree about a permit over all there is",
            &["EXT-2612-003", "INV-005"],
            LOST,
            move |cx| whole_amount(cx, scheme),
        ));
    }
    checks
}

async fn plain(cx: Cx, scheme: Permit2Scheme) -> Judged {
    let (mut payment, permit) = permitted(&cx, scheme).await?;
    permit.attach(&mut payment.draft);
    works(&cx, &payment, payment.draft.terms.amount).await
}

async fn with_allowance(cx: Cx, scheme: Permit2Scheme) -> Judged {
    let (mut payment, permit) = permitted(&cx, scheme).await?;
    let (token, payer) = (payment.draft.terms.token.address, payment.payer.address());
    let balance = payment.view.balance;
    cx.world.chain.set_permit2_allowance(token, payer, balance).await?;
    payment.view.allowance_to_permit2 = balance;
    payment.told(format!("allowance of Permit2 → {balance}"));
    permit.attach(&mut payment.draft);
    works(&cx, &payment, payment.draft.terms.amount).await
}

async fn front_run(cx: Cx, scheme: Permit2Scheme) -> Judged {
    let (mut payment, permit) = permitted(&cx, scheme).await?;
    permit.attach(&mut payment.draft);
    let verified = payment.present(&cx, Endpoint::Verify).await?;
    cx.must_have_answered(&verified)?;
    if verified.said != Said::Yes {
        return Err(Stop::Inconclusive("it was refused before anybody had submitted the permit".into()));
    }
    let relayed = cx
        .world
        .chain
        .relay_permit(permit.asset, permit.owner, permit.amount, permit.deadline, &permit.signature())
        .await?;
    if !relayed.status {
        return Err(Stop::Harness("the token has not taken a good permit".into()));
    }
    payment.view.allowance_to_permit2 = permit.amount;
    payment.told("the permit was submitted by a stranger since /verify");
    let due = payment.draft.terms.amount;
    let settled = settle(&cx, &payment, due).await?;
    if settled.reply.said != Said::Yes {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "refused-valid",
            want: "success true: Permit2 may take the money, whoever submitted the permit".into(),
            reply: Some(&settled.reply),
            ..Violation::default()
        });
    }
    Ok(())
}

/// The text's example permits all there is, and the deployed proxies take the payment's own amount only: either answer
/// is good, as long as what is called valid settles.
async fn whole_amount(cx: Cx, scheme: Permit2Scheme) -> Judged {
    let (mut payment, mut permit) = permitted(&cx, scheme).await?;
    payment.told(PermitMutation::AmountMax.apply(&mut permit, &cx));
    permit.attach(&mut payment.draft);
    let verified = payment.present(&cx, Endpoint::Verify).await?;
    cx.must_have_answered(&verified)?;
    cx.note(format!("/verify: {}", verified.in_short()));
    let due = payment.draft.terms.amount;
    let settled = settle(&cx, &payment, due).await?;
    if verified.said == Said::Yes && settled.reply.said == Said::No {
        cx.find(Violation {
            requirement: "INV-005",
            kind: "verified-but-not-settled",
            want: "success true after isValid true".into(),
            reply: Some(&settled.reply),
            ..Violation::default()
        });
    }
    Ok(())
}

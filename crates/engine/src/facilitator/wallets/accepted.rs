//! Payments that a wallet accepts: whoever takes them settles them.

use super::payers;
use super::{Row, Topic};
use crate::check::{Judged, Lane, Stop};
use crate::cx::{Cx, Violation};
use crate::facilitator::money::is_pending;
use crate::facilitator::negatives::nothing_was_broadcast;
use crate::history::Said;
use crate::payment::Payment;
use crate::reply::Reply;
use gauntlet_wire::{ReasonClass, reason};

const WALLETS: Topic = Topic {
    lane: Lane::Parallel,
    risk: "a server serves a wallet's payment that never settles, or turns away a good one",
};

/// The rows.
pub(super) const ROWS: &[Row] = &[
    WALLETS.twins(
        "facilitator.wallets.deployed",
        "a smart wallet pays with its owner's signature, where such wallets are taken",
        &["X402-EVMSW-001"],
        &["X402-EVMSW-001"],
        |cx| Box::pin(async move { pays(&cx, payers::wallet(&cx).await?).await }),
    ),
    WALLETS.twins(
        "facilitator.wallets.long-signature",
        "a smart wallet pays with a signature longer than that of a key, where such wallets are taken",
        &["X402-EVMSW-001"],
        &["X402-EVMSW-001"],
        |cx| Box::pin(async move { pays(&cx, payers::wallet_with_long_signature(&cx).await?).await }),
    ),
    WALLETS.twins(
        "facilitator.wallets.counterfactual",
        "a smart wallet that a known factory has yet to make pays, where its factory is known",
        &["X402-EVMSW-003"],
        &["X402-EVMSW-003"],
        |cx| Box::pin(async move { pays(&cx, payers::unborn(&cx).await?).await }),
    ),
    WALLETS.twins(
        "facilitator.wallets.owner-replaced",
        "a wallet that gets another owner after /verify does not pay with the old one's signature",
        &["X402-EVMSW-008", "X402V2-FA-SETTLE-002"],
        &["X402-EVMSW-008", "X402V2-FA-SETTLE-002"],
        |cx| Box::pin(owner_replaced(cx)),
    ),
    WALLETS.twins(
        "facilitator.wallets.delegated",
        "/verify and /settle agree about an account whose code is delegated to a wallet that accepts its key",
        &["X402-EVMSW-007", "INV-005"],
        &["X402-EVMSW-007", "INV-005"],
        |cx| Box::pin(async move { agrees(&cx, payers::delegated(&cx).await?).await }),
    ),
    WALLETS.twins(
        "facilitator.wallets.delegated-mute",
        "/verify and /settle agree about an account whose code is delegated to what answers for no signature",
        &["X402-EVMSW-007", "INV-005"],
        &["X402-EVMSW-007", "INV-005"],
        |cx| Box::pin(async move { agrees(&cx, payers::delegated_to_mute(&cx).await?).await }),
    ),
];

/// A payment that may be taken: it settles when it is, and when it is not, that is because of its signature.
async fn pays(cx: &Cx, payment: Payment) -> Judged {
    let verified = cx.verify(&payment).await?;
    cx.must_have_answered(&verified)?;
    if verified.said == Said::Yes {
        return settles(cx, &payment, cx.rule()).await;
    }
    stays_refused(cx, &payment).await?;
    if is_unsupported(&verified) {
        return Err(Stop::NotApplicable(format!(
            "it is refused ({}), and nobody has to take it",
            verified.in_short()
        )));
    }
    cx.find(Violation {
        requirement: cx.rule(),
        kind: "refused-valid",
        want: "isValid true, or a refusal as a signature that is not supported".into(),
        reply: Some(&verified),
        ..Violation::default()
    });
    Ok(())
}

/// Whether a refusal says that such signatures are not taken, and not that something else is wrong.
fn is_unsupported(reply: &Reply) -> bool {
    let classes = reply.reason().map_or(&[][..], |text| reason::classify(&text));
    classes
        .iter()
        .any(|class| matches!(class, ReasonClass::Signature | ReasonClass::Payload | ReasonClass::Scheme))
}

/// A payment about which the documents are silent: what is said is recorded, and both endpoints say the same.
pub(super) async fn agrees(cx: &Cx, payment: Payment) -> Judged {
    let verified = cx.verify(&payment).await?;
    cx.must_have_answered(&verified)?;
    if verified.said == Said::Yes {
        cx.note("accepted");
        return settles(cx, &payment, "INV-005").await;
    }
    cx.note(format!("refused: {}", verified.reason().unwrap_or_else(|| verified.got())));
    stays_refused(cx, &payment).await
}

/// What `/verify` has called valid settles.
async fn settles(cx: &Cx, payment: &Payment, requirement: &str) -> Judged {
    let (settled, money) = cx.settle(payment).await?;
    cx.must_have_answered(&settled)?;
    if settled.said != Said::Yes && !is_pending(&settled) {
        cx.find(Violation {
            requirement,
            kind: "verified-but-not-settled",
            want: "success true after isValid true".into(),
            reply: Some(&settled),
            chain: money.lines,
            ..Violation::default()
        });
    }
    Ok(())
}

/// What `/verify` has refused, `/settle` refuses too.
async fn stays_refused(cx: &Cx, payment: &Payment) -> Judged {
    let (settled, money) = cx.settle(payment).await?;
    if settled.said == Said::Yes {
        cx.find(Violation {
            requirement: "INV-005",
            kind: "refused-but-settled",
            want: "the verdict of /verify".into(),
            reply: Some(&settled),
            chain: money.lines,
            ..Violation::default()
        });
    }
    Ok(())
}

/// A success without money is found by the money itself.
async fn owner_replaced(cx: Cx) -> Judged {
    let mut payment = payers::wallet(&cx).await?;
    let verified = cx.verify(&payment).await?;
    cx.must_have_answered(&verified)?;
    if verified.said != Said::Yes {
        return Err(Stop::NotApplicable(format!(
            "a smart wallet's payment is refused ({}), and nobody has to take it",
            verified.in_short()
        )));
    }
    let next = cx.key("next owner").address();
    cx.world.chain.set_wallet_owner(payment.draft.authorization.from, next).await?;
    payment.changes.push("the wallet has got another owner since it was verified".into());
    payment.judged = Some(payers::unsigned());
    let block = cx.world.chain.block_number().await?;
    let (settled, money) = cx.settle(&payment).await?;
    cx.must_have_answered(&settled)?;
    match &settled.said {
        Said::Unclear(_) => cx.find(Violation {
            requirement: cx.rule(),
            kind: "illegible-answer",
            want: "success false".into(),
            reply: Some(&settled),
            chain: money.lines,
            ..Violation::default()
        }),
        Said::No => cx.note(format!("refused: {}", settled.reason().unwrap_or_else(|| settled.got()))),
        Said::Yes | Said::Nothing(_) => {}
    }
    nothing_was_broadcast(&cx, &payment, &settled, block).await
}

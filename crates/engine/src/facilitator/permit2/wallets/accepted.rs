//! Payments that a wallet accepts: whoever takes them settles them.

use super::{check, payers};
use crate::check::{Check, Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::facilitator::money::is_pending;
use crate::facilitator::permit2::money::settle;
use crate::facilitator::permit2::payment::Payment;
use crate::history::{Endpoint, Said};
use crate::reply::Reply;
use gauntlet_wire::permit2::Permit2Scheme;
use gauntlet_wire::{ReasonClass, reason};

const RISK: &str = "a server serves a wallet's payment that never settles, or turns away a good one";

pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for scheme in Permit2Scheme::ALL {
        checks.push(check(
            scheme,
            "deployed",
            "a smart wallet pays with its owner's signature, where such wallets are taken",
            &["X402-EVMSW-001"],
            RISK,
            move |cx| async move { pays(&cx, payers::wallet(&cx, scheme).await?).await },
        ));
        checks.push(check(
            scheme,
            "owner-replaced",
            "a wallet that gets another owner after /verify does not pay with the old one's signature",
            &["X402-EVMSW-008"],
            RISK,
            move |cx| owner_replaced(cx, scheme),
        ));
        checks.push(check(
            scheme,
            "counterfactual",
            "/verify and /settle agree about a smart wallet that is yet to be made",
            &["X402-EVMSW-003", "INV-005"],
            RISK,
            move |cx| async move { agrees(&cx, payers::unborn(&cx, scheme).await?).await },
        ));
        checks.push(check(
            scheme,
            "delegated",
            "/verify and /settle agree about an account whose code is delegated to a wallet that accepts its key",
            &["X402-EVMSW-007", "INV-005"],
            RISK,
            move |cx| async move { agrees(&cx, payers::delegated(&cx, scheme).await?).await },
        ));
        checks.push(check(
            scheme,
            "delegated-mute",
            "/verify and /settle agree about an account whose code is delegated to what answers for no signature",
            &["X402-EVMSW-007", "INV-005"],
            RISK,
            move |cx| async move { agrees(&cx, payers::delegated_to_mute(&cx, scheme).await?).await },
        ));
    }
    checks
}

/// A payment that may be taken: it settles when it is, and when it is not, that is because of its signature.
async fn pays(cx: &Cx, payment: Payment) -> Judged {
    let verified = both(cx, &payment, cx.rule()).await?;
    if verified.said == Said::Yes {
        return Ok(());
    }
    let classes = verified.reason().map_or(&[][..], |text| reason::classify(&text));
    if classes.iter().any(|class| matches!(class, ReasonClass::Signature | ReasonClass::Payload)) {
        let refused = verified.in_short();
        return Err(Stop::NotApplicable(format!("it is refused ({refused}), and nobody has to take it")));
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

/// A payment about which the documents are silent: what is said is recorded, and both endpoints say the same.
async fn agrees(cx: &Cx, payment: Payment) -> Judged {
    let verified = both(cx, &payment, "INV-005").await?;
    cx.note(format!("/verify: {}", verified.in_short()));
    Ok(())
}

/// Presents it to both endpoints: what `/verify` calls valid settles, and what it refuses does not.
async fn both(cx: &Cx, payment: &Payment, requirement: &str) -> Result<Reply, Stop> {
    let verified = payment.present(cx, Endpoint::Verify).await?;
    cx.must_have_answered(&verified)?;
    let settled = settle(cx, payment, payment.draft.terms.amount).await?.reply;
    let violation = Violation { reply: Some(&settled), ..Violation::default() };
    match (&verified.said, &settled.said) {
        (Said::Yes, Said::Yes) => {}
        (Said::Yes, _) if is_pending(&settled) => {}
        (Said::Yes, _) => cx.find(Violation {
            requirement,
            kind: "verified-but-not-settled",
            want: "success true after isValid true".into(),
            ..violation
        }),
        (_, Said::Yes) => cx.find(Violation {
            requirement: "INV-005",
            kind: "refused-but-settled",
            want: "the verdict of /verify".into(),
            ..violation
        }),
        _ => {}
    }
    Ok(verified)
}

/// A success without money is found by the money itself.
async fn owner_replaced(cx: Cx, scheme: Permit2Scheme) -> Judged {
    let mut payment = payers::wallet(&cx, scheme).await?;
    let verified = payment.present(&cx, Endpoint::Verify).await?;
    cx.must_have_answered(&verified)?;
    if verified.said != Said::Yes {
        let refused = verified.in_short();
        return Err(Stop::NotApplicable(format!("it is refused ({refused}), and nobody has to take it")));
    }
    let next = cx.key("next owner").address();
    cx.world.chain.set_wallet_owner(payment.draft.authorization.from, next).await?;
    payment.told("the wallet has got another owner since it was verified");
    payment.judged = Some(payers::unsigned());
    let settled = settle(&cx, &payment, payment.draft.terms.amount).await?.reply;
    if settled.said == Said::Yes {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "accepted-invalid",
            want: "success false: the wallet does not accept the signature any more".into(),
            reply: Some(&settled),
            ..Violation::default()
        });
    }
    Ok(())
}

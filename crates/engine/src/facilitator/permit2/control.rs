//! The plain payment over Permit2, which must work wherever it is claimed.

use super::money::settle;
use super::payment::Payment;
use super::{check, claims_upto, facilitator_member, payment, upto_kind};
use crate::check::{Check, Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::history::{Endpoint, Said};
use gauntlet_wire::U256;
use gauntlet_wire::permit2::Permit2Scheme;

const RISK: &str = "whoever pays over Permit2 cannot pay, or pays something else than was signed";

pub(super) fn checks() -> Vec<Check> {
    vec![
        check(
            "permit2.control",
            "a valid exact payment over Permit2 verifies, settles, and moves the price to the payee",
            &["X402-EVMP2-018", "X402V2-FA-SETTLE-002"],
            RISK,
            |cx| plain(cx, Permit2Scheme::Exact),
        ),
        check(
            "upto.control",
            "a valid upto payment verifies and settles its whole amount",
            &["X402-UPTO-018"],
            RISK,
            |cx| plain(cx, Permit2Scheme::Upto),
        ),
        check(
            "upto.supported",
            "/supported names the account that settles upto payments",
            &["X402-UPTO-002"],
            "whoever pays cannot name the facilitator, and no payment can be settled",
            named,
        ),
        check(
            "permit2.large-amount",
            "an amount beyond 2^64 is verified, moved and told whole",
            &["X402-EVMP2-023", "X402-EVMP2-018"],
            "an amount is cut or rounded, and somebody pays or gets less than was agreed",
            large,
        ),
    ]
}

async fn plain(cx: Cx, scheme: Permit2Scheme) -> Judged {
    // What is claimed must work; what is not is asked for, and may be refused.
    let payment = match scheme {
        Permit2Scheme::Upto if claims_upto(&cx) => Payment::of(&cx, scheme).await?,
        _ => payment(&cx, scheme).await?,
    };
    works(&cx, &payment, payment.draft.terms.amount).await
}

async fn named(cx: Cx) -> Judged {
    let Some(kind) = upto_kind(&cx) else {
        if claims_upto(&cx) {
            cx.find(Violation {
                requirement: cx.rule(),
                kind: "not-listed",
                want: "scheme upto on this network in /supported, since the manifest claims it".into(),
                got: "no such kind".into(),
                ..Violation::default()
            });
            return Ok(());
        }
        return Err(Stop::NotApplicable("/supported does not list scheme upto on this network".into()));
    };
    let member = facilitator_member(&cx);
    let named = kind.get("extra").and_then(|extra| extra.get(member)?.as_str());
    if named.is_none_or(|named| named.parse::<gauntlet_wire::Address>().is_err()) {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "no-facilitator-address",
            want: format!("extra.{member} in the upto kind"),
            got: kind.to_string(),
            ..Violation::default()
        });
    }
    Ok(())
}

async fn large(cx: Cx) -> Judged {
    let plain = payment(&cx, Permit2Scheme::Exact).await?;
    // One token of 24 digits: beyond 64 bits, and beyond what a double can tell from its neighbour.
    let amount = U256::from(10).pow(U256::from(24)) + U256::ONE;
    let large = Payment::in_token(&cx, Permit2Scheme::Exact, plain.draft.terms.token.clone(), amount).await?;
    works(&cx, &large, amount).await
}

/// Verifies and settles, and both must be a yes.
pub(super) async fn works(cx: &Cx, payment: &Payment, due: U256) -> Judged {
    let verified = payment.present(cx, Endpoint::Verify).await?;
    cx.must_have_answered(&verified)?;
    if verified.said != Said::Yes {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "refused-valid",
            want: "isValid true".into(),
            reply: Some(&verified),
            ..Violation::default()
        });
        return Ok(());
    }
    let settled = settle(cx, payment, due).await?;
    if settled.reply.said != Said::Yes {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "refused-valid",
            want: "success true".into(),
            reply: Some(&settled.reply),
            ..Violation::default()
        });
    }
    tells_amount(cx, payment, &settled.reply, due);
    Ok(())
}

/// The answer to an `upto` payment must say what was charged; one to an `exact` payment must not say anything else.
pub(super) fn tells_amount(cx: &Cx, payment: &Payment, reply: &crate::reply::Reply, due: U256) {
    let said = reply.settle().and_then(|answer| answer.amount);
    let is_upto = payment.draft.scheme == Permit2Scheme::Upto;
    if reply.said == Said::Yes && (is_upto || said.is_some()) && said.as_deref() != Some(&due.to_string()) {
        cx.find(Violation {
            requirement: if is_upto { "X402-UPTO-019" } else { "X402-EVMP2-018" },
            kind: "wrong-amount",
            want: format!("amount {due}, what was charged"),
            got: said.map_or_else(|| "no amount".into(), |said| format!("amount {said}")),
            reply: Some(reply),
            ..Violation::default()
        });
    }
}

//! Scheme `upto`: what is charged may be less than what was permitted, and never more.

use super::control::tells_amount;
use super::money::settle;
use super::{check, payment};
use crate::check::{Check, Judged};
use crate::cx::{Cx, Violation};
use crate::history::Said;
use gauntlet_wire::U256;
use gauntlet_wire::permit2::Permit2Scheme;

const OVERCHARGED: &str = "a payer is charged more than was asked for";
const ABOVE: &str = "a payer is charged more than was permitted, or a merchant is told so";

pub(super) fn checks() -> Vec<Check> {
    vec![
        check(
            "upto.settle.below",
            "/settle moves what is charged and not the maximum, and says how much it was",
            &["X402-UPTO-018", "X402-UPTO-017", "X402-UPTO-019"],
            OVERCHARGED,
            |cx| charged(cx, |price| price * U256::from(37) / U256::from(100)),
        ),
        check(
            "upto.settle.one-unit",
            "/settle moves a single unit when that is charged",
            &["X402-UPTO-018", "X402-UPTO-019"],
            OVERCHARGED,
            |cx| charged(cx, |_| U256::ONE),
        ),
        check(
            "upto.settle.zero",
            "/settle of nothing succeeds without a transaction",
            &["X402-UPTO-016"],
            "a request that cost nothing is charged, or cannot be closed",
            zero,
        ),
        check(
            "upto.settle.above",
            "/settle refuses to charge one unit more than was permitted, and moves nothing",
            &["X402-UPTO-015"],
            ABOVE,
            |cx| above(cx, |price| price + U256::ONE),
        ),
        check(
            "upto.settle.far-above",
            "/settle refuses to charge the largest number there is, and moves nothing",
            &["X402-UPTO-015"],
            ABOVE,
            |cx| above(cx, |_| U256::MAX),
        ),
        check(
            "upto.settle.payee-changed",
            "/settle refuses requirements whose payee was changed after verification",
            &["X402-UPTO-022"],
            "the money goes to somebody else than the merchant, who serves for nothing",
            another_payee,
        ),
    ]
}

async fn charged(cx: Cx, part: fn(U256) -> U256) -> Judged {
    let payment = payment(&cx, Permit2Scheme::Upto).await?;
    let due = part(payment.draft.terms.amount);
    let charged = payment.charging(due);
    let settled = settle(&cx, &charged, due).await?;
    if settled.reply.said != Said::Yes {
        refused_valid(&cx, &settled.reply);
    }
    tells_amount(&cx, &charged, &settled.reply, due);
    Ok(())
}

async fn zero(cx: Cx) -> Judged {
    let payment = payment(&cx, Permit2Scheme::Upto).await?.charging(U256::ZERO);
    let settled = settle(&cx, &payment, U256::ZERO).await?;
    match settled.reply.said {
        Said::Yes => tells_amount(&cx, &payment, &settled.reply, U256::ZERO),
        _ => refused_valid(&cx, &settled.reply),
    }
    Ok(())
}

async fn above(cx: Cx, amount: fn(U256) -> U256) -> Judged {
    let payment = payment(&cx, Permit2Scheme::Upto).await?;
    let price = payment.draft.terms.amount;
    let charged = payment.charging(amount(price));
    let settled = settle(&cx, &charged, price).await?;
    must_refuse(&cx, &settled.reply);
    Ok(())
}

async fn another_payee(cx: Cx) -> Judged {
    let mut payment = payment(&cx, Permit2Scheme::Upto).await?;
    payment.draft.terms.pay_to = cx.stranger();
    payment.told("payTo of the requirements → another account");
    let due = payment.draft.terms.amount;
    let settled = settle(&cx, &payment, due).await?;
    must_refuse(&cx, &settled.reply);
    Ok(())
}

fn refused_valid(cx: &Cx, reply: &crate::reply::Reply) {
    cx.find(Violation {
        requirement: cx.rule(),
        kind: "refused-valid",
        want: "success true".into(),
        reply: Some(reply),
        ..Violation::default()
    });
}

fn must_refuse(cx: &Cx, reply: &crate::reply::Reply) {
    if reply.said == Said::Yes {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "accepted-invalid",
            want: "success false".into(),
            reply: Some(reply),
            ..Violation::default()
        });
    }
}

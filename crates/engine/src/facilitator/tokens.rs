//! Tokens that do not do what is expected of one, where that shows in more than the money. The others are scenarios, in
//! `scenarios/facilitator`.

use super::{Row, Topic};
use crate::check::{Judged, Lane, Stop};
use crate::cx::{Cx, Violation};
use crate::history::Said;
use crate::reply::Reply;

/// How long an answer may be that refuses what a token reverts, bytes. The token's reason has 48 KiB.
const LONGEST: usize = 8 * 1024;

const TOKENS: Topic = Topic {
    lane: Lane::Parallel,
    risk: "a token of the sender's writes what it likes into answers, logs and pages, or pays nobody",
};

/// The rows.
pub(super) const ROWS: &[Row] = &[TOKENS.twins(
    "facilitator.settle.token-shouting",
    "a token that reverts with a long and hostile reason is refused, and its reason is not passed on",
    &["X402-TOKEN-003", "X402-TOKEN-004"],
    &["X402-TOKEN-003", "X402-TOKEN-004"],
    |cx| Box::pin(async move { shouting(&cx).await }),
)];

async fn shouting(cx: &Cx) -> Judged {
    let token = cx.world.chain.tokens().awkward("shouting").cloned();
    let token = token.ok_or_else(|| Stop::Harness("the chain has no token called shouting".into()))?;
    let mut payment = cx.payment_in(cx.version(), token).await?;
    payment.changes.push("the asset is a token that reverts with 48 KiB of text".into());
    payment.money_rule = cx.rule();
    let verified = cx.verify(&payment).await?;
    cx.must_have_answered(&verified)?;
    if verified.said == Said::Yes {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "accepted-invalid",
            want: "isValid false for a payment that the token will not take".into(),
            reply: Some(&verified),
            class: Some(gauntlet_report::Class::W),
            ..Violation::default()
        });
    }
    must_be_short(cx, &verified);
    let (settled, _) = cx.settle(&payment).await?;
    cx.must_have_answered(&settled)?;
    must_be_short(cx, &settled);
    Ok(())
}

fn must_be_short(cx: &Cx, reply: &Reply) {
    let length = reply.exchange.response.as_ref().map_or(0, |response| response.body.len());
    if length > LONGEST {
        cx.find(Violation {
            requirement: "X402-TOKEN-004",
            kind: "passes-revert-text-on",
            want: format!("an answer of at most {LONGEST} bytes"),
            got: format!("{length} bytes"),
            reply: Some(reply),
            ..Violation::default()
        });
    }
}

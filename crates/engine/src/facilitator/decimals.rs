//! Tokens with different decimals in one run. Amounts are atomic units, and a facilitator need not know what a token's
//! decimals are: it must not mistake the units of one token for those of another.

use super::{Row, Topic};
use crate::check::{Judged, Lane, Stop};
use crate::cx::{Cx, Violation};
use crate::history::Said;
use crate::payment::Payment;
use gauntlet_wire::{Mutation, Token};

const DECIMALS: Topic =
    Topic { lane: Lane::Parallel, risk: "a merchant is paid a millionth of a millionth of the price" };

/// The rows.
pub(super) const ROWS: &[Row] = &[
    DECIMALS.twins(
        "facilitator.decimals.each-its-own",
        "twenty dollars settle in a token with six decimals and in one with eighteen, each in its own units",
        &["X402-DECIMALS-001", "X402-EVM3009-028"],
        &["X402-DECIMALS-001", "X402-EVM3009-028"],
        |cx| Box::pin(async move { each_its_own(&cx).await }),
    ),
    DECIMALS.twins(
        "facilitator.decimals.six-for-eighteen",
        "a cent as six decimals count it does not pay a cent of a token with eighteen",
        &["X402-DECIMALS-002", "X402-EVM3009-008"],
        &["X402-DECIMALS-002", "X402-EVM3009-008"],
        |cx| Box::pin(async move { six_for_eighteen(&cx).await }),
    ),
];

/// Two regular tokens, with six decimals and with eighteen; the network's own where it has them.
fn pair(cx: &Cx) -> Result<[Token; 2], Stop> {
    let tokens = cx.world.chain.tokens();
    let known = [Some(&tokens.usdc), Some(&tokens.other), tokens.awkward("eighteen")];
    let with = |decimals: u8| known.iter().flatten().find(|token| token.decimals == decimals).copied();
    match (with(6), with(18)) {
        (Some(six), Some(eighteen)) => Ok([six.clone(), eighteen.clone()]),
        _ => Err(Stop::Harness("the chain has no tokens with six and with eighteen decimals".into())),
    }
}

/// A payment of so many cents by a payer who owns ten times as much.
async fn of_cents(cx: &Cx, token: &Token, cents: u64) -> Result<Payment, Stop> {
    let plain = cx.payment_in(cx.version(), token.clone()).await?;
    let terms = gauntlet_wire::Terms { amount: token.cents(cents), ..plain.draft.terms };
    cx.payment_of_terms(cx.version(), terms, cx.now).await
}

/// # Errors
/// [`Stop::NotApplicable`] when the target does not take a plain cent of the token.
async fn must_take(cx: &Cx, token: &Token) -> Judged {
    let reply = cx.verify(&of_cents(cx, token, 1).await?).await?;
    cx.must_have_answered(&reply)?;
    if reply.said == Said::Yes {
        return Ok(());
    }
    let (name, decimals) = (&token.name, token.decimals);
    Err(Stop::NotApplicable(format!(
        "/verify takes no payment in {name}, a token with {decimals} decimals: {}",
        reply.in_short()
    )))
}

async fn each_its_own(cx: &Cx) -> Judged {
    let pair = pair(cx)?;
    for token in &pair {
        must_take(cx, token).await?;
    }
    for token in &pair {
        let payment = of_cents(cx, token, 2_000).await?;
        let (settled, money) = cx.settle(&payment).await?;
        cx.must_have_answered(&settled)?;
        if settled.said != Said::Yes && !super::money::is_pending(&settled) {
            cx.find(Violation {
                requirement: cx.rule(),
                kind: "refused-valid",
                want: format!("success for {} units of {}", payment.draft.terms.amount, token.name),
                reply: Some(&settled),
                chain: money.lines,
                ..Violation::default()
            });
        }
    }
    Ok(())
}

async fn six_for_eighteen(cx: &Cx) -> Judged {
    let [six, eighteen] = pair(cx)?;
    must_take(cx, &eighteen).await?;
    let payment = of_cents(cx, &eighteen, 1).await?.with(&Mutation::Value(six.cents(1)));
    let verified = cx.verify(&payment).await?;
    cx.must_have_answered(&verified)?;
    let (settled, money) = cx.settle(&payment).await?;
    cx.must_have_answered(&settled)?;
    for (reply, want) in [(&verified, "isValid false"), (&settled, "success false")] {
        if reply.said == Said::Yes {
            cx.find(Violation {
                requirement: cx.rule(),
                kind: "accepted-invalid",
                want: want.into(),
                reply: Some(reply),
                chain: money.lines.clone(),
                ..Violation::default()
            });
        }
    }
    Ok(())
}

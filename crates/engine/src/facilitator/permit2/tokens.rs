//! Payments over Permit2 in tokens that are not what payment software expects, and in those with other decimals. Nobody
//! has to take a token: what is asked of a target is that its successes are true.

use super::money::settle;
use super::payment::Payment;
use super::{check, payment};
use crate::check::{Check, Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::history::{Endpoint, Said};
use gauntlet_wire::permit2::Permit2Scheme;
use gauntlet_wire::{Token, U256};

const NOBODY: &str = "a server serves for a transaction that paid nobody, or too little";

pub(super) fn checks() -> Vec<Check> {
    vec![
        check(
            "permit2.settle.token-mute",
            "a token that returns nothing is settled with its Transfer, or not at all",
            &["X402-EVMP2-018", "X402-TOKEN-005"],
            NOBODY,
            |cx| of_awkward(cx, "mute"),
        ),
        check(
            "permit2.settle.token-refusing",
            "a token that answers false and moves nothing is not called a settlement",
            &["X402-EVMP2-018", "X402-TOKEN-001"],
            NOBODY,
            |cx| of_awkward(cx, "refusing"),
        ),
        check(
            "permit2.settle.every-decimals",
            "a cent in each token of the network settles in that token's own units",
            &["X402-EVMP2-018", "X402-DECIMALS-001"],
            NOBODY,
            every_token,
        ),
        check(
            "permit2.settle.six-for-eighteen",
            "a cent as six decimals count it does not pay a cent of a token with eighteen",
            &["X402-DECIMALS-002"],
            "a merchant is paid a millionth of a millionth of the price",
            six_for_eighteen,
        ),
    ]
}

async fn in_token(cx: &Cx, token: &Token) -> Result<Payment, Stop> {
    Payment::in_token(cx, Permit2Scheme::Exact, token.clone(), token.cents(1)).await
}

fn awkward(cx: &Cx, name: &str) -> Result<Token, Stop> {
    let token = cx.world.chain.tokens().awkward(name).cloned();
    token.ok_or_else(|| Stop::Harness(format!("the chain has no token called {name}")))
}

async fn of_awkward(cx: Cx, name: &str) -> Judged {
    payment(&cx, Permit2Scheme::Exact).await?;
    let token = awkward(&cx, name)?;
    let mut payment = in_token(&cx, &token).await?;
    payment.told(format!("the token is {name}"));
    let settled = settle(&cx, &payment, token.cents(1)).await?;
    cx.note(settled.reply.in_short());
    Ok(())
}

/// The tokens of the network, with six decimals and with eighteen, and where it has only one kind a token of the other.
async fn every_token(cx: Cx) -> Judged {
    payment(&cx, Permit2Scheme::Exact).await?;
    let tokens = cx.world.chain.tokens();
    let of_network = std::iter::once(&tokens.usdc).chain(tokens.more.iter().map(|more| &more.token));
    let all: Vec<&Token> = of_network.chain([&tokens.other]).chain(tokens.awkward("eighteen")).collect();
    for token in all {
        let payment = in_token(&cx, token).await?;
        let settled = settle(&cx, &payment, token.cents(1)).await?;
        if settled.reply.said != Said::Yes {
            cx.note(format!("{}, {} decimals: {}", token.name, token.decimals, settled.reply.in_short()));
        }
    }
    Ok(())
}

async fn six_for_eighteen(cx: Cx) -> Judged {
    payment(&cx, Permit2Scheme::Exact).await?;
    let token = awkward(&cx, "eighteen")?;
    let good = in_token(&cx, &token).await?.present(&cx, Endpoint::Verify).await?;
    cx.must_have_answered(&good)?;
    if good.said != Said::Yes {
        return Err(Stop::NotApplicable("/verify takes no payment in the token with 18 decimals".into()));
    }
    let price = token.cents(1);
    let short = Payment::in_token(&cx, Permit2Scheme::Exact, token, U256::from(10_000)).await?;
    let short = short.charging(price);
    let verified = short.present(&cx, Endpoint::Verify).await?;
    cx.must_have_answered(&verified)?;
    let settled = settle(&cx, &short, price).await?;
    for (reply, want) in [(&verified, "isValid false"), (&settled.reply, "success false")] {
        if reply.said == Said::Yes {
            cx.find(Violation {
                requirement: cx.rule(),
                kind: "accepted-invalid",
                want: want.into(),
                reply: Some(reply),
                ..Violation::default()
            });
        }
    }
    Ok(())
}

//! What a facilitator gives payers who have no coins for the gas of their approval.

use super::{approved, attach, check};
use crate::check::{Check, Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::facilitator::money::is_pending;
use crate::facilitator::permit2::money::settle;
use crate::history::{Endpoint, Said};
use gauntlet_wire::permit2::Permit2Scheme;
use gauntlet_wire::{Address, U256};

const DRAINED: &str = "whoever signs approvals drains the facilitator of the coins that it pays gas with";
const LOST: &str = "a server serves a payment that never settles";
/// No approval costs as much, wei: a tenth of a coin.
const FAR_TOO_MUCH: u64 = 100_000_000_000_000_000;
/// An approval that may use so much gas at such a price, wei, could cost a hundred coins.
const DEAR: (u64, u128) = (5_000_000, 20_000_000_000_000);

/// In scheme `exact`, of which alone the extension speaks.
pub(super) fn checks() -> Vec<Check> {
    vec![
        check(
            Permit2Scheme::Exact,
            "without-gas",
            "a payer without coins for the gas of his approval pays, or is refused by /verify",
            &["EXT-20GS-010", "INV-005"],
            LOST,
            without_gas,
        ),
        check(
            Permit2Scheme::Exact,
            "doomed-gets-nothing",
            "a payer without coins and without the money gets no coins for his approval",
            &["EXT-20GS-013"],
            DRAINED,
            doomed,
        ),
        check(
            Permit2Scheme::Exact,
            "gift-bounded",
            "an approval whose gas may cost a fortune gets no fortune",
            &["EXT-20GS-013"],
            DRAINED,
            dear,
        ),
    ]
}

async fn without_gas(cx: Cx) -> Judged {
    let (mut payment, unsent) = approved(&cx, Permit2Scheme::Exact, 0).await?;
    payment.told("the payer has no coins");
    attach(&mut payment, &unsent);
    let verified = payment.present(&cx, Endpoint::Verify).await?;
    cx.must_have_answered(&verified)?;
    let settled = settle(&cx, &payment, payment.draft.terms.amount).await?.reply;
    if verified.said != Said::Yes {
        return match settled.said {
            Said::Yes => Ok(()),
            _ => Err(Stop::NotApplicable(format!("it gives no coins: {}", verified.in_short()))),
        };
    }
    if settled.said == Said::No && !is_pending(&settled) {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "verified-but-not-settled",
            want: "coins for the gas of the approval, or isValid false".into(),
            reply: Some(&settled),
            ..Violation::default()
        });
    }
    Ok(())
}

async fn doomed(cx: Cx) -> Judged {
    let (mut payment, unsent) = approved(&cx, Permit2Scheme::Exact, 0).await?;
    let (token, payer) = (payment.draft.terms.token.address, payment.payer.address());
    let short = payment.draft.terms.amount - U256::ONE;
    cx.world.chain.set_balance(token, payer, short).await?;
    payment.view.balance = short;
    payment.told(format!("the payer has no coins; balance → {short}"));
    attach(&mut payment, &unsent);
    let verified = payment.present(&cx, Endpoint::Verify).await?;
    cx.must_have_answered(&verified)?;
    settle(&cx, &payment, payment.draft.terms.amount).await?;
    gets_at_most(&cx, payer, U256::ZERO).await
}

async fn dear(cx: Cx) -> Judged {
    let (mut payment, mut unsent) = approved(&cx, Permit2Scheme::Exact, 0).await?;
    (unsent.gas_limit, unsent.max_fee) = DEAR;
    payment.told(format!("the payer has no coins; the gas of the approval may cost {} wei", unsent.cost()));
    attach(&mut payment, &unsent);
    let verified = payment.present(&cx, Endpoint::Verify).await?;
    cx.must_have_answered(&verified)?;
    settle(&cx, &payment, payment.draft.terms.amount).await?;
    gets_at_most(&cx, payment.payer.address(), U256::from(FAR_TOO_MUCH)).await
}

/// What the payer has afterwards and had not before, wei.
async fn gets_at_most(cx: &Cx, payer: Address, most: U256) -> Judged {
    let given = cx.world.chain.eth_balance(payer).await?;
    cx.note(format!("{payer} has {given} wei afterwards"));
    if given > most {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "coins-given-away",
            want: format!("at most {most} wei for the payer"),
            got: format!("{given} wei"),
            chain: vec![format!("balance({payer}) = {given} wei")],
            ..Violation::default()
        });
    }
    Ok(())
}

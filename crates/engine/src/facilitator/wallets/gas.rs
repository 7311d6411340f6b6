//! What a wallet or its factory makes a facilitator spend on gas. How the payment ends does not matter here.

use super::payers;
use super::{Row, Topic, transactions};
use crate::check::{Judged, Lane, Stop};
use crate::cx::{Cx, Violation};
use crate::facilitator::gas::BOUND;
use crate::facilitator::money::transactions_for;
use crate::payment::Payment;
use gauntlet_chain::OddWallet;
use gauntlet_wire::U256;

const GAS: Topic =
    Topic { lane: Lane::Exclusive, risk: "one request of anybody's empties the facilitator's purse" };

/// The rows.
pub(super) const ROWS: &[Row] = &[
    GAS.twins(
        "facilitator.wallets.gas-costly",
        "a wallet that uses five million gas to say yes does not make its settlement cost that much",
        &["X402-EVMSW-006"],
        &["X402-EVMSW-006"],
        |cx| {
            let what = "the payer is a wallet that uses five million gas before it says yes";
            Box::pin(async move {
                let payment = payers::odd_wallet(&cx, OddWallet::Costly, what).await?;
                bounded(&cx, payment).await
            })
        },
    ),
    GAS.twins(
        "facilitator.wallets.gas-trap",
        "a wallet that says yes to simulations and uses all gas in transactions does not cost much gas",
        &["X402-EVMSW-006"],
        &["X402-EVMSW-006"],
        |cx| {
            let what = "the payer is a wallet that says yes to a simulation and never ends in a transaction";
            Box::pin(async move {
                let payment = payers::odd_wallet(&cx, OddWallet::Trap, what).await?;
                bounded(&cx, payment).await
            })
        },
    ),
    GAS.twins(
        "facilitator.wallets.gas-factory",
        "a factory that uses all gas and makes nothing does not cost much gas",
        &["X402-EVMSW-006"],
        &["X402-EVMSW-006"],
        |cx| {
            Box::pin(async move {
                let (payment, _) = payers::unborn_of_rogue(&cx, true).await?;
                bounded(&cx, payment).await
            })
        },
    ),
];

/// Settles a payment and counts what that cost the target's signers.
pub(in crate::facilitator) async fn bounded(cx: &Cx, payment: Payment) -> Judged {
    let block = cx.world.chain.block_number().await?;
    let before = purse(cx).await?;
    let (reply, _) = cx.settle(&payment).await?;
    cx.must_have_answered(&reply)?;
    let spent = before.saturating_sub(purse(cx).await?);
    let sent = transactions_for(cx, &payment.key(), block + 1).await?;
    let gas: u64 = sent.iter().map(|transaction| transaction.gas_used).sum();
    let lines: Vec<String> = sent
        .iter()
        .map(|it| {
            let outcome = if it.status { "succeeded" } else { "reverted" };
            format!("transaction {} from {} {outcome} and used {} gas", it.hash, it.from, it.gas_used)
        })
        .collect();
    cx.tell_chain(sent.last().map_or(block, |transaction| transaction.block), &lines);
    let cost = format!("{gas} gas in {}, {spent} wei", transactions(sent.len()));
    cx.note(format!("{}; it cost {cost}", reply.in_short()));
    if gas > BOUND {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "gas-without-bound",
            want: format!("at most {BOUND} gas for one payment"),
            got: cost,
            reply: Some(&reply),
            chain: lines,
            ..Violation::default()
        });
    }
    Ok(())
}

/// What the target's signers own, wei.
async fn purse(cx: &Cx) -> Result<U256, Stop> {
    if cx.world.claims.signers.is_empty() {
        return Err(Stop::NotApplicable("/supported names no signers whose gas could be counted".into()));
    }
    let mut purse = U256::ZERO;
    for signer in &cx.world.claims.signers {
        purse += cx.world.chain.eth_balance(*signer).await?;
    }
    Ok(purse)
}

//! What one request can cost a facilitator in gas: by its token here, over the whole run in the ledger's invariants, by
//! the payer's wallet in [`wallets`](super::wallets).

use super::wallets::gas::bounded;
use super::{Row, Topic};
use crate::check::{Judged, Lane, Stop};
use crate::cx::Cx;

/// The most gas that one payment may cost before it is worth a warning. A plain transfer with authorization takes 60,000
/// to 100,000 and that of a smart wallet about as much again: this is ten times the plain one, and more.
pub(crate) const BOUND: u64 = 1_000_000;

const RISK: &str = "one request of anybody's empties the facilitator's purse";
const GAS: Topic = Topic { lane: Lane::Exclusive, risk: RISK };
const BOOKS: Topic = Topic { lane: Lane::Last, risk: RISK };

/// The rows.
pub(super) const ROWS: &[Row] = &[
    GAS.twins(
        "facilitator.gas.hungry-token",
        "a token that uses five million gas does not make its settlement cost that much",
        &["X402-GAS-001"],
        &["X402-GAS-001"],
        |cx| Box::pin(async move { of_token(&cx, "hungry").await }),
    ),
    GAS.twins(
        "facilitator.gas.trap-token",
        "a token that pays in simulations and uses all gas in transactions does not cost much gas",
        &["X402-GAS-001"],
        &["X402-GAS-001"],
        |cx| Box::pin(async move { of_token(&cx, "trap").await }),
    ),
    BOOKS.row(
        "facilitator.gas.settled",
        "no plain payment of the run that was settled cost more gas than a bound",
        &["X402-GAS-001"],
        |cx| Box::pin(async move { cx.apply(&cx.check.id).await }),
    ),
    BOOKS.row(
        "facilitator.gas.refused",
        "no payment of the run that was refused cost more gas than a bound",
        &["X402-GAS-001"],
        |cx| Box::pin(async move { cx.apply(&cx.check.id).await }),
    ),
];

async fn of_token(cx: &Cx, name: &str) -> Judged {
    let token = cx.world.chain.tokens().awkward(name).cloned();
    let token = token.ok_or_else(|| Stop::Harness(format!("the chain has no token called {name}")))?;
    let mut payment = cx.payment_in(cx.version(), token).await?;
    payment.changes.push(format!("the asset is the token {name}"));
    bounded(cx, payment).await
}

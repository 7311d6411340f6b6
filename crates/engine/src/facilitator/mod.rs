//! The facilitator trial: every check of `/supported`, `/verify` and `/settle`.
//!
//! Checks are rows of plain tables, one file a topic. A row becomes one check for each protocol version that it
//! names; the v1 twin has `.v1` at the end of its id.

pub mod answers;
mod b402;
pub mod bodies;
pub mod books;
pub mod control;
pub mod crowd;
mod decimals;
pub mod edges;
mod gas;
mod gateway;
pub mod mining;
pub mod money;
pub mod negatives;
mod permit2;
pub mod replay;
pub mod rpc;
pub mod supported;
mod tokens;
pub mod wallets;

use crate::check::{Check, Judged};
use crate::cx::Cx;
use crate::row::{Row, Scope, Topic, versioned};
pub(crate) use gas::BOUND as BOUND_ON_GAS;

/// All checks of the facilitator trial, in the order in which they are listed.
#[must_use]
pub fn checks() -> Vec<Check> {
    let tables: [&[Row]; 13] = [
        control::ROWS,
        supported::ROWS,
        replay::ROWS,
        crowd::ROWS,
        mining::ROWS,
        rpc::ROWS,
        tokens::ROWS,
        decimals::ROWS,
        gas::ROWS,
        control::REPEAT_ROWS,
        answers::ROWS,
        crate::sizes::facilitator::ROWS,
        books::ROWS,
    ];
    let mut checks: Vec<Check> = tables.iter().flat_map(|table| table.iter()).flat_map(Row::checks).collect();
    checks.extend(negatives::checks());
    checks.extend(edges::checks());
    checks.extend(bodies::checks());
    checks.extend(wallets::checks());
    checks.extend(permit2::checks());
    checks.extend(b402::checks());
    checks.extend(gateway::checks());
    checks
}

/// A check of version 2 that runs beside others; `id` is without the role.
fn check<F>(
    id: &str,
    title: &str,
    covers: &[&'static str],
    risk: &'static str,
    body: impl Fn(Cx) -> F + Send + Sync + 'static,
) -> Check
where
    F: Future<Output = Judged> + Send + 'static,
{
    crate::check::check(&format!("facilitator.{id}"), title, covers, risk, body)
}

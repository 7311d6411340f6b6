//! The facilitator trial: every check of `/supported`, `/verify` and `/settle`.
//!
//! Checks are rows of plain tables, one file a topic. A row becomes one check for each protocol version that it
//! names; the v1 twin has `.v1` at the end of its id.

pub mod answers;
pub mod bodies;
pub mod books;
pub mod control;
pub mod crowd;
pub mod edges;
pub mod mining;
pub mod money;
pub mod negatives;
mod permit2;
pub mod replay;
pub mod rpc;
pub mod supported;
pub mod wallets;

use crate::check::Check;
use crate::row::{Row, Scope, Topic, versioned};

/// All checks of the facilitator trial, in the order in which they are listed.
#[must_use]
pub fn checks() -> Vec<Check> {
    let tables: [&[Row]; 10] = [
        control::ROWS,
        supported::ROWS,
        replay::ROWS,
        crowd::ROWS,
        mining::ROWS,
        rpc::ROWS,
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
    checks
}

//! The resource-server trial: money before content, one payment one answer.
//!
//! The harness is the buyer. Behind the server stands our scripted facilitator, which hands everything on to a real
//! one unless a check says otherwise for one payment, so that checks run beside one another. What was served is
//! known by the canary, what was paid by the chain; status codes and wording decide neither.

mod b402;
pub mod books;
pub mod buyer;
pub mod challenge;
pub mod control;
pub mod flow;
pub mod idempotent;
pub mod identifier;
pub mod methods;
pub mod money;
pub mod offer;
pub mod order;
pub mod outage;
pub mod paid;
pub mod paths;
pub mod permit2;
pub mod refused;
pub mod replay;
pub mod rules;
pub mod shop;
pub mod spelled;
pub mod visit;

use crate::check::Check;
use crate::row::Row;

/// All checks of the resource-server trial, in the order in which they are listed.
#[must_use]
pub fn checks() -> Vec<Check> {
    let tables: [&[Row]; 15] = [
        control::ROWS,
        challenge::ROWS,
        paid::ROWS,
        refused::ROWS,
        spelled::ROWS,
        methods::ROWS,
        paths::ROWS,
        replay::ROWS,
        idempotent::ROWS,
        identifier::ROWS,
        order::ROWS,
        outage::ROWS,
        flow::ROWS,
        crate::sizes::server::ROWS,
        books::ROWS,
    ];
    let mut checks: Vec<Check> = tables.iter().flat_map(|table| table.iter()).flat_map(Row::checks).collect();
    checks.extend(refused::checks());
    checks.extend(spelled::checks());
    checks.extend(paths::checks());
    checks.extend(permit2::checks());
    checks.extend(b402::checks());
    checks
}

//! Payers that are no plain accounts with a key: smart wallets (ERC-1271), wallets that are yet to be made (ERC-6492),
//! accounts with delegated code (EIP-7702).
//!
//! Nobody has to take their payments, and a target that refuses them as badly signed is not tried for them. Whoever
//! takes them must not be cheated: no payment that the wallet does not accept, no call of a stranger's factory, no gas
//! without a bound.

mod accepted;
mod factories;
pub(super) mod gas;
mod payers;
mod refused;

use super::{Row, Topic};
use crate::check::Check;

/// The checks of every table.
pub(super) fn checks() -> Vec<Check> {
    let tables: [&[Row]; 4] = [accepted::ROWS, refused::ROWS, factories::ROWS, gas::ROWS];
    tables.iter().flat_map(|table| table.iter()).flat_map(Row::checks).collect()
}

/// A number of transactions, for people.
fn transactions(count: usize) -> String {
    if count == 1 { "1 transaction".into() } else { format!("{count} transactions") }
}

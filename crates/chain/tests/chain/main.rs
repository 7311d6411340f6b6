//! The chain against a real Anvil, which is found or installed as for any user.
#![allow(clippy::unwrap_used, reason = "these are tests; clippy does not see it of their helper functions")]

mod awkward;
mod ceiling;
mod contract;
mod follow;
mod ledger;
mod lifecycle;
mod mining;
mod permit2;
mod stand_ins;
mod state;
mod wallets;
mod world;

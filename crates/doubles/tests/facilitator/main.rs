//! The facilitator double against a real Anvil.

mod mutants;
mod outages;
mod payments;
mod quantum;
mod searched;
mod settling;
mod support;
mod wallets;
mod world;

//! Our own conforming implementations of x402 roles, and their broken variants.
//!
//! The [`facilitator`] double keeps every rule that the suite tests; each entry of [`facilitator::mutants::MUTANTS`] breaks
//! exactly one. They prove that a check can pass, and that it can fail.
//!
//! The [`server`] double sells content for payments and has mutants of its own, [`server::mutants::MUTANTS`].
//!
//! The [`scripted`] facilitator stands before another one and misbehaves as it is told, to show what a resource
//! server makes of that.
//!
//! The [`client`] double buys from servers; a [`till`] is a server that only looks at what clients sign.
//!
//! A [`tongue`] speaks a dialect for either of these facilitators.

mod body;
mod claims;
pub mod client;
pub mod error;
pub mod facilitator;
mod json;
mod listener;
pub mod mutant;
pub mod scripted;
pub mod server;
pub mod till;
pub mod tongue;

pub use error::DoubleError;

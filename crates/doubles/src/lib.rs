//! Our own conforming implementations of x402 roles, and their broken variants.
//!
//! The [`facilitator`] double keeps every rule that the suite tests; each entry of [`mutants::MUTANTS`] breaks
//! exactly one. They prove that a check can pass, and that it can fail.
//!
//! The [`scripted`] facilitator stands before another one and misbehaves as it is told, to show what a resource
//! server makes of that.

pub mod error;
pub mod facilitator;
pub mod mutant;
pub mod mutants;
pub mod scripted;

pub use error::DoubleError;

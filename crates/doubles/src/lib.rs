//! Our own conforming implementations of x402 roles, and their broken variants.
//!
//! The [`facilitator`] double keeps every rule that the suite tests; each entry of [`mutants::MUTANTS`] breaks
//! exactly one. They prove that a check can pass, and that it can fail.

pub mod error;
pub mod facilitator;
pub mod mutant;
pub mod mutants;

pub use error::DoubleError;

//! Signed payments by the thousand, ahead of need.
//!
//! A load run must not wait for its own signatures. What is the same in all of its payments is computed once: the domain
//! separator, the struct's type hash, the text around the six values that change. What is left for each payment is one
//! hash, one signature and a copy of the text with three places filled in.
//!
//! - [`digest`]: the EIP-712 digest of an authorization under one domain.
//! - [`keys`]: payers whose keys are worth nothing outside a local chain, made in bulk.
//! - [`nonces`]: nonces that say which payment they belong to.
//! - [`post_quantum`]: ML-DSA keys and signatures, one by one.
//! - [`sign`]: a signer for any key, and a much faster one that gives keys away and takes throwaway keys only.
//! - [`template`]: a payment as text with three places to fill in.
//! - [`Mint`]: all of them together.
//!
//! Sources: EIP-712, EIP-3009; core v2 §6.1; SEC 1 v2.0 §4.1.3 (ECDSA).

pub mod digest;
pub mod keys;
pub mod nonces;
pub mod post_quantum;
pub mod sign;
pub mod template;

mod mint;
#[cfg(test)]
mod sample;

pub use keys::{Payer, ThrowawayKey};
pub use mint::{Mint, MintError};
pub use nonces::Nonces;
pub use post_quantum::{ParameterSet, QuantumKey};
pub use template::{Template, TemplateError};

//! Dialects: facilitators that mean what x402 means and write it otherwise.
//!
//! A dialect is data: other paths, headers and request signatures, an envelope around bodies, other names of members. It is
//! put over a request of ours just before it is sent, and taken off the answer as soon as it has come, so that everything
//! else speaks the foundation's x402. What really went over the wire is kept as well.

mod builtin;
mod file;
mod keys;
mod secret;
mod sign;
mod speak;
mod timestamp;

pub use builtin::{DIALECTS, built_in};
pub use file::{
    Ask, Dialect, DialectError, Domain, Envelope, Methods, Names, Pending, Settling, Signature, Signing,
};
pub use keys::{Keys, KeysError};
pub use secret::{SecretError, rsa_public_key, throwaway_keys};
pub use sign::{Signed, base64_text, sign, verify};
pub use speak::{Dressing, Speaker};
pub use timestamp::iso_millis;

#[cfg(test)]
mod tests;

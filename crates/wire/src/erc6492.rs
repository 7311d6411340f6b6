//! Signatures of wallets that are not there yet: whom to call so that the wallet is made, and what it will accept then.
//!
//! Source: ERC-6492, "Signer side" and "Verifying contract side".

use alloy_primitives::{Address, B256, Bytes, b256};
use alloy_sol_types::SolValue as _;

/// The mark at the end of a wrapped signature.
pub const MARK: B256 = b256!("6492649264926492649264926492649264926492649264926492649264926492");

/// A signature in its wrapper, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped {
    /// Whom to call so that the wallet is made.
    pub factory: Address,
    /// The call data.
    pub order: Bytes,
    /// What the wallet itself will accept.
    pub inner: Bytes,
}

impl Wrapped {
    /// The bytes: `abi.encode(factory, order, inner)` and the mark.
    #[must_use]
    pub fn wrap(&self) -> Vec<u8> {
        let mut bytes = (self.factory, self.order.clone(), self.inner.clone()).abi_encode_params();
        bytes.extend_from_slice(MARK.as_slice());
        bytes
    }

    /// Takes a signature apart; `None` when it has no mark, or nothing that can be read before it.
    #[must_use]
    pub fn unwrap(signature: &[u8]) -> Option<Self> {
        let wrapper = signature.strip_suffix(MARK.as_slice())?;
        let (factory, order, inner) = <(Address, Bytes, Bytes)>::abi_decode_params(wrapper).ok()?;
        Some(Self { factory, order, inner })
    }

    /// Whether a signature ends with the mark, whatever stands before it.
    #[must_use]
    pub fn is_marked(signature: &[u8]) -> bool {
        signature.ends_with(MARK.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrapped_is_read_again() {
        let wrapped = Wrapped {
            factory: Address::repeat_byte(0xfa),
            order: Bytes::from_static(b"make it"),
            inner: Bytes::from(vec![7; 65]),
        };
        let bytes = wrapped.wrap();
        assert!(Wrapped::is_marked(&bytes));
        assert_eq!(Wrapped::unwrap(&bytes), Some(wrapped));
    }

    #[test]
    fn a_plain_signature_is_not_wrapped() {
        assert_eq!(Wrapped::unwrap(&[7; 65]), None);
        assert!(!Wrapped::is_marked(&[7; 65]));
        // The mark, and nothing that can be read before it.
        assert_eq!(Wrapped::unwrap(MARK.as_slice()), None);
        assert!(Wrapped::is_marked(MARK.as_slice()));
    }
}

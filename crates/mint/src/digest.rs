//! The EIP-712 digest of authorizations under one domain, with everything precomputed that does not change.

use gauntlet_wire::{Address, Authorization, B256, Domain, U256};

/// `keccak256` of the struct's type as EIP-3009 writes it.
const TYPE: &[u8] = b"TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)";
const WORD: usize = 32;

/// Digests of authorizations that differ in payer and nonce only.
#[derive(Debug, Clone)]
pub struct Digester {
    /// Type hash, from, to, value, validAfter, validBefore, nonce: a word each.
    fields: [u8; 7 * WORD],
    /// `0x1901`, the domain separator, the hash of the fields.
    outer: [u8; 2 + 2 * WORD],
}

impl Digester {
    /// For payments like this one under this domain.
    #[must_use]
    pub fn new(domain: &Domain, like: &Authorization) -> Self {
        let mut fields = [0; 7 * WORD];
        let words = [
            alloy_primitives::keccak256(TYPE),
            like.from.into_word(),
            like.to.into_word(),
            word(like.value),
            word(like.valid_after),
            word(like.valid_before),
            like.nonce,
        ];
        for (place, word) in fields.chunks_exact_mut(WORD).zip(words) {
            place.copy_from_slice(word.as_slice());
        }
        let mut outer = [0; 2 + 2 * WORD];
        outer[..2].copy_from_slice(&[0x19, 0x01]);
        outer[2..2 + WORD].copy_from_slice(domain.separator().as_slice());
        Self { fields, outer }
    }

    /// The 32 bytes that `payer` signs for a payment with this nonce.
    #[must_use]
    pub fn digest(&mut self, payer: Address, nonce: &B256) -> B256 {
        self.fields[2 * WORD - 20..2 * WORD].copy_from_slice(payer.as_slice());
        self.fields[6 * WORD..].copy_from_slice(nonce.as_slice());
        self.outer[2 + WORD..].copy_from_slice(alloy_primitives::keccak256(self.fields).as_slice());
        alloy_primitives::keccak256(self.outer)
    }
}

fn word(number: U256) -> B256 {
    B256::from(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_the_digest_of_the_wire(from: [u8; 20], nonce: [u8; 32], value: u128, before: u64) {
            let domain = Domain {
                name: "USD₮0".into(),
                version: "2".into(),
                chain_id: 84_532,
                verifying_contract: Address::repeat_byte(9),
            };
            let mut payment = Authorization {
                from: Address::repeat_byte(1),
                to: Address::repeat_byte(2),
                value: U256::from(value),
                valid_after: U256::from(7),
                valid_before: U256::from(before),
                nonce: B256::ZERO,
            };
            let mut digester = Digester::new(&domain, &payment);
            for _ in 0..2 {
                (payment.from, payment.nonce) = (from.into(), nonce.into());
                prop_assert_eq!(digester.digest(payment.from, &payment.nonce), payment.digest(&domain));
            }
        }
    }
}

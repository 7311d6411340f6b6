//! Payments whose signature a quantum computer does not forge, for wallets that take what was verified here.

use alloy_primitives::{hex, keccak256};
use gauntlet_mint::post_quantum::verifies;
use gauntlet_mint::{ParameterSet, QuantumKey};
use gauntlet_wire::draft::{Edit, SIGNATURE};
use gauntlet_wire::{Address, B256, Draft, Key, SignatureForm};
use std::collections::HashMap;

/// Who says to the wallets of a run that a signature was verified.
pub(crate) fn attester(seed: &str) -> Key {
    Key::derive(&format!("{seed}/attester"))
}

/// Signs payments by ML-DSA, each payer with a key of its own.
pub(crate) struct Signer {
    parameters: ParameterSet,
    seed: String,
    attester: Key,
    /// To make one takes as long as a signature.
    keys: HashMap<Address, (QuantumKey, Vec<u8>)>,
}

impl Signer {
    pub(crate) fn new(parameters: ParameterSet, seed: &str) -> Self {
        Self { parameters, seed: seed.to_owned(), attester: attester(seed), keys: HashMap::new() }
    }

    /// Signs what a draft says, for its payer, verifies that, and attests it. What does not verify is not attested, and no
    /// wallet takes it.
    pub(crate) fn sign(&mut self, draft: &mut Draft) {
        let digest = draft.authorization.digest(&draft.domain);
        let signature = self.signature(draft.authorization.from, digest);
        let text = hex::encode_prefixed(signature);
        draft.edits.push(Edit::Set(SIGNATURE.into(), text.into()));
    }

    fn signature(&mut self, payer: Address, digest: B256) -> Vec<u8> {
        let (parameters, seed) = (self.parameters, &self.seed);
        let (key, public_key) = self.keys.entry(payer).or_insert_with(|| {
            let key = QuantumKey::derive(parameters, &format!("{seed}/{payer}"));
            let public_key = key.public_key();
            (key, public_key)
        });
        let mut signature = key.sign(&digest);
        if verifies(parameters, public_key, &digest, &signature) {
            let attested = keccak256([digest, keccak256(&signature)].concat());
            signature.extend(self.attester.sign_as(attested, SignatureForm::Plain));
        }
        signature
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_attested_is_the_signature_of_this_digest() {
        let mut signer = Signer::new(ParameterSet::MlDsa44, "402");
        let digest = keccak256("digest");
        let signed = signer.signature(Address::repeat_byte(1), digest);
        assert_eq!(signed.len(), ParameterSet::MlDsa44.signature_bytes() + 65);
        let (signature, word) = signed.split_at(ParameterSet::MlDsa44.signature_bytes());
        let attested = keccak256([digest, keccak256(signature)].concat());
        let word = alloy_primitives::Signature::from_raw(word).unwrap();
        assert_eq!(word.recover_address_from_prehash(&attested).unwrap(), attester("402").address());
        assert_ne!(
            signer.signature(Address::repeat_byte(2), digest),
            signed,
            "payers have keys of their own"
        );
    }
}

//! Signatures that a quantum computer does not forge: ML-DSA in its three parameter sets.
//!
//! No chain checks them yet. They stand here for what they weigh in a header, a body and a transaction.
//!
//! Source: FIPS 204 (August 2024), table 2 for the sizes; pure ML-DSA with an empty context over the 32 bytes of the
//! EIP-712 digest.

use alloy_primitives::keccak256;
use gauntlet_wire::B256;
use ml_dsa::signature::{Keypair as _, Signer as _, Verifier as _};
use ml_dsa::{MlDsa44, MlDsa65, MlDsa87, MlDsaParams, Signature, SigningKey, VerifyingKey};
use std::fmt;

/// A parameter set of ML-DSA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParameterSet {
    /// Security category 2.
    MlDsa44,
    /// Security category 3.
    MlDsa65,
    /// Security category 5.
    MlDsa87,
}

impl ParameterSet {
    /// All of them, the smallest first.
    pub const ALL: [Self; 3] = [Self::MlDsa44, Self::MlDsa65, Self::MlDsa87];

    /// Its name in the standard.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MlDsa44 => "ML-DSA-44",
            Self::MlDsa65 => "ML-DSA-65",
            Self::MlDsa87 => "ML-DSA-87",
        }
    }

    /// How long a signature is, bytes.
    #[must_use]
    pub const fn signature_bytes(self) -> usize {
        match self {
            Self::MlDsa44 => 2420,
            Self::MlDsa65 => 3309,
            Self::MlDsa87 => 4627,
        }
    }

    /// How long a public key is, bytes.
    #[must_use]
    pub const fn public_key_bytes(self) -> usize {
        match self {
            Self::MlDsa44 => 1312,
            Self::MlDsa65 => 1952,
            Self::MlDsa87 => 2592,
        }
    }
}

impl fmt::Display for ParameterSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A key of one parameter set.
pub struct QuantumKey(Inner);

/// The keys are some ten kilobytes each.
enum Inner {
    Set44(Box<SigningKey<MlDsa44>>),
    Set65(Box<SigningKey<MlDsa65>>),
    Set87(Box<SigningKey<MlDsa87>>),
}

impl fmt::Debug for QuantumKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QuantumKey({})", self.parameters())
    }
}

impl QuantumKey {
    /// The key of a name: always the same, and worth nothing outside a local chain.
    #[must_use]
    pub fn derive(parameters: ParameterSet, name: &str) -> Self {
        let seed = keccak256(format!("{name}/{parameters}")).0.into();
        Self(match parameters {
            ParameterSet::MlDsa44 => Inner::Set44(Box::new(SigningKey::from_seed(&seed))),
            ParameterSet::MlDsa65 => Inner::Set65(Box::new(SigningKey::from_seed(&seed))),
            ParameterSet::MlDsa87 => Inner::Set87(Box::new(SigningKey::from_seed(&seed))),
        })
    }

    /// Its parameter set.
    #[must_use]
    pub const fn parameters(&self) -> ParameterSet {
        match self.0 {
            Inner::Set44(_) => ParameterSet::MlDsa44,
            Inner::Set65(_) => ParameterSet::MlDsa65,
            Inner::Set87(_) => ParameterSet::MlDsa87,
        }
    }

    /// The public key, [`ParameterSet::public_key_bytes`] long.
    #[must_use]
    pub fn public_key(&self) -> Vec<u8> {
        match &self.0 {
            Inner::Set44(key) => key.verifying_key().encode().to_vec(),
            Inner::Set65(key) => key.verifying_key().encode().to_vec(),
            Inner::Set87(key) => key.verifying_key().encode().to_vec(),
        }
    }

    /// Signs one digest, without any randomness: [`ParameterSet::signature_bytes`].
    #[must_use]
    pub fn sign(&self, digest: &B256) -> Vec<u8> {
        match &self.0 {
            Inner::Set44(key) => key.sign(digest.as_slice()).encode().to_vec(),
            Inner::Set65(key) => key.sign(digest.as_slice()).encode().to_vec(),
            Inner::Set87(key) => key.sign(digest.as_slice()).encode().to_vec(),
        }
    }
}

/// Whether a signature of a digest is that of a public key. Bytes that are neither key nor signature are not.
#[must_use]
pub fn verifies(parameters: ParameterSet, public_key: &[u8], digest: &B256, signature: &[u8]) -> bool {
    match parameters {
        ParameterSet::MlDsa44 => verifies_as::<MlDsa44>(public_key, digest, signature),
        ParameterSet::MlDsa65 => verifies_as::<MlDsa65>(public_key, digest, signature),
        ParameterSet::MlDsa87 => verifies_as::<MlDsa87>(public_key, digest, signature),
    }
}

fn verifies_as<P: MlDsaParams>(public_key: &[u8], digest: &B256, signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (public_key.try_into(), Signature::<P>::try_from(signature)) else {
        return false;
    };
    VerifyingKey::<P>::decode(key).verify(digest.as_slice(), &signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_the_standard() {
        let digest = keccak256("digest");
        let sizes = [(2420, 1312), (3309, 1952), (4627, 2592)];
        for (parameters, (signature, key)) in ParameterSet::ALL.into_iter().zip(sizes) {
            assert_eq!((parameters.signature_bytes(), parameters.public_key_bytes()), (signature, key));
            let own = QuantumKey::derive(parameters, "test");
            assert_eq!((own.sign(&digest).len(), own.public_key().len()), (signature, key));
            assert_eq!(own.parameters(), parameters);
        }
    }

    #[test]
    fn a_signature_is_that_of_its_key_and_its_digest_alone() {
        let (digest, other) = (keccak256("digest"), keccak256("other"));
        for parameters in ParameterSet::ALL {
            let (key, stranger) = (QuantumKey::derive(parameters, "a"), QuantumKey::derive(parameters, "b"));
            let (public, signature) = (key.public_key(), key.sign(&digest));
            assert!(verifies(parameters, &public, &digest, &signature));
            assert!(!verifies(parameters, &public, &other, &signature), "another digest");
            assert!(!verifies(parameters, &stranger.public_key(), &digest, &signature), "another key");
            let mut tampered = signature.clone();
            tampered[7] ^= 1;
            assert!(!verifies(parameters, &public, &digest, &tampered), "another signature");
            assert!(!verifies(parameters, &public[1..], &digest, &signature), "no key");
            assert!(!verifies(parameters, &public, &digest, &signature[1..]), "no signature");
            assert_eq!(key.sign(&digest), signature, "nothing is drawn");
        }
    }

    #[test]
    fn the_parameter_sets_do_not_take_each_others_signatures() {
        let digest = keccak256("digest");
        let key = QuantumKey::derive(ParameterSet::MlDsa44, "a");
        assert!(!verifies(ParameterSet::MlDsa65, &key.public_key(), &digest, &key.sign(&digest)));
    }
}

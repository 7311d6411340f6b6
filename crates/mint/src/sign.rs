//! Signatures of digests, as `r ‖ s ‖ v` with low s and v = 27 or 28.

use crate::keys::{ThrowawayKey, coordinates, scalar};
use alloy_primitives::keccak256;
use gauntlet_wire::B256;
use k256::elliptic_curve::BatchNormalize as _;
use k256::elliptic_curve::ops::BatchInvert as _;
use k256::elliptic_curve::scalar::IsHigh as _;
use k256::{AffinePoint, ProjectivePoint, Scalar};
use secp256k1::{Message, Secp256k1, SecretKey, SignOnly};

/// A signature as the wire has it.
pub type Signature = [u8; 65];

/// Signs for any key, with the random-looking nonces of RFC 6979.
#[derive(Debug, Clone)]
pub struct AnyKey {
    context: Secp256k1<SignOnly>,
}

impl Default for AnyKey {
    fn default() -> Self {
        Self { context: Secp256k1::signing_only() }
    }
}

impl AnyKey {
    /// Signs one digest; `None` when the 32 bytes are no private key.
    #[must_use]
    pub fn sign(&self, secret: &B256, digest: &B256) -> Option<Signature> {
        let secret = SecretKey::from_byte_array(secret.0).ok()?;
        let signed = self.context.sign_ecdsa_recoverable(Message::from_digest(digest.0), &secret);
        let (recovery, compact) = signed.serialize_compact();
        let mut signature = [0; 65];
        signature[..64].copy_from_slice(&compact);
        signature[64] = 27 + u8::try_from(i32::from(recovery) & 1).unwrap_or_default();
        Some(signature)
    }
}

/// Signs with ECDSA nonces that follow one another, for keys that anybody may know.
///
/// ECDSA needs a secret number for each signature. When they follow one another, each next curve point is one addition
/// away, and all inversions of a batch share one. **Two such signatures give the key away**, which is why only a
/// [`ThrowawayKey`] is taken.
#[derive(Debug, Clone)]
pub struct Sequential {
    next: Scalar,
    point: ProjectivePoint,
}

impl Sequential {
    /// A sequence of its own for each name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let next = scalar(keccak256(format!("{name}/sequence")));
        Self { next, point: ProjectivePoint::GENERATOR * next }
    }

    /// Signs a batch: the larger, the cheaper each. Some hundred are enough.
    #[must_use]
    pub fn sign(&mut self, batch: &[(ThrowawayKey, B256)]) -> Vec<Signature> {
        if batch.is_empty() {
            return Vec::new();
        }
        let mut secrets = Vec::with_capacity(batch.len());
        let mut points = Vec::with_capacity(batch.len());
        for _ in batch {
            secrets.push(self.next);
            points.push(self.point);
            self.next += Scalar::ONE;
            self.point += AffinePoint::GENERATOR;
        }
        let points = ProjectivePoint::batch_normalize(&points[..]);
        let inverses = inverses(&secrets);
        let signed = batch.iter().zip(points.iter().zip(&inverses));
        signed.map(|((key, digest), (point, inverse))| finish(key, digest, point, inverse)).collect()
    }
}

/// One inversion for all. A number without an inverse is zero, which comes once in 2^256 of a sequence.
fn inverses(numbers: &[Scalar]) -> Vec<Scalar> {
    let together: Option<Vec<Scalar>> = Scalar::batch_invert(numbers).into();
    together.unwrap_or_else(|| {
        numbers.iter().map(|number| Option::from(number.invert()).unwrap_or(Scalar::ZERO)).collect()
    })
}

/// `s = (z + r·d) / k`, in its lower half.
fn finish(key: &ThrowawayKey, digest: &B256, point: &AffinePoint, inverse: &Scalar) -> Signature {
    let (r, is_odd) = coordinates(point);
    let s = *inverse * (scalar(*digest) + r * key.0);
    let is_high = bool::from(s.is_high());
    let s = if is_high { -s } else { s };
    let mut signature = [0; 65];
    signature[..32].copy_from_slice(&r.to_bytes());
    signature[32..64].copy_from_slice(&s.to_bytes());
    signature[64] = 27 + u8::from(is_odd != is_high);
    signature
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::payers;
    use alloy_primitives::Signature as Recoverable;

    fn recovers(signature: &Signature, digest: B256) -> Option<gauntlet_wire::Address> {
        let signature = Recoverable::from_raw_array(signature).ok()?;
        assert_eq!(signature.normalized_s(), signature, "low s");
        signature.recover_address_from_prehash(&digest).ok()
    }

    /// Every signature of a sequence, over batches of several lengths.
    #[test]
    fn every_signature_is_its_payers() {
        let payers = payers("402", 40);
        let mut signer = Sequential::new("402/test");
        let mut seen = std::collections::BTreeSet::new();
        for (round, length) in [1, 2, 40, 7, 40].into_iter().enumerate() {
            let batch: Vec<_> = payers[..length]
                .iter()
                .map(|payer| (payer.key, keccak256(format!("{round}/{}", payer.address))))
                .collect();
            for ((signature, payer), (_, digest)) in signer.sign(&batch).iter().zip(&payers).zip(&batch) {
                assert_eq!(recovers(signature, *digest), Some(payer.address));
                assert!(seen.insert(signature[..32].to_vec()), "no secret number twice");
            }
        }
        assert!(signer.sign(&[]).is_empty());
    }

    #[test]
    fn any_key_signs_as_the_wire_does() {
        let signer = AnyKey::default();
        for number in 0..50 {
            let key = gauntlet_wire::Key::derive(&format!("{number}"));
            let digest = keccak256(format!("digest {number}"));
            let signature = signer.sign(&key.to_bytes(), &digest).unwrap();
            assert_eq!(recovers(&signature, digest), Some(key.address()));
            assert_eq!(signature.to_vec(), key.sign(digest).as_bytes().to_vec());
        }
        assert_eq!(signer.sign(&B256::ZERO, &B256::ZERO), None);
    }

    #[test]
    fn sequences_of_two_names_do_not_meet() {
        let payer = &payers("402", 1)[0];
        let first = |name: &str| Sequential::new(name).sign(&[(payer.key, B256::ZERO)])[0];
        assert_ne!(first("a")[..32], first("b")[..32]);
    }
}

//! Keys that are worth nothing, made in bulk.

use alloy_primitives::keccak256;
use gauntlet_wire::{Address, B256};
use k256::elliptic_curve::BatchNormalize as _;
use k256::elliptic_curve::ops::Reduce;
use k256::elliptic_curve::point::AffineCoordinates as _;
use k256::elliptic_curve::sec1::ToEncodedPoint as _;
use k256::{AffinePoint, ProjectivePoint, Scalar, U256};

/// A private key for nothing but a local chain.
///
/// [`sign::Sequential`](crate::sign::Sequential) gives such keys away: whoever sees two of its signatures can compute the
/// key. So there is no way to make one out of a key that exists: they are derived from a text, and nothing else holds one.
#[derive(Clone, Copy)]
pub struct ThrowawayKey(pub(crate) Scalar);

impl std::fmt::Debug for ThrowawayKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ThrowawayKey")
    }
}

impl ThrowawayKey {
    /// The 32 secret bytes, for [`sign::AnyKey`](crate::sign::AnyKey) and for whoever checks a signature.
    #[must_use]
    pub fn to_bytes(&self) -> B256 {
        B256::from_slice(&self.0.to_bytes())
    }
}

/// Somebody who pays.
#[derive(Debug, Clone, Copy)]
pub struct Payer {
    /// The key.
    pub key: ThrowawayKey,
    /// Its account.
    pub address: Address,
    /// The account as text, `0x` and 40 digits with the checksum of EIP-55.
    pub text: [u8; 42],
}

/// So many payers; always the same for the same seed, and the first of more are the same as those of fewer.
#[must_use]
pub fn payers(seed: &str, count: usize) -> Vec<Payer> {
    let first = scalar(keccak256(format!("{seed}/payers")));
    let mut keys = Vec::with_capacity(count);
    let mut points = Vec::with_capacity(count);
    let (mut key, mut point) = (first, ProjectivePoint::GENERATOR * first);
    for _ in 0..count {
        keys.push(key);
        points.push(point);
        key += Scalar::ONE;
        point += AffinePoint::GENERATOR;
    }
    let points = if points.is_empty() { Vec::new() } else { ProjectivePoint::batch_normalize(&points[..]) };
    keys.into_iter().zip(points).map(|(key, point)| payer(ThrowawayKey(key), &point)).collect()
}

fn payer(key: ThrowawayKey, point: &AffinePoint) -> Payer {
    let encoded = point.to_encoded_point(false);
    let address = Address::from_raw_public_key(&encoded.as_bytes()[1..]);
    let mut text = [0; 42];
    text.copy_from_slice(address.to_checksum(None).as_bytes());
    Payer { key, address, text }
}

/// A number of the curve's group out of a hash.
pub(crate) fn scalar(hash: B256) -> Scalar {
    <Scalar as Reduce<U256>>::reduce(U256::from_be_slice(hash.as_slice()))
}

/// The x coordinate of a point as a number of the group, and whether its y is odd.
pub(crate) fn coordinates(point: &AffinePoint) -> (Scalar, bool) {
    (<Scalar as Reduce<U256>>::reduce_bytes(&point.x()), point.y_is_odd().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use gauntlet_wire::Key;

    #[test]
    fn accounts_are_those_of_their_keys() {
        let payers = payers("402", 50);
        for payer in &payers {
            let key = Key::from_bytes(payer.key.to_bytes()).unwrap();
            assert_eq!(key.address(), payer.address);
            assert_eq!(payer.text, payer.address.to_checksum(None).as_bytes());
        }
        assert_eq!(super::payers("402", 10)[9].address, payers[9].address);
        assert_ne!(super::payers("403", 1)[0].address, payers[0].address);
        assert!(super::payers("402", 0).is_empty());
    }
}

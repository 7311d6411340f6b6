//! EIP-3009 authorizations: the EIP-712 digest, the signature and its odd forms.
//!
//! Source: EIP-712, EIP-3009, EIP-2098; scheme `exact` on EVM §1 (Phase 1).

use alloy_primitives::{Address, B256, Signature, U256, keccak256};
use alloy_sol_types::{Eip712Domain, SolStruct, sol};
use k256::ecdsa::SigningKey;
use serde::{Deserialize, Serialize};

sol! {
    /// The struct that the payer signs, with the member order of EIP-3009.
    #[allow(missing_docs)]
    struct TransferWithAuthorization {
        address from;
        address to;
        uint256 value;
        uint256 validAfter;
        uint256 validBefore;
        bytes32 nonce;
    }
    /// The struct that the payer signs to cancel a nonce.
    #[allow(missing_docs)]
    struct CancelAuthorization {
        address authorizer;
        bytes32 nonce;
    }
}

/// The six fields that a payer authorizes. `value` in atomic token units, times in Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Authorization {
    /// Payer.
    pub from: Address,
    /// Receiver.
    pub to: Address,
    /// Atomic token units.
    pub value: U256,
    /// The authorization is good strictly after this second.
    pub valid_after: U256,
    /// The authorization is good strictly before this second.
    pub valid_before: U256,
    /// Random, used once for each payer.
    pub nonce: B256,
}

/// The EIP-712 domain of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// `name` of the token's domain.
    pub name: String,
    /// `version` of the token's domain.
    pub version: String,
    /// Chain on which the signature is good.
    pub chain_id: u64,
    /// The token contract.
    pub verifying_contract: Address,
}

impl Domain {
    pub(crate) fn alloy(&self) -> Eip712Domain {
        Eip712Domain::new(
            Some(self.name.clone().into()),
            Some(self.version.clone().into()),
            Some(U256::from(self.chain_id)),
            Some(self.verifying_contract),
            None,
        )
    }

    /// `DOMAIN_SEPARATOR()` as the token computes it.
    #[must_use]
    pub fn separator(&self) -> B256 {
        self.alloy().separator()
    }
}

impl Authorization {
    /// The 32 bytes that are signed: `keccak256(0x1901 ‖ separator ‖ hashStruct)`.
    #[must_use]
    pub fn digest(&self, domain: &Domain) -> B256 {
        TransferWithAuthorization {
            from: self.from,
            to: self.to,
            value: self.value,
            validAfter: self.valid_after,
            validBefore: self.valid_before,
            nonce: self.nonce,
        }
        .eip712_signing_hash(&domain.alloy())
    }
}

/// The digest that cancels `nonce` of `authorizer` (EIP-3009 `cancelAuthorization`).
#[must_use]
pub fn cancel_digest(authorizer: Address, nonce: B256, domain: &Domain) -> B256 {
    CancelAuthorization { authorizer, nonce }.eip712_signing_hash(&domain.alloy())
}

/// How the 65 bytes of a signature are written. All but [`SignatureForm::Plain`] are deliberate oddities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureForm {
    /// `r ‖ s ‖ v` with low s and v = 27 or 28.
    Plain,
    /// The malleable twin: s' = n − s, the other v. ecrecover takes it, EIP-2 and every careful token refuse it.
    HighS,
    /// v = 0 or 1 instead of 27 or 28.
    ParityV,
    /// EIP-2098: 64 bytes, the parity in the top bit of s.
    Compact,
    /// One bit of r flipped: recovers to somebody else or to nobody.
    BitFlipped,
    /// 65 zero bytes: a careless ecrecover answers the zero address.
    Zero,
    /// No byte at all.
    Empty,
    /// The first 32 bytes only.
    Truncated,
    /// One byte too many.
    Overlong,
    /// v = 29, which no signature has.
    WrongV,
}

/// A private key of the local chain. It is worth nothing anywhere else and is never written into a record.
#[derive(Clone)]
pub struct Key(SigningKey);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.address())
    }
}

impl Key {
    /// The key that a seed text stands for: always the same one for the same text.
    #[must_use]
    pub fn derive(seed: &str) -> Self {
        let mut material = keccak256(seed.as_bytes());
        loop {
            // A hash outside the curve's order is as likely as a meteorite; hash on until it fits.
            match SigningKey::from_slice(material.as_slice()) {
                Ok(key) => return Self(key),
                Err(_) => material = keccak256(material),
            }
        }
    }

    /// A key by its 32 bytes; `None` when they are no valid scalar.
    #[must_use]
    pub fn from_bytes(bytes: B256) -> Option<Self> {
        SigningKey::from_slice(bytes.as_slice()).ok().map(Self)
    }

    /// The 32 secret bytes, for the environment of a target that needs the key.
    #[must_use]
    pub fn to_bytes(&self) -> B256 {
        B256::from_slice(&self.0.to_bytes())
    }

    /// The account of this key.
    #[must_use]
    pub fn address(&self) -> Address {
        Address::from_public_key(self.0.verifying_key())
    }

    /// Signs a digest in the plain form.
    #[must_use]
    pub fn sign(&self, digest: B256) -> Signature {
        // The only error of prehash signing is a digest of fewer than 16 bytes; this one has 32.
        #[expect(clippy::expect_used, reason = "a 32-byte prehash always signs")]
        let (signature, recovery) =
            self.0.sign_prehash_recoverable(digest.as_slice()).expect("a 32-byte prehash signs");
        Signature::from((signature, recovery)).normalized_s()
    }

    /// Signs a digest and writes the signature in the form asked for.
    #[must_use]
    pub fn sign_as(&self, digest: B256, form: SignatureForm) -> Vec<u8> {
        shape(self.sign(digest), form)
    }
}

/// Order of the secp256k1 group.
const GROUP_ORDER: U256 = U256::from_limbs([
    0xBFD2_5E8C_D036_4141,
    0xBAAE_DCE6_AF48_A03B,
    0xFFFF_FFFF_FFFF_FFFE,
    0xFFFF_FFFF_FFFF_FFFF,
]);

/// Writes a plain signature in another form.
#[must_use]
pub fn shape(signature: Signature, form: SignatureForm) -> Vec<u8> {
    let plain = signature.as_bytes().to_vec();
    match form {
        SignatureForm::Plain => plain,
        SignatureForm::HighS => {
            Signature::new(signature.r(), GROUP_ORDER - signature.s(), !signature.v()).as_bytes().to_vec()
        }
        SignatureForm::ParityV => edited(plain, |bytes| bytes[64] -= 27),
        SignatureForm::Compact => signature.as_erc2098().to_vec(),
        SignatureForm::BitFlipped => edited(plain, |bytes| bytes[31] ^= 1),
        SignatureForm::Zero => vec![0; 65],
        SignatureForm::Empty => Vec::new(),
        SignatureForm::Truncated => plain[..32].to_vec(),
        SignatureForm::Overlong => [plain.as_slice(), &[0]].concat(),
        SignatureForm::WrongV => edited(plain, |bytes| bytes[64] = 29),
    }
}

fn edited(mut bytes: Vec<u8>, edit: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    edit(&mut bytes);
    bytes
}

/// What a strict reader makes of signature bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovered {
    /// A plain signature: 65 bytes, low s, v 27 or 28.
    Plain(Address),
    /// Recovers only after tolerating an odd form (high s, v 0 or 1, compact).
    Odd(Address),
    /// No account can be recovered.
    Nobody,
}

/// Recovers the signer of a digest from signature bytes of any length.
#[must_use]
pub fn recover(bytes: &[u8], digest: B256) -> Recovered {
    let (signature, odd_form) = match bytes.len() {
        65 if matches!(bytes[64], 0 | 1 | 27 | 28) => match Signature::from_raw(bytes) {
            Ok(signature) => (signature, bytes[64] < 27),
            Err(_) => return Recovered::Nobody,
        },
        64 => (Signature::from_erc2098(bytes), true),
        _ => return Recovered::Nobody,
    };
    let odd = odd_form || signature.normalize_s().is_some();
    match signature.recover_address_from_prehash(&digest) {
        Ok(address) if odd => Recovered::Odd(address),
        Ok(address) => Recovered::Plain(address),
        Err(_) => Recovered::Nobody,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (Key, Authorization, Domain) {
        let key = Key::derive("payer");
        let authorization = Authorization {
            from: key.address(),
            to: Address::repeat_byte(2),
            value: U256::from(10_000),
            valid_after: U256::ZERO,
            valid_before: U256::from(2_000_000_000_u64),
            nonce: B256::repeat_byte(7),
        };
        let domain = Domain {
            name: "USDC".into(),
            version: "2".into(),
            chain_id: 84532,
            verifying_contract: Address::repeat_byte(3),
        };
        (key, authorization, domain)
    }

    #[test]
    fn every_form_recovers_as_its_name_says() {
        let (key, authorization, domain) = sample();
        let digest = authorization.digest(&domain);
        let read = |form| recover(&key.sign_as(digest, form), digest);
        assert_eq!(read(SignatureForm::Plain), Recovered::Plain(key.address()));
        for odd in [SignatureForm::HighS, SignatureForm::ParityV, SignatureForm::Compact] {
            assert_eq!(read(odd), Recovered::Odd(key.address()), "{odd:?}");
        }
        for bad in [
            SignatureForm::Zero,
            SignatureForm::Empty,
            SignatureForm::Truncated,
            SignatureForm::Overlong,
            SignatureForm::WrongV,
        ] {
            assert_eq!(read(bad), Recovered::Nobody, "{bad:?}");
        }
        assert_ne!(read(SignatureForm::BitFlipped), Recovered::Plain(key.address()));
    }

    #[test]
    fn the_key_is_not_in_its_debug_text() {
        let key = Key::derive("payer");
        assert!(!format!("{key:?}").contains(&key.to_bytes().to_string()[2..]));
    }
}

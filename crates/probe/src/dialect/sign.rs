//! Signatures of requests: made for targets that ask for them, checked by doubles that do.

use super::file::Signing;
use super::secret::{SecretError, rsa_key};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use rsa::RsaPublicKey;
use rsa::pkcs1v15::{SigningKey, VerifyingKey};
use rsa::pkcs8::DecodePublicKey;
use rsa::signature::{SignatureEncoding, Signer, Verifier};
use sha2::Sha256;

/// A signature in base64.
pub type Signed = String;

/// Signs `message`. An RSA key is base64 of PKCS#8 DER, an HMAC secret is its text as it stands.
///
/// # Errors
/// [`SecretError`] when the RSA key cannot be read.
pub fn sign(algorithm: Signing, key: &str, message: &[u8]) -> Result<Signed, SecretError> {
    let bytes = match algorithm {
        Signing::RsaSha256 => SigningKey::<Sha256>::new(rsa_key(key)?).sign(message).to_vec(),
        Signing::HmacSha256 => mac(key, message).finalize().into_bytes().to_vec(),
    };
    Ok(STANDARD.encode(bytes))
}

/// Whether `signature`, in base64, is that of `message`. `key` is base64 of an RSA public key (SPKI DER), or an HMAC
/// secret.
#[must_use]
pub fn verify(algorithm: Signing, key: &str, message: &[u8], signature: &str) -> bool {
    let Ok(bytes) = STANDARD.decode(signature) else { return false };
    match algorithm {
        Signing::HmacSha256 => mac(key, message).verify_slice(&bytes).is_ok(),
        Signing::RsaSha256 => {
            let der = STANDARD.decode(key).unwrap_or_default();
            let Ok(public) = RsaPublicKey::from_public_key_der(&der) else { return false };
            let Ok(signature) = rsa::pkcs1v15::Signature::try_from(bytes.as_slice()) else { return false };
            VerifyingKey::<Sha256>::new(public).verify(message, &signature).is_ok()
        }
    }
}

/// The bytes of a base64 text; none when it is not one.
pub(super) fn base64_bytes(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap_or_default()
}

/// Bytes as base64.
#[must_use]
pub fn base64_text(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

fn mac(secret: &str, message: &[u8]) -> Hmac<Sha256> {
    let mut mac = match Hmac::<Sha256>::new_from_slice(secret.as_bytes()) {
        Ok(mac) => mac,
        Err(_) => unreachable!("an HMAC takes keys of every length"),
    };
    mac.update(message);
    mac
}

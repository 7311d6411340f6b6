//! RSA keys as B402 hands them around: base64 of DER, on one line.

use super::file::{Dialect, Signing};
use super::keys::Keys;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey};
use rsa::rand_core::{OsRng, RngCore};
use rsa::{RsaPrivateKey, RsaPublicKey};

/// A key that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Not base64.
    #[error("the RSA key is not base64")]
    Base64,
    /// Not a PKCS#8 private key.
    #[error("the RSA key is not a PKCS#8 private key in DER")]
    Pkcs8,
}

/// Reads a private key: base64 of PKCS#8 DER; PEM armour around it is taken off.
pub(super) fn rsa_key(text: &str) -> Result<RsaPrivateKey, SecretError> {
    let lines = text.lines().filter(|line| !line.starts_with("-----"));
    let text: String = lines.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect();
    let der = STANDARD.decode(text).map_err(|_| SecretError::Base64)?;
    RsaPrivateKey::from_pkcs8_der(&der).map_err(|_| SecretError::Pkcs8)
}

/// The public key that belongs to a private one, both base64 of DER (PKCS#8, SPKI): what is handed in at onboarding.
///
/// # Errors
/// [`SecretError`] when the private key cannot be read.
pub fn rsa_public_key(private: &str) -> Result<String, SecretError> {
    let public = RsaPublicKey::from(&rsa_key(private)?);
    let der = public.to_public_key_der().map_err(|_| SecretError::Pkcs8)?;
    Ok(STANDARD.encode(der.as_bytes()))
}

/// Keys for a caller of a double: made now, good for nothing else. RSA keys have the 1024 bits that B402 asks for.
#[must_use]
pub fn throwaway_keys(dialect: &Dialect) -> Keys {
    let is_rsa = |name: &str| {
        let signature = dialect.signature.as_ref();
        signature.is_some_and(|it| it.key == name && it.algorithm == Signing::RsaSha256)
    };
    let made = |name: &str| if is_rsa(name) { rsa_private_key() } else { random_text() };
    Keys::made(dialect.key_names().into_iter().map(|name| (name.to_owned(), made(name))))
}

fn rsa_private_key() -> String {
    let der = RsaPrivateKey::new(&mut OsRng, 1024).ok().and_then(|key| key.to_pkcs8_der().ok());
    der.map(|der| STANDARD.encode(der.as_bytes())).unwrap_or_default()
}

fn random_text() -> String {
    let mut bytes = [0; 24];
    OsRng.fill_bytes(&mut bytes);
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

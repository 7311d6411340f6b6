//! Base64 header values: how x402 carries JSON in HTTP.
//!
//! Source: HTTP transport v2 (PAYMENT-REQUIRED, PAYMENT-SIGNATURE, PAYMENT-RESPONSE), v1 (X-PAYMENT,
//! X-PAYMENT-RESPONSE). The documents say "base64"; their examples use the standard alphabet with padding
//! (RFC 4648 §4), so that is what we send and what counts as strict.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

/// The request header that carries a payment.
#[must_use]
pub const fn payment_header(version: crate::Version) -> &'static str {
    match version {
        crate::Version::V1 => "X-PAYMENT",
        crate::Version::V2 => "PAYMENT-SIGNATURE",
    }
}

/// The answer header that carries payment requirements in v2; v1 has them in the body.
pub const PAYMENT_REQUIRED: &str = "PAYMENT-REQUIRED";

/// The answer header that carries the settlement.
#[must_use]
pub const fn receipt_header(version: crate::Version) -> &'static str {
    match version {
        crate::Version::V1 => "X-PAYMENT-RESPONSE",
        crate::Version::V2 => "PAYMENT-RESPONSE",
    }
}

/// Writes a JSON value as a header value.
#[must_use]
pub fn encode(value: &Value) -> String {
    encode_bytes(value.to_string().as_bytes())
}

/// Writes bytes that need not be JSON as a header value.
#[must_use]
pub fn encode_bytes(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Why a header value cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum HeaderError {
    /// The text is not base64 in any flavour that we know.
    #[error("not base64: {0}")]
    Base64(String),
    /// The bytes are not UTF-8 JSON.
    #[error("base64 of something that is not JSON: {0}")]
    Json(String),
}

/// A header value that could be read, and how far it strayed from the standard flavour.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// The JSON inside.
    pub value: Value,
    /// What a strict reader would have refused: `url-safe alphabet`, `missing padding`, `white space`.
    pub oddities: Vec<&'static str>,
}

/// Reads standard base64 with padding and nothing else.
///
/// # Errors
/// [`HeaderError`] for another alphabet, missing padding, white space, or anything but JSON inside.
pub fn decode_strict(text: &str) -> Result<Value, HeaderError> {
    let bytes = STANDARD.decode(text).map_err(|error| HeaderError::Base64(error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|error| HeaderError::Json(error.to_string()))
}

/// Reads any flavour of base64 that is in use, and names what was not standard.
///
/// # Errors
/// [`HeaderError`] when no flavour fits or the bytes are not JSON.
pub fn decode_lenient(text: &str) -> Result<Decoded, HeaderError> {
    let (bytes, oddities) = bytes_lenient(text)?;
    let value = serde_json::from_slice(&bytes).map_err(|error| HeaderError::Json(error.to_string()))?;
    Ok(Decoded { value, oddities })
}

/// As [`decode_lenient`], before the bytes are taken for JSON: what they say twice or in broken UTF-8 is lost then.
///
/// # Errors
/// [`HeaderError::Base64`] when no flavour fits.
pub fn bytes_lenient(text: &str) -> Result<(Vec<u8>, Vec<&'static str>), HeaderError> {
    let mut oddities = Vec::new();
    let mut plain: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    if plain.len() != text.len() {
        oddities.push("white space");
    }
    if plain.contains(['-', '_']) {
        oddities.push("url-safe alphabet");
        plain = plain.replace('-', "+").replace('_', "/");
    }
    if !plain.len().is_multiple_of(4) {
        oddities.push("missing padding");
    }
    let lax = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let bytes = lax.decode(&plain).map_err(|error| HeaderError::Base64(error.to_string()))?;
    Ok((bytes, oddities))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn flavours_are_told_apart() {
        let value = json!({ "name": "USD₮0 ~~~???" });
        let standard = encode(&value);
        assert_eq!(decode_strict(&standard), Ok(value.clone()));
        let odd = standard.replace('+', "-").replace('/', "_").replace('=', "");
        assert!(decode_strict(&odd).is_err());
        let read = decode_lenient(&odd).unwrap();
        assert_eq!(read.value, value);
        assert!(!read.oddities.is_empty());
        assert!(decode_lenient("%%%").is_err());
        assert!(matches!(decode_lenient("aGVsbG8="), Err(HeaderError::Json(_))));
    }

    proptest! {
        #[test]
        fn whatever_is_encoded_is_read_back(text in ".*", number in any::<i64>()) {
            let value = json!({ "text": text, "number": number });
            prop_assert_eq!(decode_strict(&encode(&value)), Ok(value.clone()));
            prop_assert_eq!(decode_lenient(&encode(&value)).map(|read| read.oddities.len()), Ok(0));
        }

        #[test]
        fn no_header_makes_the_readers_panic(text in ".*") {
            let _ = decode_strict(&text);
            let _ = decode_lenient(&text);
        }
    }
}

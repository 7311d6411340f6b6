//! Answers of a facilitator, read leniently: every field may be missing or of a wrong type, and what is wrong is
//! listed instead of refused. Verdicts are made elsewhere.
//!
//! Source: core v2 §5.3.2 (SettleResponse), §5.4.2 (VerifyResponse), §7.3.1 (supported kinds); core v1 §5.3-5.4.

use serde_json::Value;

fn text(object: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| object.get(name)?.as_str()).map(str::to_owned)
}

/// Names of the free detail text: the specifications have none, implementations have three.
const MESSAGE_NAMES: &[&str] =
    &["invalidMessage", "errorMessage", "invalidReasonDetails", "message", "error"];

/// The answer to `/verify`.
#[derive(Debug, Clone, PartialEq)]
pub struct VerifyAnswer {
    /// `isValid`, when it is a boolean.
    pub is_valid: Option<bool>,
    /// `invalidReason`, when it is a string.
    pub reason: Option<String>,
    /// Free text beside the reason.
    pub message: Option<String>,
    /// `payer`.
    pub payer: Option<String>,
    /// The whole answer.
    pub raw: Value,
}

impl VerifyAnswer {
    /// Reads a JSON answer.
    ///
    /// # Errors
    /// The parser's message when the body is not JSON.
    pub fn read(body: &[u8]) -> Result<Self, String> {
        let raw: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        Ok(Self {
            is_valid: raw.get("isValid").and_then(Value::as_bool),
            reason: text(&raw, &["invalidReason"]),
            message: text(&raw, MESSAGE_NAMES),
            payer: text(&raw, &["payer"]),
            raw,
        })
    }
}

/// The answer to `/settle`.
#[derive(Debug, Clone, PartialEq)]
pub struct SettleAnswer {
    /// `success`, when it is a boolean.
    pub success: Option<bool>,
    /// `errorReason`, when it is a string.
    pub reason: Option<String>,
    /// Free text beside the reason.
    pub message: Option<String>,
    /// `payer`.
    pub payer: Option<String>,
    /// `transaction`: a hash, or empty.
    pub transaction: Option<String>,
    /// `network` as written.
    pub network: Option<String>,
    /// `amount`, atomic token units as written.
    pub amount: Option<String>,
    /// The whole answer.
    pub raw: Value,
}

impl SettleAnswer {
    /// Reads a JSON answer.
    ///
    /// # Errors
    /// The parser's message when the body is not JSON.
    pub fn read(body: &[u8]) -> Result<Self, String> {
        let raw: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        Ok(Self {
            success: raw.get("success").and_then(Value::as_bool),
            reason: text(&raw, &["errorReason"]),
            message: text(&raw, MESSAGE_NAMES),
            payer: text(&raw, &["payer"]),
            transaction: text(&raw, &["transaction"]),
            network: text(&raw, &["network"]),
            amount: text(&raw, &["amount"]),
            raw,
        })
    }

    /// Whether the answer says that the settlement is still under way (core v2 §9, newest text).
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.success != Some(true) && self.reason.as_deref() == Some("settlement_pending")
    }
}

/// One entry of `kinds`.
#[derive(Debug, Clone, PartialEq)]
pub struct SupportedKind {
    /// `x402Version`, when it is a number.
    pub version: Option<u64>,
    /// `scheme`.
    pub scheme: Option<String>,
    /// `network`.
    pub network: Option<String>,
}

/// The answer to `/supported`.
#[derive(Debug, Clone, PartialEq)]
pub struct SupportedAnswer {
    /// `kinds`; `None` when it is missing or no array.
    pub kinds: Option<Vec<SupportedKind>>,
    /// Whether `extensions` is an array.
    pub has_extensions: bool,
    /// `signers`: pattern and accounts; `None` when it is missing or no object.
    pub signers: Option<Vec<(String, Vec<String>)>>,
    /// The whole answer.
    pub raw: Value,
}

impl SupportedAnswer {
    /// Reads a JSON answer.
    ///
    /// # Errors
    /// The parser's message when the body is not JSON.
    pub fn read(body: &[u8]) -> Result<Self, String> {
        let raw: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let kinds = raw.get("kinds").and_then(Value::as_array).map(|kinds| {
            kinds
                .iter()
                .map(|kind| SupportedKind {
                    version: kind.get("x402Version").and_then(Value::as_u64),
                    scheme: text(kind, &["scheme"]),
                    network: text(kind, &["network"]),
                })
                .collect()
        });
        let signers = raw.get("signers").and_then(Value::as_object).map(|signers| {
            let accounts = |list: &Value| -> Vec<String> {
                list.as_array()
                    .map(|list| list.iter().filter_map(|a| a.as_str().map(str::to_owned)).collect())
                    .unwrap_or_default()
            };
            signers.iter().map(|(pattern, list)| (pattern.clone(), accounts(list))).collect()
        });
        Ok(Self { kinds, has_extensions: raw.get("extensions").is_some_and(Value::is_array), signers, raw })
    }

    /// Whether a kind of this version, scheme and network is offered.
    #[must_use]
    pub fn offers(&self, version: crate::Version, scheme: &str, network: crate::Network) -> bool {
        self.kinds.as_deref().unwrap_or_default().iter().any(|kind| {
            kind.version == Some(u64::from(version.number()))
                && kind.scheme.as_deref() == Some(scheme)
                && kind.network.as_deref().is_some_and(|name| {
                    name == network.name(version) || (version == crate::Version::V2 && name == "eip155:*")
                })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Network, Version};
    use proptest::prelude::*;

    #[test]
    fn answers_of_the_specification_are_read() {
        let verify = VerifyAnswer::read(
            br#"{"isValid":false,"invalidReason":"insufficient_funds","invalidMessage":"too poor","payer":"0x1"}"#,
        )
        .unwrap();
        assert_eq!(verify.is_valid, Some(false));
        assert_eq!(verify.reason.as_deref(), Some("insufficient_funds"));
        assert_eq!(verify.message.as_deref(), Some("too poor"));
        assert_eq!(verify.payer.as_deref(), Some("0x1"));

        let settle = SettleAnswer::read(
            br#"{"success":true,"payer":"0x1","transaction":"0x2","network":"eip155:84532","amount":"10000"}"#,
        )
        .unwrap();
        assert_eq!(settle.success, Some(true));
        assert_eq!((settle.reason.as_deref(), settle.message.as_deref()), (None, None));
        assert_eq!(settle.transaction.as_deref(), Some("0x2"));
        assert_eq!(settle.network.as_deref(), Some("eip155:84532"));
        assert_eq!(settle.amount.as_deref(), Some("10000"));
    }

    #[test]
    fn what_has_another_type_or_is_null_counts_as_missing() {
        let verify = VerifyAnswer::read(br#"{"isValid":"true","invalidReason":null,"payer":7}"#).unwrap();
        assert_eq!((verify.is_valid, verify.reason, verify.payer), (None, None, None));
        let settle = SettleAnswer::read(br#"{"success":1,"transaction":{},"amount":10000}"#).unwrap();
        assert_eq!((settle.success, settle.transaction, settle.amount), (None, None, None));
        assert_eq!(SettleAnswer::read(b"[]").unwrap().success, None);
        assert!(SettleAnswer::read(b"<html>").is_err());
    }

    #[test]
    fn only_an_answer_that_is_no_success_is_pending() {
        let pending = |body: &str| SettleAnswer::read(body.as_bytes()).unwrap().is_pending();
        assert!(pending(r#"{"success":false,"errorReason":"settlement_pending"}"#));
        assert!(!pending(r#"{"success":true,"errorReason":"settlement_pending"}"#));
        assert!(!pending(r#"{"success":false,"errorReason":"transaction_failed"}"#));
    }

    #[test]
    fn kinds_are_offered_by_version_scheme_and_network() {
        let answer = SupportedAnswer::read(
            br#"{"kinds":[{"x402Version":2,"scheme":"exact","network":"eip155:84532"},
                          {"x402Version":1,"scheme":"exact","network":"base"},
                          {"x402Version":2,"scheme":"upto","network":"eip155:*"},
                          {"x402Version":1,"scheme":"upto","network":"eip155:*"}, 7],
                 "extensions":[],"signers":{"eip155:*":["0x1",2],"solana:*":"0x3"}}"#,
        )
        .unwrap();
        let (sepolia, base) = (Network::new(84532), Network::new(8453));
        assert!(answer.offers(Version::V2, "exact", sepolia));
        assert!(!answer.offers(Version::V2, "exact", base));
        assert!(!answer.offers(Version::V1, "exact", sepolia));
        assert!(answer.offers(Version::V1, "exact", base));
        assert!(answer.offers(Version::V2, "upto", base));
        assert!(!answer.offers(Version::V1, "upto", base), "v1 has no patterns");
        assert!(answer.has_extensions);
        assert_eq!(answer.kinds.map(|kinds| kinds.len()), Some(5));
        let signers = answer.signers.unwrap();
        assert_eq!(signers, [("eip155:*".into(), vec!["0x1".into()]), ("solana:*".into(), vec![])]);

        let bare = SupportedAnswer::read(b"{}").unwrap();
        assert_eq!((bare.kinds.as_ref(), bare.has_extensions, bare.signers.as_ref()), (None, false, None));
        assert!(!bare.offers(Version::V2, "exact", base));
    }

    proptest! {
        #[test]
        fn no_answer_makes_the_readers_panic(body in any::<Vec<u8>>()) {
            let json = serde_json::from_slice::<Value>(&body).is_ok();
            prop_assert_eq!(VerifyAnswer::read(&body).is_ok(), json);
            prop_assert_eq!(SettleAnswer::read(&body).is_ok(), json);
            prop_assert_eq!(SupportedAnswer::read(&body).is_ok(), json);
        }
    }
}

//! The record of one call.

use super::act::Endpoint;
use gauntlet_wire::header::decode_lenient;
use gauntlet_wire::{Address, B256, U256};
use hyper::HeaderMap;
use serde_json::Value;
use std::borrow::Cow;
use std::str::FromStr;

/// One call that the server under trial made.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Its place among all calls, from 0.
    pub seq: u64,
    /// When it had come in, Unix milliseconds.
    pub at_ms: u64,
    /// What was asked.
    pub endpoint: Endpoint,
    /// The nonce of the payment's authorization; none when it cannot be read.
    pub nonce: Option<B256>,
    /// Who is to pay by the authorization; none when it cannot be read.
    pub payer: Option<Address>,
    /// The body when it is JSON.
    pub request: Option<Value>,
    /// Request headers; names in lower case.
    pub headers: Vec<(String, String)>,
    /// Status and body that the server was told; of a truncated answer the half that was sent. None: nothing, or
    /// nothing yet.
    pub answered: Option<(u16, Vec<u8>)>,
    /// Status and body that the upstream answered. None: it was not asked, or has not answered.
    pub upstream: Option<(u16, Vec<u8>)>,
    /// Length of the body that came, bytes.
    pub(super) length: usize,
}

/// What a call takes that has neither a body nor an answer, bytes, roughly.
const EMPTY: usize = 1024;
/// How much more memory JSON takes than its text, at most: an empty list in a list has three bytes.
const UNFOLDED: usize = 12;

impl Call {
    /// The record of a call that has just come in.
    pub(super) fn new(endpoint: Endpoint, headers: &HeaderMap, body: &[u8]) -> Self {
        let request = serde_json::from_slice::<Value>(body).ok();
        let payment = request.as_ref().and_then(payment);
        let signed = payment.as_deref().and_then(|payment| signed(&payment["payload"]));
        Self {
            seq: 0,
            at_ms: gauntlet_report::clock::unix_millis(),
            endpoint,
            nonce: signed.and_then(|(_, nonce)| nonce),
            payer: signed.and_then(|(signed, _)| hex(&signed["from"])),
            headers: headers
                .iter()
                .map(|(name, value)| {
                    (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
                })
                .collect(),
            request,
            answered: None,
            upstream: None,
            length: body.len(),
        }
    }

    /// What it takes in memory at most, bytes, roughly.
    pub(super) fn weight(&self) -> isize {
        let headers: usize = self.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        let answers = [&self.answered, &self.upstream].into_iter().flatten();
        let answers: usize = answers.map(|(_, body)| body.len()).sum();
        (EMPTY + headers + UNFOLDED * self.length + answers).cast_signed()
    }
}

/// The payment in a request. Version 1 once carried it as the undecoded header, and some servers still do.
fn payment(request: &Value) -> Option<Cow<'_, Value>> {
    match (&request["paymentPayload"], &request["paymentHeader"]) {
        (payload @ Value::Object(_), _) => Some(Cow::Borrowed(payload)),
        (Value::String(text), _) | (_, Value::String(text)) => {
            decode_lenient(text).ok().map(|decoded| Cow::Owned(decoded.value))
        }
        _ => None,
    }
}

/// What is signed, and its nonce. EIP-3009 writes that as 32 bytes, Permit2 as a number with decimal digits.
fn signed(inner: &Value) -> Option<(&Value, Option<B256>)> {
    if let Some(signed) = inner.get("authorization") {
        return Some((signed, hex(&signed["nonce"])));
    }
    let signed = inner.get("permit2Authorization")?;
    let digits = signed["nonce"].as_str().unwrap_or_default().trim();
    let is_decimal = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse::<U256>().ok().filter(|_| is_decimal).map(B256::from);
    Some((signed, number.or_else(|| hex(&signed["nonce"]))))
}

/// Hexadecimal with or without prefix, in any letter case: the server under trial may have written it anew.
fn hex<T: FromStr>(value: &Value) -> Option<T> {
    value.as_str()?.trim().parse().ok()
}

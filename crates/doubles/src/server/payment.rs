//! A payment header becomes a payment, or the request is refused.

use super::mutants::Fault;
use super::refusal::{Part, Why};
use super::service::Service;
use super::{doubled, letters, permit2};
use crate::claims::PaymentId;
use alloy_primitives::{B256, keccak256};
use axum::http::{HeaderMap, HeaderValue};
use gauntlet_wire::header::{self, HeaderError, payment_header};
use gauntlet_wire::message::{Reading, read_request};
use gauntlet_wire::permit2::PERMIT2;
use gauntlet_wire::{Authorization, Terms, Version};
use serde_json::{Value, json};

/// The largest payment header that is read, bytes.
pub(super) const HEADER_LIMIT: usize = 32 << 10;

/// A payment header above this is large to a mutant, bytes.
pub(super) const LARGE: usize = 6 << 10;

/// A payment header of this version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Presented {
    pub(super) version: Version,
    value: HeaderValue,
}

/// A payment that could be read.
#[derive(Debug, Clone)]
pub(super) struct Payment {
    pub(super) version: Version,
    /// The object in the header.
    pub(super) payload: Value,
    /// The same to a mutant that reads it in another way too.
    pub(super) first: Option<Value>,
    pub(super) authorization: Authorization,
    pub(super) id: PaymentId,
    /// Length of the header, bytes.
    pub(super) length: usize,
    /// Hash of the header as it came.
    pub(super) bytes: B256,
}

/// Whether any payment header of a version that is served is there.
pub(super) fn is_presented(service: &Service, headers: &HeaderMap) -> bool {
    service.versions.iter().any(|version| headers.contains_key(payment_header(*version)))
}

/// The one payment header of a request.
pub(super) fn presented(service: &Service, headers: &HeaderMap) -> Result<Presented, Why> {
    let values = |version: Version| headers.get_all(payment_header(version)).iter();
    let all = service.versions.iter().flat_map(|version| values(*version).map(|value| (*version, value)));
    let all: Vec<_> = all.collect();
    let (version, value) = match (all.as_slice(), service.fault) {
        ([], _) => return Err(Why::Unpaid),
        ([one], _) => *one,
        ([first, .., last], _) if first.0 != last.0 => return Err(Why::BothHeaders),
        ([.., last], Some(Fault::LastOfRepeatedHeaders)) => *last,
        _ => return Err(Why::RepeatedHeader),
    };
    Ok(Presented { version, value: value.clone() })
}

/// One payment of each version, for the mutant that takes both.
pub(super) fn both(service: &Service, headers: &HeaderMap) -> Option<[Presented; 2]> {
    let one = |version| {
        let mut values = headers.get_all(payment_header(version)).iter();
        let value = values.next().filter(|_| values.next().is_none())?.clone();
        Some(Presented { version, value })
    };
    let takes_both = service.is(Fault::BothHeadersChargeBoth) && service.versions.len() == 2;
    takes_both.then_some(())?;
    Some([one(Version::V2)?, one(Version::V1)?])
}

/// Whether a payment header is larger than this many bytes.
pub(super) fn is_larger(headers: &HeaderMap, limit: usize) -> bool {
    let values = Version::ALL.iter().flat_map(|version| headers.get_all(payment_header(*version)));
    values.into_iter().any(|value| value.len() > limit)
}

/// Reads a payment as far as it can be read without knowing what it is for.
pub(super) fn read(service: &Service, presented: &Presented) -> Result<Payment, Why> {
    let Presented { version, value } = presented;
    if value.len() > HEADER_LIMIT {
        return Err(Why::TooLarge);
    }
    let mut payload = decode(service, value).map_err(Why::Malformed)?;
    let shape = Why::Malformed(Part::Shape);
    match payload.get("x402Version") {
        _ if service.is(Fault::IgnoresPayloadVersion) => payload["x402Version"] = json!(version.number()),
        Some(number) if *number == version.number() => {}
        Some(Value::Number(_)) => return Err(Why::OtherVersion),
        _ => return Err(shape),
    }
    if service.is(Fault::RefusesUnknownFields) && !is_known_only(&payload) {
        return Err(shape);
    }
    if service.is(Fault::DemandsResource) && *version == Version::V2 && payload.get("resource").is_none() {
        return Err(shape);
    }
    let authorization = authorization(service, *version, &payload).ok_or(shape)?;
    let contract = if permit2::is_meant(&payload) { PERMIT2 } else { service.token.address };
    let id = (contract, authorization.from, authorization.nonce);
    let first = value.to_str().ok().and_then(|text| doubled::first_of_each(service.fault, text));
    let bytes = keccak256(value.as_bytes());
    let (version, length) = (*version, value.len());
    Ok(Payment { version, payload, first, authorization, id, length, bytes })
}

fn decode(service: &Service, value: &HeaderValue) -> Result<Value, Part> {
    let text = value.to_str().map_err(|_| Part::Base64)?;
    let decoded = header::decode_strict(text);
    let is_illegible =
        || header::bytes_lenient(text).is_ok_and(|(json, _)| letters::are_illegible(service.fault, &json));
    match decoded {
        Ok(_) if is_illegible() => Err(Part::Json),
        Ok(payload) if payload.is_object() => Ok(payload),
        Ok(_) => Err(Part::Shape),
        Err(HeaderError::Base64(_)) => Err(Part::Base64),
        Err(HeaderError::Json(_)) => Err(Part::Json),
    }
}

/// The authorization of a payload that has all that the field tables ask for.
fn authorization(service: &Service, version: Version, payload: &Value) -> Option<Authorization> {
    if permit2::is_meant(payload) {
        return permit2::authorization(service, payload);
    }
    // The reader reads requests to a facilitator, which have requirements too; which ones does not matter here.
    let terms = Terms {
        scheme: "exact".into(),
        network: service.network,
        token: service.token.clone(),
        amount: gauntlet_wire::U256::ZERO,
        pay_to: gauntlet_wire::Address::ZERO,
        max_timeout_seconds: 0,
        resource: String::new(),
    };
    let request = json!({ "paymentPayload": payload, "paymentRequirements": terms.requirements(version) });
    let request = read_request(request.to_string().as_bytes(), Reading::Strict).ok()?;
    Some(request.authorization)
}

pub(super) fn is_known_only(payload: &Value) -> bool {
    const KNOWN: [&str; 7] =
        ["x402Version", "resource", "accepted", "payload", "extensions", "scheme", "network"];
    payload.as_object().is_some_and(|members| members.keys().all(|name| KNOWN.contains(&name.as_str())))
}

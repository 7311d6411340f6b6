//! From the words of a dialect to those of x402.

use super::{Asked, Endpoint, Tongue, preface};
use crate::facilitator::mutants::Fault;
use crate::json::{self, Repeats};
use gauntlet_probe::Dialect;
use gauntlet_wire::Version;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The body of a request without its envelope, byte by byte; what has none stays as it is and is refused later.
pub(super) fn unwrapped<'a>(dialect: &Dialect, body: &'a [u8]) -> &'a [u8] {
    let Some(member) = dialect.envelope.as_ref().and_then(|envelope| envelope.request.as_deref()) else {
        return body;
    };
    let mut reader = serde_json::Deserializer::from_slice(body);
    match BTreeMap::<String, &RawValue>::deserialize(&mut reader) {
        Ok(members) if reader.end().is_ok() => {
            members.get(member).map_or(b"", |inner| inner.get().as_bytes())
        }
        // Never a payment: an envelope is not one.
        Ok(_) | Err(_) => body,
    }
}

/// The request in x402. A body that needs no other words stays as it is, byte by byte.
pub(super) fn plain(tongue: &Tongue, asked: Asked, body: &[u8]) -> Vec<u8> {
    let Ok(mut request) = json::read(body, Repeats::Refused) else { return body.to_vec() };
    let dialect = tongue.setup.dialect();
    let mut changed = false;
    if tongue.is(Fault::B402TakesBoth)
        && let Some(payload) = request.pointer_mut("/paymentPayload/payload").and_then(Value::as_object_mut)
        && payload.contains_key("authorization")
    {
        changed |= payload.shift_remove("permit2Authorization").is_some();
    }
    for place in ["/paymentRequirements", "/paymentPayload/accepted"] {
        if let Some(extra) = request.pointer_mut(&format!("{place}/extra")) {
            changed |= plain_extra(dialect, extra);
        }
    }
    if asked.endpoint == Endpoint::Settle && is_upto(&request) {
        let charged = dialect.settling.charge.as_ref().and_then(|member| request.get(member)).cloned();
        // Nothing else comes this far, but for the mutant that then takes all that was signed.
        let charged = charged.filter(preface::is_decimal);
        if let (Some(charged), Some(amount)) = (charged, request.pointer_mut("/paymentRequirements/amount")) {
            *amount = charged;
            changed = true;
        }
    }
    if asked.version == Version::V1 && dialect.names.caip2_in_v1 {
        let network = tongue.network;
        for place in ["/paymentRequirements/network", "/paymentPayload/network"] {
            if let Some(name) = request.pointer_mut(place).filter(|name| **name == network.caip2()) {
                *name = network.v1_name().into();
                changed = true;
            }
        }
    }
    if changed { request.to_string().into_bytes() } else { body.to_vec() }
}

fn is_upto(request: &Value) -> bool {
    request.pointer("/paymentRequirements/scheme").and_then(Value::as_str) == Some("upto")
}

/// Gives `extra` the names of x402; whether anything changed.
fn plain_extra(dialect: &Dialect, extra: &mut Value) -> bool {
    let Some(extra) = extra.as_object_mut() else { return false };
    let methods = &dialect.names.methods;
    let method = extra.get("assetTransferMethod").and_then(Value::as_str).map(str::to_owned);
    let mut changed = false;
    if method.is_some() && method == methods.permit2_exact {
        extra.insert("assetTransferMethod".into(), "permit2".into());
        changed = true;
    }
    if method.is_some() && method == methods.permit2_upto {
        extra.shift_remove("assetTransferMethod");
        changed = true;
        if let Some(address) =
            dialect.names.facilitator_address.as_ref().and_then(|name| extra.get(name)).cloned()
        {
            extra.insert("facilitatorAddress".into(), address);
        }
    }
    changed
}

//! Answers to `/verify` and `/settle` as the dialect gives them.

use super::{Asked, Endpoint, Said, Tongue};
use crate::facilitator::findings::reason;
use crate::facilitator::mutants::Fault;
use axum::http::{Response, StatusCode};
use gauntlet_wire::{Address, Version};
use hyper::body::Bytes;
use serde_json::{Map, Value, json};

/// How a settlement ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The money has moved.
    Settled,
    /// Nothing has moved, and nothing will.
    Failed,
    /// A transaction is under way.
    Broadcast,
}

impl Outcome {
    /// How the double behind says that it ended.
    pub(crate) fn of(said: &Value) -> Self {
        let text = |member: &str| said.get(member).and_then(Value::as_str).unwrap_or_default();
        match said.get("success").and_then(Value::as_bool) {
            Some(true) => Self::Settled,
            _ if text("errorReason") == reason::PENDING && !text("transaction").is_empty() => Self::Broadcast,
            _ => Self::Failed,
        }
    }
}

/// A refusal before anybody has looked at the payment itself, in the words of x402.
pub(super) fn refusal(asked: Asked, body: &[u8], reason: &str) -> Value {
    let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let place = |place: &str| body.pointer(place).and_then(Value::as_str).map(str::to_owned);
    let network = place("/paymentRequirements/network");
    let payer = place("/paymentPayload/payload/authorization/from")
        .or_else(|| place("/paymentPayload/payload/permit2Authorization/from"))
        .filter(|payer| payer.parse::<Address>().is_ok());
    match asked.endpoint {
        Endpoint::Verify | Endpoint::Supported => {
            json!({ "isValid": false, "invalidReason": reason, "invalidMessage": "see the reason", "payer": payer })
        }
        Endpoint::Settle => json!({
            "success": false, "errorReason": reason, "errorMessage": "see the reason", "transaction": "",
            "network": network.unwrap_or_default(), "payer": payer,
        }),
    }
}

/// The same in the dialect.
pub(crate) fn refused(tongue: &Tongue, asked: Asked, body: &[u8], reason: &str) -> Response<Bytes> {
    written(tongue, asked, Said { status: StatusCode::OK, body: refusal(asked, body, reason) })
}

/// What the double behind says, in the dialect.
pub(crate) fn written(tongue: &Tongue, asked: Asked, said: Said) -> Response<Bytes> {
    let Said { status, mut body } = said;
    let Some(members) = body.as_object_mut() else { return tongue.wrap(status, &body) };
    if !tongue.setup.is_b402() {
        return super::write(pending_status(tongue, asked, status, members), &body);
    }
    let outcome = Outcome::of(&Value::Object(members.clone()));
    if asked.endpoint == Endpoint::Settle {
        settle(tongue, asked.version, outcome, members);
    } else {
        rename(members, "invalidReason");
        hide_message(
            tongue,
            members,
            "invalidReason",
            "invalidMessage",
            &[reason::PAYLOAD, reason::REQUIREMENTS],
        );
    }
    confuse_reasons(tongue, members);
    always_a_payer(tongue, members);
    let is_refusal = members.contains_key("invalidReason") || members.contains_key("errorReason");
    let status = match is_refusal && tongue.is(Fault::B402RefusesWith400) {
        true => StatusCode::BAD_REQUEST,
        false => StatusCode::OK,
    };
    tongue.wrap(status, &body)
}

/// The status of a settlement that is under way, in dialects that have no envelope.
fn pending_status(
    tongue: &Tongue,
    asked: Asked,
    status: StatusCode,
    members: &Map<String, Value>,
) -> StatusCode {
    let is_pending = asked.endpoint == Endpoint::Settle
        && Outcome::of(&Value::Object(members.clone())) == Outcome::Broadcast
        && tongue.setup.dialect().settling.pending.is_some();
    if is_pending { StatusCode::INTERNAL_SERVER_ERROR } else { status }
}

fn settle(tongue: &Tongue, version: Version, outcome: Outcome, members: &mut Map<String, Value>) {
    let is_v1 = version == Version::V1;
    match outcome {
        Outcome::Settled => {
            if is_v1 {
                members.insert("confirmations".into(), json!(1));
                members.insert("network".into(), json!(tongue.network.caip2()));
            }
        }
        Outcome::Broadcast if tongue.is(Fault::B402PendingIsSuccess) => {
            members.insert("success".into(), json!(true));
            members.shift_remove("errorReason");
        }
        Outcome::Broadcast if is_v1 => {
            let timed_out = "settle_exact_evm_transaction_confirmation_timed_out";
            members.insert("errorReason".into(), json!(timed_out));
        }
        Outcome::Broadcast => {
            members.shift_remove("errorReason");
            if tongue.is(Fault::B402PendingWithoutHash) {
                members.insert("transaction".into(), json!(""));
            }
        }
        Outcome::Failed => {
            let has_reverted =
                members.get("transaction").and_then(Value::as_str).is_some_and(|hash| !hash.is_empty());
            rename(members, "errorReason");
            if is_v1 && has_reverted {
                members.insert("errorReason".into(), json!("settle_exact_failed_onchain"));
            } else if !is_v1 {
                // Whether a transaction has reverted for good is not told apart from one that is under way.
                hide_message(tongue, members, "errorReason", "errorMessage", &[reason::PAYLOAD]);
            }
        }
    }
    if outcome != Outcome::Settled {
        members.shift_remove("amount");
    }
}

/// B402 has one list of reasons for all transfer methods.
fn rename(members: &mut Map<String, Value>, member: &str) {
    let Some(Value::String(code)) = members.get_mut(member) else { return };
    let renamed = match code.as_str() {
        "unsupported_scheme" => "invalid_scheme",
        "unsupported_payload_type" => reason::PAYLOAD,
        "permit2_token_mismatch" | "invalid_permit2_signature" => reason::SIGNATURE,
        "invalid_permit2_spender" | "invalid_permit2_recipient_mismatch" | "upto_facilitator_mismatch" => {
            "invalid_exact_evm_payload_recipient_mismatch"
        }
        "permit2_amount_mismatch" | "invalid_upto_evm_payload_settlement_exceeds_amount" => {
            "invalid_exact_evm_payload_authorization_value_mismatch"
        }
        "permit2_deadline_expired" => "invalid_exact_evm_payload_authorization_valid_before",
        "permit2_not_yet_valid" => "invalid_exact_evm_payload_authorization_valid_after",
        "permit2_allowance_required" | "permit2_invalid_nonce" => reason::TRANSACTION,
        _ => return,
    };
    *code = renamed.to_owned();
}

/// A message stands beside a few reasons only.
fn hide_message(
    tongue: &Tongue,
    members: &mut Map<String, Value>,
    reason: &str,
    message: &str,
    beside: &[&str],
) {
    let given = members.get(reason).and_then(Value::as_str).unwrap_or_default().to_owned();
    if tongue.is(Fault::B402AlwaysExplains) {
        if !given.is_empty() {
            members.entry(message).or_insert_with(|| json!("see the reason"));
        }
    } else if !beside.contains(&given.as_str()) {
        members.shift_remove(message);
    }
}

/// Faults of naming what is wrong.
fn confuse_reasons(tongue: &Tongue, members: &mut Map<String, Value>) {
    let Some(Value::String(code)) = members.get_mut("invalidReason") else { return };
    if tongue.is(Fault::B402OneReason) {
        *code = reason::PAYLOAD.to_owned();
    } else if tongue.is(Fault::B402PayloadIsRequirements) && code == reason::PAYLOAD {
        *code = reason::REQUIREMENTS.to_owned();
    }
}

fn always_a_payer(tongue: &Tongue, members: &mut Map<String, Value>) {
    let is_refusal = members.contains_key("invalidReason") || members.contains_key("errorReason");
    if members.get("payer").is_none_or(Value::is_null) {
        members.insert("payer".into(), json!(Address::ZERO.to_string()));
    }
    if is_refusal && tongue.is(Fault::B402WithoutPayer) {
        members.shift_remove("payer");
    }
}

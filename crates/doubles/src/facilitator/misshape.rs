//! Faults of answering: the answer is right and is written down wrongly.

use super::answer::{Answer, Call};
use super::mutants::Fault;
use super::service::Service;
use axum::http::StatusCode;
use gauntlet_wire::{Key, U256, Version};
use serde_json::{Map, Value, json};

/// Changes an answer that is about to be sent; gives its HTTP status.
pub(super) fn misshape(answer: &Answer, body: &mut Map<String, Value>, service: &Service) -> StatusCode {
    let Some(fault) = service.fault else { return answer.status };
    match &answer.reason {
        Some(reason) => refusal(fault, answer, reason, body, service),
        None => success(fault, answer, body),
    }
    let settles = answer.call == Call::Settle;
    match fault {
        Fault::WrongNetworkInAnswer if settles => {
            body.insert("network".into(), json!("eip155:1"));
        }
        Fault::WrongPayer if body.contains_key("payer") => {
            let other = Key::derive("somebody else").address().to_checksum(None);
            body.insert("payer".into(), json!(other));
        }
        Fault::SuccessAsText => {
            let verdict = answer.reason.is_none().to_string();
            body.insert(answer.call.verdict().into(), json!(verdict));
        }
        Fault::RefusalsAre500 if answer.reason.is_some() && answer.status == StatusCode::OK => {
            return StatusCode::INTERNAL_SERVER_ERROR;
        }
        _ => {}
    }
    answer.status
}

fn refusal(fault: Fault, answer: &Answer, reason: &str, body: &mut Map<String, Value>, service: &Service) {
    let field = answer.call.reason();
    match fault {
        Fault::NoReason => {
            body.shift_remove(field);
        }
        Fault::OneReasonForAll => {
            body.insert(field.into(), json!("invalid_payload"));
        }
        Fault::FreeTextReason => {
            let words = reason.replace('_', " ");
            body.insert(field.into(), json!(format!("Sorry, we cannot take this payment: {words}.")));
        }
        Fault::LeaksInternals => {
            body.insert(answer.call.message().into(), json!(leak(reason, service)));
        }
        Fault::ShowsRevertTexts => {
            let text = answer.seen.payer.and_then(|payer| service.quirks.lock().revert_texts.remove(&payer));
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                body.insert(answer.call.message().into(), json!(text));
            }
        }
        Fault::NoTransactionOnFailure => {
            body.shift_remove("transaction");
        }
        Fault::OddTransactionOnFailure if answer.call == Call::Settle => {
            body.insert("transaction".into(), json!("none"));
        }
        Fault::FailureWithoutNetwork if answer.call == Call::Settle => {
            body.insert("network".into(), json!(""));
        }
        _ => {}
    }
}

fn success(fault: Fault, answer: &Answer, body: &mut Map<String, Value>) {
    match fault {
        Fault::ReasonOnSuccess => {
            body.insert(answer.call.reason().into(), json!("none"));
        }
        Fault::SuccessWithoutNetwork if answer.call == Call::Settle => {
            body.shift_remove("network");
        }
        Fault::NoPayerV1 if answer.seen.version == Some(Version::V1) => {
            body.shift_remove("payer");
        }
        Fault::WrongAmount => {
            if let Some(amount) = answer.amount {
                body.insert("amount".into(), json!((amount + U256::ONE).to_string()));
            }
        }
        _ => {}
    }
}

fn leak(reason: &str, service: &Service) -> String {
    format!(
        "Error: {reason} (rpc {}, signer key {})\n    at Facilitator.check (/srv/facilitator/src/check.ts:41:13)\n    \
         at async handler (/srv/facilitator/src/server.ts:17:5)",
        service.rpc_url,
        service.signer.to_bytes(),
    )
}

//! What `PAYMENT-RESPONSE` says, and how it is written.
//!
//! Source: core v2 §5.3.2, core v1 §5.3.2. Whatever else a facilitator says stays with the server.

use super::deal::Deal;
use super::lengths::padded;
use super::mutants::Fault;
use super::payment::LARGE;
use super::permit2;
use super::refusal::Why;
use super::service::Service;
use super::settling::transaction;
use alloy_primitives::keccak256;
use axum::http::{HeaderName, HeaderValue};
use gauntlet_wire::header::{encode, encode_bytes, receipt_header};
use gauntlet_wire::{Address, Network, SettleAnswer, Version};
use serde_json::{Value, json};

/// The reason when nobody knows whether a payment was settled.
const UNKNOWN: &str = "settlement_unknown";

/// The receipt of a settled payment.
pub(super) fn of_success(deal: &Deal, answer: &SettleAnswer) -> Value {
    let mut receipt = good(deal, transaction(answer));
    if let Some(amount) = &answer.amount {
        receipt["amount"] = json!(amount);
    }
    permit2::misprint(deal, &mut receipt);
    match deal.service.fault {
        Some(Fault::ReceiptOtherTransaction) => receipt["transaction"] = invented(deal)["transaction"].take(),
        Some(Fault::ReceiptWrongPayer) => {
            receipt["payer"] = json!(deal.order.offer.terms.pay_to.to_checksum(None));
        }
        Some(Fault::LargeReceiptCut) if deal.payment.length > LARGE => {
            let transaction = transaction(answer);
            receipt["transaction"] = json!(&transaction[..transaction.len() / 2]);
        }
        Some(Fault::ReceiptWrongNetwork) => {
            receipt["network"] = json!(Network::new(137).name(deal.payment.version));
        }
        Some(Fault::LeaksExtensionResponses) => {
            for member in ["extensions", "extensionResponses"] {
                if let Some(value) = answer.raw.get(member) {
                    receipt[member] = value.clone();
                }
            }
        }
        _ => {}
    }
    receipt
}

fn good(deal: &Deal, transaction: String) -> Value {
    json!({
        "success": true,
        "transaction": transaction,
        "network": deal.service.network.name(deal.payment.version),
        "payer": deal.payment.authorization.from.to_checksum(None),
    })
}

/// The receipt of a settlement that never was.
pub(super) fn invented(deal: &Deal) -> Value {
    let hash = keccak256(format!("no transaction of {}", deal.payment.authorization.nonce));
    good(deal, hash.to_string())
}

/// The receipt of a payment that was sent to settle in vain; `None` when it was not sent.
pub(super) fn of_failure(service: &Service, version: Version, payer: Address, why: &Why) -> Option<Value> {
    let (reason, hash, amount) = match why {
        Why::NotSettled(answer) => {
            (answer.reason.as_deref().unwrap_or("settlement_failed"), transaction(answer), &answer.amount)
        }
        Why::Pending(_) if service.is(Fault::PendingHashLost) => ("settlement_pending", String::new(), &None),
        Why::Pending(answer) => ("settlement_pending", transaction(answer), &answer.amount),
        Why::Unknown { transaction, .. } => (UNKNOWN, transaction.clone(), &None),
        _ => return None,
    };
    if service.is(Fault::NoReceiptOnFailure) {
        return None;
    }
    let reason = if service.is(Fault::ReasonReplaced) { "payment_failed" } else { reason };
    let mut receipt = json!({
        "success": service.is(Fault::FailureReceiptClaimsSuccess),
        "errorReason": reason,
        "transaction": hash,
        "network": service.network.name(version),
        "payer": payer.to_checksum(None),
    });
    if let Some(amount) = amount {
        receipt["amount"] = json!(amount);
    }
    Some(receipt)
}

/// Blanks at the end mean nothing in JSON, and make sure that there is padding to leave out.
fn url_safe(receipt: &Value) -> String {
    let mut json = receipt.to_string();
    while json.len().is_multiple_of(3) {
        json.push(' ');
    }
    encode_bytes(json.as_bytes()).replace('+', "-").replace('/', "_").trim_end_matches('=').to_owned()
}

/// The header line that carries a receipt; `None` when it is not sent.
pub(super) fn line(
    service: &Service,
    version: Version,
    receipt: &Value,
) -> Option<(HeaderName, HeaderValue)> {
    let receipt = &padded(receipt.clone(), service.lengths.receipt);
    let text = match service.fault {
        Some(Fault::ReceiptRawJson) => receipt.to_string(),
        Some(Fault::ReceiptNotBase64) => format!("base64:{}", encode(receipt)),
        Some(Fault::ReceiptUrlSafe) => url_safe(receipt),
        _ => encode(receipt),
    };
    let name = match service.fault {
        Some(Fault::V1ReceiptUnderV2Name) => receipt_header(Version::V2),
        _ => receipt_header(version),
    };
    Some((name.parse().ok()?, text.parse().ok()?))
}

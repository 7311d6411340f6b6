//! Payments over Permit2, scheme `exact`, and payments of scheme `upto`, whose handlers tell what was used.
//!
//! Source: scheme `exact` on EVM §2; schemes `upto` and `upto` on EVM. Version 2 only.

use super::deal::Deal;
use super::handlers::Handled;
use super::mutants::Fault;
use super::routes::Means;
use super::service::Service;
use gauntlet_wire::message::Reading;
use gauntlet_wire::permit2::{Permit2Scheme, draft, read_permit2};
use gauntlet_wire::{Address, Authorization, Terms, U256};
use serde_json::{Value, json};

/// The scheme of an offer.
pub(super) const fn scheme(means: Means) -> Permit2Scheme {
    match means {
        Means::Eip3009 | Means::Permit2 => Permit2Scheme::Exact,
        Means::Upto => Permit2Scheme::Upto,
    }
}

/// The `PaymentRequirements` of an offer over Permit2.
pub(super) fn requirements(terms: &Terms, settler: Address) -> Value {
    draft::requirements(terms, settler)
}

/// Whether a payload has a payment over Permit2.
pub(super) fn is_meant(payload: &Value) -> bool {
    payload["payload"]["permit2Authorization"].is_object()
}

/// What is signed, in the words of EIP-3009; none when the payload lacks something.
pub(super) fn authorization(service: &Service, payload: &Value) -> Option<Authorization> {
    // The reader reads requests to a facilitator, which have requirements too; only their scheme matters here.
    let terms = Terms {
        scheme: payload["accepted"]["scheme"].as_str()?.to_owned(),
        network: service.network,
        token: service.token.clone(),
        amount: U256::ZERO,
        pay_to: Address::ZERO,
        max_timeout_seconds: 0,
        resource: String::new(),
    };
    let request = json!({
        "paymentPayload": payload,
        "paymentRequirements": requirements(&terms, Address::ZERO),
    });
    let signed = read_permit2(request.to_string().as_bytes(), Reading::Strict).ok()?.authorization;
    Some(Authorization {
        from: signed.from,
        to: signed.witness.to,
        value: signed.amount,
        valid_after: signed.witness.valid_after,
        valid_before: signed.deadline,
        nonce: signed.nonce.into(),
    })
}

/// The deal as it is charged for what the handler used.
pub(super) fn charging(deal: &Deal, handled: &Handled) -> Deal {
    let cap = deal.order.offer.terms.amount;
    let share = |used: u8| cap * U256::from(used) / U256::from(100);
    let metered = handled.used.filter(|_| deal.order.offer.means_in(deal.payment.version) == Means::Upto);
    let due = metered.map(|used| match deal.service.fault {
        Some(Fault::UptoChargesCap) => cap,
        Some(Fault::UptoChargesUnused) if used == 0 => U256::ONE,
        Some(Fault::UptoAsksMore) => cap + U256::ONE,
        _ => share(used),
    });
    Deal { due, ..deal.clone() }
}

/// The body of the call that settles: the terms as they are, but for what is charged.
pub(super) fn settlement(deal: &Deal) -> Value {
    let mut body = deal.body(&deal.payment.payload);
    if let Some(due) = deal.due {
        let charge =
            deal.service.facilitator.dialect().and_then(|dialect| dialect.settling.charge.as_deref());
        match charge {
            Some(member) if !deal.is(Fault::B402ChargesInAmount) => body[member] = json!(due.to_string()),
            _ => body["paymentRequirements"]["amount"] = json!(due.to_string()),
        }
    }
    body
}

/// What mutants make of a receipt that names an amount.
pub(super) fn misprint(deal: &Deal, receipt: &mut Value) {
    match deal.service.fault {
        Some(Fault::UptoReceiptNamesCap) if deal.due.is_some() => {
            receipt["amount"] = json!(deal.order.offer.terms.amount.to_string());
        }
        Some(Fault::UptoReceiptWithoutAmount) if deal.due.is_some() => {
            receipt.as_object_mut().map(|members| members.shift_remove("amount"));
        }
        _ => {}
    }
}

//! Answers that are kept: a payment that was settled is answered once more with what was said before.
//!
//! Source: B402, settle ("idempotent on nonce, network and payer").

use super::Front;
use crate::facilitator::findings::reason;
use crate::facilitator::mutants::Fault;
use crate::tongue::outcome::{self, Outcome};
use crate::tongue::{Asked, Said};
use axum::http::{Response, StatusCode};
use hyper::body::Bytes;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A payment, as far as answers are kept for it: nonce, network and payer.
pub(super) type Name = [String; 3];
/// What was said of it, and of what payment exactly; none before the first time.
type Kept = Arc<tokio::sync::Mutex<Option<(Value, Value)>>>;

/// What was said of payments.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<BTreeMap<Name, Kept>>);

impl Memory {
    fn of(&self, name: Name) -> Kept {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(name).or_default())
    }
}

/// Settles a payment, or says again what was said.
pub(super) async fn settled_once(front: &Front, asked: Asked, plain: &[u8]) -> Response<Bytes> {
    let body: Value = serde_json::from_slice(plain).unwrap_or(Value::Null);
    let keeps = front.tongue.setup.is_b402() && !front.is(Fault::B402AsksAgain);
    let Some(name) = name(&body).filter(|_| keeps) else {
        let said = front.core(asked.endpoint, plain.to_vec()).await;
        return outcome::written(&front.tongue, asked, first_under_way(front, &body, said));
    };
    let kept = front.memory.of(name);
    // Copies that come together wait for the first, and are told the same.
    let mut kept = kept.lock().await;
    let exactly = exactly(&body);
    if let Some((of, said)) = kept.as_ref()
        && (*of == exactly || front.is(Fault::B402KeepsByNonce))
    {
        return outcome::written(&front.tongue, asked, Said { status: StatusCode::OK, body: said.clone() });
    }
    let said = front.core(asked.endpoint, plain.to_vec()).await;
    // What was sent and failed is not sent again either.
    let was_sent = said.body.get("transaction").and_then(Value::as_str).is_some_and(|hash| !hash.is_empty());
    if was_sent && Outcome::of(&said.body) != Outcome::Broadcast {
        *kept = Some((exactly, said.body.clone()));
    }
    drop(kept);
    outcome::written(&front.tongue, asked, said)
}

/// Where a dialect has an answer for what is under way and nothing is kept, a settlement is told as such once, and as what
/// became of it when it is asked for again.
fn first_under_way(front: &Front, asked: &Value, said: Said) -> Said {
    let (Some(name), Some(_)) = (name(asked), &front.tongue.setup.dialect().settling.pending) else {
        return said;
    };
    if front.tongue.setup.is_b402() {
        return said;
    }
    let mut told = front.told.lock().unwrap_or_else(PoisonError::into_inner);
    // A settlement of nothing has no transaction: there is nothing that could be under way.
    let transaction = said.body.get("transaction").and_then(Value::as_str).unwrap_or_default();
    if Outcome::of(&said.body) == Outcome::Settled && !transaction.is_empty() {
        let mut body = said.body.clone();
        body["success"] = false.into();
        body["errorReason"] = reason::PENDING.into();
        told.insert(name, (exactly(asked), said.body));
        return Said { status: StatusCode::INTERNAL_SERVER_ERROR, body };
    }
    match told.remove(&name) {
        Some((of, body)) if of == exactly(asked) => Said { status: StatusCode::OK, body },
        _ => said,
    }
}

pub(super) fn name(body: &Value) -> Option<Name> {
    let text = |place: &str| Some(body.pointer(place)?.as_str()?.to_lowercase());
    let payload = "/paymentPayload/payload";
    let network = text("/paymentRequirements/network")?;
    let signed = |member: &str| {
        text(&format!("{payload}/authorization/{member}"))
            .or_else(|| text(&format!("{payload}/permit2Authorization/{member}")))
    };
    Some([signed("nonce")?, network, signed("from")?])
}

/// Everything of a payment that says who gets what of whom: nothing else may be answered with what was said of it.
fn exactly(body: &Value) -> Value {
    let of = |place: &str| body.pointer(place).cloned().unwrap_or_default();
    [
        of("/paymentPayload/payload"),
        of("/paymentRequirements/payTo"),
        of("/paymentRequirements/asset"),
        of("/paymentRequirements/amount"),
    ]
    .into_iter()
    .collect()
}

//! The extension `payment-identifier`: the buyer names the purchase, and whoever sends the same payment under the same
//! name again gets the answer that was given, without paying or making anybody work a second time.
//!
//! The stored answer is looked up before anybody is asked, so that it is found also when the payment is no longer good;
//! and it is for the very same payment at the very same place only, so that nobody else gets it.
//!
//! Source: extension `payment-identifier`.

use super::deal::{Refused, Sold};
use super::mutants::Fault;
use super::order::Order;
use super::payment::Payment;
use super::refusal::Why;
use super::routes::{Place, Route};
use super::service::Service;
use gauntlet_report::clock::unix_seconds;
use gauntlet_wire::{U256, Version};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the extension is called.
pub(super) const NAME: &str = "payment-identifier";

/// What a route offers of the extension; `None` where it is not offered.
pub(super) fn offered(route: &Route, fault: Option<Fault>) -> Option<Value> {
    let is_required = match route.name {
        "identified" => false,
        "required-id" => true,
        _ => return None,
    };
    let required = match fault {
        Some(Fault::IdRequiredAsText) => json!(is_required.to_string()),
        _ => json!(is_required),
    };
    Some(json!({
        "info": { "required": required },
        "schema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {
                "required": { "type": "boolean" },
                "id": { "type": "string", "minLength": 16, "maxLength": 128 },
            },
            "required": ["required"],
        },
    }))
}

/// How many answers are kept before those are forgotten whose payments can be presented nowhere any more.
const CROWD: usize = 4096;

/// The answers that were given under a name.
#[derive(Debug, Default)]
pub(super) struct Answers {
    known: Mutex<HashMap<String, Entry>>,
}

#[derive(Debug)]
struct Entry {
    payload: Value,
    place: Place,
    /// `validBefore` of the payment, Unix seconds.
    until: U256,
    /// Nothing while the purchase is on its way.
    sold: Option<Sold>,
}

/// What is known under the name of a purchase.
pub(super) enum Found {
    /// Nothing, or it has no name. The ticket keeps the name until its answer is known.
    New(Option<Ticket>),
    /// The same payment is on its way.
    OnItsWay,
    /// The answer to the same payment.
    Answer(Box<Sold>),
}

/// The right to answer under a name. Dropped without an answer, the name is free again.
pub(super) struct Ticket {
    service: Arc<Service>,
    id: String,
}

impl Answers {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        // Every change is a single insertion or removal, so that a poisoned map is still a good one.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks up what the payment of an order is called.
pub(super) fn look_up(service: &Arc<Service>, order: &Order, payment: &Payment) -> Result<Found, Why> {
    let is = |fault| service.is(fault);
    let offer = order.offer.extensions.as_ref().and_then(|offered| offered.get(NAME));
    let Some(offer) = offer.filter(|_| payment.version == Version::V2) else { return Ok(Found::New(None)) };
    if is(Fault::IdIgnored) {
        return Ok(Found::New(None));
    }
    let id = match &payment.payload["extensions"][NAME]["info"]["id"] {
        Value::Null if offer["info"]["required"] == true && !is(Fault::IdNotRequired) => {
            return Err(Why::IdMissing);
        }
        Value::Null => return Ok(Found::New(None)),
        Value::String(id) if is_id(id) || is(Fault::IdAnyForm) => id.clone(),
        _ => return Err(Why::IdMalformed),
    };
    let mut known = service.answers.lock();
    if let Some(entry) = known.get(&id) {
        let same_payload = entry.payload == payment.payload || is(Fault::IdAnswersAnyPayload);
        let same_place = entry.place == order.place || is(Fault::IdIgnoresRoute);
        return match &entry.sold {
            _ if !(same_payload && same_place) && is(Fault::IdConflictSells) => Ok(Found::New(None)),
            _ if !(same_payload && same_place) => Err(Why::IdConflict),
            None => Ok(Found::OnItsWay),
            Some(sold) => {
                let receipt = sold.receipt.clone().filter(|_| !is(Fault::IdWithoutReceipt));
                Ok(Found::Answer(Box::new(Sold { receipt, ..sold.clone() })))
            }
        };
    }
    if known.len() >= CROWD {
        let now = U256::from(unix_seconds());
        known.retain(|_, entry| entry.sold.is_none() || entry.until > now);
    }
    let until = payment.authorization.valid_before;
    let entry = Entry { payload: payment.payload.clone(), place: order.place.clone(), until, sold: None };
    known.insert(id.clone(), entry);
    Ok(Found::New(Some(Ticket { service: Arc::clone(service), id })))
}

/// Keeps the answer of a purchase that was made; what failed may be tried again under its name.
pub(super) fn keep(ticket: Option<Ticket>, outcome: &Result<Sold, Refused>) {
    if let (Some(ticket), Ok(sold)) = (&ticket, outcome)
        && sold.receipt.is_some()
        && let Some(entry) = ticket.service.answers.lock().get_mut(&ticket.id)
    {
        entry.sold = Some(sold.clone());
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut known = self.service.answers.lock();
        if known.get(&self.id).is_some_and(|entry| entry.sold.is_none()) {
            known.remove(&self.id);
        }
    }
}

/// 16 to 128 letters, digits, hyphens and underscores of ASCII.
fn is_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    (16..=128).contains(&text.len()) && text.bytes().all(is_plain)
}

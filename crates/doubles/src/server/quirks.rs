//! What only mutants remember, and what they do on the side.

use super::deal::Deal;
use super::letters;
use super::mutants::Fault;
use super::order::Order;
use super::payment::{self, Payment};
use super::refusal::Why;
use super::routes::Place;
use super::service::Service;
use crate::claims::{PaymentId, differ_in_last_nonce_byte};
use alloy_primitives::{Address, B256};
use axum::http::{HeaderMap, HeaderValue};
use gauntlet_wire::permit2::PERMIT2;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The side channel of a facilitator to its server (newest text of core v2 §7.2.1).
pub(super) const EXTENSION_RESPONSES: &str = "extension-responses";

/// Between the moment in which the mutant with one receipt for all puts a receipt down and that in which it takes
/// one up: payments that are settled within this time get each other's.
const ABSENCE: Duration = Duration::from_millis(200);

/// The longest header whose payment a mutant remembers, bytes.
const LONG: usize = 4096;
/// How many spent payments a mutant remembers.
const REMEMBERED: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Quirks {
    memory: Mutex<Memory>,
    broken: AtomicBool,
    wedged: AtomicBool,
    counter: AtomicU64,
    /// Held by the one sale at a time of the mutant that makes no more.
    pub(super) turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Memory {
    paid: HashMap<PaymentId, Paid>,
    latest: Option<Value>,
    overheard: HashMap<PaymentId, HeaderValue>,
    lost: HashSet<PaymentId>,
}

/// A payment that has bought something.
#[derive(Debug)]
struct Paid {
    place: Place,
    bytes: B256,
    receipt: Value,
    /// How many had bought something before.
    before: usize,
}

impl Memory {
    /// A payment whose nonce differs from this one's in nothing but its last byte.
    fn beside(&self, id: PaymentId) -> Option<&Paid> {
        let found = self.paid.iter().find(|(other, _)| differ_in_last_nonce_byte(**other, id));
        found.map(|(_, paid)| paid)
    }
}

impl Quirks {
    fn lock(&self) -> MutexGuard<'_, Memory> {
        // Every change is a single insertion or removal, so that a poisoned memory is still a good one.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on every answer is 500.
    pub(super) fn break_down(&self) {
        self.broken.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    /// From now on every payment is refused.
    fn wedge(&self) {
        self.wedged.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_wedged(&self) -> bool {
        self.wedged.load(Ordering::Relaxed)
    }

    /// Whether this is the last of as many calls.
    pub(super) fn is_nth(&self, of: u64) -> bool {
        self.counter.fetch_add(1, Ordering::Relaxed) % of == of - 1
    }

    /// Notes what a payment has bought, when the mutant makes something of that.
    pub(super) fn note_paid(&self, deal: &Deal, receipt: &Value) {
        let remembers = matches!(
            deal.service.fault,
            Some(
                Fault::CopiesShareSettlement
                    | Fault::ServesSameBytesAgain
                    | Fault::ServesReencodedAgain
                    | Fault::ServesSpentElsewhere
                    | Fault::CreditForRegulars
                    | Fault::LongHeaderBuysAgain
                    | Fault::IgnoresLastNonceByte
                    | Fault::ForgetsAfter64
                    | Fault::ThirdIsFree
                    | Fault::OneReceiptForAPayer
                    | Fault::Permit2ServedAgain
            )
        );
        if remembers {
            let place = deal.order.place.clone();
            let mut memory = self.lock();
            let paid = Paid {
                place,
                bytes: deal.payment.bytes,
                receipt: receipt.clone(),
                before: memory.paid.len(),
            };
            memory.paid.insert(deal.payment.id, paid);
        }
    }

    pub(super) fn receipt(&self, id: PaymentId) -> Option<Value> {
        self.lock().paid.get(&id).map(|paid| paid.receipt.clone())
    }

    /// How often a payer has bought something.
    pub(super) fn purchases(&self, payer: Address) -> usize {
        self.lock().paid.keys().filter(|(_, own, _)| *own == payer).count()
    }

    /// The receipt with which a spent payment buys again.
    pub(super) fn sells_again(
        &self,
        fault: Option<Fault>,
        order: &Order,
        payment: &Payment,
    ) -> Option<Value> {
        let memory = self.lock();
        if fault == Some(Fault::IgnoresLastNonceByte) {
            return memory.beside(payment.id).map(|paid| paid.receipt.clone());
        }
        let paid = memory.paid.get(&payment.id)?;
        let (same_place, same_bytes) = (paid.place == order.place, paid.bytes == payment.bytes);
        let sells = match fault {
            Some(Fault::ServesSameBytesAgain) => same_place && same_bytes,
            Some(Fault::ServesReencodedAgain) => same_place && !same_bytes,
            Some(Fault::ServesSpentElsewhere) => !same_place,
            Some(Fault::Permit2ServedAgain) => payment.id.0 == PERMIT2,
            Some(Fault::LongHeaderBuysAgain) => same_place && payment.length > LONG,
            Some(Fault::ForgetsAfter64) => same_place && memory.paid.len() - paid.before > REMEMBERED,
            _ => false,
        };
        sells.then(|| paid.receipt.clone())
    }

    /// Puts a receipt where all requests put theirs, and takes up what lies there a moment later.
    pub(super) async fn mix_up(&self, receipt: Value) -> Value {
        self.lock().latest = Some(receipt.clone());
        tokio::time::sleep(ABSENCE).await;
        self.lock().latest.clone().unwrap_or(receipt)
    }

    /// Notes what the facilitator says to the server alone, when the mutant hands that on.
    pub(super) fn overhear(&self, fault: Option<Fault>, id: PaymentId, headers: &HeaderMap) {
        if fault == Some(Fault::LeaksExtensionResponses)
            && let Some(value) = headers.get(EXTENSION_RESPONSES)
        {
            self.lock().overheard.insert(id, value.clone());
        }
    }

    /// Notes that nobody knows whether a payment was settled, when the mutant makes something of that.
    pub(super) fn note_lost(&self, fault: Option<Fault>, id: PaymentId, why: &Why) {
        if fault == Some(Fault::ServesLostAgain) && matches!(why, Why::Unknown { .. }) {
            self.lock().lost.insert(id);
        }
    }

    pub(super) fn was_lost(&self, id: PaymentId) -> bool {
        self.lock().lost.contains(&id)
    }

    pub(super) fn overheard(&self, id: PaymentId) -> Option<HeaderValue> {
        self.lock().overheard.get(&id).cloned()
    }
}

/// What a refusal does to a mutant.
pub(super) async fn suffer(service: &Service, order: &Order, why: &Why) {
    match (service.fault, why) {
        (Some(Fault::HandlerRunsOnMalformed), Why::Malformed(_)) => {
            service.handlers.run(&order.place, &order.body).await;
        }
        (Some(Fault::HandlerRunsUnpaid), Why::Unpaid) => {
            service.handlers.run(&order.place, &order.body).await;
        }
        (Some(Fault::DiesOfHugeHeader), Why::TooLarge) => {
            service.close();
            std::future::pending().await
        }
        (Some(Fault::DiesOfDeepJson), Why::Malformed(_)) if letters::are_deep(&order.headers) => {
            service.close();
            std::future::pending().await
        }
        (Some(Fault::WedgedAfterMalformed), Why::Malformed(_)) => {
            service.quirks.wedge();
        }
        (Some(Fault::WedgedAfterManyDigits), _) if letters::are_many_digits(&order.headers) => {
            service.quirks.wedge();
        }
        (Some(Fault::NeverRecovers), why) if why.is_facilitators() => {
            service.quirks.wedge();
        }
        _ => {}
    }
}

/// A buyer who waits for an answer. The mutant that stops when he leaves is told by this being dropped.
#[derive(Debug)]
pub(super) struct Waiting(Option<Arc<Service>>);

impl Waiting {
    pub(super) fn of(service: &Arc<Service>, order: &Order) -> Self {
        let minds = service.is(Fault::StopsWhenBuyerLeaves) && payment::is_presented(service, &order.headers);
        Self(minds.then(|| Arc::clone(service)))
    }

    /// The buyer has his answer.
    pub(super) fn ends(mut self) {
        self.0 = None;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(service) = &self.0 {
            service.quirks.wedge();
        }
    }
}

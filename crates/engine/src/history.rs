//! What the run has asked and what it was told: the material of the invariants.

use gauntlet_wire::{Address, B256, ReasonClass, SettleAnswer, U256, VerifyAnswer, Version};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// Where a request went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Endpoint {
    /// `POST /verify`
    Verify,
    /// `POST /settle`
    Settle,
    /// `GET /supported`
    Supported,
}

impl Endpoint {
    /// The path below the target's base URL.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Verify => "/verify",
            Self::Settle => "/settle",
            Self::Supported => "/supported",
        }
    }
}

/// What an answer amounts to, whatever its status code and wording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// `isValid: true`, or `success: true`.
    Yes,
    /// Anything that is legible as a refusal: the field is false, or the status is an error.
    No,
    /// A 2xx answer without the field, or without JSON.
    Unclear(String),
    /// No whole answer came.
    Nothing(String),
}

/// What identifies a payment on the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PaymentKey {
    /// Token contract.
    pub token: Address,
    /// Payer.
    pub payer: Address,
    /// Nonce of the authorization.
    pub nonce: B256,
}

/// A payment as the harness meant it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentFacts {
    /// Identity on the chain.
    pub key: PaymentKey,
    /// Receiver that was signed.
    pub to: Address,
    /// Value that was signed, atomic units.
    pub value: U256,
    /// Network as the requirements name it.
    pub network: String,
    /// Reason classes that fit its fault; empty when it has none or may have any.
    pub faults: Vec<ReasonClass>,
}

/// One request to the target and what it said.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The check that asked.
    pub check: String,
    /// Version of the payment; `None` for a body that is none.
    pub version: Option<Version>,
    /// Where it went.
    pub endpoint: Endpoint,
    /// The request as a change to a valid payment.
    pub sent: String,
    /// Number of the exchange.
    pub exchange: u64,
    /// Status code.
    pub status: Option<u16>,
    /// Head and body of the answer as text, for hygiene checks.
    pub text: String,
    /// The answer as JSON.
    pub json: Option<Value>,
    /// What it amounts to.
    pub said: Said,
    /// The payment, when the request carried a whole one.
    pub payment: Option<PaymentFacts>,
    /// Whether the request was well-formed JSON.
    pub well_formed: bool,
    /// Whether the chain answered the target normally during the request.
    pub chain_healthy: bool,
}

impl Entry {
    /// The answer to `/verify`, when this is one.
    #[must_use]
    pub fn verify(&self) -> Option<VerifyAnswer> {
        (self.endpoint == Endpoint::Verify).then_some(())?;
        VerifyAnswer::read(self.json.as_ref()?.to_string().as_bytes()).ok()
    }

    /// The answer to `/settle`, when this is one.
    #[must_use]
    pub fn settle(&self) -> Option<SettleAnswer> {
        (self.endpoint == Endpoint::Settle).then_some(())?;
        SettleAnswer::read(self.json.as_ref()?.to_string().as_bytes()).ok()
    }

    /// The reason that was given, whichever endpoint it was.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        match self.endpoint {
            Endpoint::Verify => self.verify()?.reason,
            Endpoint::Settle => self.settle()?.reason,
            Endpoint::Supported => None,
        }
    }
}

/// Everything the run has asked, in the order of the answers.
#[derive(Debug, Default)]
pub struct History {
    entries: Mutex<Vec<Entry>>,
    relayed: Mutex<Vec<PaymentKey>>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // A panic while holding the lock is reported by the check that panicked; the list itself stays whole.
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl History {
    /// Adds an entry.
    pub fn push(&self, entry: Entry) {
        lock(&self.entries).push(entry);
    }

    /// A copy of all entries so far.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        lock(&self.entries).clone()
    }

    /// Remembers that the harness itself submitted a payment.
    pub fn relay(&self, key: PaymentKey) {
        lock(&self.relayed).push(key);
    }

    /// Whether the harness itself submitted a payment.
    #[must_use]
    pub fn was_relayed(&self, key: &PaymentKey) -> bool {
        lock(&self.relayed).contains(key)
    }

    /// The answers of `/settle` by payment.
    #[must_use]
    pub fn settles(&self) -> BTreeMap<PaymentKey, Vec<Entry>> {
        let mut by_payment: BTreeMap<PaymentKey, Vec<Entry>> = BTreeMap::new();
        for entry in self.entries() {
            if entry.endpoint == Endpoint::Settle
                && let Some(payment) = &entry.payment
            {
                by_payment.entry(payment.key).or_default().push(entry);
            }
        }
        by_payment
    }
}

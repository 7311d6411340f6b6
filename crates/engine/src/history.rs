//! What the run has asked and what it was told: the material of the invariants.

use gauntlet_report::{Asked, CaseSent};
use gauntlet_wire::{SettleAnswer, VerifyAnswer, Version};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Mutex;

pub use gauntlet_report::{Endpoint, PaymentFacts, PaymentKey, Said};

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
    /// Head and body of the answer as text, for hygiene checks; the beginnings of those that are longer than any answer is.
    pub text: String,
    /// Where in it the body begins; none when that is not all of the body, or no text.
    body: Option<usize>,
    /// What it amounts to.
    pub said: Said,
    /// The payment, when the request carried a whole one.
    pub payment: Option<PaymentFacts>,
    /// Whether the request was well-formed JSON.
    pub well_formed: bool,
    /// Whether the chain answered the target normally during the request.
    pub chain_healthy: bool,
}

/// How much of the head and of the body of an answer is remembered for as long as a run lasts, bytes each. Verdicts have some
/// hundreds; a target that says a megabyte each time would have taken the whole memory of the machine.
const KEPT: usize = 32 * 1024;
/// Of a longer body that is JSON, so much of each text is kept, bytes: what is said there stays legible to the checks.
const KEPT_OF_A_TEXT: usize = 1024;
/// And so many items of each list and members of each object.
const KEPT_ITEMS: usize = 100;

impl Entry {
    /// What the history keeps of an exchange; `None` when it did not go to a facilitator.
    ///
    /// A run makes its entries here and a record's are made here again, so that both are judged alike.
    #[must_use]
    pub fn of(case: &CaseSent) -> Option<Self> {
        let Asked { endpoint, version, said, payment, well_formed, chain_healthy } = case.asked.clone()?;
        let response = case.exchange.response.clone().unwrap_or_default();
        let head = &response.head[..response.head.floor_char_boundary(KEPT)];
        let (body, is_whole) = match in_short(&response.body).filter(|_| response.dropped == 0) {
            Some(short) => (short, true),
            None => {
                let kept = &response.body[..response.body.len().min(KEPT)];
                (kept.to_vec(), kept.len() == response.body.len() && response.dropped == 0)
            }
        };
        Some(Self {
            check: case.check.clone(),
            version,
            endpoint,
            sent: case.sent.clone(),
            exchange: case.exchange.seq,
            status: case.exchange.status,
            text: format!("{head}\n{}", String::from_utf8_lossy(&body)),
            body: (is_whole && std::str::from_utf8(&body).is_ok()).then_some(head.len() + 1),
            said,
            payment,
            well_formed,
            chain_healthy,
        })
    }

    /// The answer as JSON. Read anew each time: a value takes many times what its text does, and a run has thousands of them.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_str(self.text.get(self.body?..)?).ok()
    }

    /// The answer to `/verify`, when this is one.
    #[must_use]
    pub fn verify(&self) -> Option<VerifyAnswer> {
        (self.endpoint == Endpoint::Verify).then_some(())?;
        VerifyAnswer::read(self.json()?.to_string().as_bytes()).ok()
    }

    /// The answer to `/settle`, when this is one.
    #[must_use]
    pub fn settle(&self) -> Option<SettleAnswer> {
        (self.endpoint == Endpoint::Settle).then_some(())?;
        SettleAnswer::read(self.json()?.to_string().as_bytes()).ok()
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

/// A JSON body that is too long to be kept, with its long texts, lists and objects cut; nothing for any other body. A verdict
/// that quotes a token's 180 KB is a verdict all the same.
fn in_short(body: &[u8]) -> Option<Vec<u8>> {
    if body.len() <= KEPT {
        return None;
    }
    let mut json = serde_json::from_slice(body).ok()?;
    cut(&mut json);
    serde_json::to_vec(&json).ok().filter(|short| short.len() <= KEPT)
}

fn cut(json: &mut Value) {
    match json {
        Value::String(text) => text.truncate(text.floor_char_boundary(KEPT_OF_A_TEXT)),
        Value::Array(items) => {
            items.truncate(KEPT_ITEMS);
            items.iter_mut().for_each(cut);
        }
        Value::Object(members) => {
            let mut place = 0;
            members.retain(|_, _| {
                place += 1;
                place <= KEPT_ITEMS
            });
            members.values_mut().for_each(cut);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Everything the run has asked, in the order of the answers.
#[derive(Debug, Default)]
pub struct History {
    entries: Mutex<Vec<Entry>>,
    relayed: Mutex<BTreeSet<PaymentKey>>,
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

    /// The entries of some exchanges.
    #[must_use]
    pub fn of(&self, exchanges: &BTreeSet<u64>) -> Vec<Entry> {
        lock(&self.entries).iter().filter(|entry| exchanges.contains(&entry.exchange)).cloned().collect()
    }

    /// Remembers that the harness itself submitted a payment.
    pub fn relay(&self, key: PaymentKey) {
        lock(&self.relayed).insert(key);
    }

    /// The payments that the harness itself submitted.
    #[must_use]
    pub fn relayed(&self) -> BTreeSet<PaymentKey> {
        lock(&self.relayed).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_long_verdict_is_kept_as_a_short_one() {
        let long = json!({ "isValid": false, "invalidReason": "x", "invalidMessage": "é".repeat(90_000), "more": [vec![1; 500]] });
        let short = in_short(long.to_string().as_bytes()).unwrap();
        let short: Value = serde_json::from_slice(&short).unwrap();
        assert_eq!((&short["isValid"], &short["invalidReason"]), (&json!(false), &json!("x")));
        assert_eq!(short["invalidMessage"].as_str().unwrap().len(), KEPT_OF_A_TEXT);
        assert_eq!(short["more"][0].as_array().unwrap().len(), KEPT_ITEMS);
        // What is short is kept as it came, and what is no JSON, or an endless list of names, is no verdict.
        assert!(in_short(b"{ \"isValid\" : true }").is_none());
        assert!(in_short("x".repeat(2 * KEPT).as_bytes()).is_none());
    }
}

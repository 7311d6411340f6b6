//! What the facilitator is to do, and what it was asked so far.

use super::act::{Act, Endpoint};
use super::call::Call;
use gauntlet_wire::B256;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

type Key = (B256, Endpoint);

/// Scripts, releases and records.
#[derive(Debug, Default)]
pub(super) struct Book {
    scripts: Mutex<Scripts>,
    calls: Mutex<Vec<Call>>,
    /// How often each payment came to each endpoint.
    arrived: watch::Sender<HashMap<Key, usize>>,
    released: watch::Sender<HashSet<B256>>,
}

#[derive(Debug, Default)]
struct Scripts {
    payments: HashMap<Key, VecDeque<Act>>,
    /// For every payment without a script.
    all: Option<Act>,
    supported: Option<Act>,
    /// Whether what nothing is said of is settled once, and answered again with what was said.
    keeps_answers: bool,
}

impl Book {
    /// `keeps_answers`: whether a settlement that no script is about is answered idempotently.
    pub(super) fn new(keeps_answers: bool) -> Self {
        Self { scripts: Mutex::new(Scripts { keeps_answers, ..Scripts::default() }), ..Self::default() }
    }

    /// Records a call that has come in. Gives its number and what is to be done with it.
    pub(super) fn enter(&self, mut call: Call) -> (u64, Act) {
        let key = call.nonce.map(|nonce| (nonce, call.endpoint));
        let act = lock(&self.scripts).next(call.endpoint, key);
        let seq = {
            let mut calls = lock(&self.calls);
            call.seq = calls.len() as u64;
            let seq = call.seq;
            calls.push(call);
            seq
        };
        // After the record, so that who waits for a call finds it there.
        if let Some(key) = key {
            self.arrived.send_modify(|arrived| *arrived.entry(key).or_default() += 1);
        }
        (seq, act)
    }

    /// Adds to the record of a call.
    pub(super) fn note(&self, seq: u64, add: impl FnOnce(&mut Call)) {
        let mut calls = lock(&self.calls);
        if let Some(call) = usize::try_from(seq).ok().and_then(|index| calls.get_mut(index)) {
            add(call);
        }
    }

    pub(super) fn calls(&self, wanted: impl Fn(&Call) -> bool) -> Vec<Call> {
        lock(&self.calls).iter().filter(|call| wanted(call)).cloned().collect()
    }

    pub(super) fn script(&self, nonce: B256, endpoint: Endpoint, acts: Vec<Act>) {
        lock(&self.scripts).payments.insert((nonce, endpoint), acts.into());
    }

    /// The scripts of a payment, for people: which endpoint does what.
    pub(super) fn told(&self, nonce: B256) -> Vec<String> {
        let scripts = lock(&self.scripts);
        [Endpoint::Verify, Endpoint::Settle]
            .into_iter()
            .filter_map(|endpoint| {
                let acts = scripts.payments.get(&(nonce, endpoint)).filter(|acts| !acts.is_empty())?;
                let texts: Vec<String> = acts.iter().map(ToString::to_string).collect();
                Some(format!("the facilitator's {endpoint} {}", texts.join(", then ")))
            })
            .collect()
    }

    pub(super) fn set_all(&self, act: Option<Act>) {
        lock(&self.scripts).all = act;
    }

    pub(super) fn set_supported(&self, act: Option<Act>) {
        lock(&self.scripts).supported = act;
    }

    pub(super) fn release(&self, nonce: B256) {
        self.released.send_modify(|released| {
            released.insert(nonce);
        });
    }

    /// Waits until a payment is released.
    pub(super) async fn released(&self, nonce: B256) {
        // The sender lives as long as `self`, so that waiting cannot fail.
        let _ = self.released.subscribe().wait_for(|released| released.contains(&nonce)).await;
    }

    /// Waits until a payment came to an endpoint that often.
    pub(super) async fn arrived(&self, nonce: B256, endpoint: Endpoint, count: usize) {
        let came =
            |arrived: &HashMap<Key, usize>| arrived.get(&(nonce, endpoint)).copied().unwrap_or_default();
        let _ = self.arrived.subscribe().wait_for(|arrived| came(arrived) >= count).await;
    }
}

impl Scripts {
    fn next(&mut self, endpoint: Endpoint, key: Option<Key>) -> Act {
        if let Some(acts) = key.and_then(|key| self.payments.get_mut(&key)) {
            // The last act stays, for whatever calls may follow.
            let next = if acts.len() > 1 { acts.pop_front() } else { acts.front().cloned() };
            if let Some(act) = next {
                return act;
            }
        }
        let general = match endpoint {
            Endpoint::Verify | Endpoint::Settle => &self.all,
            Endpoint::Supported => &self.supported,
        };
        let usual = match endpoint {
            Endpoint::Settle if self.keeps_answers => Act::Repeat,
            Endpoint::Verify | Endpoint::Settle | Endpoint::Supported => Act::Forward,
        };
        general.clone().unwrap_or(usual)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

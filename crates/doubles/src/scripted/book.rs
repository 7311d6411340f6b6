//! What the facilitator is to do, and what it was asked so far.

use super::act::{Act, Endpoint};
use super::call::Call;
use gauntlet_wire::B256;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

type Key = (B256, Endpoint);

/// What the record of calls may take, bytes, roughly: a server under trial can call as often as it likes. The oldest calls are
/// forgotten then, whose checks have ended long ago.
const ROOM: usize = 256 << 20;

/// Scripts, releases and records.
#[derive(Debug, Default)]
pub(super) struct Book {
    scripts: Mutex<Scripts>,
    calls: Mutex<Calls>,
    /// How often each payment came to each endpoint.
    arrived: watch::Sender<HashMap<Key, usize>>,
    released: watch::Sender<HashSet<B256>>,
}

/// The calls that are remembered.
#[derive(Debug)]
struct Calls {
    kept: VecDeque<Call>,
    /// How many were forgotten before them.
    forgotten: u64,
    /// What is left for more of them, bytes; negative when some must be forgotten.
    room: isize,
}

impl Default for Calls {
    fn default() -> Self {
        Self { kept: VecDeque::new(), forgotten: 0, room: ROOM.cast_signed() }
    }
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
    pub(super) fn enter(&self, call: Call) -> (u64, Act) {
        let key = call.nonce.map(|nonce| (nonce, call.endpoint));
        let act = lock(&self.scripts).next(call.endpoint, key);
        let (seq, forgotten) = lock(&self.calls).push(call);
        self.forget(&forgotten);
        // After the record, so that who waits for a call finds it there.
        if let Some(key) = key {
            self.arrived.send_modify(|arrived| *arrived.entry(key).or_default() += 1);
        }
        (seq, act)
    }

    /// Adds to the record of a call.
    pub(super) fn note(&self, seq: u64, add: impl FnOnce(&mut Call)) {
        lock(&self.calls).note(seq, add);
    }

    /// Forgets all about payments whose calls are forgotten.
    fn forget(&self, calls: &[Call]) {
        if calls.is_empty() {
            return;
        }
        let keys: Vec<Key> = calls.iter().filter_map(|call| Some((call.nonce?, call.endpoint))).collect();
        self.arrived.send_modify(|arrived| arrived.retain(|key, _| !keys.contains(key)));
        let mut scripts = lock(&self.scripts);
        scripts.payments.retain(|key, _| !keys.contains(key));
    }

    pub(super) fn calls(&self, wanted: impl Fn(&Call) -> bool) -> Vec<Call> {
        lock(&self.calls).kept.iter().filter(|call| wanted(call)).cloned().collect()
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

impl Calls {
    /// Keeps a call: its number, and those that were forgotten for it.
    fn push(&mut self, mut call: Call) -> (u64, Vec<Call>) {
        let seq = self.forgotten + self.kept.len() as u64;
        call.seq = seq;
        self.room -= call.weight();
        self.kept.push_back(call);
        let mut forgotten = Vec::new();
        while self.room < 0 && self.kept.len() > 1 {
            let Some(oldest) = self.kept.pop_front() else { break };
            self.room += oldest.weight();
            self.forgotten += 1;
            forgotten.push(oldest);
        }
        (seq, forgotten)
    }

    fn note(&mut self, seq: u64, add: impl FnOnce(&mut Call)) {
        let index = seq.checked_sub(self.forgotten).and_then(|index| usize::try_from(index).ok());
        if let Some(call) = index.and_then(|index| self.kept.get_mut(index)) {
            let before = call.weight();
            add(call);
            self.room -= call.weight() - before;
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::HeaderMap;

    #[test]
    fn the_oldest_calls_are_forgotten_when_there_is_no_room() {
        let call = || Call::new(Endpoint::Verify, &HeaderMap::new(), b"{}");
        let mut calls = Calls { room: 3 * call().weight(), ..Calls::default() };
        let pushed: Vec<(u64, usize)> =
            (0..4).map(|_| calls.push(call())).map(|(seq, old)| (seq, old.len())).collect();
        assert_eq!(pushed, [(0, 0), (1, 0), (2, 0), (3, 1)]);
        calls.note(0, |_| panic!("it is forgotten"));
        calls.note(3, |call| call.answered = Some((200, vec![0; 10_000])));
        assert_eq!(calls.kept.iter().map(|call| call.seq).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(calls.push(call()).1.len(), 3, "what is answered weighs, too");
    }
}

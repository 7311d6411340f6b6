//! What only mutants remember.

use super::findings::Finding;
use super::mutants::Fault;
use super::payment::Payment;
use super::rpc::ChainError;
use super::service::Refusal;
use crate::claims::{PaymentId, differ_in_last_nonce_byte};
use alloy_primitives::{B256, keccak256};
use gauntlet_report::clock::unix_seconds;
use gauntlet_wire::{Address, Version};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What only mutants remember.
#[derive(Debug, Default)]
pub(super) struct Quirks {
    memory: Mutex<Memory>,
    wedged: AtomicBool,
    counter: AtomicU64,
    hanging: AtomicBool,
}

#[derive(Debug, Default)]
pub(super) struct Memory {
    verified: HashSet<PaymentId>,
    tokens: HashSet<Address>,
    /// Payments and their transactions, oldest first.
    settled: Vec<(PaymentId, B256)>,
    /// Payments that were not covered, with the balance.
    uncovered: HashMap<PaymentId, Finding>,
    /// Payments that were sent to the chain, whatever became of them.
    sent: HashSet<PaymentId>,
    first_transactions: HashMap<Version, B256>,
    pub(super) settled_by_verify: HashMap<PaymentId, B256>,
    /// Payments that were charged nothing.
    pub(super) closed: HashSet<PaymentId>,
    /// What a token gave as its reason, by payer.
    pub(super) revert_texts: HashMap<Address, String>,
}

impl Quirks {
    pub(super) fn lock(&self) -> MutexGuard<'_, Memory> {
        // Every change is a single insertion or removal, so that a poisoned memory is still a good one.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn was_verified(&self, id: PaymentId) -> bool {
        self.lock().verified.contains(&id)
    }

    pub(super) fn note_good(&self, payment: &Payment) {
        let mut memory = self.lock();
        memory.verified.insert(payment.id());
        memory.tokens.insert(payment.request.requirements.asset);
    }

    pub(super) fn note_verified(&self, id: PaymentId) {
        self.lock().verified.insert(id);
    }

    /// Whether any payment was verified that has the place and the payer of this one.
    pub(super) fn has_verified_payer_of(&self, id: PaymentId) -> bool {
        self.lock().verified.iter().any(|other| (other.0, other.1) == (id.0, id.1))
    }

    pub(super) fn tokens(&self) -> Vec<Address> {
        self.lock().tokens.iter().copied().collect()
    }

    /// Notes what has been settled, for the mutants that make something of that.
    pub(super) fn note_settled(&self, fault: Option<Fault>, id: PaymentId, hash: B256) {
        let remembers = matches!(
            fault,
            Some(
                Fault::ForgetsAfter64
                    | Fault::IgnoresLastNonceByte
                    | Fault::OneReceiptForAPayer
                    | Fault::ReplayAnswersAgain
            )
        );
        if remembers {
            self.lock().settled.push((id, hash));
        }
    }

    /// Notes what is on its way to the chain, for the mutant that forgets in a restart.
    pub(super) fn note_sent(&self, fault: Option<Fault>, id: PaymentId) {
        if fault == Some(Fault::ForgetsAfterRestart) {
            self.lock().sent.insert(id);
        }
    }

    pub(super) fn has_sent(&self, id: PaymentId) -> bool {
        self.lock().sent.contains(&id)
    }

    /// How many payments have been settled after this one; `None` when this one has not.
    pub(super) fn settled_since(&self, id: PaymentId) -> Option<usize> {
        self.lock().settled.iter().rev().position(|(other, _)| *other == id)
    }

    pub(super) fn transaction_of(&self, id: PaymentId) -> Option<B256> {
        self.lock().settled.iter().find(|(other, _)| *other == id).map(|(_, hash)| *hash)
    }

    /// The transaction of a payment whose nonce differs in nothing but its last byte.
    pub(super) fn settled_beside(&self, id: PaymentId) -> Option<B256> {
        let memory = self.lock();
        let found = memory.settled.iter().find(|(other, _)| differ_in_last_nonce_byte(*other, id));
        found.map(|(_, hash)| *hash)
    }

    /// A payment that was not covered once is not covered ever after.
    pub(super) fn keep_refused(&self, id: PaymentId, findings: &mut Vec<Finding>) {
        let mut memory = self.lock();
        let uncovered = findings.iter().find(|finding| matches!(finding, Finding::Balance(_))).copied();
        match (uncovered, memory.uncovered.get(&id).copied()) {
            (Some(finding), None) => {
                memory.uncovered.insert(id, finding);
            }
            (None, Some(finding)) => findings.push(finding),
            _ => {}
        }
    }

    /// From now on [`Quirks::check_wedged`] finds it so.
    pub(super) fn wedge(&self) {
        self.wedged.store(true, Ordering::Relaxed);
    }

    pub(super) fn check_wedged(&self, fault: Option<Fault>) -> Result<(), Refusal> {
        let wedges = matches!(
            fault,
            Some(Fault::WedgedAfterChainFailure | Fault::WedgedAfterRefusal | Fault::WedgedAfterDeepBody)
        );
        if wedges && self.wedged.load(Ordering::Relaxed) {
            return Err(Refusal::Chain(ChainError::Unreachable));
        }
        Ok(())
    }

    /// From now on nothing is answered.
    pub(super) fn hang(&self) {
        self.hanging.store(true, Ordering::Relaxed);
    }

    pub(super) fn hangs(&self) -> bool {
        self.hanging.load(Ordering::Relaxed)
    }

    /// Counts calls, from 0.
    pub(super) fn count(&self) -> u64 {
        self.counter.fetch_add(1, Ordering::Relaxed)
    }

    /// A transaction hash that no transaction has.
    pub(super) fn invented_hash(&self) -> B256 {
        keccak256(format!("no transaction {} {}", self.count(), unix_seconds()))
    }

    /// The first transaction of a version that was noted; notes this one when it is the first.
    pub(super) fn first_transaction(&self, version: Version, hash: B256) -> B256 {
        *self.lock().first_transactions.entry(version).or_insert(hash)
    }
}

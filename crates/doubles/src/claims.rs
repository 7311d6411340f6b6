//! Which payments are being settled or have been: one settlement at a time for each payment.

use alloy_primitives::{Address, B256, U256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// What names a payment on the chain: token, payer, nonce.
pub(crate) type PaymentId = (Address, Address, B256);

/// Whether two payments of one payer have nonces that differ in their last byte only.
pub(crate) fn differ_in_last_nonce_byte(one: PaymentId, other: PaymentId) -> bool {
    (one.0, one.1) == (other.0, other.1) && one.2 != other.2 && one.2[..31] == other.2[..31]
}

/// How many payments are remembered before those whose window has closed are forgotten.
const CROWD: usize = 4096;

/// What is known of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// Its settlement is under way.
    InFlight,
    /// This transaction was sent for it and nobody knows yet what became of it.
    Pending(B256),
    /// It was settled, and had this hash as it was written.
    Settled { body: B256 },
}

#[derive(Debug, Default)]
pub(crate) struct Claims {
    known: Mutex<HashMap<PaymentId, Entry>>,
    changed: Notify,
}

#[derive(Debug)]
struct Entry {
    known: Known,
    /// `validBefore`: from then on the token itself refuses the payment. Unix seconds.
    until: U256,
}

impl Claims {
    fn lock(&self) -> MutexGuard<'_, HashMap<PaymentId, Entry>> {
        // Every change is a single insertion or removal, so that a poisoned map is still a good one.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of a payment.
    pub(crate) fn known(&self, id: PaymentId) -> Option<Known> {
        self.lock().get(&id).map(|entry| entry.known)
    }

    /// Another payment of the same payer that is under way.
    pub(crate) fn beside(&self, id: PaymentId) -> Option<PaymentId> {
        let is_beside = |other: &PaymentId| (other.0, other.1) == (id.0, id.1) && other.2 != id.2;
        let known = self.lock();
        let under_way = known.iter().filter(|(_, entry)| entry.known == Known::InFlight);
        under_way.map(|(other, _)| *other).find(is_beside)
    }

    /// Takes a payment for settlement, when nothing is known of it or `also` holds for what is known.
    ///
    /// # Errors
    /// What is known of the payment and stands against settling it.
    pub(crate) fn claim(
        self: &Arc<Self>,
        id: PaymentId,
        until: U256,
        now: u64,
        also: impl FnOnce(Known) -> bool,
    ) -> Result<Claim, Known> {
        let mut known = self.lock();
        if let Some(entry) = known.get(&id)
            && !also(entry.known)
        {
            return Err(entry.known);
        }
        if known.len() >= CROWD {
            known.retain(|_, entry| entry.known == Known::InFlight || entry.until > U256::from(now));
        }
        known.insert(id, Entry { known: Known::InFlight, until });
        Ok(Claim { claims: Arc::clone(self), id, until, outcome: None })
    }

    /// Waits until a payment is not under way.
    pub(crate) async fn finished(&self, id: PaymentId) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Registered before looking, so that no change falls between.
            changed.as_mut().enable();
            if self.known(id) != Some(Known::InFlight) {
                return;
            }
            changed.await;
        }
    }
}

/// The right to settle a payment. Dropped without a word, the payment is free again.
#[derive(Debug)]
pub(crate) struct Claim {
    claims: Arc<Claims>,
    id: PaymentId,
    until: U256,
    outcome: Option<Known>,
}

impl Claim {
    /// The settlement ended, and this is known from now on.
    pub(crate) fn ends_as(mut self, outcome: Known) {
        self.outcome = Some(outcome);
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut known = self.claims.lock();
        match self.outcome {
            Some(outcome) => known.insert(self.id, Entry { known: outcome, until: self.until }),
            None => known.remove(&self.id),
        };
        drop(known);
        self.claims.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: PaymentId = (Address::ZERO, Address::ZERO, B256::ZERO);

    fn claim(claims: &Arc<Claims>) -> Result<Claim, Known> {
        claims.claim(ID, U256::from(100), 0, |_| false)
    }

    #[test]
    fn a_payment_is_claimed_once_and_free_again_when_the_claim_is_dropped() {
        let claims = Arc::new(Claims::default());
        let first = claim(&claims).expect("free");
        assert_eq!(claim(&claims).expect_err("taken"), Known::InFlight);
        drop(first);
        claim(&claims).expect("free again").ends_as(Known::Pending(B256::ZERO));
        assert_eq!(claim(&claims).expect_err("pending"), Known::Pending(B256::ZERO));
        assert!(claims.claim(ID, U256::ZERO, 0, |known| matches!(known, Known::Pending(_))).is_ok());
    }

    #[tokio::test]
    async fn whoever_waits_is_told_when_a_settlement_ends() {
        let claims = Arc::new(Claims::default());
        let held = claim(&claims).expect("free");
        let waiting = tokio::spawn({
            let claims = Arc::clone(&claims);
            async move { claims.finished(ID).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        held.ends_as(Known::Settled { body: B256::ZERO });
        waiting.await.expect("told");
    }
}

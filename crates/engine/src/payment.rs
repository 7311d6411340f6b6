//! A payment that a check is about to present, and what the chain will say of it.

use crate::check::Stop;
use crate::cx::Cx;
use crate::history::{PaymentFacts, PaymentKey};
use gauntlet_wire::message::{Reading, read_request};
use gauntlet_wire::oracle::GREY_SECONDS;
use gauntlet_wire::{Draft, Key, LedgerView, Mutation, ReasonClass, Token, U256, Verdict, judge};

/// Price of a payment: one cent of the token, atomic units.
#[must_use]
pub fn price(token: &Token) -> U256 {
    token.cents(1)
}

/// What a fresh payer owns: a dollar of the token, atomic units.
#[must_use]
pub fn purse(token: &Token) -> U256 {
    token.cents(100)
}

/// How long an authorization may live, seconds.
pub const TIMEOUT_SECONDS: u64 = 600;

/// A payment that a check is about to present.
#[derive(Debug, Clone)]
pub struct Payment {
    /// What is written and signed.
    pub draft: Draft,
    /// The payer's key, whoever signs.
    pub payer: Key,
    /// The token that the payer was funded in.
    pub token: Token,
    /// What the chain will say, as far as the check has arranged it.
    pub ledger: LedgerView,
    /// The changes to a valid payment so far.
    pub changes: Vec<String>,
    /// The requirement that a success without the exact Transfer violates.
    pub money_rule: &'static str,
    /// Bytes to send instead of the rendered draft: the same JSON in another order, for instance.
    pub raw: Option<Vec<u8>>,
    /// What must be said of it, where the oracle cannot tell: it knows the keys of accounts and no smart wallets.
    pub judged: Option<Verdict>,
    /// Unix seconds from which the window was counted.
    pub now: u64,
}

impl Payment {
    /// Applies one mutation.
    pub fn mutate(&mut self, mutation: &Mutation) {
        let change = mutation.apply(&mut self.draft, self.now);
        self.changes.push(change);
    }

    /// Applies one mutation and hands the payment on.
    #[must_use]
    pub fn with(mut self, mutation: &Mutation) -> Self {
        self.mutate(mutation);
        self
    }

    /// The request body.
    ///
    /// # Errors
    /// [`Stop::Harness`] when a mutation does not fit the payment.
    pub fn body(&self) -> Result<Vec<u8>, Stop> {
        if let Some(raw) = &self.raw {
            return Ok(raw.clone());
        }
        Ok(self.draft.body()?.into_bytes())
    }

    /// The request body in x402, whatever dialect it is sent in.
    pub(crate) fn plain(&self) -> Result<Vec<u8>, Stop> {
        if self.draft.spelling.is_plain() {
            return self.body();
        }
        Ok(self.draft.plain().body()?.into_bytes())
    }

    /// The payment as a change to a valid one, for people.
    #[must_use]
    pub fn sent(&self) -> String {
        match self.changes.as_slice() {
            [] => format!("a valid {} payment", self.draft.version),
            [one] => format!("1 change to a valid {} payment: {one}", self.draft.version),
            many => format!(
                "{} changes to a valid {} payment: {}",
                many.len(),
                self.draft.version,
                many.join("; ")
            ),
        }
    }

    /// Whether the payment is in a token that moves exactly what it is told to move, as the USDC of the profile does.
    #[must_use]
    pub fn token_is_plain_money(&self, cx: &Cx) -> bool {
        cx.world.chain.tokens().is_regular(self.draft.terms.token.address)
    }

    /// Identity on the chain.
    #[must_use]
    pub fn key(&self) -> PaymentKey {
        PaymentKey {
            token: self.draft.terms.token.address,
            payer: self.draft.authorization.from,
            nonce: self.draft.authorization.nonce,
        }
    }

    /// What the oracle says of the body now.
    ///
    /// # Errors
    /// [`Stop::Harness`] when a mutation does not fit the payment.
    pub fn verdict(&self) -> Result<Verdict, Stop> {
        if let Some(judged) = &self.judged {
            return Ok(judged.clone());
        }
        Ok(self.in_dialect(judge(&self.plain()?, &self.ledger, self.now)))
    }

    /// A verdict with what a dialect asks for besides: authorizations that are good for long, and, where they are signed for
    /// a contract that moves one token, that token.
    pub(crate) fn in_dialect(&self, mut verdict: Verdict) -> Verdict {
        let spelling = &self.draft.spelling;
        let moves = spelling.domain.as_ref().map(|domains| domains.0.verifying_contract);
        if let Verdict::Invalid(reasons) = &mut verdict
            && moves.is_some_and(|token| token != self.draft.terms.token.address)
        {
            reasons.push(ReasonClass::Token);
        }
        let Some(least) = spelling.least_seconds else { return verdict };
        let ends = self.draft.authorization.valid_before;
        let bound = self.now.saturating_add(least);
        match verdict {
            Verdict::Invalid(mut reasons) if ends < U256::from(bound) => {
                reasons.push(ReasonClass::Expired);
                Verdict::Invalid(reasons)
            }
            Verdict::Valid | Verdict::Open(_) if ends < U256::from(bound - GREY_SECONDS) => {
                Verdict::Invalid(vec![ReasonClass::Expired])
            }
            Verdict::Valid if ends < U256::from(bound.saturating_add(GREY_SECONDS)) => {
                Verdict::Open("the authorization is good for almost exactly as long as it must be")
            }
            verdict => verdict,
        }
    }

    /// What the history keeps of it.
    ///
    /// # Errors
    /// [`Stop::Harness`] when a mutation does not fit the payment.
    pub fn facts(&self) -> Result<PaymentFacts, Stop> {
        let mut faults = match self.verdict()? {
            Verdict::Invalid(reasons) => reasons,
            Verdict::Valid | Verdict::Open(_) => Vec::new(),
        };
        // What may be refused for its form alone may be refused for that also when it is spent.
        let untouched =
            LedgerView { balance: U256::MAX, nonce_used: false, blocked: false, ..self.ledger.clone() };
        if matches!(judge(&self.plain()?, &untouched, self.now), Verdict::Open(_)) {
            faults.clear();
        }
        // Version 1 allows a value above the price, but whoever refuses it for that may say so.
        let read = read_request(&self.plain()?, Reading::Lenient);
        if !faults.is_empty() && read.is_ok_and(|read| read.authorization.value != read.requirements.amount) {
            faults.push(ReasonClass::Amount);
        }
        Ok(PaymentFacts {
            key: self.key(),
            to: self.draft.authorization.to,
            value: self.draft.authorization.value,
            network: self.draft.terms.network.name(self.draft.version),
            faults,
        })
    }
}

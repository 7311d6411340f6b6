//! Invariants: rules over everything that a run has asked and everything that the chain has seen.
//!
//! They are pure: a run applies them at its end, and [`recheck`] applies them again to its record, without chain and
//! target. What can be told from history and ledger alone:
//!
//! - INV-001, conservation: each success has its Transfer, no refusal has one, and payees have what was settled for them.
//!   A Transfer takes from one account what it gives to another, so that the payer's side needs no sum of its own.
//! - INV-002: one authorization, one transaction.
//! - INV-003, INV-004: as much content as money, and no money for a refusal.
//! - INV-005: what `/verify` called valid settles, as far as nobody changed anything in between.
//! - INV-006: what the oracle called invalid was not called valid. What that weighs depends on the rule that is broken,
//!   and the checks of that rule say it; here it is a warning.
//! - INV-007: the signers sent transactions only for payments. That needs signers that the target names.
//! - INV-008: no server errors.
//! - INV-009: whether the target still works can only be told by asking it: here its last answers to that are judged, and
//!   that it died before and had to be started again.

mod facilitator;
mod gas;
mod recheck;
mod server;
#[cfg(test)]
mod tests;

pub use recheck::{Judged, Recheck, Weighed, Word};

use crate::check::Stop;
use crate::cx::{Cx, Violation};
use crate::history::{Entry, PaymentKey};
use gauntlet_probe::Role;
use gauntlet_report::{Bought, Class, Death, Ledger, Transfer};
use gauntlet_wire::{Address, B256};
use std::collections::{BTreeMap, HashMap};

/// One rule over a whole run.
#[derive(Debug, Clone, Copy)]
pub struct Invariant {
    /// The check by which a run applies it, or a name of its own.
    pub check: &'static str,
    /// The requirement that a breach violates.
    pub requirement: &'static str,
    /// Whose rule it is.
    pub role: Role,
    /// Judges a run.
    pub judge: fn(&Seen<'_>) -> Result<Ruling, Stop>,
}

impl Invariant {
    /// Tells a check of a breach.
    pub(crate) fn tell(&self, cx: &Cx, breach: Breach) {
        cx.find(Violation {
            requirement: self.requirement,
            kind: breach.kind,
            want: breach.want.into(),
            got: breach.got,
            chain: breach.chain,
            class: breach.class,
            ..Violation::default()
        });
    }
}

/// What an invariant says of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ruling {
    /// Where it does not hold.
    pub breaches: Vec<Breach>,
    /// Remarks that weigh nothing.
    pub notes: Vec<String>,
}

/// A place where an invariant does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Breach {
    /// Fingerprint.
    pub kind: &'static str,
    /// What should have come.
    pub want: &'static str,
    /// What came.
    pub got: String,
    /// What the chain says.
    pub chain: Vec<String>,
    /// Numbers of the exchanges that show it.
    pub exchanges: Vec<u64>,
    /// What it weighs, where the requirement's class is not for every breach.
    pub class: Option<Class>,
}

/// Every invariant, in the order in which they are told.
pub fn all() -> impl Iterator<Item = &'static Invariant> {
    facilitator::INVARIANTS.iter().chain(gas::INVARIANTS).chain(server::INVARIANTS)
}

/// What a run has seen, ready to be looked up.
#[derive(Debug)]
pub struct Seen<'a> {
    /// What a facilitator was asked, in the order of the answers.
    pub entries: &'a [Entry],
    /// What was bought of a server.
    pub bought: &'a [Bought],
    /// What the chain says.
    pub ledger: &'a Ledger,
    /// How often the target died.
    pub deaths: &'a [Death],
    from: HashMap<Address, Vec<&'a Transfer>>,
    spent: HashMap<(B256, Address, Address), Vec<B256>>,
}

impl<'a> Seen<'a> {
    /// Takes in a run.
    #[must_use]
    pub fn new(entries: &'a [Entry], bought: &'a [Bought], ledger: &'a Ledger) -> Self {
        let mut from: HashMap<Address, Vec<&Transfer>> = HashMap::new();
        for transfer in &ledger.transfers {
            from.entry(transfer.from).or_default().push(transfer);
        }
        let mut spent: HashMap<(B256, Address, Address), Vec<B256>> = HashMap::new();
        for used in &ledger.used {
            spent.entry((used.tx, used.token, used.payer)).or_default().push(used.nonce);
        }
        Self { entries, bought, ledger, deaths: &[], from, spent }
    }

    /// The same of a run in which the target died.
    #[must_use]
    pub fn with_deaths(self, deaths: &'a [Death]) -> Self {
        Self { deaths, ..self }
    }

    /// That the target died and was started again, which its last answers do not show.
    fn death(&self) -> Option<Breach> {
        let last = self.deaths.last()?;
        Some(Breach {
            kind: "died",
            want: "a target that still answers",
            got: format!("it died {} times; the last time {}", self.deaths.len(), last.reason),
            ..Breach::default()
        })
    }

    /// The money that an authorization moved. Payers with several payments are told apart by the nonces that a
    /// transaction spends; money that moved without any may have moved for each of them.
    #[must_use]
    pub fn moved_by(&self, key: &PaymentKey) -> Vec<&'a Transfer> {
        let theirs = self.from.get(&key.payer).into_iter().flatten().copied();
        let is_its = |transfer: &&Transfer| {
            let spent = self.spent.get(&(transfer.tx, transfer.token, transfer.from));
            transfer.token == key.token && spent.is_none_or(|nonces| nonces.contains(&key.nonce))
        };
        theirs.filter(is_its).collect()
    }

    /// Whether the harness itself submitted a payment.
    #[must_use]
    pub fn was_relayed(&self, key: &PaymentKey) -> bool {
        self.ledger.relayed.contains(key)
    }

    /// The answers of `/settle` by payment, in the token that moves what it is told to move.
    fn settles(&self) -> BTreeMap<PaymentKey, Vec<&'a Entry>> {
        let mut all = facilitator::settles(self.entries);
        all.retain(|key, _| key.token == self.ledger.usdc);
        all
    }
}

impl Cx {
    /// Applies an invariant to the run so far, as soon as nothing is under way any more.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`] when there is nothing to judge, [`Stop::NotApplicable`] when this target cannot show it,
    /// [`Stop::Harness`] when the chain does not answer.
    pub async fn apply(&self, check: &str) -> Result<(), Stop> {
        let Some(invariant) = all().find(|invariant| invariant.check == check) else {
            return Err(Stop::Harness(format!("there is no invariant for {check}")));
        };
        self.world.chain.mine(3).await?;
        let ledger = self.world.ledger().await?;
        let entries = self.world.history.entries();
        let bought = self.world.shop.as_ref().map(super::server::shop::Shop::visits).unwrap_or_default();
        let ruling = (invariant.judge)(&Seen::new(&entries, &bought, &ledger))?;
        for breach in ruling.breaches {
            invariant.tell(self, breach);
        }
        for note in ruling.notes {
            self.note(note);
        }
        Ok(())
    }
}

//! What a facilitator's payments may go through, and what must come of it: nonces and balances.

use crate::cx::Cx;
use gauntlet_wire::{B256, Version};
use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;

/// What a payer has who can pay for everything, atomic units.
pub(super) const PLENTY: u64 = 1_000_000;
/// The price of the first payment, atomic units; each further one costs a unit more, so that none is like another.
pub(super) const PRICE: u64 = 10_000;
/// Settles of others between two of ours: more than a memory of 64 keeps.
pub(super) const BURST: usize = 70;

/// A payment of a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    /// Number of its payer.
    pub(super) payer: usize,
    /// Version of its messages.
    pub(super) version: Version,
    /// The byte in which its nonce differs from that of the first payment; none: it is wholly another.
    pub(super) near: Option<usize>,
}

/// What became of an authorization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It can be settled.
    Unused,
    /// It was settled.
    Paid,
    /// The payer took it back.
    Cancelled,
    /// It was settled, or the money was not enough for all.
    Open,
}

/// The payments and what became of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    /// The payments.
    pub(super) plans: Vec<Plan>,
    /// How many operations go on beside one another, where they do.
    pub(super) lanes: usize,
    /// What became of each payment.
    pub(super) fates: Vec<Fate>,
    /// What each payer owns, atomic units; none where it could not be told beforehand.
    pub(super) purses: Vec<Option<u64>>,
}

/// Another way of writing a payment that is the same payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Copy {
    /// Members in reverse order.
    Reordered,
    /// White space between all tokens.
    Spaced,
    /// Every letter as an escape.
    Escaped,
    /// Addresses in lower case.
    LowerCase,
    /// Nonce and signature in upper case.
    UpperCase,
}

impl Copy {
    pub(super) const ALL: [Self; 5] =
        [Self::Reordered, Self::Spaced, Self::Escaped, Self::LowerCase, Self::UpperCase];

    /// The word of the vocabulary of mutations.
    #[must_use]
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Reordered => "reordered",
            Self::Spaced => "spaced",
            Self::Escaped => "escaped",
            Self::LowerCase => "lower-case-addresses",
            Self::UpperCase => "upper-case-hex",
        }
    }
}

/// What a payer is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purse {
    /// Nothing.
    Drained,
    /// As much as the dearest payment costs, and not enough for two.
    Once,
    /// Enough for everything.
    Refilled,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operation {
    /// A payment is verified.
    Verify(usize),
    /// A payment is settled, perhaps again.
    Settle(usize),
    /// A payment that was presented before is settled in other bytes.
    Copied(usize, Copy),
    /// The payer takes an authorization back.
    Cancel(usize),
    /// A payer is given money, or all is taken.
    Fund(usize, Purse),
    /// The target is started again.
    Restart,
    /// A payment is settled while no blocks are made; after a moment they are made again.
    Slow(usize),
    /// Payments are settled at one instant, some of them several times.
    Together(Vec<usize>),
    /// Many payments of somebody else's are settled.
    Burst,
}

/// Every kind of operation, as the note of a search counts them.
pub(super) const KINDS: [&str; 10] = [
    "verify",
    "settle",
    "settle again",
    "settle a copy",
    "cancel",
    "fund",
    "restart",
    "settle without blocks",
    "settle together",
    "settle 70 others",
];

impl Operation {
    /// Its kind, one of [`KINDS`].
    #[must_use]
    pub(super) fn kind(&self, state: &State) -> &'static str {
        KINDS[match self {
            Self::Verify(_) => 0,
            Self::Settle(payment) => 1 + usize::from(state.fates[*payment] != Fate::Unused),
            Self::Copied(..) => 3,
            Self::Cancel(_) => 4,
            Self::Fund(..) => 5,
            Self::Restart => 6,
            Self::Slow(_) => 7,
            Self::Together(_) => 8,
            Self::Burst => 9,
        }]
    }
}

impl Operation {
    /// The payments that it is about.
    #[must_use]
    pub(super) fn payments(&self) -> Vec<usize> {
        match self {
            Self::Verify(payment)
            | Self::Settle(payment)
            | Self::Copied(payment, _)
            | Self::Cancel(payment)
            | Self::Slow(payment) => vec![*payment],
            Self::Together(payments) => payments.clone(),
            Self::Fund(..) | Self::Restart | Self::Burst => Vec::new(),
        }
    }
}

/// For people: `settle p0`.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verify(payment) => write!(f, "verify p{payment}"),
            Self::Settle(payment) => write!(f, "settle p{payment}"),
            Self::Copied(payment, copy) => write!(f, "settle p{payment} ({})", copy.word()),
            Self::Cancel(payment) => write!(f, "cancel p{payment}"),
            Self::Fund(payer, Purse::Drained) => write!(f, "drain payer{payer}"),
            Self::Fund(payer, Purse::Once) => write!(f, "leave payer{payer} the price of one"),
            Self::Fund(payer, Purse::Refilled) => write!(f, "refill payer{payer}"),
            Self::Restart => f.write_str("restart the target"),
            Self::Slow(payment) => write!(f, "settle p{payment} while no blocks are made"),
            Self::Together(payments) => {
                let names: Vec<String> = payments.iter().map(|payment| format!("p{payment}")).collect();
                write!(f, "settle {} at once", names.join(", "))
            }
            Self::Burst => write!(f, "settle {BURST} payments of others"),
        }
    }
}

impl State {
    /// The version of these payments; none when they have several.
    pub(super) fn version(&self, needed: &BTreeSet<usize>) -> Option<Version> {
        let mut versions = needed.iter().map(|number| self.plans[*number].version);
        let first = versions.next()?;
        versions.all(|version| version == first).then_some(first)
    }

    /// The nonce of a payment.
    pub(super) fn nonce(&self, cx: &Cx, number: usize) -> B256 {
        let Some(byte) = self.plans[number].near else {
            return cx.key(&format!("p{number}-nonce")).to_bytes();
        };
        let mut nonce = cx.key("p0-nonce").to_bytes();
        // One bit of its own for each payment, so that no two are the same.
        nonce[byte] ^= 1 << (number % 8);
        nonce
    }

    /// A sequence for people: the payments that it is about, and what is done.
    pub(super) fn story(&self, about: &BTreeSet<usize>, done: Vec<String>, crowd: bool) -> String {
        let plans = about.iter().filter_map(|number| {
            let plan = self.plans.get(*number)?;
            let near =
                plan.near.map_or_else(String::new, |byte| format!(", nonce as p0's but for byte {byte}"));
            Some(format!("p{number} of payer{} ({}{near})", plan.payer, plan.version))
        });
        let how = if crowd { format!(" in {} lanes at once", self.lanes) } else { String::new() };
        format!("{}: {}{how}", plans.collect::<Vec<_>>().join(", "), done.join("; "))
    }

    /// The payment by which a payer is named where a sequence is written down; none when he pays for nothing.
    #[must_use]
    pub(super) fn named_by(&self, payer: usize) -> Option<usize> {
        self.plans.iter().position(|plan| plan.payer == payer)
    }

    /// The payments that a sequence needs where it is written down, by those that it is about and by the payers whose
    /// money changes.
    #[must_use]
    pub(super) fn needed(
        &self,
        about: impl IntoIterator<Item = usize>,
        payers: impl IntoIterator<Item = usize>,
    ) -> BTreeSet<usize> {
        let named = payers.into_iter().filter_map(|payer| self.named_by(payer));
        about.into_iter().chain(named).collect()
    }

    /// A payment as a scenario gives it: its payer, and its nonce when that is like another's. `nonces` has one for
    /// each payment. A scenario has one version, also where the sequence had two.
    #[must_use]
    pub(super) fn given(&self, number: usize, nonces: &Value, version: Version) -> String {
        let plan = &self.plans[number];
        let other = plan.version != version;
        let note = if other { format!("# it was one of {}\n", plan.version) } else { String::new() };
        let nonce = plan.near.and_then(|_| nonces[number].as_str());
        let nonce = nonce.map_or_else(String::new, |nonce| format!("nonce = \"{nonce}\"\n"));
        format!("payer = \"payer{}\"\n{nonce}{note}", plan.payer)
    }

    pub(super) fn of(plans: Vec<Plan>, lanes: usize) -> Self {
        let payers = plans.iter().map(|plan| plan.payer + 1).max().unwrap_or_default();
        Self { fates: vec![Fate::Unused; plans.len()], purses: vec![Some(PLENTY); payers], plans, lanes }
    }

    /// The price of a payment, atomic units.
    #[must_use]
    pub(super) fn price(payment: usize) -> u64 {
        PRICE + payment as u64
    }

    /// What a purse holds, atomic units.
    #[must_use]
    pub(super) fn units(&self, purse: Purse) -> u64 {
        match purse {
            Purse::Drained => 0,
            Purse::Once => Self::price(self.plans.len()),
            Purse::Refilled => PLENTY,
        }
    }

    /// Whether a payment can settle now; none when it cannot be told.
    #[must_use]
    pub(super) fn payable(&self, payment: usize) -> Option<bool> {
        match (self.fates[payment], self.purses[self.plans[payment].payer]) {
            (Fate::Paid | Fate::Cancelled, _) => Some(false),
            (Fate::Unused, Some(units)) => Some(units >= Self::price(payment)),
            (Fate::Open, _) | (Fate::Unused, None) => None,
        }
    }

    /// Settles payments, all or as many as the money is enough for.
    pub(super) fn settle(&mut self, payments: &BTreeSet<usize>) {
        for payer in 0..self.purses.len() {
            let theirs = payments.iter().filter(|payment| self.plans[**payment].payer == payer);
            let mine: Vec<usize> = theirs
                .copied()
                .filter(|payment| matches!(self.fates[*payment], Fate::Unused | Fate::Open))
                .collect();
            let due: u64 = mine.iter().map(|payment| Self::price(*payment)).sum();
            let nobody = || mine.iter().all(|payment| self.payable(*payment) == Some(false));
            let all = self.purses[payer].is_some_and(|units| units >= due)
                && mine.iter().all(|payment| self.fates[*payment] == Fate::Unused);
            if mine.is_empty() || nobody() {
                continue;
            }
            for payment in mine {
                self.fates[payment] = if all { Fate::Paid } else { Fate::Open };
            }
            self.purses[payer] = self.purses[payer].filter(|_| all).map(|units| units - due);
        }
    }

    /// The state after an operation.
    pub(super) fn step(&mut self, operation: &Operation) {
        match operation {
            Operation::Settle(payment) | Operation::Copied(payment, _) | Operation::Slow(payment) => {
                self.settle(&[*payment].into());
            }
            Operation::Together(payments) => self.settle(&payments.iter().copied().collect()),
            Operation::Cancel(payment) => self.fates[*payment] = Fate::Cancelled,
            Operation::Fund(payer, purse) => self.purses[*payer] = Some(self.units(*purse)),
            Operation::Verify(_) | Operation::Restart | Operation::Burst => {}
        }
    }
}

/// The model. Whether the target can be started again is not known to it: where it cannot, the sequence goes on without.
pub(super) struct Facilitator;

impl ReferenceStateMachine for Facilitator {
    type State = State;
    type Transition = Operation;

    fn init_state() -> BoxedStrategy<State> {
        let near = prop_oneof![3 => Just(None), 1 => Just(Some(31)), 1 => prop::sample::select(vec![0, 1, 15, 30]).prop_map(Some)];
        let version = prop::sample::select(Version::ALL.to_vec());
        let plan =
            (0_usize..3, version, near).prop_map(|(payer, version, near)| Plan { payer, version, near });
        (prop::collection::vec(plan, 4..=6), 2_usize..=4)
            .prop_map(|(mut plans, lanes)| {
                // The others are near to it.
                plans[0].near = None;
                State::of(plans, lanes)
            })
            .boxed()
    }

    fn transitions(state: &State) -> BoxedStrategy<Operation> {
        let some = 0..state.plans.len();
        let copy = prop::sample::select(Copy::ALL.to_vec());
        let purse = prop::sample::select(vec![Purse::Drained, Purse::Once, Purse::Refilled]);
        let copies = (some.clone(), 2_usize..=8).prop_map(|(payment, count)| vec![payment; count]);
        let several = prop::collection::vec(some.clone(), 2..=6);
        let mut kinds = vec![
            (60, some.clone().prop_map(Operation::Verify).boxed()),
            (100, some.clone().prop_map(Operation::Settle).boxed()),
            (
                14,
                (0..state.purses.len(), purse)
                    .prop_map(|(payer, purse)| Operation::Fund(payer, purse))
                    .boxed(),
            ),
            (24, prop_oneof![copies, several].prop_map(Operation::Together).boxed()),
            (8, some.prop_map(Operation::Slow).boxed()),
            (3, Just(Operation::Restart).boxed()),
            (2, Just(Operation::Burst).boxed()),
        ];
        let short = |units: &Option<u64>| units.is_some_and(|units| units < PRICE);
        if let Some(payer) = state.purses.iter().position(short) {
            // What was refused for want of money is looked at again when there is some.
            kinds.push((60, Just(Operation::Fund(payer, Purse::Refilled)).boxed()));
            let theirs: Vec<usize> = (0..state.plans.len())
                .filter(|payment| {
                    state.plans[*payment].payer == payer && state.fates[*payment] == Fate::Unused
                })
                .collect();
            if !theirs.is_empty() {
                let theirs = prop::sample::select(theirs);
                kinds.push((60, theirs.clone().prop_map(Operation::Verify).boxed()));
                kinds.push((60, theirs.prop_map(Operation::Settle).boxed()));
            }
        }
        let of_fate = |wanted: fn(Fate) -> bool| -> Vec<usize> {
            (0..state.plans.len()).filter(|payment| wanted(state.fates[*payment])).collect()
        };
        let (unused, spent) = (of_fate(|fate| fate == Fate::Unused), of_fate(|fate| fate == Fate::Paid));
        if !unused.is_empty() {
            kinds.push((8, prop::sample::select(unused).prop_map(Operation::Cancel).boxed()));
        }
        if !spent.is_empty() {
            let again = prop::sample::select(spent);
            kinds.push((40, again.clone().prop_map(Operation::Settle).boxed()));
            kinds.push((
                30,
                (again, copy).prop_map(|(payment, copy)| Operation::Copied(payment, copy)).boxed(),
            ));
        }
        prop::strategy::Union::new_weighted(kinds).boxed()
    }

    fn apply(mut state: State, operation: &Operation) -> State {
        state.step(operation);
        state
    }

    fn preconditions(state: &State, operation: &Operation) -> bool {
        let is = |payment: &usize, wanted: fn(Fate) -> bool| {
            state.fates.get(*payment).is_some_and(|fate| wanted(*fate))
        };
        match operation {
            // Whoever takes back what is spent is told so by the token, and not by the target.
            Operation::Cancel(payment) => is(payment, |fate| fate == Fate::Unused),
            Operation::Copied(payment, _) => is(payment, |fate| fate != Fate::Unused),
            Operation::Fund(payer, _) => *payer < state.purses.len(),
            Operation::Verify(payment) | Operation::Settle(payment) | Operation::Slow(payment) => {
                is(payment, |_| true)
            }
            Operation::Together(payments) => payments.iter().all(|payment| is(payment, |_| true)),
            Operation::Restart | Operation::Burst => true,
        }
    }
}

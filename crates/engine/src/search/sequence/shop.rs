//! What a server's payments may go through: the same nonces and balances, and content in the place of answers.

use super::model::{BURST, Copy, Fate, Plan, Purse, State};
use gauntlet_wire::Version;
use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;
use std::fmt;

/// The routes that payments are for: of one price, so that only the server can tell what was bought.
pub(super) const ROUTES: [&str; 2] = ["cheap", "twin"];

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deal {
    /// The route of a payment is asked for without one.
    Unpaid(usize),
    /// A payment is presented, perhaps again.
    Pay(usize),
    /// A payment that was presented before is presented in other bytes.
    Copied(usize, Copy),
    /// A payment is presented at the other route.
    Elsewhere(usize),
    /// A payment is presented while the facilitator refuses to settle.
    Refused(usize),
    /// Payments are presented at one instant, some of them several times.
    Together(Vec<usize>),
    /// The payer takes an authorization back.
    Cancel(usize),
    /// A payer is given money, or all is taken.
    Fund(usize, Purse),
    /// The target is started again.
    Restart,
    /// Many others buy.
    Burst,
}

/// Every kind of deal, as the note of a search counts them.
pub(super) const DEALS: [&str; 11] = [
    "unpaid",
    "pay",
    "pay again",
    "pay with a copy",
    "pay elsewhere",
    "pay, and the facilitator refuses",
    "pay together",
    "cancel",
    "fund",
    "restart",
    "70 others pay",
];

impl Deal {
    /// Its kind, one of [`DEALS`].
    pub(super) fn kind(&self, state: &State) -> &'static str {
        DEALS[match self {
            Self::Unpaid(_) => 0,
            Self::Pay(payment) => 1 + usize::from(state.fates[*payment] != Fate::Unused),
            Self::Copied(..) => 3,
            Self::Elsewhere(_) => 4,
            Self::Refused(_) => 5,
            Self::Together(_) => 6,
            Self::Cancel(_) => 7,
            Self::Fund(..) => 8,
            Self::Restart => 9,
            Self::Burst => 10,
        }]
    }

    /// The payments that it is about.
    pub(super) fn payments(&self) -> Vec<usize> {
        match self {
            Self::Unpaid(payment)
            | Self::Pay(payment)
            | Self::Copied(payment, _)
            | Self::Elsewhere(payment)
            | Self::Refused(payment)
            | Self::Cancel(payment) => vec![*payment],
            Self::Together(payments) => payments.clone(),
            Self::Fund(..) | Self::Restart | Self::Burst => Vec::new(),
        }
    }
}

/// For people: `pay p0`.
impl fmt::Display for Deal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unpaid(payment) => write!(f, "ask for the route of p{payment} without paying"),
            Self::Pay(payment) => write!(f, "pay p{payment}"),
            Self::Copied(payment, copy) => write!(f, "pay p{payment} ({})", copy.word()),
            Self::Elsewhere(payment) => write!(f, "pay p{payment} at the other route"),
            Self::Refused(payment) => write!(f, "pay p{payment} while the facilitator refuses to settle"),
            Self::Together(payments) => {
                let names: Vec<String> = payments.iter().map(|payment| format!("p{payment}")).collect();
                write!(f, "pay {} at once", names.join(", "))
            }
            Self::Cancel(payment) => write!(f, "cancel p{payment}"),
            Self::Fund(payer, Purse::Refilled) => write!(f, "refill payer{payer}"),
            Self::Fund(payer, _) => write!(f, "drain payer{payer}"),
            Self::Restart => f.write_str("restart the server"),
            Self::Burst => write!(f, "{BURST} others pay"),
        }
    }
}

/// The state after a deal. What a server does with a payment for another route is its own choice.
pub(super) fn step(state: &mut State, deal: &Deal) {
    match deal {
        Deal::Pay(payment) | Deal::Copied(payment, _) => state.settle(&[*payment].into()),
        Deal::Together(payments) => state.settle(&payments.iter().copied().collect()),
        Deal::Elsewhere(payment) if state.fates[*payment] == Fate::Unused => {
            state.fates[*payment] = Fate::Open;
            state.purses[state.plans[*payment].payer] = None;
        }
        Deal::Cancel(payment) => state.fates[*payment] = Fate::Cancelled,
        Deal::Fund(payer, purse) => state.purses[*payer] = Some(state.units(*purse)),
        Deal::Unpaid(_) | Deal::Refused(_) | Deal::Elsewhere(_) | Deal::Restart | Deal::Burst => {}
    }
}

/// The model.
pub(super) struct Shop;

impl ReferenceStateMachine for Shop {
    type State = State;
    type Transition = Deal;

    fn init_state() -> BoxedStrategy<State> {
        let near = prop_oneof![3 => Just(None), 2 => Just(Some(31)), 1 => Just(Some(0))];
        let version = prop::sample::select(Version::ALL.to_vec());
        let plan =
            (0_usize..3, version, near).prop_map(|(payer, version, near)| Plan { payer, version, near });
        (prop::collection::vec(plan, 3..=5), 2_usize..=4)
            .prop_map(|(mut plans, lanes)| {
                plans[0].near = None;
                State::of(plans, lanes)
            })
            .boxed()
    }

    fn transitions(state: &State) -> BoxedStrategy<Deal> {
        let some = 0..state.plans.len();
        let copy = prop::sample::select(Copy::ALL.to_vec());
        let purse = prop::sample::select(vec![Purse::Drained, Purse::Refilled]);
        let copies = (some.clone(), 2_usize..=6).prop_map(|(payment, count)| vec![payment; count]);
        let several = prop::collection::vec(some.clone(), 2..=5);
        let mut kinds = vec![
            (10, some.clone().prop_map(Deal::Unpaid).boxed()),
            (90, some.clone().prop_map(Deal::Pay).boxed()),
            (14, (0..state.purses.len(), purse).prop_map(|(payer, purse)| Deal::Fund(payer, purse)).boxed()),
            (24, prop_oneof![copies, several].prop_map(Deal::Together).boxed()),
            (14, some.clone().prop_map(Deal::Elsewhere).boxed()),
            (3, Just(Deal::Restart).boxed()),
            (2, Just(Deal::Burst).boxed()),
        ];
        let of_fate = |wanted: Fate| -> Vec<usize> {
            (0..state.plans.len()).filter(|payment| state.fates[*payment] == wanted).collect()
        };
        let (unused, spent) = (of_fate(Fate::Unused), of_fate(Fate::Paid));
        if !unused.is_empty() {
            let unused = prop::sample::select(unused);
            kinds.push((8, unused.clone().prop_map(Deal::Cancel).boxed()));
            kinds.push((10, unused.prop_map(Deal::Refused).boxed()));
        }
        if !spent.is_empty() {
            let again = prop::sample::select(spent);
            kinds.push((40, again.clone().prop_map(Deal::Pay).boxed()));
            kinds.push((24, (again, copy).prop_map(|(payment, copy)| Deal::Copied(payment, copy)).boxed()));
        }
        prop::strategy::Union::new_weighted(kinds).boxed()
    }

    fn apply(mut state: State, deal: &Deal) -> State {
        step(&mut state, deal);
        state
    }

    fn preconditions(state: &State, deal: &Deal) -> bool {
        let is = |payment: &usize, wanted: fn(Fate) -> bool| {
            state.fates.get(*payment).is_some_and(|fate| wanted(*fate))
        };
        match deal {
            Deal::Cancel(payment) | Deal::Refused(payment) => is(payment, |fate| fate == Fate::Unused),
            Deal::Copied(payment, _) => is(payment, |fate| fate != Fate::Unused),
            Deal::Fund(payer, _) => *payer < state.purses.len(),
            Deal::Unpaid(payment) | Deal::Pay(payment) | Deal::Elsewhere(payment) => is(payment, |_| true),
            Deal::Together(payments) => payments.iter().all(|payment| is(payment, |_| true)),
            Deal::Restart | Deal::Burst => true,
        }
    }
}

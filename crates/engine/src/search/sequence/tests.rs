//! The model, its shrinking, and what a sequence looks like when it is written down.

use super::awake::drawn;
use super::model::{Copy, Facilitator, Fate, Operation, PLENTY, Plan, Purse, State};
use super::shop::{self, Deal, Shop};
use super::{KINDS, script, story, told};
use crate::scenario::Scenario;
use gauntlet_wire::Version;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use proptest_state_machine::ReferenceStateMachine;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

fn runner(seed: u8) -> TestRunner {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, rng)
}

/// Two payments of one payer and one of another's.
fn state() -> State {
    let plan = |payer, version, near| Plan { payer, version, near };
    let plans = vec![plan(0, Version::V2, None), plan(0, Version::V1, Some(31)), plan(1, Version::V2, None)];
    State { fates: vec![Fate::Unused; 3], purses: vec![Some(PLENTY); 2], plans, lanes: 2 }
}

/// Whether each operation may follow the ones before it.
fn is_possible((state, operations): &(State, Vec<Operation>)) -> bool {
    let mut state = state.clone();
    operations.iter().all(|operation| {
        let possible = Facilitator::preconditions(&state, operation);
        if possible {
            state.step(operation);
        }
        possible
    })
}

#[test]
fn every_kind_of_operation_is_drawn_and_every_sequence_is_possible() {
    let mut kinds = BTreeSet::new();
    let mut runner = runner(1);
    for _ in 0..400 {
        let (began, operations) =
            drawn::<Facilitator>(6..=16).new_tree(&mut runner).expect("no filter").current();
        assert!((6..=16).contains(&operations.len()));
        assert!(is_possible(&(began.clone(), operations.clone())), "{operations:?}");
        let mut state = began;
        for operation in &operations {
            kinds.insert(operation.kind(&state));
            state.step(operation);
        }
    }
    assert_eq!(kinds, KINDS.into_iter().collect());
}

/// Follows a fault down, as a hunt does, without asking the first tree for its value.
fn smallest(seed: u8, fails: fn(&State, &[Operation]) -> bool) -> Option<(State, Vec<Operation>)> {
    let mut tree = drawn::<Facilitator>(6..=16).new_tree(&mut runner(seed)).ok()?;
    let first = drawn::<Facilitator>(6..=16).new_tree(&mut runner(seed)).ok()?.current();
    let mut minimum = fails(&first.0, &first.1).then_some(first)?;
    let mut failed = true;
    while if failed { tree.simplify() } else { tree.complicate() } {
        let (state, operations) = tree.current();
        assert!(is_possible(&(state.clone(), operations.clone())), "{operations:?}");
        failed = fails(&state, &operations);
        if failed {
            minimum = (state, operations);
        }
    }
    Some(minimum)
}

#[test]
fn shrinking_keeps_what_is_needed_and_nothing_else() {
    /// A copy of a payment that was settled.
    fn copied(_: &State, operations: &[Operation]) -> bool {
        operations.iter().any(|operation| matches!(operation, Operation::Copied(..)))
    }
    let minima: Vec<_> = (0..20).filter_map(|seed| smallest(seed, copied)).collect();
    assert!(minima.len() > 5);
    for (state, operations) in minima {
        assert_eq!(operations.len(), 2, "what made the copy possible, and the copy: {operations:?}");
        let mut state = state;
        state.step(&operations[0]);
        assert!(
            matches!(&operations[1], Operation::Copied(payment, _) if state.fates[*payment] != Fate::Unused)
        );
    }
}

#[test]
fn the_model_knows_nonces_and_balances() {
    let mut state = state();
    assert_eq!(state.payable(0), Some(true));
    state.step(&Operation::Settle(0));
    assert_eq!((state.payable(0), state.purses[0]), (Some(false), Some(PLENTY - 10_000)));
    state.step(&Operation::Settle(0));
    assert_eq!(state.purses[0], Some(PLENTY - 10_000), "only once");
    state.step(&Operation::Fund(0, Purse::Drained));
    assert_eq!(state.payable(1), Some(false));
    state.step(&Operation::Settle(1));
    assert_eq!((state.fates[1], state.purses[0]), (Fate::Unused, Some(0)), "a refusal changes nothing");
    state.step(&Operation::Fund(0, Purse::Refilled));
    assert_eq!(state.payable(1), Some(true));
    state.step(&Operation::Cancel(2));
    assert_eq!((state.payable(2), state.payable(1)), (Some(false), Some(true)));
}

#[test]
fn money_that_is_not_enough_for_all_leaves_open_who_gets_it() {
    let mut state = state();
    state.step(&Operation::Fund(0, Purse::Once));
    assert_eq!((state.payable(0), state.payable(1)), (Some(true), Some(true)));
    state.step(&Operation::Together(vec![0, 1, 2]));
    assert_eq!(state.fates, [Fate::Open, Fate::Open, Fate::Paid]);
    assert_eq!((state.purses[0], state.payable(0)), (None, None));
    let mut enough = self::state();
    enough.step(&Operation::Together(vec![0, 1, 0]));
    assert_eq!(enough.fates, [Fate::Paid, Fate::Paid, Fate::Unused]);
    assert_eq!(enough.purses[0], Some(PLENTY - 20_001), "copies cost nothing");
}

fn operations() -> Vec<Operation> {
    vec![
        Operation::Verify(0),
        Operation::Settle(0),
        Operation::Copied(0, Copy::Escaped),
        Operation::Together(vec![1, 1, 1]),
        Operation::Together(vec![1, 2]),
        Operation::Restart,
        Operation::Fund(0, Purse::Drained),
        Operation::Slow(2),
    ]
}

#[test]
fn a_sequence_is_told_in_a_line() {
    let told = story(&state(), &operations()[..2], false);
    assert_eq!(told, "p0 of payer0 (v2): verify p0; settle p0");
    assert!(story(&state(), &operations(), true).ends_with("in 2 lanes at once"));
    let near = story(&state(), &[Operation::Cancel(1)], false);
    assert_eq!(near, "p1 of payer0 (v1, nonce as p0's but for byte 31): cancel p1");
}

#[test]
fn what_never_happened_is_said() {
    let counts = [("verify", 3), ("settle", 2)].into();
    let text = told(&counts, &["verify", "settle", "restart"]);
    assert_eq!(text, "5 operations, with those of shrinking: verify 3, settle 2; never happened: restart");
}

#[test]
fn a_sequence_is_written_as_a_scenario() {
    let nonces = json!({ "nonces": ["0x01", "0x02", "0x03"] });
    let text = script::facilitator::script(&state(), &operations(), &nonces, false);
    let scenario: toml::Table = text.parse().expect("TOML");
    assert_eq!(scenario["given"]["p1"]["nonce"].as_str(), Some("0x02"), "{text}");
    assert_eq!(scenario["given"]["p0"].get("nonce"), None, "its own: {text}");
    let steps = scenario["steps"].as_array().expect("steps");
    assert_eq!(steps[0]["expect"]["json"]["isValid"].as_bool(), Some(true));
    assert_eq!(steps[2]["change"][0].as_str(), Some("escaped"));
    assert_eq!(steps[3]["together"].as_integer(), Some(3));
    assert_eq!(steps[4]["parallel"].as_array().map(Vec::len), Some(2));
    assert_eq!(scenario["expect"]["transfers"]["p0"].as_integer(), Some(1));
    let crowd = script::facilitator::script(&state(), &operations(), &nonces, true);
    assert!(!crowd.contains("isValid"), "nobody knows what came first: {crowd}");
}

/// Reads the script of a sequence behind a head like the one that a case gets.
fn read(role: &str, script: &str) -> Scenario {
    let head = format!(
        "id = \"case.0001\"\ntitle = \"a sequence\"\nrole = \"{role}\"\nversions = [2]\naccounts = \"402/case/1\"\n\n"
    );
    let text = format!("{head}{script}");
    Scenario::parse(&text, Path::new("cases/0001/scenario.toml"))
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn nonces(state: &State) -> Value {
    (0..state.plans.len()).map(|byte| format!("0x{byte:064x}")).collect()
}

#[test]
fn whatever_is_drawn_for_a_facilitator_can_be_played_as_a_scenario() {
    let mut runner = runner(2);
    for number in 0..120 {
        let (began, operations) =
            drawn::<Facilitator>(6..=16).new_tree(&mut runner).expect("no filter").current();
        let nonces = json!({ "nonces": nonces(&began) });
        let text = script::facilitator::script(&began, &operations, &nonces, number % 2 == 1);
        // The money of a payer who pays for nothing changes nothing.
        let idle = |operation: &&Operation| matches!(operation, Operation::Fund(payer, _) if began.named_by(*payer).is_none());
        let written = operations.len() - operations.iter().filter(idle).count();
        assert!(read("facilitator", &text).every_step().len() >= written, "{text}");
    }
}

#[test]
fn whatever_is_drawn_for_a_server_can_be_played_as_a_scenario() {
    let mut runner = runner(3);
    let mut kinds = BTreeSet::new();
    for number in 0..300 {
        let (began, dealt) = drawn::<Shop>(4..=12).new_tree(&mut runner).expect("no filter").current();
        let text = script::server::script(&began, &dealt, &nonces(&began), number % 2 == 1);
        let purchases = dealt.iter().filter(|deal| matches!(deal, Deal::Pay(_) | Deal::Copied(..))).count();
        assert!(text.matches("pay = \"p").count() >= purchases, "{text}");
        assert!(!read("server", &text).every_step().is_empty());
        let mut state = began;
        for deal in &dealt {
            assert!(Shop::preconditions(&state, deal), "{deal}");
            kinds.insert(deal.kind(&state));
            shop::step(&mut state, deal);
        }
    }
    assert_eq!(kinds, shop::DEALS.into_iter().collect());
}

#[test]
fn a_server_settles_what_is_paid_at_its_own_route_and_the_rest_is_open() {
    let mut state = state();
    shop::step(&mut state, &Deal::Pay(0));
    assert_eq!((state.fates[0], state.purses[0]), (Fate::Paid, Some(PLENTY - 10_000)));
    shop::step(&mut state, &Deal::Copied(0, Copy::Spaced));
    assert_eq!(state.purses[0], Some(PLENTY - 10_000), "a copy is the same payment");
    for harmless in [Deal::Unpaid(1), Deal::Refused(1), Deal::Burst, Deal::Restart, Deal::Elsewhere(0)] {
        let before = state.clone();
        shop::step(&mut state, &harmless);
        assert_eq!(state, before, "{harmless}");
    }
    shop::step(&mut state, &Deal::Elsewhere(1));
    assert_eq!((state.fates[1], state.purses[0]), (Fate::Open, None), "its own choice");
}

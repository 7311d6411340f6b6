//! The oracle against changes behind the signer's back, against a model of a few lines, and against nonsense.

use crate::samples::{CLOCK, NOW, PRICE, TIMEOUT, body, draft, letter, view};
use gauntlet_wire::draft::Edit;
use gauntlet_wire::permit2::draft::PERMIT2_AUTHORIZATION;
use gauntlet_wire::{Address, Clock, Permit2Scheme, Permit2View, Stage, U256, Verdict, judge_permit2};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The members that the signature covers, and the payer whom it must lead to.
const NUMBERS: [&str; 4] = ["permitted/amount", "nonce", "deadline", "witness/validAfter"];
const ACCOUNTS: [&str; 5] = ["from", "permitted/token", "spender", "witness/to", "witness/facilitator"];

fn scheme() -> impl Strategy<Value = Permit2Scheme> {
    prop::sample::select(Permit2Scheme::ALL.to_vec())
}

fn number() -> impl Strategy<Value = U256> {
    prop_oneof![
        1 => Just(U256::ZERO),
        1 => Just(U256::MAX),
        2 => (NOW - 40..NOW + 700).prop_map(U256::from),
        2 => (PRICE - 2..PRICE + 3).prop_map(U256::from),
        2 => any::<[u64; 4]>().prop_map(U256::from_limbs),
    ]
}

/// A signed member with another value.
fn change() -> impl Strategy<Value = (&'static str, Value)> {
    prop_oneof![
        (prop::sample::select(NUMBERS.to_vec()), number())
            .prop_map(|(member, value)| (member, json!(value.to_string()))),
        (prop::sample::select(ACCOUNTS.to_vec()), any::<[u8; 20]>())
            .prop_map(|(member, value)| (member, json!(Address::from(value).to_checksum(None)))),
    ]
}

fn stage() -> impl Strategy<Value = Stage> {
    prop_oneof![
        Just(Stage::Verify),
        Just(Stage::Settle { amount: None }),
        (0..=PRICE).prop_map(|amount| Stage::Settle { amount: Some(U256::from(amount)) }),
    ]
}

/// Valid, open or invalid at verification, by the rules alone.
fn model(
    scheme: Permit2Scheme,
    (permitted, price): (U256, U256),
    (after, deadline): (u64, u64),
    balance: U256,
    allowance: U256,
) -> char {
    let wrong_amount = permitted < price || permitted > price && scheme == Permit2Scheme::Upto;
    if wrong_amount || balance.min(allowance) < price || deadline < NOW - 30 || after > NOW + 30 {
        return 'i';
    }
    let near = deadline <= NOW + 30 || after >= NOW - 30 || deadline > NOW + TIMEOUT + 30;
    if near || permitted != price || permitted.is_zero() { 'o' } else { 'v' }
}

fn amount() -> impl Strategy<Value = U256> {
    prop_oneof![
        4 => (PRICE - 2..=PRICE + 2).prop_map(U256::from),
        1 => Just(U256::ZERO),
        1 => Just(U256::from(1) << 128),
        2 => Just(U256::MAX),
    ]
}

fn time() -> impl Strategy<Value = u64> {
    prop_oneof![1 => Just(0), 1 => any::<u64>(), 4 => NOW - 35..=NOW + 35, 4 => NOW + 25..=NOW + TIMEOUT + 35]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 384, ..ProptestConfig::default() })]

    #[test]
    fn what_is_changed_behind_the_signers_back_is_invalid(
        scheme in scheme(),
        (member, value) in change(),
        stage in stage(),
        shared in any::<bool>(),
    ) {
        let place = format!("{PERMIT2_AUTHORIZATION}/{member}");
        let mut draft = draft(scheme);
        let plain = draft.present().unwrap().body;
        // A facilitator is no member of the witness of exact, and the same value is no change.
        prop_assume!(plain.pointer(&place).is_some_and(|before| *before != value));
        draft.edits.push(Edit::Set(place, value));
        let verdict = judge_permit2(&body(&draft), &view(scheme), Clock { now: NOW, shared }, stage);
        prop_assert!(matches!(verdict, Verdict::Invalid(_)), "{:?}", verdict);
    }

    #[test]
    fn the_oracle_agrees_with_the_model(
        scheme in scheme(),
        price in amount(),
        other in prop_oneof![2 => Just(None), 1 => amount().prop_map(Some)],
        window in prop_oneof![1 => Just((0, NOW + TIMEOUT)), 1 => (time(), time())],
        balance in prop_oneof![1 => amount(), 2 => Just(U256::MAX)],
        allowance in prop_oneof![1 => amount(), 2 => Just(U256::MAX)],
    ) {
        let permitted = other.unwrap_or(price);
        let mut draft = draft(scheme);
        (draft.terms.amount, draft.accepted.amount) = (price, price);
        draft.authorization.amount = permitted;
        draft.authorization.witness.valid_after = U256::from(window.0);
        draft.authorization.deadline = U256::from(window.1);
        let world = Permit2View { balance, allowance_to_permit2: allowance, ..view(scheme) };
        let verdict = judge_permit2(&body(&draft), &world, CLOCK, Stage::Verify);
        let due = model(scheme, (permitted, price), window, balance, allowance);
        prop_assert_eq!(letter(&verdict), due, "{:?}", verdict);
    }

    #[test]
    fn no_body_makes_the_oracle_panic(text in any::<Vec<u8>>(), now in any::<u64>(), stage in stage()) {
        let verdict = judge_permit2(&text, &view(Permit2Scheme::Upto), Clock { now, shared: false }, stage);
        prop_assert_eq!(letter(&verdict), 'i');
    }

    #[test]
    fn a_body_with_broken_bytes_is_judged_without_a_panic(
        scheme in scheme(),
        stage in stage(),
        breaks in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        now in prop_oneof![Just(NOW), Just(0), Just(u64::MAX)],
    ) {
        let mut broken = body(&draft(scheme));
        for (place, byte) in breaks {
            let place = place.index(broken.len());
            broken[place] = byte;
        }
        let _ = judge_permit2(&broken, &view(scheme), Clock { now, shared: true }, stage);
    }
}

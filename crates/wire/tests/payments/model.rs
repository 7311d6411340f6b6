//! The oracle against a model of a few lines, and against nonsense.

use crate::samples::{NOW, PRICE, TIMEOUT, body, draft, ledger};
use gauntlet_wire::{LedgerView, U256, Verdict, Version, judge};
use proptest::prelude::*;

/// Valid, open or invalid, by the rules alone.
fn model(version: Version, value: U256, price: U256, (after, before): (u64, u64), balance: U256) -> char {
    let wrong_amount = value < price || value > price && version == Version::V2;
    if wrong_amount || balance < value || before <= NOW - 30 || after >= NOW + 30 {
        return 'i';
    }
    let near = before <= NOW + 30 || after >= NOW - 30 || before > NOW + TIMEOUT + 30;
    if near || value != price || value.is_zero() { 'o' } else { 'v' }
}

/// Boundary values, and values next to the price.
fn amount() -> impl Strategy<Value = U256> {
    prop_oneof![
        4 => (PRICE - 2..=PRICE + 2).prop_map(U256::from),
        1 => Just(U256::ZERO),
        1 => Just(U256::ONE),
        1 => Just(U256::from(u64::MAX)),
        1 => Just(U256::from(1) << 128),
        1 => Just(U256::MAX),
        1 => any::<[u64; 4]>().prop_map(U256::from_limbs),
    ]
}

fn time() -> impl Strategy<Value = u64> {
    prop_oneof![
        1 => Just(0),
        1 => Just(u64::MAX),
        4 => NOW - 35..=NOW + 35,
        4 => NOW + 25..=NOW + TIMEOUT + 35,
        1 => any::<u64>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn the_oracle_agrees_with_the_model(
        version in prop_oneof![Just(Version::V1), Just(Version::V2)],
        price in amount(),
        exact in prop_oneof![2 => Just(None), 1 => amount().prop_map(Some)],
        plain_window in any::<bool>(),
        window in (time(), time()),
        balance in prop_oneof![1 => amount(), 1 => Just(U256::MAX)],
    ) {
        let value = exact.unwrap_or(price);
        let mut draft = draft(version);
        (draft.terms.amount, draft.accepted.amount) = (price, price);
        draft.authorization.value = value;
        let window = if plain_window { (0, NOW + TIMEOUT) } else { window };
        draft.authorization.valid_after = U256::from(window.0);
        draft.authorization.valid_before = U256::from(window.1);
        let verdict = match judge(&body(&draft), &LedgerView { balance, ..ledger() }, NOW) {
            Verdict::Valid => 'v',
            Verdict::Open(_) => 'o',
            Verdict::Invalid(_) => 'i',
        };
        prop_assert_eq!(verdict, model(version, value, price, window, balance));
    }

    #[test]
    fn no_body_makes_the_oracle_panic(body in any::<Vec<u8>>(), now in any::<u64>()) {
        // Nobody draws a payment that is signed.
        prop_assert!(matches!(judge(&body, &ledger(), now), Verdict::Invalid(_)));
    }

    #[test]
    fn a_body_with_broken_bytes_is_judged_without_a_panic_and_never_cheaper(
        version in prop_oneof![Just(Version::V1), Just(Version::V2)],
        breaks in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        now in prop_oneof![Just(NOW), Just(0), Just(u64::MAX), any::<u64>()],
    ) {
        let mut body = body(&draft(version));
        for (place, byte) in breaks {
            let place = place.index(body.len());
            body[place] = byte;
        }
        let verdict = judge(&body, &ledger(), now);
        if !matches!(verdict, Verdict::Invalid(_)) {
            let read = gauntlet_wire::message::read_request(&body, gauntlet_wire::message::Reading::Lenient).unwrap();
            prop_assert_eq!(read.authorization, draft(version).authorization);
            prop_assert!(read.requirements.amount <= U256::from(PRICE));
        }
    }
}

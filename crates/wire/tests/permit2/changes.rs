//! What each mutation changes on the wire, and how it says so.

use crate::samples::{NOW, Players, draft, facilitator, payer, terms};
use crate::table::{all_examples, examples_of, pointers, row_of};
use gauntlet_wire::eip3009::{Recovered, recover};
use gauntlet_wire::message::Reading;
use gauntlet_wire::mutation::words::Takes;
use gauntlet_wire::permit2::{PERMIT2, PERMIT2_WORDS, Permit2Change, Permit2Draft, Permit2Mutation};
use gauntlet_wire::{DraftError, Permit2Scheme, U256, read_permit2};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

fn mutated(scheme: Permit2Scheme, mutation: &Permit2Mutation) -> (Permit2Draft, String) {
    let mut draft = draft(scheme);
    let description = mutation.apply(&mut draft, &Players);
    (draft, description)
}

/// The pointers at which two values differ: of a member that only one of them has, that member's.
fn differences(before: &Value, after: &Value) -> Vec<String> {
    fn walk<'a>(value: &'a Value, at: String, found: &mut BTreeMap<String, &'a Value>) {
        for (name, member) in value.as_object().into_iter().flatten() {
            walk(member, format!("{at}/{name}"), found);
        }
        found.insert(at, value);
    }
    let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
    walk(before, String::new(), &mut old);
    walk(after, String::new(), &mut new);
    let has_changed = |at: &&String| match (old.get(*at), new.get(*at)) {
        (Some(a), Some(b)) => a != b && !(a.is_object() && b.is_object()),
        _ => true,
    };
    let places: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let changed: Vec<&String> = places.into_iter().filter(has_changed).collect();
    let inside = |at: &str| {
        changed.iter().any(|outer| at.strip_prefix(*outer).is_some_and(|rest| rest.starts_with('/')))
    };
    changed.iter().filter(|at| !inside(at)).map(|at| (*at).clone()).collect()
}

#[test]
fn each_mutation_changes_what_the_table_says_and_nothing_else() {
    for scheme in Permit2Scheme::ALL {
        let before = draft(scheme).present().unwrap().body;
        for mutation in examples_of(scheme) {
            let after = mutated(scheme, &mutation).0.present().unwrap().body;
            assert_eq!(differences(&before, &after), pointers(&row_of(&mutation)), "{scheme} {mutation:?}");
        }
    }
}

#[test]
fn what_is_changed_before_signing_is_signed_by_the_payer() {
    let mut checked = 0;
    for scheme in Permit2Scheme::ALL {
        for mutation in examples_of(scheme).iter().filter(|mutation| row_of(mutation).signed) {
            let presented = mutated(scheme, mutation).0.present().unwrap();
            let read = read_permit2(presented.body.to_string().as_bytes(), Reading::Strict).unwrap();
            assert_eq!(read.authorization, presented.authorization, "{mutation:?}");
            assert_eq!(read.signature, presented.signature, "{mutation:?}");
            let signer = recover(&read.signature, read.authorization.digest(84532, PERMIT2));
            assert_eq!(signer, Recovered::Plain(payer().address()), "{scheme} {mutation:?}");
            checked += 1;
        }
    }
    assert!(checked > 30, "only {checked} signed mutations");
}

#[test]
fn what_is_changed_behind_the_signers_back_leaves_the_signature_alone() {
    for scheme in Permit2Scheme::ALL {
        let before = draft(scheme).present().unwrap();
        let signature = gauntlet_wire::draft::SIGNATURE.to_owned();
        for mutation in examples_of(scheme).iter().filter(|it| !pointers(&row_of(it)).contains(&signature)) {
            let after = mutated(scheme, mutation).0.present().unwrap();
            assert_eq!(after.signature, before.signature, "{mutation:?}");
            assert_eq!(after.authorization, before.authorization, "{mutation:?}");
        }
    }
}

#[test]
fn a_mutation_without_a_place_in_a_scheme_is_an_error_that_names_it() {
    let mut misplaced = 0;
    for scheme in Permit2Scheme::ALL {
        for mutation in all_examples() {
            let presented = mutated(scheme, &mutation).0.present();
            assert_eq!(presented.is_ok(), mutation.applies_to(scheme), "{scheme} {mutation:?}");
            if let Err(DraftError(place)) = presented {
                misplaced += 1;
                let named = ["/witness/facilitator", "/extra/assetTransferMethod"];
                assert!(named.iter().any(|end| place.ends_with(end)), "{place}");
            }
        }
    }
    assert_eq!(misplaced, 4);
}

#[test]
fn every_mutation_has_a_word() {
    let kind = |mutation: &Permit2Mutation| std::mem::discriminant(mutation);
    let named: Vec<_> = PERMIT2_WORDS
        .iter()
        .map(|word| {
            let argument = match word.takes {
                Takes::Nothing => Value::Null,
                Takes::Count => json!(1),
                Takes::Amount => json!("1"),
                Takes::OneOf(words) => json!(words[0]),
                _ => json!("/stranger"),
            };
            kind(&Permit2Change::with(word.name, argument).unwrap().mutation())
        })
        .collect();
    for mutation in all_examples() {
        assert!(named.contains(&kind(&mutation)), "{mutation:?} has no word");
    }
}

#[test]
fn descriptions_of_all_mutations() {
    let mut lines = Vec::new();
    for scheme in Permit2Scheme::ALL {
        lines.push(format!("{scheme}:"));
        lines.extend(examples_of(scheme).iter().map(|mutation| mutated(scheme, mutation).1));
        let described: BTreeSet<_> = lines.iter().collect();
        assert!(!described.contains(&String::new()));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn no_time_and_no_amount_makes_a_mutation_panic() {
    for scheme in Permit2Scheme::ALL {
        for mutation in examples_of(scheme) {
            for (now, nonce) in [(0, U256::ZERO), (u64::MAX, U256::MAX), (NOW, U256::ONE)] {
                let mut draft = Permit2Draft::valid(scheme, terms(), payer(), nonce, facilitator(), now);
                draft.authorization.amount = nonce;
                mutation.apply(&mut draft, &Players);
                assert!(draft.present().is_ok(), "{scheme} {mutation:?} at {now}");
            }
        }
    }
}

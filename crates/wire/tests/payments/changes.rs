//! What each mutation changes on the wire, and how it says so.

use crate::samples::{NOW, draft, payer};
use crate::table::{examples, pointers, row_of};
use gauntlet_wire::draft::{Edit, apply};
use gauntlet_wire::eip3009::{Recovered, recover};
use gauntlet_wire::message::{Reading, read_request};
use gauntlet_wire::mutation::Spelling;
use gauntlet_wire::{B256, Draft, DraftError, Mutation, SignatureForm, U256, Version};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The pointers at which two values differ: of a member that only one of them has, that member's.
fn differences(before: &Value, after: &Value) -> Vec<String> {
    fn walk(before: &Value, after: &Value, at: &str, found: &mut Vec<String>) {
        let (Some(a), Some(b)) = (before.as_object(), after.as_object()) else {
            if before != after {
                found.push(at.to_owned());
            }
            return;
        };
        let members: BTreeSet<_> = a.keys().chain(b.keys()).collect();
        for member in members {
            let at = format!("{at}/{member}");
            match (a.get(member), b.get(member)) {
                (Some(before), Some(after)) => walk(before, after, &at, found),
                _ => found.push(at),
            }
        }
    }
    let mut found = Vec::new();
    walk(before, after, "", &mut found);
    found.sort();
    found
}

fn mutated(version: Version, mutation: &Mutation) -> (Draft, String) {
    let mut draft = draft(version);
    let description = mutation.apply(&mut draft, NOW);
    (draft, description)
}

#[test]
fn each_mutation_changes_what_the_table_says_and_nothing_else() {
    for version in Version::ALL {
        let before = draft(version).present().unwrap().body;
        for mutation in examples() {
            let after = mutated(version, &mutation).0.present().unwrap().body;
            assert_eq!(
                differences(&before, &after),
                pointers(&row_of(&mutation), version),
                "{version} {mutation:?}"
            );
        }
    }
}

#[test]
fn what_is_changed_before_signing_is_signed_by_the_payer() {
    let mut checked = 0;
    for version in Version::ALL {
        for mutation in examples().iter().filter(|mutation| row_of(mutation).signed) {
            let presented = mutated(version, mutation).0.present().unwrap();
            let read = read_request(presented.body.to_string().as_bytes(), Reading::Strict).unwrap();
            assert_eq!(read.authorization, presented.authorization, "{mutation:?}");
            assert_eq!(read.signature, presented.signature, "{mutation:?}");
            let digest = read.authorization.digest(&draft(version).domain);
            assert_eq!(recover(&read.signature, digest), Recovered::Plain(payer().address()), "{mutation:?}");
            checked += 1;
        }
    }
    assert!(checked > 20, "only {checked} signed mutations");
}

#[test]
fn what_is_changed_after_signing_leaves_the_signature_alone() {
    for version in Version::ALL {
        let before = draft(version).present().unwrap();
        for mutation in examples().iter().filter(|mutation| !row_of(mutation).changes.contains(&"s")) {
            let after = mutated(version, mutation).0.present().unwrap();
            assert_eq!(after.signature, before.signature, "{mutation:?}");
            assert_eq!(after.authorization, before.authorization, "{mutation:?}");
        }
    }
}

#[test]
fn descriptions_of_all_mutations() {
    let mut lines = Vec::new();
    for mutation in examples() {
        let [current, old] = Version::ALL.map(|version| mutated(version, &mutation).1);
        lines.push(current.clone());
        if old != current {
            lines.push(format!("  v1: {old}"));
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn no_description_is_empty_or_shared() {
    let descriptions: BTreeSet<_> =
        examples().iter().map(|mutation| mutated(Version::V2, mutation).1).collect();
    assert_eq!(descriptions.len(), examples().len());
    assert!(!descriptions.contains(""));
}

#[test]
fn a_value_stops_at_the_ends_of_its_range() {
    let (below, _) = mutated(Version::V2, &Mutation::ValueBelow(u64::MAX));
    assert_eq!(below.authorization.value, U256::ZERO);
    let mut above = draft(Version::V2);
    above.authorization.value = U256::MAX;
    Mutation::ValueAbove(1).apply(&mut above, NOW);
    assert_eq!(above.authorization.value, U256::MAX);
}

#[test]
fn no_time_makes_a_mutation_panic() {
    for version in Version::ALL {
        for mutation in examples() {
            for now in [0, u64::MAX] {
                let mut draft = Draft::valid(version, draft(version).terms, payer(), B256::ZERO, now);
                mutation.apply(&mut draft, now);
                assert!(draft.present().is_ok(), "{version} {mutation:?} at {now}");
            }
        }
    }
}

#[test]
fn a_spelling_does_not_mend_a_wrong_value() {
    let mut draft = draft(Version::V2);
    Mutation::ValueBelow(1).apply(&mut draft, NOW);
    Mutation::Spelled(Spelling::LeadingZero).apply(&mut draft, NOW);
    let body = draft.present().unwrap().body;
    let at = |pointer| body.pointer(pointer).unwrap();
    assert_eq!(at("/paymentPayload/payload/authorization/value"), "09999");
    assert_eq!(at("/paymentRequirements/amount"), "010000");
    assert_eq!(at("/paymentPayload/accepted/amount"), "010000");
}

#[test]
fn each_spelling_of_zero_is_still_a_spelling_of_zero() {
    for (spelling, written) in [
        (Spelling::Exponent, json!("0e0")),
        (Spelling::Hexadecimal, json!("0x0")),
        (Spelling::LeadingZero, json!("00")),
        (Spelling::Number, json!(0)),
        (Spelling::OtherDigits, json!("०")),
    ] {
        let mut draft = draft(Version::V1);
        Mutation::ValueZero.apply(&mut draft, NOW);
        Mutation::Spelled(spelling).apply(&mut draft, NOW);
        let body = draft.present().unwrap().body;
        assert_eq!(body.pointer("/paymentPayload/payload/authorization/value"), Some(&written));
    }
}

#[test]
fn wrapped_values_are_the_signed_one_to_whoever_truncates() {
    for (mutation, bits) in [(Mutation::ValueWraps, 256), (Mutation::ValueWraps128, 128)] {
        let presented = mutated(Version::V2, &mutation).0.present().unwrap();
        let wire = presented.body.pointer("/paymentPayload/payload/authorization/value").unwrap();
        let wide = alloy_primitives::U512::from_str_radix(wire.as_str().unwrap(), 10).unwrap();
        let kept = wide % (alloy_primitives::U512::from(1) << bits);
        assert_eq!(kept, alloy_primitives::U512::from(presented.authorization.value));
        assert_eq!(wide - kept, alloy_primitives::U512::from(1) << bits);
    }
}

#[test]
fn a_nonce_of_another_length_keeps_the_bytes_that_fit() {
    for length in [0, 1, 31, 33, 64] {
        let presented = mutated(Version::V2, &Mutation::NonceBytes(length)).0.present().unwrap();
        let wire = presented.body.pointer("/paymentPayload/payload/authorization/nonce").unwrap();
        let bytes = alloy_primitives::hex::decode(wire.as_str().unwrap()).unwrap();
        assert_eq!(bytes.len(), length);
        let kept = length.min(32);
        assert_eq!(bytes[..kept], presented.authorization.nonce[..kept]);
        assert!(bytes[kept..].iter().all(|byte| *byte == 0));
    }
}

#[test]
fn upper_case_keeps_the_form_of_the_signature() {
    let mut draft = draft(Version::V2);
    Mutation::Signature(SignatureForm::Compact).apply(&mut draft, NOW);
    let plain = draft.present().unwrap();
    Mutation::UpperCaseHex.apply(&mut draft, NOW);
    let upper = draft.present().unwrap();
    let written = |body: &Value| {
        body.pointer("/paymentPayload/payload/signature").unwrap().as_str().unwrap().to_owned()
    };
    assert_ne!(written(&upper.body), written(&plain.body));
    assert_eq!(written(&upper.body).to_ascii_lowercase(), written(&plain.body));
}

#[test]
fn an_edit_without_a_place_is_an_error_that_names_it() {
    let mut draft = draft(Version::V1);
    Mutation::Without("/paymentPayload/accepted".into()).apply(&mut draft, NOW);
    let error = draft.present().unwrap_err();
    assert_eq!(error, DraftError("/paymentPayload/accepted".into()));
    assert!(error.to_string().contains("/paymentPayload/accepted"));

    let mut body = json!({ "a": { "b": 1 } });
    for pointer in ["", "a", "/x/y", "/a/b/c"] {
        assert!(apply(&mut body, &Edit::Set(pointer.into(), json!(1))).is_err(), "{pointer:?}");
    }
    assert_eq!(body, json!({ "a": { "b": 1 } }));
}

#[test]
fn edits_read_pointers_as_rfc_6901_writes_them() {
    let mut body = json!({});
    apply(&mut body, &Edit::Set("/a~1b~0c".into(), json!(1))).unwrap();
    assert_eq!(body, json!({ "a/b~c": 1 }));
    apply(&mut body, &Edit::Remove("/a~1b~0c".into())).unwrap();
    assert_eq!(body, json!({}));
}

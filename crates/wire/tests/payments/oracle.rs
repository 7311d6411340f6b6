//! The verdicts of the oracle, one by one.

use crate::samples::{NOW, PRICE, body, draft, ledger};
use crate::table::{Due, examples, row_of};
use gauntlet_wire::draft::{ACCEPTED, AUTHORIZATION, REQUIREMENTS, SIGNATURE};
use gauntlet_wire::mutation::Spelling;
use gauntlet_wire::{
    Clock, Draft, LedgerView, Mutation, Network, ReasonClass as C, SignatureForm, TokenView, U256, Verdict,
    Version, judge, judge_at,
};
use serde_json::{Value, json};

fn assert_due(verdict: &Verdict, due: Due, what: &str) {
    let fits = match (verdict, due) {
        (Verdict::Valid, Due::Valid) => true,
        (Verdict::Open(why), Due::Open) => !why.is_empty(),
        (Verdict::Invalid(reasons), Due::Invalid(reason)) => reasons.contains(&reason),
        _ => false,
    };
    assert!(fits, "{what}: {verdict:?}, and {due:?} was due");
}

/// A draft after some mutations, in order.
fn changed(version: Version, mutations: &[Mutation]) -> Draft {
    let mut draft = draft(version);
    for mutation in mutations {
        mutation.apply(&mut draft, NOW);
    }
    draft
}

#[test]
fn a_plain_payment_is_valid() {
    for version in Version::ALL {
        assert_eq!(judge(&body(&draft(version)), &ledger(), NOW), Verdict::Valid, "{version}");
    }
}

#[test]
fn a_plain_payment_is_valid_on_every_network_that_has_a_name() {
    for version in Version::ALL {
        for chain_id in [84532, 8453, 56, 97, 31337, 999_999] {
            let mut draft = draft(version);
            draft.terms.network = Network::new(chain_id);
            draft.accepted.network = Network::new(chain_id);
            draft.domain.chain_id = chain_id;
            let there = LedgerView { chain_id, ..ledger() };
            assert_eq!(judge(&body(&draft), &there, NOW), Verdict::Valid, "{version} {chain_id}");
            let elsewhere = LedgerView { chain_id: chain_id + 1, ..ledger() };
            assert_due(
                &judge(&body(&draft), &elsewhere, NOW),
                Due::Invalid(C::Network),
                "the chain next door",
            );
        }
    }
}

#[test]
fn every_mutation_has_the_verdict_of_the_table() {
    for version in Version::ALL {
        for mutation in examples() {
            let verdict = judge(&body(&changed(version, std::slice::from_ref(&mutation))), &ledger(), NOW);
            assert_due(&verdict, row_of(&mutation).due(version), &format!("{version} {mutation:?}"));
        }
    }
}

#[test]
fn a_single_fault_is_not_confused_with_the_others() {
    // Where the documents have a word of its own for the fault, no other fault's word is acceptable.
    for (mutation, only) in [
        (Mutation::ValueBelow(1), C::Amount),
        (Mutation::PayeeOther(gauntlet_wire::Address::repeat_byte(9)), C::Recipient),
        (Mutation::Expired(60), C::Expired),
        (Mutation::NotYetValid(60), C::Early),
    ] {
        for version in Version::ALL {
            let verdict = judge(&body(&changed(version, std::slice::from_ref(&mutation))), &ledger(), NOW);
            assert_eq!(verdict, Verdict::Invalid(vec![only]), "{version} {mutation:?}");
        }
    }
}

#[test]
fn a_value_above_the_price_is_refused_by_version_2_and_open_in_version_1() {
    let rich = LedgerView { balance: U256::from(2 * PRICE), ..ledger() };
    let over = |version| judge(&body(&changed(version, &[Mutation::ValueAbove(1)])), &rich, NOW);
    assert_eq!(over(Version::V2), Verdict::Invalid(vec![C::Amount]));
    assert_due(&over(Version::V1), Due::Open, "v1");
}

#[test]
fn faults_of_the_world() {
    let token = |paused| TokenView::Eip3009 { name: "USDC".into(), version: "2".into(), paused };
    for (what, world, reason) in [
        ("a unit short", LedgerView { balance: U256::from(PRICE - 1), ..ledger() }, C::Funds),
        ("nothing owned", LedgerView { balance: U256::ZERO, ..ledger() }, C::Funds),
        ("nonce used", LedgerView { nonce_used: true, ..ledger() }, C::Nonce),
        ("blocked", LedgerView { blocked: true, ..ledger() }, C::Simulation),
        ("paused", LedgerView { token: token(true), ..ledger() }, C::Simulation),
        ("plain token", LedgerView { token: TokenView::Plain, ..ledger() }, C::Token),
        ("no code", LedgerView { token: TokenView::NoCode, ..ledger() }, C::Token),
        ("another chain", LedgerView { chain_id: 8453, ..ledger() }, C::Network),
        (
            "another domain",
            LedgerView {
                token: TokenView::Eip3009 { name: "USD Coin".into(), version: "2".into(), paused: false },
                ..ledger()
            },
            C::Domain,
        ),
    ] {
        for version in Version::ALL {
            let body = body(&draft(version));
            assert_due(&judge(&body, &world, NOW), Due::Invalid(reason), &format!("{version} {what}"));
        }
    }
    let rich = LedgerView { balance: U256::MAX, ..ledger() };
    assert_eq!(judge(&body(&draft(Version::V2)), &rich, NOW), Verdict::Valid);
}

#[test]
fn two_faults_may_be_reported_as_either() {
    let used = LedgerView { nonce_used: true, ..ledger() };
    let paused = TokenView::Eip3009 { name: "USDC".into(), version: "2".into(), paused: true };
    let below = Mutation::ValueBelow(1);
    let poor = LedgerView { balance: U256::ZERO, ..used.clone() };
    let cases: [(&str, Vec<Mutation>, LedgerView, [C; 2]); 8] = [
        (
            "value and payee",
            vec![below.clone(), Mutation::PayeeOther(gauntlet_wire::Address::ZERO)],
            ledger(),
            [C::Amount, C::Recipient],
        ),
        ("value and nonce", vec![below.clone()], used.clone(), [C::Amount, C::Nonce]),
        ("nonce and funds", vec![], poor.clone(), [C::Nonce, C::Funds]),
        ("paused and nonce", vec![], LedgerView { token: paused, ..used.clone() }, [C::Simulation, C::Nonce]),
        (
            "blocked and funds",
            vec![],
            LedgerView { blocked: true, ..poor.clone() },
            [C::Simulation, C::Funds],
        ),
        ("plain and funds", vec![], LedgerView { token: TokenView::Plain, ..poor }, [C::Token, C::Funds]),
        (
            "expired and early",
            vec![Mutation::Expired(60), Mutation::NotYetValid(60)],
            ledger(),
            [C::Expired, C::Early],
        ),
        (
            "network and signature",
            vec![Mutation::NetworkOther(Network::new(1)), Mutation::Signature(SignatureForm::Zero)],
            ledger(),
            [C::Network, C::Signature],
        ),
    ];
    for (what, mutations, world, reasons) in cases {
        for version in Version::ALL {
            let verdict = judge(&body(&changed(version, &mutations)), &world, NOW);
            for reason in reasons {
                assert_due(&verdict, Due::Invalid(reason), &format!("{version} {what}"));
            }
        }
    }
}

#[test]
fn a_fault_beside_something_open_is_still_a_fault() {
    for open in [
        Mutation::Spelled(Spelling::LeadingZero),
        Mutation::Spelled(Spelling::Hexadecimal),
        Mutation::Signature(SignatureForm::HighS),
        Mutation::ExpiresIn(10),
        Mutation::Without("/x402Version".into()),
    ] {
        for version in Version::ALL {
            let alone = judge(&body(&changed(version, std::slice::from_ref(&open))), &ledger(), NOW);
            assert_due(&alone, Due::Open, &format!("{version} {open:?}"));
            // First what is signed, then how it is written.
            let both =
                judge(&body(&changed(version, &[Mutation::ValueBelow(1), open.clone()])), &ledger(), NOW);
            assert_due(
                &both,
                Due::Invalid(C::Amount),
                &format!("{version} {open:?} and a value below the price"),
            );
        }
    }
}

#[test]
fn the_grey_zone_is_thirty_seconds_on_either_side_of_both_limits() {
    let at = |after: u64, before: u64| {
        let mut draft = draft(Version::V2);
        draft.authorization.valid_after = U256::from(after);
        draft.authorization.valid_before = U256::from(before);
        judge(&body(&draft), &ledger(), NOW)
    };
    for (after, before, due) in [
        (0, NOW - 31, Due::Invalid(C::Expired)),
        (0, NOW - 30, Due::Invalid(C::Expired)),
        (0, NOW - 29, Due::Open),
        (0, NOW, Due::Open),
        (0, NOW + 30, Due::Open),
        (0, NOW + 31, Due::Valid),
        (NOW - 31, NOW + 600, Due::Valid),
        (NOW - 30, NOW + 600, Due::Open),
        (NOW, NOW + 600, Due::Open),
        (NOW + 29, NOW + 600, Due::Open),
        (NOW + 30, NOW + 600, Due::Invalid(C::Early)),
        (0, NOW + 630, Due::Valid),
        (0, NOW + 631, Due::Open),
        (NOW + 500, NOW + 400, Due::Invalid(C::Early)),
    ] {
        let (a, b) = (after.cast_signed() - NOW.cast_signed(), before.cast_signed() - NOW.cast_signed());
        assert_due(&at(after, before), due, &format!("window {a:+} to {b:+}"));
    }
}

#[test]
fn a_price_of_zero_and_paying_oneself_are_open() {
    for version in Version::ALL {
        let mut free = draft(version);
        (free.terms.amount, free.accepted.amount) = (U256::ZERO, U256::ZERO);
        free.authorization.value = U256::ZERO;
        assert_due(&judge(&body(&free), &ledger(), NOW), Due::Open, "free");

        let mut own = draft(version);
        (own.terms.pay_to, own.accepted.pay_to) = (own.payer(), own.payer());
        own.authorization.to = own.payer();
        assert_due(&judge(&body(&own), &ledger(), NOW), Due::Open, "to oneself");
    }
}

#[test]
fn what_is_said_twice_may_disagree() {
    let set = |pointer: String, value: Value| Mutation::Set(pointer, value);
    for (what, mutation) in [
        ("amount", Mutation::AcceptedAmount(1)),
        ("asset", set(format!("{ACCEPTED}/asset"), json!("0x0000000000000000000000000000000000000001"))),
        ("timeout", set(format!("{ACCEPTED}/maxTimeoutSeconds"), json!(1))),
        ("extra", set(format!("{ACCEPTED}/extra/name"), json!("Tether"))),
        ("no extra", Mutation::Without(format!("{ACCEPTED}/extra"))),
        ("envelope", set("/x402Version".into(), json!(1))),
        ("no envelope", Mutation::Without("/x402Version".into())),
    ] {
        let verdict = judge(&body(&changed(Version::V2, &[mutation])), &ledger(), NOW);
        assert_due(&verdict, Due::Open, what);
    }
    let spelled_otherwise = draft(Version::V2).terms.pay_to.to_string().to_ascii_lowercase();
    let same = set(format!("{ACCEPTED}/payTo"), json!(spelled_otherwise));
    assert_eq!(judge(&body(&changed(Version::V2, &[same])), &ledger(), NOW), Verdict::Valid);
}

#[test]
fn a_number_for_a_text_is_wrong_and_not_only_odd() {
    for version in Version::ALL {
        let price = gauntlet_wire::message::amount_field(version);
        let time = draft(version).authorization.valid_before.to::<u64>();
        for (pointer, value) in [
            (format!("{AUTHORIZATION}/value"), json!(PRICE)),
            (format!("{AUTHORIZATION}/validBefore"), json!(time)),
            (format!("{REQUIREMENTS}/{price}"), json!(PRICE)),
            (format!("{AUTHORIZATION}/value"), json!(10000.0)),
        ] {
            let mutation = Mutation::Set(pointer.clone(), value);
            let verdict = judge(&body(&changed(version, &[mutation])), &ledger(), NOW);
            assert_due(&verdict, Due::Invalid(C::Payload), &format!("{version} {pointer}"));
        }
    }
}

#[test]
fn a_member_that_the_documents_require_is_required() {
    for version in Version::ALL {
        let price = gauntlet_wire::message::amount_field(version);
        let of = |parent: &str, members: &[&str]| -> Vec<String> {
            members.iter().map(|member| format!("{parent}/{member}")).collect()
        };
        let mut pointers = of(AUTHORIZATION, &["from", "to", "value", "validAfter", "validBefore", "nonce"]);
        pointers
            .extend(of(REQUIREMENTS, &["scheme", "network", price, "asset", "payTo", "maxTimeoutSeconds"]));
        pointers.extend(of("/paymentPayload", &["x402Version", "payload"]));
        pointers.extend([SIGNATURE, AUTHORIZATION, REQUIREMENTS, "/paymentPayload"].map(str::to_owned));
        for pointer in pointers {
            let verdict =
                judge(&body(&changed(version, &[Mutation::Without(pointer.clone())])), &ledger(), NOW);
            assert!(matches!(verdict, Verdict::Invalid(_)), "{version} without {pointer}: {verdict:?}");
        }
    }
}

#[test]
fn messages_of_the_other_version_are_refused() {
    let (two, one) = (draft(Version::V2).present().unwrap().body, draft(Version::V1).present().unwrap().body);
    let mixed = |payment: &Value, asked: &Value| {
        json!({
            "x402Version": payment["x402Version"],
            "paymentPayload": payment["paymentPayload"],
            "paymentRequirements": asked["paymentRequirements"],
        })
        .to_string()
    };
    for body in [mixed(&two, &one), mixed(&one, &two)] {
        assert_due(&judge(body.as_bytes(), &ledger(), NOW), Due::Invalid(C::Requirements), &body);
    }
}

#[test]
fn on_one_clock_what_has_expired_when_it_is_sent_is_expired() {
    let at = |expires_in, shared| {
        let draft = changed(Version::V2, &[Mutation::ExpiresIn(expires_in)]);
        judge_at(&body(&draft), &ledger(), Clock { now: NOW, shared })
    };
    assert_eq!(at(0, true), Verdict::Invalid(vec![C::Expired]));
    assert!(matches!(at(0, false), Verdict::Open(_)));
    assert!(matches!(at(1, true), Verdict::Open(_)), "it may expire on the way");
    assert_eq!(at(31, true), Verdict::Valid);
}

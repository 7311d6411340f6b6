//! The verdicts of the oracle on mutations and on the world, one by one.

use crate::samples::{CLOCK, NOW, PRICE, Players, body, draft, view, view_of_entry};
use crate::table::{Due, examples_of, row_of};
use gauntlet_wire::draft::{ACCEPTED, Edit, REQUIREMENTS};
use gauntlet_wire::permit2::draft::{PERMIT2_AUTHORIZATION, members};
use gauntlet_wire::permit2::{Permit2Draft, Permit2Mutation as M};
use gauntlet_wire::{
    Clock, Network, Permit2Scheme, Permit2View, ReasonClass as C, SignatureForm, Stage, U256, Verdict,
    judge_permit2,
};
use serde_json::{Value, json};

fn changed(scheme: Permit2Scheme, mutations: &[M]) -> Permit2Draft {
    let mut draft = draft(scheme);
    for mutation in mutations {
        mutation.apply(&mut draft, &Players);
    }
    draft
}

fn edited(scheme: Permit2Scheme, pointer: &str, value: Value) -> Permit2Draft {
    let mut draft = draft(scheme);
    draft.edits.push(Edit::Set(pointer.into(), value));
    draft
}

fn verified(draft: &Permit2Draft) -> Verdict {
    judge_permit2(&body(draft), &view_of_entry(draft), CLOCK, Stage::Verify)
}

#[test]
fn a_plain_payment_is_valid_at_both_stages_on_every_network() {
    for scheme in Permit2Scheme::ALL {
        for chain_id in [84532, 56, 97, 31337] {
            let mut draft = draft(scheme);
            draft.terms.network = Network::new(chain_id);
            draft.accepted.network = Network::new(chain_id);
            draft.chain_id = chain_id;
            let there = Permit2View { chain_id, ..view(scheme) };
            for stage in [Stage::Verify, Stage::Settle { amount: None }] {
                assert_eq!(judge_permit2(&body(&draft), &there, CLOCK, stage), Verdict::Valid, "{scheme}");
            }
            let elsewhere = Permit2View { chain_id: chain_id + 1, ..view(scheme) };
            let verdict = judge_permit2(&body(&draft), &elsewhere, CLOCK, Stage::Verify);
            Due::Invalid(C::Network).assert(&verdict, "the chain next door");
        }
    }
}

#[test]
fn every_mutation_has_the_verdict_of_the_table() {
    for scheme in Permit2Scheme::ALL {
        for mutation in examples_of(scheme) {
            let draft = changed(scheme, std::slice::from_ref(&mutation));
            let (body, view, row) = (body(&draft), view_of_entry(&draft), row_of(&mutation));
            let what = format!("{scheme} {mutation:?}");
            row.due(scheme).assert(&judge_permit2(&body, &view, CLOCK, Stage::Verify), &what);
            let settled = judge_permit2(&body, &view, CLOCK, Stage::Settle { amount: None });
            row.due_at_settlement(scheme).assert(&settled, &format!("{what}, settled"));
        }
    }
}

#[test]
fn every_member_is_required() {
    for scheme in Permit2Scheme::ALL {
        for member in members(scheme) {
            let verdict = verified(&changed(scheme, &[M::Without(member.clone())]));
            Due::Invalid(C::Payload).assert(&verdict, &format!("{scheme} without {member}"));
        }
        for member in ["scheme", "network", "amount", "asset", "payTo", "maxTimeoutSeconds"] {
            let draft = changed(scheme, &[M::Without(format!("{REQUIREMENTS}/{member}"))]);
            Due::Invalid(C::Requirements).assert(&verified(&draft), member);
        }
    }
}

#[test]
fn a_single_fault_is_not_confused_with_the_others() {
    for (mutation, only) in [
        (M::PermittedBelow(1), C::Amount),
        (M::WitnessTo("stranger".into()), C::Recipient),
        (M::Expired(60), C::Expired),
        (M::NotYetValid(60), C::Early),
    ] {
        for scheme in Permit2Scheme::ALL {
            let verdict = verified(&changed(scheme, std::slice::from_ref(&mutation)));
            assert_eq!(verdict, Verdict::Invalid(vec![only]), "{scheme} {mutation:?}");
        }
    }
}

#[test]
fn faults_of_the_purse() {
    let price = U256::from(PRICE);
    for (what, balance, allowance, due) in [
        ("just enough", price, price, Due::Valid),
        ("a unit short", price - U256::ONE, U256::MAX, Due::Invalid(C::Funds)),
        ("nothing owned", U256::ZERO, U256::MAX, Due::Invalid(C::Funds)),
        ("a unit not allowed", U256::MAX, price - U256::ONE, Due::Invalid(C::Allowance)),
        ("nothing allowed", U256::MAX, U256::ZERO, Due::Invalid(C::Allowance)),
        ("neither: of the balance", U256::ZERO, U256::ZERO, Due::Invalid(C::Funds)),
        ("neither: of the allowance", U256::ZERO, U256::ZERO, Due::Invalid(C::Allowance)),
    ] {
        for scheme in Permit2Scheme::ALL {
            let purse = Permit2View { balance, allowance_to_permit2: allowance, ..view(scheme) };
            for stage in [Stage::Verify, Stage::Settle { amount: None }] {
                let verdict = judge_permit2(&body(&draft(scheme)), &purse, CLOCK, stage);
                due.assert(&verdict, &format!("{scheme} {what} {stage:?}"));
            }
        }
    }
}

#[test]
fn a_sponsored_allowance_is_open_and_excuses_nothing_else() {
    let info = json!({ "eip2612GasSponsoring": { "info": { "signature": "0x00" } } });
    for scheme in Permit2Scheme::ALL {
        let draft = edited(scheme, "/paymentPayload/extensions", info.clone());
        for allowance in [U256::ZERO, U256::MAX] {
            let mut world = Permit2View { allowance_to_permit2: allowance, ..view(scheme) };
            let verdict = judge_permit2(&body(&draft), &world, CLOCK, Stage::Verify);
            Due::Open.assert(&verdict, "sponsored");
            world.balance = U256::ZERO;
            let verdict = judge_permit2(&body(&draft), &world, CLOCK, Stage::Verify);
            assert_eq!(verdict, Verdict::Invalid(vec![C::Funds]), "{scheme} sponsored and poor");
        }
    }
}

#[test]
fn the_grey_zone_is_thirty_seconds_on_either_side_of_both_limits() {
    for (after, deadline, due) in [
        (0, NOW - 31, Due::Invalid(C::Expired)),
        (0, NOW - 30, Due::Open),
        (0, NOW, Due::Open),
        (0, NOW + 30, Due::Open),
        (0, NOW + 31, Due::Valid),
        (NOW - 31, NOW + 600, Due::Valid),
        (NOW - 30, NOW + 600, Due::Open),
        (NOW + 30, NOW + 600, Due::Open),
        (NOW + 31, NOW + 600, Due::Invalid(C::Early)),
        (0, NOW + 630, Due::Valid),
        (0, NOW + 631, Due::Open),
    ] {
        for scheme in Permit2Scheme::ALL {
            let mut draft = draft(scheme);
            draft.authorization.witness.valid_after = U256::from(after);
            draft.authorization.deadline = U256::from(deadline);
            due.assert(&verified(&draft), &format!("{scheme} from {after} to {deadline}, now {NOW}"));
        }
    }
}

#[test]
fn on_one_clock_what_has_expired_when_it_is_sent_is_expired() {
    let at = |deadline: u64, shared| {
        let mut draft = draft(Permit2Scheme::Exact);
        draft.authorization.deadline = U256::from(deadline);
        judge_permit2(&body(&draft), &view(draft.scheme), Clock { now: NOW, shared }, Stage::Verify)
    };
    assert_eq!(at(NOW - 1, true), Verdict::Invalid(vec![C::Expired]));
    Due::Open.assert(&at(NOW - 1, false), "two clocks");
    Due::Open.assert(&at(NOW, true), "its last second");
}

#[test]
fn what_is_said_twice_may_disagree() {
    for (what, pointer, value) in [
        ("amount", format!("{ACCEPTED}/amount"), json!("1")),
        ("asset", format!("{ACCEPTED}/asset"), json!("0x0000000000000000000000000000000000000001")),
        ("extra", format!("{ACCEPTED}/extra"), json!({})),
        ("envelope", "/x402Version".into(), json!(1)),
        ("name", format!("{REQUIREMENTS}/extra/name"), Value::Null),
    ] {
        for scheme in Permit2Scheme::ALL {
            Due::Open
                .assert(&verified(&edited(scheme, &pointer, value.clone())), &format!("{scheme} {what}"));
        }
    }
    let mut dropped = draft(Permit2Scheme::Upto);
    dropped.edits.push(Edit::Remove(format!("{ACCEPTED}/extra/facilitatorAddress")));
    Due::Open.assert(&verified(&dropped), "the example of upto");
}

#[test]
fn a_price_of_zero_and_paying_oneself_are_open() {
    for scheme in Permit2Scheme::ALL {
        let mut free = draft(scheme);
        (free.terms.amount, free.accepted.amount) = (U256::ZERO, U256::ZERO);
        free.authorization.amount = U256::ZERO;
        Due::Open.assert(&verified(&free), "free");
        let mut own = draft(scheme);
        (own.terms.pay_to, own.accepted.pay_to) = (own.authorization.from, own.authorization.from);
        own.authorization.witness.to = own.authorization.from;
        Due::Open.assert(&verified(&own), "to oneself");
    }
}

#[test]
fn a_number_is_wrong_where_a_table_says_string_and_odd_elsewhere() {
    for scheme in Permit2Scheme::ALL {
        let price = edited(scheme, &format!("{REQUIREMENTS}/amount"), json!(PRICE));
        Due::Invalid(C::Requirements).assert(&verified(&price), "the price");
        let deadline = draft(scheme).authorization.deadline.to::<u64>();
        let odd = edited(scheme, &format!("{PERMIT2_AUTHORIZATION}/deadline"), json!(deadline));
        Due::Open.assert(&verified(&odd), "the deadline");
        for text in ["-10000", "10000.0", "1e4", ""] {
            let wrong = edited(scheme, &format!("{PERMIT2_AUTHORIZATION}/permitted/amount"), json!(text));
            Due::Invalid(C::Payload).assert(&verified(&wrong), text);
        }
    }
}

#[test]
fn an_eip_3009_payment_under_a_permit2_entry_is_held_to_its_own_rules() {
    let under = |mutations: &[M]| {
        let draft = changed(Permit2Scheme::Exact, mutations);
        judge_permit2(&body(&draft), &view(draft.scheme), CLOCK, Stage::Verify)
    };
    Due::Open.assert(&under(&[M::Eip3009Instead]), "a good one");
    for (fault, reason) in [
        (M::PermittedBelow(1), C::Amount),
        (M::PermittedAbove(1), C::Amount),
        (M::WitnessTo("stranger".into()), C::Recipient),
        (M::Signature(SignatureForm::Empty), C::Signature),
        (M::Expired(60), C::Expired),
    ] {
        let verdict = under(&[fault, M::Eip3009Instead]);
        Due::Invalid(reason).assert(&verdict, "a bad one");
        Due::Invalid(C::Payload).assert(&verdict, "and no Permit2 payment either");
    }
    let both_bad = under(&[M::WitnessTo("stranger".into()), M::BothAuthorizations]);
    Due::Invalid(C::Recipient).assert(&both_bad, "both pay a stranger");
}

#[test]
fn a_fault_beside_something_open_is_still_a_fault() {
    for open in [M::NonceHexadecimal, M::AmountNumber, M::Signature(SignatureForm::HighS), M::NotYetValid(10)]
    {
        for scheme in Permit2Scheme::ALL {
            let both = verified(&changed(scheme, &[M::WitnessTo("stranger".into()), open.clone()]));
            Due::Invalid(C::Recipient).assert(&both, &format!("{scheme} {open:?} and another payee"));
        }
    }
}

//! What verification may leave to settlement, and how much of an `upto` payment may be charged.

use crate::samples::{CLOCK, PRICE, PURSE, Players, body, draft, view};
use crate::table::Due;
use gauntlet_wire::permit2::{Permit2Draft, Permit2Mutation as M};
use gauntlet_wire::{Address, Permit2Scheme, Permit2View, ReasonClass as C, Stage, U256, judge_permit2};

const SETTLE: Stage = Stage::Settle { amount: None };

/// What is due at both stages in both schemes.
struct World {
    what: &'static str,
    change: fn(&mut Permit2View),
    verify: [Due; 2],
    settle: Due,
}

#[test]
fn what_only_the_chain_knows() {
    let refused = Due::Invalid(C::Simulation);
    for World { what, change, verify, settle } in [
        World {
            what: "nonce used",
            change: |view| view.nonce_used = true,
            verify: [Due::Open, Due::Open],
            settle: Due::Invalid(C::Nonce),
        },
        World {
            what: "paused",
            change: |view| view.paused = true,
            verify: [Due::Open, refused],
            settle: refused,
        },
        World {
            what: "blocked",
            change: |view| view.blocked = true,
            verify: [Due::Open, refused],
            settle: refused,
        },
        World {
            what: "no token",
            change: |view| view.token_has_code = false,
            verify: [Due::Invalid(C::Token); 2],
            settle: Due::Invalid(C::Token),
        },
        World {
            what: "no proxy",
            change: |view| view.proxy_has_code = false,
            verify: [refused; 2],
            settle: refused,
        },
    ] {
        for (scheme, due) in Permit2Scheme::ALL.into_iter().zip(verify) {
            let mut world = view(scheme);
            change(&mut world);
            let body = body(&draft(scheme));
            due.assert(&judge_permit2(&body, &world, CLOCK, Stage::Verify), &format!("{scheme} {what}"));
            settle.assert(&judge_permit2(&body, &world, CLOCK, SETTLE), &format!("{scheme} {what}, settled"));
        }
    }
}

#[test]
fn nobody_settles_who_is_not_announced() {
    let strangers = Permit2View { facilitators: vec![Address::ZERO], ..view(Permit2Scheme::Upto) };
    for stage in [Stage::Verify, SETTLE, Stage::Settle { amount: Some(U256::ZERO) }] {
        let verdict = judge_permit2(&body(&draft(Permit2Scheme::Upto)), &strangers, CLOCK, stage);
        Due::Invalid(C::Facilitator).assert(&verdict, "another facilitator");
    }
    let verdict =
        judge_permit2(&body(&draft(Permit2Scheme::Exact)), &view(Permit2Scheme::Exact), CLOCK, SETTLE);
    Due::Valid.assert(&verdict, "exact names no facilitator");
    let mut stale = draft(Permit2Scheme::Upto);
    stale.facilitator = Address::repeat_byte(0xfa);
    let verdict = judge_permit2(&body(&stale), &view(Permit2Scheme::Upto), CLOCK, Stage::Verify);
    Due::Open.assert(&verdict, "another one of its own addresses");
}

/// The charge in the body and the charge told beside it are judged alike.
fn charged(draft: &Permit2Draft, world: &Permit2View, charge: u64, due: Due, what: &str) {
    let charge = U256::from(charge);
    let in_body = body(&draft.clone().charging(charge));
    due.assert(&judge_permit2(&in_body, world, CLOCK, SETTLE), &format!("{what}, in the body"));
    let beside = judge_permit2(&body(draft), world, CLOCK, Stage::Settle { amount: Some(charge) });
    due.assert(&beside, &format!("{what}, beside it"));
}

#[test]
fn up_to_the_maximum_may_be_charged_and_no_unit_more() {
    let (draft, world) = (draft(Permit2Scheme::Upto), view(Permit2Scheme::Upto));
    for (charge, due) in [
        (0, Due::Valid),
        (1, Due::Valid),
        (PRICE - 1, Due::Valid),
        (PRICE, Due::Valid),
        (PRICE + 1, Due::Invalid(C::Amount)),
        (u64::MAX, Due::Invalid(C::Amount)),
    ] {
        charged(&draft, &world, charge, due, &format!("charge of {charge}"));
    }
    let less = body(&draft.charging(U256::from(PRICE - 1)));
    let verdict = judge_permit2(&less, &world, CLOCK, Stage::Verify);
    Due::Invalid(C::Amount).assert(&verdict, "a charge is no maximum");
}

#[test]
fn what_is_charged_must_be_there_and_what_is_not_charged_is_open() {
    let draft = draft(Permit2Scheme::Upto);
    for (what, charge, balance, allowance, due) in [
        ("all there", 40, PURSE, PURSE, Due::Valid),
        ("the charge there", 40, 40, PURSE, Due::Open),
        ("the charge allowed", 40, PURSE, 40, Due::Open),
        ("a unit short", 40, 39, PURSE, Due::Invalid(C::Funds)),
        ("a unit not allowed", 40, PURSE, 39, Due::Invalid(C::Allowance)),
        ("nothing for nothing", 0, 0, 0, Due::Open),
    ] {
        let world = Permit2View {
            balance: U256::from(balance),
            allowance_to_permit2: U256::from(allowance),
            ..view(Permit2Scheme::Upto)
        };
        charged(&draft, &world, charge, due, what);
    }
}

#[test]
fn a_charge_of_nothing_still_needs_a_good_signature_and_asks_nothing_of_the_chain() {
    let world = view(Permit2Scheme::Upto);
    for (mutation, due) in [
        (M::SignedBy("stranger".into()), Due::Invalid(C::Signature)),
        (M::WitnessTo("stranger".into()), Due::Invalid(C::Recipient)),
        (M::Expired(60), Due::Invalid(C::Expired)),
    ] {
        let mut draft = draft(Permit2Scheme::Upto);
        mutation.apply(&mut draft, &Players);
        charged(&draft, &world, 0, due, &format!("{mutation:?}"));
    }
    let spent = Permit2View { nonce_used: true, ..world.clone() };
    charged(&draft(Permit2Scheme::Upto), &spent, 0, Due::Open, "a spent nonce");
    charged(&draft(Permit2Scheme::Upto), &spent, 1, Due::Invalid(C::Nonce), "a spent nonce");
    let paused = Permit2View { paused: true, ..world };
    charged(&draft(Permit2Scheme::Upto), &paused, 0, Due::Open, "a paused token");
}

#[test]
fn exact_moves_what_is_signed_whatever_is_said_beside_it() {
    let world = view(Permit2Scheme::Exact);
    let body_of = |mutations: &[M]| {
        let mut draft = draft(Permit2Scheme::Exact);
        mutations.iter().for_each(|mutation| drop(mutation.apply(&mut draft, &Players)));
        body(&draft)
    };
    for amount in [0, 1, PRICE + 1] {
        let stage = Stage::Settle { amount: Some(U256::from(amount)) };
        Due::Valid.assert(&judge_permit2(&body_of(&[]), &world, CLOCK, stage), "exact");
    }
    let poor = Permit2View { balance: U256::from(PRICE), ..world };
    let more = body_of(&[M::PermittedAbove(1)]);
    Due::Open.assert(&judge_permit2(&more, &poor, CLOCK, Stage::Verify), "covered price");
    Due::Invalid(C::Funds).assert(&judge_permit2(&more, &poor, CLOCK, SETTLE), "uncovered transfer");
}

//! Payments whose allowance somebody else pays for: permits and approvals on the wire, and what the oracle says of them.

use crate::samples::{CLOCK, PRICE, Players, draft, payer, view};
use crate::table::Due;
use gauntlet_wire::eip3009::{Recovered, recover};
use gauntlet_wire::message::Reading;
use gauntlet_wire::permit2::{
    PERMIT2, PermitDraft, PermitMutation as M, PermitView, SponsoredApproval, SponsoredPermit, read_permit2,
};
use gauntlet_wire::{
    Address, Domain, Key, Permit2Scheme, Permit2View, ReasonClass as C, SignatureForm, Stage, U256,
    judge_permit2,
};

const VERIFY: Stage = Stage::Verify;
const SETTLE: Stage = Stage::Settle { amount: None };
const NONCE: u64 = 7;

fn usdc() -> Domain {
    Domain {
        name: "USDC".into(),
        version: "2".into(),
        chain_id: 84532,
        verifying_contract: Address::repeat_byte(0x2a),
    }
}

/// Nothing is allowed, and the facilitator submits permits.
fn world(scheme: Permit2Scheme) -> Permit2View {
    let permits = Some(PermitView { nonce: U256::from(NONCE), domain: usdc() });
    Permit2View { allowance_to_permit2: U256::ZERO, permits, ..view(scheme) }
}

fn judged(
    scheme: Permit2Scheme,
    world: &Permit2View,
    stage: Stage,
    change: Option<&M>,
) -> gauntlet_wire::Verdict {
    let mut payment = draft(scheme);
    let mut permit = PermitDraft::valid(&payment, U256::from(NONCE));
    if let Some(change) = change {
        assert!(!change.apply(&mut permit, &Players).is_empty());
    }
    permit.attach(&mut payment);
    judge_permit2(payment.body().unwrap().as_bytes(), world, CLOCK, stage)
}

/// Computed with viem 2.57.1 (`hashTypedData`, `signTypedData`).
#[test]
fn the_digest_of_a_permit_is_that_of_another_implementation() {
    let key = "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318".parse().unwrap();
    let key = Key::from_bytes(key).unwrap();
    let permit = SponsoredPermit {
        from: key.address(),
        asset: usdc().verifying_contract,
        spender: PERMIT2,
        amount: U256::from(10_000),
        nonce: U256::from(7),
        deadline: U256::from(1_800_000_600_u64),
        signature: Vec::new(),
    };
    let digest = permit.digest(permit.from, &usdc());
    assert_eq!(digest.to_string(), "0xe7eb26d2c360f073306f530d606f9ffe851ad9e837596329505a023ab8d5feba");
    let signature = key.sign(digest).as_bytes();
    let theirs = "0xa70eddbb0769c4681c4cb3b6c9e0208f996e4072ffb33c57066c1699c892be50\
                  2420816e0c3869ac5b533aac498e0745e06115244b41ba2be7f6d93447881c5e1c";
    assert_eq!(alloy_primitives::hex::encode_prefixed(signature), theirs);
}

#[test]
fn what_is_attached_is_read_back() {
    for scheme in Permit2Scheme::ALL {
        let mut payment = draft(scheme);
        let permit = PermitDraft::valid(&payment, U256::from(NONCE));
        permit.attach(&mut payment);
        let read = read_permit2(payment.body().unwrap().as_bytes(), Reading::Strict).unwrap();
        let read = read.permit.unwrap();
        assert_eq!((read.from, read.spender, read.amount), (payer().address(), PERMIT2, U256::from(PRICE)));
        assert_eq!((read.nonce, read.deadline), (permit.nonce, payment.authorization.deadline));
        let signer = recover(&read.signature, read.digest(payer().address(), &usdc()));
        assert_eq!(signer, Recovered::Plain(payer().address()));

        let mut payment = draft(scheme);
        let approval = SponsoredApproval::of(&payment, vec![2, 1, 0]);
        approval.attach(&mut payment);
        let read = read_permit2(payment.body().unwrap().as_bytes(), Reading::Strict).unwrap();
        assert_eq!((read.approval, read.permit, read.sponsored), (Some(approval), None, true));
    }
}

#[test]
fn a_good_permit_carries_a_payment_and_a_bad_one_does_not() {
    let token = || M::Asset("other".into());
    for (change, due) in [
        (None, Due::Valid),
        (Some(M::From("stranger".into())), Due::Invalid(C::Signature)),
        (Some(token()), Due::Invalid(C::Token)),
        (Some(M::Spender("stranger".into())), Due::Invalid(C::Recipient)),
        (Some(M::SpenderHidden("stranger".into())), Due::Invalid(C::Signature)),
        (Some(M::AmountBelow(1)), Due::Invalid(C::Amount)),
        (Some(M::AmountMax), Due::Open),
        (Some(M::Expired(600)), Due::Invalid(C::Expired)),
        (Some(M::NonceAhead(1)), Due::Invalid(C::Nonce)),
        (Some(M::SignedBy("stranger".into())), Due::Invalid(C::Signature)),
        (Some(M::Signature(SignatureForm::BitFlipped)), Due::Invalid(C::Allowance)),
        (Some(M::Signature(SignatureForm::HighS)), Due::Open),
        (Some(M::DomainChain(1)), Due::Invalid(C::Signature)),
    ] {
        for scheme in Permit2Scheme::ALL {
            for stage in [VERIFY, SETTLE] {
                let what = format!("{scheme} {stage:?} {change:?}");
                due.assert(&judged(scheme, &world(scheme), stage, change.as_ref()), &what);
            }
        }
    }
}

#[test]
fn a_permit_that_nobody_needs_or_submits_is_not_judged() {
    for scheme in Permit2Scheme::ALL {
        let broken = M::Signature(SignatureForm::Empty);
        let allowed = Permit2View { allowance_to_permit2: U256::MAX, ..world(scheme) };
        Due::Valid.assert(&judged(scheme, &allowed, VERIFY, None), "allowed, with a good permit");
        Due::Open.assert(&judged(scheme, &allowed, VERIFY, Some(&broken)), "allowed, with a broken permit");
        let unclaimed = Permit2View { permits: None, ..world(scheme) };
        Due::Open.assert(&judged(scheme, &unclaimed, VERIFY, None), "a permit for whom it may concern");
        let poor = Permit2View { balance: U256::from(PRICE - 1), ..world(scheme) };
        Due::Invalid(C::Funds).assert(&judged(scheme, &poor, SETTLE, None), "a permit of one without money");
    }
}

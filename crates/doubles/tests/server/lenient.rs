//! Mutants that serve what has not been paid for.

use crate::outages::{failed, json_answer, with};
use crate::town::Town;
use gauntlet_doubles::scripted::{Act, Answer, Endpoint};
use gauntlet_doubles::server::mutants::{Fault, MUTANTS, dialect_of};
use gauntlet_wire::{Key, Mutation, SignatureForm, Version};
use serde_json::json;
use std::time::Duration;

const HASH: &str = "0x00000000000000000000000000000000000000000000000000000000000000aa";

/// Which faults serve for one ill of verify or settle. The conforming shop never does.
#[tokio::test]
async fn each_serves_for_its_own_ill_and_for_no_other() {
    let town = Town::start().await;
    let stranger = json!(Key::derive("stranger").address());
    let ills = [
        (Endpoint::Settle, failed("insufficient_funds", ""), Fault::ServesOnSettleFalse),
        (Endpoint::Settle, failed("settlement_pending", HASH), Fault::ServesOnPending),
        (Endpoint::Settle, Act::Reset, Fault::ServesOnSettleReset),
        (Endpoint::Settle, Act::Truncate, Fault::ServesOnSettleReset),
        (Endpoint::Settle, json_answer(500, json!({ "error": "sorry" })), Fault::ServesOnSettle500),
        (Endpoint::Settle, Act::Answer(Answer::html(503, "<p>")), Fault::ServesOnSettle500),
        (Endpoint::Settle, Act::Answer(Answer::html(200, "<p>")), Fault::ServesOnSettleGarbage),
        (Endpoint::Settle, with("transaction", json!("")), Fault::ServesWithoutTransaction),
        (Endpoint::Settle, with("network", json!("eip155:1")), Fault::ServesOnOtherNetwork),
        (Endpoint::Settle, with("payer", stranger), Fault::ServesOnOtherPayer),
        (Endpoint::Verify, json_answer(500, json!({})), Fault::ServesWhenVerifyIsUnusable),
        (Endpoint::Verify, Act::Reset, Fault::ServesWhenVerifyIsUnusable),
    ];
    // Those whose fault is to serve whatever happens have tests of their own.
    let always = |fault| {
        matches!(
            fault,
            Fault::ServesAnyHeader
                | Fault::ServesAnyWellFormedPayment
                | Fault::V1AnyHeader
                | Fault::NeverSettles
                | Fault::ServesBeforeSettle
                | Fault::RetriesLostSettle
        )
    };
    let faults: Vec<Fault> = ills.iter().map(|(.., fault)| *fault).collect();
    let others = MUTANTS.iter().map(|mutant| mutant.fault);
    // Those of a dialect show in it.
    let others = others.filter(|fault| !always(*fault) && dialect_of(*fault).is_none());
    for fault in others {
        let shop = town.shop(fault).await;
        for (endpoint, act, serving) in &ills {
            let payment = shop.payment(Version::V2, "cheap").await;
            town.facilitator().script(payment.nonce(), *endpoint, vec![act.clone()]);
            let content = shop.present("cheap", &payment).await;
            let leaks = fault == Fault::ContentInFailedSettle && *endpoint == Endpoint::Settle;
            if !leaks && !matches!(fault, Fault::SettlesWithoutVerify | Fault::SettlesBeforeVerify) {
                assert_eq!(content.serves(), fault == *serving, "{fault:?} {act:?}: {}", content.text);
            }
            if !faults.contains(&fault) {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_settle_that_does_not_answer_in_time_is_served_by_one_mutant() {
    let town = Town::start().await;
    let (late, conforming) = (town.shop(Fault::ServesOnSettleTimeout).await, town.shop(None).await);
    let (one, other) =
        (late.payment(Version::V2, "cheap").await, conforming.payment(Version::V1, "cheap").await);
    for payment in [&one, &other] {
        let silence = Act::Silence(Duration::from_secs(120));
        town.facilitator().script(payment.nonce(), Endpoint::Settle, vec![silence]);
    }
    let (late, conforming) = tokio::join!(late.present("cheap", &one), conforming.present("cheap", &other));
    assert_eq!((late.status, late.serves(), conforming.serves()), (200, true, false));
}

#[tokio::test]
async fn refused_payments_are_served_by_those_who_do_not_listen() {
    let town = Town::start().await;
    let v2 = &[Version::V2][..];
    for (fault, forged, other_terms, rubbish, versions) in [
        (Fault::ServesAnyHeader, true, true, true, &Version::ALL[..]),
        (Fault::ServesAnyWellFormedPayment, true, true, false, &Version::ALL),
        (Fault::V1AnyHeader, true, true, true, &[Version::V1]),
        (Fault::V1AnyHeader, false, false, false, v2),
        (Fault::V1RefusalsServed, true, false, false, &[Version::V1]),
        (Fault::V1RefusalsServed, false, false, false, v2),
        (Fault::IgnoresVerifyVerdict, false, false, false, v2),
    ] {
        let shop = town.shop(fault).await;
        for version in versions {
            let mut payment = shop.payment(*version, "cheap").await;
            Mutation::Signature(SignatureForm::BitFlipped).apply(&mut payment.draft, 0);
            assert_eq!(shop.present("cheap", &payment).await.serves(), forged, "{fault:?} {version}");
            let mut payment = shop.payment(*version, "cheap").await;
            Mutation::SchemeDisagrees("upto".into()).apply(&mut payment.draft, 0);
            assert_eq!(shop.present("cheap", &payment).await.serves(), other_terms, "{fault:?} {version}");
            let answer = shop.present_text("cheap", *version, "%%%").await;
            assert_eq!(answer.serves(), rubbish, "{fault:?} {version}");
            assert_eq!(shop.unpaid("cheap").await.status, 402);
        }
    }
    assert!(town.shop(Fault::ServesUnpaid).await.unpaid("cheap").await.serves());
}

#[tokio::test]
async fn the_steps_of_a_sale_are_left_out_or_made_in_another_order() {
    use Endpoint::{Settle, Verify};
    let town = Town::start().await;
    for (fault, calls, runs) in [
        (Fault::NeverSettles, &[Verify][..], 1),
        (Fault::SettlesWithoutVerify, &[Settle], 1),
        (Fault::SettlesBeforeVerify, &[Settle, Verify], 1),
        (Fault::HandlerBeforeVerify, &[Verify, Settle], 1),
        (Fault::HandlerRunsTwice, &[Verify, Settle], 2),
    ] {
        let shop = town.shop(fault).await;
        let (payment, answer) = shop.buy(Version::V2, "cheap").await;
        assert!(answer.serves(), "{fault:?}");
        assert_eq!((shop.calls(&payment), shop.runs("cheap").await), (calls.to_vec(), runs), "{fault:?}");
        assert!(!shop.present("cheap", &payment).await.serves(), "{fault:?} sells again");
    }
    // The forged payment shows what runs before it is refused.
    for (fault, calls, runs) in [
        (Fault::HandlerBeforeVerify, &[Verify][..], 1),
        (Fault::IgnoresVerifyVerdict, &[Verify, Settle], 1),
        (Fault::SettlesWithoutVerify, &[Settle], 1),
    ] {
        let shop = town.shop(fault).await;
        let mut payment = shop.payment(Version::V2, "cheap").await;
        Mutation::Signature(SignatureForm::BitFlipped).apply(&mut payment.draft, 0);
        let answer = shop.present("cheap", &payment).await;
        assert_eq!((answer.status, answer.serves()), (402, false), "{fault:?}");
        assert_eq!((shop.calls(&payment), shop.runs("cheap").await), (calls.to_vec(), runs), "{fault:?}");
    }
    let shop = town.shop(Fault::V1NeverVerified).await;
    assert_eq!(shop.calls(&shop.buy(Version::V1, "cheap").await.0), [Settle]);
    assert_eq!(shop.calls(&shop.buy(Version::V2, "cheap").await.0), [Verify, Settle]);

    let shop = town.shop(Fault::ServesBeforeSettle).await;
    let payment = shop.payment(Version::V2, "cheap").await;
    town.facilitator().script(payment.nonce(), Settle, vec![Act::Hold(Box::new(Act::Forward))]);
    assert!(shop.present("cheap", &payment).await.serves(), "while settle is held back");
    assert!(town.transfers(&payment).await.is_empty());
    assert!(!shop.present("cheap", &payment).await.serves(), "it sells again");
    town.facilitator().release(payment.nonce());
}

#[tokio::test]
async fn the_client_dictates_what_the_facilitator_is_asked_about() {
    let town = Town::start().await;
    let other = Key::derive("attacker").address();
    for (fault, member) in [
        (Fault::TrustsClientAmount, "amount"),
        (Fault::TrustsClientPayee, "payTo"),
        (Fault::TrustsClientAsset, "asset"),
        (Fault::SendsClientRequirements, "amount"),
        (Fault::SendsClientRequirements, "payTo"),
        (Fault::SendsClientRequirements, "asset"),
    ] {
        let shop = town.shop(fault).await;
        let mut payment = shop.payment(Version::V2, "cheap").await;
        match member {
            "amount" => Mutation::AcceptedAmount(1).apply(&mut payment.draft, 0),
            "payTo" => Mutation::AcceptedPayee(other).apply(&mut payment.draft, 0),
            _ => {
                payment.draft.accepted.token.address = other;
                String::new()
            }
        };
        let answer = shop.present("cheap", &payment).await;
        assert_eq!(answer.status, 402, "it is signed for other terms");
        let calls = shop.calls_in_full(&payment);
        let asked =
            calls.first().and_then(|call| call.request.clone()).expect("a call")["paymentRequirements"]
                .clone();
        assert_eq!(asked[member], payment.payload()["accepted"][member], "{fault:?}");

        if member == "amount" {
            payment = shop.payment(Version::V2, "cheap").await;
            Mutation::AcceptedAmount(1).apply(&mut payment.draft, 0);
            payment.draft.authorization.value = gauntlet_wire::U256::from(1);
            assert!(shop.present("cheap", &payment).await.serves(), "one unit buys it");
        }
    }
}

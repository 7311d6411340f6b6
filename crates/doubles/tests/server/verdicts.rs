//! Mutants that make something else of what the facilitator says, or of who asks, than a refusal or a sale.

use crate::client::Ask;
use crate::outages::with;
use crate::town::Town;
use gauntlet_doubles::scripted::Endpoint::{Settle, Verify};
use gauntlet_doubles::scripted::{Act, Endpoint};
use gauntlet_doubles::server::mutants::Fault;
use gauntlet_doubles::server::{Config, serve};
use gauntlet_wire::header::payment_header;
use gauntlet_wire::{Mutation, SignatureForm, U256, Version};
use serde_json::json;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_refused_payment_is_settled_or_answered_200() {
    let town = Town::start().await;
    for (fault, status, calls) in [
        (None, 402, &[Verify][..]),
        (Some(Fault::SettlesRefused), 402, &[Verify, Settle]),
        (Some(Fault::RefusesWith200), 200, &[Verify]),
    ] {
        let shop = town.shop(fault).await;
        for version in Version::ALL {
            let mut payment = shop.payment(version, "cheap").await;
            Mutation::Signature(SignatureForm::BitFlipped).apply(&mut payment.draft, 0);
            let answer = shop.present("cheap", &payment).await;
            assert_eq!((answer.status, answer.serves()), (status, false), "{fault:?}");
            assert_eq!(shop.calls(&payment), calls, "{fault:?}");
        }
        assert_eq!(shop.runs("cheap").await, 0);
    }
}

#[tokio::test]
async fn a_settlement_is_refused_for_its_slowness_or_for_what_it_says_besides() {
    let town = Town::start().await;
    let late = || Act::Delay(Duration::from_secs(3), Box::new(Act::Forward));
    let odd = || with("unheardOf", json!({ "a": 1 }));
    for (fault, act, served) in [
        (None, late(), true),
        (Some(Fault::HurriesSettle), late(), false),
        (None, odd(), true),
        (Some(Fault::RefusesUnknownAnswerFields), odd(), false),
    ] {
        let shop = town.shop(fault).await;
        let payment = shop.payment(Version::V2, "cheap").await;
        town.facilitator().script(payment.nonce(), Settle, vec![act]);
        assert_eq!(shop.present("cheap", &payment).await.serves(), served, "{fault:?}");
    }
}

#[tokio::test]
async fn settle_is_asked_once_more_after_a_success() {
    let town = Town::start().await;
    let shop = town.shop(Fault::SettlesTwice).await;
    let (payment, answer) = shop.buy(Version::V2, "cheap").await;
    assert!(answer.serves());
    assert_eq!(shop.calls(&payment), [Verify, Settle, Settle]);
    assert_eq!(town.transfers(&payment).await.len(), 1);
}

#[tokio::test]
async fn a_buyer_who_hangs_up_stops_one_mutant() {
    let town = Town::start().await;
    for (fault, status) in [(None, 200), (Some(Fault::StopsWhenBuyerLeaves), 502)] {
        let shop = town.shop(fault).await;
        let payment = shop.payment(Version::V2, "cheap").await;
        let facilitator = town.facilitator();
        facilitator.script(payment.nonce(), Settle, vec![Act::Hold(Box::new(Act::Forward))]);
        let ask = shop.ask("cheap").header(payment_header(Version::V2), &payment.header());
        let connection = ask.begin(&shop.url()).await.expect("a connection");
        assert!(facilitator.wait_for(payment.nonce(), Settle, 1, PATIENCE).await);
        drop(connection);
        // The end of a connection is seen some time after it.
        let began = std::time::Instant::now();
        let mut seen = shop.buy(Version::V2, "twin").await.1.status;
        while seen != status && began.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(20)).await;
            seen = shop.buy(Version::V2, "twin").await.1.status;
        }
        assert_eq!(seen, status, "{fault:?}");
        facilitator.release(payment.nonce());
    }
}

#[tokio::test]
async fn a_payer_who_has_bought_has_credit_with_one_mutant() {
    let town = Town::start().await;
    for (fault, calls) in [(None, &[Verify, Settle][..]), (Some(Fault::CreditForRegulars), &[Verify])] {
        let shop = town.shop(fault).await;
        let (first, answer) = shop.buy(Version::V2, "cheap").await;
        assert!(answer.serves());
        assert_eq!(shop.calls(&first), [Verify, Settle]);
        let mut second = first.clone();
        second.draft.authorization.nonce = gauntlet_wire::B256::from(U256::MAX - U256::from(calls.len()));
        assert!(shop.present("cheap", &second).await.serves(), "{fault:?}");
        assert_eq!(shop.calls(&second), calls, "{fault:?}");
    }
}

#[tokio::test]
async fn what_it_does_not_remember_is_served_though_it_is_spent() {
    let town = Town::start().await;
    let shop = town.shop(Fault::ServesSpentItDoesNotRemember).await;
    for version in Version::ALL {
        let (payment, answer) = shop.buy(version, "cheap").await;
        assert!(answer.serves() && !shop.present("cheap", &payment).await.serves());
        let other = serve(Config { ..shop.config.clone() }).await.expect("it starts");
        let ask = shop.ask("cheap").header(payment_header(version), &payment.header());
        assert!(ask.send(&other.url()).await.expect("an answer").serves());
        assert_eq!(town.transfers(&payment).await.len(), 1);
    }
}

#[tokio::test]
async fn one_mutant_sells_to_nobody_while_it_sells() {
    let town = Town::start().await;
    for (fault, status) in [(None, 200), (Some(Fault::OneAtATime), 402)] {
        let shop = town.shop(fault).await;
        let held = shop.payment(Version::V2, "cheap").await;
        let facilitator = town.facilitator();
        facilitator.script(held.nonce(), Settle, vec![Act::Hold(Box::new(Act::Forward))]);
        let meanwhile = async {
            assert!(facilitator.wait_for(held.nonce(), Endpoint::Settle, 1, PATIENCE).await);
            let other = shop.buy(Version::V2, "twin").await.1.status;
            facilitator.release(held.nonce());
            other
        };
        let (first, other) = tokio::join!(shop.present("cheap", &held), meanwhile);
        assert_eq!((first.status, other), (200, status), "{fault:?}");
        assert_eq!(shop.buy(Version::V2, "twin").await.1.status, 200);
    }
}

#[tokio::test]
async fn mutants_sell_less_than_they_offer() {
    let town = Town::start().await;
    let shop = town.shop(Fault::OnlyCheapSells).await;
    assert_eq!(shop.buy(Version::V2, "cheap").await.1.status, 200);
    for route in ["twin", "dear", "item", "create"] {
        let (payment, answer) = shop.buy(Version::V2, route).await;
        assert_eq!((answer.status, town.transfers(&payment).await.len()), (402, 0), "{route}");
    }
    let shop = town.shop(Fault::EveryTenthIs502).await;
    for count in 1..=20 {
        let status = shop.buy(Version::V2, "cheap").await.1.status;
        assert_eq!(status, if count % 10 == 0 { 502 } else { 200 }, "{count}");
    }
    let shop = town.shop(Fault::CreateDropsBody).await;
    assert_eq!(shop.buy(Version::V1, "create").await.1.json()["echo"], json!({}));

    let shop = town.shop(Fault::QueryBreaksPayment).await;
    assert_eq!(shop.send(&Ask::get("/cheap?a=1")).await.status, 402);
    let payment = shop.payment(Version::V2, "cheap").await;
    let ask = Ask::get("/cheap?a=1").header(payment_header(Version::V2), &payment.header());
    assert_eq!(shop.send(&ask).await.status, 402);
    assert_eq!(shop.present("cheap", &payment).await.status, 200);
}

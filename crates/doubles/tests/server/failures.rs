//! Mutants that get the facilitator's failures, and the handler's, wrong in other ways than by serving.

use crate::outages::{failed, json_answer};
use crate::town::Town;
use gauntlet_doubles::scripted::{Act, Answer, Endpoint};
use gauntlet_doubles::server::mutants::Fault;
use gauntlet_wire::Version;
use serde_json::json;
use std::time::Duration;

const HASH: &str = "0x00000000000000000000000000000000000000000000000000000000000000aa";

fn settles(calls: &[Endpoint]) -> usize {
    calls.iter().filter(|call| **call == Endpoint::Settle).count()
}

#[tokio::test]
async fn pending_settlements_are_asked_about_too_often_or_never_and_their_hash_is_lost() {
    let town = Town::start().await;
    for (fault, asked) in
        [(Fault::LoopsOnPending, 31), (Fault::GivesUpOnPending, 1), (Fault::PendingHashLost, 2)]
    {
        let shop = town.shop(fault).await;
        let payment = shop.payment(Version::V2, "cheap").await;
        let pending = failed("settlement_pending", HASH);
        town.facilitator().script(payment.nonce(), Endpoint::Settle, vec![pending]);
        let answer = shop.present("cheap", &payment).await;
        assert_eq!((answer.status, answer.serves()), (402, false));
        assert_eq!(settles(&shop.calls(&payment)), asked, "{fault:?}");
        let hash = answer.receipt(Version::V2).expect("a receipt").transaction;
        assert_eq!(hash.as_deref(), Some(if fault == Fault::PendingHashLost { "" } else { HASH }));
    }
}

#[tokio::test]
async fn a_lost_settlement_is_asked_for_again() {
    let town = Town::start().await;
    let shop = town.shop(Fault::RetriesLostSettle).await;
    let payment = shop.payment(Version::V2, "cheap").await;
    let lost = Act::After(Box::new(Act::Reset));
    town.facilitator().script(payment.nonce(), Endpoint::Settle, vec![lost, Act::Forward]);
    let answer = shop.present("cheap", &payment).await;
    assert_eq!(
        (answer.status, settles(&shop.calls(&payment))),
        (402, 2),
        "the nonce is spent: {}",
        answer.text
    );
    assert_eq!(town.transfers(&payment).await.len(), 1);
}

#[tokio::test]
async fn failed_handlers_are_charged_for_or_come_with_a_receipt() {
    let town = Town::start().await;
    for (fault, charged) in
        [(Fault::ChargesFailingHandler, "failing"), (Fault::ChargesMissingContent, "missing")]
    {
        let shop = town.shop(fault).await;
        for route in ["failing", "missing"] {
            let (payment, answer) = shop.buy(Version::V2, route).await;
            assert!(matches!(answer.status, 404 | 500));
            assert_eq!(answer.receipt(Version::V2), None);
            assert_eq!(
                town.transfers(&payment).await.len(),
                usize::from(route == charged),
                "{fault:?} {route}"
            );
        }
    }
    let shop = town.shop(Fault::ClaimsSuccessOnFailure).await;
    for version in Version::ALL {
        let (payment, answer) = shop.buy(version, "failing").await;
        assert_eq!(answer.receipt(version).expect("a receipt").success, Some(true));
        assert!(town.transfers(&payment).await.is_empty());
    }
}

#[tokio::test]
async fn a_facilitator_that_is_away_opens_the_shop_or_closes_it_for_ever() {
    let town = Town::start().await;
    let facilitator = town.facilitator();
    let open = town.shop(Fault::ServesWhenFacilitatorIsDown).await;
    let wedged = town.shop(Fault::NeverRecovers).await;
    let sticking = town.shop(Fault::ClaimStaysAfterFailure).await;
    let fine = sticking.buy(Version::V2, "cheap").await.1;
    assert_eq!(fine.status, 200);
    let stuck = sticking.payment(Version::V2, "cheap").await;

    facilitator.close_door().await;
    let broken = town.shop(Fault::BrokenSinceStart).await;
    assert!(open.buy(Version::V2, "cheap").await.1.serves());
    assert_eq!(open.unpaid("cheap").await.status, 402);
    assert_eq!(wedged.buy(Version::V2, "cheap").await.1.status, 502);
    assert_eq!(sticking.present("cheap", &stuck).await.status, 502);
    let unreachable = town.shop(Fault::OpenWhenSupportedIsUnreachable).await;
    assert!(unreachable.unpaid("cheap").await.serves());

    facilitator.open_door().await.expect("the port is ours");
    assert_eq!(unreachable.unpaid("cheap").await.status, 402);
    assert_eq!(wedged.buy(Version::V2, "cheap").await.1.status, 502);
    assert_eq!(wedged.unpaid("cheap").await.status, 402);
    assert_eq!(sticking.present("cheap", &stuck).await.status, 402);
    assert_eq!(sticking.buy(Version::V2, "cheap").await.1.status, 200);
    assert_eq!(broken.send(&crate::client::Ask::get("/free")).await.status, 500);
    assert_eq!(broken.unpaid("cheap").await.status, 500);
}

#[tokio::test]
async fn what_supported_says_opens_the_shop() {
    let town = Town::start().await;
    let facilitator = town.facilitator();
    let elsewhere = format!("{}/supported", facilitator.url());
    let cases = [
        (Fault::OpenWhenSupportedRedirects, Act::Answer(Answer::redirect(308, &elsewhere))),
        (Fault::OpenWhenSupportedIsEmpty, json_answer(200, json!({ "kinds": [] }))),
        (Fault::OpenWhenSupportedFails, json_answer(500, json!({ "error": "sorry" }))),
        (Fault::OpenWhenSupportedFails, Act::Answer(Answer::html(200, "<p>"))),
        (Fault::OpenWhenNetworkIsNotListed, json_answer(200, json!({ "kinds": [{ "x402Version": 2 }] }))),
    ];
    for (fault, act) in &cases {
        let shop = town.shop(*fault).await;
        for (other, answer) in &cases {
            facilitator.set_supported(Some(answer.clone()));
            assert_eq!(shop.unpaid("cheap").await.serves(), other == fault, "{fault:?} {other:?} {act:?}");
        }
        facilitator.set_supported(None);
        assert_eq!(shop.unpaid("cheap").await.status, 402);
    }
}

#[tokio::test]
async fn redirects_are_followed() {
    let town = Town::start().await;
    let facilitator = town.facilitator();
    let valid = format!("{}/verify", facilitator.url());
    for (fault, status) in [(None, 502), (Some(Fault::FollowsRedirects), 200)] {
        let shop = town.shop(fault).await;
        let payment = shop.payment(Version::V2, "cheap").await;
        let redirect = Act::Answer(Answer::redirect(307, &valid));
        facilitator.script(payment.nonce(), Endpoint::Verify, vec![redirect, Act::Forward]);
        assert_eq!(shop.present("cheap", &payment).await.status, status, "{fault:?}");
    }
}

#[tokio::test]
async fn a_facilitator_that_keeps_quiet_is_waited_for_without_an_end() {
    let town = Town::start().await;
    let shop = town.shop(Fault::HangsWithFacilitator).await;
    let payment = shop.payment(Version::V2, "cheap").await;
    let silence = Act::Silence(Duration::from_secs(600));
    town.facilitator().script(payment.nonce(), Endpoint::Verify, vec![silence]);
    // The conforming shop gives up after 20 s.
    let waiting = tokio::time::timeout(Duration::from_secs(25), shop.present("cheap", &payment)).await;
    assert!(waiting.is_err(), "it answered");
}

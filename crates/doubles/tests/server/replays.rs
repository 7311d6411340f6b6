//! One payment buys once.

use crate::client::Answer;
use crate::town::{Payment, Shop, Town};
use futures::future::join_all;
use gauntlet_doubles::scripted::{Act, Endpoint};
use gauntlet_doubles::server::mutants::Fault;
use gauntlet_doubles::server::{Config, serve};
use gauntlet_wire::Version;
use gauntlet_wire::header::encode;
use serde_json::Value;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

/// The payment's header with the members of its object in another order.
fn reencoded(payment: &Payment) -> String {
    let payload = payment.payload();
    let members = payload.as_object().expect("an object");
    let reversed: Value = members.iter().rev().map(|(name, value)| (name.clone(), value.clone())).collect();
    encode(&reversed)
}

/// Until when a settlement is held back.
enum Until {
    /// The copies have been answered.
    Answered,
    /// The copies have had time to come in: nothing is to be seen of those that wait.
    Later,
}

/// Presents a payment many times while its settlement is held back, then lets it go.
async fn at_once(shop: &Shop<'_>, payment: &Payment, copies: usize, until: Until) -> Vec<Answer> {
    let facilitator = shop.town.facilitator();
    facilitator.script(payment.nonce(), Endpoint::Settle, vec![Act::Hold(Box::new(Act::Forward))]);
    let first = shop.present("cheap", payment);
    let others = async {
        assert!(facilitator.wait_for(payment.nonce(), Endpoint::Settle, 1, PATIENCE).await);
        let presenting = join_all((1..copies).map(|_| shop.present("cheap", payment)));
        let waiting = async {
            match until {
                Until::Answered => return,
                // A copy that waits inside the server shows nowhere outside it: there is no event to wait for.
                Until::Later => tokio::time::sleep(Duration::from_secs(2)).await,
            }
            facilitator.release(payment.nonce());
        };
        let answers = tokio::join!(presenting, waiting).0;
        facilitator.release(payment.nonce());
        answers
    };
    let (first, mut others) = tokio::join!(first, others);
    others.push(first);
    others
}

fn served(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.serves()).count()
}

#[tokio::test]
async fn copies_one_after_the_other_and_at_once_are_served_once() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    for version in Version::ALL {
        let before = shop.runs("cheap").await;
        let payment = shop.payment(version, "cheap").await;
        let answers = at_once(&shop, &payment, 10, Until::Answered).await;
        assert_eq!(served(&answers), 1);
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 402)));
        assert_eq!(shop.runs("cheap").await, before + 1);
        assert_eq!(shop.calls(&payment), [Endpoint::Verify, Endpoint::Settle]);
        for text in [payment.header(), reencoded(&payment)] {
            let again = shop.present_text("cheap", version, &text).await;
            assert_eq!((again.status, again.serves()), (402, false));
            assert_eq!(again.challenge()["accepts"].as_array().map(Vec::len), Some(1));
        }
        assert_eq!(shop.runs("cheap").await, before + 1);
        assert_eq!(town.transfers(&payment).await.len(), 1);
    }
}

#[tokio::test]
async fn a_payment_buys_neither_a_dearer_route_nor_one_of_another_payee() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    for version in Version::ALL {
        let payment = shop.payment(version, "cheap").await;
        for route in ["dear", "elsewhere"] {
            let answer = shop.present(route, &payment).await;
            assert_eq!((answer.status, answer.serves()), (402, false), "{route}");
        }
        assert_eq!(shop.present("cheap", &payment).await.status, 200);
        for route in ["dear", "elsewhere", "twin"] {
            assert!(!shop.present(route, &payment).await.serves(), "{route}");
        }
    }
}

#[tokio::test]
async fn after_a_restart_on_the_same_port_a_spent_payment_is_still_spent() {
    let town = Town::start().await;
    for fault in [None, Some(Fault::ServesSameBytesAgain), Some(Fault::ForgetsAtRestart)] {
        let shop = town.shop(fault).await;
        let (payment, answer) = shop.buy(Version::V2, "cheap").await;
        assert_eq!(answer.status, 200);
        let (address, config) = (shop.running.address(), shop.config.clone());
        shop.running.stop().await;
        let running = serve(Config { listen: address, ..config.clone() }).await.expect("the port is free");
        let again = Shop { town: &town, config, running };
        assert_eq!(again.present("cheap", &payment).await.status, 402);
        // The shop knows by itself; who has forgotten asks, and is told by the facilitator.
        let mut calls = vec![Endpoint::Verify, Endpoint::Settle];
        calls.extend((fault == Some(Fault::ForgetsAtRestart)).then_some(Endpoint::Verify));
        assert_eq!(again.calls(&payment), calls);
        assert_eq!(again.buy(Version::V2, "cheap").await.1.status, 200);
    }
}

#[tokio::test]
async fn mutants_serve_copies_in_their_own_ways() {
    let town = Town::start().await;
    for version in Version::ALL {
        let shop = town.shop(Fault::CopiesShareSettlement).await;
        let payment = shop.payment(version, "cheap").await;
        assert_eq!(served(&at_once(&shop, &payment, 5, Until::Later).await), 5);
        assert_eq!(town.transfers(&payment).await.len(), 1);

        for (fault, same_bytes) in [(Fault::ServesSameBytesAgain, true), (Fault::ServesReencodedAgain, false)]
        {
            let shop = town.shop(fault).await;
            let (payment, _) = shop.buy(version, "cheap").await;
            assert_eq!(shop.present("cheap", &payment).await.serves(), same_bytes, "{fault:?}");
            let other = shop.present_text("cheap", version, &reencoded(&payment)).await;
            assert_eq!(other.serves(), !same_bytes, "{fault:?}");
            assert!(!shop.present("twin", &payment).await.serves(), "{fault:?}");
        }

        let shop = town.shop(Fault::ServesSpentElsewhere).await;
        let (payment, _) = shop.buy(version, "cheap").await;
        assert!(!shop.present("cheap", &payment).await.serves());
        for route in ["dear", "elsewhere", "twin", "item"] {
            assert!(shop.present(route, &payment).await.serves(), "{route}");
        }
    }
}

#[tokio::test]
async fn mutants_mix_up_what_a_payment_is_for() {
    let town = Town::start().await;
    for (fault, route, versions) in [
        (Fault::CheapBuysDear, "dear", &Version::ALL[..]),
        (Fault::AnyPayeeBuys, "elsewhere", &Version::ALL),
        (Fault::TrustsClientResource, "dear", &[Version::V2]),
        (Fault::TrustsClientResource, "elsewhere", &[Version::V2]),
    ] {
        for version in versions {
            let shop = town.shop(fault).await;
            let payment = shop.payment(*version, "cheap").await;
            let answer = shop.present(route, &payment).await;
            assert!(answer.serves(), "{fault:?} {version}: {}", answer.text);
            assert_eq!(town.transfers(&payment).await.len(), 1);
            assert_eq!(shop.buy(*version, route).await.1.status, 200, "{fault:?}");
        }
    }
    let shop = town.shop(Fault::CheapBuysDear).await;
    assert!(!shop.present("elsewhere", &shop.payment(Version::V2, "cheap").await).await.serves());
    let shop = town.shop(Fault::AnyPayeeBuys).await;
    assert!(!shop.present("dear", &shop.payment(Version::V2, "cheap").await).await.serves());
}

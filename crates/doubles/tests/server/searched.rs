//! Mutants whose fault shows only with a particular number or after a particular past.

use crate::town::{Payment, Shop, Town};
use gauntlet_doubles::mutant::Layer;
use gauntlet_doubles::scripted::{Act, Endpoint};
use gauntlet_doubles::server::mutants::{Fault, MUTANTS};
use gauntlet_wire::header::encode_bytes;
use gauntlet_wire::{B256, Mutation, U256, Version};
use std::time::Duration;

#[test]
fn what_only_a_search_finds_concerns_only_a_search() {
    let searched = MUTANTS.iter().filter(|mutant| mutant.layer() == Layer::Search);
    assert!(searched.clone().count() >= 6);
    for mutant in searched {
        let searches = |glob: &&str| glob.starts_with("server.search.");
        assert!(mutant.concerns.iter().all(searches), "{}", mutant.name);
    }
}

/// A payment for cheap that asks for and authorizes this price.
async fn priced(shop: &Shop<'_>, units: u64, extra: Option<Mutation>) -> Payment {
    let mut payment = shop.payment(Version::V2, "cheap").await;
    for change in [Mutation::Price(U256::from(units))].into_iter().chain(extra) {
        change.apply(&mut payment.draft, 0);
    }
    payment
}

#[tokio::test]
async fn the_buyer_says_what_it_costs() {
    let town = Town::start().await;
    let healthy = town.shop(None).await;
    let dictate = town.shop(Fault::UnknownFieldsDictate).await;
    for unknown in [false, true] {
        let extra = unknown.then_some(Mutation::UnknownFields);
        assert!(!healthy.present("cheap", &priced(&healthy, 9_999, extra.clone()).await).await.serves());
        let payment = priced(&dictate, 9_999, extra).await;
        assert_eq!(dictate.present("cheap", &payment).await.serves(), unknown);
    }
}

/// A payment of the same payer whose nonce ends with another byte.
fn beside(payment: &Payment) -> Payment {
    let mut other = payment.clone();
    other.draft.authorization.nonce[31] ^= 0x80;
    other
}

#[tokio::test]
async fn memories_with_holes() {
    let town = Town::start().await;
    for version in Version::ALL {
        let shop = town.shop(Fault::LongHeaderBuysAgain).await;
        let (payment, first) = shop.buy(version, "cheap").await;
        assert!(first.serves());
        assert!(!shop.present("cheap", &payment).await.serves());
        let padded = format!("{}{}", payment.payload(), " ".repeat(4096));
        let again = shop.present_text("cheap", version, &encode_bytes(padded.as_bytes())).await;
        assert!(again.serves());
        assert_eq!(town.transfers(&payment).await.len(), 1);

        let shop = town.shop(Fault::IgnoresLastNonceByte).await;
        let (payment, _) = shop.buy(version, "cheap").await;
        let other = beside(&payment);
        assert!(shop.present("cheap", &other).await.serves());
        assert_eq!(shop.calls(&other), []);
        assert!(!shop.present("cheap", &payment).await.serves());
    }
}

#[tokio::test]
async fn the_past_is_forgotten_after_64_payments() {
    let town = Town::start().await;
    let shop = town.shop(Fault::ForgetsAfter64).await;
    let (payment, _) = shop.buy(Version::V2, "cheap").await;
    for _ in 0..64 {
        assert!(shop.buy(Version::V2, "cheap").await.1.serves());
    }
    assert!(shop.present("cheap", &payment).await.serves());
    let (latest, _) = shop.buy(Version::V2, "cheap").await;
    assert!(!shop.present("cheap", &latest).await.serves());
}

#[tokio::test]
async fn the_third_payment_of_a_payer_is_not_settled() {
    let town = Town::start().await;
    let shop = town.shop(Fault::ThirdIsFree).await;
    let mut payment = shop.payment(Version::V1, "cheap").await;
    for settles in [true, true, false, false] {
        payment.draft.authorization.nonce = B256::from(payment.nonce().0.map(|byte| byte.wrapping_add(1)));
        assert!(shop.present("cheap", &payment).await.serves());
        assert_eq!(shop.calls(&payment).contains(&Endpoint::Settle), settles);
    }
}

/// Presents two payments of one payer; the second comes while the first is being settled. Says whether the second was
/// served without being settled.
async fn second_is_free(shop: &Shop<'_>) -> bool {
    let facilitator = shop.town.facilitator();
    let one = shop.payment(Version::V2, "cheap").await;
    let other = beside(&one);
    facilitator.script(one.nonce(), Endpoint::Settle, vec![Act::Hold(Box::new(Act::Forward))]);
    let second = async {
        assert!(facilitator.wait_for(one.nonce(), Endpoint::Settle, 1, Duration::from_secs(20)).await);
        let releasing = async {
            // What waits inside the server shows nowhere outside it: there is no event to wait for.
            tokio::time::sleep(Duration::from_millis(500)).await;
            facilitator.release(one.nonce());
        };
        tokio::join!(shop.present("cheap", &other), releasing).0
    };
    let (first, second) = tokio::join!(shop.present("cheap", &one), second);
    assert!(first.serves() && second.serves());
    shop.calls(&other).is_empty()
}

#[tokio::test]
async fn a_long_number_ends_all_trade() {
    let town = Town::start().await;
    for (fault, goes_on) in [(None, true), (Some(Fault::WedgedAfterManyDigits), false)] {
        let shop = town.shop(fault).await;
        let payment = shop.payment(Version::V2, "cheap").await;
        let long = payment.payload().to_string().replace("\"10000\"", &"9".repeat(401));
        assert!(!shop.present_text("cheap", Version::V2, &encode_bytes(long.as_bytes())).await.serves());
        assert_eq!(shop.present("cheap", &payment).await.serves(), goes_on);
    }
}

#[tokio::test]
async fn two_payments_of_one_payer_are_settled_once() {
    let town = Town::start().await;
    assert!(!second_is_free(&town.shop(None).await).await);
    let shop = town.shop(Fault::OneReceiptForAPayer).await;
    for attempt in 0.. {
        if second_is_free(&shop).await {
            break;
        }
        assert!(attempt < 20, "the second always comes too late");
    }
}

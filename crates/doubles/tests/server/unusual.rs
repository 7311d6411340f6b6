//! Payments that are written in an unusual way.

use crate::client::Ask;
use crate::town::{Payment, Shop, Town};
use gauntlet_doubles::scripted::Endpoint;
use gauntlet_doubles::server::mutants::Fault;
use gauntlet_wire::header::{encode, encode_bytes, payment_header};
use gauntlet_wire::{Mutation, SignatureForm, Version};
use serde_json::json;

/// Whether a payment that is written like this buys.
async fn buys(shop: &Shop<'_>, version: Version, write: impl Fn(&Payment) -> String) -> bool {
    let payment = shop.payment(version, "cheap").await;
    shop.present_text("cheap", version, &write(&payment)).await.serves()
}

#[tokio::test]
async fn each_way_of_writing_is_refused_by_its_own_mutant_alone() {
    let town = Town::start().await;
    let faults = [Fault::EscapesNotRead, Fault::ByteStrings, Fault::WhiteSpaceMatters];
    let ways: [fn(&Payment) -> String; 3] = [
        |payment| encode_bytes(payment.payload().to_string().replace("exact", "\\u0065xact").as_bytes()),
        |payment| {
            let mut payload = payment.payload();
            payload["note"] = json!("für 1 Stück");
            encode(&payload)
        },
        |payment| encode_bytes(payment.payload().to_string().replace(',', ", ").as_bytes()),
    ];
    for version in Version::ALL {
        for fault in faults.map(Some).into_iter().chain([None]) {
            let shop = town.shop(fault).await;
            for (own, way) in faults.iter().zip(ways) {
                assert_eq!(buys(&shop, version, way).await, fault != Some(*own), "{fault:?} and {own:?}");
            }
        }
    }
}

#[tokio::test]
async fn the_version_in_a_payment_is_looked_at_by_all_but_one() {
    let town = Town::start().await;
    for fault in [None, Some(Fault::IgnoresPayloadVersion)] {
        let shop = town.shop(fault).await;
        for version in Version::ALL {
            for odd in [json!(3), json!("2"), json!(null)] {
                let text = |payment: &Payment| {
                    let mut payload = payment.payload();
                    payload["x402Version"] = odd.clone();
                    encode(&payload)
                };
                assert_eq!(buys(&shop, version, text).await, fault.is_some(), "{fault:?} {version} {odd}");
            }
        }
    }
}

#[tokio::test]
async fn what_was_accepted_is_looked_at_by_all_but_one() {
    let town = Town::start().await;
    for fault in [None, Some(Fault::IgnoresAccepted)] {
        let shop = town.shop(fault).await;
        for mutation in [Mutation::AcceptedAmount(1), Mutation::SchemeDisagrees("upto".into())] {
            let mut payment = shop.payment(Version::V2, "cheap").await;
            mutation.apply(&mut payment.draft, 0);
            let answer = shop.present("cheap", &payment).await;
            assert_eq!(answer.serves(), fault.is_some(), "{fault:?} {mutation:?}");
            assert_eq!(town.transfers(&payment).await.len(), usize::from(fault.is_some()));
        }
    }
}

#[tokio::test]
async fn a_payment_is_missed_when_its_header_is_not_in_capitals() {
    let town = Town::start().await;
    let shop = town.shop(Fault::PaymentHeaderInCapitals).await;
    for version in Version::ALL {
        for (name, found) in [
            (payment_header(version).to_owned(), true),
            (payment_header(version).to_ascii_lowercase(), false),
        ] {
            let payment = shop.payment(version, "cheap").await;
            let answer = shop.send(&Ask::get("/cheap").header(&name, &payment.header())).await;
            assert_eq!(answer.serves(), found, "{name}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_payment_without_a_resource_is_missed_by_one() {
    let town = Town::start().await;
    for fault in [None, Some(Fault::DemandsResource)] {
        let shop = town.shop(fault).await;
        let without = |payment: &Payment| {
            let mut payload = payment.payload();
            payload.as_object_mut().expect("an object").remove("resource");
            encode(&payload)
        };
        assert_eq!(buys(&shop, Version::V2, without).await, fault.is_none());
        assert!(buys(&shop, Version::V1, without).await);
    }
}

#[tokio::test]
async fn of_a_signature_that_stands_there_twice_the_first_is_verified_and_the_last_settled() {
    let town = Town::start().await;
    let shop = town.shop(Fault::FirstDuplicateVerified).await;
    for version in Version::ALL {
        let payment = shop.payment(version, "cheap").await;
        let mut forged = payment.clone();
        Mutation::Signature(SignatureForm::BitFlipped).apply(&mut forged.draft, 0);
        let right = format!("\"signature\":{}", payment.payload()["payload"]["signature"]);
        let both = format!("{right},\"signature\":{}", forged.payload()["payload"]["signature"]);
        let text = encode_bytes(payment.payload().to_string().replacen(&right, &both, 1).as_bytes());
        assert!(shop.present_text("cheap", version, &text).await.serves());
        assert_eq!(shop.calls(&payment), [Endpoint::Verify, Endpoint::Settle]);
        assert!(town.transfers(&payment).await.is_empty());
        assert!(!shop.present("cheap", &forged).await.serves());
        assert!(!town.shop(None).await.present_text("cheap", version, &text).await.serves());
    }
}

#[tokio::test]
async fn the_payments_of_both_headers_are_taken_for_one_answer() {
    let town = Town::start().await;
    for (fault, taken) in [(None, 0), (Some(Fault::BothHeadersChargeBoth), 1)] {
        let shop = town.shop(fault).await;
        let payments = [shop.payment(Version::V2, "cheap").await, shop.payment(Version::V1, "cheap").await];
        let ask = payments.iter().fold(shop.ask("cheap"), |ask, payment| {
            ask.header(payment_header(payment.version), &payment.header())
        });
        assert_eq!(shop.send(&ask).await.serves(), fault.is_some());
        for payment in &payments {
            assert_eq!(town.transfers(payment).await.len(), taken, "{fault:?} {}", payment.version);
        }
    }
}

#[tokio::test]
async fn headers_that_are_large_or_deep_end_the_connection_or_the_server() {
    let town = Town::start().await;
    let large = Ask::get("/cheap").header("PAYMENT-SIGNATURE", &"A".repeat(17 << 10));
    let shop = town.shop(Fault::HangsUpOnLargeHeader).await;
    assert!(large.send(&shop.url()).await.is_none());
    assert_eq!(shop.unpaid("cheap").await.status, 402);
    assert_eq!(town.shop(None).await.send(&large).await.status, 400);

    let nested = |depth: usize| encode_bytes(&[vec![b'['; depth], vec![b']'; depth]].concat());
    let shop = town.shop(Fault::DiesOfDeepJson).await;
    assert_eq!(shop.present_text("cheap", Version::V1, &nested(900)).await.status, 400);
    assert!(Ask::get("/cheap").header("X-PAYMENT", &nested(1100)).send(&shop.url()).await.is_none());
    assert!(Ask::get("/free").send(&shop.url()).await.is_none());
}

//! Mutants that misprint the 402.

use crate::client::Answer;
use crate::town::Town;
use gauntlet_doubles::server::mutants::Fault;
use gauntlet_wire::Version;
use gauntlet_wire::header::{bytes_lenient, decode_lenient, decode_strict};
use serde_json::{Value, json};

/// What is offered in the header, with one member changed.
#[tokio::test]
async fn one_member_of_the_header_is_wrong() {
    let town = Town::start().await;
    let good = town.shop(None).await.unpaid("cheap").await.challenge();
    for (fault, pointer, value) in [
        (Fault::VersionAsText, "/x402Version", Some(json!("2"))),
        (Fault::VersionOne, "/x402Version", Some(json!(1))),
        (Fault::AcceptsEmpty, "/accepts", Some(json!([]))),
        (Fault::AcceptsObject, "/accepts", Some(good["accepts"][0].clone())),
        (Fault::ResourceMissing, "/resource", None),
        (Fault::ResourceWithoutUrl, "/resource/url", None),
        (Fault::ResourceUrlRelative, "/resource/url", Some(json!("/cheap"))),
        (Fault::ChallengeTooLarge, "/resource/description", Some(json!("x".repeat(20_000)))),
        (Fault::SchemeMissing, "/accepts/0/scheme", None),
        (Fault::NetworkNotCaip2, "/accepts/0/network", Some(json!("base-sepolia"))),
        (Fault::AmountNumber, "/accepts/0/amount", Some(json!(10_000))),
        (Fault::AmountDecimal, "/accepts/0/amount", Some(json!("0.01"))),
        (Fault::AmountDollars, "/accepts/0/amount", Some(json!("$0.01"))),
        (Fault::AmountScientific, "/accepts/0/amount", Some(json!("1e4"))),
        (Fault::AssetMissing, "/accepts/0/asset", None),
        (Fault::AssetNotAddress, "/accepts/0/asset", Some(json!("USDC"))),
        (Fault::PayToMissing, "/accepts/0/payTo", None),
        (Fault::PayToNotAddress, "/accepts/0/payTo", Some(json!("shop.example"))),
        (Fault::PayToOther, "/accepts/0/payTo", Some(json!("0x000000000000000000000000000000000000dEaD"))),
        (Fault::MaxTimeoutText, "/accepts/0/maxTimeoutSeconds", Some(json!("300"))),
        (Fault::MaxTimeoutZero, "/accepts/0/maxTimeoutSeconds", Some(json!(0))),
        (Fault::ExtraNull, "/accepts/0/extra", Some(Value::Null)),
        (Fault::ExtraArray, "/accepts/0/extra", Some(json!([good["accepts"][0]["extra"]]))),
    ] {
        let shop = town.shop(fault).await;
        let answer = shop.unpaid("cheap").await;
        assert_eq!(answer.status, 402);
        let mut challenge = answer.challenge();
        assert_eq!(challenge.pointer(pointer), value.as_ref(), "{fault:?}");
        // With that member as it should be, nothing else is wrong but whose shop it is.
        let (parent, member) = pointer.rsplit_once('/').expect("a pointer");
        let (right, parent) = (good.pointer(pointer), challenge.pointer_mut(parent).expect("its parent"));
        if let (Some(right), Some(parent)) = (right, parent.as_object_mut()) {
            parent.insert(member.into(), right.clone());
        }
        if fault != Fault::ResourceMissing && fault != Fault::ResourceWithoutUrl {
            challenge["resource"]["url"] = json!(format!("{}/cheap", shop.url()));
        }
        let mut expected = good.clone();
        expected["resource"]["url"] = challenge["resource"]["url"].clone();
        assert_eq!(challenge, expected, "{fault:?}");
        assert_eq!(answer.json()["accepts"][0]["maxAmountRequired"], "10000");
    }
}

async fn unpaid(town: &Town, fault: Fault, route: &str) -> Answer {
    town.shop(fault).await.unpaid(route).await
}

#[tokio::test]
async fn the_header_is_written_wrongly_or_not_at_all() {
    let town = Town::start().await;
    let line = async |fault| {
        let answer = unpaid(&town, fault, "item").await;
        answer.header("PAYMENT-REQUIRED").map(str::to_owned)
    };
    assert_eq!(line(Fault::ChallengeWithoutHeader).await, None);
    for fault in [Fault::ChallengeUrlSafe, Fault::ChallengeUnpadded] {
        for route in ["cheap", "twin", "dear", "item", "files"] {
            let answer = unpaid(&town, fault, route).await;
            let text = answer.header("PAYMENT-REQUIRED").expect("a header");
            assert!(decode_strict(text).is_err(), "{fault:?} {route}");
            assert_eq!(decode_lenient(text).expect("lenient").oddities.len(), 1, "{fault:?} {route}");
        }
    }
    for fault in [Fault::ChallengeNotJson, Fault::ChallengeLatin1] {
        let text = line(fault).await.expect("a header");
        assert!(decode_lenient(&text).is_err(), "{fault:?}");
    }
    let large = line(Fault::ChallengeTooLarge).await.expect("a header");
    assert!(large.len() > 16 << 10);
    assert_eq!(unpaid(&town, Fault::ChallengeTwice, "cheap").await.all("PAYMENT-REQUIRED").len(), 2);

    let shop = town.shop(Fault::HtmlDropsHeader).await;
    let page = shop.send(&shop.ask("cheap").header("Accept", "text/html")).await;
    assert_eq!((page.status, page.header("PAYMENT-REQUIRED")), (402, None));
    assert!(shop.unpaid("cheap").await.header("PAYMENT-REQUIRED").is_some());
}

#[tokio::test]
async fn the_status_is_another() {
    let town = Town::start().await;
    for (fault, status) in
        [(Fault::ChallengeIs401, 401), (Fault::ChallengeIs403, 403), (Fault::ChallengeIs200, 200)]
    {
        let answer = unpaid(&town, fault, "cheap").await;
        assert_eq!((answer.status, answer.serves()), (status, false));
        assert_eq!(answer.challenge()["accepts"][0]["amount"], "10000");
    }
}

#[tokio::test]
async fn the_price_changes_from_call_to_call_and_either_price_buys() {
    let town = Town::start().await;
    let shop = town.shop(Fault::PriceFlickers).await;
    let mut prices = Vec::new();
    for _ in 0..4 {
        let answer = shop.unpaid("cheap").await;
        let price = answer.challenge()["accepts"][0]["amount"].clone();
        assert_eq!(answer.json()["accepts"][0]["maxAmountRequired"], price);
        prices.push(price);
    }
    assert_eq!(prices, ["10000", "10001", "10000", "10001"]);
    let mut payment = shop.payment(Version::V2, "cheap").await;
    let higher = gauntlet_wire::U256::from(10_001);
    (payment.draft.accepted.amount, payment.draft.authorization.value) = (higher, higher);
    assert!(shop.present("cheap", &payment).await.serves());
}

#[tokio::test]
async fn the_body_of_version_1_is_wrong() {
    let town = Town::start().await;
    let body = async |fault| unpaid(&town, fault, "cheap").await.json();
    assert_eq!(body(Fault::V1BodyMissing).await, json!({}));
    assert!(body(Fault::V1ErrorMissing).await.get("error").is_none());
    let entry = body(Fault::V1FieldsMissing).await["accepts"][0].clone();
    assert!(["resource", "description", "maxTimeoutSeconds"].iter().all(|name| entry.get(name).is_none()));
    assert_eq!(body(Fault::V1NetworkCaip2).await["accepts"][0]["network"], "eip155:84532");
    assert_eq!(body(Fault::V1AmountNumber).await["accepts"][0]["maxAmountRequired"], 10_000);
    for (fault, pointer, value) in [
        (Fault::V1AcceptsEmpty, "/accepts", Some(json!([]))),
        (Fault::V1SchemeMissing, "/accepts/0/scheme", None),
        (Fault::V1AssetNotAddress, "/accepts/0/asset", Some(json!("USDC"))),
        (Fault::V1PayToNotAddress, "/accepts/0/payTo", Some(json!("shop.example"))),
        (Fault::V1ResourceRelative, "/accepts/0/resource", Some(json!("/cheap"))),
    ] {
        assert_eq!(body(fault).await.pointer(pointer), value.as_ref(), "{fault:?}");
    }
    assert!(body(Fault::V1ExtraArray).await["accepts"][0]["extra"][0].is_object());
    let twice = unpaid(&town, Fault::ChallengeMemberTwice, "cheap").await;
    let (header, _) = bytes_lenient(twice.header("PAYMENT-REQUIRED").expect("a header")).expect("base64");
    for text in [String::from_utf8(header).expect("text"), twice.body] {
        assert_eq!(text.matches("\"payTo\":").count(), 2, "{text}");
    }
    let differing = unpaid(&town, Fault::BodyPriceDiffers, "cheap").await;
    assert_eq!(differing.json()["accepts"][0]["maxAmountRequired"], "10001");
    assert_eq!(differing.challenge()["accepts"][0]["amount"], "10000");
}

#[tokio::test]
async fn what_is_offered_wrongly_can_still_be_echoed() {
    let town = Town::start().await;
    for fault in [
        Fault::AmountNumber,
        Fault::AmountScientific,
        Fault::MaxTimeoutText,
        Fault::MaxTimeoutZero,
        Fault::ExtraNull,
        Fault::PayToMissing,
        Fault::AssetMissing,
    ] {
        let shop = town.shop(fault).await;
        let payment = shop.payment(Version::V2, "cheap").await;
        let mut payload = payment.payload();
        payload["accepted"] = shop.unpaid("cheap").await.challenge()["accepts"][0].clone();
        let text = gauntlet_wire::header::encode(&payload);
        let answer = shop.present_text("cheap", Version::V2, &text).await;
        assert!(answer.serves(), "{fault:?}: {}", answer.text);
    }
    let shop = town.shop(Fault::BodyPriceDiffers).await;
    let mut payment = shop.payment(Version::V1, "cheap").await;
    payment.draft.authorization.value = gauntlet_wire::U256::from(10_001);
    assert!(shop.present("cheap", &payment).await.serves());
}

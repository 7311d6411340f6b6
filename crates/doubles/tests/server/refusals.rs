//! What the conforming shop refuses, and which mutants do not.

use crate::client::{Answer, Ask};
use crate::town::{Payment, Shop, Town};
use gauntlet_doubles::server::mutants::Fault;
use gauntlet_wire::header::encode;
use gauntlet_wire::{Key, Mutation, SignatureForm, Version};
use serde_json::{Value, json};

/// A payload with one change at a JSON pointer; `None` takes the member away.
fn changed(payment: &Payment, pointer: &str, value: Option<Value>) -> String {
    let mut payload = payment.payload();
    let (parent, member) = pointer.rsplit_once('/').expect("a pointer");
    let parent = payload.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object");
    match value {
        Some(value) => parent.insert(member.into(), value),
        None => parent.shift_remove(member),
    };
    encode(&payload)
}

/// Headers that are no payment, and the part that is wrong with them.
fn rubbish(payment: &Payment) -> Vec<(&'static str, String)> {
    let good = payment.header();
    let with = |pointer, value: Value| changed(payment, pointer, Some(value));
    let without = |pointer| changed(payment, pointer, None);
    // A text that URL-safe base64 without padding writes otherwise.
    let lengths = (0..3).map(|length| with("/zz", json!(format!("???{}", "-".repeat(length)))));
    let odd = lengths.into_iter().find(|text| text.ends_with('=')).expect("one in three has padding");
    let mut rubbish = vec![
        ("base64", "%%%".to_owned()),
        ("base64", odd.replace('/', "_").replace('+', "-")),
        ("base64", odd.trim_end_matches('=').to_owned()),
        ("base64", format!("{} {}", &good[..8], &good[8..])),
        ("base64", format!("{good},{good}")),
        ("json", String::new()),
        ("json", "aGVsbG8=".to_owned()),
        ("json", "eyJ4NDAyVmVyc2lvbiI6".to_owned()),
        ("shape", encode(&json!([]))),
        ("shape", encode(&json!("x"))),
        ("shape", encode(&json!({}))),
        ("shape", with("/x402Version", json!(payment.version.number().to_string()))),
        ("shape", without("/x402Version")),
        ("shape", without("/payload")),
        ("shape", without("/payload/signature")),
        ("shape", without("/payload/authorization")),
        ("shape", with("/payload/authorization/value", json!(10_000))),
        ("shape", with("/payload/authorization/nonce", json!("0x12"))),
        ("shape", with("/payload/authorization/from", json!(["x"]))),
        ("shape", with("/payload", json!("x"))),
    ];
    match payment.version {
        Version::V2 => {
            rubbish.push(("shape", without("/accepted")));
            rubbish.push(("shape", with("/accepted", json!("x"))));
        }
        Version::V1 => rubbish.push(("shape", without("/scheme"))),
    }
    rubbish
}

fn assert_refused(shop: &Shop<'_>, version: Version, answer: &Answer, what: &str) {
    assert!(!answer.serves(), "{what}: {}", answer.text);
    let body = answer.json();
    assert_eq!(body["x402Version"], 1, "{what}");
    assert!(body["accepts"][0]["maxAmountRequired"].is_string(), "{what}: {body}");
    assert_ne!(body["error"], "This has to be paid for, and no payment came with the request", "{what}");
    assert!(!body["error"].to_string().contains(&shop.config.facilitator_url), "{what}");
    assert_eq!(answer.challenge()["accepts"].as_array().map(Vec::len), Some(1), "{what}");
    assert_eq!(answer.receipt(version), None, "{what}");
}

#[tokio::test]
async fn what_is_no_payment_is_a_bad_request_and_goes_nowhere() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    for version in Version::ALL {
        let payment = shop.payment(version, "cheap").await;
        for (part, text) in rubbish(&payment) {
            let answer = shop.present_text("cheap", version, &text).await;
            let what = format!("{version} {part} {text}");
            assert_eq!(answer.status, 400, "{what}: {}", answer.text);
            assert_refused(&shop, version, &answer, &what);
        }
        assert!(shop.calls(&payment).is_empty());
        assert_eq!(shop.runs("cheap").await, u64::from(version == Version::V1));
        assert_eq!(shop.present("cheap", &payment).await.status, 200);
    }
}

#[tokio::test]
async fn a_payment_for_other_terms_than_those_offered_is_refused() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    let payment = shop.payment(Version::V2, "cheap").await;
    for (member, value) in [
        ("scheme", json!("upto")),
        ("network", json!("eip155:1")),
        ("amount", json!("1")),
        ("payTo", json!(Key::derive("stranger").address().to_checksum(None))),
        ("asset", json!(Key::derive("no token").address().to_checksum(None))),
        ("maxTimeoutSeconds", json!(301)),
        ("extra", json!({ "name": "x", "version": "2" })),
        ("zz", json!(1)),
    ] {
        let text = changed(&payment, &format!("/accepted/{member}"), Some(value));
        let answer = shop.present_text("cheap", Version::V2, &text).await;
        assert_eq!(answer.status, 402, "{member}");
        assert_refused(&shop, Version::V2, &answer, member);
    }
    let payment = shop.payment(Version::V1, "cheap").await;
    for (member, value) in [("scheme", "upto"), ("network", "base")] {
        let text = changed(&payment, &format!("/{member}"), Some(json!(value)));
        let answer = shop.present_text("cheap", Version::V1, &text).await;
        assert_eq!(answer.status, 402, "{member}");
        assert_refused(&shop, Version::V1, &answer, member);
    }
    assert!(shop.calls(&payment).is_empty());
}

#[tokio::test]
async fn a_payment_that_the_facilitator_refuses_is_refused_with_its_reason() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    for version in Version::ALL {
        for mutation in [
            Mutation::Signature(SignatureForm::BitFlipped),
            Mutation::ValueBelow(1),
            Mutation::PayeeOther(Key::derive("stranger").address()),
            Mutation::Expired(60),
        ] {
            let mut payment = shop.payment(version, "cheap").await;
            mutation.apply(&mut payment.draft, gauntlet_report::clock::unix_seconds());
            let answer = shop.present("cheap", &payment).await;
            assert_eq!(answer.status, 402, "{mutation:?}: {}", answer.text);
            assert_refused(&shop, version, &answer, &format!("{mutation:?}"));
            assert!(
                answer.json()["error"].to_string().contains("invalid_exact_evm_payload"),
                "{}",
                answer.body
            );
        }
    }
    assert_eq!(shop.runs("cheap").await, 0);
}

#[tokio::test]
async fn versions_and_headers_are_not_mixed() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    let (v2, v1) = (shop.payment(Version::V2, "cheap").await, shop.payment(Version::V1, "cheap").await);
    assert_eq!(shop.present_text("cheap", Version::V2, &v1.header()).await.status, 402);
    assert_eq!(shop.present_text("cheap", Version::V1, &v2.header()).await.status, 402);
    let both = Ask::get("/cheap").header("PAYMENT-SIGNATURE", &v2.header()).header("X-PAYMENT", &v1.header());
    assert_eq!(shop.send(&both).await.status, 400);
    for (name, payment) in [("PAYMENT-SIGNATURE", &v2), ("X-PAYMENT", &v1)] {
        for (first, second) in [("%%%", payment.header().as_str()), (&payment.header(), "%%%")] {
            let twice = Ask::get("/cheap").header(name, first).header(name, second);
            assert_eq!(shop.send(&twice).await.status, 400);
        }
        let huge = Ask::get("/cheap").header(name, &"A".repeat((32 << 10) + 4));
        assert_eq!(shop.send(&huge).await.status, 431);
        let enormous = Ask::get("/cheap").header(name, &"A".repeat(1 << 20)).send(&shop.url()).await;
        assert!(enormous.is_none_or(|answer| answer.status == 431));
    }
    assert_eq!(shop.runs("cheap").await, 0);
    for payment in [v2, v1] {
        assert_eq!(shop.present("cheap", &payment).await.status, 200);
    }
}

#[tokio::test]
async fn mutants_stumble_over_what_they_read() {
    let town = Town::start().await;
    for (fault, part) in
        [(Fault::Base64Is500, "base64"), (Fault::JsonIs500, "json"), (Fault::WrongTypeIs500, "shape")]
    {
        let shop = town.shop(fault).await;
        for version in Version::ALL {
            let payment = shop.payment(version, "cheap").await;
            for (wrong, text) in rubbish(&payment) {
                let answer = shop.present_text("cheap", version, &text).await;
                assert_eq!(answer.status, if wrong == part { 500 } else { 400 }, "{fault:?} {text}");
            }
        }
    }
    let shop = town.shop(Fault::HandlerRunsOnMalformed).await;
    assert_eq!(shop.present_text("cheap", Version::V2, "%%%").await.status, 400);
    assert_eq!(shop.runs("cheap").await, 1);

    let shop = town.shop(Fault::WedgedAfterMalformed).await;
    assert_eq!(shop.buy(Version::V2, "cheap").await.1.status, 200);
    assert_eq!(shop.present_text("cheap", Version::V2, "%%%").await.status, 400);
    assert_eq!(shop.buy(Version::V2, "cheap").await.1.status, 502);
    assert_eq!(shop.unpaid("cheap").await.status, 402);

    let shop = town.shop(Fault::DiesOfHugeHeader).await;
    let huge = Ask::get("/cheap").header("X-PAYMENT", &"A".repeat(40 << 10));
    assert!(huge.send(&shop.url()).await.is_none());
    assert!(Ask::get("/free").send(&shop.url()).await.is_none());
}

#[tokio::test]
async fn mutants_take_headers_that_are_none_or_many() {
    let town = Town::start().await;
    for version in Version::ALL {
        let shop = town.shop(Fault::LastOfRepeatedHeaders).await;
        let name = gauntlet_wire::header::payment_header(version);
        for first in [true, false] {
            let good = shop.payment(version, "cheap").await.header();
            let (one, two) = if first { (good.as_str(), "%%%") } else { ("%%%", good.as_str()) };
            let answer = shop.send(&Ask::get("/cheap").header(name, one).header(name, two)).await;
            assert_eq!(answer.serves(), !first, "{first}");
        }
    }
    let both = Ask::get("/cheap").header("PAYMENT-SIGNATURE", "%%%").header("X-PAYMENT", "%%%");
    assert!(town.shop(Fault::BothHeadersServe).await.send(&both).await.serves());
    assert_eq!(town.shop(Fault::BothHeadersAre500).await.send(&both).await.status, 500);

    for (fault, header, payload) in [
        (Fault::V1PayloadInV2Header, Version::V2, Version::V1),
        (Fault::V2PayloadInV1Header, Version::V1, Version::V2),
    ] {
        let shop = town.shop(fault).await;
        let payment = shop.payment(payload, "cheap").await;
        assert!(shop.present_text("cheap", header, &payment.header()).await.serves(), "{fault:?}");
        assert!(town.transfers(&payment).await.is_empty());
        let other = shop.payment(header, "cheap").await;
        assert!(!shop.present_text("cheap", payload, &other.header()).await.serves(), "{fault:?}");
    }
    let shop = town.shop(Fault::V1PayloadIs500).await;
    let text = shop.payment(Version::V1, "cheap").await.header();
    assert_eq!(shop.present_text("cheap", Version::V2, &text).await.status, 500);
}

#[tokio::test]
async fn mutants_are_too_particular() {
    let town = Town::start().await;
    let shop = town.shop(Fault::KeyOrderMatters).await;
    let payment = shop.payment(Version::V2, "cheap").await;
    let accepted = payment.payload()["accepted"].clone();
    let members = accepted.as_object().expect("an object").iter();
    let reversed: Value = members.rev().map(|(name, value)| (name.clone(), value.clone())).collect();
    let text = changed(&payment, "/accepted", Some(reversed));
    assert_eq!(shop.present_text("cheap", Version::V2, &text).await.status, 402);

    let shop = town.shop(Fault::RefusesUnknownFields).await;
    let payment = shop.payment(Version::V2, "cheap").await;
    let text = changed(&payment, "/zz", Some(json!(1)));
    assert_eq!(shop.present_text("cheap", Version::V2, &text).await.status, 400);
}

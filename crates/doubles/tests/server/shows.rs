//! Mutants that say too much, too little, or something else than what happened.

use crate::client::Ask;
use crate::outages::failed;
use crate::town::Town;
use gauntlet_doubles::scripted::{Act, Answer, Endpoint};
use gauntlet_doubles::server::mutants::Fault;
use gauntlet_wire::header::{decode_lenient, receipt_header};
use gauntlet_wire::{Mutation, SignatureForm, Version};
use serde_json::json;

const HASH: &str = "0x00000000000000000000000000000000000000000000000000000000000000aa";

#[tokio::test]
async fn receipts_are_missing_illegible_or_wrong() {
    let town = Town::start().await;
    for version in Version::ALL {
        let name = receipt_header(version);
        let bought = async |fault| {
            let shop = town.shop(fault).await;
            let (payment, answer) = shop.buy(version, "cheap").await;
            assert!(answer.serves());
            (town.transfers(&payment).await.remove(0), payment.draft.payer().to_checksum(None), answer)
        };
        let (.., answer) = bought(Fault::NoReceipt).await;
        assert_eq!(answer.header(name), None);
        let (.., answer) = bought(Fault::ReceiptNotBase64).await;
        assert!(decode_lenient(answer.header(name).expect("a header")).is_err());
        let (hash, _, answer) = bought(Fault::ReceiptRawJson).await;
        let raw: serde_json::Value =
            serde_json::from_str(answer.header(name).expect("a header")).expect("JSON");
        assert_eq!(raw["transaction"], hash);
        let (hash, payer, answer) = bought(Fault::ReceiptOtherTransaction).await;
        let receipt = answer.receipt(version).expect("a receipt");
        assert!(receipt.transaction != Some(hash) && receipt.payer == Some(payer));
        let (hash, payer, answer) = bought(Fault::ReceiptWrongPayer).await;
        let receipt = answer.receipt(version).expect("a receipt");
        assert!(receipt.transaction == Some(hash) && receipt.payer != Some(payer));
        let (.., answer) = bought(Fault::ReceiptWrongNetwork).await;
        let network = answer.receipt(version).expect("a receipt").network;
        assert_ne!(network, Some(town.config(None).network.name(version)));
        let (.., answer) = bought(Fault::V1ReceiptUnderV2Name).await;
        assert_eq!(answer.header("X-PAYMENT-RESPONSE"), None);
        assert!(answer.receipt(Version::V2).is_some());
    }
}

#[tokio::test]
async fn buyers_at_the_same_time_get_each_others_receipt() {
    let town = Town::start().await;
    let shop = town.shop(Fault::ReceiptOfAnotherRequest).await;
    let (one, two) = tokio::join!(shop.buy(Version::V2, "cheap"), shop.buy(Version::V2, "twin"));
    let payer =
        |(_, answer): &(_, crate::client::Answer)| answer.receipt(Version::V2).expect("a receipt").payer;
    assert_eq!(payer(&one), payer(&two));
    assert_ne!(one.0.draft.payer(), two.0.draft.payer());
}

#[tokio::test]
async fn refusals_hide_what_happened() {
    let town = Town::start().await;
    let refused = async |fault, version| {
        let shop = town.shop(fault).await;
        let payment = shop.payment(version, "cheap").await;
        let act = failed("insufficient_funds", HASH);
        town.facilitator().script(payment.nonce(), Endpoint::Settle, vec![act]);
        let answer = shop.present("cheap", &payment).await;
        assert_eq!((answer.status, answer.serves()), (402, fault == Some(Fault::ContentInFailedSettle)));
        answer
    };
    for version in Version::ALL {
        let name = receipt_header(version);
        let good = refused(None, version).await.receipt(version).expect("a receipt");
        assert_eq!((good.success, good.reason.as_deref()), (Some(false), Some("insufficient_funds")));
        let answer = refused(Some(Fault::NoReceiptOnFailure), version).await;
        assert_eq!(answer.header(name), None);
        let answer = refused(Some(Fault::FailureReceiptClaimsSuccess), version).await;
        assert_eq!(answer.receipt(version).expect("a receipt").success, Some(true));
        let answer = refused(Some(Fault::ReasonReplaced), version).await;
        assert_eq!(answer.receipt(version).expect("a receipt").reason.as_deref(), Some("payment_failed"));
        let answer = refused(Some(Fault::RefusalWithoutChallenge), version).await;
        assert_eq!(answer.header("PAYMENT-REQUIRED"), None);
        let answer = refused(Some(Fault::V1ErrorBodyEmpty), version).await;
        assert_eq!(answer.json(), json!({}));
        let answer = refused(Some(Fault::ContentInFailedSettle), version).await;
        assert!(answer.body.contains(crate::town::CANARY));
    }
}

#[tokio::test]
async fn content_and_internals_leak() {
    let town = Town::start().await;
    let answer = town.shop(Fault::ContentInChallengeBody).await.unpaid("cheap").await;
    assert!(answer.status == 402 && answer.body.contains(crate::town::CANARY));
    let answer = town.shop(Fault::ContentInChallengeHeader).await.unpaid("cheap").await;
    assert!(answer.status == 402 && answer.serves() && !answer.body.contains(crate::town::CANARY));
    let shop = town.shop(Fault::ContentInTrailers).await;
    assert!(!shop.unpaid("cheap").await.serves());
    let answer = shop.send(&shop.ask("cheap").header("TE", "trailers")).await;
    assert!(
        answer.status == 402 && answer.text.ends_with("x-preview: canary-7f3a.cheap\r\n\r\n"),
        "{}",
        answer.text
    );

    let forged = async |fault| {
        let shop = town.shop(fault).await;
        let mut payment = shop.payment(Version::V2, "cheap").await;
        Mutation::Signature(SignatureForm::BitFlipped).apply(&mut payment.draft, 0);
        shop.present("cheap", &payment).await
    };
    let answer = forged(Fault::ContentInRefusal).await;
    assert!(answer.status == 402 && answer.body.contains(crate::town::CANARY));
    let error = forged(Fault::LeaksInternals).await.challenge()["error"].to_string();
    assert!(error.contains(&town.facilitator().url()) && error.contains(".rs:"), "{error}");
}

#[tokio::test]
async fn caches_are_told_the_wrong_thing() {
    let town = Town::start().await;
    for fault in [Fault::CacheableContent, Fault::CacheableChallenge, Fault::NoVary, Fault::SharedCacheLeak] {
        let shop = town.shop(fault).await;
        let (unpaid, (_, paid)) = (shop.unpaid("cheap").await, shop.buy(Version::V2, "cheap").await);
        let (told, varies) = match fault {
            Fault::CacheableContent => ("public, max-age=300", true),
            Fault::SharedCacheLeak => ("public, max-age=300", false),
            Fault::NoVary => ("max-age=300", false),
            _ => ("private, no-store", true),
        };
        let is_public = unpaid.header("cache-control") == Some("public, max-age=300");
        assert_eq!(is_public, fault == Fault::CacheableChallenge);
        assert_eq!((paid.header("cache-control"), paid.header("vary").is_some()), (Some(told), varies));
    }
}

#[tokio::test]
async fn the_facilitators_side_channel_is_handed_on() {
    let town = Town::start().await;
    let shop = town.shop(Fault::LeaksExtensionResponses).await;
    let settled = Answer {
        headers: vec![("EXTENSION-RESPONSES".into(), "c2VjcmV0".into())],
        ..Answer::json(
            200,
            &json!({
                "success": true, "transaction": HASH, "network": town.config(None).network.caip2(),
                "extensions": { "private": 1 },
            }),
        )
    };
    let payment = shop.payment(Version::V2, "cheap").await;
    town.facilitator().script(payment.nonce(), Endpoint::Settle, vec![Act::Answer(settled)]);
    let answer = shop.present("cheap", &payment).await;
    assert_eq!(answer.header("extension-responses"), Some("c2VjcmV0"));
    assert_eq!(answer.receipt(Version::V2).expect("a receipt").raw["extensions"], json!({ "private": 1 }));

    let payment = shop.payment(Version::V2, "cheap").await;
    let verified = Answer {
        headers: vec![("EXTENSION-RESPONSES".into(), "dmVyaWZ5".into())],
        ..Answer::json(200, &json!({ "isValid": true }))
    };
    town.facilitator().script(payment.nonce(), Endpoint::Verify, vec![Act::Answer(verified)]);
    assert_eq!(shop.present("cheap", &payment).await.header("extension-responses"), Some("dmVyaWZ5"));
}

#[tokio::test]
async fn browsers_are_kept_out() {
    let town = Town::start().await;
    let answer = town.shop(Fault::CorsNotExposed).await.unpaid("cheap").await;
    assert_eq!(answer.header("access-control-expose-headers"), None);
    let shop = town.shop(Fault::PreflightRefused).await;
    let preflight = shop.send(&Ask::new("OPTIONS", "/cheap")).await;
    assert_eq!((preflight.status, preflight.header("access-control-allow-headers")), (402, None));
    assert_eq!(shop.runs("cheap").await, 0);
}

#[tokio::test]
async fn content_and_receipts_come_twice_or_in_another_place() {
    let town = Town::start().await;
    for version in Version::ALL {
        let bought = async |fault| town.shop(fault).await.buy(version, "cheap").await.1;
        let body = bought(Fault::ContentTwice).await.body;
        assert_eq!(body.matches(crate::town::CANARY).count(), 2);
        let answer = bought(Fault::ContentInPaidHead).await;
        assert_eq!(answer.header("x-preview"), Some("canary-7f3a.cheap"));
        let name = receipt_header(version);
        let lines = bought(Fault::ReceiptTwice).await;
        let lines = lines.all(name);
        assert!(lines.len() == 2 && lines[0] == lines[1]);
        let answer = bought(Fault::ReceiptUrlSafe).await;
        let receipt = decode_lenient(answer.header(name).expect("a header")).expect("lenient");
        assert!(!receipt.oddities.is_empty() && receipt.value["success"] == true);
    }
}

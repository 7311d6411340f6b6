//! The conforming shop sells.

use crate::client::Ask;
use crate::town::{CANARY, ROUTES, Town};
use gauntlet_doubles::scripted::{Act, Endpoint};
use gauntlet_wire::header::payment_header;
use gauntlet_wire::{Terms, Version};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn every_route_is_sold_for_its_price_in_both_versions() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    for version in Version::ALL {
        for (name, ..) in ROUTES {
            let (payment, answer) = shop.buy(version, name).await;
            assert_eq!(answer.status, 200, "{version} {name}: {}", answer.text);
            let content = answer.json();
            let secret = if name == "item" { format!("{CANARY}.item.7") } else { format!("{CANARY}.{name}") };
            assert_eq!((&content["route"], &content["secret"]), (&json!(name), &json!(secret)));
            let receipt = answer.receipt(version).expect("a receipt");
            assert_eq!(receipt.success, Some(true));
            assert_eq!(receipt.network, Some(shop.config.network.name(version)));
            assert_eq!(receipt.payer, Some(payment.draft.payer().to_checksum(None)));
            assert_eq!(receipt.reason, None);
            assert_eq!(town.transfers(&payment).await, [receipt.transaction.expect("a hash")]);
            assert_eq!(answer.header("cache-control"), Some("private, no-store"));
            assert_eq!(answer.header("vary"), Some("PAYMENT-SIGNATURE, X-PAYMENT"));
            assert_eq!(answer.header("PAYMENT-REQUIRED"), None);
            assert_eq!(shop.calls(&payment), [Endpoint::Verify, Endpoint::Settle]);
        }
    }
    for (name, ..) in ROUTES {
        assert_eq!(shop.runs(name).await, 2, "{name}");
    }
}

#[tokio::test]
async fn the_body_of_a_paid_post_reaches_the_handler() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    let (_, answer) = shop.buy(Version::V2, "create").await;
    assert_eq!(answer.json()["echo"], json!({ "a": 1 }));
    let payment = shop.payment(Version::V2, "create").await;
    let broken = Ask::new("POST", "/create").header("PAYMENT-SIGNATURE", &payment.header()).body("{");
    assert_eq!(shop.send(&broken).await.status, 400);
    assert!(town.transfers(&payment).await.is_empty());
}

#[tokio::test]
async fn header_names_may_be_written_in_any_case_and_members_in_any_order() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    for name in ["payment-signature", "Payment-Signature"] {
        let payment = shop.payment(Version::V2, "cheap").await;
        let answer = shop.send(&Ask::get("/cheap").header(name, &payment.header())).await;
        assert_eq!(answer.status, 200);
    }
    let payment = shop.payment(Version::V2, "cheap").await;
    let mut payload = payment.payload();
    let accepted = payload["accepted"].as_object().expect("an object");
    payload["accepted"] = accepted.iter().rev().map(|(name, value)| (name.clone(), value.clone())).collect();
    payload["extensions"] = json!({ "unheard-of": { "info": {}, "schema": {} } });
    payload["zz"] = json!(1);
    let answer = shop.present_text("cheap", Version::V2, &gauntlet_wire::header::encode(&payload)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn a_handler_that_fails_costs_nothing_and_its_payment_stays_good() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    for version in Version::ALL {
        for (route, status) in [("failing", 500), ("missing", 404)] {
            let (payment, answer) = shop.buy(version, route).await;
            assert_eq!(answer.status, status, "{}", answer.text);
            assert!(!answer.serves());
            assert_eq!(answer.receipt(version), None);
            assert_eq!(shop.calls(&payment), [Endpoint::Verify]);
            assert!(town.transfers(&payment).await.is_empty());
            assert_eq!(shop.present("cheap", &payment).await.status, 200);
        }
    }
}

#[tokio::test]
async fn the_facilitator_is_asked_with_the_shops_own_requirements_in_order() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    for version in Version::ALL {
        let (payment, answer) = shop.buy(version, "dear").await;
        assert_eq!(answer.status, 200);
        let own = Terms { pay_to: shop.config.payee, ..payment.draft.terms.clone() }.requirements(version);
        for call in shop.calls_in_full(&payment) {
            let request = call.request.expect("JSON");
            let mut asked = request["paymentRequirements"].clone();
            if version == Version::V1 {
                asked["description"] = json!("");
            }
            assert_eq!(asked, own);
            assert_eq!(request["x402Version"], version.number());
            assert_eq!(request["paymentPayload"], payment.payload());
        }
    }
}

#[tokio::test]
async fn a_buyer_that_hangs_up_has_paid() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    let facilitator = town.facilitator();
    let payment = shop.payment(Version::V2, "cheap").await;
    facilitator.script(payment.nonce(), Endpoint::Settle, vec![Act::Hold(Box::new(Act::Forward))]);
    let ask = Ask::get("/cheap").header(payment_header(Version::V2), &payment.header());
    let stream = ask.begin(&shop.url()).await.expect("a connection");
    let patience = Duration::from_secs(60);
    assert!(facilitator.wait_for(payment.nonce(), Endpoint::Settle, 1, patience).await);
    drop(stream);
    facilitator.release(payment.nonce());
    // The copy is refused as soon as the first one is through, for the nonce is spent then.
    while shop.present("cheap", &payment).await.json()["error"] == "This payment is being processed already" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(town.transfers(&payment).await.len(), 1);
    assert_eq!(shop.present("cheap", &payment).await.status, 402);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_and_costs_nothing() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    let payment = shop.payment(Version::V2, "create").await;
    let ask = Ask::new("POST", "/create").body(&"1".repeat(2 << 20));
    assert_eq!(shop.send(&ask).await.status, 413);
    assert_eq!(shop.send(&ask.header("PAYMENT-SIGNATURE", &payment.header())).await.status, 413);
    assert!(shop.calls(&payment).is_empty());
}

//! The conforming shop and a facilitator that refuses, fails, lies or keeps quiet.

use crate::town::{Shop, Town};
use gauntlet_doubles::scripted::{Act, Answer, Endpoint};
use gauntlet_doubles::server::Config;
use gauntlet_wire::{Key, Version};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const HASH: &str = "0x00000000000000000000000000000000000000000000000000000000000000aa";

pub(crate) fn json_answer(status: u16, body: Value) -> Act {
    Act::Answer(Answer::json(status, &body))
}

/// The upstream's answer with one member changed.
pub(crate) fn with(member: &'static str, value: Value) -> Act {
    Act::Rewrite(Arc::new(move |answer| answer[member] = value.clone()))
}

/// A settlement that failed, as the facilitator reports it.
pub(crate) fn failed(reason: &str, transaction: &str) -> Act {
    let network = "eip155:84532";
    json_answer(
        200,
        json!({
            "success": false, "errorReason": reason, "transaction": transaction, "network": network, "payer": "",
        }),
    )
}

/// Buys with this script for one endpoint; status, reason and transaction of the receipt, if any.
async fn scripted(
    shop: &Shop<'_>,
    version: Version,
    endpoint: Endpoint,
    acts: Vec<Act>,
) -> (u16, String, String) {
    let payment = shop.payment(version, "cheap").await;
    shop.town.facilitator().script(payment.nonce(), endpoint, acts);
    let answer = shop.present("cheap", &payment).await;
    assert!(!answer.serves(), "{}", answer.text);
    let settles = shop.calls(&payment).iter().filter(|call| **call == Endpoint::Settle).count();
    assert!(settles <= 2, "settle was asked {settles} times");
    assert_eq!(answer.header("PAYMENT-REQUIRED").is_some(), answer.status == 402, "{}", answer.text);
    assert!(answer.json()["error"].is_string());
    assert!(!answer.text.contains(&shop.config.facilitator_url), "{}", answer.text);
    match answer.receipt(version) {
        Some(receipt) => {
            assert_eq!(receipt.success, Some(false));
            assert_eq!(receipt.network, Some(shop.config.network.name(version)));
            assert_eq!(receipt.payer, Some(payment.draft.payer().to_checksum(None)));
            (answer.status, receipt.reason.expect("a reason"), receipt.transaction.expect("a text"))
        }
        None => (answer.status, String::new(), String::new()),
    }
}

#[tokio::test]
async fn a_settlement_that_failed_is_reported_with_its_reason_and_nothing_is_served() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    for version in Version::ALL {
        for status in [200, 400, 500] {
            let act = json_answer(
                status,
                json!({
                    "success": false, "errorReason": "insufficient_funds", "transaction": HASH, "network": "", "payer": "",
                }),
            );
            let said = scripted(&shop, version, Endpoint::Settle, vec![act]).await;
            assert_eq!(said, (402, "insufficient_funds".into(), HASH.into()), "{status}");
        }
        let said = scripted(&shop, version, Endpoint::Settle, vec![failed("any", "no hash")]).await;
        assert_eq!(said, (402, "any".into(), String::new()));
    }
}

#[tokio::test]
async fn a_pending_settlement_is_asked_about_once_more() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    for version in Version::ALL {
        let pending = || failed("settlement_pending", HASH);
        let said = scripted(&shop, version, Endpoint::Settle, vec![pending()]).await;
        assert_eq!(said, (402, "settlement_pending".into(), HASH.into()));
        let said = scripted(&shop, version, Endpoint::Settle, vec![pending(), Act::Reset]).await;
        assert_eq!(said, (502, "settlement_unknown".into(), HASH.into()));

        let payment = shop.payment(version, "cheap").await;
        town.facilitator().script(payment.nonce(), Endpoint::Settle, vec![pending(), Act::Forward]);
        let answer = shop.present("cheap", &payment).await;
        assert_eq!((answer.status, answer.serves()), (200, true));
        let bodies: Vec<_> = shop.calls_in_full(&payment).into_iter().map(|call| call.request).collect();
        assert_eq!(bodies.len(), 3);
        assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "the same payload each time");
    }
}

#[tokio::test]
async fn a_settlement_whose_answer_is_lost_is_neither_served_nor_asked_for_again() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    for version in Version::ALL {
        for act in [
            Act::Reset,
            Act::Silence(Duration::ZERO),
            Act::Truncate,
            Act::After(Box::new(Act::Reset)),
            json_answer(500, json!({ "error": "sorry" })),
            json_answer(500, json!({ "success": true, "transaction": HASH, "network": "eip155:84532" })),
            Act::Answer(Answer::html(200, "<p>ok</p>")),
            Act::Answer(Answer::html(502, "<p>bad gateway</p>")),
            Act::Answer(Answer::empty(200)),
            Act::Answer(Answer::redirect(307, &town.facilitator().url())),
            json_answer(200, json!([])),
            json_answer(200, json!({ "success": "true", "transaction": HASH })),
        ] {
            let payment = shop.payment(version, "cheap").await;
            town.facilitator().script(payment.nonce(), Endpoint::Settle, vec![act.clone()]);
            let answer = shop.present("cheap", &payment).await;
            assert_eq!((answer.status, answer.serves()), (502, false), "{act:?}: {}", answer.text);
            let receipt = answer.receipt(version).expect("a receipt");
            assert_eq!(receipt.success, Some(false));
            assert_eq!(receipt.reason.as_deref(), Some("settlement_unknown"));
            assert_eq!(shop.calls(&payment), [Endpoint::Verify, Endpoint::Settle], "{act:?}");
        }
    }
    assert_eq!(shop.buy(Version::V2, "cheap").await.1.status, 200);
}

#[tokio::test]
async fn a_success_that_contradicts_the_payment_is_not_believed() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    let stranger = json!(Key::derive("stranger").address());
    for version in Version::ALL {
        for act in [
            with("transaction", json!("")),
            with("transaction", Value::Null),
            with("transaction", json!("0x1234")),
            with("network", json!("eip155:1")),
            with("network", Value::Null),
            with("payer", stranger.clone()),
            with("success", json!("true")),
            with("success", json!(1)),
        ] {
            let (status, reason, _) = scripted(&shop, version, Endpoint::Settle, vec![act.clone()]).await;
            assert_eq!((status, reason.as_str()), (502, "settlement_unknown"), "{act:?}");
        }
        let payment = shop.payment(version, "cheap").await;
        town.facilitator().script(payment.nonce(), Endpoint::Settle, vec![with("payer", json!(""))]);
        assert_eq!(shop.present("cheap", &payment).await.status, 200);
    }
}

#[tokio::test]
async fn a_payment_that_cannot_be_verified_takes_nothing_and_stays_good() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    for version in Version::ALL {
        for act in [
            Act::Reset,
            Act::Truncate,
            json_answer(500, json!({ "error": "sorry" })),
            json_answer(500, json!({ "isValid": true })),
            json_answer(200, json!({ "isValid": "true" })),
            Act::Answer(Answer::html(200, "<p>ok</p>")),
            Act::Answer(Answer::empty(200)),
            Act::Answer(Answer::redirect(308, &town.facilitator().url())),
        ] {
            let payment = shop.payment(version, "cheap").await;
            let before = shop.runs("cheap").await;
            town.facilitator().script(payment.nonce(), Endpoint::Verify, vec![act.clone(), Act::Forward]);
            let answer = shop.present("cheap", &payment).await;
            assert_eq!((answer.status, answer.serves()), (502, false), "{act:?}");
            assert_eq!(answer.receipt(version), None);
            assert_eq!((shop.runs("cheap").await, shop.calls(&payment)), (before, vec![Endpoint::Verify]));
            assert_eq!(shop.present("cheap", &payment).await.status, 200, "{act:?}");
        }
        let act = json_answer(500, json!({ "isValid": false, "invalidReason": "unexpected_error" }));
        let payment = shop.payment(version, "cheap").await;
        town.facilitator().script(payment.nonce(), Endpoint::Verify, vec![act]);
        assert_eq!(shop.present("cheap", &payment).await.status, 402);
    }
}

#[tokio::test]
async fn a_facilitator_that_is_away_is_waited_for_and_one_that_comes_back_is_used() {
    let town = Town::start().await;
    let facilitator = town.facilitator();
    facilitator.close_door().await;
    let shop = town.shop(None).await;
    for _ in 0..2 {
        assert_eq!(shop.unpaid("cheap").await.status, 402);
        for version in Version::ALL {
            let payment = shop.payment(version, "cheap").await;
            let answer = shop.present("cheap", &payment).await;
            assert_eq!((answer.status, answer.serves()), (502, false), "{}", answer.text);
            assert_eq!(answer.receipt(version), None);
            facilitator.open_door().await.expect("the port is ours");
            assert_eq!(shop.present("cheap", &payment).await.status, 200);
            facilitator.close_door().await;
        }
    }
}

#[tokio::test]
async fn without_a_word_that_such_payments_are_taken_none_is_made() {
    let town = Town::start().await;
    let facilitator = town.facilitator();
    let shop = town.shop(None).await;
    for act in [
        Act::Reset,
        Act::Answer(Answer::redirect(308, &format!("{}/supported", facilitator.url()))),
        Act::Answer(Answer::html(200, "<p>ok</p>")),
        json_answer(500, json!({ "kinds": [] })),
        json_answer(200, json!({ "kinds": [] })),
        json_answer(200, json!({ "kinds": {} })),
        json_answer(
            200,
            json!({ "kinds": [
            { "x402Version": 2, "scheme": "upto", "network": "eip155:84532" },
            { "x402Version": 2, "scheme": "exact", "network": "eip155:1" },
            { "x402Version": 1, "scheme": "exact", "network": "eip155:84532" },
            { "x402Version": 2, "scheme": "exact", "network": "base-sepolia" },
        ] }),
        ),
    ] {
        facilitator.set_supported(Some(act.clone()));
        for version in Version::ALL {
            let (payment, answer) = shop.buy(version, "cheap").await;
            assert_eq!((answer.status, answer.serves()), (502, false), "{act:?}");
            assert!(shop.calls(&payment).is_empty());
            assert_eq!(shop.unpaid("cheap").await.status, 402);
        }
    }
    facilitator.set_supported(None);
    for version in Version::ALL {
        assert_eq!(shop.buy(version, "cheap").await.1.status, 200);
    }
}

#[tokio::test]
async fn a_facilitator_that_keeps_quiet_is_given_up() {
    let town = Town::start().await;
    let (shop, dumb) = (town.shop(None).await, Act::Silence(Duration::from_secs(120)));
    let (verify, settle) = tokio::join!(
        scripted(&shop, Version::V2, Endpoint::Verify, vec![dumb.clone()]),
        scripted(&shop, Version::V1, Endpoint::Settle, vec![Act::After(Box::new(dumb.clone()))]),
    );
    assert_eq!(verify, (502, String::new(), String::new()));
    assert_eq!(settle, (502, "settlement_unknown".into(), String::new()));
}

#[tokio::test]
async fn what_the_facilitator_says_to_the_shop_alone_stays_there() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    let (network, payer) = (town.config(None).network.caip2(), Value::Null);
    let answer = Answer {
        headers: vec![
            ("content-type".into(), "application/json".into()),
            ("EXTENSION-RESPONSES".into(), "c2VjcmV0".into()),
        ],
        ..Answer::json(
            200,
            &json!({
                "success": true, "transaction": HASH, "network": network, "payer": payer,
                "extensions": { "private": "marker" }, "extensionResponses": "marker",
            }),
        )
    };
    let payment = shop.payment(Version::V2, "cheap").await;
    town.facilitator().script(payment.nonce(), Endpoint::Settle, vec![Act::Answer(answer)]);
    let answer = shop.present("cheap", &payment).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("extension-responses"), None);
    let receipt = answer.receipt(Version::V2).expect("a receipt");
    assert!(!receipt.raw.to_string().contains("marker"), "{}", receipt.raw);
    assert_eq!(receipt.transaction.as_deref(), Some(HASH));
}

#[tokio::test]
async fn a_facilitator_may_live_under_a_path_and_must_have_a_url() {
    let town = Town::start().await;
    for url in
        ["", "127.0.0.1:1", "https://127.0.0.1:1", "ftp://127.0.0.1", "http://a@127.0.0.1", "http://x?y"]
    {
        let config = Config { facilitator_url: url.into(), ..town.config(None) };
        assert!(gauntlet_doubles::server::serve(config).await.is_err(), "{url}");
    }
    let url = format!("{}/", town.facilitator().url());
    let shop = town.shop_of(Config { facilitator_url: url, ..town.config(None) }).await;
    assert_eq!(shop.buy(Version::V2, "cheap").await.1.status, 200);
}

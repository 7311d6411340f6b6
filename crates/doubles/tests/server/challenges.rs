//! What the conforming shop asks for.

use crate::client::Ask;
use crate::town::{ROUTES, Town};
use gauntlet_wire::{Terms, U256, Version};
use serde_json::json;

#[tokio::test]
async fn every_paid_route_says_in_both_versions_what_it_costs() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    for (name, _, path, price) in ROUTES {
        let terms = Terms { amount: U256::from(price), ..shop.payment(Version::V2, name).await.draft.terms };
        let answer = shop.unpaid(name).await;
        assert_eq!(answer.status, 402, "{}", answer.text);
        assert!(!answer.serves(), "{}", answer.text);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let description = if name == "item" { "USD₮0 für ein Stück" } else { "A page of the shop" };
        let challenge = answer.challenge();
        assert_eq!(
            challenge["resource"],
            json!({
                "url": format!("{}{path}", shop.url()),
                "description": description,
                "mimeType": "application/json",
                "serviceName": "Gauntlet",
            })
        );
        assert_eq!(challenge["x402Version"], 2);
        assert_eq!(challenge["accepts"], json!([terms.requirements(Version::V2)]));
        let body = answer.json();
        let mut entry = terms.requirements(Version::V1);
        entry["description"] = json!(description);
        assert_eq!(body["x402Version"], 1);
        assert_eq!(body["accepts"], json!([entry]));
        assert!(body["error"].as_str().is_some_and(|error| !error.is_empty()));
        assert!(answer.header("PAYMENT-REQUIRED").expect("a header").len() < 8 << 10);
        // It is the same every time, and nothing has run.
        assert_eq!(shop.unpaid(name).await.challenge(), challenge);
        assert_eq!(shop.runs(name).await, 0);
    }
}

#[tokio::test]
async fn a_shop_of_one_version_asks_in_that_version_only() {
    let town = Town::start().await;
    for version in Version::ALL {
        let shop =
            town.shop_of(gauntlet_doubles::server::Config { versions: vec![version], ..town.config(None) });
        let shop = shop.await;
        let answer = shop.unpaid("cheap").await;
        assert_eq!(answer.header("PAYMENT-REQUIRED").is_some(), version == Version::V2);
        assert_eq!(answer.json().get("accepts").is_some(), version == Version::V1);
        assert_eq!(shop.buy(version, "cheap").await.1.status, 200);
        let other = if version == Version::V1 { Version::V2 } else { Version::V1 };
        assert_eq!(shop.buy(other, "cheap").await.1.status, 402);
    }
}

#[tokio::test]
async fn the_resource_is_named_by_the_host_that_was_asked_when_that_is_one() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    let url = async |host: &str| {
        let answer = shop.send(&Ask::get("/cheap?x=1").header("Host", host)).await;
        answer.challenge()["resource"]["url"].as_str().expect("a text").to_owned()
    };
    assert_eq!(url("shop.example:8080").await, "http://shop.example:8080/cheap");
    assert_eq!(url("[::1]:80").await, "http://[::1]:80/cheap");
    let own = format!("{}/cheap", shop.url());
    for odd in ["a b", "shop.example/x", "user@shop.example", "shop\"", "", "shop:x"] {
        assert_eq!(url(odd).await, own, "{odd:?}");
    }
}

#[tokio::test]
async fn browsers_get_a_page_and_the_header() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    let answer = shop.send(&shop.ask("cheap").header("Accept", "text/html,application/xhtml+xml")).await;
    assert_eq!(answer.status, 402);
    assert!(answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html")));
    assert!(answer.body.starts_with("<!doctype html>"), "{}", answer.body);
    assert_eq!(answer.challenge(), shop.unpaid("cheap").await.challenge());
}

#[tokio::test]
async fn every_answer_can_be_read_from_another_origin_and_preflights_allow_payments() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    let paid = shop.buy(Version::V2, "cheap").await.1;
    let lost = shop.send(&Ask::get("/nowhere")).await;
    let free = shop.send(&Ask::get("/free")).await;
    let preflight = shop.send(&Ask::new("OPTIONS", "/create")).await;
    assert_eq!([paid.status, lost.status, free.status, preflight.status], [200, 404, 200, 204]);
    for answer in [&paid, &lost, &free, &preflight, &shop.unpaid("cheap").await] {
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{}", answer.text);
        let exposed = answer.header("access-control-expose-headers").expect("a header");
        for name in ["PAYMENT-REQUIRED", "PAYMENT-RESPONSE", "X-PAYMENT-RESPONSE"] {
            assert!(exposed.split(", ").any(|own| own == name), "{exposed}");
        }
    }
    let allowed = preflight.header("access-control-allow-headers").expect("a header");
    assert!(allowed.contains("PAYMENT-SIGNATURE") && allowed.contains("X-PAYMENT"), "{allowed}");
    assert!(preflight.header("access-control-allow-methods").expect("a header").contains("POST"));
    assert_eq!(shop.runs("create").await, 0);
}

#[tokio::test]
async fn free_routes_are_free() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    let answer = shop.send(&Ask::get("/free")).await;
    assert_eq!((answer.status, &answer.json()["free"]), (200, &json!(true)));
    assert!(!answer.serves());
    let runs = shop.send(&Ask::get("/runs")).await.json();
    let names: Vec<_> = runs.as_object().expect("an object").iter().collect();
    let expected = [
        "cheap",
        "twin",
        "dear",
        "elsewhere",
        "slow",
        "failing",
        "missing",
        "create",
        "item",
        "files",
        "upfront",
        "identified",
        "required-id",
        "permit2",
        "metered",
        "unused",
    ];
    assert_eq!(names.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), expected);
    assert!(names.iter().all(|(_, count)| **count == 0), "{runs}");
}

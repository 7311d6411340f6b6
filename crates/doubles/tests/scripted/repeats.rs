//! A yes that is said again.

use crate::support::{Stage, nonce, payment, post};
use gauntlet_doubles::scripted::{Act, Endpoint};
use serde_json::json;

#[tokio::test]
async fn a_payment_is_settled_once_and_called_settled_ever_after() {
    let stage = Stage::set().await;
    stage.handle.script(nonce(1), Endpoint::Settle, vec![Act::Repeat]);
    let copies = futures::future::join_all((0..5).map(|_| stage.bring("/settle", nonce(1)))).await;
    let (status, first) = &copies[0];
    assert_eq!((*status, &first["success"]), (200, &json!(true)));
    assert!(copies.iter().all(|copy| copy.1 == *first));
    assert_eq!(stage.forwarded(), 1);

    // What else the request says does not matter, but who pays, by which nonce, and on which network.
    let mut other = payment(nonce(1));
    other["paymentRequirements"]["amount"] = json!("1");
    other["paymentRequirements"]["network"] = json!("base-sepolia");
    assert_eq!(post(&stage.url, "/settle", other.to_string().as_bytes()).await.json(), *first);
    assert_eq!(stage.forwarded(), 1);
    other["paymentRequirements"]["network"] = json!("base");
    post(&stage.url, "/settle", other.to_string().as_bytes()).await;
    assert_eq!(stage.forwarded(), 2);
}

#[tokio::test]
async fn what_was_not_heard_of_is_remembered_too() {
    let stage = Stage::set().await;
    let lost = Act::After(Box::new(Act::Answer(gauntlet_doubles::scripted::Answer::empty(500))));
    stage.handle.script(nonce(1), Endpoint::Settle, vec![lost, Act::Repeat]);
    assert_eq!(post(&stage.url, "/settle", payment(nonce(1)).to_string().as_bytes()).await.status(), 500);
    assert_eq!(stage.bring("/settle", nonce(1)).await.1["success"], json!(true));
    assert_eq!(stage.forwarded(), 1);
}

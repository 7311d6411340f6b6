//! Which act a call meets.

use crate::support::{Stage, get, nonce, post};
use gauntlet_doubles::scripted::{Act, Answer, Endpoint};
use serde_json::json;

fn status(status: u16) -> Act {
    Act::Answer(Answer::json(status, &json!({})))
}

#[tokio::test]
async fn one_act_a_call_and_the_last_one_stays() {
    let stage = Stage::set().await;
    stage.handle.script(nonce(1), Endpoint::Settle, vec![status(500), Act::Forward, status(503)]);
    for expected in [500, 200, 503, 503] {
        assert_eq!(stage.bring("/settle", nonce(1)).await.0, expected);
    }
    stage.handle.script(nonce(1), Endpoint::Settle, vec![status(418)]);
    assert_eq!(stage.bring("/settle", nonce(1)).await.0, 418);
    stage.handle.script(nonce(1), Endpoint::Settle, Vec::new());
    assert_eq!(stage.bring("/settle", nonce(1)).await.0, 200);
}

#[tokio::test]
async fn a_script_concerns_one_payment_at_one_endpoint() {
    let stage = Stage::set().await;
    stage.handle.script(nonce(1), Endpoint::Settle, vec![status(500)]);
    assert_eq!(stage.bring("/settle", nonce(2)).await.0, 200);
    assert_eq!(stage.bring("/verify", nonce(1)).await.0, 202);
    assert_eq!(stage.bring("/settle", nonce(1)).await.0, 500);
}

#[tokio::test]
async fn payments_at_once_keep_to_their_own_scripts() {
    let stage = Stage::set().await;
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..32 {
        let expected = 400 + u16::try_from(number).unwrap();
        stage.handle.script(nonce(number), Endpoint::Verify, vec![status(expected)]);
        let url = stage.url.clone();
        calls.spawn(async move { (crate::support::bring(&url, "/verify", nonce(number)).await.0, expected) });
    }
    while let Some(call) = calls.join_next().await {
        let (status, expected) = call.unwrap();
        assert_eq!(status, expected);
    }
    let seqs: Vec<u64> = stage.handle.calls().iter().map(|call| call.seq).collect();
    assert_eq!(seqs, (0..32).collect::<Vec<u64>>());
}

#[tokio::test]
async fn a_script_for_all_is_for_those_without_their_own() {
    let stage = Stage::set().await;
    stage.handle.set_all(Some(status(503)));
    stage.handle.script(nonce(1), Endpoint::Settle, vec![Act::Forward]);
    assert_eq!(stage.bring("/settle", nonce(1)).await.0, 200);
    assert_eq!(stage.bring("/verify", nonce(1)).await.0, 503);
    assert_eq!(stage.bring("/settle", nonce(2)).await.0, 503);
    assert_eq!(post(&stage.url, "/verify", b"rubbish").await.status(), 503);
    assert_eq!(get(&stage.url, "/supported").await.status(), 200);
    stage.handle.set_all(None);
    assert_eq!(stage.bring("/settle", nonce(2)).await.0, 200);
}

#[tokio::test]
async fn supported_has_a_script_of_its_own() {
    let stage = Stage::set().await;
    stage.handle.set_supported(Some(status(500)));
    assert_eq!(get(&stage.url, "/supported").await.status(), 500);
    assert_eq!(get(&stage.url, "//supported?x=1").await.status(), 500);
    assert_eq!(stage.bring("/verify", nonce(1)).await.0, 202);
    stage.handle.set_supported(None);
    assert_eq!(get(&stage.url, "/supported").await.status(), 200);
}

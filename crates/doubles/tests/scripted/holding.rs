//! Calls that wait, and clients and facilitators that do not.

use crate::support::{Client, PATIENCE, Stage, bring, get, nonce, payment};
use gauntlet_doubles::scripted::{Act, Answer, Endpoint};
use std::time::Duration;

fn hold(act: Act) -> Vec<Act> {
    vec![Act::Hold(Box::new(act))]
}

#[tokio::test]
async fn two_held_payments_are_released_one_by_one() {
    let stage = Stage::set().await;
    let mut held = Vec::new();
    for number in [1, 2] {
        stage.handle.script(nonce(number), Endpoint::Settle, hold(Act::Forward));
        let url = stage.url.clone();
        held.push(tokio::spawn(async move { bring(&url, "/settle", nonce(number)).await }));
        assert!(stage.handle.wait_for(nonce(number), Endpoint::Settle, 1, PATIENCE).await);
    }
    assert_eq!(stage.forwarded(), 0);
    let (second, first) = (held.pop().unwrap(), held.pop().unwrap());

    stage.handle.release(nonce(2));
    assert_eq!(second.await.unwrap().0, 200);
    // A payment that nobody holds passes meanwhile.
    assert_eq!(stage.bring("/settle", nonce(3)).await.0, 200);
    let waiting = stage.handle.calls_for(nonce(1)).remove(0);
    assert_eq!((waiting.answered, waiting.upstream), (None, None));
    assert!(!first.is_finished());

    stage.handle.release(nonce(1));
    assert_eq!(first.await.unwrap().0, 200);
    assert_eq!(stage.forwarded(), 3);
}

#[tokio::test]
async fn what_was_released_before_is_not_held() {
    let stage = Stage::set().await;
    stage.handle.script(nonce(1), Endpoint::Verify, hold(Act::Answer(Answer::empty(204))));
    stage.handle.release(nonce(1));
    for _ in 0..2 {
        let mut client = Client::to(&stage.url).await;
        client.send("POST", "/verify", &[], payment(nonce(1)).to_string().as_bytes()).await;
        assert_eq!(client.receive().await.status(), 204);
    }
}

#[tokio::test]
async fn calls_without_a_nonce_are_released_by_zero() {
    let stage = Stage::set().await;
    stage.handle.set_supported(Some(Act::Hold(Box::new(Act::Forward))));
    let url = stage.url.clone();
    let held = tokio::spawn(async move { get(&url, "/supported").await.status() });
    stage.handle.release(nonce(1));
    stage.handle.release(nonce(0));
    assert_eq!(held.await.unwrap(), 200);
}

#[tokio::test]
async fn the_answer_is_held_back_after_the_money_has_moved() {
    let stage = Stage::set().await;
    stage.handle.script(
        nonce(1),
        Endpoint::Settle,
        vec![Act::After(Box::new(Act::Hold(Box::new(Act::Forward))))],
    );
    let mut client = Client::to(&stage.url).await;
    let json = [("content-type", "application/json")];
    client.send("POST", "/settle", &json, payment(nonce(1)).to_string().as_bytes()).await;
    stage.upstream.was_asked("/settle", nonce(1)).await;
    assert_eq!(stage.handle.calls_for(nonce(1))[0].answered, None);
    stage.handle.release(nonce(1));
    assert_eq!(client.receive().await.status(), 200);
    assert_eq!(stage.forwarded(), 1);
}

#[tokio::test]
async fn a_settlement_goes_on_when_its_client_has_left() {
    let stage = Stage::set().await;
    stage.handle.script(nonce(1), Endpoint::Settle, hold(Act::Forward));
    let mut client = Client::to(&stage.url).await;
    let json = [("content-type", "application/json")];
    client.send("POST", "/settle", &json, payment(nonce(1)).to_string().as_bytes()).await;
    assert!(stage.handle.wait_for(nonce(1), Endpoint::Settle, 1, PATIENCE).await);
    drop(client);
    stage.handle.release(nonce(1));
    stage.upstream.was_asked("/settle", nonce(1)).await;
}

#[tokio::test]
async fn stopping_ends_whatever_waits() {
    let stage = Stage::set().await;
    let mut clients = Vec::new();
    let acts = [
        Act::Hold(Box::new(Act::Forward)),
        Act::Silence(PATIENCE),
        Act::Delay(PATIENCE, Box::new(Act::Reset)),
    ];
    for (number, act) in acts.into_iter().enumerate() {
        let nonce = nonce(number as u64);
        stage.handle.script(nonce, Endpoint::Settle, vec![act]);
        let mut client = Client::to(&stage.url).await;
        client.send("POST", "/settle", &[], payment(nonce).to_string().as_bytes()).await;
        assert!(stage.handle.wait_for(nonce, Endpoint::Settle, 1, PATIENCE).await);
        clients.push(client);
    }
    let handle = stage.handle.clone();
    let waiting =
        tokio::spawn(async move { handle.wait_for(nonce(9), Endpoint::Settle, 1, PATIENCE * 10).await });
    stage.running.stop().await;
    for mut client in clients {
        let received = client.receive().await;
        assert!(received.bytes.is_empty() && received.end.is_some(), "{received:?}");
    }
    assert!(!tokio::time::timeout(PATIENCE, waiting).await.expect("it does not wait on").unwrap());
    // Too late.
    stage.handle.release(nonce(0));
    assert_eq!(stage.upstream.asked().len(), 0);
    assert_eq!(stage.handle.calls().len(), 3);
}

#[tokio::test]
async fn waiting_counts_the_calls_that_have_come_in() {
    let stage = Stage::set().await;
    let (handle, little) = (&stage.handle, Duration::from_millis(1));
    assert!(handle.wait_for(nonce(1), Endpoint::Verify, 0, little).await);
    assert!(!handle.wait_for(nonce(1), Endpoint::Verify, 1, little).await);
    stage.bring("/verify", nonce(1)).await;
    assert!(handle.wait_for(nonce(1), Endpoint::Verify, 1, Duration::ZERO).await);
    assert!(!handle.wait_for(nonce(1), Endpoint::Settle, 1, little).await);
    let (twice, _) = tokio::join!(
        handle.wait_for(nonce(1), Endpoint::Verify, 2, PATIENCE),
        stage.bring("/verify", nonce(1)),
    );
    assert!(twice);
}

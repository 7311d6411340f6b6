//! A facilitator that goes away and comes back.

use crate::support::{Client, PATIENCE, Stage, before, bring, nonce, payment, refuses};
use gauntlet_doubles::DoubleError;
use gauntlet_doubles::scripted::{Act, Config, Endpoint, serve};
use tokio::net::TcpSocket;

#[tokio::test]
async fn behind_a_closed_door_nobody_answers_and_afterwards_all_is_well() {
    let stage = Stage::set().await;
    for _ in 0..3 {
        // A connection that is kept for later.
        let mut idle = Client::to(&stage.url).await;
        idle.send("GET", "/supported", &[], b"").await;
        assert_eq!(idle.receive().await.status(), 200);

        stage.handle.close_door().await;
        assert!(refuses(&stage.url).await);
        let ended = idle.receive().await;
        assert!(ended.bytes.is_empty() && ended.end.is_some(), "{ended:?}");
        stage.handle.close_door().await;
        assert!(refuses(&stage.url).await);

        stage.handle.open_door().await.unwrap();
        assert_eq!(stage.handle.url(), stage.url);
        assert_eq!(stage.bring("/verify", nonce(1)).await.0, 202);
        stage.handle.open_door().await.unwrap();
        assert_eq!(stage.bring("/verify", nonce(1)).await.0, 202);
    }
}

#[tokio::test]
async fn what_came_in_before_is_done_behind_the_closed_door() {
    let stage = Stage::set().await;
    stage.handle.script(nonce(1), Endpoint::Settle, vec![Act::Hold(Box::new(Act::Forward))]);
    let mut client = Client::to(&stage.url).await;
    let json = [("content-type", "application/json")];
    client.send("POST", "/settle", &json, payment(nonce(1)).to_string().as_bytes()).await;
    assert!(stage.handle.wait_for(nonce(1), Endpoint::Settle, 1, PATIENCE).await);
    stage.handle.close_door().await;
    assert!(client.receive().await.end.is_some());
    stage.handle.release(nonce(1));
    stage.upstream.was_asked("/settle", nonce(1)).await;
    assert_eq!(stage.handle.calls_for(nonce(1))[0].answered, None);
}

#[tokio::test]
async fn a_stopped_facilitator_stays_away() {
    let stage = Stage::set().await;
    stage.running.stop().await;
    assert!(refuses(&stage.url).await);
    assert!(matches!(stage.handle.open_door().await, Err(DoubleError::Listen { .. })));
    assert!(refuses(&stage.url).await);
}

#[tokio::test]
async fn dropping_it_stops_it() {
    let stage = Stage::set().await;
    let mut idle = Client::to(&stage.url).await;
    idle.send("GET", "/supported", &[], b"").await;
    assert_eq!(idle.receive().await.status(), 200);
    drop(stage.running);
    assert!(idle.receive().await.end.is_some());
    assert!(refuses(&stage.url).await);
}

#[tokio::test]
async fn what_is_held_when_it_is_dropped_never_reaches_the_upstream() {
    let stage = Stage::set().await;
    stage.handle.script(nonce(1), Endpoint::Settle, vec![Act::Hold(Box::new(Act::Forward))]);
    let mut client = Client::to(&stage.url).await;
    let json = [("content-type", "application/json")];
    client.send("POST", "/settle", &json, payment(nonce(1)).to_string().as_bytes()).await;
    assert!(stage.handle.wait_for(nonce(1), Endpoint::Settle, 1, PATIENCE).await);
    drop(stage.running);
    stage.handle.release(nonce(1));
    assert!(client.receive().await.end.is_some());
    // Whatever went on would be there before this.
    let other = before(&stage.upstream.url).await;
    bring(&other.url(), "/settle", nonce(2)).await;
    assert_eq!(stage.upstream.asked().len(), 1);
}

#[tokio::test]
async fn the_port_is_kept_while_the_door_is_closed_and_no_longer() {
    let running = before("http://127.0.0.1:9").await;
    let handle = running.handle();
    let address = running.url().trim_start_matches("http://").parse().unwrap();
    // As the system does when it looks for a port: without the option to share it.
    let bind = || TcpSocket::new_v4().unwrap().bind(address);
    assert!(bind().is_err());
    handle.close_door().await;
    assert!(bind().is_err());
    running.stop().await;
    bind().unwrap();

    let running = before("http://127.0.0.1:9").await;
    let handle = running.handle();
    let address = running.url().trim_start_matches("http://").parse().unwrap();
    running.stop().await;
    TcpSocket::new_v4().unwrap().bind(address).unwrap();
    assert_eq!(handle.url(), format!("http://{address}"));
}

#[tokio::test]
async fn it_does_not_start_where_it_cannot() {
    let running = before("http://127.0.0.1:9").await;
    let taken = running.url().trim_start_matches("http://").parse().unwrap();
    let config = Config { upstream: "http://127.0.0.1:9".into(), tongue: None, listen: taken };
    assert!(matches!(serve(config).await, Err(DoubleError::Listen { address, .. }) if address == taken));
    for upstream in ["", "127.0.0.1:9", "https://127.0.0.1:9", "http://", "http://u:p@127.0.0.1:9", "/x"] {
        let config = Config { upstream: upstream.into(), tongue: None, listen: taken };
        assert!(matches!(serve(config).await, Err(DoubleError::Upstream { .. })), "{upstream}");
    }
}

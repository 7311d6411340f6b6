//! What is none of the three endpoints passes as it is.

use crate::support::{Client, Stage, before, bring, get, nonce, payment, post};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

#[tokio::test]
async fn other_requests_pass_as_they_are() {
    let stage = Stage::set().await;
    let mut client = Client::to(&stage.url).await;
    let headers = [("X-Own", "a  b"), ("Accept-Encoding", "gzip"), ("Connection", "keep-alive")];
    client.send("PUT", "/discovery/resources?type=http&x=%2F%7e", &headers, b"\x00\xff").await;
    let received = client.receive().await;
    assert_eq!(received.status(), 418);
    assert_eq!(received.head().matches("x-odd: ").count(), 2, "{received:?}");
    let said = received.json();
    assert_eq!(said["method"], "PUT");
    assert_eq!(said["uri"], "/discovery/resources?type=http&x=%2F%7e");
    assert_eq!(said["body"], json!([0, 255]));
    let got = said["headers"].as_array().unwrap();
    for header in [json!(["x-own", "a  b"]), json!(["accept-encoding", "gzip"])] {
        assert!(got.contains(&header), "{said}");
    }
    let host = stage.upstream.url.trim_start_matches("http://");
    assert!(got.contains(&json!(["host", host])), "{said}");

    assert_eq!(get(&stage.url, "/nowhere").await.status(), 404);
    assert_eq!(get(&stage.url, "/verify").await.status(), 405);
    assert!(stage.handle.calls().is_empty());
}

#[tokio::test]
async fn an_answer_to_head_announces_what_get_would_bring() {
    let stage = Stage::set().await;
    let length = get(&stage.url, "/supported").await.announced();
    let mut client = Client::to(&stage.url).await;
    client.send("HEAD", "/supported", &[("Connection", "close")], b"").await;
    let received = client.receive().await;
    assert_eq!((received.status(), received.announced()), (200, length));
    assert_eq!(received.body(), b"");
}

#[tokio::test]
async fn names_of_headers_keep_their_letter_case() {
    let (url, upstream) =
        upstream_that_says("HTTP/1.1 299 Well\r\nX-MiXed: 1\r\nContent-Length: 0\r\n\r\n").await;
    let running = before(&url).await;
    let mut client = Client::to(&running.url()).await;
    client.send("GET", "/other", &[("X-ShOuT", "1")], b"").await;
    let received = client.receive().await;
    assert!(received.head().starts_with("HTTP/1.1 299 Well\r\n"), "{received:?}");
    assert!(received.head().contains("X-MiXed: 1"), "{received:?}");
    let request = upstream.await.unwrap();
    assert!(request.contains("X-ShOuT: 1"), "{request}");
}

#[tokio::test]
async fn what_concerns_one_connection_stays_there() {
    let answer =
        "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    let (url, upstream) = upstream_that_says(answer).await;
    let running = before(&url).await;
    let mut client = Client::to(&running.url()).await;
    client.send("GET", "/supported", &[("Connection", "keep-alive"), ("Keep-Alive", "timeout=5")], b"").await;
    let received = client.receive().await;
    assert_eq!((received.status(), received.body(), received.announced()), (200, &b"{}"[..], 2));
    assert_eq!((received.header("connection"), received.header("transfer-encoding")), (None, None));
    let request = upstream.await.unwrap().to_lowercase();
    assert!(!request.contains("keep-alive"), "{request}");
    // This connection is still good; there is only nobody behind it any more.
    client.send("GET", "/supported", &[], b"").await;
    assert_eq!(client.receive().await.status(), 502);
}

/// An upstream that takes one request without a body, says this and goes away. Its task gives the request.
async fn upstream_that_says(answer: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(stream.read_u8().await.expect("a request"));
        }
        stream.write_all(answer.as_bytes()).await.expect("it is sent");
        String::from_utf8(request).expect("text")
    });
    (url, task)
}

#[tokio::test]
async fn the_upstream_may_live_below_a_path() {
    let stage = Stage::set().await;
    let running = before(&format!("{}/below", stage.upstream.url)).await;
    assert_eq!(bring(&running.url(), "/settle", nonce(1)).await.1["success"], "below");
}

#[tokio::test]
async fn calls_ask_for_plain_answers() {
    let stage = Stage::set().await;
    let mut client = Client::to(&stage.url).await;
    let headers = [("Content-Type", "application/json"), ("Accept-Encoding", "gzip, br"), ("X-Own", "1")];
    client.send("POST", "/verify", &headers, payment(nonce(1)).to_string().as_bytes()).await;
    assert_eq!(client.receive().await.status(), 202);
    let headers = stage.upstream.asked().remove(0).headers;
    assert!(!headers.contains_key("accept-encoding"));
    assert_eq!(headers["x-own"], "1");
    // The record has what the server sent.
    let recorded = stage.handle.calls().remove(0).headers;
    assert!(recorded.contains(&("accept-encoding".into(), "gzip, br".into())));
}

#[tokio::test]
async fn a_connection_serves_many_calls() {
    let stage = Stage::set().await;
    let mut client = Client::to(&stage.url).await;
    for number in 0..3 {
        let json = [("content-type", "application/json")];
        client.send("POST", "/settle", &json, payment(nonce(number)).to_string().as_bytes()).await;
        assert_eq!(client.receive().await.status(), 200);
    }
    assert_eq!(post(&stage.url, "/settle", b"{}").await.status(), 200);
    assert_eq!(stage.handle.calls().len(), 4);
}

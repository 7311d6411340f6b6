//! The cache before a tiny server that counts how often it is asked.

use super::*;
use gauntlet_probe::{ClientConfig, Request};
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A server that answers every request with these header lines and the number of the request.
async fn before(lines: &'static str) -> (Cache, Client, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let server =
        Client::new(&format!("http://{}", listener.local_addr().unwrap()), ClientConfig::default()).unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = vec![0; 64 * 1024];
            if stream.read(&mut bytes).await.unwrap_or(0) > 0 {
                let body = format!("answer {}", count.fetch_add(1, Ordering::SeqCst) + 1);
                let answer =
                    format!("HTTP/1.1 200 OK\r\n{lines}Content-Length: {}\r\n\r\n{body}", body.len());
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        }
    });
    let cache = Cache::start(&server).await.unwrap();
    let client = server.at(&cache.url()).unwrap();
    (cache, client, asked)
}

async fn body(client: &Client, request: Request) -> String {
    let exchange = client.send(request).await;
    assert_eq!((exchange.status, &exchange.fault), (Some(200), &None));
    String::from_utf8(exchange.response.unwrap().body).unwrap()
}

#[tokio::test]
async fn what_may_be_shared_is_shared() {
    let (_cache, client, asked) = before("Cache-Control: public, max-age=60\r\n").await;
    let paid = Request::get("/a").header("PAYMENT-SIGNATURE", "x");
    assert_eq!(body(&client, paid).await, "answer 1");
    assert_eq!(body(&client, Request::get("/a")).await, "answer 1");
    assert_eq!(body(&client, Request::get("/b")).await, "answer 2");
    assert_eq!(body(&client, Request::get("/a").header("Cache-Control", "no-cache")).await, "answer 3");
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    let post = Request::post_json("/a", "{}");
    assert_eq!(body(&client, post).await, "answer 4");
    assert_eq!(body(&client, Request::get("/a")).await, "answer 5", "what was stored is gone");
}

#[tokio::test]
async fn what_is_private_is_asked_for_again() {
    for lines in ["", "Cache-Control: private, no-store\r\n", "ETag: \"1\"\r\n"] {
        let (_cache, client, _) = before(lines).await;
        assert_eq!(body(&client, Request::get("/a")).await, "answer 1");
        assert_eq!(body(&client, Request::get("/a")).await, "answer 2", "{lines}");
    }
}

#[tokio::test]
async fn a_variant_is_for_those_who_ask_in_the_same_way() {
    let (_cache, client, _) = before("Cache-Control: max-age=60\r\nVary: Payment-Signature\r\n").await;
    let paid = || Request::get("/a").header("PAYMENT-SIGNATURE", "x");
    assert_eq!(body(&client, paid()).await, "answer 1");
    assert_eq!(body(&client, Request::get("/a")).await, "answer 2");
    assert_eq!(body(&client, paid()).await, "answer 1");
}

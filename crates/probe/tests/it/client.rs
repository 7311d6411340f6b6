use crate::support::{answer_once, read_request};
use gauntlet_probe::{Client, ClientConfig, Request, send_together};
use gauntlet_report::NetFault;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

fn client(url: &str) -> Client {
    Client::new(url, ClientConfig::default()).unwrap()
}

fn impatient(url: &str) -> Client {
    Client::new(url, ClientConfig { timeout: Duration::from_millis(800), ..ClientConfig::default() }).unwrap()
}

#[tokio::test]
async fn sends_the_bytes_it_is_told_to_and_records_them() {
    let (url, server) = answer_once("HTTP/1.1 200 OK\r\nx-One: 1\r\nContent-Length: 2\r\n\r\nok").await;
    let request = Request {
        method: "pOsT".to_owned(),
        path: "/a/../b%zz?q=|\"ä#f".to_owned(),
        headers: vec![
            ("X-B".to_owned(), "2".to_owned()),
            ("x-a".to_owned(), "1".to_owned()),
            ("X-B".to_owned(), "3".to_owned()),
        ],
        body: b"\x00\xffbody".to_vec(),
    };
    let exchange = client(&format!("{url}/base")).send(request).await;
    let host = url.trim_start_matches("http://");
    let head = format!(
        "pOsT /base/a/../b%zz?q=|\"ä#f HTTP/1.1\r\nHost: {host}\r\nX-B: 2\r\nx-a: 1\r\nX-B: 3\r\nContent-Length: 6\r\nConnection: close\r\n"
    );
    assert_eq!(exchange.request.head, head);
    assert_eq!(exchange.request.body, b"\x00\xffbody");
    assert_eq!(server.await.unwrap(), [head.as_bytes(), b"\r\n\x00\xffbody"].concat());

    let response = exchange.response.unwrap();
    assert_eq!(response.head, "HTTP/1.1 200 OK\r\nx-One: 1\r\nContent-Length: 2\r\n");
    assert_eq!(response.body, b"ok");
    assert_eq!((exchange.status, exchange.fault, exchange.seq), (Some(200), None, 1));
    assert_eq!(exchange.url, format!("{url}/base/a/../b%zz?q=|\"ä#f"));
}

#[tokio::test]
async fn own_framing_headers_are_left_alone() {
    let (url, server) = answer_once("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let request = Request::post_json("/", "{}")
        .header("host", "elsewhere")
        .header("content-length", "1")
        .header("connection", "keep-alive");
    let exchange = client(&url).send(request).await;
    let sent = String::from_utf8(server.await.unwrap()).unwrap();
    assert_eq!(
        sent,
        "POST / HTTP/1.1\r\nContent-Type: application/json\r\nhost: elsewhere\r\ncontent-length: 1\r\nconnection: keep-alive\r\n\r\n{}"
    );
    assert_eq!(exchange.request.body, b"{}");
}

#[tokio::test]
async fn a_get_has_no_length_and_an_empty_post_has() {
    for (request, expected) in [(Request::get("/"), None), (Request::post_json("/", ""), Some("0"))] {
        let (url, _server) = answer_once("HTTP/1.1 204 No Content\r\n\r\n").await;
        let exchange = client(&url).send(request).await;
        assert_eq!(exchange.request.header("content-length"), expected);
        assert_eq!((exchange.status, exchange.fault), (Some(204), None));
    }
}

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let exchange = client(&url).send(Request::post_json("/verify", "{}")).await;
    assert!(matches!(exchange.fault, Some(NetFault::Refused(_))), "{:?}", exchange.fault);
    assert_eq!((exchange.status, exchange.response), (None, None));
    assert_eq!(exchange.request.body, b"{}", "what would have been sent is shown");
    let exchange = client(&url).connect().await.unwrap_err();
    assert!(matches!(exchange.fault, Some(NetFault::Refused(_))), "{:?}", exchange.fault);
}

#[tokio::test]
async fn closed_before_an_answer() {
    let (url, _server) = answer_once("").await;
    let exchange = client(&url).send(Request::get("/")).await;
    assert!(matches!(exchange.fault, Some(NetFault::Closed(_))), "{:?}", exchange.fault);
    assert_eq!(exchange.response, None);
}

#[tokio::test]
async fn half_a_body() {
    let (url, _server) = answer_once("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf").await;
    let exchange = client(&url).send(Request::get("/")).await;
    let Some(NetFault::Truncated(detail)) = &exchange.fault else { panic!("{:?}", exchange.fault) };
    assert!(detail.starts_with("4 of 100 body bytes"), "{detail}");
    assert_eq!((exchange.status, exchange.response.unwrap().body.as_slice()), (Some(200), &b"half"[..]));
}

#[tokio::test]
async fn garbage_instead_of_http() {
    let (url, _server) = answer_once("220 smtp.example.com ready\r\n").await;
    let exchange = client(&url).send(Request::get("/")).await;
    let Some(NetFault::NotHttp(detail)) = &exchange.fault else { panic!("{:?}", exchange.fault) };
    assert!(detail.contains("220 smtp"), "{detail}");
    assert_eq!((exchange.status, exchange.response), (None, None));
}

#[tokio::test]
async fn interim_answers_before_the_real_one() {
    let (url, _server) = answer_once(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 402 Payment Required\r\nContent-Length: 0\r\n\r\n",
    )
    .await;
    let exchange = client(&url).send(Request::get("/")).await;
    assert_eq!((exchange.status, exchange.fault), (Some(402), None));
}

#[tokio::test]
async fn a_redirect_is_an_answer_like_any_other() {
    let (url, _server) =
        answer_once("HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n").await;
    let exchange = client(&url).send(Request::get("/")).await;
    assert_eq!(exchange.status, Some(302));
    assert_eq!(exchange.response.unwrap().header("location"), Some("/next"));
}

#[tokio::test]
async fn many_headers_are_read_and_endless_ones_are_not() {
    let many = "X-Header: value\r\n".repeat(5000);
    let (url, _server) = answer_once(format!("HTTP/1.1 200 OK\r\n{many}Content-Length: 0\r\n\r\n")).await;
    let exchange = client(&url).send(Request::get("/")).await;
    assert_eq!((exchange.status, exchange.fault), (Some(200), None));
    assert_eq!(exchange.response.unwrap().head.lines().count(), 5002);

    let (url, _server) = answer_once(format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(1 << 20))).await;
    let exchange = client(&url).send(Request::get("/")).await;
    assert!(matches!(exchange.fault, Some(NetFault::NotHttp(_))), "{:?}", exchange.fault);
    assert_eq!(exchange.status, Some(200));
}

#[tokio::test]
async fn an_endless_body_is_cut() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        let mut written = 0_u64;
        while stream.write_all(&[b'x'; 4096]).await.is_ok() {
            written += 4096;
        }
        written
    });
    let config = ClientConfig { max_body: 10_000, ..ClientConfig::default() };
    let exchange = Client::new(&url, config).unwrap().send(Request::get("/")).await;
    assert!(matches!(exchange.fault, Some(NetFault::Truncated(_))), "{:?}", exchange.fault);
    let response = exchange.response.unwrap();
    assert_eq!(response.body.len(), 10_000);
    assert!(response.dropped > 70_000, "{}", response.dropped);
    assert!(server.await.unwrap() > 0, "the server saw the connection end");
}

#[tokio::test]
async fn silence_and_dripping_both_run_into_the_timeout() {
    for drip in [&b""[..], b"HTTP/1.1 200 OK\r\n\r\nsome"] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            read_request(&mut stream).await;
            stream.write_all(drip).await.unwrap();
            // Until the client hangs up.
            let _ = stream.read(&mut [0; 1]).await;
        });
        let exchange = impatient(&url).send(Request::get("/")).await;
        assert_eq!(exchange.fault, Some(NetFault::TimedOut(800)));
        assert!(exchange.took_us >= 800_000, "{}", exchange.took_us);
        assert_eq!(exchange.status, if drip.is_empty() { None } else { Some(200) });
        server.await.unwrap();
    }
}

#[tokio::test]
async fn an_answer_before_the_request_is_read_is_not_lost() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (done, wait) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        wait.await.unwrap();
    });
    let exchange = client(&url).send(Request::post_json("/", vec![b' '; 64 << 20])).await;
    done.send(()).unwrap();
    assert_eq!((exchange.status, exchange.fault), (Some(413), None));
    assert!(exchange.request.body.len() < 64 << 20, "only what was sent is recorded");
    server.await.unwrap();
}

#[tokio::test]
async fn requests_go_out_together_once_all_connections_stand() {
    const K: usize = 8;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    // Accepts all before it answers any: it would wait for ever if one were sent before the next was connected.
    let server = tokio::spawn(async move {
        let mut streams = Vec::new();
        for _ in 0..K {
            streams.push(listener.accept().await.unwrap().0);
        }
        for mut stream in streams {
            let request = String::from_utf8(read_request(&mut stream).await).unwrap();
            let path = request.split(' ').nth(1).unwrap();
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{path}", path.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let client = client(&url);
    let requests = (0..K).map(|index| Request::get(format!("/{index}"))).collect();
    let exchanges = send_together(&client, requests).await;
    let bodies: Vec<String> = exchanges
        .iter()
        .map(|exchange| String::from_utf8(exchange.response.clone().unwrap().body).unwrap())
        .collect();
    assert_eq!(bodies, (0..K).map(|index| format!("/{index}")).collect::<Vec<_>>());
    let mut numbers: Vec<u64> = exchanges.iter().map(|exchange| exchange.seq).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=K as u64).collect::<Vec<_>>());
    server.await.unwrap();
    assert!(send_together(&client, Vec::new()).await.is_empty());
}

#[tokio::test]
async fn a_connection_can_stand_before_its_request() {
    let (url, server) = answer_once("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let client = client(&url);
    let ready = client.connect().await.unwrap();
    assert!(!server.is_finished());
    let exchange = ready.send(Request::get("/later")).await;
    assert_eq!(exchange.status, Some(200));
    assert!(server.await.unwrap().starts_with(b"GET /later HTTP/1.1\r\n"));
}

#[tokio::test]
async fn clones_and_siblings_number_together() {
    let (first, _one) = answer_once("HTTP/1.1 204 N\r\n\r\n").await;
    let (second, _two) = answer_once("HTTP/1.1 204 N\r\n\r\n").await;
    let client = client(&first);
    assert_eq!(client.clone().send(Request::get("/")).await.seq, 1);
    assert_eq!(client.at(&second).unwrap().send(Request::get("/")).await.seq, 2);
}

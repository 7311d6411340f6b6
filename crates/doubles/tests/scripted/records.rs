//! What is written down, and what is answered when there is no upstream.

use crate::support::{PAYER, Stage, before, bring, get, nonce, payment, post};
use gauntlet_doubles::scripted::{Act, Answer, Endpoint};
use gauntlet_report::clock::unix_millis;
use gauntlet_wire::{B256, header::encode};
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[tokio::test]
async fn every_call_is_recorded() {
    let stage = Stage::set().await;
    let earliest = unix_millis();
    let (_, verified) = stage.bring("/verify", nonce(1)).await;
    get(&stage.url, "/supported").await;
    stage.bring("/settle", nonce(2)).await;
    let latest = unix_millis();

    let calls = stage.handle.calls();
    assert_eq!(calls.iter().map(|call| call.seq).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(
        calls.iter().map(|call| (call.endpoint, call.nonce)).collect::<Vec<_>>(),
        [(Endpoint::Verify, Some(nonce(1))), (Endpoint::Supported, None), (Endpoint::Settle, Some(nonce(2))),]
    );
    assert!(calls.iter().all(|call| (earliest..=latest).contains(&call.at_ms)), "{calls:?}");
    let call = &calls[0];
    assert_eq!(call.payer.unwrap().to_checksum(None), PAYER);
    assert_eq!(call.request, Some(payment(nonce(1))));
    assert!(call.headers.contains(&("host".into(), "under.trial".into())), "{call:?}");
    assert_eq!(call.answered, Some((202, verified.to_string().into_bytes())));
    assert_eq!(call.upstream, call.answered);
    assert_eq!(stage.handle.calls_for(nonce(2)), calls[2..]);
}

#[tokio::test]
async fn payments_are_known_by_their_nonces_however_they_are_written() {
    let stage = Stage::set().await;
    let nonce: B256 = "0xabcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789".parse().unwrap();
    stage.handle.set_all(Some(Act::Answer(Answer::empty(204))));
    let digits = nonce.to_string().trim_start_matches("0x").to_owned();
    let texts = [
        format!("0x{digits}"),
        format!("0x{}", digits.to_uppercase()),
        format!("0X{digits}"),
        digits.clone(),
        format!(" 0x{digits} "),
    ];
    let payload = |text: &str| json!({ "payload": { "authorization": { "nonce": text } } });
    let mut bodies: Vec<Value> =
        texts.iter().map(|text| json!({ "paymentPayload": payload(text) })).collect();
    bodies.push(json!({ "paymentHeader": encode(&payload(&digits)) }));
    bodies.push(json!({ "paymentPayload": encode(&payload(&digits)) }));
    for (number, body) in bodies.iter().enumerate() {
        post(&stage.url, "/settle", body.to_string().as_bytes()).await;
        assert_eq!(stage.handle.calls_for(nonce).len(), number + 1, "{body}");
    }
    let others = [
        json!(null),
        json!([1]),
        json!({ "paymentPayload": payload("0x12") }),
        json!({ "paymentPayload": payload("no nonce at all") }),
        json!({ "paymentPayload": { "payload": { "authorization": { "nonce": 7 } } } }),
        json!({ "paymentPayload": "%%%" }),
    ];
    for body in &others {
        post(&stage.url, "/settle", body.to_string().as_bytes()).await;
        let call = stage.handle.calls().pop().unwrap();
        assert_eq!((call.nonce, call.payer, call.request.as_ref()), (None, None, Some(body)));
    }
}

#[tokio::test]
async fn rubbish_is_recorded_and_forwarded() {
    let stage = Stage::set().await;
    let received = post(&stage.url, "/verify", b"\xffrubbish").await;
    assert_eq!(received.status(), 400);
    let call = stage.handle.calls().remove(0);
    assert_eq!((call.request, call.nonce), (None, None));
    assert_eq!(call.upstream.map(|(status, _)| status), Some(400));
}

#[tokio::test]
async fn a_body_that_is_too_large_is_not_taken() {
    let stage = Stage::set().await;
    // More than waits in the buffers of a connection: the client must get to the end of it to hear the answer.
    let much = vec![b' '; 16 << 20];
    let received = post(&stage.url, "/settle", &much).await;
    assert_eq!(received.status(), 413);
    let call = stage.handle.calls().remove(0);
    assert_eq!((call.request, call.upstream), (None, None));
    assert_eq!(call.answered.map(|(status, _)| status), Some(413));
    assert_eq!(post(&stage.url, "/elsewhere", &much).await.status(), 413);
    assert_eq!(post(&stage.url, "/settle", &much[..=1 << 20]).await.status(), 413);

    let mut largest = payment(nonce(1)).to_string().into_bytes();
    largest.resize(1 << 20, b' ');
    assert_eq!(post(&stage.url, "/settle", &largest).await.status(), 200);
}

#[tokio::test]
async fn without_an_upstream_the_gateway_is_bad() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let gone = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let running = before(&gone).await;
    let handle = running.handle();
    handle.script(nonce(2), Endpoint::Settle, vec![Act::After(Box::new(Act::Reset))]);
    for number in [1, 2] {
        let (status, answer) = bring(&running.url(), "/settle", nonce(number)).await;
        assert_eq!(status, 502);
        assert!(answer["error"].is_string(), "{answer}");
        let call = handle.calls_for(nonce(number)).remove(0);
        assert_eq!(call.answered, Some((502, answer.to_string().into_bytes())));
        assert_eq!(call.upstream, None);
    }
    assert_eq!(get(&running.url(), "/elsewhere").await.status(), 502);
}

#[tokio::test]
async fn an_upstream_that_breaks_off_or_says_too_much_has_not_answered() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let running = before(&format!("http://{}", listener.local_addr().unwrap())).await;
    let too_large = vec![b' '; (1 << 20) + 1];
    let answers = [(999, b"{\"isValid\"".to_vec()), (too_large.len(), too_large)];
    let upstream = tokio::spawn(async move {
        for (length, body) in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await;
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
            let _ = stream.write_all(head.as_bytes()).await;
            let _ = stream.write_all(&body).await;
        }
    });
    for number in [1, 2] {
        assert_eq!(bring(&running.url(), "/verify", nonce(number)).await.0, 502);
        assert_eq!(running.handle().calls_for(nonce(number))[0].upstream, None);
    }
    upstream.await.unwrap();
}

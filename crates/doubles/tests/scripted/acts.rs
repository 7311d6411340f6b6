//! Every act, alone.

use crate::support::{Client, PATIENCE, PAYER, Stage, get, nonce, payment, post};
use gauntlet_doubles::scripted::{Act, Answer, Endpoint};
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::{Duration, Instant};

#[tokio::test]
async fn without_a_script_the_upstream_answers() {
    let stage = Stage::set().await;
    let (status, answer) = stage.bring("/verify", nonce(1)).await;
    assert_eq!((status, answer), (202, json!({ "isValid": true, "payer": PAYER, "from": "upstream" })));
    let (status, answer) = stage.bring("/settle", nonce(1)).await;
    assert_eq!((status, answer["success"].clone()), (200, json!(true)));
    let supported = get(&stage.url, "/supported").await;
    assert_eq!((supported.status(), supported.json()), (200, json!({ "kinds": ["all"] })));
    assert_eq!(stage.forwarded(), 2);
}

#[tokio::test]
async fn answers_of_the_script_reach_nobody_else() {
    let stage = Stage::set().await;
    let answers = [
        Answer::json(500, &json!({ "error": "x" })),
        Answer::html(502, "<h1>Bad Gateway</h1>"),
        Answer::empty(204),
        Answer::redirect(307, "http://127.0.0.1:9/settle"),
        Answer {
            status: 429,
            headers: vec![("Retry-After".into(), "1".into())],
            body: b"slow down".to_vec(),
        },
    ];
    for (number, answer) in answers.into_iter().enumerate() {
        let nonce = nonce(number as u64);
        stage.handle.script(nonce, Endpoint::Settle, vec![Act::Answer(answer.clone())]);
        let received = post(&stage.url, "/settle", payment(nonce).to_string().as_bytes()).await;
        assert_eq!(received.status(), answer.status);
        assert_eq!(received.body(), answer.body);
        for (name, value) in &answer.headers {
            assert_eq!(received.header(name), Some(value.as_str()), "{received:?}");
        }
        let calls = stage.handle.calls_for(nonce);
        assert_eq!(calls[0].answered, Some((answer.status, answer.body)));
        assert_eq!(calls[0].upstream, None);
    }
    assert_eq!(stage.forwarded(), 0);
}

#[tokio::test]
async fn an_answer_that_http_cannot_carry_shows_itself() {
    let stage = Stage::set().await;
    let no_status = Answer::empty(7);
    let no_header = Answer { headers: vec![("two words".into(), "x".into())], ..Answer::empty(200) };
    for (number, answer) in [no_status, no_header].into_iter().enumerate() {
        stage.handle.script(nonce(number as u64), Endpoint::Verify, vec![Act::Answer(answer)]);
        let (status, body) = stage.bring("/verify", nonce(number as u64)).await;
        assert_eq!(status, 500);
        assert!(body["error"].as_str().is_some_and(|error| error.contains("script")), "{body}");
    }
}

#[tokio::test]
async fn an_answer_announces_its_own_length() {
    let stage = Stage::set().await;
    let mut answer = Answer::json(200, &json!({ "isValid": true }));
    answer.headers.push(("Content-Length".into(), "999".into()));
    stage.handle.script(nonce(1), Endpoint::Verify, vec![Act::Answer(answer)]);
    assert_eq!(stage.bring("/verify", nonce(1)).await, (200, json!({ "isValid": true })));
}

#[tokio::test]
async fn rewriting_changes_the_json_and_not_the_status() {
    let stage = Stage::set().await;
    let lies = Act::Rewrite(Arc::new(|answer: &mut Value| {
        answer["isValid"] = json!(false);
        answer["invalidReason"] = json!("a reason that makes the answer longer than it was");
    }));
    stage.handle.script(nonce(1), Endpoint::Verify, vec![lies]);
    let (status, answer) = stage.bring("/verify", nonce(1)).await;
    assert_eq!(status, 202);
    assert_eq!(answer["isValid"], false);
    assert_eq!(answer["payer"], PAYER);
    let call = stage.handle.calls_for(nonce(1)).remove(0);
    let recorded =
        |told: Option<(u16, Vec<u8>)>| -> Value { serde_json::from_slice(&told.unwrap().1).unwrap() };
    assert_eq!(recorded(call.answered), answer);
    assert_eq!(recorded(call.upstream)["isValid"], true);
}

#[tokio::test]
async fn what_is_not_json_is_not_rewritten() {
    let stage = Stage::set().await;
    let change = Act::Rewrite(Arc::new(|answer: &mut Value| *answer = Value::Null));
    stage.handle.script(nonce(1), Endpoint::Settle, vec![change]);
    let mut payment = payment(nonce(1));
    payment["paymentRequirements"]["asPage"] = json!(true);
    let received = post(&stage.url, "/settle", payment.to_string().as_bytes()).await;
    assert_eq!(received.body(), b"<p>settled</p>");
    assert_eq!(received.header("content-type"), Some("text/html"));
}

#[tokio::test]
async fn half_an_answer_and_no_more() {
    let stage = Stage::set().await;
    for (endpoint, path) in [(Endpoint::Verify, "/verify"), (Endpoint::Settle, "/settle")] {
        stage.handle.script(nonce(1), endpoint, vec![Act::Truncate]);
        let received = post(&stage.url, path, payment(nonce(1)).to_string().as_bytes()).await;
        assert_eq!(received.end, Some(None), "the connection ends in order: {received:?}");
        assert_eq!(received.status(), 200);
        assert_eq!(received.header("content-type"), Some("application/json"));
        assert!(received.announced() > 20, "{received:?}");
        assert_eq!(received.body().len(), received.announced() / 2);
        let call = stage.handle.calls_for(nonce(1)).pop().unwrap();
        assert_eq!(call.answered, Some((200, received.body().to_vec())));
    }
    stage.handle.set_supported(Some(Act::Truncate));
    let received = get(&stage.url, "/supported").await;
    assert_eq!((received.end, received.body().len()), (Some(None), received.announced() / 2));
    assert_eq!(stage.forwarded(), 0);
}

#[tokio::test]
async fn silence_ends_without_an_answer() {
    let stage = Stage::set().await;
    let time = Duration::from_millis(50);
    stage.handle.script(nonce(1), Endpoint::Verify, vec![Act::Silence(time)]);
    let began = Instant::now();
    let received = post(&stage.url, "/verify", payment(nonce(1)).to_string().as_bytes()).await;
    assert!(began.elapsed() >= time);
    assert_eq!((received.bytes.len(), received.end), (0, Some(None)));
    assert_eq!(stage.handle.calls_for(nonce(1))[0].answered, None);
    assert_eq!(stage.forwarded(), 0);
}

#[tokio::test]
async fn a_reset_is_one() {
    let stage = Stage::set().await;
    stage.handle.script(nonce(1), Endpoint::Settle, vec![Act::Reset]);
    let received = post(&stage.url, "/settle", payment(nonce(1)).to_string().as_bytes()).await;
    assert_eq!((received.bytes.len(), received.end), (0, Some(Some(ErrorKind::ConnectionReset))));
    assert_eq!(stage.handle.calls_for(nonce(1))[0].answered, None);
    assert_eq!(stage.forwarded(), 0);
}

#[tokio::test]
async fn a_delay_comes_before_the_act() {
    let stage = Stage::set().await;
    let time = Duration::from_millis(50);
    stage.handle.script(nonce(1), Endpoint::Verify, vec![Act::Delay(time, Box::new(Act::Forward))]);
    let mut client = Client::to(&stage.url).await;
    let began = Instant::now();
    client.send("POST", "/verify", &[], payment(nonce(1)).to_string().as_bytes()).await;
    assert!(stage.handle.wait_for(nonce(1), Endpoint::Verify, 1, PATIENCE).await);
    // The upstream would have wanted a content type.
    assert_eq!(client.receive().await.status(), 415);
    assert!(began.elapsed() >= time);
}

#[tokio::test]
async fn after_the_money_has_moved_the_server_hears_otherwise() {
    let stage = Stage::set().await;
    let failed = Answer::json(200, &json!({ "success": false }));
    let acts: [(Act, Option<u16>); 3] =
        [(Act::Answer(failed), Some(200)), (Act::Silence(Duration::ZERO), None), (Act::Reset, None)];
    for (number, (act, told)) in acts.into_iter().enumerate() {
        let nonce = nonce(number as u64);
        stage.handle.script(nonce, Endpoint::Settle, vec![Act::After(Box::new(act))]);
        let received = post(&stage.url, "/settle", payment(nonce).to_string().as_bytes()).await;
        let call = stage.handle.calls_for(nonce).remove(0);
        assert_eq!(call.answered.map(|(status, _)| status), told);
        assert_eq!(received.end.is_none(), told.is_some());
        let settled: Value = serde_json::from_slice(&call.upstream.unwrap().1).unwrap();
        assert_eq!(settled["success"], true);
        assert_eq!(stage.forwarded(), number + 1);
    }
}

#[tokio::test]
async fn after_the_money_has_moved_the_upstreams_own_answer_is_cut() {
    let stage = Stage::set().await;
    stage.handle.script(nonce(1), Endpoint::Verify, vec![Act::After(Box::new(Act::Truncate))]);
    let received = post(&stage.url, "/verify", payment(nonce(1)).to_string().as_bytes()).await;
    let (status, whole) = stage.handle.calls_for(nonce(1)).remove(0).upstream.unwrap();
    assert_eq!((received.status(), received.end), (status, Some(None)));
    assert_eq!(received.announced(), whole.len());
    assert_eq!(received.body(), &whole[..whole.len() / 2]);
}

#[tokio::test]
async fn the_upstream_is_asked_once_however_acts_are_nested() {
    let stage = Stage::set().await;
    let change = Act::Rewrite(Arc::new(|answer: &mut Value| answer["success"] = json!("rewritten")));
    let after = |act| Act::After(Box::new(act));
    stage.handle.script(nonce(1), Endpoint::Settle, vec![after(after(change)), after(Act::Forward)]);
    assert_eq!(stage.bring("/settle", nonce(1)).await.1["success"], "rewritten");
    assert_eq!(stage.forwarded(), 1);
    assert_eq!(stage.bring("/settle", nonce(1)).await.1["success"], true);
    assert_eq!(stage.forwarded(), 2);
}

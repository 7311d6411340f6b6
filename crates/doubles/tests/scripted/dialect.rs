//! A scripted facilitator that speaks B402 to the server, while scripts, records and the upstream stay in x402.

use crate::support::{Client, PAYER, Received, nonce};
use crate::upstream::Upstream;
use gauntlet_doubles::scripted::{Act, Answer, Config, Endpoint, Handle, Running, serve};
use gauntlet_doubles::tongue::{Manner, Offer, Setup, Tongue};
use gauntlet_probe::dialect::{Dressing, built_in, throwaway_keys};
use gauntlet_probe::{Request, Speaker};
use gauntlet_wire::{Address, Network, Token};
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

const BSC: Network = Network::new(56);
const SIGNER: Address = Address::repeat_byte(7);

struct Stage {
    upstream: Upstream,
    running: Running,
    handle: Handle,
    speaker: Arc<Speaker>,
}

impl Stage {
    async fn set() -> Self {
        let dialect = built_in("b402-partner").expect("it comes with Gauntlet");
        let keys = throwaway_keys(&dialect);
        let speaker = Arc::new(Speaker::new(dialect, keys).expect("a key"));
        let token = Token {
            address: Address::repeat_byte(1),
            name: "United Stables".into(),
            version: "1".into(),
            decimals: 18,
        };
        let setup = Setup {
            speaker: Arc::clone(&speaker),
            tokens: vec![Offer { symbol: "U".into(), token, has_eip3009: true }],
            proxies: [Address::repeat_byte(2), Address::repeat_byte(3)],
            authority: None,
            manner: Manner::Production,
        };
        let upstream = Upstream::start().await;
        let tongue = Tongue::new(Arc::new(setup), BSC, SIGNER, None);
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let config = Config { upstream: upstream.url.clone(), tongue: Some(tongue), listen };
        let running = serve(config).await.expect("it starts");
        Self { handle: running.handle(), upstream, running, speaker }
    }

    async fn sent(&self, request: Request) -> Received {
        let mut client = Client::to(&self.running.url()).await;
        let headers: Vec<(&str, &str)> =
            request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        client.send(&request.method, &request.path, &headers, &request.body).await;
        client.receive().await
    }

    async fn settle(&self, number: u64) -> Value {
        let answer = self.sent(self.dressed("/settle", &payment(number))).await;
        assert_eq!(answer.status(), 200, "{answer:?}");
        answer.json()
    }

    fn dressed(&self, path: &str, body: &Value) -> Request {
        self.speaker.dress(Request::post_json(path, body.to_string()), "", Dressing::default())
    }
}

fn payment(number: u64) -> Value {
    let extra = json!({ "name": "United Stables", "version": "1", "assetTransferMethod": "eip3009" });
    let terms = json!({ "scheme": "exact", "network": "eip155:56", "amount": "1", "extra": extra });
    json!({
        "x402Version": 2,
        "paymentPayload": {
            "accepted": terms,
            "payload": { "authorization": { "from": PAYER, "nonce": nonce(number) } },
        },
        "paymentRequirements": terms,
    })
}

#[tokio::test]
async fn calls_are_recorded_in_x402_and_answered_in_the_dialect() {
    let stage = Stage::set().await;
    let told = stage.settle(1).await;
    assert_eq!((&told["code"], &told["data"]["success"]), (&json!("000000"), &json!(true)));
    let calls = stage.handle.calls_for(nonce(1));
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].endpoint, Endpoint::Settle);
    assert_eq!(stage.upstream.asked().len(), 1);
}

#[tokio::test]
async fn a_settlement_is_answered_again_unless_a_script_says_otherwise() {
    let stage = Stage::set().await;
    let first = stage.settle(1).await;
    assert_eq!(stage.settle(1).await, first);
    assert_eq!(stage.upstream.asked().len(), 1);
    stage.handle.script(nonce(1), Endpoint::Settle, vec![Act::Forward]);
    stage.settle(1).await;
    assert_eq!(stage.upstream.asked().len(), 2);
}

#[tokio::test]
async fn what_is_not_signed_is_turned_away_and_told_of() {
    let stage = Stage::set().await;
    let mut request = stage.dressed("/settle", &payment(1));
    request.headers.retain(|(name, _)| name != "X-Tesla-Signature");
    assert_eq!(stage.sent(request).await.status(), 401);
    assert_eq!(stage.sent(Request::get("/supported")).await.status(), 404);
    assert_eq!(stage.upstream.asked().len(), 0);
    let turned_away = stage.handle.turned_away();
    assert_eq!(turned_away.len(), 2, "{turned_away:?}");
    assert!(turned_away[0].contains("40102"), "{turned_away:?}");
}

#[tokio::test]
async fn pending_has_no_reason_and_a_refusal_has_status_200() {
    let stage = Stage::set().await;
    let pending = json!({ "success": false, "errorReason": "settlement_pending", "transaction": "0xab" });
    let refused = json!({ "success": false, "errorReason": "insufficient_funds", "transaction": "" });
    for (number, said) in [(1, &pending), (2, &refused)] {
        let act = Act::Answer(Answer::json(400, said));
        stage.handle.script(nonce(number), Endpoint::Settle, vec![act]);
    }
    let told = stage.settle(1).await;
    assert_eq!(told["data"]["errorReason"], Value::Null, "{told}");
    assert_eq!(told["data"]["transaction"], "0xab");
    assert_eq!(stage.settle(2).await["data"]["errorReason"], "insufficient_funds");
}

#[tokio::test]
async fn what_is_no_answer_stays_what_it_is() {
    let stage = Stage::set().await;
    let busy = json!({ "code": "1160102", "msg": "system busy", "data": null });
    for (number, answer) in [
        (1, Answer::html(200, "<p>")),
        (2, Answer::json(200, &busy)),
        (3, Answer::json(503, &json!({ "error": "down" }))),
    ] {
        stage.handle.script(nonce(number), Endpoint::Settle, vec![Act::Answer(answer)]);
    }
    let sent = |number| stage.sent(stage.dressed("/settle", &payment(number)));
    assert!(sent(1).await.bytes.ends_with(b"<p>"));
    assert_eq!(sent(2).await.json(), busy);
    let down = sent(3).await;
    assert_eq!((down.status(), &down.json()["data"]), (503, &Value::Null));
}

#[tokio::test]
async fn kinds_are_the_dialects_own_among_those_that_are_listed() {
    let stage = Stage::set().await;
    let asked = || stage.speaker.dress(Request::get("/supported"), "", Dressing::default());
    let listed = json!({ "kinds": [{ "x402Version": 2, "scheme": "exact", "network": "eip155:56" }] });
    stage.handle.set_supported(Some(Act::Answer(Answer::json(200, &listed))));
    let told = stage.sent(asked()).await.json();
    let kinds = told["data"]["kinds"].as_array().expect("a list");
    assert_eq!(kinds.len(), 2, "{told}");
    assert!(kinds.iter().all(|kind| kind["scheme"] == "exact" && kind["extra"]["name"] == "United Stables"));
    stage.handle.set_supported(Some(Act::Answer(Answer::json(200, &json!({ "kinds": [] })))));
    assert_eq!(stage.sent(asked()).await.json()["data"]["kinds"], json!([]));
}

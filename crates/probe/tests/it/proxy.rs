use crate::support::Node;
use gauntlet_probe::{
    Action, Client, ClientConfig, FaultProxy, ProbeError, ProxyHandle, RemoteProxy, Request, Rule,
};
use gauntlet_report::{Exchange, NetFault};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(60);

struct World {
    node: Node,
    proxy: FaultProxy,
    client: Client,
}

impl World {
    async fn new() -> Self {
        let node = Node::start().await;
        let proxy = FaultProxy::start(&node.url, None).unwrap().with_description(json!({"chainId": 84532}));
        let client = Client::new(&proxy.url(), ClientConfig::default()).unwrap();
        Self { node, proxy, client }
    }

    async fn send(&self, body: Value) -> Exchange {
        self.client.send(Request::post_json("/", body.to_string())).await
    }

    async fn call(&self, method: &str) -> Value {
        answer(&self.send(rpc(7, method)).await)
    }

    fn node_saw(&self) -> usize {
        self.node.bodies.lock().unwrap().len()
    }
}

fn rpc(id: u64, method: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": []})
}

fn answer(exchange: &Exchange) -> Value {
    let response = exchange.response.as_ref().unwrap_or_else(|| panic!("{:?}", exchange.fault));
    serde_json::from_slice(&response.body).unwrap_or_else(|_| panic!("{response:?}"))
}

#[tokio::test]
async fn transparent_by_default() {
    let world = World::new().await;
    let exchange = world.send(rpc(1, "eth_chainId")).await;
    assert_eq!(answer(&exchange), json!({"jsonrpc": "2.0", "id": 1, "result": "node:eth_chainId"}));
    assert_eq!(exchange.response.unwrap().header("x-node"), Some("yes"));

    let batch = world.send(json!([rpc(1, "a"), rpc(2, "b")])).await;
    assert_eq!(answer(&batch)[0]["result"], "node:b", "the node's own order is kept");
    assert_eq!(
        *world.node.bodies.lock().unwrap(),
        [rpc(1, "eth_chainId"), json!([rpc(1, "a"), rpc(2, "b")])]
    );
    assert_eq!((world.proxy.count("a"), world.proxy.count("eth_chainId"), world.proxy.count("c")), (1, 1, 0));
}

#[tokio::test]
async fn an_error_for_so_many_calls_of_one_method() {
    let world = World::new().await;
    let action = Action::RpcError { code: -32000, message: "nonce too low".to_owned() };
    world.proxy.set_rules(vec![Rule::on("eth_sendRawTransaction", action).times(2)]);
    for _ in 0..2 {
        let refused = world.call("eth_sendRawTransaction").await;
        assert_eq!(
            refused,
            json!({"jsonrpc": "2.0", "id": 7, "error": {"code": -32000, "message": "nonce too low"}})
        );
    }
    assert_eq!(world.node_saw(), 0);
    assert_eq!(world.call("eth_sendRawTransaction").await["result"], "node:eth_sendRawTransaction");
    assert_eq!(world.call("eth_call").await["result"], "node:eth_call");
}

#[tokio::test]
async fn statuses_lies_and_exceptions() {
    let world = World::new().await;
    world.proxy.set_rules(vec![
        Rule::on("eth_blockNumber", Action::Forward),
        Rule::on("eth_getBalance", Action::Respond(json!("0xff"))),
        Rule::on_all(Action::Status(503)),
    ]);
    assert_eq!(world.call("eth_blockNumber").await["result"], "node:eth_blockNumber");
    assert_eq!(world.call("eth_getBalance").await, json!({"jsonrpc": "2.0", "id": 7, "result": "0xff"}));
    assert_eq!(world.send(rpc(1, "eth_call")).await.status, Some(503));
    world.proxy.clear();
    assert_eq!(world.call("eth_call").await["result"], "node:eth_call");
}

#[tokio::test]
async fn a_delay_then_the_answer() {
    let world = World::new().await;
    world.proxy.set_rules(vec![Rule::on_all(Action::Delay(Duration::from_millis(150)))]);
    let began = Instant::now();
    assert_eq!(world.call("eth_call").await["result"], "node:eth_call");
    assert!(began.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn a_closed_connection() {
    let world = World::new().await;
    world.proxy.set_rules(vec![Rule::on_all(Action::Close)]);
    let exchange = world.send(rpc(1, "eth_call")).await;
    assert!(matches!(exchange.fault, Some(NetFault::Closed(_))), "{:?}", exchange.fault);
    assert_eq!(world.node_saw(), 0);
}

#[tokio::test]
async fn silence_until_the_rules_change() {
    let world = World::new().await;
    world.proxy.set_rules(vec![Rule::on("eth_call", Action::Silence)]);
    let change = async {
        assert!(world.proxy.wait_for("eth_call", 1, LONG).await);
        assert_eq!(world.call("eth_chainId").await["result"], "node:eth_chainId", "others are not held up");
        world.proxy.clear();
    };
    let (exchange, ()) = tokio::join!(world.send(rpc(1, "eth_call")), change);
    assert!(matches!(exchange.fault, Some(NetFault::Closed(_))), "{:?}", exchange.fault);
    assert!(!world.proxy.wait_for("eth_call", 2, Duration::from_millis(30)).await);
}

#[tokio::test]
async fn in_a_batch_answers_go_by_item_and_the_rest_by_batch() {
    let world = World::new().await;
    let batch =
        json!([rpc(1, "a"), rpc(2, "b"), {"jsonrpc": "2.0", "method": "b"}, rpc(3, "c"), rpc(4, "d")]);
    world.proxy.set_rules(vec![
        Rule::on("b", Action::Respond(json!("mine"))),
        Rule::on("d", Action::RpcError { code: 1, message: "no".to_owned() }),
    ]);
    assert_eq!(
        answer(&world.send(batch.clone()).await),
        json!([
            {"jsonrpc": "2.0", "id": 1, "result": "node:a"},
            {"jsonrpc": "2.0", "id": 2, "result": "mine"},
            {"jsonrpc": "2.0", "id": 3, "result": "node:c"},
            {"jsonrpc": "2.0", "id": 4, "error": {"code": 1, "message": "no"}},
        ])
    );
    assert_eq!(*world.node.bodies.lock().unwrap(), [json!([rpc(1, "a"), rpc(3, "c")])]);

    world.proxy.set_rules(vec![Rule::on("c", Action::Status(429))]);
    assert_eq!(world.send(batch).await.status, Some(429));
    assert_eq!(world.node_saw(), 1);
}

#[tokio::test]
async fn another_process_can_drive_it() {
    let world = World::new().await;
    let remote = RemoteProxy::new(&world.proxy.url()).unwrap().handle();
    assert_eq!(remote.describe().await.unwrap(), json!({"chainId": 84532}));
    remote.set_rules(vec![Rule::on("eth_call", Action::Respond(json!(1))).times(1)]).await.unwrap();
    assert_eq!(world.call("eth_call").await["result"], 1);
    assert_eq!(world.call("eth_call").await["result"], "node:eth_call");
    assert_eq!(remote.count("eth_call").await.unwrap(), 2);
    assert!(remote.wait_for("eth_call", 2, LONG).await.unwrap());
    assert!(!remote.wait_for("eth_call", 3, Duration::from_millis(30)).await.unwrap());

    remote.set_rules(vec![Rule::on_all(Action::Status(500))]).await.unwrap();
    assert_eq!(world.send(rpc(1, "x")).await.status, Some(500));
    remote.clear().await.unwrap();
    assert_eq!(world.send(rpc(1, "x")).await.status, Some(200));
    assert_eq!(remote.count("gauntlet_calls").await.unwrap(), 0, "control calls are not counted");
}

#[tokio::test]
async fn a_local_handle_does_the_same() {
    let world = World::new().await;
    let handle: ProxyHandle = world.proxy.handle();
    handle.set_rules(vec![Rule::on_all(Action::Status(500))]).await.unwrap();
    assert_eq!(world.send(rpc(1, "x")).await.status, Some(500));
    handle.clear().await.unwrap();
    assert_eq!(world.send(rpc(1, "x")).await.status, Some(200));
    assert_eq!(handle.count("x").await.unwrap(), 2);
    assert!(handle.wait_for("x", 2, LONG).await.unwrap());
    assert_eq!(handle.describe().await.unwrap()["chainId"], 84532);
}

#[tokio::test]
async fn wrong_control_calls_say_what_is_right() {
    let world = World::new().await;
    let wrong = json!({"jsonrpc": "2.0", "id": 1, "method": "gauntlet_setRules", "params": [[{"action": "explode"}]]});
    let error = answer(&world.send(wrong).await);
    assert_eq!(error["error"]["code"], -32602);
    assert!(error["error"]["message"].as_str().unwrap().contains("explode"), "{error}");
    assert_eq!(world.call("gauntlet_setRule").await["error"]["code"], -32601);

    let error = RemoteProxy::new(&world.node.url).unwrap().clear().await.map_err(|error| error.to_string());
    assert_eq!(error, Ok(()), "a node that answers everything is taken for a proxy");
    let url = world.proxy.url();
    drop(world.proxy);
    let remote = RemoteProxy::new(&url).unwrap();
    let mut outcome = remote.clear().await;
    while outcome.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
        outcome = remote.clear().await;
    }
    assert!(matches!(outcome, Err(ProbeError::Remote { method: "gauntlet_clearRules", .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_node_that_is_gone_is_a_bad_gateway() {
    let proxy = FaultProxy::start("http://127.0.0.1:1", None).unwrap();
    let client = Client::new(&proxy.url(), ClientConfig::default()).unwrap();
    let exchange = client.send(Request::post_json("/", rpc(1, "x").to_string())).await;
    assert_eq!(exchange.status, Some(502));
    assert!(FaultProxy::start("https://node.example", None).is_err());
    let taken = proxy.url().trim_start_matches("http://").parse().unwrap();
    assert!(matches!(FaultProxy::start("http://127.0.0.1:1", Some(taken)), Err(ProbeError::Listen { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_calls_at_once() {
    let world = World::new().await;
    let requests = (0..300).map(|id| Request::post_json("/", rpc(id, "eth_call").to_string())).collect();
    let exchanges = gauntlet_probe::send_together(&world.client, requests).await;
    for (id, exchange) in exchanges.iter().enumerate() {
        assert_eq!(answer(exchange)["id"], id);
    }
    assert_eq!(world.proxy.count("eth_call"), 300);
}

//! A JSON-RPC proxy between a target and its node: transparent until a [`Rule`] says otherwise.
//!
//! Any process can drive it over the same port, with JSON-RPC methods that never reach the node: `gauntlet_setRules`
//! (params `[[rule, …]]`), `gauntlet_clearRules`, `gauntlet_calls` and `gauntlet_describe`;
//! [`RemoteProxy`](crate::RemoteProxy) does so.

use crate::{Action, ProbeError, Rule, base::Base, rules::choose};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Collected, Either, Full, Limited};
use hyper::{
    Response, StatusCode, Uri,
    body::Incoming,
    header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::{
    client::legacy::{Client as Pool, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
};

type Body = Either<Full<Bytes>, Incoming>;

/// The longest call that is passed on, bytes. Anvil itself takes no more than 2 MB.
const LONGEST_CALL: usize = 4 << 20;
/// The longest answer to a batch that is taken apart, bytes.
const LONGEST_ANSWER: usize = 64 << 20;
/// A name of a method that is longer is no method of any node, bytes.
const LONGEST_NAME: usize = 100;
/// So many methods are counted; nodes have about a hundred. Whoever calls ever new names is not remembered.
const MOST_NAMES: usize = 1_000;

/// Ends the connection without an answer: what hyper does when a service fails.
#[derive(Debug, thiserror::Error)]
#[error("closed on purpose")]
struct Dropped;

/// The running proxy. It stops, with every connection through it, when this is dropped.
#[derive(Debug)]
pub struct FaultProxy {
    state: Arc<State>,
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl FaultProxy {
    /// Starts a proxy for the node at `upstream` (`http://host:port[/prefix]`). Needs a running tokio runtime.
    ///
    /// `listen`: where; none: a free port of 127.0.0.1. The control methods are open to whoever reaches that port.
    ///
    /// # Errors
    /// [`ProbeError::BadBase`] for an upstream that is not plain HTTP, [`ProbeError::Listen`] when the port is taken.
    pub fn start(upstream: &str, listen: Option<SocketAddr>) -> Result<Self, ProbeError> {
        let upstream = Base::parse(upstream)?;
        let wanted = listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
        let (listener, address) =
            bind(wanted).map_err(|source| ProbeError::Listen { address: wanted, source })?;
        let state = Arc::new(State::new(upstream));
        let server = tokio::spawn(serve(listener, Arc::clone(&state)));
        Ok(Self { state, address, server })
    }

    /// What `gauntlet_describe` answers: whatever another process should know of this chain.
    #[must_use]
    pub fn with_description(self, description: Value) -> Self {
        *lock(&self.state.description) = description;
        self
    }

    /// Where targets send their calls: `http://127.0.0.1:port`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A handle that can be cloned and given away; it outlives the proxy, but then nothing answers any more.
    #[must_use]
    pub fn handle(&self) -> crate::ProxyHandle {
        crate::ProxyHandle::Local(LocalProxy { state: Arc::clone(&self.state) })
    }

    /// Replaces all rules; the callers that were kept in silence are hung up on.
    pub fn set_rules(&self, rules: Vec<Rule>) {
        self.state.set_rules(rules);
    }

    /// Removes all rules: transparent again.
    pub fn clear(&self) {
        self.state.set_rules(Vec::new());
    }

    /// How many calls of a method have arrived, single and in batches, whatever was done to them.
    #[must_use]
    pub fn count(&self, method: &str) -> u64 {
        self.state.count(method)
    }

    /// Waits until `at_least` calls of a method have arrived since the start; `false` after `timeout`.
    pub async fn wait_for(&self, method: &str, at_least: u64, timeout: Duration) -> bool {
        self.state.wait_for(method, at_least, timeout).await
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// A proxy of this process, as [`ProxyHandle`](crate::ProxyHandle) holds it.
#[derive(Debug, Clone)]
pub struct LocalProxy {
    pub(crate) state: Arc<State>,
}

/// Rules, counters and the way to the node.
#[derive(Debug)]
pub(crate) struct State {
    upstream: Base,
    pool: Pool<HttpConnector, Full<Bytes>>,
    rules: Mutex<Vec<Rule>>,
    /// Changes under the lock of `rules` whenever they are replaced.
    generation: watch::Sender<u64>,
    calls: watch::Sender<BTreeMap<String, u64>>,
    description: Mutex<Value>,
}

impl State {
    fn new(upstream: Base) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self {
            upstream,
            pool: Pool::builder(TokioExecutor::new()).build(connector),
            rules: Mutex::default(),
            generation: watch::Sender::new(0),
            calls: watch::Sender::default(),
            description: Mutex::new(Value::Null),
        }
    }

    pub(crate) fn set_rules(&self, rules: Vec<Rule>) {
        let mut current = lock(&self.rules);
        *current = rules;
        self.generation.send_modify(|generation| *generation += 1);
    }

    pub(crate) fn count(&self, method: &str) -> u64 {
        self.calls.borrow().get(method).copied().unwrap_or_default()
    }

    pub(crate) async fn wait_for(&self, method: &str, at_least: u64, timeout: Duration) -> bool {
        let mut calls = self.calls.subscribe();
        let enough = calls.wait_for(|calls| calls.get(method).copied().unwrap_or_default() >= at_least);
        matches!(tokio::time::timeout(timeout, enough).await, Ok(Ok(_)))
    }

    pub(crate) fn description(&self) -> Value {
        lock(&self.description).clone()
    }

    /// Counts the calls and chooses what is done to each; the receiver tells when the rules change after that.
    fn decide(&self, calls: &[Value]) -> (Vec<Action>, watch::Receiver<u64>) {
        let methods = || calls.iter().map(method_of);
        let mut rules = lock(&self.rules);
        let actions = methods().map(|method| choose(&mut rules, method)).collect();
        let changes = self.generation.subscribe();
        drop(rules);
        self.calls.send_modify(|counts| {
            for method in methods() {
                let is_new = counts.len() < MOST_NAMES && method.len() <= LONGEST_NAME;
                match counts.get_mut(method) {
                    Some(count) => *count += 1,
                    None if is_new => drop(counts.insert(method.to_owned(), 1)),
                    None => {}
                }
            }
        });
        (actions, changes)
    }

    /// The answer to a control method; `None` for a call that is not one.
    fn control(&self, call: &Value) -> Option<Value> {
        let method = method_of(call).strip_prefix("gauntlet_")?;
        let id = call.get("id").cloned().unwrap_or(Value::Null);
        let outcome = match method {
            "setRules" => {
                let rules = call.pointer("/params/0").cloned().unwrap_or(Value::Null);
                serde_json::from_value(rules)
                    .map(|rules| {
                        self.set_rules(rules);
                        Value::Bool(true)
                    })
                    .map_err(|error| (-32602, format!("params must be [[rule, …]]: {error}")))
            }
            "clearRules" => {
                self.set_rules(Vec::new());
                Ok(Value::Bool(true))
            }
            "calls" => Ok(json!(*self.calls.borrow())),
            "describe" => Ok(self.description()),
            _ => Err((
                -32601,
                "the fault proxy knows gauntlet_setRules, gauntlet_clearRules, gauntlet_calls and gauntlet_describe"
                    .to_owned(),
            )),
        };
        Some(match outcome {
            Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
            Err((code, message)) => {
                json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}})
            }
        })
    }

    async fn answer(&self, request: hyper::Request<Incoming>) -> Result<Response<Body>, Dropped> {
        let (head, body) = request.into_parts();
        let Ok(body) = Limited::new(body, LONGEST_CALL).collect().await.map(Collected::to_bytes) else {
            return Ok(status_answer(413, "the fault proxy takes no call of more than 4 MiB"));
        };
        let Ok(content) = serde_json::from_slice::<Value>(&body) else {
            return Ok(self.forward(head, body).await);
        };
        if let Some(answer) = self.control(&content) {
            return Ok(json_answer(&answer));
        }
        let calls = content.as_array().map_or(std::slice::from_ref(&content), Vec::as_slice);
        let (actions, mut changes) = self.decide(calls);
        let mut delay = Duration::ZERO;
        for action in &actions {
            match action {
                Action::Close => return Err(Dropped),
                Action::Silence => {
                    let _ = changes.changed().await;
                    return Err(Dropped);
                }
                Action::Status(code) => return Ok(status_answer(*code, "answered by the fault proxy")),
                Action::Delay(time) => delay = delay.max(*time),
                Action::RpcError { .. } | Action::Respond(_) | Action::Forward => {}
            }
        }
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let own: Vec<Option<Value>> =
            actions.iter().zip(calls).map(|(action, call)| action.answer(call)).collect();
        if own.iter().all(Option::is_none) {
            return Ok(self.forward(head, body).await);
        }
        if content.is_array() {
            return self.batch(head, calls, own).await;
        }
        Ok(json_answer(&own.into_iter().flatten().next().unwrap_or_default()))
    }

    /// A batch of which the proxy answers some calls itself and the node the rest.
    async fn batch(
        &self,
        head: hyper::http::request::Parts,
        calls: &[Value],
        own: Vec<Option<Value>>,
    ) -> Result<Response<Body>, Dropped> {
        let rest: Vec<&Value> =
            calls.iter().zip(&own).filter(|(_, own)| own.is_none()).map(|(call, _)| call).collect();
        let mut theirs = Vec::new();
        if !rest.is_empty() {
            let forwarded = self.forward(head, Bytes::from(json!(rest).to_string())).await;
            let (head, body) = forwarded.into_parts();
            let body = Limited::new(body, LONGEST_ANSWER).collect().await.map_err(|_| Dropped)?.to_bytes();
            match serde_json::from_slice(&body) {
                Ok(Value::Array(answers)) => theirs = answers,
                _ => return Ok(Response::from_parts(head, Either::Left(Full::new(body)))),
            }
        }
        let answers: Vec<Value> = calls
            .iter()
            .zip(own)
            .filter(|(call, _)| call.get("id").is_some())
            .filter_map(|(call, own)| {
                own.or_else(|| {
                    let at = theirs.iter().position(|answer| answer.get("id") == call.get("id"))?;
                    Some(theirs.swap_remove(at))
                })
            })
            .collect();
        Ok(json_answer(&Value::Array(answers)))
    }

    /// The node's answer, or a 502 that says why there is none.
    async fn forward(&self, mut head: hyper::http::request::Parts, body: Bytes) -> Response<Body> {
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let Ok(uri) = self.upstream.url(path).parse::<Uri>() else {
            return status_answer(502, "the fault proxy cannot build the node's URL");
        };
        head.uri = uri;
        // These belong to one connection only; hyper writes its own.
        for name in [HOST, CONNECTION, TRANSFER_ENCODING, CONTENT_LENGTH] {
            head.headers.remove(name);
        }
        match self.pool.request(hyper::Request::from_parts(head, Full::new(body))).await {
            Ok(mut response) => {
                response.headers_mut().remove(CONNECTION);
                response.headers_mut().remove(TRANSFER_ENCODING);
                response.map(Either::Right)
            }
            Err(error) => status_answer(
                502,
                &format!("the fault proxy cannot reach {}: {error}", self.upstream.authority),
            ),
        }
    }
}

fn bind(address: SocketAddr) -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

async fn serve(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(connections.spawn(converse(stream, Arc::clone(&state)))),
            // Out of file descriptors: others will close.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn converse(stream: TcpStream, state: Arc<State>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| state.answer(request));
    // An error is a caller that hung up, or one that was hung up on.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

fn method_of(call: &Value) -> &str {
    call.get("method").and_then(Value::as_str).unwrap_or_default()
}

fn json_answer(value: &Value) -> Response<Body> {
    let mut response = Response::new(Either::Left(Full::new(Bytes::from(value.to_string()))));
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/json"));
    response
}

fn status_answer(code: u16, text: &str) -> Response<Body> {
    let mut response = Response::new(Either::Left(Full::new(Bytes::from(text.to_owned()))));
    *response.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Doubles on a chain, payments, a client, and a line to the chain that can be cut.

use gauntlet_chain::WALLET_FACTORY;
use gauntlet_doubles::facilitator::mutants::Fault;
use gauntlet_doubles::facilitator::{Config, Running, serve};
use gauntlet_report::clock::unix_seconds;
use gauntlet_wire::{B256, Draft, Key, Terms, Token, U256, Version};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub(crate) use crate::world::World;

pub(crate) const PRICE: u64 = 10_000;

impl World {
    /// A double with this fault, on this chain.
    pub(crate) async fn double(&self, fault: impl Into<Option<Fault>>) -> Running {
        self.double_at(self.rpc_url(), fault).await
    }

    pub(crate) async fn double_at(&self, rpc_url: String, fault: impl Into<Option<Fault>>) -> Running {
        serve(Config {
            rpc_url,
            key: self.facilitator(),
            network: self.network(),
            versions: Version::ALL.to_vec(),
            factories: vec![WALLET_FACTORY],
            dialect: None,
            interpreted: false,
            fault: fault.into(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        })
        .await
        .expect("the double starts")
    }

    /// A valid payment with a nonce of its own.
    pub(crate) fn draft(&self, version: Version) -> Draft {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        let nonce = B256::from(U256::from(COUNT.fetch_add(1, Ordering::Relaxed)));
        Draft::valid(version, self.terms(self.usdc()), self.payer(), nonce, unix_seconds())
    }

    pub(crate) fn terms(&self, token: Token) -> Terms {
        Terms {
            scheme: "exact".into(),
            network: self.network(),
            token,
            amount: U256::from(PRICE),
            pay_to: Key::derive("payee").address(),
            max_timeout_seconds: 60,
            resource: "http://127.0.0.1/paid".into(),
        }
    }
}

/// Verifies a payment.
pub(crate) async fn verify(double: &Running, draft: &Draft) -> Value {
    let (status, answer) = post(&double.url(), "/verify", &body(draft)).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

/// Settles a payment.
pub(crate) async fn settle(double: &Running, draft: &Draft) -> Value {
    let (status, answer) = post(&double.url(), "/settle", &body(draft)).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

pub(crate) fn body(draft: &Draft) -> Value {
    draft.present().expect("the draft has all that its mutations edit").body
}

pub(crate) fn hash(answer: &Value) -> B256 {
    answer["transaction"].as_str().expect("a text").parse().expect("a hash")
}

pub(crate) async fn post(url: &str, path: &str, body: &Value) -> (u16, Value) {
    let (status, bytes) =
        send(url, "POST", path, "application/json", body.to_string().into_bytes()).await.expect("an answer");
    (status, serde_json::from_slice(&bytes).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&bytes))))
}

/// Sends one request over a connection of its own; `None` when it ends without an answer.
pub(crate) async fn send(
    url: &str,
    method: &str,
    path: &str,
    content_type: &str,
    body: Vec<u8>,
) -> Option<(u16, Bytes)> {
    let authority = url.trim_start_matches("http://").trim_end_matches('/');
    let stream = TcpStream::connect(authority).await.ok()?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("a handshake");
    let connection = tokio::spawn(connection);
    let request = hyper::Request::builder()
        .method(method)
        .uri(path)
        .header("host", authority)
        .header("content-type", content_type)
        .body(Full::new(Bytes::from(body)))
        .expect("a request");
    let response = sender.send_request(request).await.ok();
    let answer = match response {
        Some(response) => {
            let status = response.status().as_u16();
            let bytes = response.into_body().collect().await.ok()?.to_bytes();
            Some((status, bytes))
        }
        None => None,
    };
    connection.abort();
    answer
}

/// A line to the chain that can be cut and mended.
pub(crate) struct Line {
    pub(crate) url: String,
    address: SocketAddr,
    to: String,
    task: Option<JoinHandle<()>>,
}

impl Line {
    pub(crate) async fn to(world: &World) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let to = world.rpc_url().trim_start_matches("http://").trim_end_matches('/').to_owned();
        let task = Some(tokio::spawn(forward(listener, to.clone())));
        Self { url: format!("http://{address}"), address, to, task }
    }

    /// Nobody listens any more, and every connection ends.
    pub(crate) async fn cut(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
            let _ = task.await;
        }
    }

    /// Connections are taken and never answered.
    pub(crate) async fn hang(&mut self) {
        self.cut().await;
        let listener = TcpListener::bind(self.address).await.expect("the port is free again");
        self.task = Some(tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                held.push(stream);
            }
        }));
    }

    pub(crate) async fn mend(&mut self) {
        self.cut().await;
        let listener = TcpListener::bind(self.address).await.expect("the port is free again");
        self.task = Some(tokio::spawn(forward(listener, self.to.clone())));
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

async fn forward(listener: TcpListener, to: String) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((mut near, _)) = listener.accept().await {
        let to = to.clone();
        connections.spawn(async move {
            if let Ok(mut far) = TcpStream::connect(to).await {
                let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
            }
        });
    }
}

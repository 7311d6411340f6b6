//! A scripted facilitator before an upstream, payments, and a client that sees how connections end.

use crate::upstream::Upstream;
use gauntlet_doubles::scripted::{Config, Handle, Running, serve};
use gauntlet_wire::{B256, U256};
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longer than anything here takes: reached only when something is broken.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) const PAYER: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

pub(crate) struct Stage {
    pub(crate) upstream: Upstream,
    pub(crate) running: Running,
    pub(crate) handle: Handle,
    pub(crate) url: String,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        let upstream = Upstream::start().await;
        let running = before(&upstream.url).await;
        Self { handle: running.handle(), url: running.url(), running, upstream }
    }

    /// Brings a payment to an endpoint: status and JSON.
    pub(crate) async fn bring(&self, path: &str, nonce: B256) -> (u16, Value) {
        bring(&self.url, path, nonce).await
    }

    /// How often the upstream was asked.
    pub(crate) fn forwarded(&self) -> usize {
        self.upstream.asked().len()
    }
}

pub(crate) async fn before(upstream: &str) -> Running {
    serve(Config {
        upstream: upstream.into(),
        tongue: None,
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
    })
    .await
    .expect("it starts")
}

pub(crate) fn nonce(number: u64) -> B256 {
    B256::from(U256::from(number))
}

pub(crate) fn payment(nonce: B256) -> Value {
    json!({
        "x402Version": 2,
        "paymentPayload": { "payload": { "authorization": { "from": PAYER, "nonce": nonce } } },
        "paymentRequirements": { "network": "eip155:84532" },
    })
}

pub(crate) async fn bring(url: &str, path: &str, nonce: B256) -> (u16, Value) {
    let answer = post(url, path, payment(nonce).to_string().as_bytes()).await;
    (answer.status(), answer.json())
}

pub(crate) async fn post(url: &str, path: &str, body: &[u8]) -> Received {
    let mut client = Client::to(url).await;
    client.send("POST", path, &[("Content-Type", "application/json")], body).await;
    client.receive().await
}

pub(crate) async fn get(url: &str, path: &str) -> Received {
    let mut client = Client::to(url).await;
    client.send("GET", path, &[], b"").await;
    client.receive().await
}

/// Whether nobody listens.
pub(crate) async fn refuses(url: &str) -> bool {
    let connected = TcpStream::connect(url.trim_start_matches("http://")).await;
    connected.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
}

/// One connection.
pub(crate) struct Client(TcpStream);

impl Client {
    pub(crate) async fn to(url: &str) -> Self {
        Self(TcpStream::connect(url.trim_start_matches("http://")).await.expect("a connection"))
    }

    pub(crate) async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: under.trial\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
        head += "\r\n";
        self.0.write_all(&[head.as_bytes(), body].concat()).await.expect("it is sent");
    }

    /// Reads one answer, or whatever comes before the connection ends.
    pub(crate) async fn receive(&mut self) -> Received {
        let mut bytes = Vec::new();
        loop {
            let received = Received { bytes: bytes.clone(), end: None };
            if received.is_whole() {
                return received;
            }
            let mut buffer = [0; 4096];
            let end = match tokio::time::timeout(PATIENCE, self.0.read(&mut buffer)).await {
                Err(_) => panic!("nothing came: {received:?}"),
                Ok(Ok(0)) => None,
                Ok(Ok(count)) => {
                    bytes.extend_from_slice(&buffer[..count]);
                    continue;
                }
                Ok(Err(error)) => Some(error.kind()),
            };
            return Received { bytes, end: Some(end) };
        }
    }
}

/// What came over a connection.
pub(crate) struct Received {
    pub(crate) bytes: Vec<u8>,
    /// When the connection ended before the answer did: in order, or with what error.
    pub(crate) end: Option<Option<ErrorKind>>,
}

impl std::fmt::Debug for Received {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}, ended {:?}", String::from_utf8_lossy(&self.bytes), self.end)
    }
}

impl Received {
    fn is_whole(&self) -> bool {
        self.split().is_some_and(|(_, body)| body.len() >= self.announced())
    }

    fn split(&self) -> Option<(&str, &[u8])> {
        let end = self.bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        Some((std::str::from_utf8(&self.bytes[..end]).expect("a head"), &self.bytes[end + 4..]))
    }

    pub(crate) fn head(&self) -> &str {
        self.split().unwrap_or_else(|| panic!("no head: {self:?}")).0
    }

    pub(crate) fn body(&self) -> &[u8] {
        self.split().unwrap_or_else(|| panic!("no head: {self:?}")).1
    }

    pub(crate) fn status(&self) -> u16 {
        self.head()[9..12].parse().expect("a status")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head().lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(crate) fn announced(&self) -> usize {
        self.header("content-length").map_or(0, |length| length.parse().expect("a length"))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(self.body()).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

//! A client that sends the bytes that it is told and keeps those that come.

use gauntlet_wire::header::{decode_strict, receipt_header};
use gauntlet_wire::{SettleAnswer, Version};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A request; the path is sent as it stands.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Ask {
    pub(crate) fn new(method: &str, target: &str) -> Self {
        Self { method: method.into(), target: target.into(), headers: Vec::new(), body: String::new() }
    }

    pub(crate) fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn body(mut self, body: &str) -> Self {
        self.body = body.into();
        self
    }

    /// Sends the request over a connection of its own; `None` when it ends without an answer.
    pub(crate) async fn send(&self, url: &str) -> Option<Answer> {
        let mut stream = self.begin(url).await?;
        let mut bytes = Vec::new();
        // A connection that is reset after its answer has still answered.
        let _ = stream.read_to_end(&mut bytes).await;
        Answer::read(&bytes)
    }

    /// Sends the request and leaves the answer to the caller.
    pub(crate) async fn begin(&self, url: &str) -> Option<TcpStream> {
        let authority = url.trim_start_matches("http://");
        let mut text = format!("{} {} HTTP/1.1\r\nConnection: close\r\n", self.method, self.target);
        if !self.headers.iter().any(|(name, _)| name == "Host") {
            text += &format!("Host: {authority}\r\n");
        }
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        if !self.body.is_empty() {
            text += &format!("Content-Length: {}\r\n", self.body.len());
        }
        let mut stream = TcpStream::connect(authority).await.ok()?;
        stream.write_all(format!("{text}\r\n{}", self.body).as_bytes()).await.ok()?;
        Some(stream)
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// All of it, with trailers.
    pub(crate) text: String,
}

impl Answer {
    fn read(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        Some(Self { status, headers, body: body.to_owned(), text: text.clone() })
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let name = name.to_ascii_lowercase();
        self.headers.iter().filter(|(own, _)| *own == name).map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON in {}", self.text))
    }

    /// What `PAYMENT-REQUIRED` says.
    pub(crate) fn challenge(&self) -> Value {
        let lines = self.all("PAYMENT-REQUIRED");
        assert_eq!(lines.len(), 1, "{}", self.text);
        decode_strict(lines[0]).unwrap_or_else(|error| panic!("{error}: {}", lines[0]))
    }

    /// What the receipt of this version says.
    pub(crate) fn receipt(&self, version: Version) -> Option<SettleAnswer> {
        let text = self.header(receipt_header(version))?;
        let receipt = decode_strict(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        Some(SettleAnswer::read(receipt.to_string().as_bytes()).expect("JSON"))
    }

    /// Whether content is anywhere in it, base64 headers included.
    pub(crate) fn serves(&self) -> bool {
        let decoded = self.headers.iter().filter_map(|(_, value)| decode_strict(value).ok());
        self.text.contains(crate::town::CANARY)
            || decoded.into_iter().any(|value| value.to_string().contains(crate::town::CANARY))
    }
}

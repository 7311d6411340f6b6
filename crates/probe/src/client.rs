//! An HTTP/1.1 client that sends exactly the bytes that it is told to and keeps exactly the bytes that came.
//!
//! One fresh connection an exchange; no retry, no redirect, no decompression, no cookie, no header beyond `Host`,
//! `Content-Length` and `Connection: close`, each of them only when the request does not bring its own.

use crate::dialect::{Dressing, Speaker};
use crate::{ProbeError, answer::Answer, answer::Progress, base::Base};

pub use crate::answer::read_answer;

use gauntlet_report::{Exchange, Message, NetFault, clock};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Barrier,
    task::JoinSet,
};

/// Limits of a [`Client`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientConfig {
    /// For the whole exchange: connecting, sending and the last byte of the answer.
    pub timeout: Duration,
    /// How many bytes of an answer's body are kept; what follows is counted, up to eight times as much, and then
    /// the connection is closed.
    pub max_body: usize,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(30), max_body: 1 << 20 }
    }
}

/// What to send. Nothing in it is checked, escaped or normalised: a request can be as wrong as its author wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method: any token, in any case.
    pub method: String,
    /// Appended as it is to the path of the base URL; with its query.
    pub path: String,
    /// In this order and this case; duplicates are sent as often as they stand here.
    pub headers: Vec<(String, String)>,
    /// The body, already encoded when the headers say so.
    pub body: Vec<u8>,
}

impl Request {
    /// A GET without headers.
    #[must_use]
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: "GET".to_owned(), path: path.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// A POST of JSON text, sent as it is given.
    #[must_use]
    pub fn post_json(path: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self {
            method: "POST".to_owned(),
            path: path.into(),
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body: body.into(),
        }
    }

    /// The same with one more header line at the end.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name))
    }

    /// Request line and headers, without the final empty line.
    fn head(&self, base: &Base) -> String {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, base.target(&self.path));
        let mut line = |name: &str, value: &str| {
            head.push_str(name);
            head.push_str(": ");
            head.push_str(value);
            head.push_str("\r\n");
        };
        if !self.has("host") {
            line("Host", &base.authority);
        }
        for (name, value) in &self.headers {
            line(name, value);
        }
        let has_body = !self.body.is_empty() || matches!(self.method.as_str(), "POST" | "PUT" | "PATCH");
        if has_body && !self.has("content-length") && !self.has("transfer-encoding") {
            line("Content-Length", &self.body.len().to_string());
        }
        if !self.has("connection") {
            line("Connection", "close");
        }
        head
    }
}

/// Sends requests to one base URL. Cheap to clone; clones and [siblings](Client::at) number their exchanges together.
#[derive(Debug, Clone)]
pub struct Client {
    base: Arc<Base>,
    config: ClientConfig,
    seq: Arc<AtomicU64>,
    speaker: Option<Arc<Speaker>>,
}

/// A request as it goes over the wire.
struct Spoken {
    request: Request,
    /// Whether the answer is to be read in the dialect, where one is spoken.
    understood: bool,
}

impl Client {
    /// A client for `http://host[:port][/prefix]`.
    ///
    /// # Errors
    /// [`ProbeError::BadBase`] for everything else, `https` included.
    pub fn new(base: &str, config: ClientConfig) -> Result<Self, ProbeError> {
        Ok(Self { base: Arc::new(Base::parse(base)?), config, seq: Arc::default(), speaker: None })
    }

    /// The same client, speaking a dialect: `/supported`, `/verify` and `/settle` are asked for in x402 and answered in
    /// x402.
    #[must_use]
    pub fn speaking(self, speaker: Option<Arc<Speaker>>) -> Self {
        Self { speaker, ..self }
    }

    /// The dialect that is spoken, if one is.
    #[must_use]
    pub fn speaker(&self) -> Option<&Speaker> {
        self.speaker.as_deref()
    }

    /// A request in the dialect, so that it can be changed before it goes out with [`Client::send_dressed`].
    #[must_use]
    pub fn dress(&self, request: Request, dressing: Dressing) -> Request {
        match &self.speaker {
            Some(speaker) => speaker.dress(request, &self.base.prefix, dressing),
            None => request,
        }
    }

    fn speak(&self, request: Request) -> Spoken {
        let understood = self.speaker.as_ref().is_some_and(|speaker| speaker.knows(&request.path));
        Spoken { request: self.dress(request, Dressing::default()), understood }
    }

    fn understand(&self, exchange: Exchange, understood: bool) -> Exchange {
        match &self.speaker {
            Some(speaker) => speaker.understand(exchange, understood),
            None => exchange,
        }
    }

    /// One request that is in the dialect already; its answer is read in the dialect.
    pub async fn send_dressed(&self, request: Request) -> Exchange {
        self.send_spoken(Spoken { request, understood: true }).await
    }

    /// A client for another base URL with the same limits and the same numbering of exchanges.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn at(&self, base: &str) -> Result<Self, ProbeError> {
        Ok(Self { base: Arc::new(Base::parse(base)?), ..self.clone() })
    }

    /// The limits.
    #[must_use]
    pub fn config(&self) -> ClientConfig {
        self.config
    }

    /// The absolute URL of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        self.base.url(path)
    }

    /// One request on a connection of its own. Never fails: what went wrong is in [`Exchange::fault`].
    pub async fn send(&self, request: Request) -> Exchange {
        self.send_spoken(self.speak(request)).await
    }

    async fn send_spoken(&self, spoken: Spoken) -> Exchange {
        let began = Began::now();
        match self.open().await {
            Ok(stream) => self.converse(stream, spoken, began).await,
            Err(fault) => self.understand(self.unsent(&spoken.request, fault, began), false),
        }
    }

    /// Opens a connection and sends nothing yet, so that several requests can go out at one instant.
    ///
    /// # Errors
    /// The exchange that did not happen: its request is empty and its fault says why.
    pub async fn connect(&self) -> Result<Ready, Box<Exchange>> {
        let began = Began::now();
        match self.open().await {
            Ok(stream) => Ok(Ready { client: self.clone(), stream }),
            Err(fault) => {
                let nothing = Request { method: String::new(), ..Request::get("") };
                let mut exchange = self.unsent(&nothing, fault, began);
                exchange.request = Message::default();
                Err(Box::new(exchange))
            }
        }
    }

    async fn open(&self) -> Result<TcpStream, NetFault> {
        let address = (self.base.host.as_str(), self.base.port);
        let stream = tokio::time::timeout(self.config.timeout, TcpStream::connect(address))
            .await
            .map_err(|_| self.timed_out())?
            .map_err(|error| NetFault::Refused(error.to_string()))?;
        // A request is one write; waiting to fill a packet would only blur its time.
        let _ = stream.set_nodelay(true);
        Ok(stream)
    }

    async fn converse(&self, mut stream: TcpStream, spoken: Spoken, began: Began) -> Exchange {
        let Spoken { request, understood } = spoken;
        let head = request.head(&self.base);
        let bytes = [head.as_bytes(), b"\r\n", &request.body].concat();
        let written = AtomicUsize::new(0);
        let mut answer = Answer::new(&request.method, self.config.max_body);
        let left = self.config.timeout.saturating_sub(began.instant.elapsed());
        let outcome = tokio::time::timeout(left, exchange(&mut stream, &bytes, &written, &mut answer)).await;
        let fault = outcome.unwrap_or_else(|_| Err(self.timed_out())).err();
        let took_us = began.took_us();

        let mut sent = bytes;
        sent.truncate(written.into_inner());
        let (head, body) = split_sent(sent, head.len());
        let (status, response) = answer.finish();
        let exchange = Exchange {
            request: Message { head, body, ..Message::default() },
            response,
            status,
            took_us,
            ..self.unsent(&request, fault, began)
        };
        self.understand(exchange, understood)
    }

    fn timed_out(&self) -> NetFault {
        NetFault::TimedOut(u64::try_from(self.config.timeout.as_millis()).unwrap_or(u64::MAX))
    }

    /// The exchange of a request of which nothing was sent; it shows what would have been.
    fn unsent(&self, request: &Request, fault: impl Into<Option<NetFault>>, began: Began) -> Exchange {
        Exchange {
            seq: self.seq.fetch_add(1, Ordering::Relaxed) + 1,
            url: self.base.url(&request.path),
            method: request.method.clone(),
            started_ms: began.unix_ms,
            took_us: began.took_us(),
            request: Message {
                head: request.head(&self.base),
                body: request.body.clone(),
                ..Message::default()
            },
            response: None,
            status: None,
            fault: fault.into(),
        }
    }
}

/// A connection that stands, with nothing sent over it.
#[derive(Debug)]
pub struct Ready {
    client: Client,
    stream: TcpStream,
}

impl Ready {
    /// Sends the request over this connection, with the client's whole timeout from now. Never fails.
    pub async fn send(self, request: Request) -> Exchange {
        let spoken = self.client.speak(request);
        self.client.converse(self.stream, spoken, Began::now()).await
    }
}

/// Sends all requests at one instant: first every connection is made, then all are written to together.
///
/// The answers stand in the order of the requests. A connection that could not be made is an exchange with a fault,
/// and the others are sent all the same.
pub async fn send_together(client: &Client, requests: Vec<Request>) -> Vec<Exchange> {
    let start = Arc::new(Barrier::new(requests.len()));
    let mut tasks = JoinSet::new();
    for (index, request) in requests.into_iter().enumerate() {
        let (client, start) = (client.clone(), Arc::clone(&start));
        tasks.spawn(async move {
            let began = Began::now();
            let opened = client.open().await;
            let spoken = client.speak(request);
            start.wait().await;
            let exchange = match opened {
                Ok(stream) => client.converse(stream, spoken, Began::now()).await,
                Err(fault) => client.understand(client.unsent(&spoken.request, fault, began), false),
            };
            (index, exchange)
        });
    }
    let mut exchanges = tasks.join_all().await;
    exchanges.sort_by_key(|(index, _)| *index);
    exchanges.into_iter().map(|(_, exchange)| exchange).collect()
}

#[derive(Debug, Clone, Copy)]
struct Began {
    instant: Instant,
    unix_ms: u64,
}

impl Began {
    fn now() -> Self {
        Self { instant: Instant::now(), unix_ms: clock::unix_millis() }
    }

    fn took_us(self) -> u64 {
        u64::try_from(self.instant.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

/// Writes and reads at once: a server may answer, and close, before it has read everything.
async fn exchange(
    stream: &mut TcpStream,
    bytes: &[u8],
    written: &AtomicUsize,
    answer: &mut Answer,
) -> Result<(), NetFault> {
    let (mut reader, mut writer) = stream.split();
    let write = async {
        let mut rest = bytes;
        while !rest.is_empty() {
            match writer.write(rest).await {
                Ok(count) if count > 0 => {
                    written.fetch_add(count, Ordering::Relaxed);
                    rest = &rest[count..];
                }
                // Whether the answer is whole is for the reading side to say.
                _ => break,
            }
        }
        std::future::pending::<()>().await;
    };
    let read = async {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            match reader.read(&mut buffer).await {
                Ok(0) => return answer.end(None),
                Err(error) => return answer.end(Some(&error)),
                Ok(count) => {
                    if answer.feed(&buffer[..count])? == Progress::Done {
                        return Ok(());
                    }
                }
            }
        }
    };
    tokio::select! {
        // The request goes out before anything is read.
        biased;
        () = write => Ok(()),
        outcome = read => outcome,
    }
}

/// Head and body of what was written, `head_len` bytes of it (and an empty line) being the head.
fn split_sent(mut sent: Vec<u8>, head_len: usize) -> (String, Vec<u8>) {
    let body = if sent.len() > head_len + 2 { sent.split_off(head_len + 2) } else { Vec::new() };
    sent.truncate(head_len);
    (String::from_utf8_lossy(&sent).into_owned(), body)
}

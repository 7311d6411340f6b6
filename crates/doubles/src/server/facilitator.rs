//! The server's line to its facilitator: one connection a call, a time limit on each, no retries, no redirects.

use super::mutants::Fault;
use super::refusal::Trouble;
use crate::DoubleError;
use axum::http::{HeaderMap, Request, StatusCode, Uri, header};
use gauntlet_probe::dialect::Dressing;
use gauntlet_probe::{Dialect, Request as Asking, Speaker};
use gauntlet_wire::{Address, Network, SettleAnswer, SupportedAnswer, VerifyAnswer, Version};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// The time that the facilitator has for one answer.
const LIMIT: Duration = Duration::from_secs(15);
/// The time that it has for the mutant that sets no limit.
const FOR_EVER: Duration = Duration::from_secs(24 * 60 * 60);
/// The time that it has to settle for the mutant that cannot wait.
const HURRY: Duration = Duration::from_millis(1500);
/// The largest answer that is read, bytes.
const BODY_LIMIT: usize = 1 << 20;

/// What is asked, and where.
#[derive(Debug)]
pub(super) struct Facilitator {
    base: Uri,
    network: Network,
    fault: Option<Fault>,
    /// Who speaks to it, where it does not speak x402.
    speaker: Option<Arc<Speaker>>,
    /// Versions that `/supported` was seen to list.
    listed: Mutex<Vec<Version>>,
    /// The account that it names for scheme `upto`.
    settler: Mutex<Option<Address>>,
    /// The kinds of `/supported`, where offers copy them.
    kinds: Mutex<Option<Vec<Value>>>,
}

/// An answer as it came.
#[derive(Debug)]
pub(super) struct Reply<T> {
    pub(super) answer: T,
    pub(super) headers: HeaderMap,
}

#[derive(Debug)]
struct Raw {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Facilitator {
    pub(super) fn new(
        url: &str,
        network: Network,
        speaker: Option<Arc<Speaker>>,
        fault: Option<Fault>,
    ) -> Result<Self, DoubleError> {
        let bad = || DoubleError::Upstream { url: url.to_owned() };
        let base: Uri = url.parse().map_err(|_| bad())?;
        let is_plain = base.scheme_str() == Some("http") && base.query().is_none();
        if !is_plain || base.authority().is_none_or(|authority| authority.as_str().contains('@')) {
            return Err(bad());
        }
        Ok(Self {
            base,
            network,
            fault,
            speaker,
            listed: Mutex::default(),
            settler: Mutex::default(),
            kinds: Mutex::default(),
        })
    }

    /// Base URL, without a slash at its end.
    pub(super) fn url(&self) -> String {
        self.base.to_string().trim_end_matches('/').to_owned()
    }

    /// The dialect that it speaks; none for x402.
    pub(super) fn dialect(&self) -> Option<&Dialect> {
        self.speaker.as_ref().map(|speaker| &speaker.dialect)
    }

    /// Whether the facilitator says that it takes payments of this version. A yes is remembered.
    pub(super) async fn takes(&self, version: Version) -> Result<(), Trouble> {
        let listed = || self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if listed().contains(&version) {
            return Ok(());
        }
        self.lists(version).await?;
        listed().push(version);
        Ok(())
    }

    /// Whether `/supported` lists payments of this version, asked anew.
    pub(super) async fn lists(&self, version: Version) -> Result<(), Trouble> {
        let raw = self.ask("/supported", None).await?;
        if !raw.status.is_success() {
            return Err(Trouble::Status(raw.status));
        }
        let kinds = SupportedAnswer::read(&raw.body).ok().and_then(|answer| answer.kinds);
        let kinds = kinds.ok_or(Trouble::Unreadable)?;
        let network = self.network.name(version);
        let fits = |kind: &gauntlet_wire::SupportedKind| {
            kind.version == Some(version.number().into())
                && kind.scheme.as_deref() == Some("exact")
                && kind.network.as_deref() == Some(network.as_str())
        };
        match kinds.as_slice() {
            [] => Err(Trouble::Empty),
            kinds if kinds.iter().any(fits) => Ok(()),
            _ => Err(Trouble::NotListed),
        }
    }

    /// The account that settles payments of scheme `upto`, by `/supported`. It is asked for once.
    ///
    /// Source: scheme `upto` on EVM §1.
    pub(super) async fn settler(&self) -> Result<Address, Trouble> {
        let known = || self.settler.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(settler) = *known() {
            return Ok(settler);
        }
        let raw = self.ask("/supported", None).await?;
        let answer: Value = serde_json::from_slice(&raw.body).map_err(|_| Trouble::Unreadable)?;
        let network = self.network.caip2();
        let kinds = answer["kinds"].as_array().ok_or(Trouble::Unreadable)?;
        let upto = kinds.iter().find(|kind| kind["scheme"] == "upto" && kind["network"] == network.as_str());
        let named = upto.and_then(|kind| kind["extra"]["facilitatorAddress"].as_str()?.parse().ok());
        let settler = named.ok_or(Trouble::NotListed)?;
        *known() = Some(settler);
        Ok(settler)
    }

    /// The kinds of `/supported`, asked for once.
    pub(super) async fn kinds(&self) -> Result<Vec<Value>, Trouble> {
        let known = || self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kinds) = known().clone() {
            return Ok(kinds);
        }
        let raw = self.ask("/supported", None).await?;
        let answer: Value = serde_json::from_slice(&raw.body).map_err(|_| Trouble::Unreadable)?;
        let kinds = answer["kinds"].as_array().cloned().ok_or(Trouble::Unreadable)?;
        *known() = Some(kinds.clone()).filter(|kinds| !kinds.is_empty());
        Ok(kinds)
    }

    /// Asks whether a payment is valid.
    pub(super) async fn verify(&self, body: &Value) -> Result<Reply<VerifyAnswer>, Trouble> {
        let raw = self.ask("/verify", Some(body)).await?;
        let answer = VerifyAnswer::read(&raw.body).ok();
        judge(raw, answer, |answer| answer.is_valid)
    }

    /// Asks for a payment to be settled.
    pub(super) async fn settle(&self, body: &Value) -> Result<Reply<SettleAnswer>, Trouble> {
        let raw = self.ask("/settle", Some(body)).await?;
        let answer = SettleAnswer::read(&raw.body).ok();
        judge(raw, answer, |answer| answer.success)
    }

    async fn ask(&self, path: &str, body: Option<&Value>) -> Result<Raw, Trouble> {
        let limit = match self.fault {
            Some(Fault::HangsWithFacilitator) => FOR_EVER,
            Some(Fault::HurriesSettle) if path == "/settle" => HURRY,
            _ => LIMIT,
        };
        let asking = async {
            if self.fault == Some(Fault::B402AsksUnsignedFirst) && self.speaker.is_some() {
                // Refused, and then asked again with all that it takes.
                let _ = self.sent(self.unsigned(plain(path, body))).await;
            }
            let raw = self.sent(self.dressed(plain(path, body))).await?;
            if !raw.status.is_redirection() {
                return Ok(self.understood(raw));
            }
            match location(&raw.headers).filter(|_| self.fault == Some(Fault::FollowsRedirects)) {
                Some(elsewhere) => exchange(&elsewhere, plain(path, body)).await,
                None => Err(Trouble::Redirected),
            }
        };
        tokio::time::timeout(limit, asking).await.unwrap_or(Err(Trouble::TimedOut))
    }

    /// The request as the facilitator reads it.
    fn dressed(&self, asking: Asking) -> Asking {
        match &self.speaker {
            Some(speaker) => speaker.dress(asking, self.base.path(), Dressing::default()),
            None => asking,
        }
    }

    /// The same without the header that carries the signature.
    fn unsigned(&self, asking: Asking) -> Asking {
        let mut asking = self.dressed(asking);
        let headers = self.dialect().map(|dialect| &dialect.headers);
        asking.headers.retain(|(name, _)| {
            headers.and_then(|headers| headers.get(name)).is_none_or(|value| value != "{signature}")
        });
        asking
    }

    async fn sent(&self, asking: Asking) -> Result<Raw, Trouble> {
        let url: Uri = format!("{}{}", self.url(), asking.path).parse().map_err(|_| Trouble::Unreachable)?;
        exchange(&url, asking).await
    }

    /// The answer in x402.
    fn understood(&self, raw: Raw) -> Raw {
        let Some(speaker) = &self.speaker else { return raw };
        let (status, body) = match self.fault {
            Some(Fault::B402NullIsYes) if says_nothing(&raw.body) => (
                200,
                json!({ "isValid": true, "success": true, "network": self.network.caip2(),
                    "transaction": format!("0x{}", "0".repeat(64)) })
                .to_string()
                .into_bytes(),
            ),
            _ => speaker.plain(raw.status.as_u16(), &raw.body),
        };
        Raw {
            status: StatusCode::from_u16(status).unwrap_or(raw.status),
            headers: raw.headers,
            body: body.into(),
        }
    }
}

/// A request in x402.
fn plain(path: &str, body: Option<&Value>) -> Asking {
    match body {
        None => Asking::get(path),
        Some(body) => Asking::post_json(path, body.to_string()),
    }
}

/// Whether an envelope has nothing in it.
fn says_nothing(body: &[u8]) -> bool {
    let members: Option<Value> = serde_json::from_slice(body).ok();
    members.is_some_and(|members| members.is_object() && members.get("data").is_none_or(Value::is_null))
}

/// An answer counts when it says yes or no. Some say no with the status of an error; yes with one is no yes.
fn judge<T>(raw: Raw, answer: Option<T>, verdict: impl Fn(&T) -> Option<bool>) -> Result<Reply<T>, Trouble> {
    let is_good = raw.status.is_success();
    match answer.map(|answer| (verdict(&answer), answer)) {
        Some((Some(yes), answer)) if is_good || !yes => Ok(Reply { answer, headers: raw.headers }),
        _ if is_good => Err(Trouble::Unreadable),
        _ => Err(Trouble::Status(raw.status)),
    }
}

fn location(headers: &HeaderMap) -> Option<Uri> {
    headers.get(header::LOCATION)?.to_str().ok()?.parse().ok()
}

async fn exchange(url: &Uri, asking: Asking) -> Result<Raw, Trouble> {
    let authority = url.authority().ok_or(Trouble::Unreachable)?;
    let address = format!("{}:{}", authority.host(), authority.port_u16().unwrap_or(80));
    let stream = TcpStream::connect(address).await.map_err(|_| Trouble::Unreachable)?;
    // The call must not wait for the acknowledgement of its own head.
    let _ = stream.set_nodelay(true);
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|_| Trouble::CutOff)?;
    // Ends together with this function.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let path = url.path_and_query().map_or("/", |path| path.as_str());
    let request =
        Request::builder().method(asking.method.as_str()).uri(path).header(header::HOST, authority.as_str());
    let request = asking.headers.iter().fold(request, |request, (name, value)| request.header(name, value));
    let request = request.body(Full::new(Bytes::from(asking.body))).map_err(|_| Trouble::Unreachable)?;
    let (head, body) = sender.send_request(request).await.map_err(|_| Trouble::CutOff)?.into_parts();
    let body = Limited::new(body, BODY_LIMIT).collect().await.map_err(|_| Trouble::CutOff)?.to_bytes();
    Ok(Raw { status: head.status, headers: head.headers, body })
}

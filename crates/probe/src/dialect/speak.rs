//! Speaking a dialect: what is put over a request, and what is taken off an answer.

use super::file::{Ask, Dialect, Envelope, Pending};
use super::keys::Keys;
use super::secret::SecretError;
use super::sign::{base64_bytes, sign};
use super::timestamp::iso_millis;
use crate::client::Request;
use gauntlet_report::{Exchange, Message, Wire, clock};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How x402 says that a settlement is under way (core v2 §9, newest text).
const PENDING: &str = "settlement_pending";

/// Speaks a dialect with the keys of one caller.
#[derive(Debug)]
pub struct Speaker {
    /// What it speaks.
    pub dialect: Dialect,
    /// With whose keys.
    pub keys: Keys,
    /// The last time that stood in a request, Unix milliseconds.
    last: AtomicU64,
}

/// How a request is dressed; anything but the default is a fault that a check is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dressing {
    /// By how much the clock of the caller is wrong, milliseconds.
    pub clock_off_ms: i64,
    /// Milliseconds stand where ISO 8601 is asked for.
    pub epoch: bool,
    /// The signature is over a path without that of the base URL.
    pub short_path: bool,
    /// The signature is written in hexadecimal digits.
    pub hex: bool,
}

impl Speaker {
    /// A speaker.
    ///
    /// # Errors
    /// [`SecretError`] when the key for signatures cannot be used.
    pub fn new(dialect: Dialect, keys: Keys) -> Result<Self, SecretError> {
        let speaker = Self { dialect, keys, last: AtomicU64::new(0) };
        // Whether the key can be used is known before the first request.
        speaker.signed(b"").map(|_| speaker)
    }

    /// The request as the target reads it: at its own path and with its own method where it is one of the three endpoints
    /// of a facilitator, and as it stands otherwise. `base` is the path of the base URL.
    #[must_use]
    pub fn dress(&self, request: Request, base: &str, dressing: Dressing) -> Request {
        let Some((ask, usual)) = self.endpoint(&request.path) else { return request };
        let mut request = request;
        request.path = ask.path.replace("{version}", &version_of(&request.body).to_string());
        if request.method == usual {
            request.method.clone_from(&ask.method);
        }
        if request.body.is_empty() {
            request.body = ask.body.clone().into_bytes();
            if !request.body.is_empty() && !request.has("content-type") {
                request = request.header("Content-Type", "application/json");
            }
        } else {
            self.wrap(&mut request.body);
        }
        let filled = self.fill(&request, base, dressing);
        for (name, value) in filled {
            if !request.has(&name) {
                request = request.header(name, value);
            }
        }
        request
    }

    /// The time, Unix milliseconds, and never the same twice: whoever tells requests apart by their signatures would take
    /// two of one moment for one.
    fn moment(&self) -> u64 {
        let now = clock::unix_millis();
        let last = self.last.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |last| Some(now.max(last + 1)));
        last.map_or(now, |last| now.max(last + 1))
    }

    /// The endpoint of a path of x402, and the method that x402 has for it.
    fn endpoint(&self, path: &str) -> Option<(&Ask, &'static str)> {
        match path {
            "/supported" => Some((&self.dialect.supported, "GET")),
            "/verify" => Some((&self.dialect.verify, "POST")),
            "/settle" => Some((&self.dialect.settle, "POST")),
            _ => None,
        }
    }

    /// Puts a body into its envelope, byte by byte, whatever it is.
    fn wrap(&self, body: &mut Vec<u8>) {
        if let Some(member) = self.dialect.envelope.as_ref().and_then(|envelope| envelope.request.as_ref()) {
            *body = [format!("{{\"{member}\":").as_bytes(), body, b"}"].concat();
        }
    }

    /// The header lines of the dialect for a request that is otherwise finished.
    fn fill(&self, request: &Request, base: &str, dressing: Dressing) -> Vec<(String, String)> {
        let unix_ms = self.moment().saturating_add_signed(dressing.clock_off_ms);
        let iso_ms = if dressing.epoch { unix_ms.to_string() } else { iso_millis(unix_ms) };
        let mut values =
            BTreeMap::from([("{unix_ms}".to_owned(), unix_ms.to_string()), ("{iso_ms}".to_owned(), iso_ms)]);
        values.extend(self.keys.iter().map(|(name, key)| (format!("{{key:{name}}}"), key.to_owned())));
        if let Some(signature) = &self.dialect.signature {
            let base = if dressing.short_path { "" } else { base.trim_end_matches('/') };
            let path = format!("{base}{}", request.path);
            let head = signature.over.replace("{method}", &request.method).replace("{path}", &path);
            let head = replaced(&head, &values);
            // The body last, and as bytes: it may be anything.
            let message = match head.split_once("{body}") {
                Some((before, after)) => [before.as_bytes(), &request.body, after.as_bytes()].concat(),
                None => head.into_bytes(),
            };
            let signed = self.signed(&message).unwrap_or_default();
            values.insert("{signature}".into(), if dressing.hex { as_hex(&signed) } else { signed });
        }
        let headers = self.dialect.headers.iter();
        headers.map(|(name, value)| (name.clone(), replaced(value, &values))).collect()
    }

    fn signed(&self, message: &[u8]) -> Result<String, SecretError> {
        match &self.dialect.signature {
            Some(signature) => {
                sign(signature.algorithm, self.keys.get(&signature.key).unwrap_or_default(), message)
            }
            None => Ok(String::new()),
        }
    }

    /// The exchange as x402 would have it, without any key; what really came stands beside it.
    ///
    /// A request that was not taken counts as status 400 even when the answer's own is 200, since x402 has no other way to
    /// say so.
    #[must_use]
    pub fn understand(&self, mut exchange: Exchange, endpoint: bool) -> Exchange {
        self.hide_keys(&mut exchange);
        let (true, Some(status), Some(response)) = (endpoint, exchange.status, &mut exchange.response) else {
            return exchange;
        };
        let came = response.body.clone();
        let (said, body) = self.plain(status, &came);
        exchange.status = Some(said);
        response.body = body;
        if response.body != came || exchange.status != Some(status) {
            response.wire = Some(Wire { status, body: came });
        }
        exchange
    }

    /// Status and body of an answer as x402 would have them.
    #[must_use]
    pub fn plain(&self, status: u16, came: &[u8]) -> (u16, Vec<u8>) {
        let envelope = self.dialect.envelope.as_ref();
        let (status, body) = match envelope.and_then(|envelope| take_off(envelope, came)) {
            Some(TakenOff { body, taken }) => (if taken || status >= 400 { status } else { 400 }, body),
            None => (status, came.to_vec()),
        };
        let pending = self.dialect.settling.pending.as_ref();
        let told = pending.and_then(|pending| as_pending(pending, &body));
        (status, told.unwrap_or(body))
    }

    /// How long to wait before a settlement that is under way is asked for again, and for how long to go on so; none when
    /// the answer says something else.
    #[must_use]
    pub fn asks_again(&self, exchange: &Exchange) -> Option<(Duration, Duration)> {
        let pending = self.dialect.settling.pending.as_ref()?;
        as_pending(pending, &exchange.response.as_ref()?.body)?;
        Some((Duration::from_millis(pending.every_ms), Duration::from_secs(pending.for_seconds)))
    }

    /// Whether a path is that of one of the three endpoints.
    #[must_use]
    pub fn knows(&self, path: &str) -> bool {
        self.endpoint(path).is_some()
    }

    fn hide_keys(&self, exchange: &mut Exchange) {
        let hide = |message: &mut Message| {
            message.head = self.keys.redact(&message.head);
            if let Ok(text) = std::str::from_utf8(&message.body) {
                message.body = self.keys.redact(text).into_bytes();
            }
        };
        hide(&mut exchange.request);
        exchange.response.iter_mut().for_each(hide);
    }
}

/// The bytes of a base64 text, in hexadecimal digits.
fn as_hex(base64: &str) -> String {
    base64_bytes(base64).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The protocol version of a body; 2 when it does not say.
fn version_of(body: &[u8]) -> u64 {
    #[derive(Deserialize)]
    struct Versioned {
        #[serde(rename = "x402Version")]
        version: u64,
    }
    match serde_json::from_slice(body) {
        Ok(Versioned { version: 1 }) => 1,
        _ => 2,
    }
}

fn replaced(text: &str, values: &BTreeMap<String, String>) -> String {
    values.iter().fold(text.to_owned(), |text, (placeholder, value)| text.replace(placeholder, value))
}

/// An answer that says that a settlement is under way, in the words of x402; none when it says something else.
fn as_pending(pending: &Pending, body: &[u8]) -> Option<Vec<u8>> {
    let mut said: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let text = |member: &str| said.get(member).and_then(Value::as_str).unwrap_or_default();
    let reason = text("errorReason");
    let is_pending = said.get("success") == Some(&Value::Bool(false))
        && !text("transaction").is_empty()
        && (reason == PENDING || pending.reasons.iter().any(|known| known == reason));
    if !is_pending {
        return None;
    }
    said.insert("errorReason".into(), PENDING.into());
    serde_json::to_vec(&said).ok()
}

struct TakenOff {
    body: Vec<u8>,
    taken: bool,
}

/// What stands in the envelope of an answer; none when there is no envelope.
fn take_off(envelope: &Envelope, body: &[u8]) -> Option<TakenOff> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_slice(body).ok()?;
    let code: Option<String> =
        members.get(&envelope.code).and_then(|code| serde_json::from_str(code.get()).ok());
    let data = members.get(&envelope.data).filter(|data| data.get().starts_with('{'));
    let taken = code.as_deref() == Some(envelope.success.as_str());
    match data {
        Some(data) if taken => Some(TakenOff { body: data.get().into(), taken }),
        // Not taken: the envelope itself is all that there is to read.
        _ => code.map(|_| TakenOff { body: body.to_vec(), taken: false }),
    }
}

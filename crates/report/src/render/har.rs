//! Every exchange of a run as an HTTP archive, HAR 1.2 (W3C draft "HTTP Archive format", 14 August 2012).
//!
//! A check is a page, so that viewers group its exchanges; a comment names it and what was changed about a valid payment.
//! Header lines are given as they stand in the record, secrets left out. An exchange without an answer has status 0 and
//! its fault as a comment; HAR has no trailers and no unkept bytes, which are comments, too. A request body that is no UTF-8
//! is base64 with `_encoding`, since HAR knows an encoding only for answers.

use crate::text::escape;
use crate::{CaseSent, Exchange, Message, Record, clock, redact};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Renders the exchanges of a run, in the order in which they began.
#[must_use]
pub fn har(record: &Record) -> String {
    let record = &*redact::shown(record);
    let mut cases: Vec<&CaseSent> = record.cases.iter().collect();
    cases.sort_by_key(|case| (case.exchange.started_ms, case.exchange.seq));
    let started = &record.started;
    let archive = json!({ "log": {
        "version": "1.2",
        "creator": { "name": "gauntlet", "version": started.gauntlet },
        "pages": pages(record, &cases),
        "entries": cases.iter().map(|case| entry(case)).collect::<Vec<Value>>(),
        "comment": format!("run {} of {} {}, seed {}", started.run, started.target.role, started.target.name, started.seed),
    }});
    format!("{archive:#}\n")
}

fn pages(record: &Record, cases: &[&CaseSent]) -> Vec<Value> {
    let mut seen = BTreeSet::new();
    let first = cases.iter().filter(|case| seen.insert(&case.check));
    first
        .map(|case| {
            let report = record.check(&case.check);
            let outcome = report.map_or("not finished", |report| report.outcome.word());
            let title = report.map_or("", |report| report.title.as_str());
            json!({
                "startedDateTime": time(case.exchange.started_ms),
                "id": case.check,
                "title": format!("{}: {title}", case.check),
                "pageTimings": {},
                "comment": outcome,
            })
        })
        .collect()
}

fn entry(case: &CaseSent) -> Value {
    let exchange = &case.exchange;
    let millis = millis(exchange.took_us);
    let fault = exchange.fault.as_ref().map(|fault| format!("; {fault}")).unwrap_or_default();
    json!({
        "pageref": case.check,
        "startedDateTime": time(exchange.started_ms),
        "time": millis,
        "request": request(exchange),
        "response": response(exchange),
        "cache": {},
        // Only the whole is measured.
        "timings": { "send": 0, "wait": millis, "receive": 0 },
        "comment": format!("{} (exchange {}): {}{fault}", case.check, exchange.seq, case.sent),
    })
}

fn request(exchange: &Exchange) -> Value {
    let message = &exchange.request;
    let mut request = json!({
        "method": exchange.method,
        "url": uri(&exchange.url),
        "httpVersion": message.head.lines().next().and_then(version).unwrap_or("HTTP/1.1"),
        "cookies": [],
        "headers": headers(message),
        "queryString": query(&exchange.url),
        "headersSize": head_size(message),
        "bodySize": message.body.len(),
    });
    if !message.body.is_empty() {
        let mime = message.header("content-type").unwrap_or("application/octet-stream");
        request["postData"] = match std::str::from_utf8(&message.body) {
            Ok(text) => json!({ "mimeType": mime, "params": [], "text": text }),
            Err(_) => json!({
                "mimeType": mime,
                "params": [],
                "text": STANDARD.encode(&message.body),
                "_encoding": "base64",
                "comment": "not UTF-8: the text is base64",
            }),
        };
    }
    request
}

fn response(exchange: &Exchange) -> Value {
    let fault = exchange.fault.as_ref().map(ToString::to_string);
    let Some(message) = &exchange.response else {
        return json!({
            "status": 0,
            "statusText": "",
            "httpVersion": "",
            "cookies": [],
            "headers": [],
            "content": { "size": 0, "mimeType": "x-unknown" },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
            "comment": fault.unwrap_or_else(|| "no answer".to_owned()),
        });
    };
    let line = message.head.lines().next().unwrap_or_default();
    let (status, body) = match &message.wire {
        Some(wire) => (Some(wire.status), &wire.body),
        None => (exchange.status, &message.body),
    };
    let mut response = json!({
        "status": status.unwrap_or(0),
        "statusText": line.splitn(3, ' ').nth(2).unwrap_or_default(),
        "httpVersion": version(line).unwrap_or_default(),
        "cookies": [],
        "headers": headers(message),
        "content": content(message, body),
        "redirectURL": message.header("location").unwrap_or_default(),
        "headersSize": head_size(message),
        "bodySize": body.len(),
    });
    let comments: Vec<String> = fault.into_iter().chain(unkept(message)).collect();
    if !comments.is_empty() {
        response["comment"] = Value::from(comments.join("; "));
    }
    response
}

fn content(message: &Message, body: &[u8]) -> Value {
    let mime = message.header("content-type").unwrap_or("x-unknown");
    match std::str::from_utf8(body) {
        Ok(text) => json!({ "size": body.len(), "mimeType": mime, "text": text }),
        Err(_) => {
            json!({ "size": body.len(), "mimeType": mime, "text": STANDARD.encode(body), "encoding": "base64" })
        }
    }
}

/// What an answer had and HAR has no place for.
fn unkept(message: &Message) -> Vec<String> {
    let dropped = (message.dropped > 0).then(|| format!("{} bytes were not kept", message.dropped));
    let trailers = (!message.trailers.is_empty()).then(|| format!("trailers: {}", escape(&message.trailers)));
    dropped.into_iter().chain(trailers).collect()
}

fn headers(message: &Message) -> Vec<Value> {
    let lines = message.head.lines().skip(1).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            json!({ "name": name, "value": redact::header(name, value.trim()) })
        })
        .collect()
}

/// A URL in which everything that RFC 3986 does not admit is percent-encoded; the schema of HAR wants that.
fn uri(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let is_host = |c: char| c.is_ascii_alphanumeric() || "-._~:[]@".contains(c);
    if matches!(scheme, "http" | "https") && !host.is_empty() && host.chars().all(is_host) {
        return format!("{scheme}://{host}{}", encoded(path));
    }
    format!("about:invalid#{}", encoded(url).replace('#', "%23"))
}

fn encoded(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (at, byte) in text.bytes().enumerate() {
        let is_escape =
            || text.as_bytes()[at + 1..].iter().take(2).filter(|b| b.is_ascii_hexdigit()).count() == 2;
        let is_second_fragment = || byte == b'#' && shown.contains('#');
        let is_plain = byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=".contains(&byte);
        if is_plain && !is_second_fragment() || byte == b'%' && is_escape() {
            shown.push(char::from(byte));
        } else {
            let _ = write!(shown, "%{byte:02X}");
        }
    }
    shown
}

/// Parameters as they stand in the URL, not decoded.
fn query(url: &str) -> Vec<Value> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            json!({ "name": name, "value": value })
        })
        .collect()
}

/// `HTTP/1.1` of a request line or a status line.
fn version(line: &str) -> Option<&str> {
    line.split(' ').find(|word| word.starts_with("HTTP/"))
}

/// Bytes of the head with the empty line at its end.
fn head_size(message: &Message) -> usize {
    message.head.trim_end().len() + "\r\n\r\n".len()
}

fn time(millis: u64) -> String {
    let time = clock::rfc3339(millis);
    // A time that no calendar has is no reason to lose the archive.
    if time.contains('T') { time } else { clock::rfc3339(0) }
}

fn millis(micros: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a microsecond more or less after 285 years")]
    let micros = micros as f64;
    micros / 1000.0
}

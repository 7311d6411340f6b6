//! What must not be in a report that is shown to others.
//!
//! Keys are taken out where bytes are recorded. A payment that nobody has settled is money on any chain but a local one,
//! so that its signature is taken out of what is rendered there; the record itself keeps it for `gauntlet replay`.

use crate::{CheckReport, Exchange, Finding, Message, Record, RunStarted};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use std::borrow::Cow;

/// Hexadecimal digits of the shortest signature, ERC-2098: 64 bytes. A hash has half of that.
const SIGNATURE_DIGITS: usize = 128;
const SIGNATURE: &str = "0x[signature redacted]";
/// Headers that are a secret by themselves.
const SECRET_HEADERS: [&str; 5] =
    ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"];

/// A record as it may be shown: without signatures when its chain is not on this machine.
#[must_use]
pub fn shown(record: &Record) -> Cow<'_, Record> {
    if is_local(record) {
        return Cow::Borrowed(record);
    }
    let mut record = record.clone();
    hide_url(&mut record.started);
    record.checks.iter_mut().for_each(check);
    for case in &mut record.cases {
        take_out(&mut case.sent);
        exchange(&mut case.exchange);
    }
    for fact in &mut record.facts {
        take_out(&mut fact.fact.text);
    }
    if let Some(finished) = &mut record.finished {
        let optional = [&mut finished.inconclusive, &mut finished.harness_error];
        optional.into_iter().flatten().for_each(take_out);
        finished.notes.iter_mut().chain(&mut finished.stale).for_each(take_out);
    }
    Cow::Owned(record)
}

/// What stands behind the host of an RPC URL is the key of whoever pays for it.
fn hide_url(started: &mut RunStarted) {
    let Some(url) = started.target.rpc_url.take() else { return };
    let (scheme, rest) = url.split_once("://").unwrap_or(("", &url));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let shown = if rest == host { url.clone() } else { format!("{scheme}://{host}/[redacted]") };
    for word in &mut started.command {
        *word = word.replace(&url, &shown);
    }
    started.target.rpc_url = Some(shown);
}

/// The value of a header as it may be shown, on any chain.
#[must_use]
pub fn header<'a>(name: &str, value: &'a str) -> &'a str {
    let is_secret = SECRET_HEADERS.iter().any(|secret| secret.eq_ignore_ascii_case(name.trim()));
    if is_secret { "[redacted]" } else { value }
}

/// Whether the chain of a run was on this machine: our own, or one at a loopback address.
#[must_use]
pub fn is_local(record: &Record) -> bool {
    let Some(url) = &record.started.target.rpc_url else { return true };
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn check(report: &mut CheckReport) {
    report.findings.iter_mut().for_each(finding);
    let texts = report.notes.iter_mut().chain(&mut report.reason).chain(&mut report.curl);
    texts.for_each(take_out);
}

fn finding(finding: &mut Finding) {
    let fixed = [&mut finding.want, &mut finding.got, &mut finding.sent];
    fixed.into_iter().chain(&mut finding.chain).chain(&mut finding.place).for_each(take_out);
}

fn exchange(exchange: &mut Exchange) {
    take_out(&mut exchange.url);
    message(&mut exchange.request);
    if let Some(response) = &mut exchange.response {
        message(response);
    }
}

fn message(message: &mut Message) {
    take_out(&mut message.head);
    take_out(&mut message.trailers);
    body(&mut message.body);
    if let Some(wire) = &mut message.wire {
        body(&mut wire.body);
    }
}

/// A body that is no text is taken out whole: nobody can say what is in it.
fn body(bytes: &mut Vec<u8>) {
    *bytes = match std::str::from_utf8(bytes) {
        Ok(text) => without_signatures(text).into_owned().into_bytes(),
        Err(_) => b"[redacted: not UTF-8]".to_vec(),
    };
}

fn take_out(text: &mut String) {
    if let Cow::Owned(without) = without_signatures(text) {
        *text = without;
    }
}

/// A text without the signatures in it, whether they stand there in hexadecimal digits or within base64, as payments
/// do in the headers of x402.
fn without_signatures(text: &str) -> Cow<'_, str> {
    let mut without = String::new();
    let mut kept = 0;
    for (start, word) in words(text) {
        if let Some(shown) = hexadecimal(word).or_else(|| encoded(word)) {
            without.push_str(&text[kept..start]);
            without.push_str(&shown);
            kept = start + word.len();
        }
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    without.push_str(&text[kept..]);
    Cow::Owned(without)
}

/// The words of a text that are long enough, with their places. A word is what base64 and hexadecimal are made of.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '=');
    let mut at = 0;
    let all = std::iter::from_fn(move || {
        let start = at + text[at..].find(is_part)?;
        let length = text[start..].find(|c| !is_part(c)).unwrap_or(text.len() - start);
        at = start + length;
        Some((start, &text[start..at]))
    });
    all.filter(|(_, word)| word.len() >= SIGNATURE_DIGITS)
}

fn hexadecimal(word: &str) -> Option<String> {
    let digits = word.rsplit(['x', 'X']).next().unwrap_or(word);
    let is_hex = digits.len() >= SIGNATURE_DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let before = &word[..word.len() - digits.len()];
    is_hex.then(|| format!("{}{SIGNATURE}", before.trim_end_matches(['x', 'X']).trim_end_matches('0')))
}

fn encoded(word: &str) -> Option<String> {
    let bare = word.trim_end_matches('=');
    let bytes = STANDARD.decode(word).or_else(|_| URL_SAFE_NO_PAD.decode(bare)).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    match without_signatures(&text) {
        Cow::Owned(without) => Some(STANDARD.encode(without)),
        Cow::Borrowed(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_go_and_hashes_stay() {
        let hash = format!("0x{}", "ab".repeat(32));
        let signature = format!("0x{}", "cd".repeat(65));
        let json = format!(r#"{{"transaction":"{hash}","signature":"{signature}"}}"#);
        let expected = format!(r#"{{"transaction":"{hash}","signature":"{SIGNATURE}"}}"#);
        assert_eq!(without_signatures(&json), expected);
        assert_eq!(without_signatures(&hash), hash);

        let header = format!("PAYMENT-SIGNATURE: {}", STANDARD.encode(&json));
        let opened = without_signatures(&header).into_owned();
        let value = opened.strip_prefix("PAYMENT-SIGNATURE: ").unwrap();
        assert_eq!(STANDARD.decode(value).unwrap(), expected.as_bytes());
        assert_eq!(without_signatures(&format!("é {} ü", "cd".repeat(65))), format!("é {SIGNATURE} ü"));
    }

    #[test]
    fn secrets_in_headers_never_show() {
        assert_eq!(header("Authorization", "Bearer x"), "[redacted]");
        assert_eq!(header("content-type", "text/plain"), "text/plain");
    }
}

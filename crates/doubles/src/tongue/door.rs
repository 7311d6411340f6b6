//! Who may ask: the headers that the dialect wants, and the signature over the request.

use super::{Denial, Tongue};
use crate::facilitator::mutants::Fault;
use axum::http::StatusCode;
use axum::http::request::Parts;
use gauntlet_probe::dialect::{Signature, Signing, base64_text, iso_millis, rsa_public_key, verify};
use gauntlet_report::clock::unix_millis;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// By how much the clock of a caller may be wrong, milliseconds: five minutes, and where a request has a window of its own
/// what that is by default.
const CLOCKS_APART_MS: u64 = 5 * 60 * 1000;
const WINDOW_MS: u64 = 5000;

const fn unauthorized(code: &'static str, why: &'static str) -> Denial {
    Denial { status: StatusCode::UNAUTHORIZED, code, why }
}

/// The signatures of requests that were let in.
#[derive(Debug, Default)]
pub(super) struct Admitted(Mutex<BTreeSet<String>>);

/// Lets a request in, or says why not.
pub(super) fn admit(tongue: &Tongue, parts: &Parts, body: &[u8]) -> Result<(), Denial> {
    let dialect = tongue.setup.dialect();
    let keys = &tongue.setup.speaker.keys;
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let mut stamp = None;
    let mut signature = None;
    for (name, template) in &dialect.headers {
        let given = header(name);
        match template.as_str() {
            "{signature}" => signature = given,
            "{unix_ms}" | "{iso_ms}" => stamp = Some((template.as_str(), given.unwrap_or_default())),
            template => {
                let wanted = keys.iter().fold(template.to_owned(), |text, (name, key)| {
                    text.replace(&format!("{{key:{name}}}"), key)
                });
                if given != Some(wanted.as_str()) && !tongue.is(Fault::B402AnyCaller) {
                    return Err(unauthorized("40101", "unknown caller"));
                }
            }
        }
    }
    if let Some((form, stamp)) = stamp {
        timely(tongue, form, stamp)?;
    }
    let Some(signed) = &dialect.signature else { return Ok(()) };
    let Some(signature) = signature else {
        return if tongue.is(Fault::B402UnsignedPasses) {
            Ok(())
        } else {
            Err(unauthorized("40102", "no signature"))
        };
    };
    let (form, stamp) = stamp.unwrap_or_default();
    let over = signed.over.replace(form, stamp).replace("{method}", parts.method.as_str());
    let path = parts.uri.path();
    let short = path.strip_prefix(dialect.base.as_str()).filter(|_| tongue.is(Fault::B402SignsShortPath));
    let fits = |path: &str| fits(tongue, signed, &over.replace("{path}", path), body, signature);
    if !fits(path) && !short.is_some_and(fits) && !tongue.is(Fault::B402AnySignature) {
        return Err(unauthorized("40102", "the signature does not fit"));
    }
    if signed.algorithm == Signing::HmacSha256 && !tongue.is(Fault::B402RequestReplay) {
        let mut admitted = tongue.admitted.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !admitted.insert(signature.to_owned()) {
            return Err(unauthorized("40103", "this request has been sent before"));
        }
    }
    Ok(())
}

/// Whether a signature is that of the caller over this text, with the body in it.
fn fits(tongue: &Tongue, signed: &Signature, over: &str, body: &[u8], signature: &str) -> bool {
    let (before, after) = over.split_once("{body}").unwrap_or((over, ""));
    let message = [before.as_bytes(), &seen(tongue, body), after.as_bytes()].concat();
    let key = tongue.setup.speaker.keys.get(&signed.key).unwrap_or_default();
    let key = match signed.algorithm {
        Signing::RsaSha256 => rsa_public_key(key).unwrap_or_default(),
        Signing::HmacSha256 => key.to_owned(),
    };
    let is_good = |signature: &str| verify(signed.algorithm, &key, &message, signature);
    is_good(signature) || (tongue.is(Fault::B402HexSignature) && is_good(&from_hex(signature)))
}

/// What is written in hexadecimal digits, in base64; nothing when it is not.
fn from_hex(text: &str) -> String {
    alloy_primitives::hex::decode(text).map(|bytes| base64_text(&bytes)).unwrap_or_default()
}

/// The body as the signature is compared with it: as it came, but for one mutant.
fn seen(tongue: &Tongue, body: &[u8]) -> Vec<u8> {
    match serde_json::from_slice::<Value>(body) {
        Ok(value) if tongue.is(Fault::B402SignsItsOwnWriting) => value.to_string().into_bytes(),
        _ => body.to_vec(),
    }
}

fn timely(tongue: &Tongue, form: &str, stamp: &str) -> Result<(), Denial> {
    let now = unix_millis();
    let apart = if tongue.is(Fault::B402MinuteWindow) { 60_000 } else { CLOCKS_APART_MS };
    let near = |then: u64| now.abs_diff(then) <= apart;
    let is_timely = match form {
        "{unix_ms}" => stamp.parse().is_ok_and(near),
        // Texts of one form are in the order of the times that they name.
        _ => {
            let is_epoch = stamp.parse().is_ok_and(near);
            let form_fits = stamp.len() == 24 && stamp.ends_with('Z');
            let within = iso_millis(now.saturating_sub(WINDOW_MS)).as_str() <= stamp
                && stamp <= iso_millis(now + WINDOW_MS).as_str();
            (form_fits && within) || (is_epoch && tongue.is(Fault::B402EpochTimestamp))
        }
    };
    if is_timely || tongue.is(Fault::B402AnyTimestamp) {
        return Ok(());
    }
    Err(unauthorized("40103", "the timestamp is not of the expected form, or too far from this clock"))
}

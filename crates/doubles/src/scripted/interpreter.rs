//! A dialect between a server and this facilitator: what the server asks becomes x402 before anybody looks at it, and what
//! it is told becomes the dialect just before it is sent. Scripts and records know x402 alone.

use crate::tongue::{Asked, Denial, Endpoint, Said, Tongue, outcome};
use hyper::body::Bytes;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use hyper::{Method, Request, Response, Uri};
use serde_json::Value;
use std::sync::{Mutex, PoisonError};

/// So many requests that were not taken are remembered: the first ones say what is wrong with a server.
const MOST_LINES: usize = 1_000;

/// Speaks a dialect to a server.
#[derive(Debug)]
pub(super) struct Interpreter {
    tongue: Tongue,
    turned_away: Mutex<Vec<String>>,
}

/// A request that was taken.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) asked: Asked,
    /// In x402.
    pub(super) request: Request<Bytes>,
    /// The answer, in x402, when the dialect asks for something that is not there.
    pub(super) refusal: Option<Value>,
}

impl Interpreter {
    pub(super) fn new(tongue: Tongue) -> Self {
        Self { tongue, turned_away: Mutex::default() }
    }

    /// Whether a payment that was settled is answered once more with what was said of it.
    pub(super) fn keeps_answers(&self) -> bool {
        self.tongue.setup.is_b402()
    }

    /// The path of the dialect's base URL.
    pub(super) fn base(&self) -> &str {
        &self.tongue.setup.speaker.dialect.base
    }

    /// The requests that were not taken, and why.
    pub(super) fn turned_away(&self) -> Vec<String> {
        self.turned_away.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The kinds of the dialect; none where it has none of its own.
    pub(super) fn own_kinds(&self) -> Vec<Value> {
        let own = self.tongue.supported();
        own.and_then(|own| own["kinds"].as_array().cloned()).unwrap_or_default()
    }

    /// What a request says in x402.
    ///
    /// # Errors
    /// A request that is not taken.
    pub(super) fn hear(&self, request: Request<Bytes>) -> Result<Heard, Denial> {
        let (mut head, body) = request.into_parts();
        let taken = self.tongue.way(&head).and_then(|asked| self.tongue.admit(&head, &body).map(|()| asked));
        let asked = taken.inspect_err(|denial| {
            let line = format!("{} {}: {} {}", head.method, head.uri.path(), denial.code, denial.why);
            let mut lines = self.turned_away.lock().unwrap_or_else(PoisonError::into_inner);
            if lines.len() < MOST_LINES {
                lines.push(line);
            }
        })?;
        head.uri = Uri::from_static(asked.endpoint.path());
        if asked.endpoint == Endpoint::Supported {
            head.method = Method::GET;
            for name in [CONTENT_LENGTH, CONTENT_TYPE] {
                head.headers.remove(name);
            }
            let request = Request::from_parts(head, Bytes::new());
            return Ok(Heard { asked, request, refusal: None });
        }
        let (opened, refusal) = self.tongue.opened(asked, &body);
        let plain = self.tongue.plain(asked, opened);
        head.headers.remove(CONTENT_LENGTH);
        Ok(Heard { asked, request: Request::from_parts(head, plain.into()), refusal })
    }

    /// The answer to a request that is not taken.
    pub(super) fn deny(&self, denial: Denial) -> Response<Bytes> {
        self.tongue.denied(denial)
    }

    /// An answer in the dialect. What is no JSON object is in no language, and stays; so does what
    /// stands in the envelope already.
    pub(super) fn say(&self, asked: Asked, answer: Response<Bytes>) -> Response<Bytes> {
        let status = answer.status();
        let body = match serde_json::from_slice::<Value>(answer.body()) {
            Ok(body) if body.is_object() && !status.is_redirection() => body,
            _ => return answer,
        };
        let envelope = self.tongue.setup.speaker.dialect.envelope.as_ref();
        if envelope.is_some_and(|envelope| body.get(&envelope.code).is_some()) {
            return answer;
        }
        let verdict = body.get("isValid").or_else(|| body.get("success")).and_then(Value::as_bool);
        let said = match (asked.endpoint, verdict) {
            (Endpoint::Supported, _) if status.is_success() => self.tongue.wrap(status, &self.kinds(body)),
            // A refusal has the status of a success, and an error of the service has none of its own words.
            (Endpoint::Verify | Endpoint::Settle, Some(yes)) if status.is_success() || !yes => {
                outcome::written(&self.tongue, asked, Said { status, body })
            }
            (_, None) if !status.is_success() => {
                self.tongue.denied(Denial { status, code: "1160101", why: "system error" })
            }
            _ => self.tongue.wrap(status, &body),
        };
        with_headers(said, answer.headers())
    }

    /// Of the dialect's own kinds those that the answer in x402 lists as well.
    fn kinds(&self, plain: Value) -> Value {
        let Some(mut own) = self.tongue.supported() else { return plain };
        let Some(listed) = plain.get("kinds").and_then(Value::as_array) else { return plain };
        let is_listed = |kind: &Value| {
            let same = |member: &str, other: &Value| kind.get(member) == other.get(member);
            listed.iter().any(|other| ["x402Version", "scheme", "network"].iter().all(|it| same(it, other)))
        };
        if let Some(kinds) = own.get_mut("kinds").and_then(Value::as_array_mut) {
            kinds.retain(is_listed);
        }
        own
    }
}

/// What a script puts into the head of an answer is sent in every language.
fn with_headers(mut answer: Response<Bytes>, scripted: &HeaderMap) -> Response<Bytes> {
    for (name, value) in scripted {
        if *name != CONTENT_LENGTH && *name != CONTENT_TYPE {
            answer.headers_mut().append(name, value.clone());
        }
    }
    answer
}

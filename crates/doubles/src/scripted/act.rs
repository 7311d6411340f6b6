//! What a script can say.

use crate::tongue;
use hyper::body::Bytes;
use hyper::header::{CONTENT_LENGTH, HeaderName, HeaderValue, TRANSFER_ENCODING};
use hyper::{Method, Response, StatusCode};
use serde_json::{Value, json};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What a facilitator is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `POST /verify`
    Verify,
    /// `POST /settle`
    Settle,
    /// `GET /supported`
    Supported,
}

impl Endpoint {
    /// The endpoint that a request is for; none for everything else that a facilitator may serve.
    pub(super) fn of(method: &Method, path: &str) -> Option<Self> {
        // Servers that are given a base URL with a slash at its end may ask for `//verify`.
        match (method, path.trim_matches('/')) {
            (&Method::POST, "verify") => Some(Self::Verify),
            (&Method::POST, "settle") => Some(Self::Settle),
            (&Method::GET, "supported") => Some(Self::Supported),
            _ => None,
        }
    }
}

impl From<tongue::Endpoint> for Endpoint {
    fn from(asked: tongue::Endpoint) -> Self {
        match asked {
            tongue::Endpoint::Verify => Self::Verify,
            tongue::Endpoint::Settle => Self::Settle,
            tongue::Endpoint::Supported => Self::Supported,
        }
    }
}

/// What is done with one call. The upstream is asked once a call at most, however acts are nested.
///
/// When the upstream cannot be reached or breaks off, acts that need its answer answer 502 with
/// `{"error": …}` instead, [`Act::After`] included: nothing is known to have happened then.
#[derive(Clone)]
pub enum Act {
    /// Ask the upstream and hand on what it says.
    Forward,
    /// Wait until the payment is released, then act. A payment that was released before is not held. Calls without
    /// a nonce are released by the nonce zero.
    Hold(Box<Act>),
    /// Wait that long, then act.
    Delay(Duration, Box<Act>),
    /// Say this and ask nobody.
    Answer(Answer),
    /// Forward, then change the JSON of the answer; its status stays. An answer that is not JSON stays as it is.
    Rewrite(Arc<dyn Fn(&mut Value) + Send + Sync>),
    /// Announce an answer in JSON, send half of it and end the connection. Within [`Act::After`] it is the
    /// upstream's own answer that is cut.
    Truncate,
    /// Keep quiet that long, or until the client leaves, then end the connection.
    Silence(Duration),
    /// End the connection at once, without an answer, with a TCP reset.
    Reset,
    /// Forward and wait for the upstream's answer, so that money has moved; then do this instead of handing it on.
    After(Box<Act>),
    /// Forward, unless the upstream has said yes to a call of the same endpoint with this nonce, payer and network
    /// before: then say that again and ask nobody. Copies that come meanwhile wait for the first. So do facilitators
    /// that keep what they have settled; what else the call says they do not look at.
    Repeat,
}

impl fmt::Debug for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forward => f.write_str("Forward"),
            Self::Hold(act) => f.debug_tuple("Hold").field(act).finish(),
            Self::Delay(time, act) => f.debug_tuple("Delay").field(time).field(act).finish(),
            Self::Answer(answer) => f.debug_tuple("Answer").field(answer).finish(),
            Self::Rewrite(_) => f.write_str("Rewrite(..)"),
            Self::Truncate => f.write_str("Truncate"),
            Self::Silence(time) => f.debug_tuple("Silence").field(time).finish(),
            Self::Reset => f.write_str("Reset"),
            Self::Repeat => f.write_str("Repeat"),
            Self::After(act) => f.debug_tuple("After").field(act).finish(),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Verify => "/verify",
            Self::Settle => "/settle",
            Self::Supported => "/supported",
        })
    }
}

/// What it does, as the end of a sentence.
impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forward => f.write_str("answers the truth"),
            Self::Hold(act) => write!(f, "waits until it is told to go on, and {act}"),
            Self::Delay(time, act) => write!(f, "waits {time:?}, and {act}"),
            Self::Answer(answer) => write!(f, "answers {answer}"),
            Self::Rewrite(_) => f.write_str("changes its answer"),
            Self::Truncate => f.write_str("breaks off in its answer"),
            Self::Silence(time) => write!(f, "says nothing for {time:?} and ends the connection"),
            Self::Reset => f.write_str("ends the connection without an answer"),
            Self::After(act) => write!(f, "does its work, and then {act}"),
            Self::Repeat => f.write_str("says yes again to a payment that it has said yes to"),
        }
    }
}

/// An answer of the script's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers, in this order. The length announces itself.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// How much of a body is told.
const TOLD: usize = 200;

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        let body = String::from_utf8_lossy(&self.body);
        match body.char_indices().nth(TOLD) {
            _ if body.is_empty() => f.write_str(" without a body"),
            None => write!(f, " {body}"),
            Some((end, _)) => write!(f, " {}…", &body[..end]),
        }
    }
}

impl Answer {
    /// An answer in JSON.
    #[must_use]
    pub fn json(status: u16, body: &Value) -> Self {
        Self::typed(status, "application/json", body.to_string())
    }

    /// A web page, as proxies answer with when what they stand before is down.
    #[must_use]
    pub fn html(status: u16, body: &str) -> Self {
        Self::typed(status, "text/html; charset=utf-8", body.to_owned())
    }

    /// An answer with neither body nor headers.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// An answer that sends the client elsewhere.
    #[must_use]
    pub fn redirect(status: u16, location: &str) -> Self {
        Self { status, headers: vec![("location".into(), location.into())], body: Vec::new() }
    }

    fn typed(status: u16, content_type: &str, body: String) -> Self {
        Self { status, headers: vec![("content-type".into(), content_type.into())], body: body.into_bytes() }
    }

    /// As HTTP. What HTTP cannot carry becomes a 500 that names it, so that a wrong script shows in the record.
    pub(super) fn into_response(self) -> Response<Bytes> {
        let Ok(status) = StatusCode::from_u16(self.status) else {
            return error(
                StatusCode::INTERNAL_SERVER_ERROR,
                &format!("the script says status {}", self.status),
            );
        };
        let mut response = Response::new(Bytes::from(self.body));
        *response.status_mut() = status;
        for (name, value) in &self.headers {
            let (Ok(key), Ok(value)) = (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) else {
                let problem = format!("the script's header {name:?} cannot be sent");
                return error(StatusCode::INTERNAL_SERVER_ERROR, &problem);
            };
            if key != CONTENT_LENGTH && key != TRANSFER_ENCODING {
                response.headers_mut().append(key, value);
            }
        }
        response
    }
}

/// What this facilitator answers when it cannot do what it was asked.
pub(super) fn error(status: StatusCode, problem: &str) -> Response<Bytes> {
    let answer = Answer::json(status.as_u16(), &json!({ "error": problem }));
    answer.into_response()
}

//! Evidence: what went over the wire and what the chain says, kept without a check's help.

use serde::{Deserialize, Serialize};

/// One HTTP message, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Message {
    /// Request line or status line and the header lines, as sent or received, without the final empty line.
    pub head: String,
    /// The body. Kept as text when it is UTF-8, as base64 otherwise.
    #[serde(with = "body_text")]
    pub body: Vec<u8>,
    /// Trailer lines after a chunked body.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub trailers: String,
    /// Bytes that were received but not kept, when the body was longer than the limit.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dropped: u64,
    /// What really came, where the target speaks a dialect and `body` is what it says in x402.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wire: Option<Wire>,
}

/// An answer in a dialect, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wire {
    /// Status code.
    pub status: u16,
    /// The body. Kept as text when it is UTF-8, as base64 otherwise.
    #[serde(with = "body_text")]
    pub body: Vec<u8>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Message {
    /// The value of a header, by case-insensitive name: the first line that has it.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// Why there is no whole answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", content = "detail", rename_all = "kebab-case")]
pub enum NetFault {
    /// No connection could be made.
    Refused(String),
    /// The connection ended before the first byte of an answer.
    Closed(String),
    /// The answer broke off; what had come is in the exchange.
    Truncated(String),
    /// Nothing, or not all, came within this many milliseconds.
    TimedOut(u64),
    /// What came is not HTTP.
    NotHttp(String),
}

impl std::fmt::Display for NetFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(detail) => write!(f, "no connection: {detail}"),
            Self::Closed(detail) => write!(f, "connection closed without an answer: {detail}"),
            Self::Truncated(detail) => write!(f, "the answer broke off: {detail}"),
            Self::TimedOut(millis) => write!(f, "no whole answer within {millis} ms"),
            Self::NotHttp(detail) => write!(f, "not HTTP: {detail}"),
        }
    }
}

/// One request and what came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// Number within the run, from 1.
    pub seq: u64,
    /// Absolute URL of the request.
    pub url: String,
    /// Method.
    pub method: String,
    /// When the request began, Unix milliseconds.
    pub started_ms: u64,
    /// From the start to the last byte or the fault, microseconds.
    pub took_us: u64,
    /// What was sent.
    pub request: Message,
    /// What came back, whole or in part; `None` when not even a status line came.
    pub response: Option<Message>,
    /// Status code, when a status line came.
    pub status: Option<u16>,
    /// Why the answer is missing or incomplete.
    pub fault: Option<NetFault>,
}

/// Something read from the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainFact {
    /// Block at which it was read or happened.
    pub block: u64,
    /// The fact in a line: `Transfer 0x… → 0x… 10000 in 0x…`, `balance of payer 10000`, `no Transfer`.
    pub text: String,
}

mod body_text {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Body {
        Text(String),
        Base64(String),
    }

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Body::Text(text.to_owned()),
            Err(_) => Body::Base64(STANDARD.encode(bytes)),
        }
        .serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        match Body::deserialize(deserializer)? {
            Body::Text(text) => Ok(text.into_bytes()),
            Body::Base64(text) => STANDARD.decode(text).map_err(D::Error::custom),
        }
    }
}

//! One request to a route, and what its answer gave away.

use crate::history::Said;
use crate::reply::Reply;
use gauntlet_report::Exchange;
use gauntlet_wire::header::{self, Decoded, HeaderError, PAYMENT_REQUIRED, receipt_header};
use gauntlet_wire::{B256, SettleAnswer, Version};
use serde_json::Value;

/// Where the canary was found in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Status line or header lines, also inside a base64 payment header.
    Head,
    /// The body.
    Body,
    /// Trailer lines.
    Trailers,
}

impl Place {
    /// For people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Head => "the head",
            Self::Body => "the body",
            Self::Trailers => "the trailers",
        }
    }
}

/// One request to the server and its answer.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The answer. [`Said::Yes`] means that content came, [`Said::No`] a status of 400 or more without content.
    pub reply: Reply,
    /// Where content was found.
    pub content: Option<Place>,
}

impl Visit {
    /// Takes an exchange apart. Without a canary every 2xx answer counts as content.
    #[must_use]
    pub fn of(exchange: Exchange, sent: String, canary: Option<&str>) -> Self {
        let content = match canary {
            Some(canary) => find(&exchange, canary),
            None => exchange.status.is_some_and(|status| (200..300).contains(&status)).then_some(Place::Body),
        };
        let said = match (content, exchange.status, &exchange.fault) {
            (Some(_), ..) => Said::Yes,
            (None, Some(status), None) if status >= 400 => Said::No,
            (None, Some(status), None) => Said::Unclear(format!("a {status} answer without the content")),
            (None, _, fault) => {
                Said::Nothing(fault.as_ref().map_or_else(|| "no answer".into(), ToString::to_string))
            }
        };
        Self { reply: Reply { exchange, said, sent }, content }
    }

    /// Whether content came, whatever the status code.
    #[must_use]
    pub fn served(&self) -> bool {
        self.content.is_some()
    }

    /// The status code; 0 when no whole head came.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.reply.exchange.status.unwrap_or_default()
    }

    /// Whether no whole answer came.
    #[must_use]
    pub fn is_silence(&self) -> bool {
        matches!(self.reply.said, Said::Nothing(_))
    }

    /// Every value of a header, in order, names compared without case.
    #[must_use]
    pub fn values(&self, name: &str) -> Vec<&str> {
        let head = self.reply.exchange.response.as_ref().map_or("", |response| response.head.as_str());
        head.lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'))
            .filter(|(key, _)| key.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .collect()
    }

    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.values(name).first().copied()
    }

    /// The body as text.
    #[must_use]
    pub fn body(&self) -> String {
        let body = self.reply.exchange.response.as_ref().map(|response| response.body.as_slice());
        String::from_utf8_lossy(body.unwrap_or_default()).into_owned()
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.reply.exchange.response.as_ref()?.body).ok()
    }

    /// The payment requirements of a 402: the PAYMENT-REQUIRED header in v2, the body in v1.
    #[must_use]
    pub fn challenge(&self, version: Version) -> Option<Value> {
        match version {
            Version::V2 => self.decoded(PAYMENT_REQUIRED)?.ok().map(|decoded| decoded.value),
            Version::V1 => self.json().filter(|body| body.get("accepts").is_some()),
        }
    }

    /// A base64 header, decoded leniently.
    #[must_use]
    pub fn decoded(&self, name: &str) -> Option<Result<Decoded, HeaderError>> {
        self.header(name).map(header::decode_lenient)
    }

    /// The settlement that the answer reports. In v1 also from PAYMENT-RESPONSE, as some servers call it.
    #[must_use]
    pub fn receipt(&self, version: Version) -> Option<SettleAnswer> {
        let own = self.decoded(receipt_header(version));
        let other = || self.decoded(receipt_header(Version::V2));
        let value = own.or_else(other)?.ok()?.value;
        SettleAnswer::read(value.to_string().as_bytes()).ok()
    }

    /// The transaction that the reported settlement names, when it is a hash.
    #[must_use]
    pub fn transaction(&self, version: Version) -> Option<B256> {
        self.receipt(version)?.transaction?.parse().ok()
    }

    /// Status and what came with it, in one line.
    #[must_use]
    pub fn got(&self) -> String {
        match (&self.reply.said, self.content) {
            (Said::Nothing(fault), _) => fault.clone(),
            (_, Some(place)) => format!("status {}, with content in {}", self.status(), place.as_str()),
            (_, None) => format!("status {}, no content", self.status()),
        }
    }
}

fn find(exchange: &Exchange, canary: &str) -> Option<Place> {
    let response = exchange.response.as_ref()?;
    let has = |text: &str| text.contains(canary);
    if has(&String::from_utf8_lossy(&response.body)) {
        return Some(Place::Body);
    }
    let mut values = response.head.lines().skip(1).filter_map(|line| line.split_once(':'));
    let in_base64 =
        |value: &str| header::decode_lenient(value.trim()).is_ok_and(|read| has(&read.value.to_string()));
    if has(&response.head) || values.any(|(_, value)| in_base64(value)) {
        return Some(Place::Head);
    }
    has(&response.trailers).then_some(Place::Trailers)
}

//! A dialect as a facilitator speaks it: everything that a dialect's own documents do otherwise than x402, for a facilitator
//! that speaks x402 behind it.
//!
//! What the dialect's file says (paths, headers, signature, envelope, names) is played from that file. What Binance's
//! pages say of B402 besides is in here: refusals with 200, the order of the first checks, three outcomes of a
//! settlement.

mod door;
mod kinds;
pub(crate) mod outcome;
mod preface;
mod words;

use crate::facilitator::mutants::Fault;
use axum::http::request::Parts;
use axum::http::{Response, StatusCode, header};
use gauntlet_probe::{Dialect, Speaker};
use gauntlet_wire::permit2::Permit2Scheme;
use gauntlet_wire::{Address, Domain, Network, Token, Version};
use hyper::body::Bytes;
use serde_json::{Value, json};
use std::sync::Arc;

/// How a facilitator double speaks a dialect.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The dialect, and the keys of the one caller that it knows.
    pub speaker: Arc<Speaker>,
    /// The tokens that it takes.
    pub tokens: Vec<Offer>,
    /// The contracts that spend payments over Permit2, of scheme `exact` and of scheme `upto`.
    pub proxies: [Address; 2],
    /// The domain under which authorizations are signed, where that is not the token's.
    pub authority: Option<Domain>,
    /// Whether it does as the dialect's documents show, or as is reported of the service itself.
    pub manner: Manner,
}

/// A token that is taken.
#[derive(Debug, Clone)]
pub struct Offer {
    /// What people call it.
    pub symbol: String,
    /// The token.
    pub token: Token,
    /// Whether it takes authorizations (EIP-3009).
    pub has_eip3009: bool,
}

/// Where documents and service differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Manner {
    /// As is reported of the service: kinds name tokens as the EIP-712 domain of their contracts does.
    #[default]
    Production,
    /// As the samples in the documents show: kinds name tokens by their symbols.
    Documents,
}

impl Setup {
    /// The contract that spends payments of a scheme.
    pub(crate) fn proxy(&self, scheme: Permit2Scheme) -> Address {
        match scheme {
            Permit2Scheme::Exact => self.proxies[0],
            Permit2Scheme::Upto => self.proxies[1],
        }
    }

    pub(crate) fn dialect(&self) -> &Dialect {
        &self.speaker.dialect
    }

    /// Whether the dialect is Binance's.
    pub(crate) fn is_b402(&self) -> bool {
        self.dialect().name.starts_with("b402")
    }
}

/// An endpoint that was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Supported,
    Verify,
    Settle,
}

impl Endpoint {
    const ALL: [Self; 3] = [Self::Supported, Self::Verify, Self::Settle];

    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Supported => "/supported",
            Self::Verify => "/verify",
            Self::Settle => "/settle",
        }
    }
}

/// What has been asked, as far as the way there says it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) endpoint: Endpoint,
    pub(crate) version: Version,
}

/// Why a request is not taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Denial {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) why: &'static str,
}

/// Speaks a dialect for a facilitator that speaks x402.
#[derive(Debug)]
pub struct Tongue {
    pub(crate) setup: Arc<Setup>,
    fault: Option<Fault>,
    network: Network,
    signer: Address,
    admitted: door::Admitted,
}

impl Tongue {
    /// For a facilitator on `network` that settles from the account `signer`; with its one fault, if any.
    #[must_use]
    pub fn new(setup: Arc<Setup>, network: Network, signer: Address, fault: Option<Fault>) -> Self {
        Self { setup, fault, network, signer, admitted: door::Admitted::default() }
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    /// What is asked, as far as path and method say it.
    ///
    /// # Errors
    /// A request for anything else.
    pub(crate) fn way(&self, parts: &Parts) -> Result<Asked, Denial> {
        let Some(asked) = self.asked(parts.uri.path()) else {
            return Err(Denial { status: StatusCode::NOT_FOUND, code: "40401", why: "no such path" });
        };
        if parts.method.as_str() != self.ask(asked.endpoint).method {
            let status = StatusCode::METHOD_NOT_ALLOWED;
            return Err(Denial { status, code: "40501", why: "no such method here" });
        }
        Ok(asked)
    }

    fn ask(&self, endpoint: Endpoint) -> &gauntlet_probe::dialect::Ask {
        let dialect = self.setup.dialect();
        match endpoint {
            Endpoint::Supported => &dialect.supported,
            Endpoint::Verify => &dialect.verify,
            Endpoint::Settle => &dialect.settle,
        }
    }

    fn asked(&self, path: &str) -> Option<Asked> {
        let path = path.strip_prefix(self.setup.dialect().base.as_str())?;
        let ways = Endpoint::ALL
            .into_iter()
            .flat_map(|endpoint| Version::ALL.map(|version| Asked { endpoint, version }));
        ways.into_iter().find(|asked| {
            path == self.ask(asked.endpoint).path.replace("{version}", &asked.version.number().to_string())
        })
    }

    /// Lets a request in.
    ///
    /// # Errors
    /// A caller that is not let in.
    pub(crate) fn admit(&self, parts: &Parts, body: &[u8]) -> Result<(), Denial> {
        door::admit(self, parts, body)
    }

    /// The request about a payment without its envelope, and in x402 the refusal of one that lacks what the dialect asks
    /// for.
    pub(crate) fn opened<'a>(&self, asked: Asked, body: &'a [u8]) -> (&'a [u8], Option<Value>) {
        let body = words::unwrapped(self.setup.dialect(), body);
        let looked = if self.setup.is_b402() { preface::look(self, asked, body) } else { Ok(()) };
        (body, looked.err().map(|reason| outcome::refusal(asked, body, reason)))
    }

    /// A request about a payment in the words of x402.
    pub(crate) fn plain(&self, asked: Asked, body: &[u8]) -> Vec<u8> {
        words::plain(self, asked, body)
    }

    /// The kinds of the dialect, where it has its own.
    pub(crate) fn supported(&self) -> Option<Value> {
        kinds::supported(self)
    }

    /// An answer in the dialect's envelope.
    pub(crate) fn wrap(&self, status: StatusCode, data: &Value) -> Response<Bytes> {
        let body = match &self.setup.dialect().envelope {
            None => data.clone(),
            Some(_) if self.is(Fault::B402Naked) => data.clone(),
            Some(envelope) if envelope.request.is_some() => json!({
                "status": "OK", "type": "GENERAL", envelope.code.as_str(): envelope.success, "errorData": null,
                envelope.data.as_str(): data, "subData": null, "params": null,
            }),
            Some(envelope) => json!({
                envelope.code.as_str(): envelope.success, "message": "success", envelope.data.as_str(): data,
            }),
        };
        write(status, &body)
    }

    /// The answer to a request that is not taken.
    pub(crate) fn denied(&self, denial: Denial) -> Response<Bytes> {
        let Denial { status, code, why } = denial;
        let body = match &self.setup.dialect().envelope {
            None => json!({ "isValid": false, "success": false, "invalidReason": why, "errorReason": why }),
            Some(envelope) => {
                json!({ envelope.code.as_str(): code, "msg": why, envelope.data.as_str(): null })
            }
        };
        write(status, &body)
    }
}

/// What the double behind says.
pub(crate) struct Said {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

impl Said {
    pub(crate) fn nothing() -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, body: Value::Null }
    }
}

pub(crate) fn write(status: StatusCode, body: &Value) -> Response<Bytes> {
    let response = Response::builder().status(status).header(header::CONTENT_TYPE, "application/json");
    response.body(body.to_string().into()).unwrap_or_default()
}

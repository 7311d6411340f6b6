//! The facilitator double behind a dialect: everything that a dialect's own documents do otherwise than x402 happens here,
//! and behind it stands the double that speaks x402.
//!
//! What the dialect's file says (paths, headers, signature, envelope, names) is played from that file. What Binance's
//! pages say of B402 besides is in here: refusals with 200, the order of the first checks, three outcomes of a
//! settlement, answers that are kept, limits of requests.

mod door;
mod gateway;
mod kinds;
mod limits;
mod memory;
mod outcome;
mod preface;
mod words;

use super::mutants::Fault;
use super::router;
use super::service::Service;
use crate::body::take;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use gauntlet_probe::{Dialect, Speaker};
use gauntlet_wire::permit2::Permit2Scheme;
use gauntlet_wire::{Address, Domain, Token, Version};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use limits::Limits;
use memory::Memory;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

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
    pub(super) fn proxy(&self, scheme: Permit2Scheme) -> Address {
        match scheme {
            Permit2Scheme::Exact => self.proxies[0],
            Permit2Scheme::Upto => self.proxies[1],
        }
    }

    fn dialect(&self) -> &Dialect {
        &self.speaker.dialect
    }

    /// Whether the dialect is Binance's.
    pub(super) fn is_b402(&self) -> bool {
        self.dialect().name.starts_with("b402")
    }
}

/// An endpoint that was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Endpoint {
    Supported,
    Verify,
    Settle,
}

impl Endpoint {
    const ALL: [Self; 3] = [Self::Supported, Self::Verify, Self::Settle];

    const fn path(self) -> &'static str {
        match self {
            Self::Supported => "/supported",
            Self::Verify => "/verify",
            Self::Settle => "/settle",
        }
    }
}

/// What has been asked, as far as the way there says it.
#[derive(Debug, Clone, Copy)]
struct Asked {
    endpoint: Endpoint,
    version: Version,
}

/// A double that speaks a dialect.
pub(super) struct Front {
    setup: Arc<Setup>,
    service: Arc<Service>,
    router: Router,
    limits: Limits,
    memory: Memory,
    admitted: door::Admitted,
    /// Settlements that were told to be under way, and what became of them.
    told: Mutex<BTreeMap<memory::Name, (Value, Value)>>,
    turns: gateway::Turns,
}

impl Front {
    pub(super) fn new(setup: Arc<Setup>, service: Arc<Service>) -> Self {
        let router = router::router(Arc::clone(&service));
        let limits = Limits::of(&setup, service.fault);
        Self {
            setup,
            service,
            router,
            limits,
            memory: Memory::default(),
            admitted: door::Admitted::default(),
            told: Mutex::default(),
            turns: gateway::Turns::default(),
        }
    }

    fn is(&self, fault: Fault) -> bool {
        self.service.is(fault)
    }

    /// Answers one request.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let Some(asked) = self.asked(parts.uri.path()) else {
            return self.denied(StatusCode::NOT_FOUND, "40401", "no such path");
        };
        if parts.method.as_str() != self.ask(asked.endpoint).method {
            return self.denied(StatusCode::METHOD_NOT_ALLOWED, "40501", "no such method here");
        }
        let Ok(body) = take(body).await else {
            return self.denied(StatusCode::BAD_REQUEST, "40001", "the body is too large, or ended early");
        };
        if let Err(denial) = door::admit(self, &parts, &body) {
            return self.denied(denial.status, denial.code, denial.why);
        }
        if let Some(seconds) = self.limits.exceeded(asked.endpoint) {
            if self.is(Fault::B402SettlesBeyondLimit) && asked.endpoint == Endpoint::Settle {
                self.payment(asked, &body).await;
            }
            let mut denied = self.denied(StatusCode::TOO_MANY_REQUESTS, "42900", "too many requests");
            denied.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            return denied;
        }
        match asked.endpoint {
            Endpoint::Supported => self.wrap(StatusCode::OK, &kinds::supported(self).await),
            Endpoint::Verify | Endpoint::Settle => self.payment(asked, &body).await,
        }
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

    /// Verifies or settles the payment of a request.
    async fn payment(&self, asked: Asked, body: &[u8]) -> Response<Body> {
        let body = words::unwrapped(self.setup.dialect(), body);
        if self.setup.is_b402()
            && let Err(reason) = preface::look(self, asked, body)
        {
            return outcome::refused(self, asked, body, reason);
        }
        if let Some(domain) = &self.setup.authority {
            return gateway::payment(self, domain, asked, body).await;
        }
        let plain = words::plain(self, asked, body);
        match asked.endpoint {
            Endpoint::Settle => memory::settled_once(self, asked, &plain).await,
            Endpoint::Verify | Endpoint::Supported => {
                let said = self.core(asked.endpoint, plain).await;
                outcome::written(self, asked, said)
            }
        }
    }

    /// What the double behind says to a request in x402.
    async fn core(&self, endpoint: Endpoint, body: Vec<u8>) -> Said {
        core(&self.router, endpoint, body).await
    }

    /// An answer in the dialect's envelope.
    fn wrap(&self, status: StatusCode, data: &Value) -> Response<Body> {
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
    fn denied(&self, status: StatusCode, code: &str, why: &str) -> Response<Body> {
        let body = match &self.setup.dialect().envelope {
            None => json!({ "isValid": false, "success": false, "invalidReason": why, "errorReason": why }),
            Some(envelope) => {
                json!({ envelope.code.as_str(): code, "msg": why, envelope.data.as_str(): null })
            }
        };
        write(status, &body)
    }
}

/// What the double behind says to a request in x402.
async fn core(router: &Router, endpoint: Endpoint, body: Vec<u8>) -> Said {
    let method = if endpoint == Endpoint::Supported { "GET" } else { "POST" };
    let request = Request::builder()
        .method(method)
        .uri(endpoint.path())
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body));
    let Ok(request) = request else { return Said::nothing() };
    let (parts, body) = router::ask(router.clone(), request).await.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes().to_vec()).unwrap_or_default();
    Said { status: parts.status, body: serde_json::from_slice(&body).unwrap_or(Value::Null) }
}

/// What the double behind says.
struct Said {
    status: StatusCode,
    body: Value,
}

impl Said {
    fn nothing() -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, body: Value::Null }
    }
}

fn write(status: StatusCode, body: &Value) -> Response<Body> {
    let response = Response::builder().status(status).header(header::CONTENT_TYPE, "application/json");
    response.body(Body::from(body.to_string())).unwrap_or_default()
}

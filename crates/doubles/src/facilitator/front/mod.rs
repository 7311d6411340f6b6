//! The facilitator double behind a dialect, which its tongue speaks: what the double must do otherwise than in x402 happens
//! here. Answers that are kept, limits of requests, settlements that come later.

mod gateway;
mod limits;
mod memory;

use super::mutants::Fault;
use super::router;
use super::service::Service;
use crate::body::take;
use crate::tongue::{Asked, Denial, Endpoint, Said, Setup, Tongue, outcome};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use limits::Limits;
use memory::Memory;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// A double that speaks a dialect.
pub(super) struct Front {
    tongue: Tongue,
    service: Arc<Service>,
    router: Router,
    limits: Limits,
    memory: Memory,
    /// Settlements that were told to be under way, and what became of them.
    told: Mutex<BTreeMap<memory::Name, (Value, Value)>>,
    turns: gateway::Turns,
}

impl Front {
    pub(super) fn new(setup: Arc<Setup>, service: Arc<Service>) -> Self {
        let router = router::router(Arc::clone(&service));
        let limits = Limits::of(&setup, service.fault);
        let tongue = Tongue::new(setup, service.network, service.sender.address(), service.fault);
        Self {
            tongue,
            service,
            router,
            limits,
            memory: Memory::default(),
            told: Mutex::default(),
            turns: gateway::Turns::default(),
        }
    }

    fn is(&self, fault: Fault) -> bool {
        self.service.is(fault)
    }

    /// Answers one request.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        self.answered(request).await.unwrap_or_else(|denial| self.tongue.denied(denial)).map(Body::from)
    }

    async fn answered(&self, request: Request<Incoming>) -> Result<Response<Bytes>, Denial> {
        let tongue = &self.tongue;
        let (parts, body) = request.into_parts();
        let asked = tongue.way(&parts)?;
        let unread = |_| Denial {
            status: StatusCode::BAD_REQUEST,
            code: "40001",
            why: "the body is too large, or ended early",
        };
        let body = take(body).await.map_err(unread)?;
        tongue.admit(&parts, &body)?;
        if let Some(seconds) = self.limits.exceeded(asked.endpoint) {
            if self.is(Fault::B402SettlesBeyondLimit) && asked.endpoint == Endpoint::Settle {
                self.payment(asked, &body).await;
            }
            let status = StatusCode::TOO_MANY_REQUESTS;
            let mut denied = tongue.denied(Denial { status, code: "42900", why: "too many requests" });
            denied.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            return Ok(denied);
        }
        match asked.endpoint {
            Endpoint::Supported => Ok(tongue.wrap(StatusCode::OK, &self.supported().await)),
            Endpoint::Verify | Endpoint::Settle => Ok(self.payment(asked, &body).await),
        }
    }

    /// What is supported: kinds of the dialect, or those of the double behind.
    async fn supported(&self) -> Value {
        if let Some(domain) = &self.tongue.setup.authority {
            return gateway::supported(self, domain);
        }
        match self.tongue.supported() {
            Some(kinds) => kinds,
            None => self.core(Endpoint::Supported, Vec::new()).await.body,
        }
    }

    /// Verifies or settles the payment of a request.
    async fn payment(&self, asked: Asked, body: &[u8]) -> Response<Bytes> {
        let (body, refusal) = self.tongue.opened(asked, body);
        if let Some(body) = refusal {
            return outcome::written(&self.tongue, asked, Said { status: StatusCode::OK, body });
        }
        if let Some(domain) = &self.tongue.setup.authority {
            return gateway::payment(self, domain, asked, body).await;
        }
        let plain = self.tongue.plain(asked, body);
        match asked.endpoint {
            Endpoint::Settle => memory::settled_once(self, asked, &plain).await,
            Endpoint::Verify | Endpoint::Supported => {
                outcome::written(&self.tongue, asked, self.core(asked.endpoint, plain).await)
            }
        }
    }

    /// What the double behind says to a request in x402.
    async fn core(&self, endpoint: Endpoint, body: Vec<u8>) -> Said {
        core(&self.router, endpoint, body).await
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

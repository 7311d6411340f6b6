//! The three endpoints.

use super::answer::{Answer, Call};
use super::findings::{self, reason};
use super::mutants::Fault;
use super::payment::{self, Body, Payment, Seen, Unreadable};
use super::service::{Refusal, Service};
use super::settle::{self, Failure};
use super::{permit2, slips, supported};
use crate::body::{Untaken, take};
use crate::json::Repeats;
use crate::listener::HangUp;
use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use serde_json::json;
use std::sync::Arc;

/// A body above this is large to a mutant, bytes.
const LARGE: usize = 6 << 10;

pub(super) fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/verify", post(verify))
        .route("/settle", post(settle))
        .route("/supported", get(supported))
        .with_state(service)
}

/// Routes one request.
pub(super) async fn ask<B>(router: Router, request: Request<B>) -> Response
where
    B: axum::body::HttpBody<Data = hyper::body::Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    let Ok(response) = TowerToHyperService::new(router).call(request).await;
    response
}

async fn supported(State(service): State<Arc<Service>>) -> Response {
    Json(supported::supported(&service)).into_response()
}

async fn verify(State(service): State<Arc<Service>>, headers: HeaderMap, body: axum::body::Body) -> Response {
    let body = take(body).await;
    if let Ok(bytes) = &body
        && permit2::is_meant(bytes)
    {
        return permit2::verify(&service, bytes).await;
    }
    let (seen, payment) = match readable(&service, Call::Verify, &headers, body).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    if service.is(Fault::AcceptsEverything) {
        return Answer::good(Call::Verify, seen).write(&service);
    }
    let answer = match service.verify(&payment).await {
        Ok(()) => Answer::good(Call::Verify, seen),
        Err(refusal) => Answer::refused(Call::Verify, seen, refusal, None),
    };
    answer.write(&service)
}

async fn settle(State(service): State<Arc<Service>>, headers: HeaderMap, body: axum::body::Body) -> Response {
    let body = take(body).await;
    if let Ok(bytes) = &body
        && permit2::is_meant(bytes)
    {
        return permit2::settle(&service, bytes).await;
    }
    let is_large = body.as_ref().is_ok_and(|bytes| bytes.len() > LARGE);
    let (seen, payment) = match readable(&service, Call::Settle, &headers, body).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let answer = match settle_to_the_end(&service, payment.clone()).await {
        Ok(_) if is_large && service.is(Fault::LargeSettledAndRefused) => {
            Answer::no(Call::Settle, seen, reason::PAYLOAD, Some("the body is too large".into()))
        }
        Ok(hash) => Answer::settled(seen, Some(&payment), hash),
        Err(failure) => Answer::refused(Call::Settle, seen, failure.refusal, failure.transaction),
    };
    answer.write(&service)
}

/// Settles in a task of its own: a client that goes away must not leave a payment half settled.
async fn settle_to_the_end(
    service: &Arc<Service>,
    payment: Box<Payment>,
) -> Result<gauntlet_wire::B256, Failure> {
    let task = tokio::spawn({
        let service = Arc::clone(service);
        async move {
            let settling = async {
                if service.is(Fault::AcceptsEverything) {
                    return Ok(settle::anything(&service, Some(&payment)).await);
                }
                settle::settle(&service, &payment).await
            };
            tokio::select! {
                settled = settling => settled,
                () = service.closed() => Err(Refusal::Reason(reason::SETTLE_ERROR).into()),
            }
        }
    });
    task.await.unwrap_or_else(|_| Err(Refusal::Reason(reason::SETTLE_ERROR).into()))
}

/// Reads a request as far as a payment of a version that is served; otherwise gives the answer.
async fn readable(
    service: &Arc<Service>,
    call: Call,
    headers: &HeaderMap,
    body: Result<Vec<u8>, Untaken>,
) -> Result<(Seen, Box<Payment>), Response> {
    // This fault sits at one of the two doors only.
    let fault = service.fault.filter(|fault| call == Call::Verify || *fault != Fault::VerifyReadsLeniently);
    let repeats = match (service.fault, call) {
        (Some(Fault::FirstVerifiedLastSettled), Call::Verify) => Repeats::First,
        (Some(Fault::FirstVerifiedLastSettled), Call::Settle) => Repeats::Last,
        _ => Repeats::Refused,
    };
    let read = match body {
        Ok(bytes) => {
            if service.is(Fault::WedgedAfterDeepBody) && slips::is_too_deep(&bytes) {
                service.quirks.wedge();
            }
            payment::read(headers, &bytes, service.network, fault, repeats)
        }
        Err(why) => Body::Unreadable(untaken(why)),
    };
    let refused = |seen, reason, message| Answer::no(call, seen, reason, message).write(service);
    match read {
        Body::Unreadable(unreadable) => Err(cannot_read(service, call, &unreadable).await),
        Body::Malformed(seen, _) if service.is(Fault::AcceptsEverything) => Err(accept(service, call, seen)),
        Body::Malformed(..) if service.is(Fault::Error500OnBadInput) => Err(error_500()),
        Body::Malformed(seen, malformed) => {
            Err(refused(seen, findings::unreadable(&malformed), Some(malformed.to_string())))
        }
        Body::Payment(seen, _) if service.is(Fault::RefusesEverything) => {
            Err(refused(seen, reason::REQUIREMENTS, None))
        }
        Body::Payment(seen, payment) if !service.serves(payment.request.version) => {
            Err(refused(seen, reason::VERSION, None))
        }
        Body::Payment(seen, payment) => Ok((seen, payment)),
    }
}

async fn cannot_read(service: &Arc<Service>, call: Call, unreadable: &Unreadable) -> Response {
    let seen = Seen::nothing(service.network);
    match service.fault {
        Some(Fault::AcceptsEverything | Fault::AcceptsUnreadable) => accept(service, call, seen),
        Some(Fault::Error500OnBadInput) => error_500(),
        Some(Fault::HangsOnBadInput) => std::future::pending().await,
        Some(Fault::DropsConnectionOnBadInput) => {
            let mut response = StatusCode::BAD_REQUEST.into_response();
            response.extensions_mut().insert(HangUp);
            response
        }
        Some(Fault::DiesOnBadInput) if unreadable.deadly => {
            service.close();
            std::future::pending().await
        }
        _ => Answer::unreadable(call, seen, unreadable).write(service),
    }
}

fn accept(service: &Service, call: Call, seen: Seen) -> Response {
    match call {
        Call::Verify => Answer::good(call, seen).write(service),
        Call::Settle => Answer::settled(seen, None, service.quirks.invented_hash()).write(service),
    }
}

fn error_500() -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "error": "Internal Server Error" }))).into_response()
}

fn untaken(untaken: Untaken) -> Unreadable {
    let (status, problem, deadly) = match untaken {
        Untaken::BrokenOff => (StatusCode::BAD_REQUEST, "the body ended early", false),
        Untaken::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "the body must not be larger than 1 MiB", true),
    };
    Unreadable { status, reason: reason::PAYLOAD, problem, deadly }
}

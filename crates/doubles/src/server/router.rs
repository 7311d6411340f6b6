//! From a request to its route: free, paid, or none.

use super::deal::Sold;
use super::mutants::Fault;
use super::order::Order;
use super::refusal::Trouble;
use super::routes::{self, Place, USUAL, Work};
use super::sale::Buyer;
use super::service::Service;
use super::told::Told;
use super::{bypass, cors, delivery, payment, sale};
use crate::body::{Untaken, take};
use axum::Json;
use axum::http::request::Parts;
use axum::http::{Method, Request, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use std::sync::Arc;

/// Answers one request.
pub(super) async fn answer(service: Arc<Service>, request: Request<Incoming>) -> Response {
    let mut response = if service.quirks.is_broken() {
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    } else {
        route(&service, request).await
    };
    cors::expose(&service, response.headers_mut());
    response
}

async fn route(service: &Arc<Service>, request: Request<Incoming>) -> Response {
    let (head, body) = request.into_parts();
    if let Some(place) = bypass::opened(service.fault, &head) {
        return unpaid(service, &place, body).await;
    }
    let Some(place) = routes::find(head.uri.path()).filter(|_| is_plain(&head.uri)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let asks = service.is(Fault::FreeRouteAsks) && place.route.work == Work::Free;
    let Some(price) = place.route.price.or(asks.then_some(USUAL)) else {
        return free(service, &place, &head).await;
    };
    if head.method == Method::OPTIONS && !service.is(Fault::PreflightRefused) {
        return cors::preflight(place.route);
    }
    if !is_for_sale(service, &place, &head) {
        return cors::wrong_method(place.route);
    }
    if is_open(service).await {
        return unpaid(service, &place, body).await;
    }
    // Without it nobody could be told how to pay.
    let Ok(told) = Told::of(service, place.route.means).await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    match take(body).await {
        Ok(_) if service.is(Fault::CreateDropsBody) && head.method == Method::POST => {
            sale::sell(service, Order::new(service, place, price, told, &head, "{}".into())).await
        }
        Ok(body) => sale::sell(service, Order::new(service, place, price, told, &head, body.into())).await,
        Err(Untaken::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(Untaken::BrokenOff) => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// Absolute form is for proxies, and we are none; but what names a route of ours in it is that route.
fn is_plain(target: &Uri) -> bool {
    let scheme = target.scheme_str();
    let has_user = target.authority().is_some_and(|authority| authority.as_str().contains('@'));
    matches!(scheme, None | Some("http" | "https")) && !has_user
}

async fn free(service: &Service, place: &Place, head: &Parts) -> Response {
    match head.method {
        Method::GET | Method::HEAD => Json(service.handlers.run(place, &[]).await.body).into_response(),
        Method::OPTIONS => cors::preflight(place.route),
        _ => cors::wrong_method(place.route),
    }
}

/// Whether the method may ask for money. HEAD may, but takes none: there is no content in its answer.
fn is_for_sale(service: &Service, place: &Place, head: &Parts) -> bool {
    match head.method {
        Method::HEAD if place.route.method == Method::GET => {
            service.is(Fault::HeadCharges) || !payment::is_presented(service, &head.headers)
        }
        // Only the mutant gets here with it.
        Method::OPTIONS => true,
        _ => head.method == place.route.method,
    }
}

/// Whether a mutant has given up asking for money.
async fn is_open(service: &Service) -> bool {
    let opens: fn(&Trouble) -> bool = match service.fault {
        Some(Fault::OpenWhenSupportedRedirects) => |trouble| *trouble == Trouble::Redirected,
        Some(Fault::OpenWhenSupportedIsEmpty) => |trouble| *trouble == Trouble::Empty,
        Some(Fault::OpenWhenSupportedIsUnreachable) => |trouble| *trouble == Trouble::Unreachable,
        Some(Fault::OpenWhenNetworkIsNotListed) => |trouble| *trouble == Trouble::NotListed,
        Some(Fault::OpenWhenSupportedFails) => |trouble| {
            matches!(trouble, Trouble::Status(_) | Trouble::Unreadable | Trouble::TimedOut | Trouble::CutOff)
        },
        _ => return false,
    };
    let Some(version) = service.versions.first() else { return false };
    service.facilitator.lists(*version).await.is_err_and(|trouble| opens(&trouble))
}

/// A mutant serves without asking for money.
async fn unpaid(service: &Service, place: &Place, body: Incoming) -> Response {
    let body = take(body).await.unwrap_or_default();
    let handled = service.handlers.run(place, &body).await;
    delivery::deliver(service, &Buyer::default(), Sold { handled, receipt: None })
}

//! What browsers need to pay from another origin.
//!
//! Source: Fetch standard, CORS protocol. x402 itself is silent.

use super::mutants::Fault;
use super::routes::Route;
use super::service::Service;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Lets scripts of any origin read an answer and its payment headers.
pub(super) fn expose(service: &Service, headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    if !service.is(Fault::CorsNotExposed) {
        set(
            headers,
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            "PAYMENT-REQUIRED, PAYMENT-RESPONSE, X-PAYMENT-RESPONSE",
        );
    }
}

/// The answer to OPTIONS.
pub(super) fn preflight(route: &Route) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    set(headers, header::ALLOW, &methods(route));
    set(headers, header::ACCESS_CONTROL_ALLOW_METHODS, &methods(route));
    set(headers, header::ACCESS_CONTROL_ALLOW_HEADERS, "PAYMENT-SIGNATURE, X-PAYMENT, Content-Type, Accept");
    response
}

/// The answer to a method that the route does not have.
pub(super) fn wrong_method(route: &Route) -> Response {
    let mut response = StatusCode::METHOD_NOT_ALLOWED.into_response();
    set(response.headers_mut(), header::ALLOW, &methods(route));
    response
}

fn methods(route: &Route) -> String {
    let head = if route.method == "GET" { "HEAD, " } else { "" };
    format!("{}, {head}OPTIONS", route.method)
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = value.parse() {
        headers.insert(name, value);
    }
}

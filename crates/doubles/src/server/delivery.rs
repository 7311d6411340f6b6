//! The answer to a request that gets what its handler made.
//!
//! Source: HTTP transports v2 (PAYMENT-RESPONSE) and v1 (X-PAYMENT-RESPONSE).

use super::deal::Sold;
use super::mutants::Fault;
use super::quirks::EXTENSION_RESPONSES;
use super::receipts;
use super::sale::Buyer;
use super::service::Service;
use axum::Json;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// Delivers what was sold, or the failure of its handler.
pub(super) fn deliver(service: &Service, buyer: &Buyer, sold: Sold) -> Response {
    let Sold { handled, receipt } = sold;
    // Nothing is said of a payment for a handler that failed, for it was not taken.
    let is_told = !handled.is_failure() || service.is(Fault::ClaimsSuccessOnFailure);
    let receipt = receipt.filter(|_| is_told && !service.is(Fault::NoReceipt));
    let mut response = (handled.status, Json(handled.body)).into_response();
    let headers = response.headers_mut();
    if let (Some(version), Some(receipt)) = (buyer.version, receipt)
        && let Some((name, value)) = receipts::line(service, version, &receipt)
    {
        headers.insert(name, value);
    }
    if let Some(value) = buyer.payment.and_then(|id| service.quirks.overheard(id)) {
        headers.insert(EXTENSION_RESPONSES, value);
    }
    // Content that one has paid for is not for the next one who asks the same cache.
    let cache = if service.is(Fault::CacheableContent) { "public, max-age=300" } else { "private, no-store" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if !service.is(Fault::NoVary) {
        headers.insert(header::VARY, HeaderValue::from_static("PAYMENT-SIGNATURE, X-PAYMENT"));
    }
    response
}

//! The answer to a request that gets what its handler made.
//!
//! Source: HTTP transports v2 (PAYMENT-RESPONSE) and v1 (X-PAYMENT-RESPONSE).

use super::deal::Sold;
use super::mutants::Fault;
use super::quirks::EXTENSION_RESPONSES;
use super::receipts;
use super::refusing::PREVIEW;
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
    let preview = handled.body["secret"].as_str().and_then(|secret| secret.parse().ok());
    let mut response = if service.is(Fault::ContentTwice) {
        let body = handled.body.to_string();
        (handled.status, [(header::CONTENT_TYPE, "application/json")], body.repeat(2)).into_response()
    } else {
        (handled.status, Json(handled.body)).into_response()
    };
    let headers = response.headers_mut();
    if let (Some(version), Some(receipt)) = (buyer.version, receipt)
        && let Some((name, value)) = receipts::line(service, version, &receipt)
    {
        if service.is(Fault::ReceiptTwice) {
            headers.append(name.clone(), value.clone());
        }
        headers.append(name, value);
    }
    if let Some(preview) = preview.filter(|_| service.is(Fault::ContentInPaidHead)) {
        headers.insert(PREVIEW, preview);
    }
    if let Some(value) = buyer.payment.and_then(|id| service.quirks.overheard(id)) {
        headers.insert(EXTENSION_RESPONSES, value);
    }
    // Content that one has paid for is not for the next one who asks the same cache.
    let cache = match service.fault {
        Some(Fault::CacheableContent | Fault::SharedCacheLeak) => "public, max-age=300",
        Some(Fault::NoVary) => "max-age=300",
        _ => "private, no-store",
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if !service.is(Fault::NoVary) && !service.is(Fault::SharedCacheLeak) {
        headers.insert(header::VARY, HeaderValue::from_static("PAYMENT-SIGNATURE, X-PAYMENT"));
    }
    response
}

//! The answer to a request that gets no content: what is wrong, and what has to be paid.
//!
//! Source: HTTP transport v2 (PAYMENT-REQUIRED, PAYMENT-RESPONSE), v1 (PaymentRequirementsResponse).

use super::lengths::padded;
use super::misprint;
use super::mutants::Fault;
use super::order::Order;
use super::receipts;
use super::refusal::{Part, Why};
use super::sale::Buyer;
use super::service::Service;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use gauntlet_wire::Version;
use gauntlet_wire::header::PAYMENT_REQUIRED;
use http_body_util::BodyExt;
use serde_json::{Value, json};

/// Where mutants give content away.
pub(super) const PREVIEW: HeaderName = HeaderName::from_static("x-preview");

/// Refuses a request.
pub(super) fn refuse(service: &Service, order: &Order, buyer: &Buyer, why: &Why) -> Response {
    let status = status(service, buyer, why);
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        return status.into_response();
    }
    let error = error(service, why);
    let higher = service.is(Fault::PriceFlickers) && service.quirks.is_nth(2);
    let as_page = order.wants_html();

    let mut response = if as_page {
        Html(page(&error)).into_response()
    } else {
        let body = misprint::written(service.fault, &body(service, order, why, &error, higher));
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    };
    *response.status_mut() = status;
    let drops_header = as_page && service.is(Fault::HtmlDropsHeader);
    if service.serves(Version::V2) && asks_again(service, why) && !drops_header {
        for line in
            misprint::header_lines(service, padded(order.offer.v2(&error), service.lengths.challenge), higher)
        {
            append(response.headers_mut(), PAYMENT_REQUIRED, &line);
        }
    }
    if let (Some(version), Some(receipt)) = (buyer.version, receipt(service, buyer, why))
        && let Some((name, value)) = receipts::line(service, version, &receipt)
    {
        response.headers_mut().insert(name, value);
    }
    let cache = if service.is(Fault::CacheableChallenge) { "public, max-age=300" } else { "no-store" };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if *why == Why::Unpaid {
        response = give_away(service, order, response);
    }
    response
}

/// The receipt of a payment that was sent to settle in vain.
pub(super) fn receipt(service: &Service, buyer: &Buyer, why: &Why) -> Option<Value> {
    let (_, payer, _) = buyer.payment?;
    receipts::of_failure(service, buyer.version?, payer, why)
}

fn status(service: &Service, buyer: &Buyer, why: &Why) -> StatusCode {
    match (service.fault, why) {
        (Some(Fault::ChallengeIs401), Why::Unpaid) => StatusCode::UNAUTHORIZED,
        (Some(Fault::ChallengeIs403), Why::Unpaid) => StatusCode::FORBIDDEN,
        (Some(Fault::ChallengeIs200), Why::Unpaid) => StatusCode::OK,
        (Some(Fault::RefusesWith200), Why::Invalid(_)) => StatusCode::OK,
        (Some(Fault::Base64Is500), Why::Malformed(Part::Base64))
        | (Some(Fault::JsonIs500), Why::Malformed(Part::Json))
        | (Some(Fault::WrongTypeIs500), Why::Malformed(Part::Shape))
        | (Some(Fault::BothHeadersAre500), Why::BothHeaders) => StatusCode::INTERNAL_SERVER_ERROR,
        (Some(Fault::V1PayloadIs500), Why::OtherVersion) if buyer.version == Some(Version::V2) => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
        _ => why.status(),
    }
}

fn error(service: &Service, why: &Why) -> String {
    let error = why.error();
    match service.fault {
        Some(Fault::LeaksInternals) if *why != Why::Unpaid => {
            format!("{error}\n    at {}:{}\n    asking {}", file!(), line!(), service.facilitator.url())
        }
        _ => error,
    }
}

/// Whoever is told 400 or 402 is told what to pay. After a failure of ours nobody should pay again unasked.
fn asks_again(service: &Service, why: &Why) -> bool {
    let is_buyers = matches!(why.status(), StatusCode::PAYMENT_REQUIRED | StatusCode::BAD_REQUEST);
    is_buyers && (*why == Why::Unpaid || !service.is(Fault::RefusalWithoutChallenge))
}

fn body(service: &Service, order: &Order, why: &Why, error: &str, higher: bool) -> Value {
    if service.is(Fault::V1ErrorBodyEmpty) && *why != Why::Unpaid {
        return json!({});
    }
    let mut body = if service.serves(Version::V1) {
        misprint::body(service, order.offer.v1(error), higher)
    } else {
        json!({ "error": error })
    };
    let gives_away = match service.fault {
        Some(Fault::ContentInChallengeBody) => *why == Why::Unpaid,
        Some(Fault::ContentInRefusal) => matches!(why, Why::Invalid(_)),
        Some(Fault::ContentInFailedSettle) => matches!(why, Why::NotSettled(_) | Why::Unknown { .. }),
        _ => false,
    };
    if gives_away {
        body["content"] = service.handlers.content(&order.place);
    }
    body
}

fn page(error: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Payment required</title>\
         <h1>Payment required</h1><p>{error}.</p></html>"
    )
}

/// What an unpaid 402 of a mutant gives away outside of its body.
fn give_away(service: &Service, order: &Order, mut response: Response) -> Response {
    let secret = service.handlers.secret(&order.place);
    match service.fault {
        Some(Fault::ContentInChallengeHeader) => {
            append(response.headers_mut(), PREVIEW.as_str(), &secret);
            response
        }
        Some(Fault::ContentInTrailers) => {
            let (mut head, body) = response.into_parts();
            head.headers.insert(header::TRAILER, HeaderValue::from_static("x-preview"));
            // Trailers follow chunks only.
            head.headers.remove(header::CONTENT_LENGTH);
            head.headers.insert(header::TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
            let mut trailers = HeaderMap::new();
            append(&mut trailers, PREVIEW.as_str(), &secret);
            let body = body.with_trailers(async move { Some(Ok(trailers)) });
            Response::from_parts(head, Body::new(body))
        }
        _ => response,
    }
}

fn append(headers: &mut HeaderMap, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) {
        headers.append(name, value);
    }
}

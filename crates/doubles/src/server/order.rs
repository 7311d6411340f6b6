//! A request for a route that has to be paid for.

use super::offer::Offer;
use super::routes::{Place, Price};
use super::service::Service;
use super::told::Told;
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, header};
use hyper::body::Bytes;

/// A request for a route that has to be paid for.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) place: Place,
    pub(super) offer: Offer,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) has_query: bool,
}

impl Order {
    pub(super) fn new(
        service: &Service,
        place: Place,
        price: Price,
        told: Told,
        head: &Parts,
        body: Bytes,
    ) -> Self {
        let resource = format!("http://{}{}", host(service, &head.headers), head.uri.path());
        let offer = Offer::of(service, place.route, price, resource, told);
        let has_query = head.uri.query().is_some();
        Self { place, offer, headers: head.headers.clone(), body, has_query }
    }

    /// Whether a browser asks, for a person to read the answer.
    pub(super) fn wants_html(&self) -> bool {
        let accepted = self.headers.get_all(header::ACCEPT).iter();
        let accepted: Vec<_> = accepted.filter_map(|value| value.to_str().ok()).collect();
        let takes = |kind| accepted.iter().any(|value| value.contains(kind));
        takes("text/html") && !takes("application/json")
    }
}

/// The host that the client says it asks, when that is one; it ends up in a URL that others read.
fn host(service: &Service, headers: &HeaderMap) -> String {
    let mut named = headers.get_all(header::HOST).iter();
    let only = match (named.next(), named.next()) {
        (Some(host), None) => host.to_str().ok(),
        _ => None,
    };
    only.filter(|host| is_authority(host)).map_or_else(|| service.address.to_string(), str::to_owned)
}

/// A host, perhaps with a port, and nothing else.
fn is_authority(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    let authority = Some(text).filter(|text| text.len() <= 255 && text.bytes().all(is_plain));
    let authority = authority.and_then(|text| text.parse::<Authority>().ok());
    authority.is_some_and(|authority| authority.host().len() == text.len() || authority.port().is_some())
}

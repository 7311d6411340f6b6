//! The mutants whose gate and handlers read a request differently, so that something slips past the gate.

use super::mutants::Fault;
use super::routes::{self, Place};
use super::spelling::loosened;
use axum::http::request::Parts;
use axum::http::{Method, Version, header};

/// The paid route whose handler a request reaches past the gate.
pub(super) fn opened(fault: Option<Fault>, head: &Parts) -> Option<Place> {
    let fault = fault?;
    let read = loosened(fault, head.uri.path()).or_else(|| elsewhere(fault, head));
    let place = match read {
        Some(path) => routes::find(&path).filter(|place| head.method == place.route.method),
        None => routes::find(head.uri.path()).filter(|place| slips(fault, head, place)),
    };
    place.filter(|place| place.route.price.is_some())
}

/// The path that the handlers of a mutant find elsewhere in the head than where paths stand.
fn elsewhere(fault: Fault, head: &Parts) -> Option<String> {
    match fault {
        // A target that is one word, and no path, counts as a host.
        Fault::AddsMissingSlash if head.uri.scheme().is_none() && head.uri.path().is_empty() => {
            head.uri.authority().map(|word| format!("/{word}"))
        }
        Fault::UnknownPathServes if routes::find(head.uri.path()).is_none() => Some("/cheap".to_owned()),
        Fault::RewriteHeaderOpens if head.uri.path() == "/free" => {
            let named = ["x-original-url", "x-rewrite-url"].iter().find_map(|name| head.headers.get(*name));
            named.and_then(|path| path.to_str().ok()).map(str::to_owned)
        }
        _ => None,
    }
}

fn says(head: &Parts, name: &str, value: &str) -> bool {
    head.headers.get_all(name).iter().any(|line| line == value)
}

/// Whether a request for the very path of a route slips past its gate.
fn slips(fault: Fault, head: &Parts, place: &Place) -> bool {
    let (method, own) = (head.method.as_str(), place.route.method);
    match fault {
        Fault::QueryOpens => head.uri.query().is_some() && method == own,
        Fault::AbsoluteFormOpens => head.uri.scheme().is_some() && method == own,
        Fault::HeadRunsHandler => head.method == Method::HEAD && own == "GET",
        Fault::OptionsRunsHandler => head.method == Method::OPTIONS,
        Fault::LowerCaseMethodOpens => method != own && method.eq_ignore_ascii_case(own),
        Fault::OtherMethodsOpen => {
            !method.eq_ignore_ascii_case(own) && !matches!(head.method, Method::HEAD | Method::OPTIONS)
        }
        Fault::LocalHostOpens => says(head, header::HOST.as_str(), "localhost") && method == own,
        Fault::ForwardedForOpens => says(head, "x-forwarded-for", "127.0.0.1") && method == own,
        Fault::OverrideOpens => method != own && says(head, "x-http-method-override", own),
        Fault::OldHttpOpens => head.version == Version::HTTP_10 && method == own,
        Fault::BodyOnGetOpens => {
            let length = head.headers.get(header::CONTENT_LENGTH);
            let is_chunked = head.headers.contains_key(header::TRANSFER_ENCODING);
            head.method == Method::GET
                && own == "GET"
                && (is_chunked || length.is_some_and(|length| length != "0"))
        }
        _ => false,
    }
}

//! The mutants whose gate and handlers read a request differently, so that something slips past the gate.

use super::mutants::Fault;
use super::routes::{self, Place};
use axum::http::request::Parts;
use axum::http::{Method, header};

/// The paid route whose handler a request reaches past the gate.
pub(super) fn opened(fault: Option<Fault>, head: &Parts) -> Option<Place> {
    let fault = fault?;
    let place = match loosened(fault, head.uri.path()) {
        Some(path) => routes::find(&path).filter(|place| head.method == place.route.method),
        None => routes::find(head.uri.path()).filter(|place| slips(fault, head, place)),
    };
    place.filter(|place| place.route.price.is_some())
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

/// The path as the handlers of a mutant read it; `None` when that is the path as it came.
fn loosened(fault: Fault, path: &str) -> Option<String> {
    let loose = match fault {
        Fault::DecodesPercent => decoded(path),
        Fault::DecodesSlash => folded(path, &["%2F", "%2f"]),
        Fault::FoldsBackslash => folded(path, &["%5C", "%5c", "\\"]),
        Fault::DropsNewline => path.replace("%0A", "").replace("%0a", ""),
        Fault::ResolvesDotSegments => resolved(path),
        Fault::CollapsesSlashes => collapsed(path),
        Fault::StripsTrailingSlash => trimmed(path),
        Fault::IgnoresCase => path.to_ascii_lowercase(),
        Fault::MalformedPercentOpens => without_malformed(path),
        Fault::PathParameterOpens => path
            .split('/')
            .map(|segment| segment.split(';').next().unwrap_or_default())
            .collect::<Vec<_>>()
            .join("/"),
        _ => return None,
    };
    (loose != path).then_some(loose)
}

/// With a slash for each of these, but not at the end.
fn folded(path: &str, spellings: &[&str]) -> String {
    if !spellings.iter().any(|spelling| path.contains(spelling)) {
        return path.to_owned();
    }
    trimmed(&spellings.iter().fold(path.to_owned(), |path, spelling| path.replace(spelling, "/")))
}

fn trimmed(path: &str) -> String {
    path.strip_suffix('/').unwrap_or(path).to_owned()
}

fn collapsed(path: &str) -> String {
    let mut collapsed = path.to_owned();
    while collapsed.contains("//") {
        collapsed = collapsed.replace("//", "/");
    }
    collapsed
}

fn resolved(path: &str) -> String {
    let dots = path.replace("%2e", ".").replace("%2E", ".");
    let mut segments = Vec::new();
    for segment in dots.split('/').skip(1) {
        match segment {
            "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    format!("/{}", segments.join("/"))
}

/// The byte that a percent-encoding at the start of a text stands for, and what follows.
fn encoded(text: &str) -> Option<(u8, &str)> {
    let digits = text.strip_prefix('%')?.get(..2)?;
    let byte = u8::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
    Some((byte, &text[3..]))
}

/// Letters, digits and the like are decoded; a slash stays encoded.
fn decoded(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    rewritten(path, |byte| byte.filter(|byte| is_plain(*byte)).map(|byte| char::from(byte).to_string()))
}

/// What is no encoding of a character is gone.
fn without_malformed(path: &str) -> String {
    rewritten(path, |byte| byte.is_none_or(|byte| !byte.is_ascii()).then(String::new))
}

/// Rewrites every percent-encoding, given as its byte, and every percent sign that begins none, given as `None`.
fn rewritten(path: &str, rewrite: impl Fn(Option<u8>) -> Option<String>) -> String {
    let mut text = String::new();
    let mut rest = path;
    while let Some(next) = rest.chars().next() {
        let (byte, after) = match encoded(rest) {
            Some((byte, after)) => (Some(byte), after),
            None => (None, &rest[next.len_utf8()..]),
        };
        let as_it_is = &rest[..rest.len() - after.len()];
        match rewrite(byte).filter(|_| next == '%') {
            Some(other) => text.push_str(&other),
            None => text.push_str(as_it_is),
        }
        rest = after;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_reads_its_own_spelling_as_the_route_and_no_other() {
        let spellings = [
            (Fault::DecodesPercent, &["/%63heap", "/items/%37", "/c%68eap"][..]),
            (Fault::DecodesSlash, &["/items%2F7", "/items%2f7", "/cheap%2F"]),
            (Fault::FoldsBackslash, &["/items\\7", "/items%5C7", "/files/a%5cb", "/cheap\\"]),
            (Fault::DropsNewline, &["/cheap%0A", "/files/a%0ab", "/items/%0A7"]),
            (Fault::ResolvesDotSegments, &["/./cheap", "/x/../cheap", "/x/%2e%2E/cheap", "/files/../cheap"]),
            (Fault::CollapsesSlashes, &["//cheap", "/items//7", "///cheap"]),
            (Fault::StripsTrailingSlash, &["/cheap/", "/items/7/"]),
            (Fault::IgnoresCase, &["/CHEAP", "/Items/7"]),
            (Fault::MalformedPercentOpens, &["/cheap%", "/cheap%c0", "/items/7%", "/items/%7"]),
            (Fault::PathParameterOpens, &["/cheap;x", "/items;a=b/7"]),
        ];
        for (fault, paths) in spellings {
            for path in paths {
                let found = loosened(fault, path).and_then(|path| routes::find(&path));
                assert!(found.is_some_and(|place| place.route.price.is_some()), "{fault:?} {path}");
                assert_eq!(routes::find(path), None, "{path}");
                for (other, _) in spellings.iter().filter(|(other, _)| *other != fault) {
                    let found = loosened(*other, path).and_then(|path| routes::find(&path));
                    assert_eq!(found, None, "{other:?} {path}");
                }
            }
            assert_eq!(loosened(fault, "/cheap"), None, "{fault:?}");
        }
    }
}

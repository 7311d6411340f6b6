//! The paths that the handlers of mutants read in another way than the gate before them.

use super::bytes::MARK;
use super::mutants::Fault;
use super::routes;

/// The path as the handlers of a mutant read it; `None` when that is the path as it came.
pub(super) fn loosened(fault: Fault, path: &str) -> Option<String> {
    let loose = match fault {
        Fault::DecodesPercent => decoded(path),
        Fault::DecodesSlash => folded(path, &["%2F", "%2f"]),
        Fault::FoldsBackslash => folded(path, &["%5C", "%5c", "\\"]),
        Fault::DropsNewline => without(path, &["%0A", "%0a"]),
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
        Fault::DecodesTwice => decoded_twice(path),
        Fault::DropsCarriageReturn => without(path, &["%0D", "%0d"]),
        Fault::CutsAtNul => cut(path, &["%00"]),
        Fault::TrimsBlanks => path.split('/').map(without_blanks).collect::<Vec<_>>().join("/"),
        Fault::DropsLineSeparators => without(path, &["%E2%80%A8", "%e2%80%a8", "%C2%85", "%c2%85"]),
        Fault::IgnoresExtension => without_extension(path),
        Fault::EncodedQueryOpens => cut(path, &["%3F", "%3f", "%23"]),
        Fault::TrimsRawBlanks | Fault::OldestHttpOpens => path.trim_end_matches(MARK).to_owned(),
        Fault::NetworkPathOpens => without_host(path),
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

fn without(path: &str, spellings: &[&str]) -> String {
    spellings.iter().fold(path.to_owned(), |path, spelling| path.replace(spelling, ""))
}

/// What stands before the first of these.
fn cut(path: &str, spellings: &[&str]) -> String {
    let end = spellings.iter().filter_map(|spelling| path.find(spelling)).min();
    path[..end.unwrap_or(path.len())].to_owned()
}

fn without_blanks(mut segment: &str) -> &str {
    for blank in ["%20", "%09"] {
        segment = segment.trim_start_matches(blank).trim_end_matches(blank);
    }
    segment
}

/// Without a name such as `.json` at the end. A path that is a route as it stands has none.
fn without_extension(path: &str) -> String {
    let (start, last) = path.rsplit_once('/').unwrap_or(("", path));
    let is_name = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    let is_other = routes::find(path).is_some() || matches!(last, "." | "..");
    match last.split_once('.').filter(|(_, name)| is_name(name) && !is_other) {
        Some(("", _)) => start.to_owned(),
        Some((stem, _)) => format!("{start}/{stem}"),
        None => path.to_owned(),
    }
}

/// Without the host that a path of two slashes begins with.
fn without_host(path: &str) -> String {
    let after = path.strip_prefix("//").and_then(|rest| rest.split_once('/'));
    after.filter(|(host, _)| !host.is_empty()).map_or_else(|| path.to_owned(), |(_, path)| format!("/{path}"))
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

/// A letter that is encoded once keeps its encoding.
fn decoded_twice(path: &str) -> String {
    if path.contains("%25") { decoded(&path.replace("%25", "%")) } else { path.to_owned() }
}

/// What is no encoding of a character is gone.
fn without_malformed(path: &str) -> String {
    if is_well_formed(path) {
        return path.to_owned();
    }
    rewritten(path, |byte| byte.is_none_or(|byte| !byte.is_ascii()).then(String::new))
}

/// Whether every percent sign begins an encoding, and the bytes are UTF-8.
fn is_well_formed(path: &str) -> bool {
    let (mut bytes, mut rest) = (Vec::new(), path);
    while let Some(next) = rest.bytes().next() {
        match encoded(rest) {
            Some((byte, after)) => {
                bytes.push(byte);
                rest = after;
            }
            None if next == b'%' => return false,
            None => {
                let end = rest[1..].find('%').map_or(rest.len(), |at| at + 1);
                bytes.extend(&rest.as_bytes()[..end]);
                rest = &rest[end..];
            }
        }
    }
    std::str::from_utf8(&bytes).is_ok()
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
            (Fault::DecodesTwice, &["/%2563heap", "/items/%2537"]),
            (Fault::DropsCarriageReturn, &["/cheap%0D", "/che%0dap", "/items/%0D7"]),
            (Fault::CutsAtNul, &["/cheap%00", "/cheap%00.html", "/items/7%00"]),
            (Fault::TrimsBlanks, &["/cheap%20", "/%09cheap", "/items/%207"]),
            (Fault::DropsLineSeparators, &["/cheap%E2%80%A8", "/items/%C2%857"]),
            (Fault::IgnoresExtension, &["/cheap.json", "/cheap.", "/cheap..", "/cheap/.css"]),
            (Fault::EncodedQueryOpens, &["/cheap%3F", "/items/7%3fx=1", "/cheap%23"]),
            (Fault::NetworkPathOpens, &["//other.example/cheap", "//127.0.0.1:80/items/7"]),
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

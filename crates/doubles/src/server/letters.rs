//! How a payment is written, where a mutant makes something of it.

use super::mutants::Fault;
use axum::http::HeaderMap;
use gauntlet_wire::Version;
use gauntlet_wire::header::{bytes_lenient, payment_header};

/// More levels than any payment has.
const DEEP: usize = 1000;

/// Whether a mutant cannot read a payment that others can.
pub(super) fn are_illegible(fault: Option<Fault>, json: &[u8]) -> bool {
    match fault {
        Some(Fault::EscapesNotRead) => json.windows(2).any(|pair| pair == b"\\u"),
        Some(Fault::ByteStrings) => !json.is_ascii(),
        Some(Fault::WhiteSpaceMatters) => outside_strings(json).any(|byte| byte.is_ascii_whitespace()),
        _ => false,
    }
}

/// Whether a payment header is nested deeper than a mutant can stand.
pub(super) fn are_deep(headers: &HeaderMap) -> bool {
    let values = Version::ALL.iter().flat_map(|version| headers.get_all(payment_header(*version)));
    values.filter_map(|value| bytes_lenient(value.to_str().ok()?).ok()).any(|(json, _)| depth(&json) > DEEP)
}

fn depth(json: &[u8]) -> usize {
    let (mut now, mut deepest) = (0_usize, 0);
    for byte in outside_strings(json) {
        match byte {
            b'[' | b'{' => now += 1,
            b']' | b'}' => now = now.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(now);
    }
    deepest
}

fn outside_strings(json: &[u8]) -> impl Iterator<Item = u8> {
    let (mut inside, mut escaped) = (false, false);
    json.iter().copied().filter(move |byte| {
        let was_inside = inside;
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = inside,
            b'"' => inside = !inside,
            _ => {}
        }
        !was_inside
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_strings_is_neither_space_nor_level() {
        let refuses = |fault, json: &str| are_illegible(Some(fault), json.as_bytes());
        assert!(!refuses(Fault::WhiteSpaceMatters, r#"{"a b":"c \" d","e":[1]}"#));
        assert!(refuses(Fault::WhiteSpaceMatters, r#"{"a": 1}"#));
        assert!(refuses(Fault::EscapesNotRead, r#"{"a":"\u0062"}"#));
        assert!(!refuses(Fault::EscapesNotRead, r#"{"a":"\n"}"#));
        assert!(refuses(Fault::ByteStrings, "{\"a\":\"ü\"}"));
        assert_eq!(depth(br#"{"a":[[1],"[[[["]}"#), 3);
    }
}

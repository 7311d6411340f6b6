//! How a payment is written, where a mutant makes something of it.

use super::mutants::Fault;
use axum::http::HeaderMap;
use gauntlet_wire::Version;
use gauntlet_wire::header::{bytes_lenient, payment_header};

/// More levels than any payment has.
const DEEP: usize = 1000;
/// More digits than any number needs.
const DIGITS: usize = 400;

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
    payments(headers).any(|json| depth(&json) > DEEP)
}

/// Whether a payment header has more digits in a row than a mutant can stand.
pub(super) fn are_many_digits(headers: &HeaderMap) -> bool {
    payments(headers).any(|json| json.chunk_by(|a, b| is_digit(a) == is_digit(b)).any(is_long_number))
}

fn is_digit(byte: &u8) -> bool {
    byte.is_ascii_digit()
}

fn is_long_number(run: &[u8]) -> bool {
    run.len() > DIGITS && run.first().is_some_and(is_digit)
}

/// What stands in the payment headers, as far as it is base64.
fn payments(headers: &HeaderMap) -> impl Iterator<Item = Vec<u8>> {
    let values = Version::ALL.iter().flat_map(|version| headers.get_all(payment_header(*version)));
    values.filter_map(|value| Some(bytes_lenient(value.to_str().ok()?).ok()?.0))
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
    use gauntlet_wire::header::encode_bytes;

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

    #[test]
    fn digits_count_where_they_stand_in_a_row() {
        let written = |json: String| {
            let header = payment_header(Version::V1);
            are_many_digits(
                &[(header.parse().unwrap(), encode_bytes(json.as_bytes()).parse().unwrap())]
                    .into_iter()
                    .collect(),
            )
        };
        assert!(written(format!("{{\"a\":{}}}", "9".repeat(DIGITS + 1))));
        assert!(!written(format!("{{\"a\":{}}}", "9".repeat(DIGITS))));
        assert!(!written(format!("{{\"a\":\"{}\"}}", "9x".repeat(DIGITS))));
    }
}

//! What mutants make of the bytes of a request before hyper reads them: hyper refuses what is no HTTP/1, and does not
//! tell how a header's name was written.

use super::mutants::Fault;
use crate::listener::Change;
use gauntlet_wire::Version;
use gauntlet_wire::header::payment_header;

/// What a target ends with that hyper would not have let through.
pub(super) const MARK: char = '~';

const VERSION: &[u8] = b" HTTP/1.";

/// How a mutant changes what comes in.
pub(super) fn change(fault: Option<Fault>) -> Option<Change> {
    match fault? {
        Fault::PaymentHeaderInCapitals => Some(|bytes| hide_small_names(bytes)),
        Fault::TrimsRawBlanks => Some(|bytes| mark_blanks(bytes)),
        Fault::OldestHttpOpens => Some(mark_without_version),
        _ => None,
    }
}

/// Hides payment headers whose names are not written in capitals.
fn hide_small_names(bytes: &mut [u8]) {
    for version in Version::ALL {
        let name = payment_header(version).as_bytes();
        let Some(last) = bytes.len().checked_sub(name.len()) else { continue };
        for at in 0..=last {
            let found = &mut bytes[at..at + name.len()];
            if found.eq_ignore_ascii_case(name) && found != name {
                found.fill(b'x');
            }
        }
    }
}

/// Marks a target that a raw blank stands behind.
fn mark_blanks(bytes: &mut [u8]) {
    let Some(line) = request_line(bytes) else { return };
    let end = line.len().checked_sub(VERSION.len() + 1).filter(|end| line[*end..].starts_with(VERSION));
    if let Some(blank) = end.and_then(|end| end.checked_sub(1))
        && matches!(line[blank], b' ' | b'\t')
    {
        bytes[blank] = MARK as u8;
    }
}

/// Marks a target that no version stands behind, and writes one there.
fn mark_without_version(bytes: &mut Vec<u8>) {
    let Some(line) = request_line(bytes) else { return };
    let is_request = line.windows(2).any(|pair| pair == b" /");
    if is_request && !line.windows(VERSION.len()).any(|part| part == VERSION) {
        let end = line.len();
        bytes.splice(end..end, *b"~ HTTP/1.0");
    }
}

fn request_line(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    Some(&bytes[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    const HIDE: Change = |bytes| hide_small_names(bytes);
    const MARK_BLANKS: Change = |bytes| mark_blanks(bytes);

    fn changed(change: Change, text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        change(&mut bytes);
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn only_what_is_odd_is_changed() {
        let plain = "GET /a HTTP/1.1\r\nX-PAYMENT: b\r\n\r\n";
        for change in [HIDE, MARK_BLANKS, mark_without_version] {
            assert_eq!(changed(change, plain), plain);
            assert_eq!(changed(change, "{\"a\": \"the rest of a body\"}"), "{\"a\": \"the rest of a body\"}");
        }
        assert_eq!(
            changed(HIDE, "GET / HTTP/1.1\r\nX-Payment: a\r\npayment-signature: b\r\n"),
            "GET / HTTP/1.1\r\nxxxxxxxxx: a\r\nxxxxxxxxxxxxxxxxx: b\r\n"
        );
        assert_eq!(changed(MARK_BLANKS, "GET /a  HTTP/1.1\r\n"), "GET /a~ HTTP/1.1\r\n");
        assert_eq!(changed(MARK_BLANKS, "GET /a\t HTTP/1.1\r\n"), "GET /a~ HTTP/1.1\r\n");
        assert_eq!(changed(mark_without_version, "GET /a\r\nHost: b\r\n"), "GET /a~ HTTP/1.0\r\nHost: b\r\n");
    }
}

//! Header lines: flavours of base64, white space, repeated and folded lines.

use super::{Demand, Parts, Spelling};
use gauntlet_wire::header::{encode, encode_bytes};

const FLAVOUR: &[&str] = &["X402V2-HTTP-RS-030", "GAUNTLET-RS-001", "INV-008-RS", "INV-009-RS"];
const REPEATED: &[&str] = &["X402V2-HTTP-RS-028", "GAUNTLET-RS-001", "INV-008-RS", "INV-009-RS"];
const LINE: &[&str] = &["GAUNTLET-RS-001", "X402V2-HTTP-RS-015", "INV-008-RS", "INV-009-RS"];

pub(super) const SPELLINGS: &[Spelling] = &[
    // ---- flavours of base64
    spelling("url-safe", "A payment in the URL-safe alphabet", FLAVOUR, |parts| {
        // Letters beyond ASCII make sure that the two alphabets differ.
        let mut payload = parts.payload.clone();
        payload["zzNote"] = "USD₮0 ???>>>~~~".into();
        parts.line(encode(&payload).replace('+', "-").replace('/', "_"))
    }),
    spelling("unpadded", "A payment without padding", FLAVOUR, |parts| {
        parts.line(with_padding(parts).trim_end_matches('='))
    }),
    spelling("overpadded", "A payment with padding too much", FLAVOUR, |parts| {
        parts.line(format!("{}====", parts.valid()))
    }),
    spelling("blanks", "A payment with blanks inside", FLAVOUR, |parts| {
        parts.line(in_pieces(&parts.valid(), " "))
    }),
    spelling("tabs", "A payment with tabs inside", FLAVOUR, |parts| {
        parts.line(in_pieces(&parts.valid(), "\t"))
    }),
    spelling("percent-newline", "A payment with a percent-encoded newline at its end", FLAVOUR, |parts| {
        parts.line(format!("{}%0A", parts.valid()))
    }),
    spelling("quoted", "A payment in quotation marks", FLAVOUR, |parts| {
        parts.line(format!("\"{}\"", parts.valid()))
    }),
    spelling("with-scheme", "A payment behind a word as in Authorization", FLAVOUR, |parts| {
        parts.line(format!("x402 {}", parts.valid()))
    }),
    spelling("base64-twice", "A payment in base64 of base64", FLAVOUR, |parts| {
        parts.line(encode_bytes(parts.valid().as_bytes()))
    }),
    spelling("raw-json", "A payment as JSON without base64", FLAVOUR, |parts| {
        parts.line(parts.payload.to_string())
    }),
    spelling("trailing-garbage", "A payment followed by garbage", FLAVOUR, |parts| {
        parts.line(format!("{}!!garbage", parts.valid()))
    }),
    spelling("leading-garbage", "A payment after garbage", FLAVOUR, |parts| {
        parts.line(format!("garbage!!{}", parts.valid()))
    }),
    // ---- lines
    spelling("folded", "A payment in a folded header line", LINE, |parts| {
        parts.line(in_pieces(&parts.valid(), "\r\n "))
    }),
    spelling("blank-before-colon", "A payment in a header with a blank before the colon", LINE, |parts| {
        vec![(format!("{} ", parts.name), parts.valid())]
    }),
    spelling("underscores", "A payment in a header with underscores for hyphens", LINE, |parts| {
        vec![(parts.name.replace('-', "_"), parts.valid())]
    }),
    spelling("control-character-raw", "A payment with a control character in its line", LINE, |parts| {
        parts.line(format!("{}\u{1}", parts.valid()))
    }),
    spelling("letters-raw", "A payment with raw letters beyond ASCII in its line", LINE, |parts| {
        parts.line(format!("{}₮", parts.valid()))
    }),
    // ---- more than one
    spelling("valid-and-forged", "A valid payment before a forged one in a second line", REPEATED, |parts| {
        [parts.line(parts.valid()), parts.line(encode(&parts.forged))].concat()
    }),
    Spelling {
        demand: Demand::NotByTheLast,
        ..spelling(
            "forged-and-valid",
            "A forged payment before a valid one in a second line",
            REPEATED,
            |parts| [parts.line(encode(&parts.forged)), parts.line(parts.valid())].concat(),
        )
    },
    spelling("valid-and-garbage", "A valid payment before garbage in a second line", REPEATED, |parts| {
        [parts.line(parts.valid()), parts.line("%%%")].concat()
    }),
    spelling("twice", "A valid payment in two lines", REPEATED, |parts| {
        [parts.line(parts.valid()), parts.line(parts.valid())].concat()
    }),
    spelling("listed", "A valid payment twice in one line with a comma", REPEATED, |parts| {
        parts.line(format!("{}, {}", parts.valid(), parts.valid()))
    }),
    spelling("many", "Forged payments in fifty lines", REPEATED, |parts| {
        // Short ones, so that it is their number that counts.
        (0..50).flat_map(|_| parts.line("e30=")).collect()
    }),
];

const fn spelling(
    slug: &'static str,
    what: &'static str,
    covers: &'static [&'static str],
    write: fn(&Parts) -> Vec<(String, String)>,
) -> Spelling {
    Spelling { slug, what, v2: covers, v1: covers, demand: Demand::Either, write }
}

/// A header that needs padding: whether one does depends on its length.
fn with_padding(parts: &Parts) -> String {
    let mut payload = parts.payload.clone();
    let mut text = encode(&payload);
    for filling in ["a", "ab", "abc"] {
        if text.ends_with('=') {
            break;
        }
        payload["zzNote"] = filling.into();
        text = encode(&payload);
    }
    text
}

/// Text with something after every 64 characters.
fn in_pieces(text: &str, between: &str) -> String {
    let pieces: Vec<String> =
        text.as_bytes().chunks(64).map(|piece| String::from_utf8_lossy(piece).into_owned()).collect();
    pieces.join(between)
}

//! What is inside the base64: other documents than payments, odd JSON, other encodings of text.

use super::{Demand, Parts, Spelling};
use gauntlet_wire::header::{encode, encode_bytes};
use serde_json::{Value, json};

const UNREADABLE: &[&str] = &["X402V2-HTTP-RS-015", "GAUNTLET-RS-001", "INV-008-RS", "INV-009-RS"];
const ODD: &[&str] = &["GAUNTLET-RS-001", "X402V2-HTTP-RS-015", "INV-008-RS", "INV-009-RS"];
const LETTERS: &[&str] = &["X402V2-CORE-030-RS", "GAUNTLET-RS-001", "INV-008-RS", "INV-009-RS"];

/// How deep is too deep: most readers stop at some hundred levels, some only when their stack is full. Twice that
/// many brackets still fit into a header.
const DEPTH: usize = 2_500;

pub(super) const SPELLINGS: &[Spelling] = &[
    // ---- no payment at all
    spelling("empty", "An empty header", UNREADABLE, |parts| parts.line("")),
    spelling("blank", "A header of one blank", UNREADABLE, |parts| parts.line(" ")),
    spelling("percents", "%%%", UNREADABLE, |parts| parts.line("%%%")),
    spelling("word", "A word that happens to be base64", UNREADABLE, |parts| parts.line("true")),
    spelling("half-json", "Base64 of half a JSON document", UNREADABLE, |parts| {
        parts.line(encode_bytes(b"{"))
    }),
    spelling("half-payment", "The first half of a payment", UNREADABLE, |parts| {
        let text = parts.payload.to_string();
        parts.line(encode_bytes(&text.as_bytes()[..text.len() / 2]))
    }),
    spelling("empty-object", "Base64 of an empty object", UNREADABLE, |parts| parts.line(encode(&json!({})))),
    spelling("empty-list", "Base64 of an empty list", UNREADABLE, |parts| parts.line(encode(&json!([])))),
    spelling("null", "Base64 of null", UNREADABLE, |parts| parts.line(encode(&json!(null)))),
    spelling("true", "Base64 of true", UNREADABLE, |parts| parts.line(encode(&json!(true)))),
    spelling("number", "Base64 of a number", UNREADABLE, |parts| parts.line(encode(&json!(402)))),
    spelling("huge-number", "Base64 of a number that no double holds", UNREADABLE, |parts| {
        parts.line(encode_bytes(b"{\"x402Version\":1e400}"))
    }),
    spelling("string", "A payment as JSON within a JSON string", UNREADABLE, |parts| {
        parts.line(encode(&json!(parts.payload.to_string())))
    }),
    spelling("list", "A payment in a list", UNREADABLE, |parts| parts.line(encode(&json!([parts.payload])))),
    spelling("bytes", "Base64 of bytes that are not UTF-8", UNREADABLE, |parts| {
        parts.line(encode_bytes(b"\xff\xfe\x00{\"x402Version\":2}\xc0\xaf"))
    }),
    spelling(
        "prototype",
        "A document of members that JavaScript objects have already",
        UNREADABLE,
        |parts| {
            parts.line(encode(&json!({
                "x402Version": 2,
                "__proto__": { "isValid": true, "success": true },
                "constructor": { "prototype": { "isValid": true } },
            })))
        },
    ),
    // ---- unusual, and right
    right("white-space", "A payment with much white space", |parts| {
        let text = parts.payload.to_string().replace(',', " ,\r\n\t");
        parts.line(encode_bytes(format!("\n\n {text} \n").as_bytes()))
    }),
    right("key-order", "A payment with its members in another order", |parts| {
        parts.line(encode(&reversed(&parts.payload)))
    }),
    right("escapes", "A payment with letters written as escapes", |parts| {
        parts.line(encode_bytes(parts.payload.to_string().replace("exact", "\\u0065xact").as_bytes()))
    }),
    Spelling {
        v2: LETTERS,
        v1: LETTERS,
        ..right("non-ascii", "A payment with letters beyond ASCII in a member", |parts| {
            parts.line(with_member(parts, "\"zzNote\":\"USD₮0 für 1 Stück 🎫\""))
        })
    },
    // ---- too deep
    spelling("deep", "Base64 of lists nested too deep", UNREADABLE, |parts| {
        parts.line(encode_bytes(&[vec![b'['; DEPTH], vec![b']'; DEPTH]].concat()))
    }),
    spelling("deep-member", "A payment with a member nested too deep", ODD, |parts| {
        let deep = format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH));
        parts.line(with_member(parts, &format!("\"zzDeep\":{deep}")))
    }),
    // ---- odd JSON
    spelling("duplicate-value", "A payment whose value stands there twice", ODD, |parts| {
        let text = parts.payload.to_string();
        parts.line(encode_bytes(text.replacen("\"value\":", "\"value\":\"1\",\"value\":", 1).as_bytes()))
    }),
    spelling("duplicate-signature", "A payment with a forged signature after the right one", ODD, |parts| {
        let forged = &parts.forged["payload"]["signature"];
        let text = parts.payload.to_string();
        let right = format!("\"signature\":{}", parts.payload["payload"]["signature"]);
        parts.line(encode_bytes(
            text.replacen(&right, &format!("{right},\"signature\":{forged}"), 1).as_bytes(),
        ))
    }),
    spelling("duplicate-payload", "A payment with a forged payload before the right one", ODD, |parts| {
        parts.line(with_member(parts, &format!("\"payload\":{}", parts.forged["payload"])))
    }),
    spelling("two-documents", "Two payments one after the other", ODD, |parts| {
        parts.line(encode_bytes(format!("{}{}", parts.payload, parts.payload).as_bytes()))
    }),
    spelling("comment", "A payment with a comment", ODD, |parts| {
        parts.line(encode_bytes(format!("{}// paid", parts.payload).as_bytes()))
    }),
    spelling("nan", "A payment with NaN in it", ODD, |parts| {
        parts.line(with_member(parts, "\"zzNumber\":NaN"))
    }),
    spelling("control-character", "A payment with a raw control character in a string", ODD, |parts| {
        parts.line(with_member(parts, "\"zzNote\":\"a\u{1}b\nc\""))
    }),
    spelling("nul", "A payment with an escaped NUL in a string", ODD, |parts| {
        parts.line(with_member(parts, "\"zzNote\":\"a\\u0000b\""))
    }),
    spelling("lone-surrogate", "A payment with half a character in a string", ODD, |parts| {
        parts.line(with_member(parts, "\"zzNote\":\"\\ud800\""))
    }),
    // ---- other encodings
    spelling("utf-16", "A payment in UTF-16", ODD, |parts| {
        let text = format!("\u{feff}{}", parts.payload);
        parts.line(encode_bytes(&text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()))
    }),
    spelling("utf-32", "A payment in UTF-32", ODD, |parts| {
        let text = parts.payload.to_string();
        parts.line(encode_bytes(&text.chars().flat_map(|c| (c as u32).to_be_bytes()).collect::<Vec<u8>>()))
    }),
    spelling("byte-order-mark", "A payment behind a byte order mark", ODD, |parts| {
        parts.line(encode_bytes(format!("\u{feff}{}", parts.payload).as_bytes()))
    }),
    spelling("latin-1", "A payment with a letter in Latin-1", ODD, |parts| {
        let text = with_member_raw(parts, "\"zzNote\":\"@\"");
        let bytes: Vec<u8> = text.bytes().map(|byte| if byte == b'@' { 0xfc } else { byte }).collect();
        parts.line(encode_bytes(&bytes))
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

/// A payment that is written in an unusual way and has to buy all the same.
const fn right(
    slug: &'static str,
    what: &'static str,
    write: fn(&Parts) -> Vec<(String, String)>,
) -> Spelling {
    Spelling {
        v2: &["X402V2-HTTP-RS-008", "INV-008-RS", "INV-009-RS"],
        v1: &["X402V1-HTTP-RS-002", "INV-008-RS", "INV-009-RS"],
        demand: Demand::Served,
        ..spelling(slug, what, &[], write)
    }
}

/// The same document, each object's members the other way round.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            members.iter().rev().map(|(name, value)| (name.clone(), reversed(value))).collect()
        }
        other => other.clone(),
    }
}

/// A payment with a member more at its beginning, which need not be right JSON.
fn with_member(parts: &Parts, member: &str) -> String {
    encode_bytes(with_member_raw(parts, member).as_bytes())
}

fn with_member_raw(parts: &Parts, member: &str) -> String {
    parts.payload.to_string().replacen('{', &format!("{{{member},"), 1)
}

//! JSON documents: malformed, unusual, with repeated members.

use super::{Case, Outcome};
use crate::header::encode_bytes;
use Outcome::{Invalid, Open, Valid};
use serde_json::{Value, json};

/// Name, the bytes, what comes of them, flag.
type Row = (&'static str, &'static [u8], Outcome, &'static str);

const ROWS: &[Row] = &[
    ("object", br#"{"a":1}"#, Valid, "Plain"),
    ("empty-object", b"{}", Valid, "Plain"),
    ("white-space", b" \t\r\n{ \"a\" : [ 1 , 2 ] }\n", Valid, "Harmless"),
    ("escaped-name", br#"{"\u0061":1}"#, Valid, "Unicode"),
    ("escaped-slash", br#"{"a":"\/"}"#, Valid, "Unicode"),
    ("surrogate-pair", br#"{"a":"\ud83d\ude00"}"#, Valid, "Unicode"),
    ("utf-8", "{\"a\":\"USD₮0\"}".as_bytes(), Valid, "Unicode"),
    ("names-that-differ-in-case", br#"{"value":1,"Value":2}"#, Valid, "Plain"),
    ("prototype", br#"{"__proto__":{"isValid":true}}"#, Valid, "Plain"),
    ("nothing", b"", Invalid, "NotJson"),
    ("white-space-only", b" \n", Invalid, "NotJson"),
    ("half", br#"{"a":"#, Invalid, "NotJson"),
    ("two-documents", b"{}{}", Invalid, "NotJson"),
    ("garbage-behind", b"{}x", Invalid, "NotJson"),
    ("comma-behind-member", br#"{"a":1,}"#, Invalid, "NotJson"),
    ("comma-behind-item", b"[1,]", Invalid, "NotJson"),
    ("comma-missing", br#"{"a":1 "b":2}"#, Invalid, "NotJson"),
    ("colon-missing", br#"{"a" 1}"#, Invalid, "NotJson"),
    ("single-quotes", b"{'a':1}", Invalid, "NotJson"),
    ("name-without-quotes", b"{a:1}", Invalid, "NotJson"),
    ("line-comment", b"{} // please", Invalid, "NotJson"),
    ("block-comment", b"{/* please */}", Invalid, "NotJson"),
    ("not-a-number", br#"{"a":NaN}"#, Invalid, "NotJson"),
    ("infinity", br#"{"a":-Infinity}"#, Invalid, "NotJson"),
    ("hexadecimal-number", br#"{"a":0x10}"#, Invalid, "NotJson"),
    ("leading-zero", br#"{"a":010}"#, Invalid, "NotJson"),
    ("leading-plus", br#"{"a":+1}"#, Invalid, "NotJson"),
    ("point-at-the-end", br#"{"a":1.}"#, Invalid, "NotJson"),
    ("point-at-the-start", br#"{"a":.5}"#, Invalid, "NotJson"),
    ("capital-true", br#"{"a":True}"#, Invalid, "NotJson"),
    ("undefined", br#"{"a":undefined}"#, Invalid, "NotJson"),
    ("raw-line-break", b"{\"a\":\"\n\"}", Invalid, "NotJson"),
    ("raw-nul", b"{\"a\":\"\0\"}", Invalid, "NotJson"),
    ("nul-behind", b"{}\0", Invalid, "NotJson"),
    ("unknown-escape", br#"{"a":"\x41"}"#, Invalid, "NotJson"),
    ("short-escape", br#"{"a":"\u12"}"#, Invalid, "NotJson"),
    ("byte-order-mark", b"\xef\xbb\xbf{}", Open, "NotJson"),
    ("not-utf-8", b"{\"a\":\"\xff\xfe\"}", Invalid, "NotJson"),
    ("overlong-utf-8", b"{\"a\":\"\xc0\xaf\"}", Invalid, "NotJson"),
    ("surrogate-in-utf-8", b"{\"a\":\"\xed\xa0\x80\"}", Invalid, "NotJson"),
    ("latin-1", b"{\"a\":\"Z\xfcrich\"}", Invalid, "NotJson"),
    ("utf-16", b"\xff\xfe{\0}\0", Invalid, "NotJson"),
    ("lone-surrogate", br#"{"a":"\ud83d"}"#, Open, "Unicode"),
    ("number-beyond-doubles", br#"{"a":1e400}"#, Open, "Boundary"),
    ("repeated", br#"{"a":1,"a":2}"#, Open, "Repeated"),
    ("repeated-alike", br#"{"a":1,"a":1}"#, Open, "Repeated"),
    ("repeated-inside", br#"{"b":{"a":1,"a":2}}"#, Open, "Repeated"),
    ("repeated-in-a-list", br#"[{"a":1,"a":2}]"#, Open, "Repeated"),
    ("repeated-by-escape", br#"{"a":1,"\u0061":2}"#, Open, "Repeated"),
    ("repeated-empty-name", br#"{"":1,"":2}"#, Open, "Repeated"),
    ("same-name-elsewhere", br#"{"a":1,"b":{"a":2}}"#, Valid, "Plain"),
];

pub(super) fn cases() -> Vec<Case> {
    let nested = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
    // A reader may set a limit to depth (RFC 8259 §9); it must not fall over.
    let deep = [(64, Valid), (1_000, Open), (20_000, Open)];
    let rows =
        ROWS.iter().map(|(name, bytes, result, flag)| ((*name).to_owned(), bytes.to_vec(), *result, *flag));
    let deep = deep.map(|(depth, result)| (format!("depth-{depth}"), nested(depth), result, "Depth"));
    rows.chain(deep)
        .map(|(name, bytes, result, flag)| Case {
            id: format!("document/{name}"),
            comment: match result {
                Valid => "JSON that every reader reads".into(),
                Invalid => "no JSON: RFC 8259 forbids it".into(),
                Open => "JSON about which readers differ: read it or refuse it, and do not fall over".into(),
            },
            flags: vec![flag],
            input: json!({ "base64": encode_bytes(&bytes) }),
            result,
            expected: match result {
                Valid if flag != "Depth" => {
                    json!({ "value": serde_json::from_slice::<Value>(&bytes).unwrap_or_default() })
                }
                _ => Value::Null,
            },
            requirements: vec!["X402V2-FA-VERIFY-006"],
        })
        .collect()
}

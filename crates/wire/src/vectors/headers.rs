//! Header values: JSON in base64.

use super::{Case, NOW, Outcome, Setting, VectorError, independent, slug, text};
use crate::header::{PAYMENT_REQUIRED, encode, encode_bytes, payment_header, receipt_header};
use crate::{Cast, Draft, Version};
use Outcome::{Invalid, Open, Valid};
use serde_json::{Value, json};

const BY_HAND: &str = include_str!("../../../../fixtures/vectors/independent/headers.json");

pub(super) fn cases(setting: &Setting) -> Result<Vec<Case>, VectorError> {
    let (_, by_hand) = independent("headers", BY_HAND)?;
    let mut cases: Vec<Case> = by_hand.iter().map(taken_over).collect();
    for (header, version, document) in documents(setting)? {
        cases.extend(flavours(header, version, &document));
    }
    Ok(cases)
}

fn taken_over(case: &Value) -> Case {
    if let Some((_, document, comment)) = TOLERATED.iter().find(|(name, ..)| *name == text(case, "name")) {
        return tolerated(case, document, comment);
    }
    let is = |member: &str| case[member] == Value::Bool(true);
    let result = match (is("strict"), is("lenient")) {
        (true, _) => Valid,
        (false, true) => Open,
        (false, false) => Invalid,
    };
    let flag = match result {
        Valid => "Plain",
        Open => "Base64",
        Invalid if text(case, "problem") == "json" => "NotJson",
        Invalid => "NotBase64",
    };
    Case {
        id: format!("header/{}", slug(text(case, "name"))),
        comment: text(case, "name").to_owned(),
        flags: vec!["Independent", flag],
        input: json!({ "header": null, "value": case["text"] }),
        result,
        expected: match result {
            Invalid => json!({ "problem": case["problem"] }),
            Valid | Open => json!({
                "decoded": case["value"],
                "oddities": case["oddities"],
                "canonical": case["canonical"],
            }),
        },
        requirements: rules(None),
    }
}

/// What our own readers refuse and others may take: its name among the cases, the JSON inside, why.
const TOLERATED: &[(&str, &str, &str)] = &[
    ("bits after the end", "{}", "bits after the end, which a reader may refuse (RFC 4648 §3.5)"),
    ("byte order mark", "{}", "a byte order mark, which a reader may ignore (RFC 8259 §8.1)"),
];

fn tolerated(case: &Value, document: &str, comment: &str) -> Case {
    Case {
        id: format!("header/{}", slug(text(case, "name"))),
        comment: comment.to_owned(),
        flags: vec!["Independent", "Base64"],
        input: json!({ "header": null, "value": case["text"] }),
        result: Open,
        expected: json!({
            "decoded": serde_json::from_str::<Value>(document).unwrap_or_default(),
            "oddities": [case["name"]],
            "canonical": false,
        }),
        requirements: rules(None),
    }
}

fn rules(header: Option<&str>) -> Vec<&'static str> {
    match header {
        Some(PAYMENT_REQUIRED) => vec!["X402V2-HTTP-RS-003"],
        Some("X-PAYMENT") => vec!["X402V1-HTTP-RS-002"],
        _ => vec!["X402V2-HTTP-RS-007", "X402V2-HTTP-RS-030"],
    }
}

/// One document for each header. Each has a text beyond ASCII, which brings `+` and `/` into its base64.
fn documents(setting: &Setting) -> Result<Vec<(&'static str, Version, Value)>, VectorError> {
    let note = "ÿþý~~~???>>> USD₮0";
    let mut documents = Vec::new();
    for version in Version::ALL {
        let terms = setting.terms();
        let payer = setting.account("payer");
        let draft = Draft::valid(version, terms.clone(), payer.clone(), setting.nonce("header"), NOW);
        let mut payload = draft.present()?.body["paymentPayload"].take();
        payload["note"] = json!(note);
        documents.push((payment_header(version), version, payload));
        let receipt = json!({
            "success": true,
            "transaction": setting.nonce("transaction"),
            "network": setting.network.name(version),
            "payer": payer.address().to_checksum(None),
            "note": note,
        });
        documents.push((receipt_header(version), version, receipt));
        if version == Version::V2 {
            let required = json!({
                "x402Version": 2,
                "error": "PAYMENT-SIGNATURE header is required",
                "resource": { "url": terms.resource, "description": note, "mimeType": "application/json" },
                "accepts": [terms.requirements(version)],
            });
            documents.push((PAYMENT_REQUIRED, version, required));
        }
    }
    Ok(documents)
}

/// A document in the flavours of base64 that are in use, and in some that are not.
fn flavours(header: &'static str, version: Version, document: &Value) -> Vec<Case> {
    // Blanks at the end mean nothing in JSON, and make sure that there is padding to leave out.
    let mut json = document.to_string();
    while !(json.len() + 1).is_multiple_of(3) {
        json.push(' ');
    }
    let plain = encode_bytes(json.as_bytes());
    let url_safe = plain.replace('+', "-").replace('/', "_");
    let half = plain.len() / 2;
    let rows: [(&str, String, Outcome, &str, &[&str]); 15] = [
        ("standard", plain.clone(), Valid, "Plain", &[]),
        ("escaped", encode_bytes(escaped(&json).as_bytes()), Valid, "Unicode", &[]),
        ("url-safe", url_safe.clone(), Open, "Base64", &["url-safe alphabet"]),
        ("unpadded", plain.trim_end_matches('=').to_owned(), Open, "Base64", &["missing padding"]),
        (
            "url-safe-unpadded",
            url_safe.trim_end_matches('=').to_owned(),
            Open,
            "Base64",
            &["url-safe alphabet", "missing padding"],
        ),
        ("blank-inside", format!("{} {}", &plain[..half], &plain[half..]), Open, "Base64", &["white space"]),
        ("raw-json", document.to_string(), Invalid, "NotBase64", &[]),
        ("quoted", format!("\"{plain}\""), Invalid, "NotBase64", &[]),
        ("named", format!("base64:{plain}"), Invalid, "NotBase64", &[]),
        ("data-url", format!("data:application/json;base64,{plain}"), Invalid, "NotBase64", &[]),
        ("garbage-behind", format!("{plain}#"), Invalid, "NotBase64", &[]),
        ("cut", encode_bytes(&json.as_bytes()[..json.trim_end().len() - 1]), Invalid, "NotJson", &[]),
        ("two-documents", encode_bytes(format!("{json}{json}").as_bytes()), Invalid, "NotJson", &[]),
        ("latin-1", encode_bytes(&latin_1(&json)), Invalid, "NotJson", &[]),
        ("base64-twice", encode_bytes(plain.as_bytes()), Invalid, "NotJson", &[]),
    ];
    rows.into_iter()
        .map(|(name, value, result, flag, oddities)| Case {
            id: format!("header/v{}/{}/{name}", version.number(), header.to_ascii_lowercase()),
            comment: format!("{header}, {}", name.replace('-', " ")),
            flags: vec![flag],
            input: json!({ "header": header, "value": value }),
            result,
            expected: match result {
                Invalid => json!({ "problem": if flag == "NotJson" { "json" } else { "base64" } }),
                Valid | Open => json!({
                    "decoded": document,
                    "oddities": oddities,
                    "canonical": value == encode(document),
                }),
            },
            requirements: rules(Some(header)),
        })
        .collect()
}

/// Every letter beyond ASCII as an escape.
fn escaped(json: &str) -> String {
    let mut units = [0; 2];
    json.chars()
        .map(|letter| match letter.is_ascii() {
            true => letter.to_string(),
            false => letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
        })
        .collect()
}

/// One byte for each letter; what Latin-1 does not have is a question mark.
fn latin_1(json: &str) -> Vec<u8> {
    json.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect()
}

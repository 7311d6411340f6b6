//! Rows about how a payment is written: spellings, members that are missing or of another type.

use super::{AUTHORIZATION, Row, SPELLING, TYPE, VERSION, row};
use crate::Version;
use crate::message::amount_field;
use crate::vectors::Outcome::{Invalid, Open};
use serde_json::{Value, json};

pub(super) fn spelled() -> Vec<Row> {
    let mut rows = Vec::new();
    for way in ["negative", "fraction", "exponent", "other-digits", "empty", "number"] {
        let comment = format!("amounts, {way}");
        rows.push(row(
            format!("spelled-{way}"),
            &comment,
            "Spelling",
            json!({ "spelled": way }),
            Invalid,
            SPELLING,
        ));
    }
    for way in ["hexadecimal", "leading-blank", "leading-zero"] {
        let comment = format!("amounts, {way}");
        rows.push(row(
            format!("spelled-{way}"),
            &comment,
            "Spelling",
            json!({ "spelled": way }),
            Open,
            SPELLING,
        ));
    }
    for bytes in [0, 31, 33, 64] {
        let comment = format!("a nonce of {bytes} bytes");
        rows.push(row(
            format!("nonce-bytes-{bytes}"),
            &comment,
            "Nonce",
            json!({ "nonce-bytes": bytes }),
            Invalid,
            &["X402V2-CORE-031"],
        ));
    }
    let text = json!({ "nonce-text": "not-a-nonce" });
    rows.push(row(
        "nonce-text",
        "a nonce that is no hexadecimal",
        "Nonce",
        text,
        Invalid,
        &["X402V2-CORE-031"],
    ));
    rows
}

pub(super) fn missing(version: Version) -> Vec<Row> {
    let without = |place: &str, result| {
        let comment = format!("without {place}");
        row(
            format!("without{}", place.replace('/', "-").to_ascii_lowercase()),
            &comment,
            "Missing",
            json!({ "without": place }),
            result,
            TYPE,
        )
    };
    let price = format!("/paymentRequirements/{}", amount_field(version));
    let mut rows: Vec<Row> = [
        "/paymentPayload",
        "/paymentRequirements",
        "/paymentPayload/x402Version",
        "/paymentPayload/payload",
        "/paymentPayload/payload/signature",
        AUTHORIZATION,
        "/paymentRequirements/scheme",
        "/paymentRequirements/network",
        "/paymentRequirements/asset",
        "/paymentRequirements/payTo",
        "/paymentRequirements/maxTimeoutSeconds",
        price.as_str(),
    ]
    .into_iter()
    .map(|place| without(place, Invalid))
    .collect();
    for member in ["from", "to", "value", "validAfter", "validBefore", "nonce"] {
        rows.push(without(&format!("{AUTHORIZATION}/{member}"), Invalid));
    }
    rows.push(without("/x402Version", Open));
    match version {
        Version::V2 => rows.push(without("/paymentPayload/accepted", Invalid)),
        Version::V1 => rows.extend(
            ["/paymentPayload/scheme", "/paymentPayload/network"].map(|place| without(place, Invalid)),
        ),
    }
    rows
}

pub(super) fn typed(version: Version) -> Vec<Row> {
    let price = format!("/paymentRequirements/{}", amount_field(version));
    let value = format!("{AUTHORIZATION}/value");
    let set = |place: &str, to: Value| json!({ "set": place, "to": to });
    let mut rows = vec![
        row(
            "value-object",
            "an object for a value",
            "Type",
            set(&value, json!({ "amount": "10000" })),
            Invalid,
            TYPE,
        ),
        row("value-null", "null for a value", "Type", set(&value, Value::Null), Invalid, TYPE),
        row("value-list", "a list for a value", "Type", set(&value, json!(["10000"])), Invalid, TYPE),
        row("price-true", "true for a price", "Type", set(&price, json!(true)), Invalid, TYPE),
        row(
            "payload-text",
            "a text for the payload",
            "Type",
            set("/paymentPayload", json!("e30=")),
            Invalid,
            TYPE,
        ),
        row(
            "requirements-list",
            "a list for the requirements",
            "Type",
            set("/paymentRequirements", json!([])),
            Invalid,
            TYPE,
        ),
        row(
            "signature-number",
            "a number for the signature",
            "Type",
            set("/paymentPayload/payload/signature", json!(0)),
            Invalid,
            TYPE,
        ),
        row(
            "timeout-text",
            "a text for maxTimeoutSeconds",
            "Type",
            set("/paymentRequirements/maxTimeoutSeconds", json!("soon")),
            Invalid,
            TYPE,
        ),
        row(
            "payee-name",
            "a name for a payee",
            "Type",
            set("/paymentRequirements/payTo", json!("shop.eth")),
            Invalid,
            TYPE,
        ),
        row(
            "extra-text",
            "a text for extra",
            "Type",
            set("/paymentRequirements/extra", json!("USDC")),
            Invalid,
            TYPE,
        ),
    ];
    for (name, number) in [
        ("0", json!(0)),
        ("3", json!(3)),
        ("negative", json!(-1)),
        ("text", json!("2")),
        ("null", Value::Null),
        ("fraction", json!(2.5)),
    ] {
        let comment = format!("x402Version {number}");
        rows.push(row(
            format!("version-{name}"),
            &comment,
            "Version",
            json!({ "version": number }),
            Invalid,
            VERSION,
        ));
    }
    let other = if version == Version::V2 { 1 } else { 2 };
    rows.push(row(
        "envelope-version",
        "an envelope of the other version",
        "Version",
        set("/x402Version", json!(other)),
        Open,
        &["X402V2-FA-VERIFY-008"],
    ));
    for (name, word) in [("first", "repeated"), ("last", "repeated-last")] {
        for (member, place) in [
            ("value", value.clone()),
            ("payee", "/paymentRequirements/payTo".into()),
            ("price", price.clone()),
        ] {
            let comment = format!("{member} stands twice, the other one {name}");
            rows.push(row(
                format!("repeated-{member}-{name}"),
                &comment,
                "Repeated",
                json!({ word: place, "to": "1" }),
                Open,
                TYPE,
            ));
        }
    }
    rows
}

//! Changes to a valid payment, and what a facilitator must say of each: decided by hand, which the oracle is tested
//! against.

use super::Outcome;
use crate::message::amount_field;
use crate::{LedgerView, TokenView, U256, Version};
use Outcome::{Invalid, Open, Valid};
use serde_json::{Value, json};

/// One change, or several that belong together.
pub(super) struct Row {
    /// Part of the id.
    pub(super) name: String,
    pub(super) comment: String,
    pub(super) flag: &'static str,
    /// The changes, in the vocabulary.
    pub(super) changes: Vec<Value>,
    /// What becomes of the chain.
    pub(super) ledger: fn(&mut LedgerView),
    pub(super) result: Outcome,
    pub(super) requirements: &'static [&'static str],
}

const AUTHORIZATION: &str = "/paymentPayload/payload/authorization";
const SIGNATURE: &[&str] = &["X402-EVM3009-006"];
const AMOUNT: &[&str] = &["X402-EVM3009-008", "X402-EVM3009-009"];
const PAYEE: &[&str] = &["X402-EVM3009-010"];
const DOMAIN: &[&str] = &["X402-EVM3009-025", "X402-EVM3009-026"];
const TYPE: &[&str] = &["X402V2-CORE-032"];
const SPELLING: &[&str] = &["X402V2-CORE-033"];
const CLAIM: &[&str] = &["X402V2-FA-VERIFY-009", "X402V2-FA-VERIFY-010", "X402V2-FA-VERIFY-011"];
const VERSION: &[&str] = &["X402V2-FA-VERIFY-007"];
const HARMLESS: &[&str] = &["INV-005", "X402-EVM3009-011"];
const FORM: &[&str] = &["X402-EVM3009-034"];
const ECHO: &[&str] = &["X402V2-FA-VERIFY-012"];

/// All rows of a version.
pub(super) fn rows(version: Version) -> Vec<Row> {
    [
        harmless(),
        amounts(version),
        window(),
        parties(),
        names(version),
        spelled(),
        missing(version),
        typed(version),
        ledger(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn row(
    name: impl Into<String>,
    comment: &str,
    flag: &'static str,
    changes: Value,
    result: Outcome,
    requirements: &'static [&'static str],
) -> Row {
    let changes = match changes {
        Value::Array(changes) => changes,
        Value::Null => Vec::new(),
        change => vec![change],
    };
    Row { name: name.into(), comment: comment.into(), flag, changes, ledger: |_| {}, result, requirements }
}

fn harmless() -> Vec<Row> {
    let words = [
        ("reordered", "members in reverse order"),
        ("spaced", "white space between all tokens"),
        ("escaped", "every letter as an escape"),
        ("unknown-fields", "members that no document names"),
        ("lower-case-addresses", "addresses in lower case"),
        ("upper-case-hex", "nonce and signature in upper case"),
    ];
    let words = words.map(|(word, comment)| row(word, comment, "Harmless", json!(word), Valid, HARMLESS));
    [row("plain", "a plain payment", "Plain", Value::Null, Valid, HARMLESS)]
        .into_iter()
        .chain(words)
        .collect()
}

fn rich(ledger: &mut LedgerView) {
    ledger.balance = U256::MAX;
}

fn amounts(version: Version) -> Vec<Row> {
    // Version 1 asks for a value that meets or exceeds the price, version 2 for the price.
    let over = if version == Version::V2 { Invalid } else { Open };
    let above = |bits: usize, by: u64| {
        let power: U256 = U256::ONE << bits;
        power.saturating_add(U256::from(by)).to_string()
    };
    let power = |bits: usize| above(bits, 0);
    let next = above(53, 1);
    let rows = vec![
        row(
            "value-below-1",
            "one unit below the price",
            "Boundary",
            json!({ "value-below": 1 }),
            Invalid,
            AMOUNT,
        ),
        row(
            "value-above-1",
            "one unit above the price",
            "Boundary",
            json!({ "value-above": 1 }),
            over,
            AMOUNT,
        ),
        row("value-zero", "nothing for a price", "Amount", json!("value-zero"), Invalid, AMOUNT),
        row("value-one", "one unit for a price", "Amount", json!({ "value": "1" }), Invalid, AMOUNT),
        row("value-of-purse", "all that the payer owns", "Amount", json!("value-of-purse"), over, AMOUNT),
        row(
            "value-64-bits",
            "the price and 2^64",
            "Boundary",
            json!({ "value": above(64, super::PRICE) }),
            over,
            AMOUNT,
        ),
        row(
            "value-128-bits",
            "the price and 2^128",
            "Boundary",
            json!({ "value": above(128, super::PRICE) }),
            over,
            AMOUNT,
        ),
        row("value-max", "2^256 - 1", "Boundary", json!({ "value": U256::MAX.to_string() }), over, AMOUNT),
        row("price-one", "a price of one unit", "Boundary", json!({ "price": "1" }), Valid, AMOUNT),
        row(
            "price-zero",
            "a price of nothing",
            "Boundary",
            json!({ "price": "0" }),
            Open,
            &["X402-EVM3009-035"],
        ),
        row("price-2-53", "a price of 2^53 + 1", "Boundary", json!({ "price": next }), Valid, AMOUNT),
        row(
            "price-2-53-below",
            "2^53 for a price of 2^53 + 1",
            "Boundary",
            json!([{ "price": next }, { "value": power(53) }]),
            Invalid,
            AMOUNT,
        ),
        row("price-2-64", "a price of 2^64", "Boundary", json!({ "price": power(64) }), Valid, AMOUNT),
        row(
            "price-2-64-below",
            "nothing for a price of 2^64",
            "Boundary",
            json!([{ "price": power(64) }, "value-zero"]),
            Invalid,
            AMOUNT,
        ),
        row("price-2-128", "a price of 2^128", "Boundary", json!({ "price": power(128) }), Valid, AMOUNT),
        row(
            "price-2-128-below",
            "nothing for a price of 2^128",
            "Boundary",
            json!([{ "price": power(128) }, "value-zero"]),
            Invalid,
            AMOUNT,
        ),
        row(
            "price-max",
            "a price of 2^256 - 1",
            "Boundary",
            json!({ "price": U256::MAX.to_string() }),
            Valid,
            AMOUNT,
        ),
        row(
            "value-wraps",
            "2^256 more than was signed",
            "Boundary",
            json!("value-wraps"),
            Invalid,
            &["X402V2-CORE-034"],
        ),
        row(
            "value-wraps-128",
            "2^128 more than was signed",
            "Boundary",
            json!("value-wraps-128"),
            Invalid,
            SIGNATURE,
        ),
    ];
    rows.into_iter().map(|row| Row { ledger: rich, ..row }).collect()
}

fn window() -> Vec<Row> {
    let row = |name: &str, comment, change, result, rule| row(name, comment, "Window", change, result, rule);
    let (expired, early): (&[&str], &[&str]) = (&["X402-EVM3009-012"], &["X402-EVM3009-014"]);
    vec![
        row("expired-60", "expired a minute ago", json!({ "expired": 60 }), Invalid, expired),
        row("expired-3600", "expired an hour ago", json!({ "expired": 3600 }), Invalid, expired),
        row("expired-1", "expired a second ago: clocks differ", json!({ "expired": 1 }), Open, expired),
        row("expires-in-0", "ends this second", json!({ "expires-in": 0 }), Open, expired),
        row("expires-in-4", "ends in four seconds", json!({ "expires-in": 4 }), Open, &["X402-EVM3009-013"]),
        row(
            "expires-in-10-years",
            "ends in ten years",
            json!({ "expires-in": 315_360_000 }),
            Open,
            &["X402-EVM3009-016"],
        ),
        row("not-yet-600", "begins in ten minutes", json!({ "not-yet-valid": 600 }), Invalid, early),
        row("not-yet-4", "begins in four seconds", json!({ "not-yet-valid": 4 }), Open, early),
        row(
            "milliseconds",
            "begins in milliseconds",
            json!({ "begins-in-milliseconds": 60 }),
            Invalid,
            early,
        ),
    ]
}

fn parties() -> Vec<Row> {
    let mut rows = vec![
        row("payee-other", "another payee", "Payee", json!({ "payee": "stranger" }), Invalid, PAYEE),
        row(
            "payer-other",
            "somebody else's money",
            "Signature",
            json!({ "payer": "stranger" }),
            Invalid,
            SIGNATURE,
        ),
        row(
            "signed-by",
            "signed by somebody else",
            "Signature",
            json!({ "signed-by": "stranger" }),
            Invalid,
            SIGNATURE,
        ),
    ];
    for bytes in [0, 4, 10, 19] {
        let comment = format!("a payee that shares only {bytes} first bytes");
        rows.push(row(
            format!("payee-near-{bytes}"),
            &comment,
            "Payee",
            json!({ "payee-near": bytes }),
            Invalid,
            PAYEE,
        ));
    }
    for form in ["high-s", "parity-v", "compact"] {
        let comment = format!("a signature that is {form}");
        rows.push(row(
            format!("signature-{form}"),
            &comment,
            "SignatureForm",
            json!({ "signature": form }),
            Open,
            FORM,
        ));
    }
    for form in ["bit-flipped", "zero", "empty", "truncated", "overlong", "wrong-v"] {
        let comment = format!("a signature that is {form}");
        rows.push(row(
            format!("signature-{form}"),
            &comment,
            "Signature",
            json!({ "signature": form }),
            Invalid,
            SIGNATURE,
        ));
    }
    rows
}

fn names(version: Version) -> Vec<Row> {
    let in_v2 = |v2, v1| if version == Version::V2 { v2 } else { v1 };
    vec![
        row(
            "domain-name",
            "signed under another name",
            "Domain",
            json!({ "domain-name": "Tether" }),
            Invalid,
            SIGNATURE,
        ),
        row(
            "domain-version",
            "signed under another version",
            "Domain",
            json!({ "domain-version": "9" }),
            Invalid,
            SIGNATURE,
        ),
        row(
            "domain-chain",
            "signed for another chain",
            "Domain",
            json!({ "domain-chain": 1 }),
            Invalid,
            &["X402-EVM3009-017"],
        ),
        row(
            "domain-contract",
            "signed for another token",
            "Domain",
            json!({ "domain-contract": "other token" }),
            Invalid,
            &["X402-EVM3009-018"],
        ),
        row(
            "extra-name",
            "extra.name is not the token's",
            "Domain",
            json!({ "extra-name": "Tether" }),
            Invalid,
            DOMAIN,
        ),
        row(
            "extra-version",
            "extra.version is not the token's",
            "Domain",
            json!({ "extra-version": "9" }),
            Invalid,
            DOMAIN,
        ),
        row(
            "extra-missing",
            "no domain in extra",
            "Domain",
            json!("extra-missing"),
            in_v2(Invalid, Open),
            DOMAIN,
        ),
        row("network-other", "another network", "Network", json!({ "network": 43114 }), Invalid, CLAIM),
        row(
            "network-of-payload",
            "another network in the payload",
            "Network",
            json!({ "network-of-payload": 43114 }),
            Invalid,
            CLAIM,
        ),
        row("scheme-other", "another scheme", "Scheme", json!({ "scheme": "foo" }), Invalid, CLAIM),
        row(
            "scheme-of-payload",
            "another scheme in the payload",
            "Scheme",
            json!({ "scheme-of-payload": "foo" }),
            Invalid,
            CLAIM,
        ),
        row(
            "asset-other",
            "another token than was signed for",
            "Domain",
            json!({ "asset": "other token" }),
            Invalid,
            &["X402-EVM3009-018"],
        ),
        row(
            "accepted-amount",
            "another price in accepted",
            "Echo",
            json!({ "accepted-amount": 1 }),
            in_v2(Open, Valid),
            ECHO,
        ),
        row(
            "accepted-payee",
            "another payee in accepted",
            "Echo",
            json!({ "accepted-payee": "stranger" }),
            in_v2(Open, Valid),
            ECHO,
        ),
    ]
}

fn spelled() -> Vec<Row> {
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

fn missing(version: Version) -> Vec<Row> {
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

fn typed(version: Version) -> Vec<Row> {
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

fn ledger() -> Vec<Row> {
    let row = |name: &str, comment, ledger, result, rule| Row {
        ledger,
        ..row(name, comment, "Ledger", Value::Null, result, rule)
    };
    let (funds, nonce): (&[&str], &[&str]) =
        (&["X402-EVM3009-007"], &["X402-EVM3009-019", "X402-EVM3009-020"]);
    let token: &[&str] = &["X402-EVM3009-022"];
    vec![
        row(
            "balance-exact",
            "a payer who owns the value",
            |it: &mut LedgerView| it.balance = U256::from(super::PRICE),
            Valid,
            funds,
        ),
        row(
            "balance-short",
            "a payer who lacks one unit",
            |it| it.balance = U256::from(super::PRICE - 1),
            Invalid,
            funds,
        ),
        row("balance-zero", "a payer who owns nothing", |it| it.balance = U256::ZERO, Invalid, funds),
        row("nonce-used", "a nonce that is spent or cancelled", |it| it.nonce_used = true, Invalid, nonce),
        row("blocked", "a payer or payee whom the token refuses", |it| it.blocked = true, Invalid, token),
        row("token-plain", "a token without EIP-3009", |it| it.token = TokenView::Plain, Invalid, token),
        row(
            "token-without-code",
            "no contract at the token's address",
            |it| it.token = TokenView::NoCode,
            Invalid,
            token,
        ),
        row(
            "token-paused",
            "a token that is paused",
            |it| {
                if let TokenView::Eip3009 { paused, .. } = &mut it.token {
                    *paused = true;
                }
            },
            Invalid,
            token,
        ),
    ]
}

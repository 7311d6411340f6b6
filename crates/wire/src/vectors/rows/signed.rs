//! Rows about what is signed and asked for: amounts, windows, parties, names.

use super::{AMOUNT, CLAIM, DOMAIN, ECHO, FORM, PAYEE, Row, SIGNATURE, row};
use crate::vectors::Outcome::{Invalid, Open, Valid};
use crate::vectors::PRICE;
use crate::{LedgerView, U256, Version};
use serde_json::json;

fn rich(ledger: &mut LedgerView) {
    ledger.balance = U256::MAX;
}

pub(super) fn amounts(version: Version) -> Vec<Row> {
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
            json!({ "value": above(64, PRICE) }),
            over,
            AMOUNT,
        ),
        row(
            "value-128-bits",
            "the price and 2^128",
            "Boundary",
            json!({ "value": above(128, PRICE) }),
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

pub(super) fn window() -> Vec<Row> {
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

pub(super) fn parties() -> Vec<Row> {
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

pub(super) fn names(version: Version) -> Vec<Row> {
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

//! Amounts in JSON.

use super::{Case, Outcome};
use Outcome::{Invalid, Open, Valid};
use serde_json::{Value, json};

const IDS: &[&str] = &["X402V2-CORE-033", "X402V2-CORE-008"];

/// Name, the JSON text, what comes of it, the number in plain decimals, flag.
type Row = (&'static str, &'static str, Outcome, &'static str, &'static str);

const ROWS: &[Row] = &[
    ("zero", r#""0""#, Valid, "0", "Boundary"),
    ("one", r#""1""#, Valid, "1", "Boundary"),
    ("usual", r#""10000""#, Valid, "10000", "Plain"),
    ("million", r#""1000000""#, Valid, "1000000", "Plain"),
    ("32-bits", r#""4294967295""#, Valid, "4294967295", "Boundary"),
    ("above-32-bits", r#""4294967296""#, Valid, "4294967296", "Boundary"),
    ("53-bits", r#""9007199254740991""#, Valid, "9007199254740991", "Boundary"),
    ("2-to-53", r#""9007199254740992""#, Valid, "9007199254740992", "Boundary"),
    ("above-2-to-53", r#""9007199254740993""#, Valid, "9007199254740993", "Boundary"),
    ("63-bits", r#""9223372036854775807""#, Valid, "9223372036854775807", "Boundary"),
    ("above-63-bits", r#""9223372036854775808""#, Valid, "9223372036854775808", "Boundary"),
    ("64-bits", r#""18446744073709551615""#, Valid, "18446744073709551615", "Boundary"),
    ("above-64-bits", r#""18446744073709551616""#, Valid, "18446744073709551616", "Boundary"),
    (
        "128-bits",
        r#""340282366920938463463374607431768211455""#,
        Valid,
        "340282366920938463463374607431768211455",
        "Boundary",
    ),
    (
        "above-128-bits",
        r#""340282366920938463463374607431768211456""#,
        Valid,
        "340282366920938463463374607431768211456",
        "Boundary",
    ),
    (
        "256-bits",
        r#""115792089237316195423570985008687907853269984665640564039457584007913129639935""#,
        Valid,
        "115792089237316195423570985008687907853269984665640564039457584007913129639935",
        "Boundary",
    ),
    (
        "above-256-bits",
        r#""115792089237316195423570985008687907853269984665640564039457584007913129639936""#,
        Invalid,
        "",
        "Boundary",
    ),
    (
        "hundred-digits",
        r#""9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999""#,
        Invalid,
        "",
        "Boundary",
    ),
    ("escaped-digits", r#""\u0031\u0030""#, Valid, "10", "Unicode"),
    ("empty", r#""""#, Invalid, "", "Spelling"),
    ("blank", r#"" ""#, Invalid, "", "Spelling"),
    ("minus-one", r#""-1""#, Invalid, "", "Spelling"),
    ("minus-zero", r#""-0""#, Invalid, "", "Spelling"),
    ("plus", r#""+10000""#, Invalid, "", "Spelling"),
    ("fraction", r#""10000.0""#, Invalid, "", "Spelling"),
    ("dollars", r#""$0.01""#, Invalid, "", "Spelling"),
    ("decimal-dollars", r#""0.01""#, Invalid, "", "Spelling"),
    ("exponent", r#""1e4""#, Invalid, "", "Spelling"),
    ("thousands-comma", r#""10,000""#, Invalid, "", "Spelling"),
    ("thousands-underscore", r#""10_000""#, Invalid, "", "Spelling"),
    ("big-integer-suffix", r#""10000n""#, Invalid, "", "Spelling"),
    ("infinity", r#""Infinity""#, Invalid, "", "Spelling"),
    ("not-a-number", r#""NaN""#, Invalid, "", "Spelling"),
    ("octal", r#""0o23420""#, Invalid, "", "Spelling"),
    ("binary", r#""0b10011100010000""#, Invalid, "", "Spelling"),
    ("devanagari", r#""१००००""#, Invalid, "", "Unicode"),
    ("full-width", r#""１００００""#, Invalid, "", "Unicode"),
    ("blank-inside", r#""10 000""#, Invalid, "", "Spelling"),
    ("nul", r#""10000\u0000""#, Invalid, "", "Spelling"),
    ("hexadecimal", r#""0x2710""#, Open, "10000", "Spelling"),
    ("hexadecimal-without-digits", r#""0x""#, Invalid, "", "Spelling"),
    ("leading-zero", r#""010000""#, Open, "10000", "Spelling"),
    ("leading-blank", r#"" 10000""#, Open, "10000", "Spelling"),
    ("trailing-line-break", r#""10000\n""#, Open, "10000", "Spelling"),
    ("number", "10000", Invalid, "", "Type"),
    ("number-fraction", "10000.5", Invalid, "", "Type"),
    ("number-negative", "-10000", Invalid, "", "Type"),
    ("number-exponent", "1e4", Invalid, "", "Type"),
    ("number-above-2-to-53", "9007199254740993", Invalid, "", "Type"),
    ("null", "null", Invalid, "", "Type"),
    ("true", "true", Invalid, "", "Type"),
    ("list", r#"["10000"]"#, Invalid, "", "Type"),
    ("object", r#"{"amount":"10000"}"#, Invalid, "", "Type"),
];

pub(super) fn cases() -> Vec<Case> {
    ROWS.iter()
        .map(|(name, written, result, number, flag)| Case {
            id: format!("amount/{name}"),
            comment: format!("{written} where an amount belongs"),
            flags: vec![flag],
            input: json!({ "json": written }),
            result: *result,
            expected: if number.is_empty() { Value::Null } else { json!({ "decimal": number }) },
            requirements: IDS.to_vec(),
        })
        .collect()
}

//! The same payment in other bytes has the same verdict.

use crate::samples::{NOW, draft, ledger};
use crate::table::examples;
use gauntlet_wire::{Verdict, Version, judge};
use proptest::prelude::*;
use serde_json::{Map, Value};

/// How a body is written again.
#[derive(Debug, Clone)]
struct Style {
    /// Members are rotated by so many places, at every level.
    rotate: usize,
    reverse: bool,
    indent: bool,
    upper_case_hex: bool,
    /// Every ASCII letter of a string as `\u00xx`.
    escape: bool,
}

fn style() -> impl Strategy<Value = Style> {
    (0..5_usize, any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(rotate, reverse, indent, upper_case_hex, escape)| Style {
            rotate,
            reverse,
            indent,
            upper_case_hex,
            escape,
        },
    )
}

fn rewrite(body: &Value, style: &Style) -> Vec<u8> {
    let body = reorder(body, style);
    let text = if style.indent { serde_json::to_string_pretty(&body) } else { serde_json::to_string(&body) }
        .unwrap();
    if style.escape { escape(&text).into_bytes() } else { text.into_bytes() }
}

fn reorder(value: &Value, style: &Style) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> =
                members.iter().map(|(name, value)| (name.clone(), reorder(value, style))).collect();
            if style.reverse {
                members.reverse();
            }
            let turn = style.rotate % members.len().max(1);
            members.rotate_left(turn);
            Value::Object(members.into_iter().collect::<Map<_, _>>())
        }
        Value::String(text) if style.upper_case_hex => Value::String(upper_case(text)),
        other => other.clone(),
    }
}

/// Upper-case digits behind `0x`, where that is no spelling of a number but of bytes.
fn upper_case(text: &str) -> String {
    match text.strip_prefix("0x") {
        Some(digits) if digits.len() >= 40 => format!("0x{}", digits.to_ascii_uppercase()),
        _ => text.to_owned(),
    }
}

/// Escapes the letters inside strings; JSON that `serde_json` has written has letters elsewhere only in
/// `true`, `false`, `null` and exponents.
fn escape(json: &str) -> String {
    let mut escaped = String::new();
    let (mut inside, mut behind_backslash) = (false, false);
    for c in json.chars() {
        if inside && !behind_backslash && c.is_ascii_alphabetic() {
            escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
            continue;
        }
        escaped.push(c);
        if c == '"' && !behind_backslash {
            inside = !inside;
        }
        behind_backslash = c == '\\' && !behind_backslash;
    }
    escaped
}

proptest! {
    #[test]
    fn another_spelling_of_the_json_keeps_the_verdict(
        version in prop_oneof![Just(Version::V1), Just(Version::V2)],
        mutation in any::<prop::sample::Index>(),
        style in style(),
    ) {
        let mut draft = draft(version);
        mutation.get(&examples()).apply(&mut draft, NOW);
        let body = draft.present().unwrap().body;
        let plain = judge(body.to_string().as_bytes(), &ledger(), NOW);
        prop_assert_eq!(judge(&rewrite(&body, &style), &ledger(), NOW), plain);
    }
}

#[test]
fn every_style_at_once_is_other_bytes_and_the_same_payment() {
    let style = Style { rotate: 2, reverse: true, indent: true, upper_case_hex: true, escape: true };
    for version in Version::ALL {
        let body = draft(version).present().unwrap().body;
        let rewritten = rewrite(&body, &style);
        assert_ne!(rewritten, body.to_string().into_bytes());
        assert_eq!(judge(&rewritten, &ledger(), NOW), Verdict::Valid, "{version}");
    }
}

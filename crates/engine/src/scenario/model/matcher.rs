//! What a value must be like.

use gauntlet_wire::U256;
use regex::Regex;
use serde_json::Value;
use std::fmt::{self, Display, Formatter};

/// What a value must be like.
#[derive(Debug, Clone)]
pub enum Matcher {
    /// Equal to this.
    Is(Value),
    /// Like one of these.
    Any(Vec<Matcher>),
    /// Not like this.
    Not(Box<Matcher>),
    /// A text in which this pattern is found.
    Matches(Regex),
    /// This much or more: a number, or a text of decimal digits.
    Gte(U256),
    /// This much or less.
    Lte(U256),
    /// Not there.
    Absent,
    /// Of this kind.
    Type(Kind),
    /// Like all of these.
    All(Vec<Matcher>),
    /// An object with these members, and any others.
    Members(Vec<(String, Matcher)>),
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

/// Kinds of JSON values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    String,
    /// Any number.
    Number,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// A list.
    List,
    /// An object.
    Object,
    /// Null.
    Null,
}

impl Kind {
    /// The words of the language.
    pub const WORDS: &[(&str, Self)] = &[
        ("string", Self::String),
        ("number", Self::Number),
        ("integer", Self::Integer),
        ("boolean", Self::Boolean),
        ("list", Self::List),
        ("object", Self::Object),
        ("null", Self::Null),
    ];

    fn fits(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Number => value.is_number(),
            Self::Integer => value.is_i64() || value.is_u64(),
            Self::Boolean => value.is_boolean(),
            Self::List => value.is_array(),
            Self::Object => value.is_object(),
            Self::Null => value.is_null(),
        }
    }

    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }
}

/// A number, or a text of decimal digits, as amounts are written.
fn amount(value: &Value) -> Option<U256> {
    match value {
        Value::Number(number) => number.as_u64().map(U256::from),
        Value::String(text) if text.bytes().all(|digit| digit.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    }
}

impl Matcher {
    /// Whether a value is like this; nothing stands for a member or a header that is not there.
    #[must_use]
    pub fn fits(&self, value: Option<&Value>) -> bool {
        match self {
            Self::Absent => value.is_none(),
            Self::Not(inner) => !inner.fits(value),
            Self::Any(each) => each.iter().any(|one| one.fits(value)),
            Self::All(each) => each.iter().all(|one| one.fits(value)),
            Self::Members(members) => members.iter().all(|(name, one)| {
                value.is_some_and(Value::is_object) && one.fits(value.and_then(|it| it.get(name)))
            }),
            Self::Is(wanted) => value == Some(wanted),
            Self::Matches(pattern) => {
                value.and_then(Value::as_str).is_some_and(|text| pattern.is_match(text))
            }
            Self::Gte(least) => value.and_then(amount).is_some_and(|number| number >= *least),
            Self::Lte(most) => value.and_then(amount).is_some_and(|number| number <= *most),
            Self::Type(kind) => value.is_some_and(|value| kind.fits(value)),
        }
    }

    /// What does not fit, each with the name of its place below `at`.
    #[must_use]
    pub fn misses(&self, at: &str, value: Option<&Value>) -> Vec<super::Miss> {
        match self {
            Self::Members(members) if value.is_some_and(Value::is_object) => members
                .iter()
                .flat_map(|(name, one)| {
                    let below = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                    one.misses(&below, value.and_then(|value| value.get(name)))
                })
                .collect(),
            one if one.fits(value) => Vec::new(),
            one => {
                let at = if at.is_empty() { "the JSON" } else { at };
                let got = value.map_or_else(|| format!("{at} is not there"), |value| format!("{at} {value}"));
                vec![super::Miss { at: at.to_owned(), want: format!("{at} {one}"), got }]
            }
        }
    }
}

impl Display for Matcher {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let joined =
            |each: &[Self], with: &str| each.iter().map(ToString::to_string).collect::<Vec<_>>().join(with);
        match self {
            Self::Is(value) => write!(f, "{value}"),
            Self::Any(each) => write!(f, "{}", joined(each, " or ")),
            Self::Not(inner) => write!(f, "not {inner}"),
            Self::Matches(pattern) => write!(f, "matching /{pattern}/"),
            Self::Gte(least) => write!(f, "{least} or more"),
            Self::Lte(most) => write!(f, "{most} or less"),
            Self::Absent => write!(f, "absent"),
            Self::Type(kind) => write!(f, "of type {}", kind.word()),
            Self::All(each) => write!(f, "{}", joined(each, " and ")),
            Self::Members(members) => {
                let members: Vec<String> =
                    members.iter().map(|(name, one)| format!("{name} {one}")).collect();
                write!(f, "with {}", members.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_fit_or_do_not() {
        let is = |value: Value| Matcher::Is(value);
        let number = |text: &str| text.parse::<U256>().unwrap();
        let past_64 = "18446744073709551616";
        for (matcher, fits, does_not) in [
            (is(json!(1)), Some(json!(1)), Some(json!("1"))),
            (is(json!(null)), Some(json!(null)), None),
            (Matcher::Any(vec![is(json!(1)), is(json!("x"))]), Some(json!("x")), Some(json!(2))),
            (Matcher::Not(Box::new(is(json!(1)))), None, Some(json!(1))),
            (Matcher::Matches(Regex::new("^a.c$").unwrap()), Some(json!("abc")), Some(json!(1))),
            (Matcher::Gte(number(past_64)), Some(json!("18446744073709551617")), Some(json!(5))),
            (Matcher::Lte(number(past_64)), Some(json!(5)), Some(json!("18446744073709551617"))),
            (Matcher::Lte(number("5")), Some(json!("5")), Some(json!("-5"))),
            (Matcher::Absent, None, Some(json!(null))),
            (Matcher::Type(Kind::Integer), Some(json!(1)), Some(json!(1.5))),
            (Matcher::Type(Kind::List), Some(json!([])), None),
        ] {
            assert!(matcher.fits(fits.as_ref()), "{matcher} {fits:?}");
            assert!(!matcher.fits(does_not.as_ref()), "{matcher} {does_not:?}");
        }
    }

    #[test]
    fn what_misses_is_named_by_its_place() {
        let inner = Matcher::Members(vec![("b".into(), Matcher::Is(json!(true)))]);
        let outer = Matcher::Members(vec![("a".into(), inner), ("c".into(), Matcher::Absent)]);
        let misses = outer.misses("", Some(&json!({ "a": { "b": false }, "d": 1 })));
        let said: Vec<_> = misses.iter().map(|miss| (miss.want.as_str(), miss.got.as_str())).collect();
        assert_eq!(said, [("a.b true", "a.b false")]);
        assert_eq!(outer.misses("", None)[0].got, "the JSON is not there");
    }
}

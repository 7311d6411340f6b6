//! How JSON is written down: the same object in other bytes, and objects in which a member stands twice.
//!
//! RFC 8259 leaves the order of members, white space and escapes free, and calls what a reader makes of repeated names
//! unpredictable (§4).

use crate::DraftError;
use serde_json::{Map, Value};
use std::fmt::Write as _;

/// A way of writing JSON.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Writing {
    /// Members in reverse order.
    pub reversed: bool,
    /// White space between all tokens.
    pub spaced: bool,
    /// Every character of every text as a `\u` escape.
    pub escaped: bool,
    /// Members that stand twice.
    pub repeats: Vec<Repeat>,
}

/// A member that stands twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Repeat {
    /// Where, JSON pointer (RFC 6901) from the top of the facilitator request.
    pub at: String,
    /// Its other value.
    pub value: Value,
    /// Whether the other value comes first.
    pub first: bool,
}

impl Writing {
    /// Writes `value`, which stands at the pointer `root` of a facilitator request. Repeats elsewhere are left out.
    ///
    /// # Errors
    /// [`DraftError`] when a repeated member below `root` does not exist.
    pub fn write(&self, value: &Value, root: &str) -> Result<String, DraftError> {
        for repeat in &self.repeats {
            let below = repeat.at.strip_prefix(root);
            if below.is_some_and(|place| value.pointer(place).is_none()) {
                return Err(DraftError(repeat.at.clone()));
            }
        }
        let mut text = String::new();
        self.value(&mut text, value, root);
        Ok(text)
    }

    fn value(&self, text: &mut String, value: &Value, at: &str) {
        match value {
            Value::Object(members) => self.object(text, members, at),
            Value::Array(items) => {
                text.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.separate(text, index);
                    self.value(text, item, &format!("{at}/{index}"));
                }
                self.blank(text);
                text.push(']');
            }
            Value::String(string) => self.string(text, string),
            plain => text.push_str(&plain.to_string()),
        }
    }

    fn object(&self, text: &mut String, members: &Map<String, Value>, at: &str) {
        let mut written = Vec::new();
        for (name, value) in members {
            let place = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
            let others = |first| self.repeats.iter().filter(move |repeat| repeat.first == first);
            let at_place = |repeat: &&Repeat| repeat.at == place;
            let mut copies: Vec<Value> = others(true).filter(at_place).map(|r| r.value.clone()).collect();
            copies.push(value.clone());
            copies.extend(others(false).filter(at_place).map(|repeat| repeat.value.clone()));
            written.push((name, place, copies));
        }
        if self.reversed {
            // Copies keep their order: which one counts depends on it.
            written.reverse();
        }
        text.push('{');
        let copies = written
            .iter()
            .flat_map(|(name, place, copies)| copies.iter().map(move |value| (name, place, value)));
        for (index, (name, place, value)) in copies.enumerate() {
            self.separate(text, index);
            self.string(text, name);
            self.blank(text);
            text.push(':');
            self.blank(text);
            self.value(text, value, place);
        }
        self.blank(text);
        text.push('}');
    }

    fn separate(&self, text: &mut String, index: usize) {
        if index > 0 {
            text.push(',');
        }
        self.blank(text);
    }

    fn blank(&self, text: &mut String) {
        if self.spaced {
            text.push_str("\n\t ");
        }
    }

    fn string(&self, text: &mut String, string: &str) {
        if !self.escaped {
            text.push_str(&Value::from(string).to_string());
            return;
        }
        text.push('"');
        for unit in string.encode_utf16() {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\u{unit:04x}");
        }
        text.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sample() -> Value {
        json!({ "a": { "b": "1", "c/d": [1, "€😀"] }, "e": null })
    }

    #[test]
    fn plain_writing_is_what_serde_writes() {
        assert_eq!(Writing::default().write(&sample(), "").unwrap(), sample().to_string());
    }

    #[test]
    fn every_way_of_writing_means_the_same() {
        for (reversed, spaced, escaped) in [(true, false, false), (false, true, false), (true, true, true)] {
            let writing = Writing { reversed, spaced, escaped, repeats: Vec::new() };
            let text = writing.write(&sample(), "").unwrap();
            assert_ne!(text, sample().to_string());
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), sample());
        }
    }

    #[test]
    fn a_repeated_member_stands_before_or_behind_its_own_value() {
        let repeat = |first| Writing {
            repeats: vec![Repeat { at: "/top/a/c~1d".into(), value: json!("x"), first }],
            ..Writing::default()
        };
        let plain = json!({ "a": { "c/d": 1 } });
        assert_eq!(repeat(true).write(&plain, "/top").unwrap(), r#"{"a":{"c/d":"x","c/d":1}}"#);
        assert_eq!(repeat(false).write(&plain, "/top").unwrap(), r#"{"a":{"c/d":1,"c/d":"x"}}"#);
        assert_eq!(repeat(true).write(&json!({}), "/top"), Err(DraftError("/top/a/c~1d".into())));
        assert_eq!(repeat(true).write(&json!({}), "/other"), Ok("{}".into()));
    }
}

//! Texts that a target may send, in every place that takes one.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Something for every format: markup, ends of blocks, escapes of a terminal, NUL, directives, marks of direction, and no
/// character in its place.
pub const EVIL: &str = "</style></script><script>alert('x')</script>\"><img src=x onerror=y>]]>\u{0}\u{1b}[31m\u{9b}2J\r\n\
                        Bail out!\nnot ok 1 # TODO\n  ...\n1..0\n| a | b |\n```\n~~~\n``x`` @everyone https://evil.example \
                        ![x](https://evil.example) # SKIP \\# {{ 7 * 7 }} {% raw %} &lt; \u{202e}gnp\u{2028}\u{feff}\u{ffff}";

/// The same value with a text in place of every other text for which any text would do.
#[must_use]
pub fn poisoned<T: Serialize + DeserializeOwned>(sound: &T, evil: &str) -> T {
    let mut value = serde_json::to_value(sound).unwrap();
    for path in texts(&value, String::new()) {
        let mut tried = value.clone();
        *tried.pointer_mut(&path).unwrap() = Value::from(evil);
        if serde_json::from_value::<T>(tried.clone()).is_ok() {
            value = tried;
        }
    }
    serde_json::from_value(value).unwrap()
}

/// Where in a value there are texts, as JSON pointers.
fn texts(value: &Value, at: String) -> Vec<String> {
    match value {
        Value::String(_) => vec![at],
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(index, item)| texts(item, format!("{at}/{index}"))).collect()
        }
        Value::Object(members) => {
            members.iter().flat_map(|(name, item)| texts(item, format!("{at}/{name}"))).collect()
        }
        _ => Vec::new(),
    }
}

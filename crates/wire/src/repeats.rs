//! Whether a name stands twice in an object of a JSON text.
//!
//! RFC 8259 §4 calls the outcome of repeated names unpredictable: some readers take the first value, some the last,
//! some refuse. A parsed value has forgotten the repetition, so the text is read again, for its names alone.

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use std::collections::HashSet;

/// Whether some object of a JSON text has two members of one name. A text that is no JSON has none.
#[must_use]
pub fn has_repeats(text: &[u8]) -> bool {
    serde_json::from_slice::<Names>(text).is_ok_and(|names| names.repeated)
}

/// What is left of a value when only repetition counts.
struct Names {
    repeated: bool,
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Look)
    }
}

struct Look;

/// Scalars have no names.
macro_rules! nameless {
    ($($visit:ident($type:ty)),+) => {
        $(fn $visit<E>(self, _: $type) -> Result<Names, E> {
            Ok(Names { repeated: false })
        })+
    };
}

impl<'de> Visitor<'de> for Look {
    type Value = Names;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    nameless!(visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));

    fn visit_unit<E>(self) -> Result<Names, E> {
        Ok(Names { repeated: false })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Names, A::Error> {
        let mut repeated = false;
        while let Some(item) = items.next_element::<Names>()? {
            repeated |= item.repeated;
        }
        Ok(Names { repeated })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Names, A::Error> {
        let (mut seen, mut repeated) = (HashSet::new(), false);
        while let Some(name) = members.next_key::<String>()? {
            repeated |= !seen.insert(name);
            repeated |= members.next_value::<Names>()?.repeated;
        }
        Ok(Names { repeated })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_not_stand_twice_in_one_object() {
        for text in [r#"{"a":1,"a":1}"#, r#"[0,{"b":{"a":1,"a":2}}]"#, r#"{"a":1,"\u0061":2}"#] {
            assert!(has_repeats(text.as_bytes()), "{text}");
        }
        for text in [r#"{"a":{"a":1},"b":[{"a":1},{"a":null}]}"#, "1e400", "{", r#"{"a":1,"a":"#, "\"a\""] {
            assert!(!has_repeats(text.as_bytes()), "{text}");
        }
    }
}

//! JSON that says a member twice: readers keep the first or the last, and most do not notice.

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use std::collections::HashSet;
use std::fmt;

/// The members that stand in one object more than once, as JSON pointers; none for text that is no JSON.
pub(in crate::server) fn members_twice(text: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut reader = serde_json::Deserializer::from_slice(text);
    // What cannot be read to its end is the matter of other checks.
    let _ = Place { path: String::new(), found: &mut found }.deserialize(&mut reader);
    found
}

struct Place<'a> {
    path: String,
    found: &'a mut Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            let path = format!("{}/{name}", self.path);
            if !seen.insert(name) {
                self.found.push(path.clone());
            }
            members.next_value_seed(Place { path, found: &mut *self.found })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut index = 0;
        loop {
            let path = format!("{}/{index}", self.path);
            if items.next_element_seed(Place { path, found: &mut *self.found })?.is_none() {
                return Ok(());
            }
            index += 1;
        }
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_twice_is_named_with_its_place() {
        assert_eq!(
            members_twice(br#"{"a":1,"b":{"a":[{"c":1,"d":null,"c":true}]},"a":"x"}"#),
            ["/b/a/0/c", "/a"]
        );
        assert_eq!(members_twice(br#"{"a":1,"\u0061":2}"#), ["/a"]);
        assert_eq!(members_twice(br#"[{"a":1},{"a":1.5},-2]"#), [""; 0]);
        assert_eq!(members_twice(b"no JSON"), [""; 0]);
        assert_eq!(members_twice(b"{\"a\":1,\"a\":"), ["/a"]);
    }
}

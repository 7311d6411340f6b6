//! JSON as RFC 8259 asks of careful readers: a name that occurs twice in an object is an error.
//!
//! A reader that takes the first of two and one that takes the last would read two payments in one body: mutants do.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// What becomes of a name that occurs twice in an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeats {
    /// The document is refused.
    Refused,
    /// The first member counts.
    First,
    /// The last member counts.
    Last,
}

/// Reads one JSON document. Nesting beyond 128 levels is an error.
///
/// # Errors
/// What is wrong with the text, and where.
pub(crate) fn read(body: &[u8], repeats: Repeats) -> Result<Value, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = repeats.deserialize(&mut reader)?;
    reader.end().map(|()| value)
}

impl<'de> DeserializeSeed<'de> for Repeats {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Repeats {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON without repeated names")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(self)?;
            match (self, object.contains_key(&name)) {
                (Self::Refused, true) => return Err(A::Error::custom("a name occurs twice in an object")),
                (Self::First, true) => {}
                _ => {
                    object.insert(name, value);
                }
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::{Repeats, read as read_as};
    use serde_json::{Value, json};

    fn read(text: &[u8]) -> Result<Value, serde_json::Error> {
        read_as(text, Repeats::Refused)
    }

    #[test]
    fn a_careless_reader_takes_the_first_or_the_last() {
        let text = br#"{"a":1,"b":[{"c":null,"c":true}],"a":-2,"d":1.5}"#;
        let read = |repeats| read_as(text, repeats).expect("JSON");
        assert_eq!(read(Repeats::First), json!({ "a": 1, "b": [{ "c": null }], "d": 1.5 }));
        assert_eq!(read(Repeats::Last), json!({ "a": -2, "b": [{ "c": true }], "d": 1.5 }));
    }

    #[test]
    fn documents_are_read_as_they_are() {
        let text = br#"{"a":[1,-2,2.5,true,null],"b":{"c":"\u0041"}}"#;
        assert_eq!(read(text).expect("JSON"), json!({"a": [1, -2, 2.5, true, null], "b": {"c": "A"}}));
    }

    #[test]
    fn repeated_names_deep_nesting_and_rubbish_are_refused() {
        let deep = [vec![b'['; 5000], vec![b']'; 5000]].concat();
        for body in [
            br#"{"a":1,"a":1}"#.as_slice(),
            br#"{"b":{"a":1,"a":2}}"#,
            b"{\"a\":\"\xff\"}",
            b"{\"a\":\"\0\"}",
            b"{} {}",
            b"",
            &deep,
        ] {
            assert!(read(body).is_err(), "{}", String::from_utf8_lossy(&body[..body.len().min(20)]));
        }
    }
}

//! JSON as RFC 8259 asks of careful readers: a name that occurs twice in an object is an error.
//!
//! A reader that takes the first of two and one that takes the last would read two payments in one body.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Reads one JSON document. Nesting beyond 128 levels is an error.
///
/// # Errors
/// What is wrong with the text, and where.
pub(super) fn read(body: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice::<Careful>(body).map(|careful| careful.0)
}

struct Careful(Value);

impl<'de> Deserialize<'de> for Careful {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CarefulVisitor).map(Self)
    }
}

struct CarefulVisitor;

impl<'de> Visitor<'de> for CarefulVisitor {
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
        while let Some(Careful(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Careful(value))) = members.next_entry::<String, Careful>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom("a name occurs twice in an object"));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use serde_json::json;

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

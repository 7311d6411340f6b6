//! JSON that says a member twice, and the mutant that verifies the first and settles the last.

use super::deal::Deal;
use super::mutants::Fault;
use super::payment::Payment;
use gauntlet_wire::header::bytes_lenient;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// What is verified of a payment.
pub(super) fn verified(fault: Option<Fault>, payment: &Payment) -> &Value {
    match &payment.first {
        Some(first) if fault == Some(Fault::FirstDuplicateVerified) => first,
        _ => &payment.payload,
    }
}

/// Whether a settlement that failed is served: only of a payment of which something else was verified.
pub(super) fn is_served(deal: &Deal) -> bool {
    *verified(deal.service.fault, &deal.payment) != deal.payment.payload
}

/// A document in which the first of equal members counts, where a mutant needs it.
pub(super) fn first_of_each(fault: Option<Fault>, text: &str) -> Option<Value> {
    if fault != Some(Fault::FirstDuplicateVerified) {
        return None;
    }
    let (json, _) = bytes_lenient(text).ok()?;
    serde_json::from_slice(&json).ok().map(|First(value)| value)
}

struct First(Value);

impl<'de> Deserialize<'de> for First {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(First)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, First(value))) = members.next_entry::<String, First>()? {
            object.entry(name).or_insert(value);
        }
        Ok(Value::Object(object))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(First(value)) = items.next_element()? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Value, E> {
        Ok(yes.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gauntlet_wire::header::encode_bytes;
    use serde_json::json;

    #[test]
    fn the_first_of_equal_members_counts() {
        let text = encode_bytes(br#"{"a":1,"b":[{"c":null,"c":true}],"a":-2,"d":1.5}"#);
        let first = first_of_each(Some(Fault::FirstDuplicateVerified), &text);
        assert_eq!(first, Some(json!({ "a": 1, "b": [{ "c": null }], "d": 1.5 })));
        assert_eq!(first_of_each(None, &text), None);
    }
}

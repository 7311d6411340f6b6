//! A reader of JSON Schema that knows the words that extensions use, and takes every other one for fulfilled: it may
//! miss a violation and never invents one.
//!
//! Source: JSON Schema 2020-12, validation vocabulary.

use serde_json::Value;

/// Why a value does not satisfy a schema; none when it does, or when nobody here can tell.
pub(super) fn broken(value: &Value, schema: &Value) -> Option<String> {
    broken_at("info", value, schema)
}

fn broken_at(at: &str, value: &Value, schema: &Value) -> Option<String> {
    if *schema == Value::Bool(false) {
        return Some(format!("{at} is not allowed"));
    }
    let schema = schema.as_object()?;
    // What it refers to may stand anywhere.
    if schema.contains_key("$ref") || schema.contains_key("$dynamicRef") {
        return None;
    }
    let word = |name: &str| schema.get(name);
    if word("type").is_some_and(|types| !is_of(value, types)) {
        return Some(format!("{at} is not of type {}", schema["type"]));
    }
    if word("const").is_some_and(|only| only != value) {
        return Some(format!("{at} is not {}", schema["const"]));
    }
    if word("enum").and_then(Value::as_array).is_some_and(|values| !values.contains(value)) {
        return Some(format!("{at} is none of {}", schema["enum"]));
    }
    match value {
        Value::Object(members) => {
            let required = word("required").and_then(Value::as_array).into_iter().flatten();
            if let Some(missing) =
                required.filter_map(Value::as_str).find(|name| !members.contains_key(*name))
            {
                return Some(format!("{at}.{missing} is missing"));
            }
            let properties = word("properties").and_then(Value::as_object);
            let known = |name: &String| properties.is_some_and(|properties| properties.contains_key(name));
            let closed = word("additionalProperties") == Some(&Value::Bool(false))
                && word("patternProperties").is_none();
            if let Some(extra) = members.keys().find(|name| closed && !known(name)) {
                return Some(format!("{at}.{extra} is not allowed"));
            }
            let named = properties.into_iter().flatten();
            named
                .filter_map(|(name, schema)| Some((name, members.get(name)?, schema)))
                .find_map(|(name, value, schema)| broken_at(&format!("{at}.{name}"), value, schema))
        }
        Value::Array(items) if word("prefixItems").is_none() => {
            let schema = word("items")?;
            let mut items = items.iter().enumerate();
            items.find_map(|(index, item)| broken_at(&format!("{at}[{index}]"), item, schema))
        }
        _ => None,
    }
}

fn is_of(value: &Value, types: &Value) -> bool {
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => true,
    };
    match types {
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(is),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_broken_is_named() {
        let schema = json!({
            "type": "object",
            "properties": {
                "input": { "type": "object", "required": ["method"], "properties": {
                    "method": { "enum": ["GET", "POST"] },
                    "tags": { "type": "array", "items": { "type": ["string", "null"] } },
                    "depth": { "type": "integer" },
                } },
                "version": { "const": 1 },
            },
            "required": ["input"],
            "additionalProperties": false,
        });
        let says = |info: Value| broken(&info, &schema);
        assert_eq!(says(json!({ "input": { "method": "GET", "tags": ["a", null], "depth": 2.0 } })), None);
        assert_eq!(says(json!({})).unwrap(), "info.input is missing");
        assert_eq!(says(json!([])).unwrap(), "info is not of type \"object\"");
        assert_eq!(says(json!({ "input": {} })).unwrap(), "info.input.method is missing");
        assert!(
            says(json!({ "input": { "method": "PUT" } })).unwrap().starts_with("info.input.method is none")
        );
        assert!(says(json!({ "input": { "method": "GET", "tags": [1] } })).unwrap().contains("tags[0]"));
        assert!(says(json!({ "input": { "method": "GET", "depth": 1.5 } })).is_some());
        assert_eq!(
            says(json!({ "input": { "method": "GET" }, "version": 2 })).unwrap(),
            "info.version is not 1"
        );
        assert_eq!(
            says(json!({ "input": { "method": "GET" }, "more": 1 })).unwrap(),
            "info.more is not allowed"
        );
    }

    #[test]
    fn unknown_words_are_fulfilled() {
        for schema in [
            json!({}),
            json!(true),
            json!({ "$ref": "#/x" }),
            json!({ "pattern": "^a" }),
            json!({ "type": "odd" }),
        ] {
            assert_eq!(broken(&json!("b"), &schema), None, "{schema}");
        }
    }
}

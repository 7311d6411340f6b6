//! The JSON Schema of scenario files, for editors: made of the grammar.

use super::grammar::{self, BESIDE, FAULT, FILE, Key, MATCHERS, Takes, VERBS, Verb};
use gauntlet_wire::mutation::words::Takes as WordTakes;
use gauntlet_wire::mutation::{WORDS, Word};
use serde_json::{Map, Value, json};

/// Names of payments and accounts.
const NAME: &str = "^[a-z][a-z0-9-]*$";
/// The greatest number that every reader of JSON reads alike.
const GREATEST: u64 = (1 << 53) - 1;

/// The schema, draft 2020-12.
#[must_use]
pub fn schema() -> Value {
    let mut schema = table(FILE);
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "A scenario of Gauntlet".into();
    schema["description"] =
        "What is given, what happens, and what must have come of it; see scenarios/README.md".into();
    schema["$defs"] = json!({
        "step": { "oneOf": VERBS.iter().map(step).collect::<Vec<_>>() },
        "change": { "anyOf": WORDS.iter().map(change).collect::<Vec<_>>() },
        "matcher": { "anyOf": [matcher(), { "type": ["string", "number", "boolean", "array"] }] },
        "members": { "anyOf": [
            matcher(),
            { "type": "object", "additionalProperties": { "$ref": "#/$defs/members" } },
            { "type": ["string", "number", "boolean", "array"] },
        ] },
        "fault": table(FAULT),
        "mining": { "oneOf": [
            { "enum": ["automatic", "stopped"] },
            { "type": "object", "properties": { "every": { "type": "integer", "minimum": 1, "maximum": 60 } },
              "required": ["every"], "additionalProperties": false },
        ] },
        "count": { "oneOf": [
            { "type": "integer", "minimum": 0 },
            { "type": "array", "items": { "type": "integer", "minimum": 0 }, "minItems": 2, "maxItems": 2 },
        ] },
    });
    schema
}

/// The schema as the file has it.
#[must_use]
pub fn text() -> String {
    format!("{:#}\n", schema())
}

fn table(keys: &[Key]) -> Value {
    let properties: Map<String, Value> =
        keys.iter().map(|key| (key.name.to_owned(), described(key))).collect();
    let needed: Vec<&str> = keys.iter().filter(|key| key.needed).map(|key| key.name).collect();
    let mut table = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !needed.is_empty() {
        table["required"] = needed.into();
    }
    table
}

fn described(key: &Key) -> Value {
    let mut value = takes(key.takes);
    value["description"] = key.what.into();
    value
}

fn takes(takes: Takes) -> Value {
    let by_names = |inner: Value| json!({ "type": "object", "additionalProperties": inner });
    match takes {
        Takes::Text => json!({ "type": "string", "minLength": 1 }),
        Takes::Texts => json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 }),
        Takes::Flag => json!({ "type": "boolean" }),
        Takes::Count(from, to) => json!({ "type": "integer", "minimum": from, "maximum": to }),
        Takes::Versions => json!({ "type": "array", "items": { "enum": [1, 2] }, "minItems": 1 }),
        Takes::Amount => json!({ "type": "string", "pattern": "^[0-9]+$" }),
        Takes::Word32 => json!({ "type": "string", "pattern": "^0x[0-9a-fA-F]{64}$" }),
        Takes::Name | Takes::Account => json!({ "type": "string", "pattern": NAME }),
        Takes::Names => json!({ "type": "array", "items": { "type": "string", "pattern": NAME } }),
        Takes::OneOf(words) => json!({ "enum": words() }),
        Takes::Funds => json!({ "oneOf": [
            { "enum": grammar::funds() },
            { "type": "object", "properties": { "units": { "type": "string", "pattern": "^[0-9]+$" } },
              "required": ["units"], "additionalProperties": false },
        ] }),
        Takes::Mining => json!({ "$ref": "#/$defs/mining" }),
        Takes::Fault => json!({ "oneOf": [{ "const": "none" }, { "$ref": "#/$defs/fault" }] }),
        Takes::Faults => json!({ "type": "array", "items": { "$ref": "#/$defs/fault" } }),
        Takes::Changes => json!({ "type": "array", "items": { "$ref": "#/$defs/change" } }),
        Takes::Json => json!({}),
        Takes::Headers => by_names(json!({ "type": "string" })),
        Takes::Matcher => json!({ "$ref": "#/$defs/matcher" }),
        Takes::Matchers => by_names(json!({ "$ref": "#/$defs/members" })),
        Takes::Counts => by_names(json!({ "$ref": "#/$defs/count" })),
        Takes::Uses => by_names(json!({ "enum": ["used", "unused"] })),
        Takes::Steps => json!({ "type": "array", "items": { "$ref": "#/$defs/step" }, "minItems": 1 }),
        Takes::Table(keys) => table(keys),
        Takes::Tables(keys, about) => {
            let mut tables = table(about);
            tables["additionalProperties"] = table(keys);
            tables
        }
    }
}

fn step(verb: &Verb) -> Value {
    let mut properties = Map::new();
    properties.insert(verb.name.to_owned(), takes(verb.takes));
    properties[verb.name]["description"] = verb.what.into();
    for key in BESIDE.iter().filter(|key| verb.beside.contains(&key.name)) {
        properties.insert(key.name.to_owned(), described(key));
    }
    json!({ "type": "object", "properties": properties, "required": [verb.name], "additionalProperties": false })
}

fn matcher() -> Value {
    let mut matcher = table(MATCHERS);
    matcher["minProperties"] = 1.into();
    matcher["properties"]["any"] = json!({ "type": "array", "minItems": 1 });
    for bound in ["gte", "lte"] {
        matcher["properties"][bound] = json!({ "oneOf": [{ "type": "integer", "minimum": 0 }, { "type": "string", "pattern": "^[0-9]+$" }] });
    }
    matcher
}

fn change(word: &Word) -> Value {
    let argument = match word.takes {
        WordTakes::Nothing => return json!({ "const": word.name, "description": word.what }),
        WordTakes::Count => json!({ "type": "integer", "minimum": 0, "maximum": GREATEST }),
        WordTakes::Amount => json!({ "type": "string", "pattern": "^[0-9]+$" }),
        WordTakes::Text => json!({ "type": "string" }),
        WordTakes::Account | WordTakes::Token => json!({ "type": "string", "minLength": 1 }),
        WordTakes::OneOf(words) => json!({ "enum": words }),
        WordTakes::Anything => json!({}),
        WordTakes::Place | WordTakes::PlaceAndValue => json!({ "type": "string", "pattern": "^/" }),
    };
    let mut properties = Map::new();
    properties.insert(word.name.to_owned(), argument);
    let mut required = vec![word.name];
    if word.takes == WordTakes::PlaceAndValue {
        properties.insert("to".to_owned(), json!({}));
        required.push("to");
    }
    json!({
        "type": "object", "description": word.what, "properties": properties,
        "required": required, "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `cargo run -- lint --schema > fixtures/schema/scenario.schema.json` writes it.
    #[test]
    fn the_committed_schema_is_that_of_the_grammar() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/schema/scenario.schema.json");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == text(),
            "write it anew: cargo run -- lint --schema > fixtures/schema/scenario.schema.json"
        );
    }
}

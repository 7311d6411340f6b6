//! An extension without effect that the shop offers beside a page, so that there is one to echo.
//!
//! Source: core v2 §5.1.2 and §5.2.2: what a buyer repeats of an extension may grow and must not change.

use super::identifier;
use super::mutants::Fault;
use super::routes::Route;
use serde_json::{Value, json};

const NAME: &str = "gauntlet-note";

/// The `extensions` of a route's 402.
pub(super) fn offered(route: &Route, fault: Option<Fault>) -> Option<Value> {
    if let Some(offer) = identifier::offered(route, fault) {
        return Some(json!({ identifier::NAME: offer }));
    }
    if route.name != "cheap" {
        return None;
    }
    let mut note = json!({
        "info": { "note": "The page is sold as it stands", "edition": 1 },
        "schema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": { "note": { "type": "string" }, "edition": { "type": "integer" } },
            "required": ["note", "edition"],
        },
    });
    match fault {
        Some(Fault::ExtensionWithoutSchema) => note["schema"] = Value::Null,
        Some(Fault::ExtensionInfoBreaksSchema) => note["info"] = json!({ "note": note["info"]["note"] }),
        Some(Fault::ExtensionsList) => return Some(json!([{ "name": NAME, "info": note["info"] }])),
        _ => {}
    }
    Some(json!({ NAME: note }))
}

/// Whether a payment leaves what was offered as it is. What it does not repeat it does not change.
pub(super) fn is_kept(fault: Option<Fault>, offered: Option<&Value>, payload: &Value) -> bool {
    let echoed = match payload.get("extensions") {
        None | Some(Value::Null) => return true,
        Some(echoed) => echoed,
    };
    let offered = offered.and_then(Value::as_object);
    let is_offered = |name: &String| offered.is_some_and(|offered| offered.contains_key(name));
    match (offered, echoed.as_object(), fault) {
        (_, Some(echoed), Some(Fault::RefusesUnknownExtensions)) if !echoed.keys().all(is_offered) => false,
        (_, _, Some(Fault::IgnoresExtensionEcho)) | (None, _, _) => true,
        (_, None, _) => false,
        (Some(offered), Some(echoed), fault) => offered.iter().all(|(name, own)| match echoed.get(name) {
            None => true,
            Some(theirs) if fault == Some(Fault::RefusesGrownEcho) => theirs == own,
            Some(theirs) => contains(theirs, own),
        }),
    }
}

/// Whether everything that `part` says stands in `whole` too.
fn contains(whole: &Value, part: &Value) -> bool {
    match (whole.as_object(), part.as_object()) {
        (Some(whole), Some(part)) => {
            part.iter().all(|(name, own)| whole.get(name).is_some_and(|theirs| contains(theirs, own)))
        }
        _ => whole == part,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echo_may_grow_and_must_not_change() {
        let own = json!({ "a": { "info": { "x": 1, "list": [1] }, "schema": {} } });
        let kept = |extensions: Value| is_kept(None, Some(&own), &json!({ "extensions": extensions }));
        assert!(is_kept(None, Some(&own), &json!({})));
        for echo in [
            json!(null),
            json!({}),
            json!({ "b": { "info": 1 } }),
            own.clone(),
            json!({ "a": { "info": { "x": 1, "list": [1], "more": 2 }, "schema": {}, "more": 3 } }),
        ] {
            assert!(kept(echo.clone()), "{echo}");
        }
        for echo in [
            json!([]),
            json!("a"),
            json!({ "a": null }),
            json!({ "a": { "schema": {} } }),
            json!({ "a": { "info": { "x": 2, "list": [1] }, "schema": {} } }),
            json!({ "a": { "info": { "x": 1, "list": [1, 2] }, "schema": {} } }),
            json!({ "a": { "info": { "list": [1] }, "schema": {} } }),
        ] {
            assert!(!kept(echo.clone()), "{echo}");
        }
    }
}

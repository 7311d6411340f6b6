//! The extensions that a 402 offers.

use super::{Told, Wrong, schema, shown, told_of};
use crate::check::{Judged, Stop};
use crate::cx::Cx;
use serde_json::{Map, Value};

/// Their schemas describe what the buyer fills in.
const FILLED_IN_BY_BUYERS: &[&str] =
    &["sign-in-with-x", "siwx", "eip2612GasSponsoring", "erc20ApprovalGasSponsoring"];

pub(super) async fn members(cx: Cx) -> Judged {
    for (told, extensions) in offered(&cx).await? {
        for (name, extension) in &extensions {
            for member in ["info", "schema"] {
                let value = extension.get(member);
                if !value.is_some_and(Value::is_object) {
                    let got = format!("{name}.{member} {}", shown(value));
                    Wrong::new("extension-member", "info and schema as objects", got).found(&cx, &told.visit);
                }
            }
        }
    }
    Ok(())
}

pub(super) async fn satisfied(cx: Cx) -> Judged {
    for (told, extensions) in offered(&cx).await? {
        let judged = extensions.iter().filter(|(name, _)| !FILLED_IN_BY_BUYERS.contains(&name.as_str()));
        for (name, extension) in judged {
            let (Some(info), Some(schema)) = (extension.get("info"), extension.get("schema")) else {
                continue;
            };
            if let Some(problem) = schema::broken(info, schema) {
                Wrong::new(
                    "info-breaks-schema",
                    "an info that its schema allows",
                    format!("{name}: {problem}"),
                )
                .found(&cx, &told.visit);
            }
        }
    }
    Ok(())
}

/// What each route offers that offers something.
async fn offered(cx: &Cx) -> Result<Vec<(Told, Map<String, Value>)>, Stop> {
    let mut offers = Vec::new();
    for route in super::paid_routes(cx)? {
        let told = told_of(cx, route).await?;
        match told.object.get("extensions") {
            Some(Value::Object(extensions)) if !extensions.is_empty() => {
                let extensions = extensions.clone();
                offers.push((told, extensions));
            }
            None | Some(Value::Null | Value::Object(_)) => {}
            other => {
                let got = format!("extensions {}", shown(other));
                Wrong::new("extensions-no-object", "an object, or none", got).found(cx, &told.visit);
            }
        }
    }
    if offers.is_empty() {
        return Err(Stop::NotApplicable("the server offers no extension".into()));
    }
    Ok(offers)
}

//! What stands at the top of a 402: the version, the error, the list of offers, the resource.

use super::{Told, Wrong, shown, told_of};
use crate::check::{Judged, Stop};
use crate::cx::Cx;
use gauntlet_report::Class;
use gauntlet_wire::Version;
use serde_json::{Map, Value};

pub(super) async fn version(cx: Cx) -> Judged {
    let Told { visit, object } = told_of(&cx, "cheap").await?;
    let said = object.get("x402Version");
    let (number, want) = match cx.version() {
        Version::V2 => (2.0, "the number 2"),
        Version::V1 => (1.0, "the number 1"),
    };
    // JSON has one kind of number: 2.0 is 2.
    #[expect(clippy::float_cmp, reason = "a small whole number is exact")]
    let is_right = said.and_then(Value::as_f64).is_some_and(|said| said == number);
    if !is_right {
        Wrong::new("wrong-version", want, format!("x402Version {}", shown(said))).found(&cx, &visit);
    }
    if let Some(wrong) = error_of(&object, cx.version()) {
        wrong.found(&cx, &visit);
    }
    Ok(())
}

/// Version 1 demands the error, version 2 allows it.
fn error_of(object: &Value, version: Version) -> Option<Wrong> {
    let error = object.get("error");
    let got = || format!("error {}", shown(error));
    match (error, version) {
        (Some(Value::String(_)), _) | (None | Some(Value::Null), Version::V2) => None,
        (_, Version::V1) => Some(Wrong::new("error-not-text", "an error as a string", got())),
        (Some(_), Version::V2) => {
            let wrong = Wrong::new("error-not-text", "an error as a string, or none", got());
            Some(Wrong { class: Some(Class::I), ..wrong.against("X402V2-CORE-005") })
        }
    }
}

pub(super) async fn accepts(cx: Cx) -> Judged {
    let Told { visit, object } = told_of(&cx, "cheap").await?;
    match object.get("accepts") {
        Some(Value::Array(offers)) if offers.is_empty() => {
            Wrong::new("no-offer", "at least one offer", "accepts is empty")
                .against("GAUNTLET-RS-019")
                .found(&cx, &visit);
        }
        Some(Value::Array(_)) => {}
        other => {
            Wrong::new("accepts-no-list", "a list", format!("accepts {}", shown(other))).found(&cx, &visit)
        }
    }
    Ok(())
}

pub(super) async fn resource(cx: Cx) -> Judged {
    let Told { visit, object } = told_of(&cx, "cheap").await?;
    match object.get("resource") {
        Some(Value::Object(resource)) => {
            let url = resource.get("url");
            if !url.is_some_and(Value::is_string) {
                Wrong::new("no-url", "a url as a string", format!("url {}", shown(url))).found(&cx, &visit);
            }
            for wrong in beyond_limits(resource) {
                wrong.found(&cx, &visit);
            }
        }
        other => Wrong::new("no-resource", "an object", format!("resource {}", shown(other)))
            .against("X402V2-CORE-003")
            .found(&cx, &visit),
    }
    Ok(())
}

/// What a resource says of its service that is longer or other than the table allows.
fn beyond_limits(resource: &Map<String, Value>) -> Vec<Wrong> {
    let plain = |value: &Value| {
        value
            .as_str()
            .is_some_and(|text| text.len() <= 32 && text.bytes().all(|byte| (0x20..0x7f).contains(&byte)))
    };
    let icon = |value: &Value| {
        value.as_str().is_some_and(|url| {
            url.len() <= 2048 && (url.starts_with("https://") || url.starts_with("http://"))
        })
    };
    let tags = |value: &Value| value.as_array().is_some_and(|tags| tags.len() <= 5 && tags.iter().all(plain));
    let fits = |name: &str, fits: &dyn Fn(&Value) -> bool| {
        let value = resource.get(name).filter(|value| !value.is_null());
        (!value.is_none_or(fits)).then(|| {
            let want =
                "at most 32 printable ASCII letters in a name, 5 such tags, 2048 letters in the icon's URL";
            Wrong::new("beyond-limits", want, format!("{name} {}", shown(value))).against("X402V2-CORE-015")
        })
    };
    [fits("serviceName", &plain), fits("tags", &tags), fits("iconUrl", &icon)].into_iter().flatten().collect()
}

pub(super) async fn resource_url(cx: Cx) -> Judged {
    let routes = ["cheap", "item", "create"];
    let mut judged = false;
    for name in routes.into_iter().filter(|name| cx.route(name).is_ok()) {
        let told = told_of(&cx, name).await?;
        let path = cx.route(name)?.path;
        for url in urls(&told, cx.version()) {
            judged = true;
            if let Some(problem) = misleads(&url, &path) {
                Wrong::new("url-misleads", "an absolute URL with the path of the route", problem)
                    .found(&cx, &told.visit);
            }
        }
    }
    if !judged {
        return Err(Stop::Inconclusive("no 402 names its resource by a url".into()));
    }
    Ok(())
}

/// Where a 402 says what is for sale: once in version 2, in each offer in version 1.
fn urls(told: &Told, version: Version) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match version {
        Version::V2 => text(&told.object["resource"]["url"]).into_iter().collect(),
        Version::V1 => told.offers().iter().filter_map(|offer| text(&offer["resource"])).collect(),
    }
}

/// What is wrong with the URL of a resource. Scheme and host may be those of a proxy in front, which may also put a
/// prefix before the path.
fn misleads(url: &str, route: &str) -> Option<String> {
    let rest = url
        .split_once("://")
        .filter(|(scheme, _)| matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https"));
    let Some((_, rest)) = rest else { return Some(format!("{url:?} is not absolute")) };
    let Some((host, path)) = rest.split_once('/') else { return Some(format!("{url:?} has no path")) };
    let without_query = |path: &str| path.split(['?', '#']).next().unwrap_or_default().to_owned();
    let (path, route) = (format!("/{}", without_query(path)), without_query(route));
    if host.is_empty() {
        return Some(format!("{url:?} has no host"));
    }
    (!path.ends_with(&route)).then(|| format!("{url:?} for {route}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn urls_lead_to_the_route() {
        for good in [
            "http://127.0.0.1:1/cheap",
            "https://shop.example/cheap",
            "HTTPS://shop.example/api/cheap?a=1",
            "http://[::1]:8080/cheap#top",
        ] {
            assert_eq!(misleads(good, "/cheap?b=2"), None, "{good}");
        }
        for bad in ["/cheap", "cheap", "http://shop.example", "http:///cheap", "ftp://shop.example/cheap"] {
            assert!(misleads(bad, "/cheap").is_some(), "{bad}");
        }
        assert!(misleads("http://shop.example/dear", "/cheap").is_some());
    }

    #[test]
    fn limits_concern_what_is_there() {
        let wrongs = |resource: Value| beyond_limits(resource.as_object().unwrap()).len();
        assert_eq!(wrongs(json!({ "url": "x", "serviceName": null })), 0);
        assert_eq!(wrongs(json!({ "serviceName": "Shop", "tags": ["a"], "iconUrl": "https://x/i.png" })), 0);
        assert_eq!(wrongs(json!({ "serviceName": "x".repeat(33), "tags": ["ü"], "iconUrl": "/i.png" })), 3);
        assert_eq!(wrongs(json!({ "serviceName": 1, "tags": ["a", "b", "c", "d", "e", "f"] })), 2);
    }

    #[test]
    fn only_version_one_demands_an_error() {
        let kind = |object: Value, version| error_of(&object, version).map(|wrong| wrong.class);
        assert_eq!(kind(json!({}), Version::V2), None);
        assert_eq!(kind(json!({ "error": "pay" }), Version::V1), None);
        assert_eq!(kind(json!({}), Version::V1), Some(None));
        assert_eq!(kind(json!({ "error": {} }), Version::V2), Some(Some(Class::I)));
    }
}

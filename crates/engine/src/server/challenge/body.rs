//! The body of a version 1 challenge, before its members are looked at.

use super::{Wrong, all_unpaid};
use crate::check::Judged;
use crate::cx::Cx;
use serde_json::Value;

pub(super) async fn form(cx: Cx) -> Judged {
    let want = "a JSON object with accepts";
    for (route, visit) in all_unpaid(&cx).await? {
        let got = match visit.json() {
            None => Some("a body that is no JSON".to_owned()),
            Some(Value::Object(body)) if body.contains_key("accepts") => None,
            Some(Value::Object(_)) => Some("an object without accepts".to_owned()),
            Some(_) => Some("JSON that is no object".to_owned()),
        };
        if let Some(got) = got {
            Wrong::new("no-body", want, format!("{route}: {got}")).found(&cx, &visit);
            continue;
        }
        let kind = visit.header("Content-Type").unwrap_or_default();
        if !is_json(kind) {
            let got = format!("{route}: Content-Type {kind:?}");
            Wrong::new("not-called-json", "Content-Type application/json", got).mild().found(&cx, &visit);
        }
    }
    Ok(())
}

fn is_json(kind: &str) -> bool {
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use super::is_json;

    #[test]
    fn types_of_json() {
        assert!(is_json("application/json") && is_json("Application/JSON; charset=utf-8"));
        assert!(is_json("application/problem+json"));
        assert!(!is_json("text/html; charset=utf-8") && !is_json("") && !is_json("application/jsonp"));
    }
}

//! What a parser reads in the body of `/verify` and `/settle`: cases that somebody decided by hand.

use super::{Case, Outcome, VectorError, independent, slug, text};
use serde_json::{Value, json};

const BY_HAND: &str = include_str!("../../../../fixtures/vectors/independent/requests.json");

pub(super) fn cases() -> Result<Vec<Case>, VectorError> {
    let (root, cases) = independent("requests", BY_HAND)?;
    Ok(cases.iter().map(|case| taken_over(&root["plain"], case)).collect())
}

fn taken_over(plain: &Value, case: &Value) -> Case {
    let result = match (text(case, "strict"), text(case, "lenient")) {
        ("ok", _) => Outcome::Valid,
        (_, "ok") => Outcome::Open,
        _ => Outcome::Invalid,
    };
    let name = text(case, "name");
    let kind = match result {
        Outcome::Valid if name.ends_with("a plain payment") => "Plain",
        Outcome::Valid => "Harmless",
        _ if text(case, "strict").is_empty() => "NotJson",
        _ if name.contains("missing") || name.contains(": no ") => "Missing",
        _ => "Spelling",
    };
    let expected = match result {
        Outcome::Invalid => json!({ "at": text(case, "strict") }),
        Outcome::Valid | Outcome::Open => read(plain, &case["read"]),
    };
    Case {
        id: format!("reading/{}", slug(name)),
        comment: name.to_owned(),
        flags: vec!["Independent", kind],
        input: json!({ "body": case["body"] }),
        result,
        expected,
        requirements: vec!["X402V2-CORE-032", "X402V2-CORE-033"],
    }
}

/// All that must have been read: the plain payment of the version with the differences of the case.
fn read(plain: &Value, differences: &Value) -> Value {
    let mut read = plain[differences["version"].to_string()].clone();
    if let (Some(members), Some(differences)) = (read.as_object_mut(), differences.as_object()) {
        members.extend(differences.clone());
    }
    json!({ "read": read })
}

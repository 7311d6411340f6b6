//! `{placeholders}` in the texts of a manifest.
//!
//! A placeholder is a lower-case name in braces; every other brace is left alone, so that JSON and `${SHELL}` can be
//! written as they are. `{{name}}` stands for `{name}` itself.

use std::{collections::BTreeMap, ops::Range};

/// A placeholder of a text: its name and where it stands, braces included.
struct Found<'a> {
    range: Range<usize>,
    name: &'a str,
    /// `{{name}}`: not to be replaced.
    literal: bool,
}

/// Names that a text uses, in order, with duplicates.
pub(crate) fn names(text: &str) -> impl Iterator<Item = &str> {
    find(text).into_iter().filter(|found| !found.literal).map(|found| found.name)
}

/// The text with every placeholder replaced, or the first name that has no value.
pub(crate) fn fill(text: &str, values: &BTreeMap<String, String>) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len());
    let mut end = 0;
    for found in find(text) {
        filled.push_str(&text[end..found.range.start]);
        if found.literal {
            filled.push_str(&text[found.range.start + 1..found.range.end - 1]);
        } else {
            filled.push_str(values.get(found.name).ok_or_else(|| found.name.to_owned())?);
        }
        end = found.range.end;
    }
    filled.push_str(&text[end..]);
    Ok(filled)
}

fn find(text: &str) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find('{').map(|offset| at + offset) {
        let rest = &text[open + 1..];
        let length = rest.find(|c: char| !matches!(c, 'a'..='z' | '0'..='9' | '_')).unwrap_or(rest.len());
        let name = &rest[..length];
        if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !rest[length..].starts_with('}') {
            at = open + 1;
            continue;
        }
        let close = open + 1 + length + 1;
        let literal = text[..open].ends_with('{') && text[close..].starts_with('}');
        let range = if literal { open - 1..close + 1 } else { open..close };
        at = range.end;
        found.push(Found { range, name, literal });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_names_and_leaves_other_braces_alone() {
        let values =
            BTreeMap::from([("port".to_owned(), "80".to_owned()), ("a_1".to_owned(), "x".to_owned())]);
        for (text, filled) in [
            ("http://h:{port}/{a_1}{port}", "http://h:80/x80"),
            (r#"{"a":{"b":1}} ${HOME} {} { port } {"#, r#"{"a":{"b":1}} ${HOME} {} { port } {"#),
            ("{{port}} {{{port}}}", "{port} {{port}}"),
            (r#"{"port":{port}}"#, r#"{"port":80}"#),
            ("é{port}ü", "é80ü"),
        ] {
            assert_eq!(fill(text, &values).unwrap(), filled);
        }
        assert_eq!(fill("{prot}", &values).unwrap_err(), "prot");
        assert_eq!(names("{a} {{b}} {c_}").collect::<Vec<_>>(), ["a", "c_"]);
    }
}

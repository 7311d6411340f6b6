//! What an answer must be like.

use super::Matcher;
use gauntlet_report::Exchange;
use serde_json::Value;
use std::ops::Range;

/// What an answer must be like.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// Its status code.
    pub status: Option<Matcher>,
    /// Its body as JSON.
    pub json: Option<Matcher>,
    /// Its headers, each by its name in any case.
    pub headers: Vec<(String, Matcher)>,
    /// Its body as text.
    pub body: Option<Matcher>,
    /// Whether content came that must be paid for.
    pub canary: Option<bool>,
    /// Where it stands, bytes.
    pub span: Range<usize>,
}

/// Something that an answer is not like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// What it is about: `status`, `isValid`.
    pub at: String,
    /// What should have come.
    pub want: String,
    /// What came.
    pub got: String,
}

/// An answer as it came.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The exchange.
    pub exchange: &'a Exchange,
    /// Whether content came; nothing is known of it where nothing is sold.
    pub content: Option<bool>,
}

impl Answer {
    /// What an answer misses.
    #[must_use]
    pub fn misses(&self, told: Told<'_>) -> Vec<Miss> {
        let response = told.exchange.response.clone().unwrap_or_default();
        let mut misses = Vec::new();
        if let Some(status) = &self.status {
            misses.extend(status.misses("status", told.exchange.status.map(Value::from).as_ref()));
        }
        if let Some(json) = &self.json {
            misses.extend(json.misses("", serde_json::from_slice(&response.body).ok().as_ref()));
        }
        for (name, header) in &self.headers {
            misses.extend(header.misses(name, value_of(&response.head, name).map(Value::from).as_ref()));
        }
        if let Some(body) = &self.body {
            let text = Value::from(String::from_utf8_lossy(&response.body));
            misses.extend(body.misses("body", Some(&text)));
        }
        if let (Some(wanted), Some(came)) = (self.canary, told.content)
            && wanted != came
        {
            let said = |content: bool| if content { "content" } else { "no content" }.to_owned();
            misses.push(Miss { at: "canary".into(), want: said(wanted), got: said(came) });
        }
        misses
    }
}

/// The value of a header; several lines of one name are one value with commas, as HTTP has it.
fn value_of(head: &str, name: &str) -> Option<String> {
    let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    let values: Vec<&str> = lines
        .filter(|(key, _)| key.trim().eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
        .collect();
    (!values.is_empty()).then(|| values.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_have_no_case_and_may_stand_twice() {
        let head = "HTTP/1.1 200 OK\r\nVary: a\r\nX-One: 1\r\nvary: b\r\n";
        assert_eq!(value_of(head, "VARY").as_deref(), Some("a, b"));
        assert_eq!(value_of(head, "x-two"), None);
    }
}

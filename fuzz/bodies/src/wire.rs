//! What goes over the wire, below x402.

use gauntlet_probe::client::read_answer;
use gauntlet_probe::{Client, ClientConfig, Rule, curl_line};
use gauntlet_report::{Exchange, Message, NetFault};

/// How much of a body is kept here, bytes.
const KEPT: usize = 1_000;

/// Answers over HTTP, however they are cut into parts.
pub(crate) fn http(bytes: &[u8]) {
    for method in ["GET", "HEAD"] {
        let whole = read_answer(method, KEPT, bytes, bytes.len());
        for step in [1, 7] {
            let parts = read_answer(method, KEPT, bytes, step);
            // What is wrong is seen earlier in small parts, and may be told in other words then.
            assert_eq!(kind(&parts.2), kind(&whole.2), "in parts of {step}");
            if whole.2.is_none() {
                assert_eq!(parts, whole, "in parts of {step}");
            }
        }
        if let (status, Some(message), _) = whole {
            assert!(status.is_some() && message.body.len() <= KEPT);
            let _ = message.header("payment-required");
        }
    }
}

fn kind(fault: &Option<NetFault>) -> Option<&'static str> {
    Some(match fault.as_ref()? {
        NetFault::Refused(_) => "refused",
        NetFault::Closed(_) => "closed",
        NetFault::Truncated(_) => "truncated",
        NetFault::TimedOut(_) => "timed out",
        NetFault::NotHttp(_) => "not HTTP",
    })
}

/// Base URLs of targets.
pub(crate) fn url(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(client) = Client::new(&text, ClientConfig::default()) {
        let url = client.url("/paid?x=1");
        assert!(url.starts_with("http://") && url.ends_with("/paid?x=1"), "{url:?}");
        assert!(!url.contains(['\r', '\n', ' ', '\0']), "{url:?} would break a request line");
        assert!(client.at(&client.url("/paid")).is_ok(), "{url:?} is no URL of ours again");
    }
}

/// Rules of the fault proxy.
pub(crate) fn rules(bytes: &[u8]) {
    if let Ok(rules) = serde_json::from_slice::<Vec<Rule>>(bytes) {
        let again = serde_json::from_value::<Vec<Rule>>(serde_json::to_value(&rules).unwrap());
        assert_eq!(again.unwrap(), rules);
    }
}

/// Lines for a shell.
pub(crate) fn curl(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let mut words = text.splitn(4, '\n').map(str::to_owned);
    let mut word = || words.next().unwrap_or_default();
    let (method, url, head, body) = (word(), word(), word(), word());
    let exchange = Exchange {
        seq: 1,
        url,
        method: method.clone(),
        started_ms: 0,
        took_us: 0,
        request: Message {
            head: format!("{method} / HTTP/1.1\r\n{head}\r\n"),
            body: body.into_bytes(),
            ..Message::default()
        },
        response: None,
        status: None,
        fault: None,
    };
    let line = curl_line(&exchange, None);
    // A body that is no text comes out of `printf`.
    let (body, rest) =
        line.split_once(" | curl ").unwrap_or(("printf ''", line.strip_prefix("curl ").unwrap_or("(")));
    assert!(is_one_command(body) && is_one_command(rest), "{line}");
}

/// Whether a shell reads one command: outside of quotes nothing ends it, substitutes or redirects.
fn is_one_command(line: &str) -> bool {
    let (mut is_quoted, mut rest) = (false, line.chars());
    while let Some(c) = rest.next() {
        match (is_quoted, c) {
            (_, '\'') => is_quoted = !is_quoted,
            (false, '\\') => drop(rest.next()),
            (false, ';' | '&' | '|' | '<' | '>' | '`' | '(' | ')' | '\n' | '\r') => return false,
            _ => {}
        }
    }
    !is_quoted
}

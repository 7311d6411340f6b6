//! What a facilitator that runs already says of itself.

use super::answers::{Answers, Start};
use gauntlet_probe::{Client, ClientConfig, Request, Role};
use gauntlet_wire::SupportedAnswer;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

/// What is written down as claims, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Looked {
    /// Versions, the newest first; empty: learnt in each run.
    pub(super) versions: Vec<u8>,
    /// Schemes; empty: nothing is said.
    pub(super) schemes: Vec<String>,
    why: String,
}

impl Looked {
    /// For the end of `gauntlet init`: what is claimed, and how that is known.
    pub(super) fn text(&self) -> String {
        let versions: Vec<String> = self.versions.iter().map(u8::to_string).collect();
        match (versions.is_empty(), self.schemes.is_empty()) {
            (true, _) => self.why.clone(),
            (false, true) => format!("versions {}: {}", versions.join(", "), self.why),
            (false, false) => {
                format!("versions {}, schemes {}: {}", versions.join(", "), self.schemes.join(", "), self.why)
            }
        }
    }

    fn nothing(why: impl Into<String>) -> Self {
        Self { why: why.into(), ..Self::default() }
    }
}

/// Asks `GET /supported` where that makes sense. Nothing that goes wrong is an error: the manifest then says less.
pub(super) async fn at(answers: &Answers) -> Looked {
    if !answers.versions.is_empty() {
        return Looked { versions: answers.versions.clone(), why: "as you said".into(), ..Looked::default() };
    }
    let each_run = "assumed nothing; learnt from the target in each run";
    match (&answers.start, answers.role) {
        (Start::Url(_), _) if answers.dialect.is_some() => Looked::nothing(each_run),
        (Start::Url(url), Role::Facilitator) if is_here(url) => of_facilitator(url).await,
        (Start::Url(_), Role::Facilitator) => {
            Looked::nothing(format!("{each_run}; it was not asked now, being on another machine"))
        }
        _ => Looked::nothing(each_run),
    }
}

async fn of_facilitator(url: &str) -> Looked {
    let config = ClientConfig { timeout: Duration::from_secs(5), ..ClientConfig::default() };
    let Ok(client) = Client::new(url, config) else { return Looked::nothing("the URL cannot be asked") };
    let exchange = client.send(Request::get("/supported")).await;
    let silent = || Looked::nothing(format!("nothing answers at {url}/supported now; learnt in each run"));
    let Some(response) = exchange.response.filter(|_| exchange.status == Some(200)) else { return silent() };
    let kinds =
        SupportedAnswer::read(&response.body).ok().and_then(|answer| answer.kinds).unwrap_or_default();
    // What is not of this form is not worth writing down: the answer is a stranger's.
    let is_word = |text: &String| {
        (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let versions: BTreeSet<u8> = kinds
        .iter()
        .filter_map(|kind| [1, 2].into_iter().find(|version| kind.version == Some(u64::from(*version))))
        .collect();
    let schemes: BTreeSet<String> =
        kinds.iter().filter_map(|kind| kind.scheme.clone()).filter(is_word).collect();
    if versions.is_empty() {
        return Looked::nothing(format!(
            "{url}/supported names no kind that can be tried; learnt in each run"
        ));
    }
    Looked {
        versions: versions.into_iter().rev().collect(),
        schemes: schemes.into_iter().collect(),
        why: format!("from {url}/supported"),
    }
}

/// Whether a URL leads to this machine.
fn is_here(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_here;

    #[test]
    fn only_this_machine_is_asked() {
        for url in ["http://127.0.0.1:80", "http://localhost:4022/x402", "http://[::1]:1"] {
            assert!(is_here(url), "{url}");
        }
        for url in
            ["http://example.org", "http://127.0.0.1.example.org:80", "http://10.0.0.1", "http://[fe80::1]"]
        {
            assert!(!is_here(url), "{url}");
        }
    }
}

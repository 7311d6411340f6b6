//! Every reader of bytes that somebody else has chosen, as a function of these bytes. Each asserts more than that nothing
//! panics, where more holds: what is read is written as it was, places lie within the text, reports are what they should be.
//!
//! libFuzzer calls them (`fuzz/fuzz_targets`), and so do proptest's mutations of the same corpus ([`drive`]), which need no
//! nightly compiler.

#![expect(clippy::unwrap_used, reason = "these are tests")]

pub mod drive;
mod files;
mod messages;
mod reports;
mod wire;

/// A reader that is tried.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name: of its corpus, of its libFuzzer target.
    pub name: &'static str,
    /// Tries it; panics when something does not hold.
    pub body: fn(&[u8]),
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "header", body: messages::header },
    Target { name: "request", body: messages::request },
    Target { name: "answers", body: messages::answers },
    Target { name: "network", body: messages::network },
    Target { name: "signature", body: messages::signature },
    Target { name: "repeats", body: messages::repeats },
    Target { name: "http", body: wire::http },
    Target { name: "url", body: wire::url },
    Target { name: "rules", body: wire::rules },
    Target { name: "curl", body: wire::curl },
    Target { name: "scenario", body: files::scenario },
    Target { name: "manifest", body: files::manifest },
    Target { name: "known", body: files::known },
    Target { name: "dialect", body: files::dialect },
    Target { name: "plan", body: files::plan },
    Target { name: "threshold", body: files::threshold },
    Target { name: "baseline", body: files::baseline },
    Target { name: "record", body: reports::record },
    Target { name: "reports", body: reports::poisoned },
    Target { name: "text", body: reports::text },
];

/// The reader of this name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

//! The 402: what a server says to whoever has not paid, in its header (version 2) and in its body (version 1).
//!
//! These checks look at unpaid answers, so that they are scored also where the 402 is so wrong that nothing can be
//! bought.

mod body;
mod browser;
mod entry;
mod extensions;
mod header;
mod object;
mod quiet;
mod schema;
mod steady;
mod table;
mod twice;

pub(super) use browser::{ORIGIN, hidden, kept};
pub use table::ROWS;
pub(super) use twice::members_twice;

use super::visit::Visit;
use crate::check::Stop;
use crate::cx::{Cx, Violation};
use gauntlet_report::Class;
use gauntlet_wire::Version;
use serde_json::Value;

/// A 402 that can be read.
pub(super) struct Told {
    /// The answer.
    pub(super) visit: Visit,
    /// Its payment requirements in the check's version.
    pub(super) object: Value,
}

impl Told {
    /// Its offers; none when `accepts` is no list.
    fn offers(&self) -> Vec<Value> {
        self.object["accepts"].as_array().cloned().unwrap_or_default()
    }
}

/// Asks for a route and reads the 402.
///
/// # Errors
/// [`Stop::Inconclusive`] when it cannot be read, which other checks are about.
async fn told_of(cx: &Cx, route: &str) -> Result<Told, Stop> {
    let visit = cx.unpaid(route).await?;
    read(cx, visit, route)
}

/// Reads a 402.
fn read(cx: &Cx, visit: Visit, what: &str) -> Result<Told, Stop> {
    cx.must_have_come(&visit)?;
    match visit.challenge(cx.version()) {
        Some(object) => Ok(Told { visit, object }),
        None => Err(Stop::Inconclusive(format!(
            "the answer for {what} has no legible payment requirements of {} ({})",
            cx.version(),
            visit.got()
        ))),
    }
}

/// The names of the paid routes that the server has, `cheap` first.
fn paid_routes(cx: &Cx) -> Result<Vec<&'static str>, Stop> {
    let routes = &cx.shop()?.routes;
    let names = gauntlet_probe::shop::ROUTES.iter().map(|(name, _)| *name);
    Ok(names.filter(|name| !matches!(*name, "free" | "runs") && routes.contains_key(*name)).collect())
}

/// The unpaid answers of all paid routes.
async fn all_unpaid(cx: &Cx) -> Result<Vec<(&'static str, Visit)>, Stop> {
    let mut visits = Vec::new();
    for name in paid_routes(cx)? {
        let visit = cx.unpaid(name).await?;
        cx.must_have_come(&visit)?;
        visits.push((name, visit));
    }
    Ok(visits)
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Fingerprint.
    pub(super) kind: &'static str,
    /// What should have come.
    pub(super) want: &'static str,
    /// What came.
    pub(super) got: String,
    /// The violated requirement; otherwise the one that decides the check.
    pub(super) requirement: Option<&'static str>,
    /// Weighs otherwise than its requirement.
    pub(super) class: Option<Class>,
}

impl Wrong {
    pub(super) fn new(kind: &'static str, want: &'static str, got: impl Into<String>) -> Self {
        Self { kind, want, got: got.into(), requirement: None, class: None }
    }

    pub(super) fn against(self, requirement: &'static str) -> Self {
        Self { requirement: Some(requirement), ..self }
    }

    /// No more than a warning.
    pub(super) fn mild(self) -> Self {
        Self { class: Some(Class::W), ..self }
    }

    pub(super) fn found(self, cx: &Cx, visit: &Visit) {
        cx.find(Violation {
            requirement: self.requirement.unwrap_or_else(|| cx.rule()),
            kind: self.kind,
            want: self.want.into(),
            got: self.got,
            reply: Some(&visit.reply),
            class: self.class,
            ..Violation::default()
        });
    }
}

/// A member as people read it.
pub(super) fn shown(value: Option<&Value>) -> String {
    match value.map(Value::to_string) {
        None => "missing".into(),
        Some(text) if text.chars().count() > 80 => format!("{}…", text.chars().take(80).collect::<String>()),
        Some(text) => text,
    }
}

/// The name of the version's price member.
const fn price(version: Version) -> &'static str {
    match version {
        Version::V2 => "amount",
        Version::V1 => "maxAmountRequired",
    }
}

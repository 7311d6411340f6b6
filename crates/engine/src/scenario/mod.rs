//! Scenarios: the traffic of an attack or of a whole purchase, and the world that it happens in, as data.
//!
//! A scenario is a TOML file under `scenarios/`; `scenarios/README.md` explains the language. Each becomes a check of
//! the resource-server trial for every protocol version that it names. Money and content are judged at each
//! presentation as everywhere in that trial; the scenario's own expectations come on top, and what they miss is told
//! as a loss: of what, how much, and whose.

pub mod cache;
pub mod client;
mod compare;
pub mod error;
mod form;
mod front;
mod judge;
mod lies;
pub mod model;
mod nginx;
mod play;
mod read;
mod reader;
mod sense;
mod stage;

pub use error::ScenarioError;
pub use model::Scenario;

use crate::Catalogue;
use crate::check::{Check, Lane, Need};
use crate::row::versioned;
use gauntlet_probe::Manifest;
use gauntlet_wire::Version;
use model::{Action, Pay};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, LazyLock};

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        &[$((
            concat!("scenarios/", $name, ".toml"),
            include_str!(concat!("../../../../scenarios/", $name, ".toml")),
        )),+]
    };
}

/// Every scenario that is compiled in, in the order in which they are listed.
const FILES: &[(&str, &str)] = files![
    "attacks/cross-resource",
    "attacks/discovery",
    "attacks/duplicate-race",
    "attacks/preemption",
    "attacks/replay",
    "attacks/replay-neighbour",
    "attacks/replay-restart",
    "attacks/revert-dropped",
    "attacks/revert-grant",
    "attacks/silent-token",
    "attacks/sponsor-drain",
    "attacks/web-cache",
    "attacks/web-headers",
    "flows/dear-then-cheap",
    "flows/paid-fetch",
    "flows/refused-then-refilled",
    "flows/two-clients-at-once",
];

static SCENARIOS: LazyLock<Result<Vec<Scenario>, ScenarioError>> =
    LazyLock::new(|| FILES.iter().map(|(path, text)| Scenario::parse(text, Path::new(path))).collect());

/// The scenarios that are compiled in.
///
/// # Panics
/// When one of them is broken, which a test of this crate excludes.
#[must_use]
#[expect(clippy::panic, reason = "the data is compiled in, and a test reads it")]
pub fn all() -> &'static [Scenario] {
    match &*SCENARIOS {
        Ok(scenarios) => scenarios,
        Err(error) => panic!("{}", error.picture()),
    }
}

/// The checks of all scenarios that are compiled in. Where a client buys, it is our own buyer.
#[must_use]
pub fn checks() -> Vec<Check> {
    checks_bought_by(None)
}

/// As [`checks`], with a client of somebody else's where a scenario has one buy.
#[must_use]
pub fn checks_bought_by(client: Option<&Arc<Manifest>>) -> Vec<Check> {
    all().iter().flat_map(|scenario| scenario.checks(client)).collect()
}

/// The glob over check ids that a scenario is meant by: `attacks/replay`, `attacks/*`, or the path of its file.
/// Nothing for every other text.
#[must_use]
pub fn as_glob(text: &str) -> Option<String> {
    let name = text.strip_suffix(".toml").unwrap_or(text);
    let name = name.rsplit_once("scenarios/").map_or(name, |(_, name)| name);
    let (folder, name) = name.split_once('/').unwrap_or((name, "*"));
    let kind = match folder {
        "attacks" => "attack",
        "flows" => "flow",
        _ => return None,
    };
    // The version 1 twin belongs to the same file.
    (!name.is_empty() && !name.contains('/')).then(|| format!("{kind}.{name}{{,.v1}}"))
}

impl Scenario {
    /// One check for each version that it is played in.
    #[must_use]
    pub fn checks(&'static self, client: Option<&Arc<Manifest>>) -> Vec<Check> {
        self.versions.iter().map(|version| self.check(*version, client.cloned())).collect()
    }

    fn check(&'static self, version: Version, client: Option<Arc<Manifest>>) -> Check {
        Check {
            id: versioned(&self.id, version),
            title: self.title.clone(),
            version: Some(version),
            covers: self.covers_in(version),
            risk: &self.risk,
            lane: if self.is_exclusive() { Lane::Exclusive } else { Lane::Parallel },
            needs: self.needs().leak(),
            body: Arc::new(move |cx| Box::pin(play::play(cx, self, client.clone()))),
        }
    }

    /// The requirements that it covers in one version.
    #[must_use]
    pub fn covers_in(&self, version: Version) -> Vec<&str> {
        let holds = |id: &&str| {
            Catalogue::get().find(id).is_some_and(|requirement| requirement.versions.contains(&version))
        };
        self.covers.iter().map(String::as_str).filter(holds).collect()
    }

    /// Whether it does something that other checks would notice.
    fn is_exclusive(&self) -> bool {
        self.alone
            || self.steps.iter().any(|step| matches!(step.action, Action::Restart | Action::Mining { .. }))
    }

    /// What its steps need.
    fn needs(&self) -> Vec<Need> {
        let mut routes: BTreeSet<&'static str> = self.given.iter().map(|given| given.route).collect();
        let mut scripted = !self.expect.settles.is_empty();
        scripted |= self.graded.as_ref().is_some_and(|(_, graded)| !graded.settles.is_empty());
        let mut restarts = false;
        for step in &self.steps {
            match &step.action {
                Action::Pay(Pay { at, .. }) => routes.extend(at),
                Action::Unpaid { route, .. } => drop(routes.insert(route)),
                Action::Hold { .. } | Action::Answer { .. } => scripted = true,
                Action::Restart => restarts = true,
                _ => {}
            }
        }
        let mut needs: Vec<Need> = routes.into_iter().map(Need::Route).collect();
        needs.extend(scripted.then_some(Need::ScriptedFacilitator));
        needs.extend(restarts.then_some(Need::Restart));
        needs
    }
}

#[cfg(test)]
mod tests;

//! Scenarios: the traffic of an attack, of a whole purchase or of a test, and the world that it happens in, as data.
//!
//! A scenario is a TOML file; `scenarios/README.md` explains the language. Each becomes a check of the trial of its
//! role for every protocol version that it names. Money and content are judged at each presentation as everywhere in
//! that trial; the scenario's own expectations come on top, and what they miss is told as a loss: of what, how much,
//! and whose.

mod built_in;
pub mod cache;
pub mod error;
pub mod explain;
pub mod files;
mod front;
pub mod grammar;
pub mod model;
pub(crate) mod nginx;
mod play;
mod read;
pub mod reader;
pub mod schema;
mod sense;

pub use built_in::{all, as_glob, checks, checks_bought_by};
pub use error::ScenarioError;
pub use model::Scenario;
pub use play::client;
pub use read::changes;

use crate::Catalogue;
use crate::check::{Check, Lane, Need};
use crate::row::versioned;
use gauntlet_chain::Mining;
use gauntlet_probe::{Manifest, Role};
use gauntlet_wire::Version;
use model::{Action, Ask, Call, Copies, Pay};
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// The checks of a file, one for each version that it is played in.
///
/// # Errors
/// [`ScenarioError`] with the place of the first fault.
pub fn load(path: &Path) -> Result<Vec<Check>, ScenarioError> {
    let scenario: &'static Scenario = Box::leak(Box::new(Scenario::load(path)?));
    Ok(scenario.checks(None))
}

impl Scenario {
    /// One check for each version that it is played in.
    #[must_use]
    pub fn checks(&'static self, client: Option<&Arc<Manifest>>) -> Vec<Check> {
        self.versions.iter().map(|version| self.check(*version, client.cloned())).collect()
    }

    /// Its check in one version, where a client of ours buys; none when it is not played in that version.
    #[must_use]
    pub fn check_of(&'static self, version: Version) -> Option<Check> {
        self.versions.contains(&version).then(|| self.check(version, None))
    }

    fn check(&'static self, version: Version, client: Option<Arc<Manifest>>) -> Check {
        let covers = self.covers_in(version);
        Check {
            id: versioned(&self.id, version),
            title: self.title.clone(),
            version: Some(version),
            covers: if covers.is_empty() { vec![self.deciding(version)] } else { covers },
            risk: &self.risk,
            lane: self.lane(),
            needs: self.needs().leak(),
            body: Arc::new(move |cx| Box::pin(play::play(cx, self, client.clone()))),
        }
    }

    /// The requirements that it covers in one version; those of ours that decide when it names none are not among them.
    #[must_use]
    pub fn covers_in(&self, version: Version) -> Vec<&str> {
        if self.covers.is_empty() {
            return vec![self.own_rule()];
        }
        let holds = |id: &&str| {
            Catalogue::get().find(id).is_some_and(|requirement| requirement.versions.contains(&version))
        };
        self.covers.iter().map(String::as_str).filter(holds).collect()
    }

    fn own_rule(&self) -> &'static str {
        if self.role == Role::Facilitator { "GAUNTLET-FA-100" } else { "GAUNTLET-RS-100" }
    }

    /// The requirement that its expectations decide.
    fn deciding(&'static self, version: Version) -> &'static str {
        self.covers_in(version).first().copied().unwrap_or_else(|| self.own_rule())
    }

    /// The line of a place, with a caret below it.
    fn picture(&self, span: &Range<usize>) -> String {
        error::picture_of(&self.path, &self.text, span)
    }

    /// When it may run: alone when it does something that other checks would notice, and after all others when it
    /// takes blocks back.
    fn lane(&self) -> Lane {
        if self.takes_blocks_back() {
            return Lane::Last;
        }
        let is_facilitator = self.role == Role::Facilitator;
        let noticed = |action: &Action| match action {
            Action::Restart | Action::Mining(_) | Action::Mine(_) | Action::Fault(_) => true,
            // The settles of other checks come one by one, so that the account nonces of a facilitator are their own.
            Action::Parallel(_) => is_facilitator,
            Action::Ask(Ask { call: Call::Settle, background, copies, .. }) => {
                *background || matches!(copies, Copies::AtOnce(_))
            }
            _ => false,
        };
        let sets_out = self.mining != Mining::Automine || !self.faults.is_empty();
        if self.alone || sets_out || self.does(noticed) { Lane::Exclusive } else { Lane::Parallel }
    }

    /// What its steps need.
    fn needs(&self) -> Vec<Need> {
        let mut routes: BTreeSet<&'static str> = self.given.iter().filter_map(|given| given.route).collect();
        let mut scripted = !self.expect.settles.is_empty();
        scripted |= self.graded.as_ref().is_some_and(|(_, graded)| !graded.settles.is_empty());
        let (mut restarts, mut proxied) = (false, !self.faults.is_empty());
        for step in self.every_step() {
            match &step.action {
                Action::Pay(Pay { at, .. }) | Action::Fetch { at, .. } => routes.extend(at),
                Action::Unpaid { route, .. } => drop(routes.insert(route)),
                Action::Hold { .. } | Action::Answer { .. } => scripted = true,
                Action::Restart => restarts = true,
                Action::Fault(_) => proxied = true,
                _ => {}
            }
        }
        let mut needs: Vec<Need> = routes.into_iter().map(Need::Route).collect();
        needs.extend(scripted.then_some(Need::ScriptedFacilitator));
        needs.extend(restarts.then_some(Need::Restart));
        needs.extend(proxied.then_some(Need::FaultProxy));
        needs
    }
}

#[cfg(test)]
mod tests;

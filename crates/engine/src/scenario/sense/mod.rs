//! What a scenario must be besides well written: its names are known, what is held is released, and its expectations
//! leave nothing out.

mod expectations;
mod names;
mod order;

use super::error::ScenarioError;
use super::model::{Scenario, Step};
use super::read::Faults;
use super::reader::{Table, did_you_mean};
use crate::Catalogue;

/// Finds what makes no sense; each kind of fault is told once.
pub(super) fn check(scenario: &Scenario, root: &Table<'_>, faults: &mut Faults) {
    faults.take(requirements(scenario, root));
    if faults.take(names::check(scenario, root)).is_some() {
        faults.take(order::check(scenario, root));
        faults.take(expectations::check(scenario, root));
    }
}

/// Every requirement exists, and each version has one.
fn requirements(scenario: &Scenario, root: &Table<'_>) -> Result<(), ScenarioError> {
    for id in root.texts("covers")? {
        if Catalogue::get().find(id.get_ref()).is_none() {
            let known: Vec<&str> = Catalogue::get().all().map(|known| known.id.as_str()).collect();
            let message =
                format!("there is no requirement {}{}", id.get_ref(), did_you_mean(id.get_ref(), &known));
            return Err(root.source.error(id.span(), message));
        }
    }
    if let Some(version) = scenario.versions.iter().find(|version| scenario.covers_in(**version).is_empty()) {
        return Err(root.error_at("covers", format!("none of these requirements is about {version}")));
    }
    if scenario.accounts.is_some() && scenario.versions.len() != 1 {
        let message =
            "accounts that are given are used in one version, or both would spend the same payments";
        return Err(root.error_at("accounts", message).with_help("for example: versions = [2]"));
    }
    Ok(())
}

fn fault(root: &Table<'_>, step: &Step, message: impl Into<String>) -> ScenarioError {
    root.source.error(step.span.clone(), message)
}

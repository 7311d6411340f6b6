//! The matrix requirement × check × mutant, and the holes in it.

use super::kills::Kills;
use gauntlet_engine::selftest::all_mutants;
use gauntlet_engine::{Catalogue, all_checks};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The whole matrix.
#[derive(Serialize)]
pub(super) struct Trace {
    /// How much of everything there is.
    pub(super) counts: Counts,
    /// Sentences about what is missing; a matrix that holds has none.
    pub(super) holes: Vec<String>,
    /// By id.
    pub(super) requirements: Vec<Traced>,
}

#[derive(Serialize)]
pub(super) struct Counts {
    pub(super) requirements: usize,
    pub(super) covered: usize,
    pub(super) excluded: usize,
    pub(super) open: usize,
    pub(super) checks: usize,
    pub(super) mutants: usize,
    /// First and last day on which a mutant of the record was tried.
    pub(super) tried: Option<(String, String)>,
}

/// One requirement.
#[derive(Serialize)]
pub(super) struct Traced {
    pub(super) requirement: String,
    pub(super) role: String,
    pub(super) level: String,
    pub(super) class: String,
    pub(super) document: String,
    pub(super) source: String,
    pub(super) text: String,
    /// `covered`, `excluded` or `open`.
    pub(super) status: &'static str,
    /// Why no check covers it.
    pub(super) excluded: Option<String>,
    /// The checks that cover it, and the mutants that each has caught.
    pub(super) checks: BTreeMap<String, Vec<String>>,
}

/// Puts together what the binary knows of requirements, checks and mutants with what runs have shown.
pub(super) fn build(kills: &Kills) -> Trace {
    let checks = all_checks();
    let mut caught: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (mutant, kill) in kills {
        for check in &kill.killed_by {
            caught.entry(check).or_default().push(mutant.clone());
        }
    }
    let catalogue = Catalogue::get();
    let mut requirements = Vec::new();
    for requirement in catalogue.all() {
        let covering = checks.iter().filter(|check| check.covers.contains(&requirement.id.as_str()));
        let covering: BTreeMap<String, Vec<String>> = covering
            .map(|check| (check.id.clone(), caught.get(check.id.as_str()).cloned().unwrap_or_default()))
            .collect();
        let status = match (covering.is_empty(), &requirement.excluded) {
            (false, _) => "covered",
            (true, Some(_)) => "excluded",
            (true, None) => "open",
        };
        requirements.push(Traced {
            requirement: requirement.id.clone(),
            role: requirement.role.clone(),
            level: requirement.level.to_string(),
            class: requirement.class.to_string(),
            document: requirement.document.clone(),
            source: requirement.source(),
            text: requirement.text.clone(),
            status,
            excluded: requirement.excluded.clone(),
            checks: covering,
        });
    }

    let mut holes = Vec::new();
    for open in requirements.iter().filter(|requirement| requirement.status == "open") {
        holes.push(format!("{} has no check, and nothing says why", open.requirement));
    }
    for check in &checks {
        if !check.covers.iter().any(|id| catalogue.find(id).is_some()) {
            holes.push(format!("{} covers no requirement", check.id));
        }
        if !caught.contains_key(check.id.as_str()) {
            holes.push(format!("{} was never seen to catch a mutant", check.id));
        }
    }
    for mutant in all_mutants() {
        match kills.get(&mutant.spec()) {
            None => holes.push(format!("{} was never tried", mutant.spec())),
            Some(kill) if kill.killed_by.is_empty() => holes.push(format!("{} survives", mutant.spec())),
            Some(_) => {}
        }
    }

    let of = |status: &str| requirements.iter().filter(|requirement| requirement.status == status).count();
    let days: BTreeSet<&String> = kills.values().map(|kill| &kill.tried).collect();
    let counts = Counts {
        requirements: requirements.len(),
        covered: of("covered"),
        excluded: of("excluded"),
        open: of("open"),
        checks: checks.len(),
        mutants: all_mutants().len(),
        tried: days.first().zip(days.last()).map(|(first, last)| ((*first).clone(), (*last).clone())),
    };
    Trace { counts, holes, requirements }
}

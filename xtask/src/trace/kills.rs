//! What is known of each mutant: which checks have caught it, in a run of the kill matrix that really took place.

use anyhow::{Context as _, ensure};
use gauntlet_engine::selftest::all_mutants;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// One document of `gauntlet mutants --format json`, as far as it matters here.
#[derive(Deserialize)]
struct Document {
    /// The day of the run, `YYYY-MM-DD`.
    made: String,
    /// The version of Gauntlet.
    gauntlet: String,
    matrix: Matrix,
}

#[derive(Deserialize)]
struct Matrix {
    mutants: Vec<Row>,
    double_fails: Vec<String>,
}

#[derive(Deserialize)]
struct Row {
    target: String,
    layer: String,
    killed_by: Vec<String>,
    strays: Vec<serde_json::Value>,
    harness_errors: Vec<String>,
}

/// What a run has shown of one mutant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kill {
    /// The day of the run, `YYYY-MM-DD`.
    pub(super) tried: String,
    /// The version of Gauntlet that tried it.
    pub(super) gauntlet: String,
    /// `scripted` or `search`.
    pub(super) layer: String,
    /// Ids of the checks that caught it, sorted.
    pub(super) killed_by: Vec<String>,
}

/// By the mutant's name as a target.
pub(super) type Kills = BTreeMap<String, Kill>;

/// Reads what is committed; nothing yet is an empty record.
pub(super) fn read(path: &Path) -> anyhow::Result<Kills> {
    if !path.exists() {
        return Ok(Kills::new());
    }
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("reading {}", path.display()))
}

/// Takes over what a run has shown; of a mutant that was tried before the newer word counts. A run that shows a fault of
/// the suite itself is refused: nothing of it can be trusted.
pub(super) fn take(kills: &mut Kills, path: &Path) -> anyhow::Result<usize> {
    let name = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("reading {name}"))?;
    let document: Document = serde_json::from_str(&text)
        .with_context(|| format!("{name} is no document of `gauntlet mutants --format json`"))?;
    let fails = &document.matrix.double_fails;
    ensure!(fails.is_empty(), "{name}: the double itself fails {}", fails.join(", "));
    let number = document.matrix.mutants.len();
    for row in document.matrix.mutants {
        let Row { target, layer, mut killed_by, strays, harness_errors } = row;
        ensure!(strays.is_empty(), "{name}: {target} fails checks that its fault does not concern");
        ensure!(harness_errors.is_empty(), "{name}: {target}: {}", harness_errors.join("; "));
        killed_by.sort();
        killed_by.dedup();
        let (tried, gauntlet) = (document.made.clone(), document.gauntlet.clone());
        kills.insert(target, Kill { tried, gauntlet, layer, killed_by });
    }
    Ok(number)
}

/// Forgets mutants and checks that do not exist any more.
pub(super) fn prune(kills: &mut Kills, checks: &[&str]) {
    let mutants: Vec<String> = all_mutants().into_iter().map(|mutant| mutant.spec()).collect();
    kills.retain(|mutant, _| mutants.contains(mutant));
    for kill in kills.values_mut() {
        kill.killed_by.retain(|check| checks.contains(&check.as_str()));
    }
}

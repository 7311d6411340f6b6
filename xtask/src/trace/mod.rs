//! Traceability: each testable requirement has a check, each check a requirement and a mutant that it was seen to catch.
//!
//! `reports/trace/kills.json` is the record of runs; `trace.json` and `trace.md` are made from it and from what is compiled
//! in, so that a new requirement, check or mutant shows as a hole until a run has tried it.

mod kills;
mod markdown;
mod table;

use anyhow::{Context as _, bail, ensure};
use gauntlet_engine::all_checks;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The parts of the whole kill matrix: about an hour on two cores.
const PARTS: [[&str; 2]; 5] = [
    ["facilitator", "scripted"],
    ["server", "scripted"],
    ["client", "scripted"],
    ["facilitator", "search"],
    ["server", "search"],
];

/// What is made, and its text.
type Made = Vec<(&'static str, String)>;

/// Makes the matrix, or only compares it with the committed one.
pub(crate) fn run(root: &Path, records: &[PathBuf], whole: bool, check: bool) -> anyhow::Result<()> {
    let folder = root.join("reports/trace");
    let mut records = records.to_vec();
    if whole {
        records.extend(try_all(root)?);
    }
    let (made, holes) = make(&folder, &records)?;
    for (name, text) in made {
        let path = folder.join(name);
        if check {
            let committed = fs::read_to_string(&path).unwrap_or_default();
            ensure!(committed == text, "{} is stale: run `cargo xtask trace`", path.display());
        } else {
            fs::create_dir_all(&folder)?;
            fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        }
    }
    if !holes.is_empty() {
        bail!(
            "the matrix has {} holes:\n{}\nTry new mutants with `gauntlet mutants NAME… --format json > FILE`, then run \
             `cargo xtask trace --record FILE`",
            holes.len(),
            holes.join("\n")
        );
    }
    Ok(())
}

/// The texts, and the holes.
fn make(folder: &Path, records: &[PathBuf]) -> anyhow::Result<(Made, Vec<String>)> {
    let mut record = kills::read(&folder.join("kills.json"))?;
    for path in records {
        kills::take(&mut record, path)?;
    }
    let checks = all_checks();
    let ids: Vec<&str> = checks.iter().map(|check| check.id.as_str()).collect();
    kills::prune(&mut record, &ids);
    let trace = table::build(&record);
    let made = vec![
        ("kills.json", format!("{}\n", serde_json::to_string_pretty(&record)?)),
        ("trace.json", format!("{}\n", serde_json::to_string_pretty(&trace)?)),
        ("trace.md", markdown::page(&trace)),
    ];
    Ok((made, trace.holes))
}

/// Runs the whole kill matrix with a release build.
fn try_all(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let folder = root.join("target/xtask/matrix");
    fs::create_dir_all(&folder)?;
    let mut records = Vec::new();
    for [role, layer] in PARTS {
        let path = folder.join(format!("{role}-{layer}.json"));
        let status = Command::new("cargo")
            .args(["run", "--release", "--quiet", "--", "mutants", "--format", "json"])
            .args(["--role", role, "--layer", layer])
            .current_dir(root)
            .stdout(fs::File::create(&path)?)
            .status()
            .context("starting cargo")?;
        ensure!(status.success(), "the {layer} matrix of the {role} does not hold; see {}", path.display());
        records.push(path);
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is committed is what would be made now, and nothing is missing in it.
    #[test]
    fn every_requirement_has_a_check_and_every_check_a_mutant() -> anyhow::Result<()> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../reports/trace");
        let (made, holes) = make(&folder, &[])?;
        for (name, text) in made {
            assert!(fs::read_to_string(folder.join(name))? == text, "{name} is stale: run cargo xtask trace");
        }
        assert!(holes.is_empty(), "{holes:?}");
        Ok(())
    }

    /// A document with a fault of the suite is refused, and so is another kind of file.
    #[test]
    fn a_matrix_that_does_not_hold_is_refused() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("matrix.json");
        let document = |strays: &str, fails: &str| {
            format!(
                r#"{{ "made": "2026-11-22", "gauntlet": "0.1.0", "matrix": {{ "double_fails": [{fails}], "mutants": [
                {{ "target": "double:server+x", "layer": "scripted", "killed_by": ["b", "a", "b"],
                   "strays": [{strays}], "harness_errors": [] }}] }} }}"#
            )
        };
        let taken = |text: &str| -> anyhow::Result<kills::Kills> {
            fs::write(&path, text)?;
            let mut record = kills::Kills::new();
            kills::take(&mut record, &path)?;
            Ok(record)
        };
        assert_eq!(taken(&document("", ""))?["double:server+x"].killed_by, ["a", "b"]);
        assert!(taken(&document(r#"{ "check": "c" }"#, "")).is_err());
        assert!(taken(&document("", r#""facilitator.control""#)).is_err());
        assert!(taken("[]").is_err());
        Ok(())
    }

    /// A check of which no run tells that it caught something is a hole, and so is a mutant that nobody tried.
    #[test]
    fn what_no_run_has_shown_is_a_hole() {
        let trace = table::build(&kills::Kills::new());
        assert_eq!(trace.holes.len(), trace.counts.checks + trace.counts.mutants);
    }
}

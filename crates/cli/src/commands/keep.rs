//! The user's scenarios of a run, kept in its folder: a replay plays them as they were.

use crate::failure::Failure;
use crate::output;
use gauntlet_engine::Check;
use gauntlet_engine::scenario::{self, Scenario};
use std::path::{Path, PathBuf};

/// Below the folder of a run, each in a folder of its own: two files of one name may have different ids.
const FOLDER: &str = "scenarios";

/// Copies the scenarios into the folder of a run.
pub(super) fn scenarios(run: &Path, own: &[&'static Scenario]) -> Result<(), Failure> {
    for scenario in own {
        // An id ends with the name of its file, whatever the file is called that it was read from.
        let Some((_, name)) = scenario.id.split_once('.') else { continue };
        let folder = run.join(FOLDER).join(&scenario.id);
        let failed = |error: std::io::Error| Failure::harness(format!("{}: {error}", folder.display()));
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let text = gauntlet_report::file::written(&scenario.path).map_err(failed)?;
        output::to_file(&folder.join(format!("{name}.toml")), &text)?;
    }
    Ok(())
}

/// The checks of the scenarios that a run has kept.
pub(super) fn checks_of(run: &Path) -> Result<Vec<Check>, Failure> {
    let mut checks = Vec::new();
    for folder in entries(&run.join(FOLDER)) {
        for file in entries(&folder) {
            checks.extend(scenario::load(&file)?);
        }
    }
    Ok(checks)
}

/// What a folder holds; nothing when there is no such folder.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let found = std::fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<PathBuf> = found.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.sort();
    paths
}

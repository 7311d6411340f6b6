//! Scenarios that are not compiled in: files and folders of users.

use super::{Scenario, ScenarioError};
use gauntlet_probe::Role;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The scenarios of the files and folders that a user has named.
#[derive(Debug, Default)]
pub struct Found {
    /// Those that try the role.
    pub scenarios: Vec<&'static Scenario>,
    /// Files in folders that try another role.
    pub left_out: Vec<PathBuf>,
}

/// Why files cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// A broken file.
    #[error(transparent)]
    Broken(#[from] Box<ScenarioError>),
    /// A folder without scenarios.
    #[error("{}: there is no scenario in this folder", .0.display())]
    Empty(PathBuf),
    /// A folder that cannot be read.
    #[error("{}: {error}", path.display())]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// A file that tries another role than the target's.
    #[error("{} tries a {role}, and the target is a {target}", path.display())]
    Role {
        /// The file.
        path: PathBuf,
        /// Whom it tries.
        role: Role,
        /// What the target is.
        target: Role,
    },
    /// Two files of one id.
    #[error("{} and {} are both called `{id}`", first.display(), second.display())]
    Twice {
        /// The id.
        id: String,
        /// A file.
        first: PathBuf,
        /// Another one.
        second: PathBuf,
    },
}

/// Reads files, and all scenarios of folders, for a target of a role.
///
/// # Errors
/// [`FilesError`] before anything is played.
pub fn read(paths: &[PathBuf], target: Role) -> Result<Found, FilesError> {
    let mut found = Found::default();
    let mut ids: BTreeMap<String, PathBuf> = BTreeMap::new();
    for named in paths {
        let is_folder = named.is_dir();
        let files = if is_folder { toml_files(named)? } else { vec![named.clone()] };
        if files.is_empty() {
            return Err(FilesError::Empty(named.clone()));
        }
        for path in files {
            let scenario = Scenario::load(&path).map_err(Box::new)?;
            if scenario.role != target {
                if !is_folder {
                    return Err(FilesError::Role { path, role: scenario.role, target });
                }
                found.left_out.push(path);
                continue;
            }
            match ids.insert(scenario.id.clone(), path.clone()) {
                Some(first) if same(&first, &path) => {}
                Some(first) => return Err(FilesError::Twice { id: scenario.id, first, second: path }),
                None => found.scenarios.push(Box::leak(Box::new(scenario))),
            }
        }
    }
    Ok(found)
}

/// A file may be named twice, also by its folder.
fn same(first: &Path, second: &Path) -> bool {
    match (first.canonicalize(), second.canonicalize()) {
        (Ok(first), Ok(second)) => first == second,
        _ => first == second,
    }
}

/// The TOML files of a folder and of those below it, sorted.
///
/// # Errors
/// [`FilesError::Unreadable`].
pub fn toml_files(folder: &Path) -> Result<Vec<PathBuf>, FilesError> {
    let unreadable = |error| FilesError::Unreadable { path: folder.to_owned(), error };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if is_hidden {
            continue;
        }
        // A link to a folder could lead back to this one, and two of them for ever.
        if path.is_dir() && !path.is_symlink() {
            files.extend(toml_files(&path)?);
        } else if !path.is_dir() && path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

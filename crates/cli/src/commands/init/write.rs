//! Files that are new, unless the user says otherwise.

use crate::failure::Failure;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A file to be written.
#[derive(Debug)]
pub(super) struct NewFile {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

/// Writes all of them, or none when one of them is there already and `force` is not said.
pub(super) fn all(files: &[NewFile], force: bool) -> Result<(), Failure> {
    if !force && let Some(there) = files.iter().find(|file| file.path.symlink_metadata().is_ok()) {
        return Err(taken(&there.path));
    }
    files.iter().try_for_each(|file| one(file, force))
}

fn one(file: &NewFile, force: bool) -> Result<(), Failure> {
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::AlreadyExists => taken(&file.path),
        _ => Failure::usage(format!("{} cannot be written: {error}", file.path.display())),
    };
    if let Some(folder) = file.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(!force).create(force).truncate(force);
    options.open(&file.path).and_then(|mut open| open.write_all(file.text.as_bytes())).map_err(failed)
}

fn taken(path: &Path) -> Failure {
    Failure::usage(format!("{} is there already", path.display()))
        .with_help("--force writes over it; --file names another manifest")
}

/// A path as a shell takes it.
pub(super) fn as_word(path: &Path) -> String {
    let text = path.display().to_string();
    let text = if text.starts_with('-') { format!("./{text}") } else { text };
    shlex::try_quote(&text).map(std::borrow::Cow::into_owned).unwrap_or_else(|_| text.clone())
}

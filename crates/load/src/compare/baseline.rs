//! A side of a comparison in a file, for comparisons to come.

use crate::result::{self, LoadReport};
use gauntlet_report::file;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The version of the file's form.
const SCHEMA: u32 = 1;

/// A side of a comparison: the rounds of one target, without what a comparison does not need.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Baseline {
    /// Version of this form.
    pub schema: u32,
    /// The rounds, at least one: without command lines, answers and what processes took from the machine.
    pub reports: Vec<LoadReport>,
}

/// Why there is no baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// The file could not be read or written.
    #[error("{}: {error}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The file holds something else.
    #[error("{} is no baseline: {reason}", .path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file was written by another version of Gauntlet.
    #[error(
        "{} has {what} of schema {found}, and this version reads schema {known}: save the baseline again",
        .path.display()
    )]
    Schema {
        /// The file.
        path: PathBuf,
        /// What is of that schema.
        what: &'static str,
        /// The schema that it has.
        found: u32,
        /// The schema that is read.
        known: u32,
    },
    /// There is nothing to save.
    #[error("a baseline without a run says nothing")]
    Empty,
}

/// As much as every schema has.
#[derive(Deserialize)]
struct Head {
    schema: u32,
    reports: Vec<ReportHead>,
}

#[derive(Deserialize)]
struct ReportHead {
    schema: u32,
}

impl Baseline {
    /// Writes the rounds of a target to a file: whole, or not at all.
    ///
    /// # Errors
    /// [`BaselineError`] when there is none, or when the file cannot be written.
    pub fn save(path: &Path, reports: &[LoadReport]) -> Result<(), BaselineError> {
        if reports.is_empty() {
            return Err(BaselineError::Empty);
        }
        let baseline = Self { schema: SCHEMA, reports: reports.iter().map(needed).collect() };
        let failed = |error: io::Error| BaselineError::File { path: path.to_owned(), error };
        let text = serde_json::to_vec(&baseline).map_err(|error| failed(error.into()))?;
        let fresh = beside(path);
        let written = write(&fresh, &text).and_then(|()| std::fs::rename(&fresh, path));
        written.map_err(|error| {
            let _ = std::fs::remove_file(&fresh);
            failed(error)
        })
    }

    /// Reads what [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// [`BaselineError`] when the file cannot be read, holds something else, or is of another schema.
    pub fn load(path: &Path) -> Result<Self, BaselineError> {
        let read = file::recorded(path);
        let text = read.map_err(|error| BaselineError::File { path: path.to_owned(), error })?;
        Self::parse(path, &text)
    }

    /// Reads what stands, or could stand, in the file `path`.
    ///
    /// # Errors
    /// As [`load`](Self::load), but for those of the file.
    pub fn parse(path: &Path, text: &[u8]) -> Result<Self, BaselineError> {
        let broken = |error: serde_json::Error| BaselineError::Broken {
            path: path.to_owned(),
            reason: error.to_string(),
        };
        // First of all the schema: what else is there depends on it.
        let head: Head = serde_json::from_slice(text).map_err(broken)?;
        head.check(path)?;
        serde_json::from_slice(text).map_err(broken)
    }
}

impl Head {
    fn check(&self, path: &Path) -> Result<(), BaselineError> {
        let check = |what: &'static str, found: u32, known: u32| {
            let path = path.to_owned();
            if found == known { Ok(()) } else { Err(BaselineError::Schema { path, what, found, known }) }
        };
        check("a baseline", self.schema, SCHEMA)?;
        self.reports.iter().try_for_each(|report| check("a report", report.schema, result::SCHEMA))?;
        match self.reports.is_empty() {
            true => {
                Err(BaselineError::Broken { path: path.to_owned(), reason: "there is no run in it".into() })
            }
            false => Ok(()),
        }
    }
}

fn needed(report: &LoadReport) -> LoadReport {
    let mut report = report.clone();
    report.command.clear();
    report.vitals.clear();
    report.books.shown.values_mut().flatten().for_each(|shown| shown.answers.clear());
    report
}

/// In the same folder, so that it can be moved into place at once.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().map_or_else(OsString::new, ToOwned::to_owned);
    name.push(format!(".{}.new", std::process::id()));
    path.with_file_name(name)
}

fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text)?;
    file.write_all(b"\n")?;
    file.sync_all()
}

//! `gauntlet run --update-known`: the known-issues file, brought up to a run.

use crate::args::Expected;
use crate::failure::Failure;
use crate::{output, settings};
use gauntlet_engine::KnownIssues;
use gauntlet_engine::known::{Update, UpdateError, Wanted, updated};
use gauntlet_engine::trial::Held;
use gauntlet_report::text::escape;
use gauntlet_report::{ExitCode, clock, file};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A file that is to be brought up to a run.
pub(super) struct Updating {
    path: PathBuf,
    /// What stood there when the run began.
    text: String,
    wanted: Wanted,
}

impl Updating {
    /// Looks whether the file can be brought up to a run at all.
    pub(super) fn new(path: Option<&Path>, known: &KnownIssues, also: &[Expected]) -> Result<Self, Failure> {
        if settings::is_ci() {
            return Err(Failure::usage(
                "--update-known is not for CI: nobody is there to write why a failure is expected",
            )
            .with_help("run it at home, write the reasons, and commit the file"));
        }
        let Some(path) = path else {
            return Err(Failure::usage("--update-known has no file to write to").with_help(
                "name one with --known, or in the target's manifest: known_issues = \"my-target.known.toml\"",
            ));
        };
        let text = read(path)?;
        let wanted = Wanted {
            warnings: also.contains(&Expected::Warnings),
            inconclusive: also.contains(&Expected::Inconclusive),
        };
        updated(&text, known, &[], &clock::today(), wanted).map_err(|error| broken(path, &error))?;
        Ok(Self { path: path.to_owned(), text, wanted })
    }

    /// Writes the file, unless the run says too little: one that was stopped, that we ended ourselves or that was not
    /// scored is no ground to expect anything by.
    pub(super) fn write(&self, held: &Held, known: &KnownIssues) -> Result<(), Failure> {
        if let Some(why) = too_little(held) {
            output::remark(&format!("{} is left as it is: {why}", self.path.display()));
            return Ok(());
        }
        if read(&self.path)? != self.text {
            let what =
                format!("{} has changed while the run went on, and is left as it is", self.path.display());
            return Err(Failure::usage(what).with_help("run again"));
        }
        let update = updated(&self.text, known, &held.record.checks, &clock::today(), self.wanted)
            .map_err(|error| broken(&self.path, &error))?;
        if update.is_change() {
            replace(&self.path, &update.text)?;
        }
        self.tell(&update);
        Ok(())
    }

    fn tell(&self, update: &Update) {
        let path = self.path.display();
        for (mark, lines) in
            [("+", &update.added), ("-", &update.removed), ("expired, and kept:", &update.expired)]
        {
            for line in lines {
                output::remark(&format!("{mark} {}", escape(line)));
            }
        }
        if !update.is_change() {
            output::remark(&format!("{path} is as this run says"));
            return;
        }
        output::remark(&format!("{path}: {} added, {} taken out", update.added.len(), update.removed.len()));
        if !update.added.is_empty() {
            output::remark(
                "write why each is expected: a line whose reason begins with TODO excuses nothing and is red",
            );
        }
    }
}

fn too_little(held: &Held) -> Option<&'static str> {
    let finished = held.record.finished.as_ref();
    if held.summary.exit == ExitCode::Interrupted {
        Some("the run was stopped")
    } else if held.summary.exit == ExitCode::Harness || !held.summary.harness_errors.is_empty() {
        Some("Gauntlet itself failed in this run")
    } else if finished.is_none_or(|finished| finished.inconclusive.is_some()) {
        Some("the run was not scored")
    } else {
        None
    }
}

/// The text of a file; of one that is not there yet, none.
fn read(path: &Path) -> Result<String, Failure> {
    match file::written(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(Failure::usage(format!("{} cannot be read: {error}", path.display()))),
    }
}

fn broken(path: &Path, error: &UpdateError) -> Failure {
    Failure::usage(format!("{}: {error}", path.display()))
}

/// Writes a file whole or not at all; a link stays a link.
fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let failed =
        |error: std::io::Error| Failure::harness(format!("{} cannot be written: {error}", path.display()));
    let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut name = place.file_name().map_or_else(OsString::new, ToOwned::to_owned);
    name.push(format!(".{}.new", std::process::id()));
    let fresh = place.with_file_name(name);
    let written = std::fs::write(&fresh, text).and_then(|()| std::fs::rename(&fresh, &place));
    written.map_err(|error| {
        let _ = std::fs::remove_file(&fresh);
        failed(error)
    })
}

//! An error that ends the program: what is wrong, where, what to do, and the exit code.

use gauntlet_engine::known::KnownError;
use gauntlet_engine::scenario::ScenarioError;
use gauntlet_engine::scenario::files::FilesError;
use gauntlet_engine::select::SelectError;
use gauntlet_engine::target::TargetSpecError;
use gauntlet_engine::trial::{TrialError, exit_of};
use gauntlet_load::plan::ThresholdError;
use gauntlet_probe::ManifestError;
use gauntlet_report::ExitCode;
use std::ops::Range;

/// An error that ends the program.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) code: ExitCode,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do.
    pub(crate) help: Option<String>,
    /// The user's file and the place in it.
    pub(crate) place: Option<Place>,
}

/// A place in a file of the user's.
#[derive(Debug)]
pub(crate) struct Place {
    /// The file's name.
    pub(crate) file: String,
    /// Its text.
    pub(crate) text: String,
    /// Bytes.
    pub(crate) span: Range<usize>,
}

impl Place {
    /// Line and column, both from 1; the column counts characters.
    pub(crate) fn position(&self) -> (usize, usize) {
        let before = self.text.get(..self.span.start).unwrap_or(&self.text);
        let line = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line..].chars().count() + 1)
    }
}

impl Failure {
    fn new(code: ExitCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None, place: None }
    }

    /// Wrong usage, or a broken file.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(ExitCode::Usage, message)
    }

    /// Our own fault, or that of the machine.
    pub(crate) fn harness(message: impl Into<String>) -> Self {
        Self::new(ExitCode::Harness, message)
    }

    /// Nothing could be told.
    pub(crate) fn inconclusive(message: impl Into<String>) -> Self {
        Self::new(ExitCode::Inconclusive, message)
    }

    /// The same with a piece of advice.
    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl From<TrialError> for Failure {
    fn from(error: TrialError) -> Self {
        Self::new(exit_of(&error), error.to_string())
    }
}

impl From<SelectError> for Failure {
    fn from(error: SelectError) -> Self {
        Self::from(TrialError::from(error))
    }
}

impl From<ManifestError> for Failure {
    fn from(error: ManifestError) -> Self {
        let place = error.span().map(|span| Place {
            file: error.path().display().to_string(),
            text: error.source_text().to_owned(),
            span,
        });
        let message = match &place {
            Some(_) => error.message().to_owned(),
            None => format!("{}: {}", error.path().display(), error.message()),
        };
        Self { place, help: error.help().map(str::to_owned), ..Self::usage(message) }
    }
}

impl From<TargetSpecError> for Failure {
    fn from(error: TargetSpecError) -> Self {
        match error {
            TargetSpecError::Manifest(error) => Self::from(*error),
            other => Self::usage(other.to_string()),
        }
    }
}

impl From<KnownError> for Failure {
    fn from(error: KnownError) -> Self {
        let place = error.span.clone().map(|span| Place {
            file: error.path.display().to_string(),
            text: error.text.clone(),
            span,
        });
        let message = if place.is_some() { error.message.clone() } else { error.to_string() };
        Self { place, ..Self::usage(message) }
    }
}

impl From<ScenarioError> for Failure {
    fn from(error: ScenarioError) -> Self {
        let shown = error.to_string();
        let place =
            error.span.map(|span| Place { file: error.path.display().to_string(), text: error.text, span });
        let message = if place.is_some() { error.message } else { shown };
        Self { place, help: error.help, ..Self::usage(message) }
    }
}

impl From<ThresholdError> for Failure {
    fn from(error: ThresholdError) -> Self {
        let place = Some(Place { file: "threshold".into(), text: error.text, span: error.span });
        Self { place, help: error.help, ..Self::usage(error.message) }
    }
}

impl From<FilesError> for Failure {
    fn from(error: FilesError) -> Self {
        match error {
            FilesError::Broken(error) => Self::from(*error),
            other => Self::usage(other.to_string()),
        }
    }
}

impl From<gauntlet_chain::AnvilError> for Failure {
    fn from(error: gauntlet_chain::AnvilError) -> Self {
        Self::harness(error.to_string())
    }
}

impl From<gauntlet_chain::ChainError> for Failure {
    fn from(error: gauntlet_chain::ChainError) -> Self {
        Self::harness(error.to_string())
    }
}

//! How a target is named on the command line.

use gauntlet_doubles::mutant::UnknownMutant;
use gauntlet_doubles::mutants::{self, Mutant};
use gauntlet_probe::{Client, ClientConfig, Manifest, ManifestError, ProbeError, Role};
use std::path::{Path, PathBuf};

/// What is put on trial.
#[derive(Debug, Clone)]
pub enum TargetSpec {
    /// A manifest.
    Manifest(Box<Manifest>, PathBuf),
    /// One of our doubles, perhaps broken, in this process.
    Double(Option<&'static Mutant>),
    /// Something that runs already.
    Url(String),
    /// A command that we start.
    Command(Vec<String>),
}

/// Why a name is no target.
#[derive(Debug, thiserror::Error)]
pub enum TargetSpecError {
    /// A manifest that cannot be read or is broken.
    #[error(transparent)]
    Manifest(#[from] Box<ManifestError>),
    /// A double that does not exist.
    #[error(transparent)]
    Mutant(#[from] UnknownMutant),
    /// A URL that we cannot speak to.
    #[error(transparent)]
    Url(#[from] ProbeError),
    /// A URL without a role.
    #[error("{0} is a URL, and a URL does not say what it is: add --role facilitator")]
    RoleMissing(String),
    /// A role that this version cannot try.
    #[error("this version of Gauntlet tries facilitators only, not a {0}")]
    Role(String),
    /// A double of a role that does not exist yet.
    #[error("there is no double {0:?}; write double:facilitator or double:facilitator+MUTANT")]
    Double(String),
    /// Anything else.
    #[error(
        "{0:?} is no target: write the path of a manifest, double:facilitator, double:facilitator+MUTANT, or a URL with --role"
    )]
    Unknown(String),
}

impl TargetSpec {
    /// Reads a target's name.
    ///
    /// # Errors
    /// [`TargetSpecError`] says what to write instead.
    pub fn parse(text: &str, role: Option<&str>) -> Result<Self, TargetSpecError> {
        if let Some(role) = role.filter(|role| *role != "facilitator") {
            return Err(TargetSpecError::Role(role.into()));
        }
        if let Some(double) = text.strip_prefix("double:") {
            return match double.split_once('+') {
                None if double == "facilitator" => Ok(Self::Double(None)),
                Some(("facilitator", mutant)) => Ok(Self::Double(Some(mutants::by_name(mutant)?))),
                _ => Err(TargetSpecError::Double(double.into())),
            };
        }
        if text.contains("://") {
            Client::new(text, ClientConfig::default())?;
            return match role {
                Some(_) => Ok(Self::Url(text.into())),
                None => Err(TargetSpecError::RoleMissing(text.into())),
            };
        }
        let path = Path::new(text);
        if path.extension().is_some_and(|extension| extension == "toml") || path.is_file() {
            let manifest = Manifest::load(path).map_err(Box::new)?;
            if manifest.role != Role::Facilitator {
                return Err(TargetSpecError::Role(manifest.role.to_string()));
            }
            return Ok(Self::Manifest(Box::new(manifest), path.into()));
        }
        Err(TargetSpecError::Unknown(text.into()))
    }

    /// The name by which the target can be named again.
    #[must_use]
    pub fn spec(&self) -> String {
        match self {
            Self::Manifest(_, path) => path.display().to_string(),
            Self::Double(None) => "double:facilitator".into(),
            Self::Double(Some(mutant)) => format!("double:facilitator+{}", mutant.name),
            Self::Url(url) => url.clone(),
            Self::Command(command) => command.join(" "),
        }
    }

    /// The name that reports show.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Manifest(manifest, _) => manifest.name.clone(),
            Self::Command(command) => command.first().cloned().unwrap_or_default(),
            Self::Double(_) | Self::Url(_) => self.spec(),
        }
    }
}

//! How a target is named on the command line.

use gauntlet_doubles::mutant::{Layer, Mutant, UnknownMutant};
use gauntlet_doubles::{client, facilitator, server};
use gauntlet_probe::{Client, ClientConfig, Manifest, ManifestError, ProbeError, Role, Shop};
use std::path::{Path, PathBuf};

/// One of our doubles, perhaps broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Double {
    /// The facilitator.
    Facilitator(Option<&'static facilitator::mutants::Mutant>),
    /// The resource server.
    Server(Option<&'static server::mutants::Mutant>),
    /// The client. It is no target: it buys from one.
    Client(Option<&'static client::mutants::Mutant>),
}

impl Double {
    /// What it is in x402.
    #[must_use]
    pub const fn role(self) -> Role {
        match self {
            Self::Facilitator(_) => Role::Facilitator,
            Self::Server(_) => Role::Server,
            Self::Client(_) => Role::Client,
        }
    }

    /// The name of its fault.
    #[must_use]
    pub fn mutant(self) -> Option<&'static str> {
        match self {
            Self::Facilitator(mutant) => mutant.map(|mutant| mutant.name),
            Self::Server(mutant) => mutant.map(|mutant| mutant.name),
            Self::Client(mutant) => mutant.map(|mutant| mutant.name),
        }
    }

    /// Its fault as a sentence; nothing for the conforming double.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Facilitator(mutant) => mutant.map_or("", |mutant| mutant.title),
            Self::Server(mutant) => mutant.map_or("", |mutant| mutant.title),
            Self::Client(mutant) => mutant.map_or("", |mutant| mutant.title),
        }
    }

    /// What has to find its fault.
    #[must_use]
    pub fn layer(self) -> Layer {
        match self {
            Self::Facilitator(mutant) => mutant.map_or(Layer::Scripted, Mutant::layer),
            Self::Server(mutant) => mutant.map_or(Layer::Scripted, Mutant::layer),
            Self::Client(mutant) => mutant.map_or(Layer::Scripted, Mutant::layer),
        }
    }

    /// Globs of the checks that may fail because of its fault.
    #[must_use]
    pub fn concerns(self) -> &'static [&'static str] {
        match self {
            Self::Facilitator(mutant) => mutant.map_or(&[], |mutant| mutant.concerns),
            Self::Server(mutant) => mutant.map_or(&[], |mutant| mutant.concerns),
            Self::Client(mutant) => mutant.map_or(&[], |mutant| mutant.concerns),
        }
    }

    /// The name by which it can be named again.
    #[must_use]
    pub fn spec(self) -> String {
        match self.mutant() {
            None => format!("double:{}", self.role()),
            Some(mutant) => format!("double:{}+{mutant}", self.role()),
        }
    }

    fn parse(text: &str) -> Result<Self, TargetSpecError> {
        let (role, mutant) = match text.split_once('+') {
            Some((role, mutant)) => (role, Some(mutant)),
            None => (text, None),
        };
        match role {
            "facilitator" => Ok(Self::Facilitator(mutant.map(facilitator::mutants::by_name).transpose()?)),
            "server" => Ok(Self::Server(mutant.map(server::mutants::by_name).transpose()?)),
            "client" => Ok(Self::Client(mutant.map(client::mutants::by_name).transpose()?)),
            _ => Err(TargetSpecError::Double(text.into())),
        }
    }
}

/// What is put on trial.
#[derive(Debug, Clone)]
pub enum TargetSpec {
    /// A manifest.
    Manifest(Box<Manifest>, PathBuf),
    /// One of our doubles, in this process.
    Double(Double),
    /// Something that runs already.
    Url {
        /// Base URL.
        url: String,
        /// What it is.
        role: Role,
        /// What it sells, when it is a server.
        shop: Shop,
    },
    /// A command that we start.
    Command {
        /// Program and arguments.
        command: Vec<String>,
        /// What it is.
        role: Role,
        /// What it sells, when it is a server.
        shop: Shop,
    },
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
    /// A URL or a command without a role.
    #[error("{0} does not say what it is: add --role facilitator or --role server")]
    RoleMissing(String),
    /// A role that this version cannot try.
    #[error("a {0} is not tried by itself: name a server that it buys from, and the {0} with --client")]
    Role(String),
    /// The role on the command line is not the target's.
    #[error("--role {given} does not fit {target}, which is a {role}")]
    OtherRole {
        /// The target.
        target: String,
        /// Its role.
        role: Role,
        /// The role that was given.
        given: Role,
    },
    /// A server whose paid route nobody has named.
    #[error("which route of the server is paid? Name it with --route /path, or write a manifest")]
    RouteMissing,
    /// A double of a role that does not exist yet.
    #[error(
        "there is no double {0:?}; write double:facilitator or double:server, with +MUTANT for a broken one"
    )]
    Double(String),
    /// Anything else.
    #[error(
        "{0:?} is no target: write the path of a manifest, double:facilitator, double:server, either with +MUTANT, or a URL with --role"
    )]
    Unknown(String),
}

impl TargetSpec {
    /// Reads a target's name. `role` and `shop` are what the command line says besides.
    ///
    /// # Errors
    /// [`TargetSpecError`] says what to write instead.
    pub fn parse(text: &str, role: Option<Role>, shop: Shop) -> Result<Self, TargetSpecError> {
        let target = Self::parse_name(text, role, shop)?;
        match role {
            Some(given) if given != target.role() => {
                Err(TargetSpecError::OtherRole { target: text.into(), role: target.role(), given })
            }
            _ => target.tried(),
        }
    }

    fn parse_name(text: &str, role: Option<Role>, shop: Shop) -> Result<Self, TargetSpecError> {
        if let Some(double) = text.strip_prefix("double:") {
            return Ok(Self::Double(Double::parse(double)?));
        }
        if text.contains("://") {
            Client::new(text, ClientConfig::default())?;
            let role = role.ok_or_else(|| TargetSpecError::RoleMissing(text.into()))?;
            return Ok(Self::Url { url: text.into(), role, shop });
        }
        let path = Path::new(text);
        if path.extension().is_some_and(|extension| extension == "toml") || path.is_file() {
            let manifest = Manifest::load(path).map_err(Box::new)?;
            return Ok(Self::Manifest(Box::new(manifest), path.into()));
        }
        Err(TargetSpecError::Unknown(text.into()))
    }

    /// A command that we start.
    ///
    /// # Errors
    /// [`TargetSpecError`] says what is missing.
    pub fn command(command: Vec<String>, role: Option<Role>, shop: Shop) -> Result<Self, TargetSpecError> {
        let role = role.ok_or_else(|| TargetSpecError::RoleMissing("a command".into()))?;
        Self::Command { command, role, shop }.tried()
    }

    /// Itself, when it can be put on trial.
    fn tried(self) -> Result<Self, TargetSpecError> {
        match &self {
            Self::Url { role: Role::Server, shop, .. } | Self::Command { role: Role::Server, shop, .. }
                if !shop.routes.contains_key("cheap") =>
            {
                Err(TargetSpecError::RouteMissing)
            }
            _ if self.role() == Role::Client => Err(TargetSpecError::Role(Role::Client.to_string())),
            _ => Ok(self),
        }
    }

    /// What it is in x402.
    #[must_use]
    pub fn role(&self) -> Role {
        match self {
            Self::Manifest(manifest, _) => manifest.role,
            Self::Double(double) => double.role(),
            Self::Url { role, .. } | Self::Command { role, .. } => *role,
        }
    }

    /// Whether it runs already, on a chain of its own choice.
    #[must_use]
    pub fn runs_already(&self) -> bool {
        match self {
            Self::Url { .. } => true,
            Self::Manifest(manifest, _) => manifest.start.is_none(),
            Self::Double(_) | Self::Command { .. } => false,
        }
    }

    /// The name by which the target can be named again.
    #[must_use]
    pub fn spec(&self) -> String {
        match self {
            Self::Manifest(_, path) => path.display().to_string(),
            Self::Double(double) => double.spec(),
            Self::Url { url, .. } => url.clone(),
            Self::Command { command, .. } => command.join(" "),
        }
    }

    /// The name that reports show.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Manifest(manifest, _) => manifest.name.clone(),
            Self::Command { command, .. } => command.first().cloned().unwrap_or_default(),
            Self::Double(_) | Self::Url { .. } => self.spec(),
        }
    }

    /// The routes that the command line named, as it names them.
    #[must_use]
    pub fn routes(&self) -> Vec<String> {
        match self {
            Self::Url { shop, .. } | Self::Command { shop, .. } => {
                shop.routes.iter().map(|(name, route)| format!("{name}={}", route.path)).collect()
            }
            Self::Manifest(..) | Self::Double(_) => Vec::new(),
        }
    }
}

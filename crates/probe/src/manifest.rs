//! The description of a target: a TOML file, a command line or a URL.

use crate::{
    ManifestError,
    base::Base,
    dialect::Dialect,
    section::{Section, Source, did_you_mean},
    shop::{self, Shop},
    template,
};
use gauntlet_report::file;
use gauntlet_wire::Version;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};
use toml::{Spanned, de::DeTable};

const KEYS: &[&str] = &[
    "name",
    "role",
    "version",
    "about",
    "url",
    "known_issues",
    "dialect",
    "install",
    "start",
    "ready",
    "claims",
    "server",
];
const ROLES: &[&str] = &["facilitator", "server", "client"];
const DEFAULT_URL: &str = "http://127.0.0.1:{port}";

/// What a target is in x402.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Verifies and settles payments.
    Facilitator,
    /// Sells a resource.
    Server,
    /// Pays for one.
    Client,
}

impl Role {
    /// As it is written in a manifest and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Facilitator => "facilitator",
            Self::Server => "server",
            Self::Client => "client",
        }
    }

    /// Where a target of this role is asked whether it is ready, unless its manifest says otherwise.
    const fn ready_path(self) -> &'static str {
        match self {
            Self::Facilitator => "/supported",
            Self::Server | Self::Client => "/",
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "facilitator" => Ok(Self::Facilitator),
            "server" => Ok(Self::Server),
            "client" => Ok(Self::Client),
            other => Err(format!(
                "`{other}` is not a role: facilitator, server or client{}",
                did_you_mean(other, ROLES)
            )),
        }
    }
}

/// A target, described. Texts with `{placeholders}` are kept as they were written until [`Manifest::fill`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Its name in reports.
    pub name: String,
    /// What is on trial.
    pub role: Role,
    /// Version, as the author of the manifest writes it.
    pub version: Option<String>,
    /// One sentence.
    pub about: Option<String>,
    /// Base URL, with placeholders.
    pub url: String,
    /// Absolute path of the file of known issues.
    pub known_issues: Option<PathBuf>,
    /// Dialect of the protocol: `x402`, another one by name, or the path of a dialect's file beside the manifest.
    pub dialect: String,
    /// What must be installed before the start.
    pub install: Option<Install>,
    /// How it is started; none: it is running already.
    pub start: Option<Start>,
    /// How it is known to be ready.
    pub ready: Readiness,
    /// What it claims to support, when that is not to be learnt from itself.
    pub claims: Claims,
    /// What a resource server sells; with placeholders.
    pub shop: Shop,
    /// Every text with placeholders and where it stands, for messages.
    templates: Vec<Spanned<String>>,
    path: PathBuf,
    text: String,
}

/// `[install]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Install {
    /// Program and arguments.
    pub command: Vec<String>,
    /// Absolute folder to run it in.
    pub dir: PathBuf,
    /// Files, relative to the folder, whose change makes a new installation necessary.
    pub inputs: Vec<PathBuf>,
    /// What it makes, relative to the folder: when it is missing, a new installation is necessary.
    pub creates: Option<PathBuf>,
    /// After this time the installation is killed and has failed.
    pub timeout: Duration,
}

/// `[start]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// Program and arguments, with placeholders.
    pub command: Vec<String>,
    /// Absolute folder to run it in; none: the current one.
    pub dir: Option<PathBuf>,
    /// Environment variables, in addition to the inherited ones, with placeholders.
    pub env: BTreeMap<String, String>,
}

/// `[ready]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// A path under the base URL: any answer below 500 means ready.
    pub path: String,
    /// After this time without one the start has failed.
    pub timeout: Duration,
}

/// `[claims]`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims {
    /// Protocol versions.
    pub versions: Option<Vec<Version>>,
    /// Payment schemes, such as `upto`, which are claimed whatever `/supported` lists.
    pub schemes: Option<Vec<String>>,
}

/// A manifest with every placeholder replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// Base URL.
    pub url: String,
    /// Program and arguments; empty when nothing is to be started.
    pub command: Vec<String>,
    /// Absolute folder to run it in; none: the current one.
    pub dir: Option<PathBuf>,
    /// Environment variables, in addition to the inherited ones.
    pub env: BTreeMap<String, String>,
    /// A path under the base URL that tells whether the target is ready.
    pub ready_path: String,
    /// What a resource server sells.
    pub shop: Shop,
}

impl Manifest {
    /// Reads a manifest from a file; the folders in it are relative to the file's own.
    ///
    /// # Errors
    /// [`ManifestError`] with the place of the first fault.
    pub fn load(path: &Path) -> Result<Self, ManifestError> {
        let text = file::written(path).map_err(|error| {
            ManifestError::new(path, "", None, format!("the manifest cannot be read: {error}"))
        })?;
        Self::parse(&text, path)
    }

    /// Reads a manifest from a text that stands, or could stand, in the file `path`.
    ///
    /// # Errors
    /// [`ManifestError`] with the place of the first fault.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ManifestError> {
        let source = Source { path, text };
        let root =
            DeTable::parse(text).map_err(|error| source.error(error.span(), error.message().trim()))?;
        let home = std::path::absolute(path)
            .ok()
            .and_then(|path| path.parent().map(Path::to_owned))
            .unwrap_or_default();
        read(&Section::root(source, root.get_ref(), KEYS)?, source, &home)
    }

    /// A target that a command line starts. It learns its port from `{port}` in the arguments or from `PORT`.
    #[must_use]
    pub fn for_command(argv: Vec<String>, role: Role) -> Self {
        let name = argv.first().map_or_else(String::new, |program| {
            Path::new(program).file_name().unwrap_or_default().to_string_lossy().into_owned()
        });
        let text = argv.join(" ");
        let env = BTreeMap::from([("PORT".to_owned(), "{port}".to_owned())]);
        Self {
            templates: argv.iter().map(|argument| Spanned::new(0..0, argument.clone())).collect(),
            start: Some(Start { command: argv, dir: None, env }),
            path: "command line".into(),
            text,
            ..Self::bare(name, role, DEFAULT_URL)
        }
    }

    /// A target that is running already.
    #[must_use]
    pub fn for_url(url: &str, role: Role) -> Self {
        Self { path: url.into(), ..Self::bare(url.to_owned(), role, url) }
    }

    fn bare(name: String, role: Role, url: &str) -> Self {
        Self {
            name,
            role,
            version: None,
            about: None,
            url: url.to_owned(),
            known_issues: None,
            dialect: "x402".to_owned(),
            install: None,
            start: None,
            ready: Readiness { path: role.ready_path().to_owned(), timeout: Duration::from_secs(30) },
            claims: Claims::default(),
            shop: Shop::default(),
            templates: Vec::new(),
            path: PathBuf::new(),
            text: String::new(),
        }
    }

    /// The path that the manifest was read from.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the target is told the URL of a facilitator by us.
    #[must_use]
    pub fn takes_a_facilitator(&self) -> bool {
        self.templates
            .iter()
            .any(|text| template::names(text.get_ref()).any(|name| name == "facilitator_url"))
    }

    /// Refuses placeholders that are not among `known`. `port` is always known: the start chooses it.
    ///
    /// # Errors
    /// [`ManifestError`] at the text with the unknown placeholder.
    pub fn check_placeholders<'a>(
        &self,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), ManifestError> {
        let mut known: Vec<&str> = known.into_iter().chain(["port"]).collect();
        known.sort_unstable();
        known.dedup();
        for template in &self.templates {
            let unknown = template::names(template.get_ref()).find(|name| !known.contains(name));
            if let Some(name) = unknown {
                let span = Some(template.span()).filter(|span| !span.is_empty());
                let message = format!("unknown placeholder `{{{name}}}`{}", did_you_mean(name, &known));
                let list: Vec<String> = known.iter().map(|name| format!("{{{name}}}")).collect();
                return Err(ManifestError::new(&self.path, &self.text, span, message)
                    .with_help(format!("known placeholders: {}", list.join(" "))));
            }
        }
        Ok(())
    }

    /// Replaces the placeholders.
    ///
    /// # Errors
    /// [`ManifestError`] for a placeholder that `values` does not have, and for a base URL that cannot be used.
    pub fn fill(&self, values: &BTreeMap<String, String>) -> Result<Filled, ManifestError> {
        self.check_placeholders(values.keys().map(String::as_str))?;
        let fill = |text: &String| {
            template::fill(text, values).map_err(|name| {
                ManifestError::new(
                    &self.path,
                    &self.text,
                    None,
                    format!("the placeholder `{{{name}}}` has no value"),
                )
            })
        };
        let url = fill(&self.url)?;
        Base::parse(&url)
            .map_err(|error| ManifestError::new(&self.path, &self.text, None, error.to_string()))?;
        let ready_path = fill(&self.ready.path)?;
        let shop = Shop {
            canary: self.shop.canary.as_ref().map(fill).transpose()?,
            routes: self.shop.routes.clone(),
        };
        let Some(start) = &self.start else {
            return Ok(Filled {
                url,
                ready_path,
                shop,
                command: Vec::new(),
                dir: None,
                env: BTreeMap::new(),
            });
        };
        Ok(Filled {
            url,
            ready_path,
            shop,
            command: start.command.iter().map(fill).collect::<Result<_, _>>()?,
            dir: start.dir.clone(),
            env: start
                .env
                .iter()
                .map(|(name, value)| Ok((name.clone(), fill(value)?)))
                .collect::<Result<_, ManifestError>>()?,
        })
    }
}

fn read(root: &Section<'_>, source: Source<'_>, home: &Path) -> Result<Manifest, ManifestError> {
    let name = required(root, "name", "name = \"my-facilitator\"")?;
    let role = required(root, "role", "role = \"facilitator\"")?;
    let role = role.get_ref().parse::<Role>().map_err(|message| root.error(role.span(), message))?;
    let mut templates = Vec::new();
    let start = read_start(root, home, &mut templates)?;
    let url = read_url(root, start.is_some(), role, &mut templates)?;
    Ok(Manifest {
        name: name.into_inner(),
        version: root.text("version")?.map(Spanned::into_inner),
        about: root.text("about")?.map(Spanned::into_inner),
        known_issues: root.text("known_issues")?.map(|path| home.join(path.get_ref())),
        dialect: read_dialect(root, home)?,
        install: read_install(root, home, start.as_ref().and_then(|start| start.dir.as_deref()))?,
        ready: read_ready(root, role, &mut templates)?,
        claims: read_claims(root)?,
        shop: shop::read(root, role, &mut templates)?,
        start,
        templates,
        path: source.path.to_owned(),
        text: source.text.to_owned(),
        ..Manifest::bare(String::new(), role, &url)
    })
}

fn required(section: &Section<'_>, key: &str, example: &str) -> Result<Spanned<String>, ManifestError> {
    match section.text(key)? {
        None => Err(section
            .error(None, format!("`{key}` is missing"))
            .with_help(format!("for example: {example}"))),
        Some(text) if text.get_ref().trim().is_empty() => {
            Err(section.error(text.span(), format!("`{key}` is empty")))
        }
        Some(text) => Ok(text),
    }
}

fn read_url(
    root: &Section<'_>,
    started: bool,
    role: Role,
    templates: &mut Vec<Spanned<String>>,
) -> Result<String, ManifestError> {
    let Some(url) = root.text("url")? else {
        if started {
            return Ok(DEFAULT_URL.to_owned());
        }
        return Err(root
            .error(None, "nothing to put on trial: neither `[start]` nor `url` is given")
            .with_help(
                "`[start]` for a command that Gauntlet starts, `url` for something that is running already",
            ));
    };
    if role == Role::Client && !started {
        return Err(
            root.error(url.span(), "a client is started for every case: give its command in `[start]`")
        );
    }
    if !started && template::names(url.get_ref()).any(|name| name == "port") {
        return Err(
            root.error(url.span(), "`{port}` means the port of a command in `[start]`, and there is none")
        );
    }
    if template::names(url.get_ref()).next().is_none() {
        Base::parse(url.get_ref()).map_err(|error| root.error(url.span(), error.to_string()))?;
    }
    templates.push(url.clone());
    Ok(url.into_inner())
}

fn read_dialect(root: &Section<'_>, home: &Path) -> Result<String, ManifestError> {
    match root.text("dialect")? {
        Some(dialect) => match Dialect::find(dialect.get_ref(), home) {
            Ok(_) => Ok(dialect.into_inner()),
            Err(error) => Err(root.error(dialect.span(), error.to_string())),
        },
        None => Ok("x402".to_owned()),
    }
}

fn read_install(
    root: &Section<'_>,
    home: &Path,
    start_dir: Option<&Path>,
) -> Result<Option<Install>, ManifestError> {
    let keys = &["command", "dir", "inputs", "creates", "timeout_seconds"];
    let Some(section) = root.table("install", Some(keys))? else { return Ok(None) };
    let dir = section.text("dir")?.map(|dir| home.join(dir.get_ref()));
    let inputs = section.texts("inputs")?.unwrap_or_default();
    Ok(Some(Install {
        command: section.command()?.into_iter().map(Spanned::into_inner).collect(),
        dir: dir.unwrap_or_else(|| start_dir.unwrap_or(home).to_owned()),
        inputs: inputs.into_iter().map(|path| path.into_inner().into()).collect(),
        creates: section.text("creates")?.map(|path| path.into_inner().into()),
        timeout: section.seconds("timeout_seconds")?.unwrap_or(Duration::from_secs(300)),
    }))
}

fn read_start(
    root: &Section<'_>,
    home: &Path,
    templates: &mut Vec<Spanned<String>>,
) -> Result<Option<Start>, ManifestError> {
    let Some(section) = root.table("start", Some(&["command", "dir", "env"]))? else { return Ok(None) };
    let command = section.command()?;
    let dir = section.text("dir")?.map_or_else(|| home.to_owned(), |dir| home.join(dir.get_ref()));
    let env = match section.table("env", None)? {
        Some(env) => env.entries()?,
        None => Vec::new(),
    };
    templates.extend(command.iter().cloned());
    templates.extend(env.iter().map(|(_, value)| value.clone()));
    Ok(Some(Start {
        command: command.into_iter().map(Spanned::into_inner).collect(),
        dir: Some(dir),
        env: env.into_iter().map(|(name, value)| (name, value.into_inner())).collect(),
    }))
}

fn read_ready(
    root: &Section<'_>,
    role: Role,
    templates: &mut Vec<Spanned<String>>,
) -> Result<Readiness, ManifestError> {
    let mut ready = Readiness { path: role.ready_path().to_owned(), timeout: Duration::from_secs(30) };
    let Some(section) = root.table("ready", Some(&["path", "timeout_seconds"]))? else { return Ok(ready) };
    if let Some(path) = section.text("path")? {
        if !path.get_ref().starts_with('/') {
            return Err(section.error(path.span(), "`path` in [ready] must begin with `/`"));
        }
        templates.push(path.clone());
        ready.path = path.into_inner();
    }
    if let Some(timeout) = section.seconds("timeout_seconds")? {
        ready.timeout = timeout;
    }
    Ok(ready)
}

fn read_claims(root: &Section<'_>) -> Result<Claims, ManifestError> {
    let Some(section) = root.table("claims", Some(&["versions", "schemes"]))? else {
        return Ok(Claims::default());
    };
    let version = |number: Spanned<u64>| {
        u8::try_from(*number.get_ref())
            .map_err(|error| error.to_string())
            .and_then(Version::try_from)
            .map_err(|message| section.error(number.span(), message))
    };
    let versions = section.integers("versions")?.map(|numbers| numbers.into_iter().map(version).collect());
    let schemes = section.texts("schemes")?;
    Ok(Claims {
        versions: versions.transpose()?,
        schemes: schemes.map(|schemes| schemes.into_iter().map(Spanned::into_inner).collect()),
    })
}

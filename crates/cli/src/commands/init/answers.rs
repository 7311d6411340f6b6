//! What the files are made of: from flags alone, or from flags and answers.

use super::{CiName, InitArgs};
use crate::args::RoleName;
use crate::failure::Failure;
use crate::settings;
use gauntlet_probe::{Client, ClientConfig, Role, Shop};
use std::path::Path;

/// How the target comes to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Start {
    /// We start it: program and arguments.
    Command(Vec<String>),
    /// It runs already.
    Url(String),
}

/// Everything that the files say.
#[derive(Debug, Clone)]
pub(super) struct Answers {
    pub(super) role: Role,
    pub(super) start: Start,
    pub(super) name: String,
    pub(super) shop: Shop,
    /// As the user said; empty when he did not.
    pub(super) versions: Vec<u8>,
    pub(super) dialect: Option<String>,
    /// Another profile than the usual one.
    pub(super) network: Option<&'static str>,
    pub(super) ci: CiName,
    pub(super) action: Option<String>,
}

impl Answers {
    /// What the flags say; what they leave out and nothing can stand for is wrong usage.
    pub(super) fn of_flags(args: &InitArgs) -> Result<Self, Failure> {
        let role = args.role.ok_or_else(|| missing("what it is", "--role facilitator or --role server"))?;
        let start = start_of_flags(args).ok_or_else(|| {
            missing("what is to be tried", "--url URL, or the command that starts it after --")
        })?;
        let role = Role::from(role);
        if role == Role::Server && args.routes.is_empty() {
            return Err(missing("which route is paid", "--route /path"));
        }
        let name = args.name.clone().unwrap_or_else(|| name_of(&start));
        Self::checked(args, role, start, name, &args.routes)
    }

    /// All that is not asked for comes from the flags, and everything is looked at.
    pub(super) fn checked(
        args: &InitArgs,
        role: Role,
        start: Start,
        name: String,
        routes: &[String],
    ) -> Result<Self, Failure> {
        if name.trim().is_empty() {
            return Err(Failure::usage("--name is empty"));
        }
        if let Start::Url(url) = &start {
            Client::new(url, ClientConfig::default())
                .map_err(|error| Failure::usage(format!("--url: {error}")))?;
        }
        if role != Role::Server && !routes.is_empty() {
            return Err(Failure::usage(format!("--route is for servers, and this is a {role}")));
        }
        let shop = Shop::of_arguments(routes).map_err(|error| Failure::usage(format!("--route: {error}")))?;
        if role == Role::Server && !shop.routes.contains_key("cheap") {
            return Err(missing("which route is bought", "--route /path without a name"));
        }
        let mut versions = args.versions.clone();
        versions.dedup();
        Ok(Self {
            role,
            start,
            name,
            shop,
            versions,
            dialect: args.dialect.clone(),
            network: args.network.as_deref().map(network).transpose()?.flatten(),
            ci: args.ci.unwrap_or(CiName::None),
            action: args.action.as_deref().map(action).transpose()?,
        })
    }
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Facilitator => Self::Facilitator,
            RoleName::Server => Self::Server,
        }
    }
}

fn missing(what: &str, flag: &str) -> Failure {
    Failure::usage(format!("nobody said {what}: give {flag}"))
        .with_help("on a terminal `gauntlet init` asks; --ask reads the answers from a pipe, one a line")
}

/// The command or the URL, when a flag gives one.
pub(super) fn start_of_flags(args: &InitArgs) -> Option<Start> {
    let command = (!args.command.is_empty()).then(|| Start::Command(args.command.clone()));
    args.url.clone().map(Start::Url).or(command)
}

/// Programs that run others: their own names say nothing.
const RUNNERS: &[&str] = &[
    "bash", "bun", "cargo", "deno", "docker", "go", "java", "make", "node", "npm", "npx", "python",
    "python3", "sh", "uv",
];

/// The name of something that nobody has named: of the program, or of the folder where it is run by another one.
pub(super) fn name_of(start: &Start) -> String {
    let name = match start {
        Start::Url(url) => url.clone(),
        Start::Command(command) => {
            let name_of = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
            let folder = || std::env::current_dir().ok().as_deref().and_then(name_of);
            let program = command.first().map(Path::new).and_then(name_of);
            program.filter(|name| !RUNNERS.contains(&name.as_str())).or_else(folder).unwrap_or_default()
        }
    };
    if name.trim().is_empty() { "my-target".into() } else { name }
}

/// A network that is not the usual one.
pub(super) fn network(name: &str) -> Result<Option<&'static str>, Failure> {
    let profile = settings::network(name)?;
    Ok((profile.name != "base-sepolia").then_some(profile.name))
}

/// An action as a workflow names it. It stands in YAML, so its letters are few.
pub(super) fn action(text: &str) -> Result<String, Failure> {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    let good = text.split_once('@').is_some_and(|(repository, reference)| {
        repository.split_once('/').is_some_and(|(owner, name)| is_word(owner) && is_word(name))
            && reference.split('/').all(is_word)
    });
    if good {
        Ok(text.to_owned())
    } else {
        Err(Failure::usage(format!("--action: {text:?} is not of the form OWNER/REPOSITORY@REF")))
    }
}

//! What the environment decides, read once.

use crate::args::{ChainOptions, Color, ProfileName};
use crate::failure::Failure;
use crate::output;
use gauntlet_chain::{AnvilBinary, Environment, anvil};
use gauntlet_engine::target::TargetSpec;
use gauntlet_probe::Speaker;
use gauntlet_report::{Profile, clock};
use std::hash::{BuildHasher, Hasher};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Whether stdout gets colours.
pub(crate) fn color(choice: Color) -> bool {
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            std::io::stdout().is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        }
    }
}

/// Columns for human output.
pub(crate) fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    columns.filter(|columns| (40..=400).contains(columns)).unwrap_or(110)
}

/// The page of a CI job that a summary is appended to: GitHub names it, and others do as GitHub does.
pub(crate) fn step_summary() -> Option<PathBuf> {
    std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Whether this is the job of a CI: nobody is there who could look at what is written.
pub(crate) fn is_ci() -> bool {
    let no =
        |value: &std::ffi::OsStr| value.is_empty() || value == "0" || value.eq_ignore_ascii_case("false");
    std::env::var_os("CI").is_some_and(|value| !no(&value))
}

/// The network profile of a name.
pub(crate) fn network(name: &str) -> Result<&'static gauntlet_chain::Profile, Failure> {
    gauntlet_chain::Profile::by_name(name).map_err(|error| Failure::usage(error.to_string()))
}

/// Finds Anvil, or installs it.
pub(crate) async fn anvil(explicit: Option<&Path>, quiet: bool) -> Result<AnvilBinary, Failure> {
    let explicit = explicit.map(Path::to_owned);
    let search = move || {
        let tell = |step: &str| {
            if !quiet {
                output::remark(step);
            }
        };
        anvil::find_or_install(explicit.as_deref(), &Environment::of_process(), &tell)
    };
    let found = tokio::task::spawn_blocking(search).await;
    Ok(found.map_err(|error| Failure::harness(format!("the search for Anvil: {error}")))??)
}

/// The folder for what is worth keeping between runs.
pub(crate) fn cache() -> Result<PathBuf, Failure> {
    Environment::of_process().cache().ok_or_else(|| {
        Failure::harness("there is no folder for a cache")
            .with_help("set GAUNTLET_CACHE to a folder that can be written")
    })
}

/// The chain of these options: the profile and the binary.
pub(crate) async fn chain(
    options: &ChainOptions,
    quiet: bool,
) -> Result<(&'static gauntlet_chain::Profile, AnvilBinary), Failure> {
    let network = network(&options.network)?;
    Ok((network, anvil(options.anvil.as_deref(), quiet).await?))
}

/// A seed that JSON readers of every language can hold.
pub(crate) fn draw_seed() -> u64 {
    let mut hasher = std::hash::RandomState::new().build_hasher();
    hasher.write_u64(clock::unix_millis());
    hasher.finish() >> 16
}

/// Id and folder of a new run.
pub(crate) fn run_folder(out: Option<&Path>, seed: u64) -> (String, PathBuf) {
    let time: String =
        clock::rfc3339(clock::unix_millis()).chars().filter(char::is_ascii_digit).take(14).collect();
    let (day, second) = time.split_at(8.min(time.len()));
    let run = format!("{day}-{second}-{:04x}", seed & 0xffff);
    let folder = out.map_or_else(|| Path::new("runs").join(&run), Path::to_owned);
    (run, folder)
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::Reference => Self::Reference,
            ProfileName::Strict => Self::Strict,
            ProfileName::Newest => Self::Newest,
        }
    }
}

/// Who speaks to a target that is not spoken to in x402: its keys come from the environment.
pub(crate) fn speaker(target: &TargetSpec, named: Option<&str>) -> Result<Option<Arc<Speaker>>, Failure> {
    gauntlet_engine::dialect::speaker(target, named, |name| std::env::var(name).ok()).map_err(Failure::usage)
}

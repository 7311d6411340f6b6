//! Anvil: where it is, how to get it, and the process.

mod environment;
mod find;
mod install;
pub(crate) mod process;

pub use environment::Environment;
pub use find::{find, find_or_install};
pub use install::PINNED;

use std::fmt;
use std::path::PathBuf;

/// The oldest Anvil whose RPC methods and options we rely on.
pub const MINIMUM: AnvilVersion = AnvilVersion { major: 1, minor: 7, patch: 0 };

/// Version of an Anvil, without build marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AnvilVersion {
    /// First number.
    pub major: u32,
    /// Second number.
    pub minor: u32,
    /// Third number.
    pub patch: u32,
}

impl fmt::Display for AnvilVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl AnvilVersion {
    /// Finds the version in what `anvil --version` or `web3_clientVersion` says:
    /// `anvil Version: 1.7.1-stable`, `anvil 0.3.0 (abc 2025…)`, `anvil/v1.7.1`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if !text.to_ascii_lowercase().contains("anvil") {
            return None;
        }
        text.split(|c: char| c.is_whitespace() || c == '/').find_map(|word| {
            let word = word.strip_prefix('v').unwrap_or(word);
            let end = word.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(word.len());
            let mut numbers = word[..end].split('.').map(str::parse::<u32>);
            let version = Self {
                major: numbers.next()?.ok()?,
                minor: numbers.next()?.ok()?,
                patch: numbers.next()?.ok()?,
            };
            numbers.next().is_none().then_some(version)
        })
    }
}

/// An Anvil that answered to `--version`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnvilBinary {
    /// The program. Where npm's wrapper script was found, this is the binary behind it.
    pub path: PathBuf,
    /// What it said of itself.
    pub version: AnvilVersion,
    /// Where it was found.
    pub source: Source,
}

impl fmt::Display for AnvilBinary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Anvil {} at {} ({})", self.version, self.path.display(), self.source)
    }
}

/// Where an Anvil was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// Named on the command line.
    Option,
    /// Named by `$GAUNTLET_ANVIL`.
    Variable,
    /// On the search path.
    SearchPath,
    /// In Foundry's own folder.
    Foundry,
    /// In our cache, from an earlier run.
    Cache,
    /// Installed into our cache just now.
    Installed,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Option => "from --anvil",
            Self::Variable => "from $GAUNTLET_ANVIL",
            Self::SearchPath => "on PATH",
            Self::Foundry => "in Foundry's folder",
            Self::Cache => "in Gauntlet's cache",
            Self::Installed => "just installed with npm",
        })
    }
}

/// How to get an Anvil by hand.
const BY_HAND: &str = "install Foundry (https://getfoundry.sh, then run `foundryup`), or install Node.js with npm so \
                       that Gauntlet can fetch Anvil itself, or name an Anvil with --anvil or $GAUNTLET_ANVIL";

/// There is no Anvil to use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnvilError {
    /// Nothing was found and there is no npm to get it with.
    #[error("there is no Anvil and no npm on this machine; {BY_HAND}")]
    NotFound,
    /// There is no folder that could be the cache.
    #[error("there is no Anvil, and no folder to install one into; set $GAUNTLET_CACHE, or {BY_HAND}")]
    NoCache,
    /// npm did not install it.
    #[error("npm could not install Anvil {PINNED} ({reason}); {BY_HAND}\n{log}")]
    InstallFailed {
        /// How npm ended.
        reason: String,
        /// Its last lines.
        log: String,
    },
    /// The program is older than what we rely on.
    #[error(
        "{path} is Anvil {found}, but {minimum} or newer is needed; run `foundryup`, or name another with --anvil"
    )]
    TooOld {
        /// The program.
        path: PathBuf,
        /// Its version.
        found: AnvilVersion,
        /// The oldest that will do.
        minimum: AnvilVersion,
    },
    /// The program cannot be run or is no Anvil.
    #[error("{path} is no Anvil that runs here: {reason}; name another with --anvil or $GAUNTLET_ANVIL")]
    NotRunnable {
        /// The program.
        path: PathBuf,
        /// What happened.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_in_all_spellings() {
        let version = |major, minor, patch| Some(AnvilVersion { major, minor, patch });
        assert_eq!(AnvilVersion::parse("anvil Version: 1.7.1\nCommit SHA: 4072e48"), version(1, 7, 1));
        assert_eq!(AnvilVersion::parse("anvil Version: 1.8.0-nightly"), version(1, 8, 0));
        assert_eq!(AnvilVersion::parse("anvil 0.2.0 (f625d0f 2024-04-02T00:16:42Z)"), version(0, 2, 0));
        assert_eq!(AnvilVersion::parse("anvil/v1.7.1"), version(1, 7, 1));
        assert_eq!(AnvilVersion::parse("node 22.1.0"), None);
        assert_eq!(AnvilVersion::parse("anvil"), None);
        assert!(MINIMUM <= AnvilVersion { major: 1, minor: 10, patch: 0 });
    }
}

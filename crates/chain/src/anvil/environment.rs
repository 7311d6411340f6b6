//! What the process environment says of where things are.

use std::ffi::OsString;
use std::path::PathBuf;

/// The variables that decide where Anvil and the cache are. Tests fill it by hand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// `$GAUNTLET_ANVIL`: the Anvil to use.
    pub gauntlet_anvil: Option<PathBuf>,
    /// `$GAUNTLET_CACHE`: our cache.
    pub gauntlet_cache: Option<PathBuf>,
    /// `$XDG_CACHE_HOME`: the folder that caches are in.
    pub xdg_cache_home: Option<PathBuf>,
    /// `$FOUNDRY_DIR`: Foundry's folder when it is not in the home folder.
    pub foundry_dir: Option<PathBuf>,
    /// The home folder.
    pub home: Option<PathBuf>,
    /// `$PATH`, as it is.
    pub path: Option<OsString>,
}

impl Environment {
    /// Reads the environment of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let read = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let folder = |name: &str| read(name).map(PathBuf::from);
        Self {
            gauntlet_anvil: folder("GAUNTLET_ANVIL"),
            gauntlet_cache: folder("GAUNTLET_CACHE"),
            xdg_cache_home: folder("XDG_CACHE_HOME"),
            foundry_dir: folder("FOUNDRY_DIR"),
            home: folder("HOME").or_else(|| folder("USERPROFILE")),
            path: read("PATH"),
        }
    }

    /// Our cache: `$GAUNTLET_CACHE`, `$XDG_CACHE_HOME/gauntlet` or `~/.cache/gauntlet`. It need not exist.
    #[must_use]
    pub fn cache(&self) -> Option<PathBuf> {
        self.gauntlet_cache
            .clone()
            .or_else(|| self.xdg_cache_home.as_ref().map(|caches| caches.join("gauntlet")))
            .or_else(|| self.home.as_ref().map(|home| home.join(".cache").join("gauntlet")))
    }

    /// Foundry's folder of programs.
    pub(super) fn foundry_bin(&self) -> Option<PathBuf> {
        self.foundry_dir
            .clone()
            .or_else(|| self.home.as_ref().map(|home| home.join(".foundry")))
            .map(|foundry| foundry.join("bin"))
    }

    /// The first file of one of these names on the search path.
    pub(super) fn on_path(&self, names: &[&str]) -> Option<PathBuf> {
        std::env::split_paths(self.path.as_deref()?)
            .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
            .find(|file| is_program(file))
    }
}

#[cfg(unix)]
fn is_program(file: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &std::path::Path) -> bool {
    file.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_the_most_special_folder() {
        let mut environment = Environment { home: Some("/h".into()), ..Environment::default() };
        assert_eq!(environment.cache(), Some("/h/.cache/gauntlet".into()));
        environment.xdg_cache_home = Some("/x".into());
        assert_eq!(environment.cache(), Some("/x/gauntlet".into()));
        environment.gauntlet_cache = Some("/g".into());
        assert_eq!(environment.cache(), Some("/g".into()));
        assert_eq!(Environment::default().cache(), None);
    }
}

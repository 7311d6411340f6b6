//! Finding an Anvil: `--anvil`, `$GAUNTLET_ANVIL`, the search path, Foundry's folder, our cache.

use super::install::{install, installed_binary, platform_package};
use super::{AnvilBinary, AnvilError, AnvilVersion, Environment, MINIMUM, Source};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Names under which Anvil is on a search path.
const NAMES: &[&str] = if cfg!(windows) { &["anvil.exe", "anvil.cmd"] } else { &["anvil"] };
const NPM: &[&str] = if cfg!(windows) { &["npm.cmd", "npm.exe"] } else { &["npm"] };

/// Finds an Anvil that is already on this machine. Blocks for as long as `anvil --version` takes.
///
/// One that is named (`explicit`, `$GAUNTLET_ANVIL`) must do; one that merely lies about and will not do is passed
/// over.
///
/// # Errors
///
/// [`AnvilError::NotFound`] when there is none, [`AnvilError::TooOld`] or [`AnvilError::NotRunnable`] when the one
/// that was named, or the only one there is, will not do.
pub fn find(explicit: Option<&Path>, environment: &Environment) -> Result<AnvilBinary, AnvilError> {
    if let Some(path) = explicit {
        return examine(path, Source::Option);
    }
    if let Some(path) = &environment.gauntlet_anvil {
        return examine(path, Source::Variable);
    }
    let on_path = environment.on_path(NAMES).map(|path| (path, Source::SearchPath));
    let foundry = environment.foundry_bin().map(|bin| (bin.join(NAMES[0]), Source::Foundry));
    let cached = environment.cache().map(|cache| (installed_binary(&cache), Source::Cache));

    let mut unfit = None;
    for (path, source) in [on_path, foundry, cached].into_iter().flatten() {
        if !path.exists() {
            continue;
        }
        match examine(&path, source) {
            Ok(found) => return Ok(found),
            Err(error) => unfit = unfit.or(Some(error)),
        }
    }
    Err(unfit.unwrap_or(AnvilError::NotFound))
}

/// Finds an Anvil, or installs the pinned one into the cache with the user's npm. Blocks; an installation takes some
/// seconds. `step` is told, in a line for the user, what is about to be done.
///
/// # Errors
///
/// Those of [`find`] for an Anvil that was named; [`AnvilError::NoCache`] and [`AnvilError::InstallFailed`] when
/// installing is not possible.
pub fn find_or_install(
    explicit: Option<&Path>,
    environment: &Environment,
    step: &dyn Fn(&str),
) -> Result<AnvilBinary, AnvilError> {
    let named = explicit.is_some() || environment.gauntlet_anvil.is_some();
    let missing = match find(explicit, environment) {
        Ok(found) => return Ok(found),
        Err(error) if named => return Err(error),
        Err(error) => error,
    };
    let Some(npm) = environment.on_path(NPM) else { return Err(missing) };
    let cache = environment.cache().ok_or(AnvilError::NoCache)?;
    if !matches!(missing, AnvilError::NotFound) {
        step(&missing.to_string());
    }
    let path = install(&cache, &npm, step)?;
    examine(&path, Source::Installed)
}

/// Asks a program for its version.
fn examine(path: &Path, source: Source) -> Result<AnvilBinary, AnvilError> {
    let path = behind_wrapper(path);
    let version = version(&path)?;
    if version < MINIMUM {
        return Err(AnvilError::TooOld { path, found: version, minimum: MINIMUM });
    }
    Ok(AnvilBinary { path, version, source })
}

pub(super) fn version(path: &Path) -> Result<AnvilVersion, AnvilError> {
    let unfit = |reason: String| AnvilError::NotRunnable { path: path.to_owned(), reason };
    let output = Command::new(path)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| unfit(error.to_string()))?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        let first = complaint.lines().next().unwrap_or_default();
        return Err(unfit(format!("`--version` ended with {}: {first}", output.status)));
    }
    AnvilVersion::parse(&said).ok_or_else(|| {
        let first = said.lines().next().unwrap_or_default();
        unfit(format!("`--version` said {first:?}"))
    })
}

/// npm puts a Node script in the place of the binary. Its process would be Node's, not Anvil's, so look for the binary
/// in the platform's package next to it. Anything else is returned as it is.
fn behind_wrapper(path: &Path) -> PathBuf {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if !is_script(&real) {
        return path.to_owned();
    }
    let Some(package) = platform_package() else { return path.to_owned() };
    let binary = Path::new(package).join("bin").join(NAMES[0]);
    real.ancestors()
        .chain(path.ancestors())
        .skip(1)
        .flat_map(|folder| [folder.join("node_modules").join(&binary), folder.join(&binary)])
        .find(|candidate| candidate.is_file())
        .unwrap_or_else(|| path.to_owned())
}

fn is_script(path: &Path) -> bool {
    use std::io::Read as _;
    let mut start = [0_u8; 2];
    let shebang = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok();
    (shebang && &start == b"#!") || path.extension().is_some_and(|extension| extension == "cmd")
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::sync::{Mutex, MutexGuard, PoisonError};
    use tempfile::TempDir;

    /// A forked child of another test may hold a script open for writing, and then it cannot be run: one at a time.
    fn alone() -> MutexGuard<'static, ()> {
        static ALONE: Mutex<()> = Mutex::new(());
        ALONE.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn script(path: &Path, body: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, format!("#!/bin/sh\n{body}\n")).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn anvil(path: &Path, version: &str) {
        script(path, &format!("echo 'anvil Version: {version}'"));
    }

    /// An environment in which every place is below `root` and empty.
    fn environment(root: &Path) -> Environment {
        Environment {
            home: Some(root.join("home")),
            path: Some(root.join("path").into_os_string()),
            ..Environment::default()
        }
    }

    /// An npm that does as the real one: makes the platform package below `--prefix`, or fails.
    fn npm(root: &Path, body: &str) {
        script(&root.join("path/npm"), body);
    }

    fn working_npm(version: &str) -> String {
        let package = platform_package().unwrap();
        format!(
            "PATH=/usr/bin:/bin\necho run >> \"$(dirname \"$0\")/npm-runs\"\n\
             while [ \"$1\" != --prefix ]; do shift; done\n\
             bin=\"$2/node_modules/{package}/bin\"\nmkdir -p \"$bin\"\n\
             printf '#!/bin/sh\\necho anvil Version: {version}\\n' > \"$bin/anvil\"\nchmod +x \"$bin/anvil\""
        )
    }

    fn silently(_: &str) {}

    #[test]
    fn the_order_is_option_variable_path_foundry_cache() {
        let _alone = alone();
        let root = TempDir::new().unwrap();
        let mut environment = environment(root.path());
        assert!(matches!(find(None, &environment), Err(AnvilError::NotFound)));

        let places = [
            (installed_binary(&environment.cache().unwrap()), Source::Cache),
            (root.path().join("home/.foundry/bin/anvil"), Source::Foundry),
            (root.path().join("path/anvil"), Source::SearchPath),
        ];
        for (patch, (place, source)) in places.iter().enumerate() {
            anvil(place, &format!("1.7.{patch}"));
            let found = find(None, &environment).unwrap();
            assert_eq!((found.source, found.path.as_path()), (*source, place.as_path()));
            assert_eq!(found.version.to_string(), format!("1.7.{patch}"));
        }

        environment.gauntlet_anvil = Some(root.path().join("mine"));
        anvil(&root.path().join("mine"), "1.8.0");
        assert_eq!(find(None, &environment).unwrap().source, Source::Variable);

        anvil(&root.path().join("given"), "1.9.0");
        let found = find(Some(&root.path().join("given")), &environment).unwrap();
        assert_eq!(found.source, Source::Option);
        assert_eq!(found.version.to_string(), "1.9.0");
    }

    #[test]
    fn a_named_anvil_must_do() {
        let _alone = alone();
        let root = TempDir::new().unwrap();
        let environment = environment(root.path());
        npm(root.path(), &working_npm("1.7.1"));

        let old = root.path().join("old");
        anvil(&old, "1.6.9");
        let error = find_or_install(Some(&old), &environment, &silently).unwrap_err();
        assert!(matches!(error, AnvilError::TooOld { .. }), "{error}");
        assert!(error.to_string().contains("is Anvil 1.6.9, but 1.7.0 or newer is needed"), "{error}");

        let missing =
            find_or_install(Some(&root.path().join("nothing")), &environment, &silently).unwrap_err();
        assert!(matches!(missing, AnvilError::NotRunnable { .. }), "{missing}");

        let broken = root.path().join("broken");
        script(&broken, "echo 'no such option' >&2; exit 3");
        let error = find_or_install(Some(&broken), &environment, &silently).unwrap_err();
        assert!(error.to_string().contains("no such option"), "{error}");

        let stranger = root.path().join("stranger");
        script(&stranger, "echo cat 9.1.0");
        let error = find_or_install(Some(&stranger), &environment, &silently).unwrap_err();
        assert!(error.to_string().contains("cat 9.1.0"), "{error}");
    }

    #[test]
    fn an_old_anvil_that_lies_about_is_passed_over() {
        let _alone = alone();
        let root = TempDir::new().unwrap();
        let environment = environment(root.path());
        anvil(&root.path().join("path/anvil"), "0.3.0");
        assert!(matches!(find(None, &environment), Err(AnvilError::TooOld { .. })));
        anvil(&root.path().join("home/.foundry/bin/anvil"), "1.7.1");
        assert_eq!(find(None, &environment).unwrap().source, Source::Foundry);
    }

    #[test]
    fn the_binary_behind_a_wrapper_is_taken() {
        let _alone = alone();
        let root = TempDir::new().unwrap();
        let environment = environment(root.path());
        let modules = root.path().join("app/node_modules");
        let binary = modules.join(platform_package().unwrap()).join("bin/anvil");
        anvil(&binary, "1.7.1");
        script(&modules.join("@foundry-rs/anvil/bin.mjs"), "echo anvil Version: 1.7.2");
        std::fs::create_dir_all(root.path().join("path")).unwrap();
        symlink(modules.join("@foundry-rs/anvil/bin.mjs"), root.path().join("path/anvil")).unwrap();

        let found = find(None, &environment).unwrap();
        assert_eq!(found.path.canonicalize().unwrap(), binary.canonicalize().unwrap());
        assert_eq!(found.version.to_string(), "1.7.1");
    }

    #[test]
    fn a_wrapper_without_its_binary_is_used_itself() {
        let _alone = alone();
        let root = TempDir::new().unwrap();
        let environment = environment(root.path());
        anvil(&root.path().join("path/anvil"), "1.7.3");
        assert_eq!(find(None, &environment).unwrap().version.to_string(), "1.7.3");
    }

    #[test]
    fn npm_installs_it_once() {
        let _alone = alone();
        let root = TempDir::new().unwrap();
        let environment = environment(root.path());
        npm(root.path(), &working_npm("1.7.1"));
        let steps = RefCell::new(Vec::new());
        let step = |line: &str| steps.borrow_mut().push(line.to_owned());

        let first = find_or_install(None, &environment, &step).unwrap();
        assert_eq!(first.source, Source::Installed);
        assert!(steps.borrow()[0].starts_with("installing Anvil 1.7.1 with npm into "), "{steps:?}");
        let second = find_or_install(None, &environment, &step).unwrap();
        assert_eq!((second.source, second.path), (Source::Cache, first.path));
        assert_eq!(std::fs::read_to_string(root.path().join("path/npm-runs")).unwrap(), "run\n");
        let left: Vec<_> = std::fs::read_dir(environment.cache().unwrap())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(left, ["anvil-1.7.1"]);
    }

    #[test]
    fn another_process_may_be_faster() {
        let _alone = alone();
        let root = TempDir::new().unwrap();
        let environment = environment(root.path());
        // While npm runs for us, somebody else's installation comes into place.
        let and_another = "\ncp -R \"$2\" \"$(dirname \"$2\")/anvil-1.7.1\"";
        npm(root.path(), &format!("{}{and_another}", working_npm("1.7.1")));
        assert!(find_or_install(None, &environment, &silently).is_ok());
        assert_eq!(find(None, &environment).unwrap().source, Source::Cache);
        assert_eq!(std::fs::read_dir(environment.cache().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_broken_installation_is_replaced() {
        let _alone = alone();
        let root = TempDir::new().unwrap();
        let environment = environment(root.path());
        npm(root.path(), &working_npm("1.7.1"));
        script(&installed_binary(&environment.cache().unwrap()), "exit 1");
        let found = find_or_install(None, &environment, &silently).unwrap();
        assert_eq!(found.version.to_string(), "1.7.1");
    }

    #[test]
    fn a_failing_npm_is_quoted() {
        let _alone = alone();
        let root = TempDir::new().unwrap();
        let environment = environment(root.path());
        npm(root.path(), "echo 'npm error network is down' >&2; exit 7");
        let error = find_or_install(None, &environment, &silently).unwrap_err();
        assert!(matches!(error, AnvilError::InstallFailed { .. }), "{error}");
        let text = error.to_string();
        assert!(text.contains("network is down") && text.contains("foundryup"), "{text}");
        assert_eq!(std::fs::read_dir(environment.cache().unwrap()).unwrap().count(), 0);
    }

    #[test]
    fn an_npm_that_brings_nothing_is_a_failure() {
        let _alone = alone();
        let root = TempDir::new().unwrap();
        let environment = environment(root.path());
        npm(root.path(), "exit 0");
        let error = find_or_install(None, &environment, &silently).unwrap_err();
        assert!(error.to_string().contains("no program for this platform"), "{error}");
    }

    #[test]
    fn without_npm_the_user_learns_what_to_do() {
        let root = TempDir::new().unwrap();
        let error = find_or_install(None, &environment(root.path()), &silently).unwrap_err();
        assert!(matches!(error, AnvilError::NotFound));
        assert!(error.to_string().contains("foundryup") && error.to_string().contains("npm"), "{error}");
    }
}

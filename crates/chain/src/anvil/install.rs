//! Installing the pinned Anvil into our cache with the user's npm.

use super::AnvilError;
use super::find::version;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The version that is installed when there is none. It is the one that our own tests run with.
pub const PINNED: &str = "1.7.1";

const PROGRAM: &str = if cfg!(windows) { "anvil.exe" } else { "anvil" };

/// The npm package that carries the binary for this platform; `None` where Foundry publishes none.
pub(super) fn platform_package() -> Option<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Some("@foundry-rs/anvil-linux-amd64"),
        ("linux", "aarch64") => Some("@foundry-rs/anvil-linux-arm64"),
        ("macos", "x86_64") => Some("@foundry-rs/anvil-darwin-amd64"),
        ("macos", "aarch64") => Some("@foundry-rs/anvil-darwin-arm64"),
        ("windows", "x86_64") => Some("@foundry-rs/anvil-win32-amd64"),
        _ => None,
    }
}

fn installation(cache: &Path) -> PathBuf {
    cache.join(format!("anvil-{PINNED}"))
}

fn binary_in(installation: &Path) -> PathBuf {
    // Where there is no package there is no binary either, and the path leads nowhere.
    let package = platform_package().unwrap_or("@foundry-rs/none");
    installation.join("node_modules").join(package).join("bin").join(PROGRAM)
}

/// Where the installed binary is, if there is one.
pub(super) fn installed_binary(cache: &Path) -> PathBuf {
    binary_in(&installation(cache))
}

/// Installs into a folder of its own and moves that into place at the end, so that nobody sees half an installation and
/// two processes may do it at once.
pub(super) fn install(cache: &Path, npm: &Path, step: &dyn Fn(&str)) -> Result<PathBuf, AnvilError> {
    let home = installation(cache);
    step(&format!("installing Anvil {PINNED} with npm into {}", home.display()));
    fs::create_dir_all(cache).map_err(|error| failed(&error, cache))?;
    let fresh = tempfile::Builder::new()
        .prefix(".installing-")
        .tempdir_in(cache)
        .map_err(|error| failed(&error, cache))?;
    run_npm(npm, fresh.path())?;
    if !binary_in(fresh.path()).is_file() {
        return Err(AnvilError::InstallFailed {
            reason: "the package has no program for this platform".to_owned(),
            log: String::new(),
        });
    }
    move_into_place(fresh, &home).map_err(|error| failed(&error, &home))?;
    Ok(binary_in(&home))
}

fn run_npm(npm: &Path, prefix: &Path) -> Result<(), AnvilError> {
    let output = Command::new(npm)
        .arg("install")
        .arg("--prefix")
        .arg(prefix)
        // The binary is an optional dependency, which a user's own configuration may leave out.
        .args(["--include=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .arg(format!("@foundry-rs/anvil@{PINNED}"))
        .current_dir(prefix)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(&error, npm))?;
    if output.status.success() {
        return Ok(());
    }
    Err(AnvilError::InstallFailed {
        reason: output.status.to_string(),
        log: last_lines(&String::from_utf8_lossy(&output.stderr), 10),
    })
}

fn move_into_place(fresh: tempfile::TempDir, home: &Path) -> io::Result<()> {
    let fresh = fresh.keep();
    let mut moved = fs::rename(&fresh, home);
    if moved.is_err() && home.exists() {
        if version(&binary_in(home)).is_ok() {
            // Another process was faster.
            return fs::remove_dir_all(&fresh);
        }
        fs::remove_dir_all(home)?;
        moved = fs::rename(&fresh, home);
    }
    if moved.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_dir_all(&fresh);
    }
    moved
}

fn failed(error: &io::Error, path: &Path) -> AnvilError {
    AnvilError::InstallFailed { reason: format!("{}: {error}", path.display()), log: String::new() }
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

//! `cargo xtask fuzz`: the readers are tried by a program of their own, so that whoever wants contracts need not build the engine.

use anyhow::{Context as _, ensure};
use std::path::Path;
use std::process::Command;

/// Builds and runs it.
pub(crate) fn run(root: &Path, minutes: f64, names: &[String]) -> anyhow::Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["run", "--quiet", "--package", "fuzz-bodies", "--", "--minutes", &minutes.to_string()]);
    let status = command.args(names).current_dir(root).status().context("cargo cannot be run")?;
    ensure!(status.success(), "something was found: see above");
    Ok(())
}

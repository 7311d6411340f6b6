//! The grid of peers: published implementations, each tried whole, and a page of what was found.

mod page;
mod result;

use crate::tell;
use anyhow::{Context as _, bail, ensure};
use gauntlet_probe::{Manifest, Role};
use result::Tried;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Between these lines of the README stands the grid.
const MARKS: [&str; 2] = ["<!-- peers: begin, made by cargo xtask peers -->", "<!-- peers: end -->"];

/// Tries the peers of these names, or all of them, and writes the page anew. Results of peers that are not tried stay.
pub(crate) fn run(root: &Path, names: &[String], page_only: bool) -> anyhow::Result<()> {
    let folder = root.join("reports/compatibility");
    fs::create_dir_all(&folder)?;
    let mut red = Vec::new();
    if !page_only {
        let gauntlet = build(root)?;
        for manifest in manifests(root, names)? {
            let tried = one(root, &gauntlet, &manifest)?;
            if tried.exit != 0 {
                red.push(format!("{} (exit {})", tried.name, tried.exit));
            }
            let path = folder.join(format!("{}.json", tried.name));
            fs::write(path, format!("{}\n", serde_json::to_string_pretty(&tried)?))?;
            write_pages(root, &folder)?;
        }
    }
    write_pages(root, &folder)?;
    ensure!(red.is_empty(), "red: {}", red.join(", "));
    Ok(())
}

fn build(root: &Path) -> anyhow::Result<PathBuf> {
    let built = Command::new("cargo").args(["build", "--release", "--quiet"]).current_dir(root).status()?;
    ensure!(built.success(), "the binary cannot be built");
    Ok(target_directory(root)?.join("release/gauntlet"))
}

/// Where cargo builds, which the environment and its settings can move.
fn target_directory(root: &Path) -> anyhow::Result<PathBuf> {
    let said = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()?;
    let metadata: Value = serde_json::from_slice(&said.stdout).context("cargo metadata tells nothing")?;
    Ok(metadata["target_directory"].as_str().context("cargo metadata tells no target_directory")?.into())
}

/// The manifests of these names, or all.
fn manifests(root: &Path, names: &[String]) -> anyhow::Result<Vec<PathBuf>> {
    let folder = fs::read_dir(root.join("fixtures/targets"))?;
    let mut paths: Vec<PathBuf> = folder.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == "toml") && !stem(path).ends_with(".known"));
    paths.sort();
    for name in names {
        ensure!(paths.iter().any(|path| stem(path) == *name), "there is no fixtures/targets/{name}.toml");
    }
    paths.retain(|path| names.is_empty() || names.contains(&stem(path)));
    Ok(paths)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Holds the trial of one peer. That it finds something is no error; that it cannot be held is.
fn one(root: &Path, gauntlet: &Path, manifest: &Path) -> anyhow::Result<Tried> {
    let read = Manifest::load(manifest)?;
    let name = stem(manifest);
    let target = format!("fixtures/targets/{name}.toml");
    let again = match read.role {
        Role::Client => format!("gauntlet run --seed 402 --target double:server --client {target}"),
        Role::Facilitator | Role::Server => format!("gauntlet run --seed 402 --target {target}"),
    };
    let command = match read.role {
        Role::Client => format!("{again} 'flow.*'"),
        Role::Facilitator | Role::Server => again.clone(),
    };
    tell(&format!("{name}: {command}"));
    let out = root.join("target/xtask/peers").join(&name);
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    let words = command.split(' ').skip(1).map(|word| word.trim_matches('\''));
    let said = Command::new(gauntlet)
        .args(words)
        .args(["--quiet", "--format", "json", "--out"])
        .arg(&out)
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()?;
    let report: Value = serde_json::from_slice(&said.stdout)
        .with_context(|| format!("the trial of {name} told no report and ended with {}", said.status))?;
    let known = result::known(&manifest.with_extension("known.toml"))?;
    let mut tried = result::read(&report, &known, &command, &again)?;
    if read.role == Role::Client {
        // The run is about the server, which is ours; the peer is who buys from it.
        (tried.name, tried.role) = (name.clone(), "client".into());
        tried.version = read.version.unwrap_or_default();
    }
    tell(&format!("{name}: exit {} after {} s", tried.exit, tried.took_ms / 1000));
    Ok(tried)
}

fn write_pages(root: &Path, folder: &Path) -> anyhow::Result<()> {
    let tried = read_all(folder)?;
    fs::write(folder.join("README.md"), page::page(&tried))?;
    let readme = root.join("README.md");
    let text =
        with_grid(&fs::read_to_string(&readme)?, &page::grid(&tried, "reports/compatibility/README.md"))?;
    fs::write(readme, text)?;
    Ok(())
}

/// All results, facilitators before servers before clients.
fn read_all(folder: &Path) -> anyhow::Result<Vec<Tried>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == "json") {
            let text = fs::read_to_string(&path)?;
            let tried: Tried =
                serde_json::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
            all.push(tried);
        }
    }
    let place = |role: &str| ["facilitator", "server", "client"].iter().position(|it| *it == role);
    all.sort_by_key(|tried| (place(&tried.role), tried.name.clone()));
    Ok(all)
}

/// The README with this grid in it.
fn with_grid(readme: &str, grid: &str) -> anyhow::Result<String> {
    let [begin, end] = MARKS;
    let Some((before, rest)) = readme.split_once(begin) else { bail!("README.md has no line {begin:?}") };
    let Some((_, after)) = rest.split_once(end) else { bail!("README.md has no line {end:?}") };
    Ok(format!("{before}{begin}\n{grid}{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    /// What is committed are pages of the results that are committed.
    #[test]
    fn the_pages_are_those_of_the_results() -> anyhow::Result<()> {
        let folder = root().join("reports/compatibility");
        let tried = read_all(&folder)?;
        let stale = "is stale: run cargo xtask peers --page";
        assert!(
            fs::read_to_string(folder.join("README.md"))? == page::page(&tried),
            "reports/compatibility {stale}"
        );
        let readme = fs::read_to_string(root().join("README.md"))?;
        let grid = page::grid(&tried, "reports/compatibility/README.md");
        assert!(with_grid(&readme, &grid)? == readme, "the grid of README.md {stale}");
        Ok(())
    }

    /// Every peer has a result about the version that its manifest names, and every finding says whom it lies with.
    #[test]
    fn every_result_is_triaged() -> anyhow::Result<()> {
        let tried = read_all(&root().join("reports/compatibility"))?;
        for manifest in manifests(&root(), &[])? {
            let name = stem(&manifest);
            let version = Manifest::load(&manifest)?.version.unwrap_or_default();
            let found = tried.iter().find(|tried| tried.name == name);
            let of_peer =
                found.with_context(|| format!("{name} was never tried: cargo xtask peers {name}"))?;
            let again = "was tried in another version: cargo xtask peers";
            assert_eq!(of_peer.version, version, "{name} {again} {name}");
            for finding in &of_peer.findings {
                assert!(finding.lies_with.is_some(), "{name}: {} is not triaged", finding.check);
            }
            result::known(&manifest.with_extension("known.toml"))?;
        }
        Ok(())
    }
}

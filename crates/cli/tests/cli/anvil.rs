//! When Anvil cannot be had: exit code 3, and how to get it.

use crate::gauntlet::{Gauntlet, Said, assert_said, finish};
use std::path::Path;

/// Runs with an empty home and a search path that has only the folder `bin`.
fn alone(gauntlet: &Gauntlet, args: &[&str]) -> Said {
    let mut command = gauntlet.command(args);
    let home = gauntlet.dir().join("home");
    command.env("HOME", &home).env("PATH", gauntlet.dir().join("bin"));
    for name in ["XDG_CACHE_HOME", "FOUNDRY_DIR", "USERPROFILE"] {
        command.env_remove(name);
    }
    let said = finish(command, &format!("gauntlet {}", args.join(" ")));
    said.replaced(&gauntlet.dir().display().to_string(), "[DIR]")
}

const RUN: &[&str] = &["run", "--target", "double:facilitator", "--out", "run"];

#[test]
fn neither_anvil_nor_npm() {
    let gauntlet = Gauntlet::without_anvil();
    assert_said!(alone(&gauntlet, RUN));
    assert!(!gauntlet.dir().join("run").exists(), "nothing was begun");
}

#[test]
fn one_that_is_too_old() {
    let gauntlet = Gauntlet::without_anvil();
    gauntlet.script("old-anvil", "echo 'anvil Version: 0.3.0'");
    assert_said!(alone(&gauntlet, &[RUN, &["--anvil", "./old-anvil"]].concat()));
}

#[test]
fn one_that_is_named_and_missing() {
    let gauntlet = Gauntlet::without_anvil();
    assert_said!(alone(&gauntlet, &[RUN, &["--anvil", "./no-anvil"]].concat()));
}

#[test]
fn an_npm_that_fails() {
    let gauntlet = Gauntlet::without_anvil();
    gauntlet
        .script("bin/npm", "echo 'npm error code E404' >&2\necho 'npm error no such package' >&2\nexit 1");
    let said = alone(&gauntlet, RUN).exits(3);
    said.remarks("npm error code E404").remarks("npm error no such package").remarks("foundryup");
    assert!(is_empty(&gauntlet.dir().join("home/.cache/gauntlet")), "half an installation stays");
}

#[test]
fn doctor_says_what_is_missing() {
    let gauntlet = Gauntlet::without_anvil();
    assert_said!(alone(&gauntlet, &["doctor"]));
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}

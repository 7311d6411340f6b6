//! `fixtures/ci/package.sh`: what is packed is whole, is named as `cargo binstall` looks for it, and runs.

use crate::gauntlet::{BINARY, Gauntlet, Said, finish};
use std::path::{Path, PathBuf};

const TARGET: &str = "x86_64-unknown-linux-gnu";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn package(gauntlet: &Gauntlet, args: &[&str]) -> Said {
    let mut command = gauntlet.program("bash");
    command.arg(root().join("fixtures/ci/package.sh")).args(args);
    finish(command, "package.sh")
}

/// The name that a template of `[package.metadata.binstall]` gives.
fn binstall(key: &str) -> String {
    let manifest = std::fs::read_to_string(root().join("crates/cli/Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let template = manifest["package"]["metadata"]["binstall"][key].as_str().unwrap().to_owned();
    [
        ("{ target }", TARGET),
        ("{ version }", env!("CARGO_PKG_VERSION")),
        ("{ bin }", "gauntlet"),
        ("{ binary-ext }", ""),
    ]
    .iter()
    .fold(template, |text, (name, value)| text.replace(name, value))
}

#[test]
fn an_archive_is_whole_and_its_checksum_is_right() {
    let gauntlet = Gauntlet::without_anvil();
    // A stand-in that is quickly packed and does what the binary does.
    let binary = gauntlet.script("built/gauntlet", &format!("exec '{BINARY}' \"$@\""));
    let args = ["--binary", binary.to_str().unwrap(), "--target", TARGET, "--out", "out"];
    let said = package(&gauntlet, &args).exits(0);

    let url = binstall("pkg-url");
    let archive = url.rsplit('/').next().unwrap();
    said.prints(archive);
    let mut check = gauntlet.program("bash");
    check.args(["-c", &format!("cd out && sha256sum -c {archive}.sha256 && tar -xzf {archive}")]);
    finish(check, "sha256sum -c").exits(0);

    let inside = gauntlet.dir().join("out").join(binstall("bin-dir"));
    let folder = inside.parent().unwrap();
    for file in [
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "README.md",
        "CHANGELOG.md",
        "completions/gauntlet.bash",
        "completions/_gauntlet",
        "completions/gauntlet.fish",
        "man/gauntlet.1",
        "man/gauntlet-run.1",
    ] {
        assert!(std::fs::metadata(folder.join(file)).is_ok_and(|found| found.len() > 100), "{file}");
    }
    finish(gauntlet.program(inside.to_str().unwrap()), "the packed binary").exits(2);

    // The same again is the same archive, byte for byte.
    let first = std::fs::read(gauntlet.dir().join("out").join(archive)).unwrap();
    package(&gauntlet, &args).exits(0);
    assert_eq!(std::fs::read(gauntlet.dir().join("out").join(archive)).unwrap(), first);
}

#[test]
fn what_cannot_be_packed_is_said() {
    let gauntlet = Gauntlet::without_anvil();
    package(&gauntlet, &["--binary", "nowhere"]).exits(2).remarks("--binary: nowhere is no program");
    package(&gauntlet, &["--target", "a b", "--binary", BINARY]).exits(2).remarks("--target");
    package(&gauntlet, &["--taregt", "x"]).exits(2).remarks("--taregt");
    let silent = gauntlet.script("silent", "exit 0");
    package(&gauntlet, &["--binary", silent.to_str().unwrap()]).exits(1).remarks("which version");
}

/// The steps of the example for GitHub, one after the other, with stand-ins for what builds and for what uploads.
#[test]
fn the_steps_of_a_release_do_what_they_say() {
    let gauntlet = Gauntlet::without_anvil();
    for name in ["fixtures", "LICENSE-MIT", "LICENSE-APACHE", "README.md", "CHANGELOG.md"] {
        std::os::unix::fs::symlink(root().join(name), gauntlet.dir().join(name)).unwrap();
    }
    let built = format!("printf '#!/bin/sh\\nexec {BINARY} \"$@\"\\n' > \"$folder/gauntlet\"");
    let cargo = "folder=\"$CARGO_TARGET_DIR/$8/dist\"; mkdir -p \"$folder\"; echo \"$@\" > cargo.said";
    gauntlet.script("bin/cargo", &format!("{cargo}\n{built}\nchmod +x \"$folder/gauntlet\""));
    gauntlet.script("bin/gh", "echo \"$@\" >> gh.said");

    let workflow = std::fs::read_to_string(root().join("fixtures/ci/github-release.yml")).unwrap();
    let steps: Vec<&str> =
        workflow.lines().filter_map(|line| line.trim_start().strip_prefix("- run: ")).collect();
    let run = |step: &str, tag: &str| {
        let mut command = gauntlet.program("bash");
        let path = format!("{}:{}", gauntlet.dir().join("bin").display(), std::env::var("PATH").unwrap());
        command.args(["-euo", "pipefail", "-c", step]).env("PATH", path).env("GITHUB_REF_NAME", tag);
        command.env("CARGO_TARGET_DIR", gauntlet.dir().join("target"));
        finish(command, step)
    };
    let tag = format!("v{}", env!("CARGO_PKG_VERSION"));
    for step in &steps {
        run(step, &tag).exits(0);
    }
    assert_eq!(steps.len(), 4);
    assert!(
        gauntlet
            .read("cargo.said")
            .starts_with("build --locked --profile dist --package gauntlet-cli --target ")
    );
    let uploaded = gauntlet.read("gh.said");
    assert!(uploaded.starts_with(&format!("release create {tag} ")), "{uploaded}");
    assert!(uploaded.contains(&format!("release upload {tag} packages/gauntlet-")), "{uploaded}");
    assert!(uploaded.contains(&format!("-{tag}.tar.gz.sha256")), "{uploaded}");
    // A tag that is another version.
    assert_ne!(run(steps[2], "v99.0.0").code, 0);
    // No expression of GitHub's stands in program text.
    assert!(steps.iter().all(|step| !step.contains("${{")));
}

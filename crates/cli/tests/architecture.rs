//! Who may depend on whom: wire <- report <- chain, probe, mint <- doubles <- engine <- load <- cli.

#![expect(clippy::unwrap_used, reason = "these are tests, helpers included")]

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};
use std::collections::{BTreeMap, BTreeSet};

/// The crates in layers; one may use those of the layers before its own. Neighbours do not know one another.
const LAYERS: &[&[&str]] = &[
    &["pages", "wire"],
    &["report"],
    &["chain", "probe", "mint"],
    &["doubles"],
    &["engine"],
    &["load"],
    &["cli"],
];

fn metadata() -> Metadata {
    MetadataCommand::new().manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).exec().unwrap()
}

fn layer(name: &str) -> usize {
    let known = LAYERS.iter().position(|layer| layer.contains(&name));
    known.unwrap_or_else(|| panic!("the crate {name} has no layer yet: give it one here"))
}

fn ours(package: &Package) -> Option<&str> {
    package.name.strip_prefix("gauntlet-")
}

/// Everything that a package links, itself left out.
fn links<'a>(metadata: &'a Metadata, name: &str) -> BTreeSet<&'a str> {
    let names: BTreeMap<&PackageId, &str> =
        metadata.packages.iter().map(|package| (&package.id, package.name.as_str())).collect();
    let resolve = metadata.resolve.as_ref().unwrap();
    let nodes: BTreeMap<&PackageId, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let start = metadata.packages.iter().find(|package| package.name.as_str() == name).unwrap();
    let (mut found, mut left) = (BTreeSet::new(), vec![&start.id]);
    while let Some(id) = left.pop() {
        let normal = nodes[id]
            .deps
            .iter()
            .filter(|dependency| dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal));
        for dependency in normal {
            if found.insert(names[&dependency.pkg]) {
                left.push(&dependency.pkg);
            }
        }
    }
    found
}

#[test]
fn nothing_imports_upward() {
    let metadata = metadata();
    let packages: Vec<_> = metadata.workspace_packages();
    let mut edges = 0;
    for package in packages {
        let Some(user) = ours(package) else { continue };
        for dependency in &package.dependencies {
            let Some(used) = dependency.name.strip_prefix("gauntlet-") else { continue };
            assert!(layer(used) < layer(user), "{user} must not depend on {used}");
            // What the tests of pages share is in nobody's binary.
            assert!(used != "pages" || dependency.kind == DependencyKind::Development, "{user} ships {used}");
            edges += 1;
        }
    }
    assert!(edges > 5, "the crates depend on one another, but only {edges} times was it seen");
}

#[test]
fn wire_does_no_io() {
    let metadata = metadata();
    let linked = links(&metadata, "gauntlet-wire");
    assert!(linked.contains("serde_json"), "{linked:?}");
    for name in ["tokio", "hyper", "reqwest", "mio", "socket2", "axum", "alloy-provider"] {
        assert!(!linked.contains(name), "wire links {name}");
    }
}

#[test]
fn report_knows_no_network() {
    let metadata = metadata();
    let linked = links(&metadata, "gauntlet-report");
    for name in ["tokio", "hyper", "reqwest", "mio", "gauntlet-engine", "gauntlet-chain", "gauntlet-probe"] {
        assert!(!linked.contains(name), "report links {name}");
    }
}

#[test]
fn probes_show_the_bytes() {
    let metadata = metadata();
    let linked = links(&metadata, "gauntlet-probe");
    assert!(!linked.contains("reqwest"), "reqwest hides what goes over the wire");
}

/// CI runs the very test command that the README gives.
#[test]
fn ci_runs_the_test_command_of_the_readme() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let ci = std::fs::read_to_string(root.join(".ci/run")).unwrap();
    let command = readme.lines().find_map(|line| line.strip_suffix("# all tests")).unwrap().trim();
    assert!(command.starts_with("cargo "), "{command}");
    assert!(ci.lines().any(|line| line == command), ".ci/run does not run `{command}`");
}

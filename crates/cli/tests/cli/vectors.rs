//! `gauntlet vectors export`: the vectors of the repository are what is made, and nothing is written over by mistake.

use crate::gauntlet::{Gauntlet, assert_said};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn fixtures(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_vectors_of_the_repository_are_what_is_made() {
    let gauntlet = Gauntlet::without_anvil();
    assert_said!(gauntlet.run(&["vectors", "export", "--out", "made"]));
    let known = gauntlet.run(&["list", "requirements", "--format", "json"]).exits(0).json();
    let known: BTreeSet<&str> =
        known.as_array().unwrap().iter().map(|row| row["requirement"].as_str().unwrap()).collect();
    let mut made = BTreeSet::new();
    for entry in fs::read_dir(gauntlet.dir().join("made")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let text = fs::read_to_string(gauntlet.dir().join("made").join(&name)).unwrap();
        let folder = if name == "vectors.schema.json" { "schema" } else { "vectors" };
        let committed = fixtures(&format!("{folder}/{name}"));
        assert!(
            text == committed,
            "fixtures/{folder}/{name} is not what is made: gauntlet vectors export --out fixtures/vectors --force"
        );
        let root: Value = serde_json::from_str(&text).unwrap();
        for case in root["tests"].as_array().into_iter().flatten() {
            for id in case["requirements"].as_array().unwrap() {
                assert!(known.contains(id.as_str().unwrap()), "{}: {id}", case["id"]);
            }
        }
        made.insert(name);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/vectors");
    let committed =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let strange: Vec<String> =
        committed.filter(|name| name.ends_with(".json") && !made.contains(name)).collect();
    assert!(strange.is_empty(), "nobody makes {strange:?}");

    // Again is no harm: the folder holds nothing else.
    gauntlet.run(&["vectors", "export", "--out", "made"]).exits(0);
    assert_said!(gauntlet.run(&["vectors", "export", "--out", "made", "--seed", "7"]));
}

#[test]
fn nothing_is_written_over_by_mistake() {
    let gauntlet = Gauntlet::without_anvil();
    gauntlet.write("mine/signing.json", "{}");
    gauntlet.write("mine/notes.txt", "mine");
    assert_said!(gauntlet.run(&["vectors", "export", "--out", "mine/notes.txt"]));
    gauntlet.run(&["vectors", "export", "--out", "mine"]).exits(2);
    assert_eq!(fs::read_to_string(gauntlet.dir().join("mine/signing.json")).unwrap(), "{}");
    gauntlet.run(&["vectors", "export", "--out", "mine", "--force"]).exits(0);
    assert_ne!(fs::read_to_string(gauntlet.dir().join("mine/signing.json")).unwrap(), "{}");
    assert_eq!(fs::read_to_string(gauntlet.dir().join("mine/notes.txt")).unwrap(), "mine");
}

#[test]
fn another_network_has_another_chain_id() {
    let gauntlet = Gauntlet::without_anvil();
    gauntlet.run(&["vectors", "export", "--network", "base"]).exits(0);
    let text = fs::read_to_string(gauntlet.dir().join("vectors/signing.json")).unwrap();
    let root: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(root["network"], "eip155:8453");
    assert_said!(gauntlet.run(&["vectors", "export", "--network", "bass"]));
}

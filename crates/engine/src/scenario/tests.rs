//! What the language takes and refuses, and what is compiled in.

use super::*;
use std::collections::BTreeSet;
use std::path::PathBuf;

#[test]
fn every_file_is_compiled_in() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut there = BTreeSet::new();
    for folder in ["scenarios/attacks", "scenarios/flows"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            there.insert(format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy()));
        }
    }
    let listed: BTreeSet<String> = FILES.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(listed, there);
    assert_eq!(all().len(), listed.len());
}

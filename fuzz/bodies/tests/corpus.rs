//! A short run over every reader, the same each time.

use fuzz_bodies::{TARGETS, drive, target};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// How many changed files each reader gets.
const CASES: u32 = 200;

#[test]
fn every_reader_copes_with_its_corpus_and_with_changes_of_it() {
    for target in TARGETS {
        let corpus = drive::corpus(target).unwrap();
        assert!(corpus.len() > 2, "{} has a corpus", target.name);
        for bytes in &corpus {
            (target.body)(bytes);
        }
        if let Err(found) = drive::try_out(target, &corpus, CASES, 402) {
            panic!("{}: {} for {:?}", target.name, found.why, String::from_utf8_lossy(&found.bytes));
        }
    }
}

/// What was found once stays in the corpus under a name that begins with `found-`.
#[test]
fn every_reader_has_a_target_for_libfuzzer_and_a_corpus() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let names = |folder: &Path| -> BTreeSet<String> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    };
    let own: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(names(&folder.join("fuzz_targets")), own);
    assert_eq!(names(&folder.join("corpus")), own);
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for name in own {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
        assert!(target(&name).is_some());
    }
}

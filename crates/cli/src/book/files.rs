//! Every file that the book shows is one that Gauntlet takes, and what it shows of the source stands there.

use super::{blocks, chapters, root};
use gauntlet_engine::scenario::{Scenario, client};
use gauntlet_engine::trial::placeholder_names;
use gauntlet_engine::{KnownIssues, all_checks};
use gauntlet_load::Plan;
use gauntlet_probe::{Dialect, Manifest, ManifestError, Role};
use std::path::Path;

/// What is wrong with a file of this kind.
fn faults(kind: &str, path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).unwrap();
    let all = all_checks();
    let ids: Vec<&str> = all.iter().map(|check| check.id.as_str()).collect();
    match kind {
        "manifest" => Manifest::load(path)
            .and_then(|manifest| placeholders(&manifest))
            .map_err(|error| error.to_string()),
        "scenario" => Scenario::load_all(path)
            .map(drop)
            .map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
        "known" => KnownIssues::load(path, &ids).map(drop).map_err(|error| error.to_string()),
        "plan" => Plan::load(path).map(drop).map_err(|error| error.to_string()),
        "dialect" => Dialect::parse(text).map(drop),
        other => Err(format!("{other:?} is no kind of file: manifest, scenario, known, plan or dialect")),
    }
}

/// A client is told other things than what listens.
fn placeholders(manifest: &Manifest) -> Result<(), ManifestError> {
    match manifest.role {
        Role::Client => manifest.check_placeholders(client::PLACEHOLDERS),
        _ => manifest.check_placeholders(placeholder_names()),
    }
}

#[test]
fn every_file_that_is_shown_is_free_of_faults() {
    let folder = tempfile::tempdir().unwrap();
    let mut kinds = std::collections::BTreeSet::new();
    for chapter in chapters() {
        for block in blocks::of(&chapter.text) {
            if block.language != "toml" || block.value("source").is_some() {
                continue;
            }
            let kind = block.words.first().map_or("", String::as_str);
            let path = folder.path().join(block.value("file").unwrap_or("shown.toml"));
            if let Err(fault) = faults(kind, &path, &block.text) {
                panic!("{}: {fault}", chapter.place(block.line));
            }
            kinds.insert(kind.to_owned());
        }
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["dialect", "known", "manifest", "plan", "scenario"]);
}

#[test]
fn what_is_shown_of_the_source_stands_there() {
    let mut number = 0;
    for chapter in chapters() {
        for block in blocks::of(&chapter.text) {
            let Some(path) = block.value("source") else { continue };
            let source = std::fs::read_to_string(root().join(path)).unwrap_or_default();
            assert!(source.contains(&block.text), "{}: not in {path}", chapter.place(block.line));
            number += 1;
        }
    }
    assert!(number >= 5, "{number}");
}

/// A fence with a word that no test knows would be shown and never looked at.
#[test]
fn every_block_says_what_it_is() {
    for chapter in chapters() {
        for block in blocks::of(&chapter.text) {
            let known = ["console", "sh", "toml", "rust", "json", "text"].contains(&block.language.as_str());
            assert!(known, "{}: {:?}", chapter.place(block.line), block.language);
            let has_reason = !block.is_ignored() || block.words.len() > 2;
            assert!(has_reason, "{}: why is it ignored?", chapter.place(block.line));
            if block.language == "json" {
                assert!(
                    serde_json::from_str::<serde_json::Value>(&block.text).is_ok(),
                    "{}",
                    chapter.place(block.line)
                );
            }
        }
    }
}

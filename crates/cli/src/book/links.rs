//! The table of contents is whole, and every link leads somewhere.

use super::{Chapter, blocks, chapter, chapters, root};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Targets of the links of a chapter, with their lines.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut links = Vec::new();
    for (at, line) in blocks::prose(text).lines().enumerate() {
        // What stands in backticks is no link.
        let shown: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        for part in shown.split("](").skip(1) {
            if let Some((target, _)) = part.split_once(')') {
                links.push((at + 1, target.to_owned()));
            }
        }
    }
    links
}

/// Anchors of the headings, as forges make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut anchors = BTreeSet::new();
    for line in blocks::prose(text).lines() {
        let Some(heading) = line.strip_prefix('#').map(|rest| rest.trim_start_matches('#')) else { continue };
        let letters = heading.trim().to_lowercase();
        let kept = letters.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        let anchor: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
        let number = seen.entry(anchor.clone()).or_default();
        anchors.insert(if *number == 0 { anchor } else { format!("{anchor}-{number}") });
        *number += 1;
    }
    anchors
}

fn fault(
    chapter: &Chapter,
    target: &str,
    anchors_of: &mut BTreeMap<PathBuf, BTreeSet<String>>,
) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let folder = chapter.path.parent().unwrap_or(Path::new(""));
    let file = if path.is_empty() { chapter.path.clone() } else { folder.join(path) };
    if !file.exists() {
        return Some("there is no such file".into());
    }
    let book = root().join("docs/src");
    if chapter.path.starts_with(&book) && !file.canonicalize().is_ok_and(|file| file.starts_with(&book)) {
        return Some("it leads out of the book, which a page that mdBook makes cannot".into());
    }
    let anchor = anchor?;
    let known = anchors_of
        .entry(file.clone())
        .or_insert_with(|| anchors(&std::fs::read_to_string(&file).unwrap_or_default()));
    (!known.contains(anchor)).then(|| "there is no such heading".into())
}

#[test]
fn every_link_leads_somewhere() {
    let mut all = chapters();
    all.push(Chapter::read(root().join("README.md")));
    let mut anchors_of = BTreeMap::new();
    let mut faults = Vec::new();
    let mut number = 0;
    for chapter in &all {
        for (line, target) in links(&chapter.text) {
            number += 1;
            if let Some(fault) = fault(chapter, &target, &mut anchors_of) {
                faults.push(format!("{}: {target}: {fault}", chapter.place(line)));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(number > 1000, "only {number} links were seen");
}

#[test]
fn the_table_of_contents_is_whole() {
    let listed: Vec<String> =
        links(&chapter("SUMMARY.md").text).into_iter().map(|(_, target)| target).collect();
    let once: BTreeSet<&String> = listed.iter().collect();
    assert_eq!(once.len(), listed.len(), "no chapter stands there twice");
    let home = root().join("docs/src");
    for chapter in chapters() {
        let name = chapter.path.strip_prefix(&home).unwrap().display().to_string();
        assert!(name == "SUMMARY.md" || once.contains(&name), "{name} is not in SUMMARY.md");
        assert!(chapter.text.starts_with("# "), "{name} has a title");
    }
}

#[test]
fn a_dead_link_is_found() {
    let chapter = chapter("words.md");
    let mut known = BTreeMap::new();
    assert!(fault(&chapter, "no-such.md", &mut known).is_some());
    assert!(fault(&chapter, "words.md#no-such", &mut known).is_some());
    assert!(fault(&chapter, "../book.toml", &mut known).is_some());
    assert_eq!(fault(&chapter, "#levels-and-classes", &mut known), None);
    assert_eq!(links("a [b](c.md#d) `[x](y)` [e](f)").len(), 2);
}

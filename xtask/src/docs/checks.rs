//! Every check: one chapter for each family, one entry for a check and its twin of version 1.

use super::Chapters;
use super::families::{about, chapter, family, glob};
use super::markdown::{anchor, cell, count, file_name, plain};
use gauntlet_engine::{Catalogue, Check, Need, SET, all_checks};
use std::collections::BTreeMap;
use std::fmt::Write;

/// A check, and its twin for version 1.
struct Entry {
    check: Check,
    twin: Option<Check>,
}

pub(super) fn chapters() -> Chapters {
    let checks = all_checks();
    let total = checks.len();
    let mut families: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for entry in entries(checks) {
        families.entry(family(&entry.check.id).to_owned()).or_default().push(entry);
    }
    let mut all = Chapters::new();
    all.insert("checks/README.md".to_owned(), index(&families, total));
    for (family, entries) in &families {
        all.insert(chapter(family), text(family, entries));
    }
    all
}

/// Twins stand together. A check of version 1 without a twin is an entry of its own.
fn entries(checks: Vec<Check>) -> Vec<Entry> {
    let by_id: BTreeMap<String, Check> = checks.into_iter().map(|check| (check.id.clone(), check)).collect();
    let is_twin = |id: &str| id.strip_suffix(".v1").is_some_and(|base| by_id.contains_key(base));
    let entry =
        |check: &Check| Entry { check: check.clone(), twin: by_id.get(&format!("{}.v1", check.id)).cloned() };
    by_id.values().filter(|check| !is_twin(&check.id)).map(entry).collect()
}

fn size(entries: &[Entry]) -> usize {
    entries.iter().map(|entry| 1 + usize::from(entry.twin.is_some())).sum()
}

fn index(families: &BTreeMap<String, Vec<Entry>>, total: usize) -> String {
    let mut text = format!(
        "# Every check\n\nThis build has {total} checks, named as set `{SET}`. A check is one verdict. Its id begins with the \
         role that it tries; `.v1` at the end means payments of version 1 of the protocol.\n\nA check that a target cannot \
         be tried with is *not applicable*, and one that could not tell is *inconclusive*: neither is a pass. [The \
         words](../words.md) says what levels, classes and outcomes are.\n\n| family | checks | what it is about |\n| --- | \
         ---: | --- |\n"
    );
    for (family, entries) in families {
        let file = chapter(family);
        let file = file.trim_start_matches("checks/");
        let _ = writeln!(
            text,
            "| [{family}]({file}) | {} | {} |",
            size(entries),
            cell(about(family).unwrap_or(""))
        );
    }
    text
}

fn text(family: &str, entries: &[Entry]) -> String {
    let mut text = format!("# {family}\n\n");
    if let Some(about) = about(family) {
        let _ = writeln!(text, "{about}\n");
    }
    let _ = writeln!(
        text,
        "{}. `gauntlet run --target TARGET {}` runs them.",
        count(size(entries), "check"),
        glob(family)
    );
    for entry in entries {
        write_entry(&mut text, entry);
    }
    text
}

fn write_entry(text: &mut String, Entry { check, twin }: &Entry) {
    let _ = writeln!(text, "\n## {}\n\n{}\n", check.id, plain(&sentence(&check.title)));
    let _ = writeln!(text, "- `{}`: {}, class {}; {}", check.id, check.level(), check.class(), rules(check));
    if let Some(twin) = twin {
        let same = if twin.covers == check.covers { "the same rules".to_owned() } else { rules(twin) };
        let _ = writeln!(text, "- `{}`: {}, class {}; {same}", twin.id, twin.level(), twin.class());
        if twin.title != check.title {
            let _ = writeln!(text, "  ({})", plain(&twin.title));
        }
    }
    let _ = writeln!(text, "- at risk: {}", plain(check.risk));
    if !check.needs.is_empty() {
        let needs: Vec<String> = check.needs.iter().map(need).collect();
        let _ = writeln!(text, "- needs: {}", needs.join(", "));
    }
}

/// A title begins with a small letter; a paragraph does not.
fn sentence(title: &str) -> String {
    let mut letters = title.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if title.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

fn rules(check: &Check) -> String {
    let link = |id: &&str| match Catalogue::get().find(id) {
        Some(rule) => format!("[{id}](../requirements/{}.md#{})", file_name(&rule.document), anchor(id)),
        None => (*id).to_owned(),
    };
    check.covers.iter().map(link).collect::<Vec<_>>().join(", ")
}

fn need(need: &Need) -> String {
    match need {
        Need::FaultProxy => "our proxy between the target and the chain".into(),
        Need::ScriptedFacilitator => "our facilitator behind the server".into(),
        Need::Restart => "a target that Gauntlet starts".into(),
        Need::Route(name) => format!("the route `{name}` in the manifest"),
    }
}

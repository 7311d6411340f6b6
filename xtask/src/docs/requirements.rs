//! Every requirement: one chapter for each document, in the order of its sections.

use super::Chapters;
use super::families::{chapter, family};
use super::markdown::{cell, file_name, plain};
use gauntlet_engine::{Catalogue, Check, Requirement, all_checks};
use gauntlet_wire::Version;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Whether anything tries a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Covered,
    Excluded,
    Open,
}

impl Status {
    const fn word(self) -> &'static str {
        match self {
            Self::Covered => "covered",
            Self::Excluded => "excluded",
            Self::Open => "open",
        }
    }
}

/// Id of a requirement → family → number of its checks.
type Covering = BTreeMap<&'static str, BTreeMap<String, usize>>;

pub(super) fn chapters() -> Chapters {
    let covering = covering(&all_checks());
    let mut documents: BTreeMap<&str, Vec<&Requirement>> = BTreeMap::new();
    for requirement in Catalogue::get().all() {
        documents.entry(&requirement.document).or_default().push(requirement);
    }
    let mut all = Chapters::new();
    all.insert("requirements/README.md".to_owned(), index(&documents, &covering));
    for (document, mut rules) in documents {
        rules.sort_by_cached_key(|rule| (natural(&rule.section), rule.id.clone()));
        all.insert(format!("requirements/{}.md", file_name(document)), text(document, &rules, &covering));
    }
    all
}

fn covering(checks: &[Check]) -> Covering {
    let mut covering = Covering::new();
    for check in checks {
        for id in &check.covers {
            *covering.entry(id).or_default().entry(family(&check.id).to_owned()).or_default() += 1;
        }
    }
    covering
}

fn status(rule: &Requirement, covering: &Covering) -> Status {
    match (covering.contains_key(rule.id.as_str()), &rule.excluded) {
        (true, _) => Status::Covered,
        (false, Some(_)) => Status::Excluded,
        (false, None) => Status::Open,
    }
}

fn index(documents: &BTreeMap<&str, Vec<&Requirement>>, covering: &Covering) -> String {
    let total: usize = documents.values().map(Vec::len).sum();
    let mut text = format!(
        "# Every requirement\n\nThis build knows {total} requirements. Each is one rule of a document that can be tried, in \
         our own words, with the document and the section that has it. *Covered*: at least one check tries it. *Excluded*: no \
         check does, and its entry says why. *Open*: no check does yet.\n\nWhich mutants each check was seen to catch stands in `reports/trace`, made by `cargo xtask trace` from runs of the kill matrix.\n\n| document | \
         requirements | covered | excluded | open |\n| --- | ---: | ---: | ---: | ---: |\n"
    );
    for (document, rules) in documents {
        let number = |wanted: Status| rules.iter().filter(|rule| status(rule, covering) == wanted).count();
        let _ = writeln!(
            text,
            "| [{}]({}.md) | {} | {} | {} | {} |",
            cell(document),
            file_name(document),
            rules.len(),
            number(Status::Covered),
            number(Status::Excluded),
            number(Status::Open)
        );
    }
    text
}

fn text(document: &str, rules: &[&Requirement], covering: &Covering) -> String {
    let mut text = format!("# {}\n", plain(document));
    let mut section = None;
    for rule in rules {
        if section != Some(&rule.section) {
            section = Some(&rule.section);
            let _ = writeln!(text, "\n## {}", plain(&rule.section));
        }
        write_entry(&mut text, rule, covering);
    }
    text
}

fn write_entry(text: &mut String, rule: &Requirement, covering: &Covering) {
    let _ = writeln!(text, "\n### {}\n\n{}\n", rule.id, plain(&rule.text));
    let versions: Vec<String> = rule.versions.iter().map(|version| version.number().to_string()).collect();
    let class = match rule.class_v1 {
        Some(v1) => {
            format!("class {} ({v1} when a payment of version {} shows it)", rule.class, Version::V1.number())
        }
        None => format!("class {}", rule.class),
    };
    let _ = writeln!(
        text,
        "- {}, {class}; {}; version {}; revision {}",
        rule.level,
        rule.role,
        versions.join(" and "),
        rule.revision
    );
    if let Some(note) = &rule.note {
        let _ = writeln!(text, "- note: {}", plain(note));
    }
    let _ = writeln!(text, "- {}", standing(rule, covering));
}

fn standing(rule: &Requirement, covering: &Covering) -> String {
    let word = status(rule, covering).word();
    let why = rule.excluded.as_deref().map(plain);
    match (covering.get(rule.id.as_str()), why) {
        (Some(families), _) => {
            let links: Vec<String> = families
                .iter()
                .map(|(family, number)| format!("[{family}](../{}) ({number})", chapter(family)))
                .collect();
            format!("{word} by {}", links.join(", "))
        }
        (None, Some(why)) => format!("{word}: {why}"),
        (None, None) => word.to_owned(),
    }
}

/// A text whose numbers are compared as numbers: §9 before §10.
fn natural(text: &str) -> Vec<(String, u64)> {
    let mut parts = Vec::new();
    let (mut word, mut number) = (String::new(), String::new());
    for letter in text.chars() {
        if letter.is_ascii_digit() {
            number.push(letter);
            continue;
        }
        if !number.is_empty() {
            parts.push((std::mem::take(&mut word), number.parse().unwrap_or(u64::MAX)));
            number.clear();
        }
        word.push(letter);
    }
    parts.push((word, number.parse().unwrap_or(0)));
    parts
}

#[cfg(test)]
mod tests {
    use super::natural;

    #[test]
    fn sections_are_in_the_order_of_a_document() {
        let mut sections = ["§10", "§9.10", "§9.2", "§9", "Errors"];
        sections.sort_by_key(|section| natural(section));
        assert_eq!(sections, ["Errors", "§9", "§9.2", "§9.10", "§10"]);
    }
}

//! The matrix for people: by document, requirement after requirement.

use super::table::{Trace, Traced};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How many mutants are named beside a check; the rest stands in the JSON.
const NAMED: usize = 3;

pub(super) fn page(trace: &Trace) -> String {
    let counts = &trace.counts;
    let mut text = String::from("# Requirement × check × mutant\n\n");
    let _ = writeln!(
        text,
        "Made by `cargo xtask trace` from what runs of `gauntlet mutants` have shown; the same as data is in\n\
         [trace.json](trace.json). Behind each check stand mutants that it has caught: a check that was never seen to fail\n\
         does not count as one.\n\n\
         {} requirements: {} covered, {} excluded, {} open · {} checks · {} mutants · {}\n",
        counts.requirements,
        counts.covered,
        counts.excluded,
        counts.open,
        counts.checks,
        counts.mutants,
        match &counts.tried {
            Some((first, last)) if first == last => format!("tried on {first}"),
            Some((first, last)) => format!("tried from {first} to {last}"),
            None => "nothing was tried yet".to_owned(),
        },
    );
    if !trace.holes.is_empty() {
        let _ = writeln!(text, "## Holes\n\n{}\n", bullets(&trace.holes));
    }
    let mut documents: BTreeMap<&str, Vec<&Traced>> = BTreeMap::new();
    for requirement in &trace.requirements {
        documents.entry(&requirement.document).or_default().push(requirement);
    }
    for (document, requirements) in documents {
        let _ = writeln!(text, "## {document}\n");
        for requirement in requirements {
            one(&mut text, requirement);
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn bullets(lines: &[String]) -> String {
    lines.iter().map(|line| format!("- {line}")).collect::<Vec<_>>().join("\n")
}

fn one(text: &mut String, requirement: &Traced) {
    let Traced { requirement: id, level, class, role, source, text: rule, .. } = requirement;
    let _ = writeln!(text, "### {id}\n\n{level}, class {class}, {role} · {source}\n\n> {rule}\n");
    if let Some(why) = &requirement.excluded {
        let _ = writeln!(text, "Excluded: {why}\n");
    }
    for (check, mutants) in &requirement.checks {
        let _ = writeln!(text, "- `{check}` ← {}", named(mutants));
    }
    if !requirement.checks.is_empty() {
        text.push('\n');
    }
}

fn named(mutants: &[String]) -> String {
    let short =
        |mutant: &String| format!("`{}`", mutant.split_once('+').map_or(mutant.as_str(), |(_, name)| name));
    let first: Vec<String> = mutants.iter().take(NAMED).map(short).collect();
    match mutants.len() {
        0 => "nothing".to_owned(),
        number if number > NAMED => format!("{} and {} more", first.join(", "), number - NAMED),
        _ => first.join(", "),
    }
}

//! Every mutant: our doubles, each with one fault.

use super::Chapters;
use super::families::{chapter, family};
use super::markdown::{cell, count};
use gauntlet_doubles::mutant::Mutant;
use gauntlet_doubles::{client, facilitator, server};
use gauntlet_engine::all_checks;
use std::collections::BTreeSet;
use std::fmt::Write;

/// One mutant, whatever its role.
struct Row {
    name: &'static str,
    title: &'static str,
    layer: &'static str,
    concerns: &'static [&'static str],
}

fn rows<F>(table: &'static [Mutant<F>]) -> Vec<Row> {
    let row = |mutant: &'static Mutant<F>| Row {
        name: mutant.name,
        title: mutant.title,
        layer: mutant.layer().as_str(),
        concerns: mutant.concerns,
    };
    table.iter().map(row).collect()
}

pub(super) fn chapters() -> Chapters {
    let families: BTreeSet<String> = all_checks().iter().map(|check| family(&check.id).to_owned()).collect();
    let tables = [
        ("facilitator", rows(facilitator::mutants::MUTANTS)),
        ("server", rows(server::mutants::MUTANTS)),
        ("client", rows(client::mutants::MUTANTS)),
    ];
    let mut all = Chapters::new();
    all.insert("mutants/README.md".to_owned(), index(&tables));
    for (role, rows) in &tables {
        all.insert(format!("mutants/{role}.md"), text(role, rows, &families));
    }
    all
}

fn index(tables: &[(&str, Vec<Row>)]) -> String {
    let total: usize = tables.iter().map(|(_, rows)| rows.len()).sum();
    let mut text = format!(
        "# Every mutant\n\nA mutant is one of our own implementations with exactly one fault. This build has {total}. \
         Gauntlet is measured by them: `gauntlet mutants` tries each, and fails when one is not caught, when a check catches \
         none, or when a fault is caught by a check that it does not concern.\n\nAny of them can be put on trial, as \
         `double:facilitator+NAME` or `double:server+NAME`, and served with `gauntlet serve facilitator --mutant NAME`, to \
         see what a failure looks like or to test a client of yours. Those of the client are named with `--client \
         double:client+NAME`.\n\n| role | mutants |\n| --- | ---: |\n"
    );
    for (role, rows) in tables {
        let _ = writeln!(text, "| [{role}]({role}.md) | {} |", rows.len());
    }
    text
}

fn text(role: &str, rows: &[Row], families: &BTreeSet<String>) -> String {
    let mut text = format!(
        "# Mutants of the {role}\n\n{}. *Found by* names the families of checks that may fail because of the fault; where it \
         says *search*, only `--cases N` finds it.\n\n| name | what is wrong | found by |\n| --- | --- | --- |\n",
        count(rows.len(), "mutant")
    );
    for row in rows {
        let found = found_by(row, families);
        let _ = writeln!(text, "| `{}` | {} | {found} |", row.name, cell(row.title));
    }
    text
}

fn found_by(row: &Row, families: &BTreeSet<String>) -> String {
    let named: BTreeSet<&str> = row.concerns.iter().map(|glob| glob_family(glob)).collect();
    let mut links: Vec<String> = named
        .iter()
        .map(|name| match families.get(*name) {
            Some(family) => format!("[{family}](../{})", chapter(family)),
            None => format!("`{name}`"),
        })
        .collect();
    if row.layer == "search" {
        links.push("*search*".into());
    }
    links.join(", ")
}

/// The family that a glob is about: `facilitator.control*` is about `facilitator.control`.
fn glob_family(glob: &str) -> &str {
    let family = family(glob);
    match family.find(['*', '{', '?', '[']) {
        Some(0) => "*",
        Some(at) if family.matches('.').count() > 0 && !family[..at].ends_with('.') => &family[..at],
        _ => family,
    }
}

//! Tables of the book that are written by hand name what there is, and all of it.

use super::{blocks, chapter};
use crate::args::Cli;
use clap::CommandFactory;
use gauntlet_engine::Catalogue;
use gauntlet_engine::scenario::client;
use gauntlet_engine::trial::placeholder_names;
use gauntlet_load::Plan;
use gauntlet_load::plan::{BOOKS, Threshold};
use gauntlet_probe::dialect::DIALECTS;
use gauntlet_probe::shop::ROUTES;
use gauntlet_report::{ExitCode, Outcome};
use std::collections::BTreeSet;

/// The first column of the tables below a heading, without backticks.
fn first_column(name: &str, heading: &str) -> Vec<String> {
    let rows = blocks::rows(&chapter(name).text, Some(heading));
    rows.into_iter().filter_map(|row| row.into_iter().next()).map(|cell| cell.replace('`', "")).collect()
}

/// The table is to be written exactly so.
#[test]
fn verbs() {
    let row = |verb: &clap::Command| {
        format!("| `{}` | {} |\n", verb.get_name(), verb.get_about().unwrap_or_default())
    };
    let all = Cli::command();
    let rows: String = all.get_subcommands().filter(|verb| !verb.is_hide_set()).map(row).collect();
    let table = format!("| command | what it does |\n| --- | --- |\n{rows}");
    assert!(chapter("commands.md").text.contains(&table), "commands.md has to have this table:\n\n{table}");
}

/// The first two columns of the tables below a heading.
fn pairs(name: &str, heading: &str) -> Vec<(String, String)> {
    let rows = blocks::rows(&chapter(name).text, Some(heading));
    rows.into_iter().map(|row| (row[0].replace('`', ""), row[1].clone())).collect()
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, about)| ((*name).to_owned(), (*about).to_owned())).collect()
}

#[test]
fn books_thresholds_and_plans_of_load() {
    assert_eq!(pairs("load.md", "The books"), owned(BOOKS));
    for threshold in first_column("load.md", "Thresholds") {
        assert!(Threshold::parse(&threshold).is_ok(), "{threshold}");
    }
    let plans: Vec<(&str, &str)> =
        Plan::built_ins().iter().map(|plan| (plan.name.as_str(), plan.title.as_str())).collect();
    assert_eq!(pairs("load.md", "The plans"), owned(&plans));
}

#[test]
fn routes() {
    assert_eq!(pairs("manifest.md", "Routes"), owned(ROUTES));
}

/// Names in braces of the first column.
fn names(name: &str, heading: &str) -> BTreeSet<String> {
    let cells = first_column(name, heading);
    cells.iter().filter_map(|cell| cell.strip_prefix('{')?.strip_suffix('}')).map(str::to_owned).collect()
}

#[test]
fn placeholders() {
    let are = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<String>>();
    assert_eq!(names("manifest.md", "Placeholders"), are(&placeholder_names()));
    assert_eq!(names("client.md", "Certify a client"), are(&client::PLACEHOLDERS));
}

#[test]
fn exit_codes() {
    let told = first_column("exit-codes.md", "Exit codes");
    let are: Vec<String> =
        (0..=255).filter_map(ExitCode::from_number).map(|code| code.number().to_string()).collect();
    assert_eq!(told, are);
}

#[test]
fn outcomes_levels_and_classes() {
    let told: BTreeSet<String> = first_column("words.md", "Outcomes").into_iter().collect();
    let are: BTreeSet<String> = Outcome::ALL.iter().map(|outcome| outcome.word().to_owned()).collect();
    assert_eq!(told, are);
    let told: BTreeSet<String> = first_column("words.md", "Levels and classes").into_iter().collect();
    for requirement in Catalogue::get().all() {
        for word in [requirement.level.to_string(), requirement.class.to_string()] {
            assert!(told.contains(&word), "{word} is not in words.md");
        }
    }
}

#[test]
fn dialects() {
    let told: BTreeSet<String> = first_column("dialects.md", "Dialects").into_iter().collect();
    let are: BTreeSet<String> =
        DIALECTS.iter().map(|(name, _)| (*name).to_owned()).chain(["x402".to_owned()]).collect();
    assert_eq!(told, are);
}

#[test]
fn events() {
    let told = first_column("report-schema.md", "run.ndjson");
    assert_eq!(told, first_column("fields/record.md", "Event"));
}

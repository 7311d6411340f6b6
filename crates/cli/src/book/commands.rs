//! Every command that the book and the README show is one that there is, with every flag of it.

use super::{Chapter, blocks, chapters, root};
use crate::args::Cli;
use clap::{Command, CommandFactory};

/// How the README starts Gauntlet without installing it.
const FROM_SOURCE: &[&str] = &["cargo run --release -- ", "cargo run -- "];

/// `gauntlet run …` of a line, without what a shell does with it.
fn command(line: &str) -> Option<String> {
    let line = line.trim().trim_start_matches("$ ");
    let start =
        FROM_SOURCE.iter().find_map(|start| line.strip_prefix(start)).map(|rest| format!("gauntlet {rest}"));
    let line = start.unwrap_or_else(|| line.to_owned());
    let is_ours = line == "gauntlet" || line.starts_with("gauntlet ");
    is_ours.then_some(line)
}

/// The whole line, as clap takes it.
fn parses(line: &str) -> Result<(), String> {
    let words = shlex::split(line).ok_or("quotation marks do not match")?;
    let words = words.into_iter().take_while(|word| !["&", "|", ">"].contains(&word.as_str()));
    match Cli::command().try_get_matches_from(words) {
        Ok(_) => Ok(()),
        Err(error) if !error.use_stderr() => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

/// The verb, and each flag of a line that is a pattern rather than a command.
fn flags_exist(line: &str) -> Result<(), String> {
    let mut root = Cli::command();
    root.build();
    let mut verb: &Command = &root;
    let mut words = line
        .split_whitespace()
        .skip(1)
        .map(|word| word.trim_matches(['[', ']', '…', '\'', '"', ',', '.', ';']));
    let mut rest = words.clone();
    while let Some(found) = words.next().and_then(|word| verb.find_subcommand(word)) {
        verb = found;
        rest = words.clone();
    }
    let first = line.split_whitespace().nth(1).unwrap_or("");
    let is_name = first.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') && !first.starts_with('-');
    if std::ptr::eq(verb, &root) && is_name && !first.is_empty() {
        return Err(format!("there is no verb {first:?}"));
    }
    for word in rest.take_while(|word| *word != "--") {
        let Some(name) = word.strip_prefix("--").map(|name| name.split('=').next().unwrap_or(name)) else {
            continue;
        };
        let known = verb.get_arguments().any(|argument| argument.get_long() == Some(name));
        if !known && !matches!(name, "help" | "version") {
            return Err(format!("{} has no --{name}", verb.get_name()));
        }
    }
    Ok(())
}

/// What stands in backticks on a line.
fn spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

fn faults(chapter: &Chapter) -> Vec<String> {
    let mut faults = Vec::new();
    let mut tell = |line: usize, shown: &str, result: Result<(), String>| {
        if let Err(fault) = result {
            faults.push(format!("{}: `{shown}`: {fault}", chapter.place(line)));
        }
    };
    for block in blocks::of(&chapter.text) {
        for (at, line) in block.text.lines().enumerate() {
            // What a command prints is no command.
            let is_printed = block.language == "console" && !line.starts_with("$ ");
            let Some(shown) = command(line).filter(|_| !is_printed) else { continue };
            let result = match block.language.as_str() {
                "console" | "sh" => parses(&shown),
                _ => flags_exist(&shown),
            };
            tell(block.line + at + 1, &shown, result);
        }
    }
    for (at, line) in blocks::prose(&chapter.text).lines().enumerate() {
        for shown in spans(line).filter_map(command) {
            tell(at + 1, &shown, flags_exist(&shown));
        }
    }
    faults
}

#[test]
fn every_command_and_every_flag_exists() {
    let mut all = chapters();
    all.push(Chapter::read(root().join("README.md")));
    all.push(Chapter::read(root().join("scenarios/README.md")));
    let faults: Vec<String> = all.iter().flat_map(faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_does_not_exist_is_found() {
    for (line, fault) in [
        ("gauntlet rnu", "there is no verb"),
        ("gauntlet run --targte x", "has no --targte"),
        ("gauntlet chain up --prot 1", "has no --prot"),
        ("gauntlet run [--html PATH] [--no-such]", "has no --no-such"),
    ] {
        assert!(flags_exist(line).unwrap_err().contains(fault), "{line}");
    }
    for line in [
        "gauntlet run [SELECT]… --html PATH",
        "gauntlet chain up --port N",
        "gauntlet",
        "gauntlet run -- x --y",
    ] {
        assert_eq!(flags_exist(line), Ok(()), "{line}");
    }
    assert!(parses("gauntlet run --target x --jobs many").is_err());
    assert!(parses("gauntlet run --target x 'a.*' # a comment").is_ok());
    assert_eq!(command("cargo run --release -- demo   # all").as_deref(), Some("gauntlet demo   # all"));
}

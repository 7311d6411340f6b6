//! The examples of the book: every `console` block is run, chapter by chapter, each in a folder of its own.

#[path = "../../src/book/blocks.rs"]
mod blocks;

use crate::gauntlet::{Gauntlet, Said};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(book().join(name)).unwrap()
}

/// Runs the examples of a chapter. The files that it shows by name are there.
fn play(gauntlet: &Gauntlet, name: &str) {
    let mut commands = 0;
    for block in blocks::of(&read(name)) {
        if let Some(file) = block.value("file") {
            gauntlet.write(file, &block.text);
        }
        if block.language == "console" && !block.is_ignored() {
            commands += play_block(gauntlet, name, &block.text);
        }
    }
    assert!(commands > 0, "{name} has no examples that are run");
}

fn play_block(gauntlet: &Gauntlet, name: &str, text: &str) -> usize {
    let (mut commands, mut code) = (0, 0);
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(number) = line.strip_prefix("# ends with ") {
            code = number.parse().unwrap();
            continue;
        }
        let command =
            line.strip_prefix("$ gauntlet ").unwrap_or_else(|| panic!("{name}: no command: {line}"));
        let words = shlex::split(command).unwrap();
        let said = gauntlet.run(&words.iter().map(String::as_str).collect::<Vec<_>>()).exits(code);
        let mut shown = Vec::new();
        while let Some(line) =
            lines.next_if(|line| !line.starts_with("$ ") && !line.starts_with("# ends with "))
        {
            shown.push(line);
        }
        prints_in_order(&said, &shown);
        commands += 1;
        code = 0;
    }
    commands
}

/// Each line that is shown is a line of what was said, in this order; what is not shown does not matter.
#[track_caller]
fn prints_in_order(said: &Said, shown: &[&str]) {
    let mut lines = said.stdout.lines().chain(said.stderr.lines());
    for wanted in shown.iter().filter(|line| !line.trim().is_empty()) {
        assert!(lines.any(|line| fits(wanted, line)), "no line {wanted:?} in {said}");
    }
}

/// `…` stands for anything.
fn fits(wanted: &str, line: &str) -> bool {
    let parts: Vec<&str> = wanted.trim().split('…').collect();
    let mut rest = line.trim();
    for (at, part) in parts.iter().enumerate() {
        let found = match at {
            0 => rest.starts_with(part).then_some(0),
            _ if at == parts.len() - 1 && !part.is_empty() => {
                rest.ends_with(part).then(|| rest.len() - part.len())
            }
            _ => rest.find(part),
        };
        let Some(found) = found else { return false };
        rest = &rest[found + part.len()..];
    }
    rest.is_empty() || parts.last().is_some_and(|last| last.is_empty())
}

#[test]
fn lines_with_gaps() {
    for (wanted, line, result) in [
        ("a b", "  a b ", true),
        ("a b", "a b c", false),
        ("a …", "a b c", true),
        ("…c", "a b c", true),
        ("a … c", "a b c", true),
        ("a … d", "a b c", false),
        ("…b…", "a b c", true),
    ] {
        assert_eq!(fits(wanted, line), result, "{wanted} {line}");
    }
}

#[test]
fn examples_without_a_chain() {
    for chapter in ["install.md", "words.md", "server.md", "ci.md", "exit-codes.md"] {
        play(&Gauntlet::without_anvil(), chapter);
    }
}

/// Trials of the book leave records and reports whose fields are all in the lists, and which have all that is listed.
#[test]
fn examples_of_scenarios() {
    let gauntlet = Gauntlet::new();
    play(&gauntlet, "scenarios.md");
    let events = has_the_fields(&gauntlet, &["run", "second"]);
    assert!(events.contains("bought"), "{events:?}");
}

#[test]
fn examples_of_a_facilitator() {
    let gauntlet = Gauntlet::new();
    play(&gauntlet, "facilitator.md");
    let events = has_the_fields(&gauntlet, &["run", "broken"]);
    assert!(events.contains("ledger"), "{events:?}");
}

/// The events of these runs, all of which have been looked at.
fn has_the_fields(gauntlet: &Gauntlet, runs: &[&str]) -> BTreeSet<String> {
    let fields = Fields::read();
    let mut events = BTreeSet::new();
    for run in runs {
        let report: Value = serde_json::from_str(&gauntlet.read(&format!("{run}/report.json"))).unwrap();
        fields.check("Document", &report, &mut Vec::new());
        for line in gauntlet.read(&format!("{run}/run.ndjson")).lines() {
            let event: Value = serde_json::from_str(line).unwrap();
            events.insert(event["event"].as_str().unwrap().to_owned());
            fields.check_event(event);
        }
    }
    events
}

/// The lists of fields, by type.
struct Fields {
    types: BTreeMap<String, Type>,
}

/// One table: is it a choice of values, and its rows.
struct Type {
    is_choice: bool,
    rows: Vec<Vec<String>>,
}

impl Fields {
    fn read() -> Self {
        let mut types = BTreeMap::new();
        for chapter in ["fields/record.md", "fields/report.md"] {
            let text = read(chapter);
            for section in text.split("\n## ").skip(1) {
                let name = section.lines().next().unwrap().to_owned();
                let is_choice = section.contains("\n| value | ");
                types.insert(name, Type { is_choice, rows: blocks::rows(section, None) });
            }
        }
        Self { types }
    }

    fn check_event(&self, mut event: Value) {
        let name = event.as_object_mut().unwrap().shift_remove("event").unwrap();
        let cell = format!("`{}`", name.as_str().unwrap());
        let row = self.types["Event"].rows.iter().find(|row| row[0] == cell);
        let row = row.unwrap_or_else(|| panic!("{name} is no event of the list"));
        if let Some(kind) = link(&row[2]) {
            self.check(kind, &event, &mut vec![name.to_string()]);
        }
    }

    /// Every member is listed, and everything that is listed is there.
    fn check(&self, kind: &str, value: &Value, path: &mut Vec<String>) {
        let table = &self.types[kind];
        if table.is_choice {
            return;
        }
        let object = value.as_object().unwrap_or_else(|| panic!("{path:?}: {kind} is no object: {value}"));
        let mut listed = Vec::new();
        for row in self.rows(kind) {
            let name = row[0].trim_matches('`').to_owned();
            let may_be_missing = row[1].contains("Missing when there is nothing to say");
            match object.get(&name) {
                None => assert!(may_be_missing, "{path:?}: {kind} has no {name}"),
                Some(member) => {
                    path.push(name.clone());
                    self.check_member(row, member, path);
                    path.pop();
                }
            }
            listed.push(name);
        }
        for name in object.keys() {
            assert!(listed.contains(name), "{path:?}: {name} is not in the list of {kind}");
        }
    }

    /// The rows of a type, with those of what stands in it flat.
    fn rows(&self, kind: &str) -> Vec<&Vec<String>> {
        let mut rows = Vec::new();
        for row in &self.types[kind].rows {
            match link(&row[2]).filter(|_| row[1].contains("Its members stand here themselves")) {
                Some(flat) => rows.extend(self.rows(flat)),
                None => rows.push(row),
            }
        }
        rows
    }

    fn check_member(&self, row: &[String], member: &Value, path: &mut Vec<String>) {
        let Some(kind) = link(&row[2]) else { return };
        match member {
            Value::Null => assert!(row[2].ends_with("or null"), "{path:?} is null"),
            Value::Array(items) => items.iter().for_each(|item| self.check(kind, item, path)),
            one => self.check(kind, one, path),
        }
    }
}

/// The type that a cell leads to: `list of [Finding](#finding)`.
fn link(cell: &str) -> Option<&str> {
    cell.split_once('[')?.1.split_once(']').map(|(name, _)| name)
}

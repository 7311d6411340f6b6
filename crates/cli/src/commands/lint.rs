//! `gauntlet lint`: faults in the files that users write.

use super::list::pretty;
use crate::args::{Format, LintArgs};
use crate::failure::{Failure, Place};
use crate::output;
use gauntlet_engine::scenario::{self, Scenario, files};
use gauntlet_engine::{KnownIssues, all_checks};
use gauntlet_load::Plan;
use gauntlet_probe::Manifest;
use gauntlet_report::ExitCode;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Scenario,
    Manifest,
    KnownIssues,
    Plan,
    /// TOML, and nothing of ours; or no TOML at all.
    Other,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Scenario => "scenario",
            Self::Manifest => "target manifest",
            Self::KnownIssues => "known issues",
            Self::Plan => "load plan",
            Self::Other => "not ours",
        }
    }
}

/// A file that was looked at.
struct Linted {
    path: PathBuf,
    kind: Kind,
    faults: Vec<Failure>,
}

pub(crate) fn run(args: &LintArgs, color: bool) -> Result<ExitCode, Failure> {
    if args.schema {
        output::result(&scenario::schema::text());
        return Ok(ExitCode::Success);
    }
    let checks = all_checks();
    // A known issue may be about a scenario that is looked at beside it.
    let mut linted = Vec::new();
    let mut ids: Vec<String> = checks.iter().map(|check| check.id.clone()).collect();
    let files = files_of(&args.paths)?;
    for (path, _) in &files {
        if let Ok(own) = Scenario::load(path) {
            ids.extend([own.id.clone(), format!("{}.v1", own.id)]);
        }
    }
    for (path, named) in files {
        let one = look_at(&path, &ids);
        // Whatever else lies in a folder is no fault; a file that was named is meant.
        if one.kind != Kind::Other || named {
            linted.push(one);
        }
    }
    Ok(tell(&linted, args.format, color))
}

/// The files, and whether each was named itself.
fn files_of(paths: &[PathBuf]) -> Result<Vec<(PathBuf, bool)>, Failure> {
    let mut all = Vec::new();
    for path in paths {
        if path.is_dir() {
            all.extend(files::toml_files(path)?.into_iter().map(|file| (file, false)));
        } else {
            all.push((path.clone(), true));
        }
    }
    Ok(all)
}

/// What a file is, by what stands in it.
fn kind_of(text: &str) -> Kind {
    // The first lines of tables and keys tell it also when the file is no TOML.
    let has = |starts: &[&str]| {
        text.lines().any(|line| starts.iter().any(|start| line.trim_start().starts_with(start)))
    };
    if has(&["[[known]]"]) {
        Kind::KnownIssues
    } else if has(&["[[stages]]", "stages ="]) {
        Kind::Plan
    } else if has(&["[[steps]]", "[given.", "[expect]", "steps ="]) {
        Kind::Scenario
    } else if has(&["[start]", "[server]", "url ="]) || (has(&["name ="]) && has(&["role ="])) {
        Kind::Manifest
    } else if has(&["id ="]) && has(&["title ="]) {
        Kind::Scenario
    } else {
        Kind::Other
    }
}

fn look_at(path: &Path, ids: &[String]) -> Linted {
    let (kind, faults) = match gauntlet_report::file::written(path) {
        Err(error) => (
            Kind::Other,
            vec![Failure::usage(format!("{}: the file cannot be read: {error}", path.display()))],
        ),
        Ok(text) => {
            let kind = kind_of(&text);
            (kind, faults_of(kind, path, ids))
        }
    };
    Linted { path: path.to_owned(), kind, faults }
}

fn faults_of(kind: Kind, path: &Path, ids: &[String]) -> Vec<Failure> {
    match kind {
        Kind::Scenario => match Scenario::load_all(path) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.into_iter().map(Failure::from).collect(),
        },
        Kind::Manifest => Manifest::load(path).err().map(Failure::from).into_iter().collect(),
        Kind::KnownIssues => {
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            KnownIssues::lint(path, &ids).into_iter().map(Failure::from).collect()
        }
        Kind::Plan => Plan::load(path).err().map(Failure::from).into_iter().collect(),
        Kind::Other => {
            let what = format!(
                "{} is neither a scenario nor a target manifest nor a known-issues file nor a load plan",
                path.display()
            );
            vec![Failure::usage(what)]
        }
    }
}

fn tell(linted: &[Linted], format: Format, color: bool) -> ExitCode {
    let faults: usize = linted.iter().map(|one| one.faults.len()).sum();
    match format {
        Format::Human => human(linted, faults, color),
        Format::Json => output::result(&pretty(&json!({
            "files": linted.iter().map(as_json).collect::<Vec<_>>(), "faults": faults,
        }))),
        Format::Ndjson => {
            let lines: Vec<String> = linted.iter().map(|one| as_json(one).to_string()).collect();
            output::result(&lines.join("\n"));
        }
    }
    match (linted.is_empty(), faults) {
        (true, _) => ExitCode::NothingRan,
        (false, 0) => ExitCode::Success,
        (false, _) => ExitCode::Usage,
    }
}

fn human(linted: &[Linted], faults: usize, color: bool) {
    for fault in linted.iter().flat_map(|one| &one.faults) {
        match output::picture(fault, color) {
            Some(picture) => output::result(picture.trim_matches('\n')),
            None => output::result(&fault.message),
        }
    }
    if linted.is_empty() {
        output::result(
            "NOTHING LINTED  no scenario, target manifest, known-issues file or load plan is there",
        );
        return;
    }
    let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    let kinds: Vec<String> = [Kind::Scenario, Kind::Manifest, Kind::KnownIssues, Kind::Plan]
        .into_iter()
        .map(|kind| (kind, linted.iter().filter(|one| one.kind == kind).count()))
        .filter(|(_, number)| *number > 0)
        .map(|(kind, number)| match kind {
            Kind::KnownIssues => format!("{number} of known issues"),
            kind => count(number, kind.as_str()),
        })
        .collect();
    output::result(&format!(
        "{} ({}), {}",
        count(linted.len(), "file"),
        kinds.join(", "),
        count(faults, "fault")
    ));
}

fn as_json(one: &Linted) -> Value {
    let faults: Vec<Value> = one
        .faults
        .iter()
        .map(|fault| {
            let place = fault.place.as_ref().map(Place::position);
            json!({
                "message": fault.message, "help": fault.help,
                "line": place.map(|(line, _)| line), "column": place.map(|(_, column)| column),
            })
        })
        .collect();
    json!({ "file": one.path, "kind": one.kind.as_str(), "faults": faults })
}

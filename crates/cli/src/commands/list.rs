//! `gauntlet list`: checks, requirements, targets, mutants.

use crate::args::{Format, ListArgs, Listed};
use crate::failure::Failure;
use crate::output;
use gauntlet_engine::selftest::{all_mutants, conforming};
use gauntlet_engine::{Catalogue, all_checks, select};
use gauntlet_probe::Role;
use gauntlet_report::ExitCode;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One row: its id for people and globs, and all of it.
struct Row {
    id: String,
    text: String,
    json: Value,
}

pub(crate) fn run(args: &ListArgs) -> Result<ExitCode, Failure> {
    let mut globs = args.select.clone();
    let what = if args.requirements { Listed::Requirements } else { args.what };
    let rows = match what {
        Listed::Checks => checks(),
        Listed::Requirements => requirements(),
        Listed::Mutants => mutants(),
        Listed::Targets => targets(),
    };
    let set = select::globs(&globs)?;
    let chosen: Vec<&Row> = rows.iter().filter(|row| globs.is_empty() || set.is_match(&row.id)).collect();
    if chosen.is_empty() {
        globs.sort();
        output::remark(&format!("nothing matches {}", globs.join(" ")));
        return Ok(ExitCode::NothingRan);
    }
    let text = match args.format {
        Format::Human => human(&chosen),
        Format::Json => pretty(&Value::Array(chosen.iter().map(|row| row.json.clone()).collect())),
        Format::Ndjson => chosen.iter().map(|row| row.json.to_string()).collect::<Vec<_>>().join("\n"),
    };
    output::result(&text);
    Ok(ExitCode::Success)
}

pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}

fn human(rows: &[&Row]) -> String {
    let width = rows.iter().map(|row| row.id.len()).max().unwrap_or_default();
    rows.iter().map(|row| format!("{:width$}  {}", row.id, row.text)).collect::<Vec<_>>().join("\n")
}

fn checks() -> Vec<Row> {
    all_checks()
        .into_iter()
        .map(|check| Row {
            text: format!("{} {:<7}  {}", check.class(), check.level(), check.title),
            json: json!({
                "check": check.id,
                "title": check.title,
                "level": check.level(),
                "class": check.class(),
                "version": check.version,
                "requirements": check.covers,
                "risk": check.risk,
            }),
            id: check.id,
        })
        .collect()
}

fn requirements() -> Vec<Row> {
    let checks = all_checks();
    let mut covering: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for check in &checks {
        for id in &check.covers {
            covering.entry(id).or_default().push(&check.id);
        }
    }
    Catalogue::get()
        .all()
        .map(|requirement| {
            let checks = covering.get(requirement.id.as_str()).cloned().unwrap_or_default();
            let (status, what) = match (&requirement.excluded, checks.len()) {
                (Some(why), 0) => ("excluded", format!("{} Excluded: {why}", requirement.text)),
                (None, 0) => ("open", requirement.text.clone()),
                (_, 1) => ("covered", format!("{} 1 check", requirement.text)),
                (_, number) => ("covered", format!("{} {number} checks", requirement.text)),
            };
            Row {
                text: format!("{} {:<7}  {status:<8}  {what}", requirement.class, requirement.level),
                json: json!({
                    "requirement": requirement.id,
                    "level": requirement.level,
                    "class": requirement.class,
                    "role": requirement.role,
                    "versions": requirement.versions,
                    "source": requirement.source(),
                    "text": requirement.text,
                    "status": status,
                    "excluded": requirement.excluded,
                    "checks": checks,
                }),
                id: requirement.id.clone(),
            }
        })
        .collect()
}

fn mutants() -> Vec<Row> {
    all_mutants()
        .into_iter()
        .map(|mutant| Row {
            id: mutant.spec(),
            text: format!("{:<8}  {}", mutant.layer().as_str(), mutant.title()),
            json: json!({
                "mutant": mutant.mutant(),
                "role": mutant.role().as_str(),
                "layer": mutant.layer().as_str(),
                "title": mutant.title(),
                "target": mutant.spec(),
                "concerns": mutant.concerns(),
            }),
        })
        .collect()
}

fn targets() -> Vec<Row> {
    let double = |role: Role, text: &str| Row {
        id: conforming(role).spec(),
        text: text.into(),
        json: json!({ "target": conforming(role).spec(), "role": role.as_str() }),
    };
    let mut rows = vec![
        double(Role::Facilitator, "our own conforming facilitator, in this process"),
        double(Role::Server, "our own conforming resource server, in this process"),
    ];
    let Ok(folder) = std::fs::read_dir("fixtures/targets") else {
        return rows;
    };
    let mut paths: Vec<_> = folder.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if let Ok(manifest) = gauntlet_probe::Manifest::load(&path) {
            rows.push(Row {
                id: path.display().to_string(),
                text: manifest.about.clone().unwrap_or_else(|| manifest.name.clone()),
                json: json!({ "target": path, "role": manifest.role.to_string(), "version": manifest.version }),
            });
        }
    }
    rows
}

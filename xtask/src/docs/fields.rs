//! Every field of `run.ndjson` and of the JSON report, from the types that are written.

use super::Chapters;
use super::markdown::{cell, plain};
use super::source::{self, Item};
use anyhow::Context as _;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// The lines of a record: file below `crates/report/src`, types in the order in which they are told.
const RECORD: &[(&str, &[&str])] = &[
    ("event.rs", &["Event", "RunStarted", "TargetInfo", "CheckEvent", "CaseSent"]),
    ("evidence.rs", &["Exchange", "Message", "Wire", "NetFault"]),
    ("history.rs", &["Asked", "Endpoint", "Said", "PaymentFacts", "PaymentKey", "Bought"]),
    ("evidence.rs", &["ChainFact"]),
    ("event.rs", &["CheckReport", "Finding", "MadeCase", "KnownUse"]),
    ("sizes.rs", &["Rung", "Part", "End"]),
    ("ledger.rs", &["Ledger", "Transfer", "AuthorizationUse", "SentTx"]),
    ("event.rs", &["RunFinished", "Death"]),
    ("outcome.rs", &["Outcome", "Level", "Class", "Severity", "Profile"]),
];
/// The JSON report. Types of a record are not told again.
const REPORT: &[(&str, &[&str])] = &[
    ("render/json.rs", &["Document", "State"]),
    ("summary.rs", &["Counts"]),
    ("render/json.rs", &["CoverageReport", "LevelTally"]),
    ("summary.rs", &["Tally", "Requirement", "Standing"]),
    ("gas.rs", &["Gas", "Settled", "InVain"]),
    ("render/json.rs", &["Check"]),
];

pub(super) fn chapters(root: &Path) -> anyhow::Result<Chapters> {
    let folder = root.join("crates/report/src");
    let record = items(&folder, RECORD)?;
    let report = items(&folder, REPORT)?;
    Ok(Chapters::from([
        ("fields/README.md".to_owned(), INDEX.to_owned()),
        ("fields/record.md".to_owned(), text("run.ndjson", RECORD_HEAD, &record, &record)),
        ("fields/report.md".to_owned(), text("report.json", REPORT_HEAD, &report, &record)),
    ]))
}

const INDEX: &str = "# Every field of records and reports

These two chapters are made from the types that Gauntlet writes, so that they cannot be out of date. [The report
schema](../report-schema.md) says what the files are for and how to read them.

- [run.ndjson](record.md): the record of a run, one event a line
- [report.json](report.md): the summary of a run, one document
";
const RECORD_HEAD: &str = "One JSON object a line. `event` says which it is; the other members are those of the type in the last \
                           column of the first table, beside `event`.";
const REPORT_HEAD: &str =
    "One JSON document, a `Document`. Types that [run.ndjson](record.md) has as well are told there.";

fn items(folder: &Path, files: &[(&str, &[&str])]) -> anyhow::Result<Vec<Item>> {
    let mut items = Vec::new();
    for (file, names) in files {
        let path = folder.join(file);
        let source = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        for name in *names {
            items.push(source::item(&source, name).with_context(|| path.display().to_string())?);
        }
    }
    Ok(items)
}

fn text(title: &str, head: &str, items: &[Item], record: &[Item]) -> String {
    // A type that both have is told in its own chapter.
    let mut chapters: BTreeMap<&str, &str> =
        record.iter().map(|item| (item.name.as_str(), "record.md")).collect();
    chapters.extend(items.iter().map(|item| (item.name.as_str(), "")));
    let mut text = format!("# {title}\n\n{head}\n");
    for item in items {
        let _ = writeln!(text, "\n## {}\n\n{}\n", item.name, plain(&item.about));
        let first = if item.is_choice { "value" } else { "name" };
        let _ = writeln!(text, "| {first} | what it says | type |\n| --- | --- | --- |");
        for member in &item.members {
            let mut about = cell(&member.about);
            if member.may_be_missing {
                about.push_str(" Missing when there is nothing to say.");
            }
            if member.flat {
                about.push_str(" Its members stand here themselves.");
            }
            let _ = writeln!(text, "| `{}` | {about} | {} |", member.name, kind(&member.kind, &chapters));
        }
    }
    text
}

/// A type in JSON's words, with a link to what is told elsewhere.
fn kind(kind: &str, chapters: &BTreeMap<&str, &str>) -> String {
    let inside = |wrapper: &str| kind.strip_prefix(wrapper)?.strip_prefix('<')?.strip_suffix('>');
    if let Some(inner) = inside("Option") {
        return format!("{} or null", self::kind(inner, chapters));
    }
    if let Some(inner) = inside("Box") {
        return self::kind(inner, chapters);
    }
    if kind == "Vec<u8>" {
        return "`{\"text\": …}` or `{\"base64\": …}`".into();
    }
    if let Some(inner) = inside("Vec").or_else(|| inside("BTreeSet")) {
        return format!("list of {}", self::kind(inner, chapters));
    }
    if let Some(chapter) = chapters.get(kind) {
        return format!("[{kind}]({chapter}#{})", kind.to_lowercase());
    }
    match kind {
        "" => String::new(),
        "String" => "string".into(),
        "bool" => "boolean".into(),
        "u8" | "u16" | "u32" | "u64" | "usize" | "Version" => "integer".into(),
        "U256" => "string of decimal digits".into(),
        "Address" => "string: 20 bytes, 0x".into(),
        "B256" => "string: 32 bytes, 0x".into(),
        "Bytes" => "string: bytes, 0x".into(),
        other => cell(other),
    }
}

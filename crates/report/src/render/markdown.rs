//! The summary of a run as Markdown, for a job's page in CI and for an issue.
//!
//! What comes from a target stands in code, where nothing is a link, a mention or HTML; texts of ours are escaped. The
//! verdict with its numbers comes first, so that it is there whatever has to be cut.

use super::page::Page;
use super::quote::{code, fenced, plain};
use super::story::{self, Story, story};
use super::style::Paint;
use super::verdict;
use crate::text::{count, shorten};
use crate::{CheckReport, Finding, Outcome, Record, Rules, Severity, Summary, redact};
use std::fmt::Write as _;

/// GitHub takes 1 MiB for a step, and refuses the whole when it is more. Bytes.
pub const LIMIT: usize = 1_000_000;
/// Failures that are told whole.
const FAILURES: usize = 20;
/// Violations of one check that are told whole.
const VIOLATIONS: usize = 5;
/// Lines of one list.
const LINES: usize = 50;

/// Renders a run, finished or not, in at most [`LIMIT`] bytes.
#[must_use]
pub fn markdown(record: &Record, rules: &Rules) -> String {
    markdown_within(record, rules, LIMIT)
}

/// Renders a run in at most so many bytes: what does not fit is left out, and that is said. The verdict is always there,
/// so that a limit of less than a few kilobytes is not kept.
#[must_use]
pub fn markdown_within(record: &Record, rules: &Rules, limit: usize) -> String {
    let record = &*redact::shown(record);
    let summary = Summary::of(record);
    let mut page = Page::new(limit);
    page.always(&head(record, &summary));
    failures(&mut page, record);
    page.add(&errors(record));
    page.add(&doubts(&summary));
    page.add(&stale(&summary));
    page.add(&warnings(record));
    page.add(&counts(&summary));
    page.add(&coverage(&summary, rules));
    page.add(&known(record));
    page.add(&notes(record));
    let run = code(&shorten(&story::field(&record.started.run), 100));
    page.finish(&format!("Everything is in the record of run {run}; `gauntlet report` renders it again."))
}

fn head(record: &Record, summary: &Summary) -> String {
    let mark = match verdict::paint(summary) {
        Paint::Good => "✅",
        Paint::Bad => "❌",
        _ => "❔",
    };
    let score = plain(&story::field(&verdict::score(record, summary)));
    let mut text = format!("# {mark} {}: {score}\n\n", verdict::word(summary.exit));
    let _ = writeln!(text, "{}\n", code(&story::field(&verdict::subject(record))));
    let _ = writeln!(text, "{}\n", plain(&verdict::numbers(record, summary)));
    for state in verdict::states(record, summary) {
        let what = plain(&story::field(&state.what));
        let _ = writeln!(text, "> **{}** {what}\n>\n> To do: {}\n", state.label, state.advice);
    }
    text
}

// --- what went wrong ------------------------------------------------------------------------------------------------

fn failures(page: &mut Page, record: &Record) {
    let failures = story::unexpected(record, Outcome::Fail);
    if failures.is_empty() {
        return;
    }
    page.add(&format!("## {}", count(failures.len(), "failure")));
    let told = failures.iter().take(FAILURES).take_while(|report| page.add(&failure(record, report))).count();
    let rest = &failures[told..];
    if !rest.is_empty() {
        let ids: Vec<String> = rest.iter().take(LINES).map(|report| check(report)).collect();
        let more = if rest.len() > LINES { ", …" } else { "" };
        page.add(&format!("**and {} more:** {}{more}", rest.len(), ids.join(", ")));
    }
}

fn failure(record: &Record, report: &CheckReport) -> String {
    let mut text = format!("### ❌ {}\n\n", check(report));
    let _ = writeln!(text, "**does not hold:** {}\n", plain(&story::field(&report.title)));
    if !report.risk.is_empty() {
        let _ = writeln!(text, "- **risk** {}", plain(&story::field(&report.risk)));
    }
    let (failing, lighter): (Vec<&Finding>, Vec<&Finding>) =
        report.findings.iter().partition(|finding| finding.severity == Severity::Failure);
    for finding in failing.iter().take(VIOLATIONS) {
        text.push_str(&violation(&story(record, finding)));
    }
    if failing.len() > VIOLATIONS {
        let _ = writeln!(text, "- and {} more violations of the same check", failing.len() - VIOLATIONS);
    }
    for finding in lighter.iter().take(VIOLATIONS) {
        let _ = writeln!(text, "- {}", brief(&story(record, finding)));
    }
    if let Some(reason) = &report.reason {
        let _ = writeln!(text, "- **why** {}", plain(&story::field(reason)));
    }
    let _ = writeln!(text, "- **again** {}", code(&story::again(report)));
    text
}

fn violation(story: &Story) -> String {
    let mut text = format!(
        "- **rule** {} ({}), {}: {}\n",
        code(&story.requirement),
        story.level,
        plain(&story.source),
        plain(&story.rule)
    );
    let mut item = |name: &str, value: String| {
        let _ = writeln!(text, "  - **{name}** {value}");
    };
    item("kind", code(&story.kind));
    item("sent", code(&story.sent));
    item("want", code(&story.want));
    if let Some(place) = &story.place {
        item("place", fenced(place, "    "));
    }
    for got in &story.got {
        item("got", code(got));
    }
    for fact in &story.chain {
        item("chain", code(fact));
    }
    if let Some((again, command)) = &story.case {
        item("case", format!("{}: {}", plain(again), code(command)));
    }
    text
}

/// A violation that fails nobody, in a line.
fn brief(story: &Story) -> String {
    let got = story.got.first().map_or("", String::as_str);
    format!(
        "{} {} {}: want {}; got {}",
        story.weight,
        code(&story.requirement),
        code(&story.kind),
        code(&shorten(&story.want, 150)),
        code(&shorten(got, 150))
    )
}

fn errors(record: &Record) -> String {
    let errors = story::unexpected(record, Outcome::HarnessError);
    let line = |report: &CheckReport| {
        let why = story::field(report.reason.as_deref().unwrap_or("no reason given"));
        format!("{}: {}", check(report), plain(&why))
    };
    let list = list(errors.iter().map(|report| line(report)));
    match errors.len() {
        0 => String::new(),
        number => format!("## {}\n\n{list}\n{}\n", count(number, "harness error"), verdict::OUR_FAULT),
    }
}

fn doubts(summary: &Summary) -> String {
    const SHOWN: usize = 8;
    let doubts = story::doubts(summary);
    if doubts.is_empty() {
        return String::new();
    }
    let line = |(reason, checks): &(String, Vec<String>)| {
        let ids: Vec<String> = checks.iter().take(SHOWN).map(|id| code(id)).collect();
        let more = match checks.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{}{more}: {}", ids.join(", "), plain(reason))
    };
    format!("## {} inconclusive\n\n{}", summary.inconclusive.len(), list(doubts.iter().map(line)))
}

fn stale(summary: &Summary) -> String {
    let lines = list(summary.stale.iter().map(|issue| plain(&story::field(issue))));
    match summary.stale.len() {
        0 => String::new(),
        number => format!("## {} that did not happen\n\n{lines}", count(number, "known issue")),
    }
}

fn warnings(record: &Record) -> String {
    let warned = story::unexpected(record, Outcome::Warn);
    let line = |report: &CheckReport| {
        let first = report.findings.first().map(|finding| brief(&story(record, finding)));
        let reason = || plain(&story::field(report.reason.as_deref().unwrap_or(&report.title)));
        format!("{}: {}", check(report), first.unwrap_or_else(reason))
    };
    match warned.len() {
        0 => String::new(),
        number => {
            let lines = list(warned.iter().map(|report| line(report)));
            folded(&count(number, "warning"), &lines)
        }
    }
}

fn known(record: &Record) -> String {
    let known = story::known(record);
    let line = |report: &CheckReport| {
        let Some(issue) = &report.known else { return check(report) };
        let link = issue.link.as_deref().map(|link| format!(" ({})", code(&story::field(link))));
        let reason = plain(&story::field(&issue.reason));
        format!("{} ({}): {reason}{}", check(report), report.outcome, link.unwrap_or_default())
    };
    match known.len() {
        0 => String::new(),
        number => {
            let lines = list(known.iter().map(|report| line(report)));
            folded(&count(number, "known issue"), &lines)
        }
    }
}

// --- numbers --------------------------------------------------------------------------------------------------------

fn counts(summary: &Summary) -> String {
    let counts = summary.counts;
    let rows = [
        ("passed", counts.pass),
        ("failed", counts.fail),
        ("harness errors", counts.harness_error),
        ("inconclusive", counts.inconclusive),
        ("warned", counts.warn),
        ("known issues", counts.known),
        ("not applicable", counts.not_applicable),
        ("not begun", counts.not_begun),
    ];
    let rows = rows.iter().filter(|(_, number)| *number > 0);
    let rows: String = rows.map(|(name, number)| format!("| {name} | {number} |\n")).collect();
    if rows.is_empty() { rows } else { format!("| checks | |\n|---|---:|\n{rows}") }
}

fn coverage(summary: &Summary, rules: &Rules) -> String {
    let documents = rules.by_document(&summary.coverage);
    let row = |name: &str, tally: &crate::summary::Tally| {
        format!("| {name} | {} | {} | {} | {} |\n", tally.holds, tally.broken, tally.undecided, tally.total)
    };
    let rows: String = documents
        .iter()
        .take(LINES)
        .map(|document| row(&plain(&story::field(&document.document)), &document.all))
        .collect();
    match documents.len() {
        0 => String::new(),
        1 => format!("{COVERAGE}{rows}"),
        _ => format!("{COVERAGE}{rows}{}", row("all", &summary.coverage.all)),
    }
}

const COVERAGE: &str = "| requirements of | hold | broken | undecided | tried |\n|---|---:|---:|---:|---:|\n";

fn notes(record: &Record) -> String {
    let notes = record.finished.iter().flat_map(|finished| &finished.notes);
    list(notes.map(|note| plain(&story::field(note))))
}

// --- Markdown -------------------------------------------------------------------------------------------------------

/// The id of a check.
fn check(report: &CheckReport) -> String {
    code(&shorten(&story::field(&report.check), 200))
}

fn list(lines: impl Iterator<Item = String>) -> String {
    let lines: Vec<String> = lines.collect();
    let mut text: String = lines.iter().take(LINES).map(|line| format!("- {line}\n")).collect();
    if lines.len() > LINES {
        let _ = writeln!(text, "- and {} more", lines.len() - LINES);
    }
    text
}

fn folded(title: &str, text: &str) -> String {
    format!("<details><summary>{title}</summary>\n\n{text}\n</details>\n")
}

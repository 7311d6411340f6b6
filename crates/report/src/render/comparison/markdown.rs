//! A comparison as Markdown, for a comment in a pull request.

use super::super::page::Page;
use super::super::quote::{code, plain};
use super::super::style::Paint;
use super::{Group, NAMES, REASON, groups, rows, subject, sum, told, verdict_paint};
use crate::compare::{Change, Comparison, Seen, Weight};
use crate::text::{count, escape, shorten};
use std::fmt::Write as _;

/// A comment takes 65,536 characters, and refuses more. Bytes.
pub const LIMIT: usize = 65_000;
/// Lines of the table, and changes that are told whole.
const LINES: usize = 50;

/// Renders a comparison in at most [`LIMIT`] bytes.
#[must_use]
pub fn comparison_markdown(comparison: &Comparison) -> String {
    comparison_markdown_within(comparison, LIMIT)
}

/// Renders a comparison in at most so many bytes: what does not fit is left out, and that is said. The verdict is always
/// there, so that a limit of less than a few kilobytes is not kept.
#[must_use]
pub fn comparison_markdown_within(comparison: &Comparison, limit: usize) -> String {
    let mut page = Page::new(limit);
    page.always(&head(comparison));
    page.add(&table(comparison));
    page.add(&stale(comparison));
    page.add(&counts(comparison));
    page.add(&gas(comparison));
    for section in details(comparison) {
        page.add(&section);
    }
    page.finish("Everything is in the records of both runs; `gauntlet compare` tells it again.")
}

/// A text of somebody else's, not too long, in which nothing is markup.
fn text(text: &str) -> String {
    plain(&shorten(&escape(text), REASON))
}

/// The same as code: within a table a bar would end its cell, in code as well.
fn name(text: &str) -> String {
    code(&shorten(&escape(text), 200)).replace('|', "¦")
}

fn head(comparison: &Comparison) -> String {
    let mark = match verdict_paint(comparison.verdict) {
        Paint::Good => "✅",
        Paint::Bad => "❌",
        _ => "❔",
    };
    let mut head = format!("# {mark} {}: {}\n\n", comparison.verdict.word(), sum(comparison));
    for (when, who) in [("before", &comparison.a), ("after", &comparison.b)] {
        let _ = writeln!(head, "- **{when}** {}", code(&shorten(&escape(&subject(who)), REASON)));
    }
    for difference in comparison.differences.iter().take(LINES) {
        let _ = writeln!(head, "- **differs** {}", text(&told(difference)));
    }
    for doubt in &comparison.doubts {
        let _ = writeln!(head, "\n> **NOT WHOLE** {}", text(doubt));
    }
    head
}

fn table(comparison: &Comparison) -> String {
    if comparison.changes.is_empty() {
        return String::new();
    }
    let mut table = String::from("| | check | before | after |\n|---|---|---|---|\n");
    let standing = |seen: Option<&Seen>| seen.map_or("not there", |seen| seen.standing.word());
    for change in comparison.changes.iter().take(LINES) {
        let _ = writeln!(
            table,
            "| {} {} | {} | {} | {} |",
            mark(change.weight),
            change.kind.word(),
            name(&change.check),
            standing(change.before.as_ref()),
            standing(change.after.as_ref())
        );
    }
    if comparison.changes.len() > LINES {
        let more = comparison.changes.len() - LINES;
        let _ = writeln!(table, "\nand {}", count(more, "more change"));
    }
    table
}

const fn mark(weight: Weight) -> &'static str {
    match weight {
        Weight::Regression | Weight::OurFault => "❌",
        Weight::Doubt => "❔",
        Weight::Neutral => "➖",
        Weight::Improvement => "✅",
    }
}

fn stale(comparison: &Comparison) -> String {
    if comparison.stale.is_empty() {
        return String::new();
    }
    let lines: String =
        comparison.stale.iter().take(LINES).map(|line| format!("- {}\n", text(line))).collect();
    format!("**{} that did not happen:**\n\n{lines}", count(comparison.stale.len(), "known issue"))
}

fn counts(comparison: &Comparison) -> String {
    let rows = rows(comparison);
    let rows: String = rows.iter().map(|(name, a, b)| format!("| {name} | {a} | {b} |\n")).collect();
    format!("| checks | before | after |\n|---|---:|---:|\n{rows}")
}

fn gas(comparison: &Comparison) -> String {
    let lines: Vec<String> =
        super::gas(comparison).lines().map(|line| format!("- {}\n", plain(line.trim()))).collect();
    lines.concat()
}

/// Every change with its reasons, folded, a section for each kind.
fn details(comparison: &Comparison) -> Vec<String> {
    let groups = groups(comparison);
    let of = |((weight, kind), changes): &Group<'_>| {
        let shown: String = changes.iter().take(LINES).map(|change| detail(change)).collect();
        let rest = changes.get(LINES..).unwrap_or_default();
        let more = match rest.len() {
            0 => String::new(),
            more => {
                let names: Vec<String> = rest.iter().take(NAMES).map(|change| name(&change.check)).collect();
                format!("\nand {more} more: {}{}\n", names.join(", "), if more > NAMES { ", …" } else { "" })
            }
        };
        let title = format!("{} {}: {}", mark(*weight), kind.word(), count(changes.len(), "check"));
        format!("<details><summary>{title}</summary>\n\n{shown}{more}\n</details>")
    };
    groups.iter().map(of).collect()
}

fn detail(change: &Change) -> String {
    let seen = |seen: Option<&Seen>| {
        let Some(seen) = seen else { return "not there".to_owned() };
        let reason =
            seen.reason.as_deref().map(|reason| format!(": {}", code(&shorten(&escape(reason), REASON))));
        format!("{}{}", seen.standing.word(), reason.unwrap_or_default())
    };
    let mut detail = format!("- {}", name(&change.check));
    if !change.title.is_empty() {
        let _ = write!(detail, ": {}", text(&change.title));
    }
    let _ = writeln!(detail, "\n  - **before** {}", seen(change.before.as_ref()));
    let _ = writeln!(detail, "  - **after** {}", seen(change.after.as_ref()));
    if let Some(case) = super::again(change) {
        let _ = writeln!(
            detail,
            "  - **again** {}",
            code(&format!("gauntlet replay {}", shorten(&escape(case), 200)))
        );
    }
    detail
}

//! The ladder of sizes as tables: for people, and in Markdown.

use super::style::{Paint, Style};
use crate::sizes::{End, Part, Rung};
use crate::text::{escape, shorten};
use crate::{Outcome, Record, Summary};
use std::collections::BTreeMap;

/// What a table is about: through what, which part, and how old a version (255 less its number).
type Title = (Option<String>, Part, u8);

/// Longer reasons are shortened; the record has them whole.
const DETAIL: usize = 40;

/// Every rung that any check of a run has climbed, in the order of the climb.
#[must_use]
pub fn rungs(record: &Record) -> Vec<&Rung> {
    record.checks.iter().flat_map(|check| &check.sizes).collect()
}

/// The tables for a terminal.
#[must_use]
pub fn sizes(record: &Record, style: &Style) -> String {
    let style = *style;
    let target = escape(&record.started.target.name);
    let mut lines = vec![style.paint(Paint::Strong, &format!("How big may a payment be?  {target}"))];
    for (title, rungs) in tables(record) {
        lines.push(String::new());
        lines.push(style.paint(Paint::Strong, &heading(&title)));
        for rung in rungs {
            lines.push(line(rung, style));
        }
    }
    lines.push(String::new());
    lines.extend(written(record));
    lines.extend(limits(record));
    lines.extend(lost_between(record).map(|lost| style.paint(Paint::Bad, &lost)));
    lines.push(verdict(record, style));
    lines.join("\n") + "\n"
}

/// The same as Markdown, for a report.
#[must_use]
pub fn sizes_markdown(record: &Record) -> String {
    let cell = |text: &str| escape(text).replace('|', "\\|");
    let mut lines = vec![format!("# How big may a payment be? {}", cell(&record.started.target.name))];
    for (title, rungs) in tables(record) {
        lines.push(String::new());
        lines.push(format!("## {}", heading(&title)));
        lines.push(String::new());
        lines.push("| Bytes | Payment | Status | What became of it | Paid | Reason |".into());
        lines.push("|---:|---|---:|---|---|---|".into());
        for rung in rungs {
            lines.push(format!(
                "| {} | {} | {} | {} | {} | {} |",
                rung.bytes,
                cell(&rung.payment),
                status(rung),
                end(rung),
                paid(rung),
                cell(&shorten(&rung.detail, DETAIL)),
            ));
        }
    }
    lines.push(String::new());
    let remarks = written(record).into_iter().chain(limits(record)).chain(lost_between(record));
    lines.extend(remarks.map(|remark| format!("- {remark}")));
    lines.push(format!("- {}", verdict(record, Style::PLAIN)));
    lines.join("\n") + "\n"
}

/// The tables, the newest version first; in each, the shortest first.
fn tables(record: &Record) -> Vec<(Title, Vec<&Rung>)> {
    let mut tables: BTreeMap<Title, Vec<&Rung>> = BTreeMap::new();
    for rung in rungs(record).into_iter().filter(|rung| !is_written(rung)) {
        tables.entry((rung.through.clone(), rung.part, u8::MAX - rung.version)).or_default().push(rung);
    }
    for rungs in tables.values_mut() {
        rungs.sort_by_key(|rung| rung.bytes);
    }
    tables.into_iter().collect()
}

/// Whether this is nothing but how long a header of the target's own is.
fn is_written(rung: &Rung) -> bool {
    matches!(rung.part, Part::Challenge | Part::Receipt)
}

/// How long is what the target itself writes, in a line.
fn written(record: &Record) -> Option<String> {
    let rungs: Vec<&Rung> = rungs(record).into_iter().filter(|rung| is_written(rung)).collect();
    let parts: Vec<String> = rungs
        .iter()
        .map(|rung| {
            let what = match (rung.part, rung.version) {
                (Part::Challenge, 1) => "the 402's body of version 1",
                (Part::Challenge, _) => "PAYMENT-REQUIRED",
                (_, 1) => "X-PAYMENT-RESPONSE",
                _ => "PAYMENT-RESPONSE",
            };
            format!("{what} {} bytes", rung.bytes)
        })
        .collect();
    (!parts.is_empty()).then(|| format!("The target itself writes: {}", parts.join(", ")))
}

fn heading((through, part, older): &Title) -> String {
    let what = match (part, u8::MAX - older) {
        (Part::Request, 1) => "Request header X-PAYMENT",
        (Part::Request, _) => "Request header PAYMENT-SIGNATURE",
        (Part::Challenge, _) => "The 402 as the target writes it",
        (Part::Receipt, _) => "The receipt as the target writes it",
        (Part::Verify, 1) => "Body of /verify, version 1",
        (Part::Verify, _) => "Body of /verify",
        (Part::Settle, 1) => "Body of /settle, version 1",
        (Part::Settle, _) => "Body of /settle",
        (Part::OwnChallenge, _) => "PAYMENT-REQUIRED of our own double",
        (Part::OwnReceipt, _) => "PAYMENT-RESPONSE of our own double",
    };
    match through {
        Some(through) => format!("{what}, through {}", escape(through)),
        None => what.to_owned(),
    }
}

fn line(rung: &Rung, style: Style) -> String {
    let paint = match rung.end {
        _ if rung.is_theft() => Paint::Bad,
        End::Served => Paint::Good,
        End::Refused | End::Stack => Paint::Warning,
        End::Broken | End::Other | End::Reset | End::Hang => Paint::Doubt,
    };
    let fate = style.paint(paint, &format!("{:<17}", end(rung)));
    let detail = shorten(&escape(&rung.detail), DETAIL);
    let text = format!(
        "  {:>7}  {:<16} {:>4}  {fate} {:<9} {detail}",
        rung.bytes,
        escape(&rung.payment),
        status(rung),
        paid(rung)
    );
    text.trim_end().to_owned()
}

fn status(rung: &Rung) -> String {
    rung.status.map_or_else(|| "-".into(), |status| status.to_string())
}

fn end(rung: &Rung) -> &'static str {
    match (rung.part, rung.end) {
        (Part::Challenge | Part::Receipt | Part::OwnChallenge, End::Served) => "came whole",
        (Part::Verify, End::Served) => "valid",
        (Part::Settle, End::Served) => "settled",
        (_, end) => end.as_str(),
    }
}

fn paid(rung: &Rung) -> &'static str {
    match (rung.part, rung.paid) {
        (Part::Challenge | Part::Receipt | Part::OwnChallenge | Part::Verify, _) => "",
        (_, true) if rung.is_theft() => "PAID",
        (_, true) => "paid",
        (_, false) if rung.is_theft() => "NOT PAID",
        (_, false) => "not paid",
    }
}

/// A line for each table that ends somewhere: the longest that went through, and what came of the next.
fn limits(record: &Record) -> Vec<String> {
    let mut lines = Vec::new();
    for (title, rungs) in tables(record) {
        let served = rungs.iter().rfind(|rung| rung.end == End::Served);
        let above = |rung: &&&Rung| served.is_none_or(|served| rung.bytes > served.bytes);
        let broke = rungs.iter().find(above);
        let subject = heading(&title);
        lines.push(match (served, broke) {
            (Some(served), Some(broke)) => format!(
                "{subject}: {} bytes pass, {} do not ({}{})",
                served.bytes,
                broke.bytes,
                broke.status.map_or_else(String::new, |status| format!("{status}, ")),
                broke.end.as_str(),
            ),
            (Some(served), None) => format!("{subject}: everything passes, up to {} bytes", served.bytes),
            (None, _) => format!("{subject}: nothing passes"),
        });
    }
    lines
}

/// What got lost on its way through something that is not the target.
fn lost_between(record: &Record) -> Option<String> {
    let rungs = rungs(record);
    let lost: Vec<&&Rung> = rungs.iter().filter(|rung| rung.is_theft() && rung.through.is_some()).collect();
    let shortest = lost.iter().min_by_key(|rung| rung.bytes)?;
    Some(format!(
        "Behind {} money moved and the content was lost, from a {} of {} bytes on: its buffers are no part of the target",
        escape(shortest.through.as_deref().unwrap_or_default()),
        if shortest.part == Part::OwnReceipt { "receipt" } else { "payment" },
        shortest.bytes
    ))
}

fn verdict(record: &Record, style: Style) -> String {
    let parted = rungs(record).iter().filter(|rung| rung.is_theft() && rung.through.is_none()).count();
    let summary = Summary::of(record);
    let climbed = record.checks.iter().filter(|check| !check.sizes.is_empty());
    let worst = climbed.map(|check| check.outcome).max().unwrap_or(Outcome::NotApplicable);
    match (parted, worst) {
        (1.., _) => style.paint(Paint::Bad, &format!("MONEY AND CONTENT PART at {parted} of these sizes")),
        (0, _) if rungs(record).is_empty() => {
            style.paint(Paint::Doubt, "NOTHING MEASURED  no payment of any size could be made")
        }
        (0, Outcome::Pass | Outcome::Warn) if summary.unexpected.is_empty() => {
            style.paint(Paint::Good, "At every size: paid and served, or neither")
        }
        (0, outcome) => {
            style.paint(Paint::Bad, &format!("The ladder ended as {outcome}; the report says why"))
        }
    }
}

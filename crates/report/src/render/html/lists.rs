//! What is neither a failure nor green: a line each.

use super::LINES;
use crate::render::story::{self, Story, story};
use crate::{CheckReport, Outcome, Record, Summary};

/// Checks of one kind.
pub(super) struct List {
    pub(super) name: &'static str,
    /// Class of the style sheet.
    pub(super) class: &'static str,
    pub(super) items: Vec<Item>,
}

/// Checks with what is said of them.
pub(super) struct Item {
    pub(super) ids: Vec<String>,
    pub(super) text: String,
}

/// The lists that have something in them.
pub(super) fn lists(record: &Record, summary: &Summary) -> Vec<List> {
    let list = |name, class, items: Vec<Item>| List { name, class, items: bounded(items) };
    let all = [
        list("harness errors", "harness-error", told(record, Outcome::HarnessError)),
        list("known issues that did not happen", "fail", stale(summary)),
        list("inconclusive", "inconclusive", doubts(summary)),
        list("warnings and known deviations", "warn", told(record, Outcome::Warn)),
        list("known issues", "known", known(record)),
    ];
    all.into_iter().filter(|list| !list.items.is_empty()).collect()
}

fn bounded(mut items: Vec<Item>) -> Vec<Item> {
    let more = items.len().saturating_sub(LINES);
    items.truncate(LINES);
    if more > 0 {
        items.push(Item { ids: Vec::new(), text: format!("and {more} more, which are in the record") });
    }
    items
}

fn told(record: &Record, outcome: Outcome) -> Vec<Item> {
    let item = |report: &CheckReport| {
        let text = match report.findings.first() {
            Some(finding) => {
                let Story { weight, requirement, kind, want, got, .. } = story(record, finding);
                let got = got.first().map_or("", String::as_str).to_owned();
                format!("{weight} {requirement} {kind}: want {want}; got {got}")
            }
            None => story::field(report.reason.as_deref().unwrap_or(&report.title)),
        };
        Item { ids: vec![story::field(&report.check)], text }
    };
    story::unexpected(record, outcome).into_iter().map(item).collect()
}

fn stale(summary: &Summary) -> Vec<Item> {
    summary.stale.iter().map(|issue| Item { ids: Vec::new(), text: story::field(issue) }).collect()
}

fn doubts(summary: &Summary) -> Vec<Item> {
    const SHOWN: usize = 20;
    let item = |(reason, mut ids): (String, Vec<String>)| {
        let more = ids.len().saturating_sub(SHOWN);
        ids.truncate(SHOWN);
        if more > 0 {
            ids.push(format!("{more} more"));
        }
        Item { ids, text: reason }
    };
    story::doubts(summary).into_iter().map(item).collect()
}

fn known(record: &Record) -> Vec<Item> {
    let item = |report: &CheckReport| {
        let said = report.known.as_ref().map(|known| {
            let link = known.link.as_deref().map(|link| format!(" ({link})")).unwrap_or_default();
            story::field(&format!("{}: {}{link}", report.outcome, known.reason))
        });
        Item { ids: vec![story::field(&report.check)], text: said.unwrap_or_default() }
    };
    story::known(record).into_iter().map(item).collect()
}

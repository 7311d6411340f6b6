//! A load run, or the search for a limit, as one HTML file in the style of the trial's page: no network, no script, light
//! and dark, for a screen of any width and for paper.
//!
//! The template `templates/load.html` fills in the frame of the trial's page and escapes every text; a text has passed
//! [`escape`](gauntlet_report::text::escape) before, so that no control character is in it. The curves are SVG of our own,
//! made of numbers and of words of ours alone ([`plot`]).

mod charts;
mod limit;
mod plot;
mod run;
#[cfg(test)]
mod tests;

pub use limit::limit_html;
pub use run::html;

use crate::verdict::Outcome;
use askama::Template;
use gauntlet_report::text::{escape, shorten};

/// About as much of a text of somebody else's as is shown.
const FIELD: usize = 600;

/// The page could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the HTML report: {0}; use --json and report this")]
pub struct HtmlError(#[from] askama::Error);

#[derive(Template)]
#[template(path = "load.html")]
struct Page {
    title: String,
    tone: &'static str,
    word: String,
    /// The run in a line.
    head: String,
    when: String,
    reasons: Vec<String>,
    notes: Vec<String>,
    charts: Vec<Chart>,
    tables: Vec<Table>,
    losses: Vec<Loss>,
    facts: Vec<(&'static str, String)>,
}

/// A picture.
struct Chart {
    id: &'static str,
    title: &'static str,
    /// What it shows, for who cannot see it.
    alt: String,
    /// SVG of our own, without a text of anybody else's.
    svg: String,
    /// Names of its colours: class and word.
    legend: Vec<(&'static str, &'static str)>,
    remark: String,
}

/// A table. Cells are shown as they are, so that they must be escaped for a terminal already.
struct Table {
    id: &'static str,
    title: &'static str,
    caption: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<Row>,
}

impl Table {
    /// Whether its last column has sentences.
    fn has_text(&self) -> bool {
        self.rows.iter().any(|row| !row.text.is_empty())
    }
}

struct Row {
    /// The class of its mark, and what stands in it; none: no mark.
    mark: Option<(&'static str, &'static str)>,
    name: String,
    /// Numbers, to the right.
    cells: Vec<String>,
    /// A sentence at the end.
    text: String,
}

/// The first payments of a class by which somebody lost money.
struct Loss {
    title: String,
    risk: &'static str,
    lines: Vec<String>,
}

/// A text that is fit to be shown: one line, not too long.
fn field(text: &str) -> String {
    shorten(&escape(text), FIELD)
}

const fn tone(word: Outcome) -> &'static str {
    match word {
        Outcome::Passed => "good",
        Outcome::Failed | Outcome::Missed => "bad",
        _ => "doubt",
    }
}

//! A badge: `x402 facilitator v2-2026-06 | 118 of 120 checks`, as the JSON of an endpoint badge of shields.io or as SVG.
//!
//! It is green only for a run in which every check that applies has passed. A failure is red, also one that a known issue
//! expects: whoever looks at a badge does not see the list of issues.

use super::verdict;
use crate::text::{escape, shorten};
use crate::{Outcome, Record, Severity, Summary};
use serde_json::json;

/// The two formats, by the extension of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadgeFormat {
    /// The JSON that an endpoint badge of shields.io reads, `.json`.
    Json,
    /// A picture, `.svg`.
    Svg,
}

impl BadgeFormat {
    /// The format of a file with this extension.
    #[must_use]
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "json" => Some(Self::Json),
            "svg" => Some(Self::Svg),
            _ => None,
        }
    }
}

/// The colours that a badge can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colour {
    /// Everything that applies has passed.
    Green,
    /// Something warned.
    Yellow,
    /// It could not be told, or not all of it.
    Orange,
    /// Nothing can be said.
    Grey,
    /// A check failed.
    Red,
}

impl Colour {
    const fn name(self) -> &'static str {
        match self {
            Self::Green => "brightgreen",
            Self::Yellow => "yellow",
            Self::Orange => "orange",
            Self::Grey => "lightgrey",
            Self::Red => "red",
        }
    }

    /// Dark enough for white letters at WCAG AA.
    const fn fill(self) -> &'static str {
        match self {
            Self::Green => "#1a7f37",
            Self::Yellow => "#7d6000",
            Self::Orange => "#b34700",
            Self::Grey => "#666",
            Self::Red => "#b3261e",
        }
    }
}

/// Renders the badge of a run.
#[must_use]
pub fn badge(record: &Record, format: BadgeFormat) -> String {
    let summary = Summary::of(record);
    let label = label(record);
    let message = message(record, &summary);
    let colour = colour(record, &summary);
    match format {
        BadgeFormat::Json => {
            let badge =
                json!({ "schemaVersion": 1, "label": label, "message": message, "color": colour.name() });
            format!("{badge:#}\n")
        }
        BadgeFormat::Svg => svg(&label, &message, colour),
    }
}

fn label(record: &Record) -> String {
    let started = &record.started;
    shorten(&escape(&format!("x402 {} {}", started.target.role, started.set)), 60)
}

fn message(record: &Record, summary: &Summary) -> String {
    let finished = record.finished.as_ref();
    if finished.is_some_and(|finished| finished.harness_error.is_some()) {
        return "harness error".to_owned();
    }
    if Summary::is_unscored(record) {
        return "not scored".to_owned();
    }
    if verdict::nothing_ran(summary) {
        return "nothing ran".to_owned();
    }
    let checks = crate::text::count(verdict::selected(record), "check");
    let state = match finished {
        None => ", unfinished",
        Some(finished) if finished.interrupted => ", interrupted",
        Some(_) => "",
    };
    format!("{} of {checks}{state}", summary.counts.pass)
}

fn colour(record: &Record, summary: &Summary) -> Colour {
    let failed = |report: &&crate::CheckReport| {
        report.outcome == Outcome::Fail
            || report.findings.iter().any(|finding| finding.severity == Severity::Failure)
    };
    let counts = summary.counts;
    if record.checks.iter().any(|report| failed(&report)) || !summary.stale.is_empty() {
        Colour::Red
    } else if Summary::is_unscored(record) || verdict::nothing_ran(summary) {
        Colour::Grey
    } else if summary.exit.number() != 0 || counts.inconclusive + counts.known > 0 {
        Colour::Orange
    } else if counts.warn > 0 {
        Colour::Yellow
    } else {
        Colour::Green
    }
}

// --- the picture ----------------------------------------------------------------------------------------------------

/// Height, the room beside a text, and the width of a character on average, in pixels. `textLength` makes the letters fit
/// whatever font is there.
const HEIGHT: usize = 20;
const PAD: usize = 6;
const LETTER: usize = 7;

fn svg(label: &str, message: &str, colour: Colour) -> String {
    let (left, right) = (width(label), width(message));
    let all = left + right;
    let (label, message) = (quoted(label), quoted(message));
    let fill = colour.fill();
    let text = |from: usize, room: usize, text: &str| {
        let (at, length) = (from + PAD, room - 2 * PAD);
        format!(
            r#"<text x="{at}" y="14" textLength="{length}" lengthAdjust="spacingAndGlyphs">{text}</text>"#
        )
    };
    let (first, second) = (text(0, left, &label), text(left, right, &message));
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{all}" height="{HEIGHT}" viewBox="0 0 {all} {HEIGHT}" role="img" aria-labelledby="title">
  <title id="title">{label}: {message}</title>
  <clipPath id="round"><rect width="{all}" height="{HEIGHT}" rx="3"/></clipPath>
  <g clip-path="url(#round)">
    <rect width="{left}" height="{HEIGHT}" fill="#444"/>
    <rect x="{left}" width="{right}" height="{HEIGHT}" fill="{fill}"/>
  </g>
  <g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
    {first}
    {second}
  </g>
</svg>
"##
    )
}

fn width(text: &str) -> usize {
    text.chars().count().max(1) * LETTER + 2 * PAD
}

/// A text within XML. Control characters are gone already.
fn quoted(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

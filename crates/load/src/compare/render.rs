//! A comparison for people.

use super::metric::{Compared, Interval, Metric, Word};
use super::{Comparison, Overall, Who};
use gauntlet_report::render::{Paint, Style};
use gauntlet_report::text::escape;
use std::fmt::Write as _;

/// The comparison of one target that was paid in two ways: no way is the better one, so there is a ratio and no word.
#[must_use]
pub fn ratio(comparison: &Comparison, style: &Style) -> String {
    let mut text = String::new();
    side(&mut text, "A", &comparison.a);
    side(&mut text, "B", &comparison.b);
    table(&mut text, comparison, style);
    let goodput = comparison.metrics.iter().find(|compared| compared.metric == Metric::Goodput);
    if let Some(Compared { change: Some(change), interval, .. }) = goodput {
        let between = interval
            .map(|Interval { low, high }| format!(" (in 95 of 100 draws {low:.2} to {high:.2})"))
            .unwrap_or_default();
        let line = format!("Of 100 payments a second as A, {:.0} come through as B{between}", change * 100.0);
        let _ = writeln!(text, "\n{}", style.paint(Paint::Strong, &line));
    }
    for reason in &comparison.reasons {
        let _ = writeln!(text, "  {}", escape(reason));
    }
    for note in &comparison.notes {
        let _ = writeln!(text, "  note: {}", escape(note));
    }
    text
}

/// The comparison in text: the sides, a table, the word for it.
#[must_use]
pub fn human(comparison: &Comparison, style: &Style) -> String {
    let mut text = String::new();
    side(&mut text, "A", &comparison.a);
    side(&mut text, "B", &comparison.b);
    table(&mut text, comparison, style);
    let word = comparison.overall.as_str();
    let word = match comparison.overall {
        Overall::Improved => style.paint(Paint::Good, word),
        Overall::Regressed | Overall::Mixed => style.paint(Paint::Bad, word),
        Overall::Unchanged => style.paint(Paint::Strong, word),
        Overall::Inconclusive => style.paint(Paint::Doubt, word),
    };
    let _ = writeln!(text, "\n{word}");
    for reason in &comparison.reasons {
        let _ = writeln!(text, "  {}", escape(reason));
    }
    for note in &comparison.notes {
        let _ = writeln!(text, "  note: {}", escape(note));
    }
    text
}

pub(super) fn side(text: &mut String, name: &str, who: &Who) {
    let version = who.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    let runs = match who.runs.as_slice() {
        [only] => only.clone(),
        runs => format!("{} runs", runs.len()),
    };
    let _ = writeln!(text, "{name}: {} ({})", escape(&format!("{}{version}", who.target)), escape(&runs));
}

pub(super) fn table(text: &mut String, comparison: &Comparison, style: &Style) {
    if comparison.metrics.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\n{:16} {:>10} {:>10} {:>9}   {:20} {:12} verdict",
        "", "A", "B", "B / A", "in 95 of 100 draws", "noise floor"
    );
    for compared in &comparison.metrics {
        let metric = compared.metric;
        let value = |value: Option<f64>| value.map_or_else(|| "–".into(), |value| in_unit(metric, value));
        let change = compared.change.map_or_else(|| "–".into(), |change| in_change(metric, change));
        let _ = writeln!(
            text,
            "{:16} {:>10} {:>10} {change:>9}   {:20} {:12} {}",
            name(metric),
            value(compared.a),
            value(compared.b),
            compared.interval.map_or_else(|| "–".into(), |interval| range(metric, interval)),
            floor(compared),
            verdict(compared.verdict, style)
        );
    }
}

pub(super) fn name(metric: Metric) -> String {
    let unit = match metric {
        Metric::PaymentP50 | Metric::PaymentP99 => "ms",
        Metric::Goodput => "/s",
        Metric::ErrorShare => "%",
    };
    format!("{}, {unit}", metric.as_str())
}

pub(super) fn in_unit(metric: Metric, value: f64) -> String {
    match metric {
        Metric::PaymentP50 | Metric::PaymentP99 => format!("{:.2}", value / 1000.0),
        Metric::Goodput => format!("{value:.2}"),
        Metric::ErrorShare => format!("{:.2}", value * 100.0),
    }
}

/// A ratio, or percentage points.
pub(super) fn in_change(metric: Metric, change: f64) -> String {
    if metric.is_difference() { format!("{:+.2}", change * 100.0) } else { format!("×{change:.3}") }
}

pub(super) fn range(metric: Metric, interval: Interval) -> String {
    format!("{} to {}", in_change(metric, interval.low), in_change(metric, interval.high))
}

fn floor(compared: &Compared) -> String {
    let percent = compared.noise_floor * 100.0;
    if compared.metric.is_difference() { format!("{percent:.1} points") } else { format!("{percent:.1} %") }
}

fn verdict(word: Word, style: &Style) -> String {
    let paint = match word {
        Word::Improved => Paint::Good,
        Word::Regressed => Paint::Bad,
        Word::Unchanged => return word.as_str().into(),
        Word::NotMeasured => Paint::Doubt,
    };
    style.paint(paint, word.as_str())
}

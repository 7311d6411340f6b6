//! A load run as Markdown, for a job's page in CI: the verdict, thresholds, books and latencies. What comes from a target
//! is markup nowhere, and shortened.

use crate::measure::{Lot, Times};
use crate::render::{pace, times};
use crate::result::LoadReport;
use crate::verdict::Outcome;
use gauntlet_report::render::quote::plain;
use gauntlet_report::text::{escape, shorten};
use std::fmt::Write as _;

/// About as much of a sentence as is shown, and as many of a kind.
const SENTENCE: usize = 400;
const SENTENCES: usize = 20;

/// Renders a run.
#[must_use]
pub fn markdown(report: &LoadReport) -> String {
    let mark = match report.verdict.word {
        Outcome::Passed => "✅",
        Outcome::Failed | Outcome::Missed => "❌",
        _ => "❔",
    };
    let name = plain(&shorten(&escape(&report.plan.name), SENTENCE));
    let mut text = format!("# {mark} {}: load {name}\n\n", report.verdict.word.as_str());
    let _ = writeln!(text, "{}\n", plain(&shorten(&escape(&report.target.to_string()), SENTENCE)));
    let run = format!("{} · run {} · seed {}", pace(&report.plan), report.run, report.seed);
    let _ = writeln!(text, "{}\n", plain(&shorten(&escape(&run), SENTENCE)));
    let notes = report.verdict.notes.iter().map(|note| format!("note: {note}"));
    for sentence in report.verdict.reasons.iter().cloned().chain(notes).take(SENTENCES) {
        let _ = writeln!(text, "- {}", plain(&shorten(&escape(&sentence), SENTENCE)));
    }
    thresholds(&mut text, report);
    books(&mut text, report);
    latencies(&mut text, report);
    text.truncate(text.trim_end().len());
    text + "\n"
}

fn thresholds(text: &mut String, report: &LoadReport) {
    if report.thresholds.is_empty() {
        return;
    }
    text.push_str("\n| threshold | | seen |\n|---|---|---|\n");
    for ruled in &report.thresholds {
        let word = if ruled.judged.held { "held" } else { "**missed**" };
        let seen = ruled.judged.observed.as_deref().unwrap_or("nothing to measure it by");
        let _ =
            writeln!(text, "| {} | {word} | {} |", plain(&ruled.threshold.to_string()), plain(&escape(seen)));
    }
}

fn books(text: &mut String, report: &LoadReport) {
    if report.books.counts.is_empty() {
        return;
    }
    text.push_str("\n| payments | | |\n|---:|---|---|\n");
    for (class, count) in &report.books.counts {
        let mark = if class.is_loss() { "❌ " } else { "" };
        let _ = writeln!(text, "| {count} | {mark}{} | {} |", class.as_str(), class.meaning());
    }
}

fn latencies(text: &mut String, report: &LoadReport) {
    if report.measured.is_empty() {
        return;
    }
    text.push_str(
        "\n| latency, ms | answers | p50 | p99 | p99.9 | longest |\n|---|---:|---:|---:|---:|---:|\n",
    );
    for measured in &report.measured {
        let times = times(&measured.response);
        let lot = match measured.lot {
            Lot::Right => String::new(),
            other => format!(" ({})", other.as_str()),
        };
        let _ = writeln!(
            text,
            "| {} {}{lot} | {} | {} | {} | {} | {} |",
            measured.phase,
            measured.mark.as_str(),
            times.count(),
            at(&times, 0.5),
            at(&times, 0.99),
            at(&times, 0.999),
            at(&times, 1.0)
        );
    }
}

fn at(times: &Times, share: f64) -> String {
    let time = times.quantile(share).map(|time| format!("{:.1}", time.as_secs_f64() * 1000.0));
    time.unwrap_or_else(|| "–".to_owned())
}

//! The page of a load run.

use super::{HtmlError, Loss, Page, Row, Table, charts, field, tone};
use crate::books::{Class, Shown};
use crate::measure::{Lot, Times};
use crate::render::times;
use crate::result::LoadReport;
use askama::Template as _;
use gauntlet_report::clock;
use gauntlet_report::text::{count, shorten_hex};
use std::time::Duration;

/// Payments of a class, and answers of a payment, that are shown.
const SHOWN: usize = 5;

/// Renders a run.
///
/// # Errors
/// [`HtmlError`] when the page cannot be written.
pub fn html(report: &LoadReport) -> Result<String, HtmlError> {
    let page = Page {
        title: field(&format!("Load {} on {}", report.plan.name, report.target)),
        tone: tone(report.verdict.word),
        word: report.verdict.word.as_str().to_owned(),
        head: field(&format!("{}: {}", crate::render::pace(&report.plan), report.plan.title)),
        when: field(&format!(
            "{} · run {} · Gauntlet {} · Anvil {} · seed {}",
            clock::rfc3339(report.began_ms / 1000 * 1000),
            report.run,
            report.gauntlet,
            report.chain.anvil,
            report.seed
        )),
        reasons: report.verdict.reasons.iter().map(|reason| field(reason)).collect(),
        notes: report.verdict.notes.iter().map(|note| field(note)).collect(),
        charts: charts::charts(report),
        tables: [thresholds(report), ledger(report), latencies(report)].into_iter().flatten().collect(),
        losses: losses(report),
        facts: facts(report),
    };
    Ok(page.render()? + "\n")
}

fn thresholds(report: &LoadReport) -> Option<Table> {
    let row = |ruled: &crate::result::Ruled| Row {
        mark: Some(if ruled.judged.held { ("pass", "held") } else { ("fail", "missed") }),
        name: ruled.threshold.to_string(),
        cells: vec![field(ruled.judged.observed.as_deref().unwrap_or("nothing to measure it by"))],
        text: String::new(),
    };
    let rows: Vec<Row> = report.thresholds.iter().map(row).collect();
    (!rows.is_empty()).then_some(Table {
        id: "thresholds",
        title: "Thresholds",
        caption: "What had to be reached, and what was seen",
        columns: vec!["Threshold", "Seen"],
        rows,
    })
}

/// What became of every payment, by answers and chain.
fn ledger(report: &LoadReport) -> Option<Table> {
    let row = |(class, number): (&Class, &u64)| Row {
        mark: Some(match (class.is_loss(), class) {
            (true, _) => ("fail", "money lost"),
            (false, Class::Unresolved) => ("inconclusive", "open"),
            (false, _) => ("pass", "balanced"),
        }),
        name: class.as_str().to_owned(),
        cells: vec![number.to_string()],
        text: class.meaning().to_owned(),
    };
    let mut rows: Vec<Row> = report.books.counts.iter().map(row).collect();
    if report.books.chain.strays > 0 {
        rows.push(Row {
            mark: Some(("fail", "money lost")),
            name: "stray".to_owned(),
            cells: vec![report.books.chain.strays.to_string()],
            text: "Transfers by our payers that no payment explains".to_owned(),
        });
    }
    (!rows.is_empty()).then_some(Table {
        id: "ledger",
        title: "Ledger",
        caption: "Every payment, by what was answered and what the chain did",
        columns: vec!["Class", "Payments", "Meaning"],
        rows,
    })
}

fn latencies(report: &LoadReport) -> Option<Table> {
    const SHARES: [f64; 5] = [0.5, 0.9, 0.99, 0.999, 0.9999];
    let row = |measured: &crate::tally::Measured| {
        let (response, service) = (times(&measured.response), times(&measured.service));
        let lot = match measured.lot {
            Lot::Right => String::new(),
            other => format!(" ({})", other.as_str()),
        };
        let at = |times: &Times, share: f64| times.quantile(share).map_or_else(|| "–".to_owned(), ms);
        let mut cells = vec![response.count().to_string()];
        cells.extend(SHARES.map(|share| at(&response, share)));
        cells.extend([at(&response, 1.0), at(&service, 0.99)]);
        Row {
            mark: None,
            name: format!("{} {}{lot}", measured.phase, measured.mark.as_str()),
            cells,
            text: String::new(),
        }
    };
    let rows: Vec<Row> = report.measured.iter().map(row).collect();
    (!rows.is_empty()).then_some(Table {
        id: "latency",
        title: "Latency",
        caption: "In ms, from the intended start; the last column from sending",
        columns: vec!["Answers", "Number", "p50", "p90", "p99", "p99.9", "p99.99", "Longest", "Sent: p99"],
        rows,
    })
}

fn ms(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1000.0;
    if millis < 10.0 { format!("{millis:.2}") } else { format!("{millis:.0}") }
}

/// The first payments of each class by which somebody lost money, with what was said.
fn losses(report: &LoadReport) -> Vec<Loss> {
    let lines = |payment: &Shown| {
        let mut lines = vec![format!("payment {} · nonce {}", payment.number, payment.nonce)];
        lines.extend(payment.answers.iter().take(SHOWN).map(|answer| {
            let status = if answer.status == 0 { "no answer".to_owned() } else { answer.status.to_string() };
            let after = answer.done_us.saturating_sub(answer.sent_us) / 1000;
            format!("{} after {after} ms: {} {status} {}", answer.phase, answer.mark.as_str(), answer.text)
        }));
        lines.push(match (payment.taken_in, payment.taken_ms) {
            (Some(transaction), Some(at)) => format!("chain: taken in {transaction}, seen at {at} ms"),
            _ => "chain: not taken".to_owned(),
        });
        lines.into_iter().map(|line| field(&shorten_hex(&line)))
    };
    let shown = report.books.shown.iter().filter(|(class, _)| class.is_loss());
    shown
        .map(|(class, payments)| Loss {
            title: format!("{}: {}", count_of(report.books.count(*class)), class.meaning()),
            risk: class.risk().unwrap_or_default(),
            lines: payments.iter().take(SHOWN).flat_map(lines).collect(),
        })
        .collect()
}

fn count_of(payments: u64) -> String {
    count(usize::try_from(payments).unwrap_or(usize::MAX), "payment")
}

/// What somebody needs who wants the same again.
fn facts(report: &LoadReport) -> Vec<(&'static str, String)> {
    let chain = &report.chain;
    let number =
        |value: Option<f64>| value.map_or_else(|| "not measured".to_owned(), |value| format!("{value:.1}"));
    let generator = &report.generator;
    let late = times(&generator.late).quantile(0.99).map_or_else(|| "–".to_owned(), ms);
    let mut facts = vec![
        ("target", report.target.to_string()),
        ("chain", format!("{}, blocks {}", chain.network, chain.blocks)),
        (
            "settled a second",
            format!(
                "{}; the chain itself carries {}",
                number(chain.settled_per_second),
                number(chain.ceiling)
            ),
        ),
        (
            "transactions",
            format!(
                "{} in {} blocks, {} reverted",
                report.books.chain.transactions, report.books.chain.blocks, report.books.chain.reverted
            ),
        ),
        (
            "generator",
            format!("{} begun, late p99 {late} ms, ran dry {}", generator.begun, generator.ran_dry),
        ),
        ("machine", report.machine.to_string()),
        ("command", report.command.join(" ")),
    ];
    facts.extend(report.books.chain.gas_per_settle().map(|gas| ("gas", format!("{gas} a settlement"))));
    facts.into_iter().map(|(name, value)| (name, field(&value))).collect()
}

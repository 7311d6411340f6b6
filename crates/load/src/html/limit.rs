//! The page of a search for the highest rate that holds.

use super::plot::{Axis, Plot, number};
use super::{Chart, HtmlError, Page, Row, Table, field};
use crate::limit::{Bound, Limit, Step, human};
use askama::Template as _;
use gauntlet_report::render::Style;

/// Renders a search.
///
/// # Errors
/// [`HtmlError`] when the page cannot be written.
pub fn limit_html(limit: &Limit) -> Result<String, HtmlError> {
    let (tone, word) = match (limit.rate, limit.bound) {
        (None, _) => ("bad", "NO RATE HELD".to_owned()),
        (Some(rate), Bound::Generator | Bound::Bounds | Bound::Interrupted) => {
            ("doubt", format!("AT LEAST {}/s", number(rate)))
        }
        (Some(rate), _) => ("good", format!("{}/s", number(rate))),
    };
    let thresholds: Vec<String> = limit.thresholds.iter().map(ToString::to_string).collect();
    // The text says why, in the line of its word.
    let text = human(limit, &Style::PLAIN);
    let why = text.lines().find(|line| line.starts_with(&word)).unwrap_or_default();
    let page = Page {
        title: field(&format!("Limit of {}", limit.target)),
        tone,
        head: field(why.trim_start_matches(word.as_str()).trim()),
        word,
        when: field(&format!(
            "plan {} · blocks {} · what has to hold: the books, {}",
            limit.plan,
            limit.blocks,
            thresholds.join(", ")
        )),
        reasons: losing(limit),
        notes: Vec::new(),
        charts: vec![curve(limit)],
        tables: vec![steps(limit)],
        losses: Vec::new(),
        facts: vec![
            ("machine", field(&limit.machine.to_string())),
            (
                "the chain",
                limit.ceiling.map_or_else(
                    || "not measured".to_owned(),
                    |rate| format!("carries {rate:.1} payments a second by itself"),
                ),
            ),
            ("command", field(&limit.command.join(" "))),
        ],
    };
    Ok(page.render()? + "\n")
}

fn losing(limit: &Limit) -> Vec<String> {
    let mut losing: Vec<&Step> = limit.steps.iter().filter(|step| step.losses > 0).collect();
    losing.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    let first = losing.first().map(|step| {
        let reason = step.reasons.first().map(String::as_str).unwrap_or_default();
        field(&format!("money is lost from {}/s on: {reason}", number(step.rate)))
    });
    first.into_iter().collect()
}

fn as_ms(micros: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a latency in µs")]
    let micros = micros as f64;
    micros / 1000.0
}

fn curve(limit: &Limit) -> Chart {
    type Pick = fn(&Step) -> Option<u64>;
    const CURVES: [(&str, &str, Pick); 3] = [
        ("c1", "p50", |step| step.p50_us),
        ("c2", "p99", |step| step.p99_us),
        ("c3", "p99.9", |step| step.p999_us),
    ];
    let mut steps: Vec<&Step> = limit.steps.iter().collect();
    steps.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    let x = Axis::decades(steps.iter().map(|step| step.rate));
    let y = Axis::decades(steps.iter().flat_map(|step| [step.p50_us, step.p999_us]).flatten().map(as_ms));
    let mut plot = Plot::new(320.0, x, y);
    plot.rows(&y.ticks(), |tick| format!("{} ms", number(tick)));
    plot.columns(&x.ticks(), |tick| format!("{}/s", number(tick)));
    if let Some(rate) = limit.rate {
        plot.moment(rate, &format!("{}/s", number(rate)));
    }
    for (class, _, pick) in CURVES {
        plot.curve(class, steps.iter().map(|step| (step.rate, pick(step).map(as_ms))));
        for step in &steps {
            if let Some(latency) = pick(step) {
                plot.dot(class, (step.rate, as_ms(latency)), step.held, step.losses > 0);
            }
        }
    }
    Chart {
        id: "curve",
        title: "Latency by rate",
        alt: format!("Latency at {} rates; the table below has the numbers.", steps.len()),
        svg: plot.svg(),
        legend: CURVES.map(|(class, name, _)| (class, name)).to_vec(),
        remark: "Full points held, hollow ones did not; at crossed ones money was lost. Both axes are logarithmic."
            .to_owned(),
    }
}

fn steps(limit: &Limit) -> Table {
    let ms =
        |micros: Option<u64>| micros.map_or_else(|| "–".to_owned(), |micros| format!("{:.0}", as_ms(micros)));
    let row = |step: &Step| Row {
        mark: Some(match (step.held, step.losses) {
            (true, _) => ("pass", "held"),
            (false, 0) => ("inconclusive", "not held"),
            (false, _) => ("fail", "money lost"),
        }),
        name: format!("{}/s", number(step.rate)),
        cells: vec![
            ms(step.p50_us),
            ms(step.p99_us),
            ms(step.p999_us),
            format!("{:.1}", step.goodput),
            format!("{:.2} %", step.errors * 100.0),
            step.losses.to_string(),
        ],
        text: field(step.reasons.first().map(String::as_str).unwrap_or_default()),
    };
    Table {
        id: "steps",
        title: "Rates",
        caption: "Every rate, in the order in which they were tried",
        columns: vec![
            "Rate",
            "p50, ms",
            "p99, ms",
            "p99.9, ms",
            "Good a second",
            "Errors",
            "Lost",
            "Why not",
        ],
        rows: limit.steps.iter().map(row).collect(),
    }
}

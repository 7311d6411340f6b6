//! A report for people, and its series for spreadsheets.

use crate::books::Class;
use crate::measure::{Lot, Mark, Pairs, Times};
use crate::phase::Phase;
use crate::plan::{Pace, Plan};
use crate::result::LoadReport;
use crate::verdict::Outcome;
use gauntlet_report::render::{Paint, Style};
use gauntlet_report::text::{escape, shorten};
use std::fmt::Write as _;
use std::time::Duration;

/// How much of an answer is shown.
const SHOWN: usize = 160;

/// The report in text.
#[must_use]
pub fn human(report: &LoadReport, style: &Style) -> String {
    let mut text = String::new();
    head(&mut text, report);
    verdict(&mut text, report, style);
    latencies(&mut text, report);
    books(&mut text, report);
    chain(&mut text, report);
    machine(&mut text, report);
    thresholds(&mut text, report, style);
    losses(&mut text, report);
    text
}

/// The plans, a line each.
#[must_use]
pub fn plans(plans: &[Plan]) -> String {
    let longest = plans.iter().map(|plan| plan.name.len()).max().unwrap_or_default();
    let line = |plan: &Plan| format!("{:longest$}  {}  ({})", plan.name, plan.title, pace(plan));
    plans.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Second by second: `at_s,begun,good,bad,p50_ms,p99_ms,under_way`.
#[must_use]
pub fn series(report: &LoadReport) -> String {
    let mut text = String::from("at_s,begun,good,bad,p50_ms,p99_ms,under_way\n");
    for point in &report.series {
        let millis = |micros: Option<u64>| micros.map(in_ms).unwrap_or_default();
        let _ = writeln!(
            text,
            "{:.1},{},{},{},{},{},{}",
            Duration::from_millis(point.at_ms).as_secs_f64(),
            point.begun,
            point.good,
            point.bad,
            millis(point.p50_us),
            millis(point.p99_us),
            point.under_way
        );
    }
    text
}

fn head(text: &mut String, report: &LoadReport) {
    let _ = writeln!(text, "load {} on {}", report.plan.name, report.target);
    let _ = writeln!(
        text,
        "{} · {} users · {} with {} · Anvil {} · seed {}",
        pace(&report.plan),
        report.users,
        report.chain.network,
        blocks(&report.chain.blocks),
        report.chain.anvil,
        report.seed
    );
    if report.plan.is_closed_loop() {
        text.push_str("closed loop: users wait for answers, so latencies do not show what a stall does to those who come meanwhile\n");
    }
}

fn blocks(blocks: &str) -> String {
    if blocks == "automine" {
        "a block for each transaction".into()
    } else {
        format!("a block every {blocks}")
    }
}

/// The stages in a line.
pub(crate) fn pace(plan: &Plan) -> String {
    let stages = plan.stages.iter().map(|stage| {
        let pace = match stage.pace {
            Pace::Rate { from, to } if (from - to).abs() < f64::EPSILON => format!("{from}/s"),
            Pace::Rate { from, to } => format!("{from} to {to}/s"),
            Pace::Users(users) => format!("{users} users"),
        };
        let warm = if stage.warm_up { " to warm up" } else { "" };
        format!("{} s at {pace}{warm}", stage.length.as_secs_f64())
    });
    let copies =
        if plan.copies > 1 { format!(", each {} times at once", plan.copies) } else { String::new() };
    stages.collect::<Vec<_>>().join(", ") + &copies
}

fn verdict(text: &mut String, report: &LoadReport, style: &Style) {
    let verdict = &report.verdict;
    let word = word(report, style);
    let _ = writeln!(text, "\n{word}");
    for reason in &verdict.reasons {
        let _ = writeln!(text, "  {}", escape(reason));
    }
    for note in &verdict.notes {
        let _ = writeln!(text, "  note: {}", escape(note));
    }
}

fn latencies(text: &mut String, report: &LoadReport) {
    if report.measured.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\n{:34} {:>8} {:>9} {:>9} {:>9} {:>9} {:>9}   {:>9} {:>9}",
        "latency, ms, from intended start",
        "answers",
        "p50",
        "p90",
        "p99",
        "p99.9",
        "max",
        "sent: p50",
        "p99"
    );
    for measured in &report.measured {
        let (response, service) = (times(&measured.response), times(&measured.service));
        let lot = match measured.lot {
            Lot::Right => String::new(),
            other => format!(" ({})", other.as_str()),
        };
        let what = format!("{} {}{lot}", measured.phase, measured.mark.as_str());
        let ms = |times: &Times, share: f64| times.quantile(share).map(ms).unwrap_or_default();
        let _ = writeln!(
            text,
            "{what:34} {:>8} {:>9} {:>9} {:>9} {:>9} {:>9}   {:>9} {:>9}",
            response.count(),
            ms(&response, 0.5),
            ms(&response, 0.9),
            ms(&response, 0.99),
            ms(&response, 0.999),
            ms(&response, 1.0),
            ms(&service, 0.5),
            ms(&service, 0.99),
        );
    }
}

fn books(text: &mut String, report: &LoadReport) {
    if report.books.counts.is_empty() {
        return;
    }
    text.push_str("\nbooks: every payment, by what was answered and what the chain did\n");
    for (class, count) in &report.books.counts {
        let mark = if class.is_loss() { "✗" } else { " " };
        let _ = writeln!(text, "{mark} {count:>8}  {:20} {}", class.as_str(), class.meaning());
    }
    if report.waited_ms > 1_000 {
        let _ = writeln!(
            text,
            "  late arrivals were waited for: {:.1} s after the last answer",
            Duration::from_millis(report.waited_ms).as_secs_f64()
        );
    }
}

fn chain(text: &mut String, report: &LoadReport) {
    let chain = &report.books.chain;
    if chain.blocks == 0 {
        return;
    }
    text.push_str("\nchain\n");
    match (report.chain.settled_per_second, report.chain.ceiling) {
        (Some(settled), Some(ceiling)) => {
            let _ = writeln!(
                text,
                "  settled {settled:.1} a second, {:.0} % of the {ceiling:.1} that the chain itself carries",
                settled / ceiling * 100.0
            );
        }
        (Some(settled), None) => {
            let _ = writeln!(text, "  settled {settled:.1} a second");
        }
        (None, Some(ceiling)) => {
            let _ = writeln!(text, "  the chain itself carries {ceiling:.1} payments a second");
        }
        (None, None) => {}
    }
    if let Some(gas) = chain.gas_per_settle() {
        let _ = writeln!(text, "  {gas} gas a settlement, {} settlements", chain.settling);
    }
    let _ = writeln!(
        text,
        "  {} transactions in {} of {} blocks, the fullest {:.1} % full; {} reverted{}",
        chain.transactions,
        chain.full_blocks,
        chain.blocks,
        chain.fullest * 100.0,
        chain.reverted,
        chain
            .lost_gas()
            .filter(|gas| *gas > 0)
            .map(|gas| format!(", {gas} gas for nothing"))
            .unwrap_or_default()
    );
    let inclusion = times(&report.inclusion);
    if let (Some(median), Some(most)) = (inclusion.quantile(0.5), inclusion.quantile(0.99)) {
        let _ = writeln!(text, "  from answer to block: p50 {} ms, p99 {} ms", ms(median), ms(most));
    }
}

fn machine(text: &mut String, report: &LoadReport) {
    if report.measured.is_empty() {
        return;
    }
    let generator = &report.generator;
    let p99 = |pairs: &Pairs| times(pairs).quantile(0.99).map_or_else(|| "–".into(), ms);
    let _ = writeln!(
        text,
        "\ngenerator: {} begun, late p99 {} ms, timers late p99 {} ms, waited for a user {} (p99 {} ms), ran dry {}, too old {}",
        generator.begun,
        p99(&generator.late),
        p99(&generator.timer),
        times(&generator.queued).count(),
        p99(&generator.queued),
        generator.ran_dry,
        generator.stale
    );
    let _ = writeln!(text, "{}", report.machine);
    for (name, vitals) in &report.vitals {
        let mib = |bytes: u64| bytes >> 20;
        let _ = writeln!(
            text,
            "  {name:12} {:>5.2} cores (most {:.2}), memory {} MiB, at first {}, at last {}",
            vitals.cores_mean,
            vitals.cores_max,
            mib(vitals.memory_max),
            mib(vitals.memory_first),
            mib(vitals.memory_last)
        );
    }
}

fn thresholds(text: &mut String, report: &LoadReport, style: &Style) {
    if report.thresholds.is_empty() {
        return;
    }
    text.push_str("\nthresholds\n");
    for ruled in &report.thresholds {
        let mark =
            if ruled.judged.held { style.paint(Paint::Good, "✓") } else { style.paint(Paint::Bad, "✗") };
        let observed = ruled.judged.observed.as_deref().unwrap_or("nothing to measure it by");
        let _ = writeln!(text, "  {mark} {}   {observed}", ruled.threshold);
    }
}

/// The first payments of each class by which somebody lost money, with what was said.
fn losses(text: &mut String, report: &LoadReport) {
    for (class, shown) in &report.books.shown {
        let _ = writeln!(
            text,
            "\nthe first of {} {}: {}",
            report.books.count(*class),
            class.as_str(),
            class.meaning()
        );
        if let Some(risk) = class.risk() {
            let _ = writeln!(text, "  risk: {risk}");
        }
        for payment in shown {
            let _ = writeln!(text, "  payment {} · nonce {}", payment.number, payment.nonce);
            if payment.answers.is_empty() && *class != Class::Unresolved {
                text.push_str("    nobody asked for it to be settled\n");
            }
            for answer in &payment.answers {
                let change = answer.change.as_ref().map(|change| format!(" {change}")).unwrap_or_default();
                let _ = writeln!(
                    text,
                    "    {}{change} at {} ms, {} after {} ms: {} {}",
                    answer.phase,
                    answer.sent_us / 1000,
                    answer.mark.as_str(),
                    (answer.done_us.saturating_sub(answer.sent_us)) / 1000,
                    if answer.status == 0 { String::new() } else { answer.status.to_string() },
                    shorten(&escape(&answer.text), SHOWN)
                );
            }
            let _ = match (payment.taken_in, payment.taken_ms) {
                (Some(transaction), Some(at)) => {
                    writeln!(text, "    chain: taken in {transaction}, seen at {at} ms")
                }
                _ => writeln!(text, "    chain: not taken"),
            };
        }
    }
}

/// The times of a histogram in a report.
#[must_use]
pub fn times(pairs: &Pairs) -> Times {
    let mut times = Times::new();
    times.add_pairs(pairs);
    times
}

fn ms(time: Duration) -> String {
    in_ms(u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
}

fn in_ms(micros: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a latency in µs")]
    let millis = micros as f64 / 1000.0;
    if millis < 10.0 { format!("{millis:.2}") } else { format!("{millis:.0}") }
}

/// A run in a line.
#[must_use]
pub fn short(report: &LoadReport, style: &Style) -> String {
    let good = report
        .measured
        .iter()
        .find(|it| (it.phase, it.lot, it.mark) == (Phase::Payment, Lot::Right, Mark::Good));
    let payments = good.map(|good| times(&good.response)).unwrap_or_default();
    let at = |share: f64| payments.quantile(share).map_or_else(|| "–".into(), ms);
    let reason =
        report.verdict.reasons.first().map(|reason| format!(": {}", escape(reason))).unwrap_or_default();
    format!(
        "{} {}: {} good payments, p50 {} ms, p99 {} ms{reason}",
        word(report, style),
        escape(&report.target.name),
        payments.count(),
        at(0.5),
        at(0.99)
    )
}

/// The word of the verdict in its colour.
fn word(report: &LoadReport, style: &Style) -> String {
    let paint = match report.verdict.word {
        Outcome::Passed => Paint::Good,
        Outcome::Failed | Outcome::Missed => Paint::Bad,
        _ => Paint::Doubt,
    };
    style.paint(paint, report.verdict.word.as_str())
}

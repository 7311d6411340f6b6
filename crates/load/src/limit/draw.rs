//! The limit for people: text, CSV, and a curve.

use super::{Bound, Limit, Step};
use crate::books::Class;
use gauntlet_report::render::{Paint, Style};
use gauntlet_report::text::escape;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 44.0;

/// One rate in a line.
pub(super) fn line(step: &Step) -> String {
    let ms =
        |micros: Option<u64>| micros.map_or_else(|| "–".into(), |micros| format!("{:.0}", as_ms(micros)));
    let held = if step.held { "held" } else { step.word.as_str() };
    let losses = if step.losses > 0 { format!(", {} payments lost", step.losses) } else { String::new() };
    format!(
        "{:>8}/s  {held}: p50 {} ms, p99 {} ms, {:.1} good a second, {:.1} % errors{losses}",
        step.rate,
        ms(step.p50_us),
        ms(step.p99_us),
        step.goodput,
        step.errors * 100.0
    )
}

/// The limit in text.
#[must_use]
pub fn human(limit: &Limit, style: &Style) -> String {
    let mut text = format!("limit of {}, plan {}, ", limit.target, limit.plan);
    let _ = writeln!(
        text,
        "{}",
        if limit.blocks == "automine" {
            "a block for each transaction".into()
        } else {
            format!("a block every {}", limit.blocks)
        }
    );
    let thresholds: Vec<String> = limit.thresholds.iter().map(ToString::to_string).collect();
    let _ = writeln!(text, "what has to hold: the books, {}\n", thresholds.join(", "));
    let word = match (limit.rate, limit.bound) {
        (None, _) => style.paint(Paint::Bad, "NO RATE HELD"),
        (Some(rate), Bound::Generator | Bound::Bounds | Bound::Interrupted) => {
            style.paint(Paint::Doubt, &format!("AT LEAST {rate}/s"))
        }
        (Some(rate), _) => style.paint(Paint::Good, &format!("{rate}/s")),
    };
    let _ = writeln!(text, "{word}  {}", why(limit));
    if let (Some(rate), Some(ceiling)) = (limit.rate, limit.ceiling) {
        let share = rate / ceiling * 100.0;
        let _ = writeln!(text, "that is {share:.1} % of the {ceiling:.1}/s that the chain itself carries");
    }
    double(&mut text, limit);
    let mut losing = limit.steps.iter().filter(|step| step.losses > 0).collect::<Vec<_>>();
    losing.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    if let Some(first) = losing.first() {
        let reasons = first.reasons.first().map(String::as_str).unwrap_or_default();
        let _ = writeln!(
            text,
            "{}",
            style.paint(Paint::Bad, &format!("money is lost from {}/s on: {}", first.rate, escape(reasons)))
        );
    }
    text.push('\n');
    for step in &limit.steps {
        let _ = writeln!(text, "{}", line(step));
    }
    ledger(&mut text, limit);
    let _ = writeln!(text, "\n{}", limit.machine);
    let _ = writeln!(text, "made by: {}", escape(&limit.command.join(" ")));
    text
}

/// Our own double at the limit, and how much longer the target took in the mean of its runs there.
fn double(text: &mut String, limit: &Limit) {
    let Some(double) = &limit.double else { return };
    let at_limit = || limit.steps.iter().filter(|step| step.held && Some(step.rate) == limit.rate);
    let times = |of: fn(&Step) -> Option<u64>| {
        let of_target: Vec<u64> = at_limit().filter_map(of).collect();
        #[expect(clippy::cast_precision_loss, reason = "latencies in µs, of a few runs")]
        let mean = of_target.iter().sum::<u64>() as f64 / of_target.len() as f64;
        #[expect(clippy::cast_precision_loss, reason = "a latency in µs")]
        let of_double = of(double)?.max(1) as f64;
        (!of_target.is_empty()).then(|| format!("{:.1}", mean / of_double))
    };
    let ratio = match (times(|step| step.p50_us), times(|step| step.p99_us)) {
        (Some(p50), Some(p99)) => format!("; the target takes {p50} and {p99} times as long"),
        _ => String::new(),
    };
    let _ = writeln!(text, "our own double there: {}{ratio}", line(double).trim_start());
}

/// What the chain says became of all payments of the search.
fn ledger(text: &mut String, limit: &Limit) {
    let mut counts: BTreeMap<Class, u64> = BTreeMap::new();
    for (class, count) in limit.steps.iter().flat_map(|step| &step.counts) {
        *counts.entry(*class).or_default() += count;
    }
    let counts: Vec<String> =
        counts.iter().map(|(class, count)| format!("{count} {}", class.as_str())).collect();
    if !counts.is_empty() {
        let _ = writeln!(text, "\nthe ledger over all rates: {}", counts.join(", "));
    }
}

fn why(limit: &Limit) -> String {
    let times = if limit.times == 1 { "once".into() } else { format!("{} times", limit.times) };
    let failed = limit.failed.map(|rate| format!("; {rate}/s did not")).unwrap_or_default();
    match limit.bound {
        _ if limit.rate.is_none() => "not even the slowest".into(),
        Bound::Target => format!("held {times}{failed}"),
        Bound::Chain => format!("held {times}{failed}, for want of a faster chain"),
        Bound::Generator => format!("held {times}{failed}, for want of a faster generator"),
        Bound::Bounds => format!("held {times}; nothing faster was to be tried"),
        Bound::Interrupted => format!("held {times}; the search was stopped"),
    }
}

/// `rate,held,word,p50_ms,p99_ms,p999_ms,goodput,errors,losses`, in the order of the rates.
#[must_use]
pub fn csv(limit: &Limit) -> String {
    let mut text = String::from("rate,held,word,p50_ms,p99_ms,p999_ms,goodput,errors,losses\n");
    for step in sorted(limit) {
        let ms = |micros: Option<u64>| micros.map(|micros| as_ms(micros).to_string()).unwrap_or_default();
        let word = serde_json::to_value(step.word).ok();
        let word = word.as_ref().and_then(|word| word.as_str()).unwrap_or_default();
        let _ = writeln!(
            text,
            "{},{},{word},{},{},{},{:.3},{:.5},{}",
            step.rate,
            step.held,
            ms(step.p50_us),
            ms(step.p99_us),
            ms(step.p999_us),
            step.goodput,
            step.errors,
            step.losses
        );
    }
    text
}

fn sorted(limit: &Limit) -> Vec<&Step> {
    let mut steps: Vec<&Step> = limit.steps.iter().collect();
    steps.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    steps
}

/// The curve: rate against p50, p99 and p99.9 on the left, both axes logarithmic; rates that did not hold are hollow, those
/// that lost money crossed. It has no script, no font and no colour of its own that a dark page would swallow.
#[must_use]
pub fn svg(limit: &Limit) -> String {
    let steps = sorted(limit);
    let latencies = steps.iter().flat_map(|step| [step.p50_us, step.p999_us]).flatten();
    let (low, high) = decades(latencies.map(as_ms));
    let (slow, fast) = decades(steps.iter().map(|step| step.rate));
    let x = |rate: f64| LEFT + (rate.log10() - slow) / (fast - slow) * (WIDTH - LEFT - RIGHT);
    let y = |ms: f64| HEIGHT - BOTTOM - (ms.log10() - low) / (high - low) * (HEIGHT - TOP - BOTTOM);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"11\" fill=\"#808080\">\n<title>Latency of {} by rate</title>\n",
        xml(&limit.target.name)
    );
    for decade in steps_between(low, high) {
        let (at, label) = (y(10f64.powf(decade)), number(10f64.powf(decade)));
        let _ = writeln!(
            svg,
            "<path d=\"M{LEFT} {at:.1}H{:.1}\" stroke=\"#80808040\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label} ms</text>",
            WIDTH - RIGHT,
            LEFT - 6.0,
            at + 4.0
        );
    }
    for decade in steps_between(slow, fast) {
        let (at, label) = (x(10f64.powf(decade)), number(10f64.powf(decade)));
        let _ = writeln!(
            svg,
            "<path d=\"M{at:.1} {TOP}V{:.1}\" stroke=\"#80808040\"/><text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label}/s</text>",
            HEIGHT - BOTTOM,
            HEIGHT - BOTTOM + 16.0
        );
    }
    type Pick = fn(&Step) -> Option<u64>;
    let curves: [(&str, &str, Pick); 3] = [
        ("p50", "#2a9d8f", |step| step.p50_us),
        ("p99", "#e9a03b", |step| step.p99_us),
        ("p99.9", "#d1495b", |step| step.p999_us),
    ];
    for (place, (name, color, pick)) in curves.into_iter().enumerate() {
        let points: Vec<(f64, f64, &Step)> =
            steps.iter().filter_map(|step| Some((x(step.rate), y(as_ms(pick(step)?)), *step))).collect();
        let path: Vec<String> = points.iter().map(|(x, y, _)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.5\"/>",
            path.join(" ")
        );
        for (x, y, step) in points {
            let fill = if step.held { color } else { "none" };
            let _ = writeln!(
                svg,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{fill}\" stroke=\"{color}\"/>"
            );
            if step.losses > 0 {
                let _ = writeln!(
                    svg,
                    "<path d=\"M{:.1} {:.1}l8 8m0 -8l-8 8\" stroke=\"{color}\"/>",
                    x - 4.0,
                    y - 4.0
                );
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "one of three")]
        let at = LEFT + 60.0 * place as f64;
        let _ = writeln!(svg, "<text x=\"{at:.1}\" y=\"16\" fill=\"{color}\">{name}</text>");
    }
    if let Some(rate) = limit.rate {
        let at = x(rate);
        let _ = writeln!(
            svg,
            "<path d=\"M{at:.1} {TOP}V{:.1}\" stroke=\"#808080\" stroke-dasharray=\"4 3\"/><text x=\"{at:.1}\" y=\"16\" text-anchor=\"middle\">{rate}/s</text>",
            HEIGHT - BOTTOM
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">payments a second; hollow: did not hold; crossed: money was lost</text>\n</svg>",
        (LEFT + WIDTH - RIGHT) / 2.0,
        HEIGHT - 8.0
    );
    svg
}

/// Whole powers of ten around some values, as exponents; at least one apart.
fn decades(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for value in values.filter(|value| *value > 0.0) {
        low = low.min(value.log10().floor());
        high = high.max(value.log10().ceil());
    }
    if low.is_finite() { (low, high.max(low + 1.0)) } else { (0.0, 1.0) }
}

fn steps_between(low: f64, high: f64) -> impl Iterator<Item = f64> {
    std::iter::successors(Some(low), |decade| Some(decade + 1.0)).take_while(move |decade| *decade <= high)
}

fn number(value: f64) -> String {
    if value >= 1.0 { format!("{value:.0}") } else { format!("{value}") }
}

fn as_ms(micros: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a latency in µs")]
    let micros = micros as f64;
    micros / 1000.0
}

/// A text of somebody else's in XML.
fn xml(text: &str) -> String {
    escape(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limit::sample::{limit, step};

    #[test]
    fn a_limit_is_told_in_text_and_csv() {
        insta::assert_snapshot!(human(&limit(), &Style::PLAIN));
        insta::assert_snapshot!(csv(&limit()));
    }

    #[test]
    fn the_curve_is_xml_whatever_the_target_is_called() {
        let svg = svg(&limit());
        assert!(svg.contains("a &lt;b&gt;&amp;\\u{1b}[31m"), "{svg}");
        assert_eq!(svg.matches("<circle").count(), 12);
        assert_eq!(svg.matches("l8 8m0 -8l-8 8").count(), 3, "one rate lost money");
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }

    #[test]
    fn a_curve_without_a_single_good_answer_is_still_one() {
        let none = Step { p50_us: None, p99_us: None, p999_us: None, ..step(5.0, false, 0) };
        let svg = svg(&Limit { steps: vec![none], rate: None, ..limit() });
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}

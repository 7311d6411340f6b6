//! What is drawn of a run: how latencies are spread, and how the run went second by second.

use super::Chart;
use super::plot::{Axis, Plot, number};
use crate::measure::{Lot, Mark, Times};
use crate::phase::Phase;
use crate::plan::Stage;
use crate::render::times;
use crate::result::LoadReport;
use crate::tally::Point;
use std::time::Duration;

/// More points than this cannot be told apart: neighbours are drawn as one.
const POINTS: usize = 600;
/// Colours of curves, in the order in which they are given out.
const COLOURS: [&str; 4] = ["c1", "c2", "c3", "c4"];

/// The pictures of a run; none when nothing was measured.
pub(super) fn charts(report: &LoadReport) -> Vec<Chart> {
    let mut charts = Vec::new();
    charts.extend(quantiles(report));
    if !report.series.is_empty() {
        let moments = moments(&report.series);
        charts.push(rates(report, &moments));
        charts.push(latencies(report, &moments));
    }
    charts.extend(histogram(report));
    charts
}

/// Good answers to right payments, phase by phase; `service`: from sending, otherwise from the intended start.
fn good(report: &LoadReport, phase: Phase, is_service: bool) -> Option<Times> {
    let of = (phase, Lot::Right, Mark::Good);
    let found = report.measured.iter().find(|it| (it.phase, it.lot, it.mark) == of)?;
    let times = times(if is_service { &found.service } else { &found.response });
    (times.count() > 0).then_some(times)
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

// --- how latencies are spread -------------------------------------------------------------------------------------

/// Shares along an axis on which each further nine takes as much room as the one before, up to 99.99 %.
const NINES: [(f64, &str); 6] =
    [(0.0, "0"), (0.5, "50 %"), (0.9, "90 %"), (0.99, "99 %"), (0.999, "99.9 %"), (0.9999, "99.99 %")];

fn nines(share: f64) -> f64 {
    -(1.0 - share).log10()
}

fn quantiles(report: &LoadReport) -> Option<Chart> {
    let mut curves: Vec<(&str, Times)> = Vec::new();
    for phase in Phase::ALL.into_iter().rev() {
        curves.extend(good(report, phase, false).map(|times| (phase.as_str(), times)));
    }
    curves.extend(good(report, Phase::Payment, true).map(|times| ("payment, from sending", times)));
    curves.truncate(COLOURS.len());
    curves.first()?;
    // Steps that look even on this axis; there are no more different values than there are payments.
    let shares: Vec<f64> = (0..=160).map(|step| 1.0 - 10f64.powf(-f64::from(step) / 40.0)).collect();
    let value = |times: &Times, share: f64| times.quantile(share).map(ms);
    let y = Axis::decades(curves.iter().flat_map(|(_, times)| [times.min(), times.max()]).flatten().map(ms));
    let mut plot = Plot::new(300.0, Axis::even(nines(0.9999)), y);
    plot.rows(&y.ticks(), |tick| format!("{} ms", number(tick)));
    let ticks: Vec<f64> = NINES.iter().map(|(share, _)| nines(*share)).collect();
    plot.columns(&ticks, |tick| {
        let found = NINES.iter().find(|(share, _)| (nines(*share) - tick).abs() < 1e-9);
        found.map(|(_, word)| (*word).to_owned()).unwrap_or_default()
    });
    for ((_, times), class) in curves.iter().zip(COLOURS) {
        plot.curve(class, shares.iter().map(|share| (nines(*share), value(times, *share))));
    }
    let first = &curves[0].1;
    let told = [(0.5, "half"), (0.99, "99 %"), (0.9999, "99.99 %")]
        .map(|(share, word)| format!("{word} within {} ms", number(value(first, share).unwrap_or_default())));
    Some(Chart {
        id: "quantiles",
        title: "How many were answered within which time",
        alt: format!("Latency by share of the good answers: of payments {}.", told.join(", ")),
        svg: plot.svg(),
        legend: COLOURS.into_iter().zip(curves.iter().map(|(name, _)| *name)).collect(),
        remark: format!(
            "From the intended start, so that a stall shows; {} good payments. Both axes are logarithmic.",
            first.count()
        ),
    })
}

/// Latencies of good payments in columns that are each a twelfth of a power of ten wide.
fn histogram(report: &LoadReport) -> Option<Chart> {
    const COLUMNS: f64 = 12.0;
    let of = (Phase::Payment, Lot::Right, Mark::Good);
    let found = report.measured.iter().find(|it| (it.phase, it.lot, it.mark) == of)?;
    let times = good(report, Phase::Payment, false)?;
    let x = Axis::decades([times.min(), times.max()].into_iter().flatten().map(ms));
    let place = |micros: u64| {
        #[expect(clippy::cast_precision_loss, reason = "a latency in µs")]
        let millis = micros.max(1) as f64 / 1000.0;
        (millis.log10() * COLUMNS).floor()
    };
    let mut columns: Vec<(f64, u64)> = Vec::new();
    for (micros, count) in &found.response {
        let place = place(*micros);
        match columns.iter_mut().find(|(other, _)| (*other - place).abs() < 0.5) {
            Some((_, sum)) => *sum += count,
            None => columns.push((place, *count)),
        }
    }
    let most = columns.iter().map(|(_, count)| *count).max().unwrap_or_default();
    let y = Axis::even(real(most));
    let mut plot = Plot::new(220.0, x, y);
    plot.rows(&y.ticks(), number);
    plot.columns(&x.ticks(), |tick| format!("{} ms", number(tick)));
    for (place, count) in columns {
        let edge = |place: f64| 10f64.powf(place / COLUMNS);
        plot.bar("bar", edge(place), edge(place + 1.0), real(count));
    }
    Some(Chart {
        id: "histogram",
        title: "Good payments by latency",
        alt: format!("How many good payments took how long; at most {most} in one column."),
        svg: plot.svg(),
        legend: Vec::new(),
        remark: "Columns of equal width on a logarithmic axis.".to_owned(),
    })
}

// --- second by second ---------------------------------------------------------------------------------------------

/// One or several seconds, as they are drawn.
struct Moment {
    /// The middle, seconds.
    at: f64,
    /// Each a second.
    begun: f64,
    good: f64,
    bad: f64,
    /// ms.
    p50: Option<f64>,
    p99: Option<f64>,
    /// Seconds.
    long: usize,
}

fn moments(series: &[Point]) -> Vec<Moment> {
    let size = series.len().div_ceil(POINTS).max(1);
    series.chunks(size).map(moment).collect()
}

fn moment(points: &[Point]) -> Moment {
    let sum = |of: fn(&Point) -> u64| real(points.iter().map(of).sum()) / real(points.len() as u64);
    let last = points.last().map_or(0, |point| point.at_ms);
    let micros = |micros: Option<u64>| micros.map(|micros| real(micros) / 1000.0);
    let (p50, p99) = match points {
        [one] => (micros(one.p50_us), micros(one.p99_us)),
        many => {
            let mut all = Times::new();
            many.iter().for_each(|point| all.add_pairs(&point.good_times));
            (all.quantile(0.5).map(ms), all.quantile(0.99).map(ms))
        }
    };
    Moment {
        at: real(last) / 1000.0 - real(points.len() as u64) / 2.0,
        begun: sum(|point| point.begun),
        good: sum(|point| point.good),
        bad: sum(|point| point.bad),
        p50,
        p99,
        long: points.len(),
    }
}

/// The frame of a timeline, with its stages.
fn timeline(report: &LoadReport, moments: &[Moment], y: Axis) -> Plot {
    let last = report.series.last().map_or(0.0, |point| real(point.at_ms) / 1000.0);
    let x = Axis::even(last.max(report.plan.length().as_secs_f64()));
    let mut plot = Plot::new(240.0, x, y);
    let mut begin = 0.0;
    for stage in &report.plan.stages {
        let end = begin + stage.length.as_secs_f64();
        if stage.warm_up {
            plot.shade("warm-up", begin, end);
        }
        begin = end;
    }
    if moments.iter().any(|moment| moment.at > begin) {
        plot.shade("after", begin, last);
    }
    // Of payments that ended in errors somebody should see when: it is where most faults of a target stand.
    for moment in moments.iter().filter(|moment| moment.bad > 0.0) {
        let half = real(moment.long as u64) / 2.0;
        plot.shade("errors", moment.at - half, moment.at + half);
    }
    plot.columns(&x.ticks(), |tick| format!("{} s", number(tick)));
    plot
}

fn mark_stages(plot: &mut Plot, stages: &[Stage]) {
    let mut begin = 0.0;
    for stage in stages {
        let word = match (stage.warm_up, stage.pace) {
            (true, _) => "warm-up".to_owned(),
            (false, crate::plan::Pace::Users(users)) => format!("{users} users"),
            (false, crate::plan::Pace::Rate { from, to }) if (from - to).abs() < f64::EPSILON => {
                format!("{}/s", number(from))
            }
            (false, crate::plan::Pace::Rate { from, to }) => format!("{} to {}/s", number(from), number(to)),
        };
        plot.moment(begin, &word);
        begin += stage.length.as_secs_f64();
    }
}

fn remark(report: &LoadReport, moments: &[Moment]) -> String {
    let mut remark = match moments.first().map_or(1, |moment| moment.long) {
        1 => "Each point is a second.".to_owned(),
        long => format!("Each point is {long} seconds: the run is too long to show each."),
    };
    let delay = report.plan.chain.rpc_delay;
    if !delay.is_zero() {
        remark += &format!(" Every answer of the chain's node was held back for {delay:?}.");
    }
    remark
}

fn rates(report: &LoadReport, moments: &[Moment]) -> Chart {
    let most = moments.iter().flat_map(|moment| [moment.begun, moment.good, moment.bad]).fold(0.0, f64::max);
    // Room for the words of the stages.
    let y = Axis::even(most * 1.15);
    let mut plot = timeline(report, moments, y);
    plot.rows(&y.ticks(), |tick| format!("{}/s", number(tick)));
    mark_stages(&mut plot, &report.plan.stages);
    plot.curve("c4", moments.iter().map(|moment| (moment.at, Some(moment.begun))));
    plot.curve("c1", moments.iter().map(|moment| (moment.at, Some(moment.good))));
    if moments.iter().any(|moment| moment.bad > 0.0) {
        plot.curve("c3", moments.iter().map(|moment| (moment.at, Some(moment.bad))));
    }
    let good: u64 = report.series.iter().map(|point| point.good).sum();
    let bad: u64 = report.series.iter().map(|point| point.bad).sum();
    Chart {
        id: "rates",
        title: "Payments a second",
        alt: format!(
            "Payments begun, answered well and ended in errors, over time: {good} good, {bad} errors."
        ),
        svg: plot.svg(),
        legend: vec![
            ("c4", "begun"),
            ("c1", "good"),
            ("c3", "errors"),
            ("warm-up", "warm-up"),
            ("errors", "errors came"),
            ("after", "after the plan"),
        ],
        remark: remark(report, moments),
    }
}

fn latencies(report: &LoadReport, moments: &[Moment]) -> Chart {
    let y = Axis::decades(moments.iter().flat_map(|moment| [moment.p50, moment.p99]).flatten());
    let mut plot = timeline(report, moments, y);
    plot.rows(&y.ticks(), |tick| format!("{} ms", number(tick)));
    plot.curve("c2", moments.iter().map(|moment| (moment.at, moment.p99)));
    plot.curve("c1", moments.iter().map(|moment| (moment.at, moment.p50)));
    let worst = moments.iter().filter_map(|moment| moment.p99).fold(0.0, f64::max);
    Chart {
        id: "latencies",
        title: "Latency of the payments that ended",
        alt: format!("Median and 99th percentile over time; the highest is {} ms.", number(worst)),
        svg: plot.svg(),
        legend: vec![("c1", "p50"), ("c2", "p99")],
        remark: remark(report, moments),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts and latencies in µs")]
fn real(number: u64) -> f64 {
    number as f64
}

//! One side of a comparison: all seconds of all its rounds, made ready to be drawn from 2,000 times.

use super::metric::Metric;
use crate::measure::{Lot, Mark};
use crate::phase::Phase;
use crate::plan::Plan;
use crate::result::LoadReport;
use crate::tally::Point;
use std::ops::Range;
use std::time::Duration;

/// A round of more seconds is drawn from in pieces of several seconds.
const MOST_PIECES: usize = 600;
/// Numbers in the table, at most: 64 MB.
const MOST_CELLS: usize = 16 << 20;
/// Significant bits of the times in reports.
const BITS: u32 = 11;
/// A point belongs to the stage in whose time its middle lies; it lasts a second.
const HALF_A_SECOND: u64 = 500;

/// One side.
#[derive(Debug)]
pub(super) struct Side {
    pieces: Vec<Piece>,
    rounds: Vec<Round>,
    /// In rising order.
    columns: Vec<Column>,
    seconds: usize,
}

/// What is drawn: a second, or some of them.
#[derive(Debug)]
struct Piece {
    begun: u64,
    good: u64,
    bad: u64,
}

/// One run of the side.
#[derive(Debug)]
struct Round {
    pieces: Range<usize>,
    /// How long its good payments took all together, seconds.
    took: f64,
}

/// A time that was measured.
#[derive(Debug)]
struct Column {
    micros: u64,
    /// For each piece, how many good payments took so long or less.
    within: Vec<u32>,
}

impl Side {
    /// Made of at least one run.
    pub(super) fn of(reports: &[LoadReport]) -> Self {
        let (mut pieces, mut rounds, mut seconds) = (Vec::new(), Vec::new(), 0);
        let mut times = Vec::new();
        for report in reports {
            let first = pieces.len();
            let counted: Vec<&Point> =
                report.series.iter().filter(|point| counts(point, &report.plan)).collect();
            seconds += counted.len();
            for points in counted.chunks(counted.len().div_ceil(MOST_PIECES).max(1)) {
                let good_times = points.iter().flat_map(|point| &point.good_times);
                times.extend(good_times.map(|(micros, count)| (pieces.len(), *micros, *count)));
                pieces.push(Piece::of(points));
            }
            rounds.push(Round { pieces: first..pieces.len(), took: took(report) });
        }
        Self { columns: columns(&times, pieces.len()), pieces, rounds, seconds }
    }

    /// How many seconds there are to draw from.
    pub(super) fn seconds(&self) -> usize {
        self.seconds
    }

    pub(super) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// The pieces of each round.
    pub(super) fn rounds(&self) -> impl Iterator<Item = &Range<usize>> {
        self.rounds.iter().map(|round| &round.pieces)
    }

    /// A metric over all rounds.
    pub(super) fn whole(&self, metric: Metric) -> Option<f64> {
        self.drawn(metric, &vec![1; self.pieces.len()])
    }

    /// A metric of each round by itself.
    pub(super) fn by_round(&self, metric: Metric) -> Vec<f64> {
        let only = |round: &Round| {
            let mut times = vec![0; self.pieces.len()];
            times[round.pieces.clone()].fill(1);
            self.metric(metric, &times, round.took)
        };
        self.rounds.iter().filter_map(only).collect()
    }

    /// A metric where each piece came so many times.
    pub(super) fn drawn(&self, metric: Metric, times: &[u32]) -> Option<f64> {
        self.metric(metric, times, self.rounds.iter().map(|round| round.took).sum())
    }

    fn metric(&self, metric: Metric, times: &[u32], took: f64) -> Option<f64> {
        let sum = |of: fn(&Piece) -> u64| -> f64 {
            let pieces = self.pieces.iter().zip(times);
            real(pieces.map(|(piece, times)| of(piece) * u64::from(*times)).sum())
        };
        match metric {
            Metric::PaymentP50 => self.quantile(0.5, times),
            Metric::PaymentP99 => self.quantile(0.99, times),
            Metric::Goodput => (took > 0.0).then(|| sum(|piece| piece.good) / took),
            Metric::ErrorShare => {
                let begun = sum(|piece| piece.begun);
                (begun > 0.0).then(|| (sum(|piece| piece.bad) / begun).min(1.0))
            }
        }
    }

    /// As a histogram has it, µs. A search through sums that were made beforehand: to pool the histograms for each draw
    /// would take minutes.
    fn quantile(&self, share: f64, times: &[u32]) -> Option<f64> {
        let all = weigh(&self.columns.last()?.within, times);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        let rank = ((share * real(all)).ceil() as u64).max(1);
        let column = self.columns.partition_point(|column| weigh(&column.within, times) < rank);
        self.columns.get(column).filter(|_| all > 0).map(|column| real(column.micros))
    }
}

impl Piece {
    fn of(points: &[&Point]) -> Self {
        let sum = |of: fn(&Point) -> u64| points.iter().map(|point| of(point)).sum();
        Self {
            begun: sum(|point| point.begun),
            // Not `point.good`, which has those of the warm-up too.
            good: sum(|point| point.good_times.iter().map(|(_, count)| count).sum()),
            bad: sum(|point| point.bad),
        }
    }
}

/// Whether a second is one of those that count. One in which nothing was good counts too: that is how a stall shows.
fn counts(point: &Point, plan: &Plan) -> bool {
    let middle = Duration::from_millis(point.at_ms.saturating_sub(HALF_A_SECOND));
    let mut end = Duration::ZERO;
    let stage = plan.stages.iter().find(|stage| {
        end += stage.length;
        middle < end
    });
    // What comes after the plan was asked for in its last stage.
    let is_warm_up = stage.or(plan.stages.last()).is_some_and(|stage| stage.warm_up);
    !is_warm_up || !point.good_times.is_empty()
}

/// The time by which `Tally::good_per_second` divides, seconds.
fn took(report: &LoadReport) -> f64 {
    let counted = report.plan.stages.iter().filter(|stage| !stage.warm_up);
    let counted: Duration = counted.map(|stage| stage.length).sum();
    let good = (Phase::Payment, Lot::Right, Mark::Good);
    let good = report.measured.iter().filter(|each| (each.phase, each.lot, each.mark) == good);
    let between = good.map(|each| Duration::from_micros(each.last_us.saturating_sub(each.first_us)));
    between.fold(counted, Duration::max).as_secs_f64()
}

fn columns(times: &[(usize, u64, u64)], pieces: usize) -> Vec<Column> {
    let mut bits = BITS;
    let mut values = values(times, bits);
    while values.len() * pieces > MOST_CELLS && bits > 1 {
        bits -= 1;
        values = self::values(times, bits);
    }
    let mut columns: Vec<Column> =
        values.into_iter().map(|micros| Column { micros, within: vec![0; pieces] }).collect();
    for (piece, micros, count) in times {
        let at = columns.partition_point(|column| column.micros < rounded(*micros, bits));
        let within = &mut columns[at].within[*piece];
        *within = within.saturating_add(u32::try_from(*count).unwrap_or(u32::MAX));
    }
    for at in 1..columns.len() {
        let (before, rest) = columns.split_at_mut(at);
        for (within, before) in rest[0].within.iter_mut().zip(&before[at - 1].within) {
            *within = within.saturating_add(*before);
        }
    }
    columns
}

/// The different times, in rising order.
fn values(times: &[(usize, u64, u64)], bits: u32) -> Vec<u64> {
    let mut values: Vec<u64> = times.iter().map(|(_, micros, _)| rounded(*micros, bits)).collect();
    values.sort_unstable();
    values.dedup();
    values
}

/// The greatest time with the same leading bits.
fn rounded(micros: u64, bits: u32) -> u64 {
    let dropped = (u64::BITS - micros.leading_zeros()).saturating_sub(bits);
    micros | ((1 << dropped) - 1)
}

/// How many payments there are when each piece came so many times.
fn weigh(counts: &[u32], times: &[u32]) -> u64 {
    counts.iter().zip(times).map(|(count, times)| u64::from(*count) * u64::from(*times)).sum()
}

#[expect(clippy::cast_precision_loss, reason = "counts and latencies in µs")]
fn real(number: u64) -> f64 {
    number as f64
}

//! What was measured, added up: latencies by phase, lot and answer, and second by second.

use crate::config::Lately;
use crate::job::{Line, Second};
use crate::measure::{Lot, Mark, Pairs, Times};
use crate::phase::Phase;
use crate::plan::Stage;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// So many seconds are told as the present.
const LATELY: usize = 10;

/// Latencies of one kind of answer, for reports and for adding runs up.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Measured {
    /// What was measured.
    pub phase: Phase,
    /// With which payments.
    pub lot: Lot,
    /// Which answers.
    pub mark: Mark,
    /// When the first of them came, µs since the begin.
    pub first_us: u64,
    /// When the last of them came, µs since the begin.
    pub last_us: u64,
    /// From the intended start, µs.
    pub response: Pairs,
    /// From sending, µs.
    pub service: Pairs,
}

/// A second of the run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// When it ended, ms since the begin.
    pub at_ms: u64,
    /// Payments, copies included, whose time came.
    pub begun: u64,
    /// Good answers to right payments.
    pub good: u64,
    /// Errors.
    pub bad: u64,
    /// The median of the payments that ended, from their intended start, µs.
    pub p50_us: Option<u64>,
    /// Their 99th percentile, µs.
    pub p99_us: Option<u64>,
    /// The good payments that ended in it, from their intended start, µs: what a comparison draws from.
    pub good_times: Pairs,
    /// Requests under way at its end.
    pub under_way: u64,
    /// Payments ready at its end.
    pub ready: u64,
}

/// How the generator itself did.
#[derive(Debug, Clone, Default)]
pub struct Generator {
    /// How late requests were sent that a free user waited for.
    pub late: Times,
    /// How long payments that were due waited for a user.
    pub queued: Times,
    /// How much later than asked timers woke up.
    pub timer: Times,
    /// How often no payment was ready.
    pub ran_dry: u64,
    /// Payments that were too old when their time came.
    pub stale: u64,
    /// Payments, copies included, whose time came.
    pub begun: u64,
}

/// The answers of one kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sum {
    pub(crate) response: Times,
    pub(crate) service: Times,
    pub(crate) first_us: Option<u64>,
    pub(crate) last_us: u64,
}

/// What was measured.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    sums: BTreeMap<(Phase, Lot, Mark), Sum>,
    /// Answers in stages that only warm up.
    pub warm: u64,
    /// Second by second.
    pub series: Vec<Point>,
    /// How the generator did.
    pub generator: Generator,
}

impl Tally {
    /// Adds a second.
    pub fn add(&mut self, second: &Second, stages: &[Stage]) {
        let mut point = Point {
            at_ms: second.at_ms,
            begun: second.begun,
            under_way: second.under_way,
            ready: second.ready,
            ..Point::default()
        };
        let (mut ended, mut good) = (Times::new(), Times::new());
        for Line { stage, measured } in &second.lines {
            let is_warm_up = stages.get(*stage).is_some_and(|stage| stage.warm_up);
            let times = count(&measured.response);
            if measured.phase == Phase::Payment {
                ended.add_pairs(&measured.response);
                match measured.mark {
                    Mark::Good if measured.lot == Lot::Right => {
                        point.good += times;
                        if !is_warm_up {
                            good.add_pairs(&measured.response);
                        }
                    }
                    mark if mark.is_error(measured.lot) => point.bad += times,
                    _ => {}
                }
            }
            if is_warm_up {
                self.warm += times;
            } else {
                self.measured(measured);
            }
        }
        point.good_times = good.pairs();
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        point.p50_us = ended.quantile(0.5).map(micros);
        point.p99_us = ended.quantile(0.99).map(micros);
        let generator = &mut self.generator;
        generator.late.add_pairs(&second.late);
        generator.queued.add_pairs(&second.queued);
        generator.timer.add_pairs(&second.timer);
        generator.ran_dry += second.ran_dry;
        generator.stale += second.stale;
        generator.begun += second.begun;
        self.series.push(point);
    }

    /// The last ten seconds; zeros before the first.
    #[must_use]
    pub fn lately(&self) -> Lately {
        let points = &self.series[self.series.len().saturating_sub(LATELY)..];
        #[expect(clippy::cast_precision_loss, reason = "counts of payments")]
        let rate =
            |of: fn(&Point) -> u64| points.iter().map(of).sum::<u64>() as f64 / points.len().max(1) as f64;
        let mut times = Times::new();
        points.iter().for_each(|point| times.add_pairs(&point.good_times));
        Lately {
            begun: rate(|point| point.begun),
            good: rate(|point| point.good),
            bad: points.iter().map(|point| point.bad).sum(),
            p99_ms: times.quantile(0.99).map(|time| time.as_secs_f64() * 1000.0),
        }
    }

    /// Adds what was measured.
    pub fn measured(&mut self, measured: &Measured) {
        let sum = self.sums.entry((measured.phase, measured.lot, measured.mark)).or_default();
        sum.response.add_pairs(&measured.response);
        sum.service.add_pairs(&measured.service);
        let first = sum.first_us.map_or(measured.first_us, |first| first.min(measured.first_us));
        sum.first_us = Some(first);
        sum.last_us = sum.last_us.max(measured.last_us);
    }

    /// For the record, without loss.
    #[must_use]
    pub fn to_measured(&self) -> Vec<Measured> {
        let sums = self.sums.iter();
        sums.map(|((phase, lot, mark), sum)| Measured {
            phase: *phase,
            lot: *lot,
            mark: *mark,
            first_us: sum.first_us.unwrap_or_default(),
            last_us: sum.last_us,
            response: sum.response.pairs(),
            service: sum.service.pairs(),
        })
        .collect()
    }

    pub(crate) fn sum(&self, phase: Phase, lot: Lot, mark: Mark) -> Option<&Sum> {
        self.sums.get(&(phase, lot, mark))
    }

    /// How many answers there are of a kind.
    #[must_use]
    pub fn count(&self, phase: Phase, lot: Lot, mark: Mark) -> u64 {
        self.sum(phase, lot, mark).map_or(0, |sum| sum.response.count())
    }

    /// All answers of a phase to payments of a lot.
    #[must_use]
    pub fn answers(&self, phase: Phase, lot: Lot) -> u64 {
        Mark::ALL.into_iter().map(|mark| self.count(phase, lot, mark)).sum()
    }

    /// Good answers to right payments a second, from the first to the last of them; `None` when there is none. For a
    /// single instant it is counted as one second.
    #[must_use]
    pub fn good_per_second(&self, phase: Phase, at_least: Duration) -> Option<f64> {
        let sum = self.sum(phase, Lot::Right, Mark::Good)?;
        let took = Duration::from_micros(sum.last_us.saturating_sub(sum.first_us.unwrap_or_default()));
        let took = took.max(at_least).as_secs_f64().max(f64::MIN_POSITIVE);
        #[expect(clippy::cast_precision_loss, reason = "a count of payments")]
        let good = sum.response.count() as f64;
        Some(good / took)
    }

    /// Which share of the answers, 0 to 1, are errors; of a phase, or of all phases but the whole. `None` without answers.
    #[must_use]
    pub fn error_share(&self, phase: Option<Phase>) -> Option<f64> {
        let (mut errors, mut all) = (0, 0);
        let wanted = |each: Phase| phase.map_or(each != Phase::Payment, |phase| each == phase);
        for ((each, lot, mark), sum) in self.sums.iter().filter(|((each, ..), _)| wanted(*each)) {
            let _ = each;
            let count = sum.response.count();
            all += count;
            errors += if mark.is_error(*lot) { count } else { 0 };
        }
        #[expect(clippy::cast_precision_loss, reason = "counts of answers")]
        (all > 0).then(|| errors as f64 / all as f64)
    }

    /// Good answers to right payments, as latencies.
    #[must_use]
    pub fn good(&self, phase: Phase) -> Option<(&Times, &Times)> {
        self.sum(phase, Lot::Right, Mark::Good).map(|sum| (&sum.response, &sum.service))
    }
}

fn count(pairs: &Pairs) -> u64 {
    pairs.iter().map(|(_, times)| times).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With blocks of two seconds every other second has no answer.
    #[test]
    fn bursts_are_told_as_a_rate() {
        let mut tally = Tally::default();
        assert_eq!(tally.lately(), Lately::default());
        for second in 0..15 {
            let good = if second % 2 == 0 { 0 } else { 20 };
            let good_times = if good == 0 { Vec::new() } else { vec![(1_800_000, good)] };
            tally.series.push(Point { begun: 10, good, bad: 1, good_times, ..Point::default() });
        }
        let lately = tally.lately();
        assert_eq!((lately.begun, lately.good, lately.bad), (10.0, 10.0, 10));
        assert!(lately.p99_ms.is_some_and(|millis| (millis - 1800.0).abs() < 2.0), "{lately:?}");
    }
}

//! The shards of one run, added up: what the run would have been with one process that could do it all.

#[cfg(test)]
mod tests;

use crate::books::{ChainBook, Closed, SHOWN};
use crate::compare::differences;
use crate::measure::Pairs;
use crate::plan::Shard;
use crate::render::times;
use crate::result::{ChainReport, GeneratorReport, Judge, LoadReport};
use crate::tally::{Generator, Point, Tally};
use crate::verdict::{Evidence, Outcome, Verdict};
use crate::vitals::Vitals;
use gauntlet_probe::Role;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Shards that begin further apart were not one run, ms.
const TOGETHER_MS: u64 = 1_000;

/// Why reports cannot be added up.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There is none.
    #[error("there is no report to add up")]
    Nothing,
    /// They are of different runs.
    #[error("shards {first} and {other} are not of one run: {}", .differences.join("; "))]
    Differ {
        /// Index of one shard.
        first: u32,
        /// Index of another one.
        other: u32,
        /// What differs, with both values.
        differences: Vec<String>,
    },
    /// A shard is not there.
    #[error("shard {index} of {of} is missing (they count from 0)")]
    Missing {
        /// Its index.
        index: u32,
        /// How many there are.
        of: u32,
    },
    /// A shard is there more than once.
    #[error("shard {index} of {of} is there twice (they count from 0)")]
    Double {
        /// Its index.
        index: u32,
        /// How many there are.
        of: u32,
    },
    /// A shard says that it comes after the last.
    #[error("there is no shard {index} of {of} (they count from 0)")]
    Outside {
        /// Its index.
        index: u32,
        /// How many there are.
        of: u32,
    },
    /// They did not begin together.
    #[error("the shards began {apart_ms} ms apart, so they were not one run")]
    Apart {
        /// From the first begin to the last, ms.
        apart_ms: u64,
    },
    /// What was put under load has no role that is known.
    #[error("{0}")]
    Role(String),
}

/// Adds up the reports of all shards of one run, in any order.
///
/// Histograms and counts lose nothing. Of the series, `p50_us` and `p99_us` are those of the good payments in stages
/// that count; within a warm-up there are none. Shards follow one chain: what they all see of it is taken from the one
/// that saw most, what each sees of its own payments is added. Thresholds and verdict are made again over the sum. Id,
/// command line, target and machine are those of the first shard.
///
/// # Errors
/// [`MergeError`] when they are not the shards of one run, each of them once.
pub fn merge(mut reports: Vec<LoadReport>) -> Result<LoadReport, MergeError> {
    reports.sort_by_key(|report| report.shard.index);
    check(&reports)?;
    let role: Role = reports[0].target.role.parse().map_err(MergeError::Role)?;
    let tally = tally(&reports);
    let books = books(&reports);
    let plan = reports[0].plan.clone();
    let ran_dry = tally.generator.ran_dry;
    let thresholds = Judge { plan: &plan, role, tally: &tally, books: &books, ran_dry }.thresholds();
    let chain = chain(&reports);
    let (generator, cores) = busiest(&reports);
    let verdict = Verdict::judge(&Evidence {
        books: &books,
        thresholds: &thresholds,
        presented: tally.generator.begun,
        late: &tally.generator.late,
        timer: &tally.generator.timer,
        queued: &tally.generator.queued,
        begun: tally.generator.begun,
        ran_dry,
        generator,
        cores,
        settled_per_second: chain.settled_per_second,
        ceiling: chain.ceiling,
        interrupted: reports.iter().any(|report| report.verdict.was_interrupted()),
        died: reports.iter().find_map(|report| report.verdict.death()).map(str::to_owned),
    });
    let verdict = with_those_not_held(verdict, &reports);
    let began_ms = reports.iter().filter(|report| has_begun(report)).map(|report| report.began_ms).min();
    let first = &reports[0];
    // Field by field: a new one must not be lost.
    Ok(LoadReport {
        schema: first.schema,
        run: first.run.clone(),
        gauntlet: first.gauntlet.clone(),
        began_ms: began_ms.unwrap_or(first.began_ms),
        took_ms: reports.iter().map(|report| report.took_ms).max().unwrap_or_default(),
        seed: first.seed,
        command: first.command.clone(),
        target: first.target.clone(),
        plan,
        shard: Shard::WHOLE,
        users: reports.iter().map(|report| report.users).sum(),
        chain,
        machine: first.machine.clone(),
        measured: tally.to_measured(),
        series: tally.series,
        generator: GeneratorReport {
            late: tally.generator.late.pairs(),
            queued: tally.generator.queued.pairs(),
            timer: tally.generator.timer.pairs(),
            ran_dry,
            stale: tally.generator.stale,
            begun: tally.generator.begun,
        },
        vitals: vitals(&reports),
        books,
        inclusion: pooled(reports.iter().map(|report| &report.inclusion)),
        waited_ms: reports.iter().map(|report| report.waited_ms).max().unwrap_or_default(),
        thresholds,
        verdict,
    })
}

/// Whether these, in the order of their indices, are the shards of one run.
fn check(reports: &[LoadReport]) -> Result<(), MergeError> {
    let first = reports.first().ok_or(MergeError::Nothing)?;
    for other in &reports[1..] {
        let differences = differences(&identity(first), &identity(other));
        if !differences.is_empty() {
            let (first, other) = (first.shard.index, other.shard.index);
            return Err(MergeError::Differ { first, other, differences });
        }
    }
    let of = first.shard.of;
    for (report, index) in reports.iter().zip(0..) {
        match report.shard.index {
            there if there >= of => return Err(MergeError::Outside { index: there, of }),
            there if there < index => return Err(MergeError::Double { index: there, of }),
            there if there > index => return Err(MergeError::Missing { index, of }),
            _ => {}
        }
    }
    let there = u32::try_from(reports.len()).unwrap_or(u32::MAX);
    if there < of {
        return Err(MergeError::Missing { index: there, of });
    }
    let begins = || reports.iter().filter(|report| has_begun(report)).map(|report| report.began_ms);
    let apart_ms = begins().max().unwrap_or_default() - begins().min().unwrap_or_default();
    if apart_ms > TOGETHER_MS { Err(MergeError::Apart { apart_ms }) } else { Ok(()) }
}

/// What is the same in all shards of a run.
fn identity(report: &LoadReport) -> Value {
    json!({
        "schema of the report": report.schema,
        "version of Gauntlet": report.gauntlet,
        "seed": report.seed,
        "network": report.chain.network,
        "target": report.target.spec,
        "role": report.target.role,
        "shards": report.shard.of,
        "plan": report.plan,
    })
}

/// A shard whose set-up failed says when that was, and no more.
fn has_begun(report: &LoadReport) -> bool {
    report.took_ms > 0 || report.generator.begun > 0
}

fn tally(reports: &[LoadReport]) -> Tally {
    let mut tally = Tally::default();
    tally.series = series(reports);
    for report in reports {
        report.measured.iter().for_each(|measured| tally.measured(measured));
        let (sum, part): (&mut Generator, &GeneratorReport) = (&mut tally.generator, &report.generator);
        sum.late.add_pairs(&part.late);
        sum.queued.add_pairs(&part.queued);
        sum.timer.add_pairs(&part.timer);
        sum.ran_dry += part.ran_dry;
        sum.stale += part.stale;
        sum.begun += part.begun;
    }
    tally
}

/// Second by second; a shard's points are never exactly a second apart.
fn series(reports: &[LoadReport]) -> Vec<Point> {
    let mut all: BTreeMap<u64, Point> = BTreeMap::new();
    for report in reports {
        for (second, point) in seconds(report) {
            let sum = all.entry(second).or_default();
            add(sum, &point);
            sum.under_way += point.under_way;
            sum.ready += point.ready;
        }
    }
    all.into_values().map(with_times).collect()
}

/// The points of a shard by the second in which they ended, rounded. Two can share one when the clock hiccups: what
/// stands at the end is then said by the later.
fn seconds(report: &LoadReport) -> BTreeMap<u64, Point> {
    let mut seconds: BTreeMap<u64, Point> = BTreeMap::new();
    for point in &report.series {
        let sum = seconds.entry((point.at_ms + 500) / 1000).or_default();
        add(sum, point);
        (sum.under_way, sum.ready) = (point.under_way, point.ready);
    }
    seconds
}

fn add(sum: &mut Point, point: &Point) {
    sum.at_ms = sum.at_ms.max(point.at_ms);
    sum.begun += point.begun;
    sum.good += point.good;
    sum.bad += point.bad;
    sum.good_times.extend(&point.good_times);
}

fn with_times(point: Point) -> Point {
    let times = times(&point.good_times);
    let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    Point {
        p50_us: times.quantile(0.5).map(micros),
        p99_us: times.quantile(0.99).map(micros),
        good_times: times.pairs(),
        ..point
    }
}

fn pooled<'a>(all: impl Iterator<Item = &'a Pairs>) -> Pairs {
    times(&all.flatten().copied().collect()).pairs()
}

fn books(reports: &[LoadReport]) -> Closed {
    let mut sum = Closed { chain: chain_book(reports), ..Closed::default() };
    for part in reports.iter().map(|report| &report.books) {
        for (class, count) in &part.counts {
            *sum.counts.entry(*class).or_default() += count;
        }
        for (class, shown) in &part.shown {
            sum.shown.entry(*class).or_default().extend(shown.iter().cloned());
        }
    }
    for shown in sum.shown.values_mut() {
        shown.sort_by_key(|payment| payment.number);
        shown.truncate(SHOWN);
    }
    sum
}

/// All shards follow one chain, and none calls the payments of another one strays.
fn chain_book(reports: &[LoadReport]) -> ChainBook {
    let books = || reports.iter().map(|report| &report.books.chain);
    let most = |of: fn(&ChainBook) -> u64| books().map(of).max().unwrap_or_default();
    let share = |of: fn(&ChainBook) -> f64| books().map(of).fold(0.0, f64::max);
    let sum = |of: fn(&ChainBook) -> u64| books().map(of).sum::<u64>();
    let strays = books().max_by_key(|book| book.strays);
    let sums = ChainBook {
        blocks: most(|book| book.blocks),
        full_blocks: most(|book| book.full_blocks),
        transactions: most(|book| book.transactions),
        settling: sum(|book| book.settling),
        reverted: most(|book| book.reverted),
        gas: most(|book| book.gas),
        unmixed: sum(|book| book.unmixed),
        unmixed_gas: sum(|book| book.unmixed_gas),
        fullest: share(|book| book.fullest),
        fullness: share(|book| book.fullness),
        strays: strays.map_or(0, |book| book.strays),
        first_strays: strays.map(|book| book.first_strays.clone()).unwrap_or_default(),
    };
    // A block with settlements of two shards is mixed to both of them, and not to the run.
    if sums.settling == sums.transactions {
        return ChainBook { unmixed: sums.settling, unmixed_gas: sums.gas, ..sums };
    }
    sums
}

fn chain(reports: &[LoadReport]) -> ChainReport {
    let chains = || reports.iter().map(|report| &report.chain);
    ChainReport {
        ceiling: chains().filter_map(|chain| chain.ceiling).reduce(f64::max),
        settled_per_second: chains().filter_map(|chain| chain.settled_per_second).reduce(|a, b| a + b),
        ..reports[0].chain.clone()
    }
}

fn vitals(reports: &[LoadReport]) -> BTreeMap<String, Vitals> {
    let all = reports.iter().flat_map(|report| {
        report.vitals.iter().map(|(name, vitals)| (format!("{name}#{}", report.shard.index), *vitals))
    });
    all.collect()
}

/// The generator that took the largest part of its machine, and the cores of that machine.
fn busiest(reports: &[LoadReport]) -> (Option<Vitals>, usize) {
    #[expect(clippy::cast_precision_loss, reason = "a number of cores")]
    let share = |(vitals, cores): &(Vitals, usize)| vitals.cores_mean / *cores as f64;
    let generators = reports.iter().filter_map(|report| {
        let vitals = report.vitals.get("generator").copied()?;
        Some((vitals, report.machine.cores.max(1)))
    });
    let busiest = generators.max_by(|a, b| share(a).total_cmp(&share(b)));
    busiest.map_or((None, reports[0].machine.cores), |(vitals, cores)| (Some(vitals), cores))
}

/// A sum without some of its shards says nothing of the plan, unless money was lost all the same.
fn with_those_not_held(mut verdict: Verdict, reports: &[LoadReport]) -> Verdict {
    let is_not_held =
        |report: &&LoadReport| report.verdict.word == Outcome::Inconclusive && report.generator.begun == 0;
    let mut reasons = reports.iter().filter(is_not_held).map(|report| {
        let Shard { index, of } = report.shard;
        format!("shard {index} of {of} could not be held: {}", report.verdict.reasons.join("; "))
    });
    let Some(first) = reasons.next() else { return verdict };
    let reasons = reasons.fold(first, |all, reason| all + "; " + &reason);
    if matches!(verdict.word, Outcome::Failed | Outcome::Interrupted) {
        verdict.notes.push(reasons);
        return verdict;
    }
    Verdict { notes: verdict.notes, ..Verdict::inconclusive(reasons) }
}

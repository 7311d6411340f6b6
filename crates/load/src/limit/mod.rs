//! `--find-limit`: the highest rate at which the thresholds hold and the books balance.
//!
//! Every rate is a run of its own, with a chain and a target of its own, so that what one rate broke cannot spoil the next.

mod draw;
#[cfg(test)]
pub(crate) mod sample;
mod search;

pub use draw::{csv, human, svg};

use crate::books::Class;
use crate::conduct::hold;
use crate::config::{CeilingFrom, LoadConfig, LoadError, Progress, Watcher};
use crate::measure::{Lot, Mark};
use crate::phase::Phase;
use crate::plan::{Pace, Stage, Threshold};
use crate::result::{LoadReport, Machine, Target};
use crate::verdict::Outcome;
use gauntlet_engine::TargetSpec;
use gauntlet_engine::selftest::conforming;
use search::Search;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::watch;

/// The limit, in the folder of the search.
pub const REPORT: &str = "limit.json";
/// How long a rate is warmed up.
const WARM_UP: Duration = Duration::from_secs(2);
/// How often a rate is tried again at which the generator was late.
const AGAIN: u32 = 2;
/// What a rate has to hold when the plan says nothing of rates and errors. The answers to the last payments come after the
/// end, which in a short probe takes some per cent of the rate.
const DEFAULTS: [&str; 2] = ["payment rate >= 90%", "error-rate < 1%"];

/// How a limit is searched.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The first rate, payments a second.
    pub from: f64,
    /// No rate above this is tried.
    pub to: f64,
    /// How long each rate is kept up and counted.
    pub probe: Duration,
    /// How far above the limit the lowest rate that fails may be, as a factor.
    pub precision: f64,
    /// How often the limit must hold in all.
    pub times: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { from: 5.0, to: 5_000.0, probe: Duration::from_secs(10), precision: 1.1, times: 3 }
    }
}

/// One rate that was tried.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Step {
    /// Payments a second.
    pub rate: f64,
    /// Whether everything held.
    pub held: bool,
    /// The word for the run.
    pub word: Outcome,
    /// Why it did not hold.
    pub reasons: Vec<String>,
    /// Median of the good payments from their intended start, µs.
    pub p50_us: Option<u64>,
    /// 99th percentile, µs.
    pub p99_us: Option<u64>,
    /// 99.9th percentile, µs.
    pub p999_us: Option<u64>,
    /// Good payments a second.
    pub goodput: f64,
    /// Share of errors, 0 to 1.
    pub errors: f64,
    /// Payments by which somebody lost money.
    pub losses: u64,
    /// What became of the payments: how many there are of each class.
    pub counts: BTreeMap<Class, u64>,
    /// Folder of the run, below that of the search.
    pub folder: String,
}

/// What ended the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    /// The target.
    Target,
    /// The chain: a faster target could not do more on it.
    Chain,
    /// The generator: the target may do more.
    Generator,
    /// The highest rate that was to be tried.
    Bounds,
    /// The user.
    Interrupted,
}

/// The limit of a target.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Limit {
    /// Version of this form.
    pub schema: u32,
    /// What was tried.
    pub target: Target,
    /// Name of the plan.
    pub plan: String,
    /// What had to hold.
    pub thresholds: Vec<Threshold>,
    /// When blocks were made.
    pub blocks: String,
    /// The machine.
    pub machine: Machine,
    /// What the chain itself carries, payments a second.
    pub ceiling: Option<f64>,
    /// The highest rate that held, payments a second; none when no rate did.
    pub rate: Option<f64>,
    /// How often it held.
    pub times: u32,
    /// The lowest rate that did not.
    pub failed: Option<f64>,
    /// What the limit is due to.
    pub bound: Bound,
    /// Every rate, in the order in which they were tried.
    pub steps: Vec<Step>,
    /// Our own double at the limit, so that latencies can be compared between machines; none when the target is one.
    pub double: Option<Step>,
    /// The command line without secrets.
    pub command: Vec<String>,
    /// Exit code.
    pub exit: u8,
}

/// Searches the limit. `interrupt` turns true when the user wants to stop.
///
/// # Errors
/// [`LoadError`] when a run could not be held, or the target cannot handle a single payment.
pub async fn find(
    config: &LoadConfig,
    bounds: Bounds,
    watcher: &dyn Watcher,
    interrupt: watch::Receiver<bool>,
) -> Result<Limit, LoadError> {
    let mut search = Search::new(bounds.from, bounds.to, bounds.precision, bounds.times);
    let mut steps: Vec<Step> = Vec::new();
    let mut config = with_thresholds(config)?;
    let mut last: Option<LoadReport> = None;
    let mut interrupted = false;
    let mut again = 0;
    while let Some(rate) = search.next() {
        watcher.step(&format!("rate {rate}/s"));
        let folder = format!("{:02}-at-{rate}", steps.len() + 1);
        let report = hold(&at(&config, rate, bounds, &folder), &Quiet(watcher), interrupt.clone()).await?;
        if report.verdict.word == Outcome::Interrupted {
            interrupted = true;
            break;
        }
        if report.measured.is_empty() {
            return Err(LoadError::Plan(format!("at {rate}/s: {}", report.verdict.reasons.join("; "))));
        }
        if let Some(ceiling) = report.chain.ceiling {
            config.ceiling = CeilingFrom::Known(ceiling);
        }
        let step = step(rate, &report, folder);
        watcher.step(&draw::line(&step));
        // Whether a machine that was busy for a moment is too slow for a rate, only another try can tell.
        let is_lateness = step.word == Outcome::GeneratorBound && again < AGAIN;
        again = if is_lateness { again + 1 } else { 0 };
        if !is_lateness {
            search.take(rate, step.held);
        }
        steps.push(step);
        last = Some(report);
    }
    let Some(last) = last else {
        return Err(LoadError::Plan("the search was stopped before its first rate had ended".into()));
    };
    let mut limit = limit(&config, &search, steps, last, interrupted);
    if let Some(rate) = limit.rate.filter(|_| !interrupted) {
        limit.double = double(&config, rate, bounds, watcher, interrupt).await?;
    }
    Ok(limit)
}

/// What our own double does at the limit of the target.
async fn double(
    config: &LoadConfig,
    rate: f64,
    bounds: Bounds,
    watcher: &dyn Watcher,
    interrupt: watch::Receiver<bool>,
) -> Result<Option<Step>, LoadError> {
    if matches!(config.target, TargetSpec::Double(_)) {
        return Ok(None);
    }
    watcher.step(&format!("our own double at {rate}/s"));
    let target = TargetSpec::Double(conforming(config.target.role()));
    let config = LoadConfig { target, ..config.clone() };
    let folder = format!("double-at-{rate}");
    let report = hold(&at(&config, rate, bounds, &folder), &Quiet(watcher), interrupt).await?;
    Ok((report.verdict.word != Outcome::Interrupted).then(|| step(rate, &report, folder)))
}

fn limit(
    config: &LoadConfig,
    search: &Search,
    steps: Vec<Step>,
    last: LoadReport,
    interrupted: bool,
) -> Limit {
    let best = search.best();
    let bound = match search.failed() {
        _ if interrupted => Bound::Interrupted,
        None => Bound::Bounds,
        Some(failed) => {
            let words =
                || steps.iter().filter(|step| !step.held && step.rate <= failed).map(|step| step.word);
            if words().all(|word| word == Outcome::GeneratorBound) {
                Bound::Generator
            } else if words().all(|word| word == Outcome::ChainBound) {
                Bound::Chain
            } else {
                Bound::Target
            }
        }
    };
    let exit = match (best, bound) {
        (_, Bound::Interrupted) => 130,
        (None, _) if steps.iter().any(|step| step.losses > 0) => 1,
        (None, Bound::Generator | Bound::Chain) | (Some(_), Bound::Generator) => 5,
        (None, _) => 6,
        (Some(_), _) => 0,
    };
    Limit {
        schema: 1,
        target: last.target,
        plan: config.plan.name.clone(),
        thresholds: config.plan.thresholds.clone(),
        blocks: last.chain.blocks,
        machine: last.machine,
        ceiling: last.chain.ceiling,
        rate: best.map(|(rate, _)| rate),
        times: best.map(|(_, times)| times).unwrap_or_default(),
        failed: search.failed(),
        bound,
        steps,
        double: None,
        command: config.command.clone(),
        exit,
    }
}

/// A rate without any threshold would hold always.
fn with_thresholds(config: &LoadConfig) -> Result<LoadConfig, LoadError> {
    let mut config = config.clone();
    let thresholds = &mut config.plan.thresholds;
    // What a plan asks of its own stages says little about others, but for what it says of answers and latencies.
    for text in DEFAULTS {
        let default = Threshold::parse(text).map_err(|error| LoadError::Plan(error.to_string()))?;
        if !thresholds.iter().any(|threshold| threshold.is_like(&default)) {
            thresholds.push(default);
        }
    }
    Ok(config)
}

/// The run of one rate.
fn at(config: &LoadConfig, rate: f64, bounds: Bounds, folder: &str) -> LoadConfig {
    let mut config = config.clone();
    let pace = Pace::Rate { from: rate, to: rate };
    config.plan.stages = vec![
        Stage { length: WARM_UP, pace, warm_up: true },
        Stage { length: bounds.probe, pace, warm_up: false },
    ];
    config.folder = config.folder.join(folder);
    config
}

fn step(rate: f64, report: &LoadReport, folder: String) -> Step {
    let good = report
        .measured
        .iter()
        .find(|it| (it.phase, it.lot, it.mark) == (Phase::Payment, Lot::Right, Mark::Good));
    let times = good.map(|good| crate::render::times(&good.response)).unwrap_or_default();
    let quantile =
        |share: f64| times.quantile(share).map(|time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    let mut tally = crate::tally::Tally::default();
    report.measured.iter().for_each(|measured| tally.measured(measured));
    let counted = report.plan.stages.iter().filter(|stage| !stage.warm_up).map(|stage| stage.length).sum();
    Step {
        rate,
        held: report.verdict.word == Outcome::Passed,
        word: report.verdict.word,
        reasons: report.verdict.reasons.clone(),
        p50_us: quantile(0.5),
        p99_us: quantile(0.99),
        p999_us: quantile(0.999),
        goodput: tally.good_per_second(Phase::Payment, counted).unwrap_or_default(),
        errors: tally.error_share(None).unwrap_or_default(),
        losses: report.books.losses(),
        counts: report.books.counts.clone(),
        folder,
    }
}

/// Within a search only the rates are told.
struct Quiet<'a>(&'a dyn Watcher);

impl Watcher for Quiet<'_> {
    fn step(&self, _: &str) {}

    fn progress(&self, progress: &Progress) {
        self.0.progress(progress);
    }
}

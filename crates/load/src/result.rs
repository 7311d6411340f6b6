//! The report of a run: what is written to `load.json`.

use crate::books::{Class, Closed};
use crate::measure::{Lot, Times};
use crate::phase::Phase;
use crate::plan::{Judged, Measured as Judging, Plan, Shard, Stat, Threshold, Time};
use crate::tally::{Measured, Point, Tally};
use crate::verdict::Verdict;
use crate::vitals::Vitals;
use gauntlet_probe::Role;
use gauntlet_report::text::escape;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// The version of the report's form.
pub const SCHEMA: u32 = 1;

/// The report of a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoadReport {
    /// Version of this form.
    pub schema: u32,
    /// Id of the run.
    pub run: String,
    /// Version of Gauntlet.
    pub gauntlet: String,
    /// When the load began, ms since 1970; when the set-up failed, when that was.
    pub began_ms: u64,
    /// From the begin to the end of the last payment, ms.
    pub took_ms: u64,
    /// Seed of payers and nonces.
    pub seed: u64,
    /// The command line, without secrets.
    pub command: Vec<String>,
    /// What was put under load.
    pub target: Target,
    /// What was done.
    pub plan: Plan,
    /// Which part of it.
    pub shard: Shard,
    /// How many users there were.
    pub users: usize,
    /// The chain.
    pub chain: ChainReport,
    /// The machine.
    pub machine: Machine,
    /// Latencies in stages that count.
    pub measured: Vec<Measured>,
    /// Second by second.
    pub series: Vec<Point>,
    /// How the generator itself did.
    pub generator: GeneratorReport,
    /// What the processes took from the machine.
    pub vitals: BTreeMap<String, Vitals>,
    /// Every payment: what was answered, what was taken.
    pub books: Closed,
    /// From answer to block, µs.
    pub inclusion: Vec<(u64, u64)>,
    /// How long late arrivals were waited for after the last answer, ms.
    pub waited_ms: u64,
    /// What became of each threshold.
    pub thresholds: Vec<Ruled>,
    /// What all this amounts to.
    pub verdict: Verdict,
}

/// What was put under load.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Target {
    /// The name that reports show.
    pub name: String,
    /// Its role: facilitator or server.
    pub role: String,
    /// The name by which it can be named again.
    pub spec: String,
    /// Its version, where its manifest says one.
    pub version: Option<String>,
    /// The facilitator behind a server.
    pub facilitator: Option<String>,
}

/// The chain of a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChainReport {
    /// Name of the network.
    pub network: String,
    /// When blocks were made, as in a plan.
    pub blocks: String,
    /// Version of Anvil.
    pub anvil: String,
    /// What the chain itself carries, payments a second; none when it was not measured.
    pub ceiling: Option<f64>,
    /// Payments a second that were settled while the plan went on, by the chain's blocks.
    pub settled_per_second: Option<f64>,
}

/// The machine of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Processor.
    pub cpu: String,
    /// How many cores this process may use.
    pub cores: usize,
    /// Memory, bytes.
    pub memory: u64,
    /// Kernel.
    pub system: String,
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cpu, cores, memory, system } = self;
        write!(f, "machine: {cores} × {}, {} GiB, {}", escape(cpu), memory >> 30, escape(system))
    }
}

/// Role, name, version, and the facilitator behind it.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", escape(&self.role), escape(&self.name))?;
        if let Some(version) = &self.version {
            write!(f, " ({})", escape(version))?;
        }
        self.facilitator.as_ref().map_or(Ok(()), |behind| write!(f, " before {}", escape(behind)))
    }
}

impl Machine {
    /// This machine.
    #[must_use]
    pub fn this() -> Self {
        use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};
        let kind = RefreshKind::nothing()
            .with_cpu(CpuRefreshKind::nothing())
            .with_memory(MemoryRefreshKind::nothing().with_ram());
        let system = System::new_with_specifics(kind).ok();
        let cpu = system.as_ref().and_then(|system| system.cpus().first());
        Self {
            cpu: cpu.map(|cpu| cpu.brand().trim().to_owned()).unwrap_or_default(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory: system.as_ref().map(System::total_memory).unwrap_or_default(),
            system: System::long_os_version().unwrap_or_default(),
        }
    }
}

/// How the generator did.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct GeneratorReport {
    /// How late requests were sent that a free user waited for, µs.
    pub late: Vec<(u64, u64)>,
    /// How long payments that were due waited for a user, µs.
    pub queued: Vec<(u64, u64)>,
    /// How much later than asked timers woke up, µs.
    pub timer: Vec<(u64, u64)>,
    /// How often no payment was ready.
    pub ran_dry: u64,
    /// Payments that were too old when their time came.
    pub stale: u64,
    /// Payments, copies included, whose time came.
    pub begun: u64,
}

/// What became of a threshold.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ruled {
    /// The threshold.
    pub threshold: Threshold,
    /// Whether it was held, and what was seen.
    #[serde(flatten)]
    pub judged: Judged,
}

/// What thresholds are judged by.
pub(crate) struct Judge<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) role: Role,
    pub(crate) tally: &'a Tally,
    pub(crate) books: &'a Closed,
    pub(crate) ran_dry: u64,
}

impl Judge<'_> {
    pub(crate) fn thresholds(&self) -> Vec<Ruled> {
        let block = self.plan.chain.blocks.time();
        let thresholds = self.plan.thresholds.iter();
        thresholds
            .map(|threshold| Ruled { threshold: *threshold, judged: threshold.judge(self, block) })
            .collect()
    }

    /// How long the stages that count last.
    fn counted(&self) -> Duration {
        self.plan.stages.iter().filter(|stage| !stage.warm_up).map(|stage| stage.length).sum()
    }

    /// Right payments a second that the plan intends for a phase; `None` where users decide.
    fn intended_per_second(&self, phase: Phase) -> Option<f64> {
        let counted = self.plan.stages.iter().filter(|stage| !stage.warm_up);
        let payments: u64 = counted.map(crate::plan::Stage::payments).sum::<Option<u64>>()?;
        let right = 1.0 - self.plan.payments.wrong.as_ref().map_or(0.0, |wrong| wrong.share);
        let share = match (self.role, self.plan.facilitator) {
            (Role::Facilitator, crate::plan::FacilitatorWork::Mix { verifies_per_settle }) => {
                let of = f64::from(verifies_per_settle) + 1.0;
                match phase {
                    Phase::Verify => f64::from(verifies_per_settle) / of,
                    Phase::Settle => 1.0 / of,
                    _ => 1.0,
                }
            }
            _ => 1.0,
        };
        #[expect(clippy::cast_precision_loss, reason = "a count of payments")]
        let payments = payments as f64;
        Some(payments * right * share / self.counted().as_secs_f64())
    }
}

impl Judging for Judge<'_> {
    fn latency(&self, phase: Phase, time: Time, stat: Stat) -> Option<Duration> {
        let (response, service) = self.tally.good(phase)?;
        let times = match time {
            Time::Response => response,
            Time::Service => service,
        };
        at(times, stat)
    }

    fn good_per_second(&self, phase: Phase) -> Option<f64> {
        self.tally.good_per_second(phase, self.counted())
    }

    fn good_share(&self, phase: Phase) -> Option<f64> {
        let good = self.good_per_second(phase);
        match self.intended_per_second(phase) {
            Some(intended) => Some((good? / intended).min(1.0)),
            None => {
                let all = self.tally.answers(phase, Lot::Right);
                let good = self.tally.count(phase, Lot::Right, crate::measure::Mark::Good);
                #[expect(clippy::cast_precision_loss, reason = "counts of answers")]
                (all > 0).then(|| good as f64 / all as f64)
            }
        }
    }

    fn error_share(&self, phase: Option<Phase>) -> Option<f64> {
        self.tally.error_share(phase)
    }

    fn count(&self, name: &str) -> Option<u64> {
        match name {
            "reverted-transactions" => Some(self.books.chain.reverted),
            "ran-dry" => Some(self.ran_dry),
            class => {
                let class = Class::ALL.into_iter().find(|each| each.as_str() == class)?;
                Some(self.books.count(class))
            }
        }
    }

    fn gas_per_settle(&self) -> Option<u64> {
        self.books.chain.gas_per_settle()
    }
}

/// One number for many times.
#[must_use]
pub fn at(times: &Times, stat: Stat) -> Option<Duration> {
    match stat {
        Stat::Min => times.min(),
        Stat::Mean => times.mean(),
        Stat::Max => times.max(),
        Stat::Percentile(thousandths) => times.quantile(f64::from(thousandths) / 100_000.0),
    }
}

//! What a run of load is asked to do, and who watches it.

use crate::plan::{Plan, Shard};
use gauntlet_chain::{AnvilBinary, ChainError, Profile};
use gauntlet_engine::TargetSpec;
use gauntlet_probe::ProbeError;
use std::path::PathBuf;

/// All that a run needs to know.
#[derive(Debug, Clone)]
pub struct LoadConfig {
    /// What is put under load.
    pub target: TargetSpec,
    /// The facilitator behind a resource server; without meaning for a facilitator.
    pub facilitator: TargetSpec,
    /// What is done, with all thresholds.
    pub plan: Plan,
    /// Which part of it this process does.
    pub shard: Shard,
    /// When all shards begin, ms since 1970; none: as soon as everything stands.
    pub begin_at: Option<u64>,
    /// The network.
    pub network: &'static Profile,
    /// Where the chain comes from.
    pub chain: ChainFrom,
    /// What the chain itself carries.
    pub ceiling: CeilingFrom,
    /// Seed of payers and nonces.
    pub seed: u64,
    /// Other payers and nonces for the same seed, where the chain remembers the old ones; the same for all shards.
    pub salt: String,
    /// The run's folder; it must not hold a run yet.
    pub folder: PathBuf,
    /// Id of the run.
    pub run: String,
    /// This program: it is started again to make the load, and to be a double.
    pub program: PathBuf,
    /// Whether a threshold that cannot be held any more ends the run.
    pub abort_on_fail: bool,
    /// The command line without secrets, for the record.
    pub command: Vec<String>,
}

/// Where the chain comes from.
#[derive(Debug, Clone)]
pub enum ChainFrom {
    /// It is started.
    Own {
        /// The binary to start.
        anvil: AnvilBinary,
        /// Folder for what is read out of the binary once.
        cache: PathBuf,
    },
    /// It is up already, as `gauntlet chain up` or another shard left it.
    Attached {
        /// Its RPC URL.
        rpc_url: String,
    },
}

/// Where the chain's own ceiling comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CeilingFrom {
    /// It is measured first, with the chain of the run.
    Measured,
    /// It was measured in the same session, payments a second.
    Known(f64),
    /// It stays unknown.
    Unknown,
}

/// Who watches a run.
pub trait Watcher: Send + Sync {
    /// A step of the set-up or of the end, as a sentence.
    fn step(&self, text: &str);
    /// How the run goes, once a second.
    fn progress(&self, progress: &Progress);
}

/// What was measured in the last ten seconds: on a chain with slow blocks answers come in bursts, and a single second
/// says nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Lately {
    /// Payments whose time came, a second.
    pub begun: f64,
    /// Good answers to right payments, a second.
    pub good: f64,
    /// Errors.
    pub bad: u64,
    /// The 99th percentile of the good payments from their intended start, ms; `None` without one that counts.
    pub p99_ms: Option<f64>,
}

/// How a run goes.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// Seconds since the begin.
    pub at_s: u64,
    /// How long the plan takes, seconds.
    pub of_s: u64,
    /// What was measured lately.
    pub lately: Lately,
    /// Requests under way.
    pub under_way: u64,
    /// Payments by which somebody has lost money, as far as it is known already.
    pub losses: u64,
}

/// A run that could not be held at all: there is nothing to report.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The chain could not be had.
    #[error("the chain: {0}")]
    Chain(#[from] ChainError),
    /// The fault proxy or a client could not be had.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// A file of the run could not be written or read.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The folder holds a run already.
    #[error("{} holds a run already", .0.display())]
    Exists(PathBuf),
    /// The process that makes the load is not as it should be. Our own fault.
    #[error("the process that makes the load: {0}")]
    Worker(String),
    /// The plan does not fit the target.
    #[error("{0}")]
    Plan(String),
}

impl LoadError {
    pub(crate) fn file(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        |error| Self::File { path, error }
    }
}

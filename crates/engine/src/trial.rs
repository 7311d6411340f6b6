//! One trial: a chain, a target, the checks in their lanes, and the record.

mod claims;
mod end;
mod running;
mod schedule;
mod setup;
mod surroundings;
mod tries;

pub use end::End;
pub(crate) use running::OwnDouble;
pub use running::{Live, Starter};
pub use surroundings::{Surroundings, placeholder_names, second_payee};

use crate::check::Check;
use crate::known::KnownIssues;
use crate::search::Budget;
use crate::select::SelectError;
use crate::target::TargetSpec;
use gauntlet_chain::ChainError;
use gauntlet_probe::{Role, Speaker};
use gauntlet_report::record::{Record, RecordError, Writer};
use gauntlet_report::summary::Summary;
use gauntlet_report::{Event, ExitCode, Profile, RunFinished, RunStarted, TargetInfo, clock, event};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Where the chain comes from.
pub enum ChainSource {
    /// We start one.
    Own {
        /// The binary to start.
        anvil: gauntlet_chain::AnvilBinary,
        /// Folder for what is read out of the binary once.
        cache: PathBuf,
    },
    /// Somebody runs one, as `gauntlet chain up` does.
    Attached {
        /// Its RPC URL: a fault proxy's, or Anvil's own.
        rpc_url: String,
    },
}

/// Everything that a trial needs to know.
pub struct TrialConfig {
    /// What is put on trial.
    pub target: TargetSpec,
    /// Who speaks to the target, when it is not spoken to in x402; see [`crate::dialect::speaker`].
    pub speaker: Option<Arc<Speaker>>,
    /// The facilitator behind a server on trial; without meaning for other roles.
    pub facilitator: TargetSpec,
    /// The manifest of the client that buys in the flows, for the record; the checks have it already.
    pub client: Option<PathBuf>,
    /// Where our facilitator listens, for a server that runs already and was pointed there; otherwise the system chooses.
    pub facilitator_port: Option<u16>,
    /// The network of the chain.
    pub network: &'static gauntlet_chain::Profile,
    /// Where the chain comes from.
    pub chain: ChainSource,
    /// Which violations fail.
    pub profile: Profile,
    /// Seed of accounts and nonces.
    pub seed: u64,
    /// How many checks run beside one another.
    pub jobs: usize,
    /// The longest wait for one answer.
    pub timeout: Duration,
    /// How much the checks that search may search.
    pub budget: Budget,
    /// The checks to run, already selected.
    pub checks: Vec<Check>,
    /// The run's folder; it must not hold a run yet.
    pub folder: PathBuf,
    /// Id of the run.
    pub run: String,
    /// Expected failures.
    pub known: KnownIssues,
    /// Time from which windows are counted, for a replay; otherwise each check's own start. Unix seconds.
    pub now: Option<u64>,
    /// Another set of accounts for the same seed, where the chain remembers the old ones.
    pub salt: String,
    /// The nginx that the ladder of sizes is climbed through as well; none: without one.
    pub nginx: Option<PathBuf>,
    /// The command line, for the record.
    pub command: Vec<String>,
    /// A second sink for the record's lines.
    pub tee: Option<Box<dyn std::io::Write + Send>>,
}

/// Who watches a trial.
pub trait Watcher: Send + Sync {
    /// A step of the set-up, as a sentence.
    fn step(&self, text: &str);
    /// The checks begin.
    fn begin(&self, checks: usize);
    /// A check began.
    fn started(&self, check: &str);
    /// A check ended.
    fn finished(&self, report: &gauntlet_report::CheckReport);
}

/// A watcher who does not look.
pub struct Nobody;

impl Watcher for Nobody {
    fn step(&self, _: &str) {}
    fn begin(&self, _: usize) {}
    fn started(&self, _: &str) {}
    fn finished(&self, _: &gauntlet_report::CheckReport) {}
}

/// Why a trial could not be held, or its record not be written.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// A selection that matches nothing.
    #[error(transparent)]
    Select(#[from] SelectError),
    /// The chain could not be had.
    #[error("the chain: {0}")]
    Chain(#[from] ChainError),
    /// The record could not be written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The fault proxy or the client could not be had.
    #[error(transparent)]
    Probe(#[from] gauntlet_probe::ProbeError),
    /// A file of the run could not be written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// Something that must not happen.
    #[error("{0}")]
    Internal(String),
}

/// A trial that was held.
pub struct Held {
    /// What happened.
    pub record: Record,
    /// What it amounts to.
    pub summary: Summary,
}

/// A trial.
pub struct Trial;

impl Trial {
    /// Holds a trial. `interrupt` turns true when the user wants to stop: what has been found by then is reported.
    ///
    /// # Errors
    /// [`TrialError`] when there is nothing to report: no chain, no place for the record.
    pub async fn hold(
        mut config: TrialConfig,
        watcher: Arc<dyn Watcher>,
        interrupt: watch::Receiver<bool>,
    ) -> Result<Held, TrialError> {
        let mut writer = Writer::create(&config.folder)?;
        if let Some(tee) = config.tee.take() {
            writer = writer.tee(tee);
        }
        let writer = Arc::new(writer);
        let mut interrupt_setup = interrupt.clone();
        let stage = tokio::select! {
            stage = setup::stage(&config, watcher.as_ref()) => stage?,
            _ = interrupt_setup.wait_for(|stop| *stop) => setup::Stage::interrupted(),
        };
        let started = head(&config, &stage);
        writer.write(&Event::RunStarted(Box::new(started)))?;
        let finished = match stage.target {
            Err(reason) => RunFinished {
                ended_ms: clock::unix_millis(),
                interrupted: stage.interrupted,
                inconclusive: (!stage.interrupted).then_some(reason),
                harness_error: None,
                stale: Vec::new(),
                exit: 0,
                notes: Vec::new(),
                deaths: Vec::new(),
            },
            Ok(target) => {
                schedule::run(&config, stage.parts, target, Arc::clone(&writer), watcher, interrupt).await?
            }
        };
        close(&config, &writer, finished)
    }
}

/// Settles the exit code, writes the foot of the record and reads it all back, so that what is reported is what was
/// recorded.
fn close(config: &TrialConfig, writer: &Writer, mut finished: RunFinished) -> Result<Held, TrialError> {
    let mut record = Record::read(&config.folder)?;
    finished.stale = config.known.stale(&record.checks, &clock::today());
    record.take(Event::RunFinished(Box::new(finished.clone())));
    finished.exit = Summary::of(&record).exit.number();
    writer.write(&Event::RunFinished(Box::new(finished.clone())))?;
    record.take(Event::RunFinished(Box::new(finished)));
    let summary = Summary::of(&record);
    Ok(Held { record, summary })
}

fn head(config: &TrialConfig, stage: &setup::Stage) -> RunStarted {
    RunStarted {
        schema: event::SCHEMA,
        run: config.run.clone(),
        gauntlet: env!("CARGO_PKG_VERSION").into(),
        started_ms: stage.began_ms,
        seed: config.seed,
        target: TargetInfo {
            name: config.target.name(),
            role: config.target.role().to_string(),
            url: stage.target.as_ref().map(|(live, _)| live.url.clone()).unwrap_or_default(),
            version: match &config.target {
                TargetSpec::Manifest(manifest, _) => manifest.version.clone(),
                _ => None,
            },
            spec: config.target.spec(),
            command: match &config.target {
                TargetSpec::Command { command, .. } => command.clone(),
                _ => Vec::new(),
            },
            routes: config.target.routes(),
            dialect: config.speaker.as_ref().map(|speaker| speaker.dialect.name.clone()),
            client: config.client.as_ref().map(|path| path.display().to_string()),
            facilitator: (config.target.role() == Role::Server).then(|| config.facilitator.spec()),
            rpc_url: match &config.chain {
                ChainSource::Attached { rpc_url } => Some(rpc_url.clone()),
                ChainSource::Own { .. } => None,
            },
        },
        network: config.network.name.into(),
        chain_id: config.network.network.chain_id,
        anvil: stage.anvil.clone(),
        profile: config.profile,
        set: crate::SET.into(),
        selected: config.checks.len(),
        command: config.command.clone(),
    }
}

/// The exit code of a trial that could not be held.
#[must_use]
pub fn exit_of(error: &TrialError) -> ExitCode {
    match error {
        TrialError::Select(SelectError::Nothing { .. }) => ExitCode::NothingRan,
        TrialError::Select(SelectError::Glob { .. }) | TrialError::Record(RecordError::Exists(_)) => {
            ExitCode::Usage
        }
        _ => ExitCode::Harness,
    }
}

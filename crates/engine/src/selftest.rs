//! The trial of the trial: every mutant must be caught, every check must catch one, the double itself must pass.

use crate::check::Check;
use crate::known::KnownIssues;
use crate::select::globs;
use crate::target::TargetSpec;
use crate::trial::{ChainSource, Nobody, Trial, TrialConfig, TrialError};
use futures::stream::{self, StreamExt};
use gauntlet_doubles::mutants::{MUTANTS, Mutant};
use gauntlet_report::{CheckReport, Outcome, Profile};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// What the matrix is made with.
pub struct SelfTest {
    /// The network of the chains.
    pub network: &'static gauntlet_chain::Profile,
    /// The binary to start.
    pub anvil: gauntlet_chain::AnvilBinary,
    /// Folder for what is read out of the binary once.
    pub cache: PathBuf,
    /// Seed of all runs.
    pub seed: u64,
    /// How many mutants are tried beside one another, each with a chain of its own.
    pub jobs: usize,
    /// Folder for the runs.
    pub folder: PathBuf,
    /// The mutants to try.
    pub mutants: Vec<&'static Mutant>,
    /// The checks to try them with.
    pub checks: Vec<Check>,
}

/// What became of one mutant.
#[derive(Debug, Clone, Serialize)]
pub struct Killed {
    /// Its name.
    pub mutant: String,
    /// Its fault as a sentence.
    pub title: String,
    /// The checks that caught it.
    pub killed_by: Vec<String>,
    /// The checks that caught it although its fault does not concern them.
    pub strays: Vec<String>,
    /// Harness errors on the way, which make everything else doubtful.
    pub harness_errors: Vec<String>,
    /// How long its trial took, milliseconds.
    pub took_ms: u64,
}

/// The kill matrix.
#[derive(Debug, Clone, Serialize)]
pub struct Matrix {
    /// Each mutant and what caught it.
    pub mutants: Vec<Killed>,
    /// Checks that the double itself does not pass, with the outcome.
    pub double_fails: Vec<String>,
    /// Mutants that nothing caught.
    pub survivors: Vec<String>,
    /// Checks that caught no mutant.
    pub idle_checks: Vec<String>,
    /// Number of checks.
    pub checks: usize,
}

impl Matrix {
    /// Whether the suite may be trusted.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.double_fails.is_empty()
            && self.survivors.is_empty()
            && self.idle_checks.is_empty()
            && self.mutants.iter().all(|killed| killed.strays.is_empty() && killed.harness_errors.is_empty())
    }
}

/// Makes the matrix. `tell` hears of each trial as it ends.
///
/// # Errors
/// [`TrialError`] when a trial cannot be held at all.
pub async fn matrix(test: SelfTest, tell: &(dyn Fn(&str) + Sync)) -> Result<Matrix, TrialError> {
    let double = hold(&test, None).await?;
    tell(&format!("double:facilitator  {} checks", double.len()));
    let double_fails = double
        .iter()
        .filter(|report| report.outcome != Outcome::Pass)
        .map(|report| format!("{} ({})", report.check, report.outcome))
        .collect();

    let trials = test.mutants.iter().map(|mutant| {
        let test = &test;
        async move {
            let began = std::time::Instant::now();
            let killed = kills(mutant, &hold(test, Some(mutant)).await?, began.elapsed())?;
            tell(&format!("{}  caught by {} checks", killed.mutant, killed.killed_by.len()));
            Ok::<_, TrialError>(killed)
        }
    });
    let mut mutants = Vec::new();
    let mut running = stream::iter(trials).buffer_unordered(test.jobs.max(1));
    while let Some(killed) = running.next().await {
        mutants.push(killed?);
    }
    drop(running);
    let place = |killed: &Killed| test.mutants.iter().position(|mutant| mutant.name == killed.mutant);
    mutants.sort_by_key(place);

    let mut catches: BTreeMap<&str, usize> = test.checks.iter().map(|check| (check.id.as_str(), 0)).collect();
    for check in mutants.iter().flat_map(|killed| &killed.killed_by) {
        if let Some(count) = catches.get_mut(check.as_str()) {
            *count += 1;
        }
    }
    Ok(Matrix {
        double_fails,
        survivors: mutants
            .iter()
            .filter(|killed| killed.killed_by.is_empty())
            .map(|killed| killed.mutant.clone())
            .collect(),
        idle_checks: catches
            .iter()
            .filter(|(_, count)| **count == 0)
            .map(|(check, _)| (*check).to_owned())
            .collect(),
        checks: test.checks.len(),
        mutants,
    })
}

/// All mutants.
#[must_use]
pub fn all_mutants() -> Vec<&'static Mutant> {
    MUTANTS.iter().collect()
}

fn kills(mutant: &'static Mutant, reports: &[CheckReport], took: Duration) -> Result<Killed, TrialError> {
    let concerned = globs(mutant.concerns)?;
    // A check that was never scored because the control failed has caught nothing by itself.
    let scored = |report: &&CheckReport| {
        !report.reason.as_deref().is_some_and(|r| r.starts_with("not scored") || r.starts_with("not tried"))
    };
    let caught = |report: &&CheckReport| {
        matches!(report.outcome, Outcome::Fail | Outcome::Warn | Outcome::Inconclusive)
    };
    let killed_by: Vec<String> =
        reports.iter().filter(caught).filter(scored).map(|report| report.check.clone()).collect();
    Ok(Killed {
        mutant: mutant.name.into(),
        title: mutant.title.into(),
        strays: killed_by.iter().filter(|check| !concerned.is_match(check)).cloned().collect(),
        killed_by,
        harness_errors: reports
            .iter()
            .filter(|report| report.outcome == Outcome::HarnessError)
            .map(|report| format!("{}: {}", report.check, report.reason.as_deref().unwrap_or_default()))
            .collect(),
        took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
    })
}

async fn hold(test: &SelfTest, mutant: Option<&'static Mutant>) -> Result<Vec<CheckReport>, TrialError> {
    let name = mutant.map_or("double", |mutant| mutant.name);
    let (_keep, interrupt) = watch::channel(false);
    let held = Trial::hold(
        TrialConfig {
            target: TargetSpec::Double(mutant),
            network: test.network,
            chain: ChainSource::Own { anvil: test.anvil.clone(), cache: test.cache.clone() },
            profile: Profile::Strict,
            seed: test.seed,
            jobs: 8,
            timeout: Duration::from_secs(10),
            checks: test.checks.clone(),
            folder: test.folder.join(name),
            run: name.into(),
            known: KnownIssues::default(),
            now: None,
            salt: String::new(),
            command: Vec::new(),
            tee: None,
        },
        Arc::new(Nobody),
        interrupt,
    )
    .await?;
    if let Some(reason) = held.record.finished.as_ref().and_then(|finished| finished.inconclusive.as_ref())
        && held.record.checks.is_empty()
    {
        return Err(TrialError::Internal(format!("the trial of {name} did not begin: {reason}")));
    }
    Ok(held.record.checks)
}

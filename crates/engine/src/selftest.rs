//! The trial of the trial: every mutant must be caught, every check must catch one, the double itself must pass.

mod earlier;

use crate::check::{Check, Lane};
use crate::dialect::dialect_of;
use crate::known::KnownIssues;
use crate::search::Budget;
use crate::select::globs;
use crate::target::{Double, TargetSpec};
use crate::trial::{ChainSource, Nobody, Trial, TrialConfig, TrialError};
use futures::stream::{self, StreamExt};
use gauntlet_doubles::mutant::Layer;
use gauntlet_doubles::{client, facilitator, server};
use gauntlet_probe::{Manifest, Role};
use gauntlet_report::{CheckReport, Outcome, Profile};
use gauntlet_wire::Version;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
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
    /// Cases of a search for the mutants that only a search finds, and for the double.
    pub cases: u64,
    /// How many mutants are tried beside one another, each with a chain of its own.
    pub jobs: usize,
    /// Folder for the runs.
    pub folder: PathBuf,
    /// Whether whole runs that stand there already, of the same version, seed and checks, count as held.
    pub resume: bool,
    /// The mutants to try.
    pub mutants: Vec<Double>,
    /// The checks of each role to try them with.
    pub checks: BTreeMap<Role, Vec<Check>>,
    /// How our client is started, with a fault by its name or without one; an error is a sentence.
    pub client: fn(Option<&str>) -> Result<Manifest, String>,
}

/// What became of one mutant.
#[derive(Debug, Clone, Serialize)]
pub struct Killed {
    /// Its name.
    pub mutant: String,
    /// How it is named as a target.
    pub target: String,
    /// Its fault as a sentence.
    pub title: String,
    /// What has to find it: `scripted` checks, or the `search`.
    pub layer: &'static str,
    /// The checks that caught it.
    pub killed_by: Vec<String>,
    /// The checks that caught it although its fault does not concern them.
    pub strays: Vec<Stray>,
    /// The same, where it did not happen again with the machine to itself.
    pub flickers: Vec<Stray>,
    /// Harness errors on the way, which make everything else doubtful.
    pub harness_errors: Vec<String>,
    /// How long its trial took, milliseconds.
    pub took_ms: u64,
}

/// A check that did not pass although the fault does not concern it.
#[derive(Debug, Clone, Serialize)]
pub struct Stray {
    /// The check.
    pub check: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, in a line.
    pub why: String,
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
    /// Number of checks of which is asked whether they catch one.
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
    let mut double_fails = Vec::new();
    for (role, dialect) in conforming_doubles(&test) {
        let double = conforming(role);
        let checks = in_dialect(test.checks.get(&role).cloned().unwrap_or_default(), dialect);
        let reports = try_out(&test, Tried { double, dialect, suffix: "" }, checks).await?;
        let spoken = dialect.map(|dialect| format!(" in {dialect}")).unwrap_or_default();
        tell(&format!("{}{spoken}  {} checks", double.spec(), reports.len()));
        let not_passed = |report: &CheckReport| report.outcome != Outcome::Pass;
        let mut fails: Vec<CheckReport> = reports.into_iter().filter(not_passed).collect();
        if !fails.is_empty() {
            let names: Vec<&str> = fails.iter().map(|report| report.check.as_str()).collect();
            tell(&format!("{}{spoken}  once more: {}", double.spec(), names.join(", ")));
            let checks = in_dialect(test.checks.get(&role).cloned().unwrap_or_default(), dialect);
            let again = try_out(&test, Tried { double, dialect, suffix: "-again" }, checks).await?;
            let still: BTreeSet<&str> = again
                .iter()
                .filter(|report| not_passed(report))
                .map(|report| report.check.as_str())
                .collect();
            // What happens once and not again is no property of the double: Anvil answers from an old state now and then.
            fails.retain(|report| still.contains(report.check.as_str()));
        }
        let told =
            |report: &CheckReport| format!("{}{spoken} ({}: {})", report.check, report.outcome, why(report));
        double_fails.extend(fails.iter().map(told));
    }

    let trials = test.mutants.iter().map(|mutant| {
        let test = &test;
        async move {
            let began = std::time::Instant::now();
            let reports = try_out(test, Tried::mutant(*mutant, ""), checks_for(test, *mutant)?).await?;
            let killed = kills(*mutant, &reports, began.elapsed())?;
            tell(&format!("{}  caught by {} checks", killed.target, killed.killed_by.len()));
            Ok::<_, TrialError>(killed)
        }
    });
    let mut mutants = Vec::new();
    let mut running = stream::iter(trials).buffer_unordered(test.jobs.max(1));
    while let Some(killed) = running.next().await {
        mutants.push(killed?);
    }
    drop(running);
    let place = |killed: &Killed| test.mutants.iter().position(|mutant| mutant.spec() == killed.target);
    mutants.sort_by_key(place);
    for killed in &mut mutants {
        settle_strays(&test, killed, tell).await?;
    }

    let all = test.checks.values().flatten();
    let mut catches: BTreeMap<&str, usize> = all.map(|check| (check.id.as_str(), 0)).collect();
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
        checks: catches.len(),
        mutants,
    })
}

/// A check that does not pass although the fault does not concern it may only show that the machine was busy with the
/// other mutants. It is tried once more with the machine to itself: what it says again stands, what it does not say
/// again is told as a flicker. A mutant that nothing has caught is tried once more as well.
async fn settle_strays(
    test: &SelfTest,
    killed: &mut Killed,
    tell: &(dyn Fn(&str) + Sync),
) -> Result<(), TrialError> {
    let Some(mutant) = test.mutants.iter().find(|mutant| mutant.spec() == killed.target) else {
        return Ok(());
    };
    let failed_us =
        killed.harness_errors.iter().filter_map(|error| error.split_once(": ")).map(|(check, _)| check);
    let doubtful: BTreeSet<String> =
        killed.strays.iter().map(|stray| stray.check.as_str()).chain(failed_us).map(str::to_owned).collect();
    if doubtful.is_empty() && !killed.killed_by.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = doubtful.iter().map(String::as_str).collect();
    let why = if names.is_empty() { "nothing caught it".into() } else { names.join(", ") };
    tell(&format!("{}  once more, alone: {why}", killed.target));
    // The whole trial, since some checks judge what the others have seen.
    let reports = try_out(test, Tried::mutant(*mutant, "-again"), checks_for(test, *mutant)?).await?;
    let again = kills(*mutant, &reports, Duration::ZERO)?;
    let confirmed = |check: &str| again.killed_by.iter().any(|other| other == check);
    let (strays, flickers) =
        std::mem::take(&mut killed.strays).into_iter().partition(|stray| confirmed(&stray.check));
    killed.strays = strays;
    killed.flickers = flickers;
    killed.killed_by.retain(|check| !doubtful.contains(check) || confirmed(check));
    // What ended the first trial too early has kept others from catching it.
    let more = again.killed_by.iter().filter(|check| !killed.killed_by.contains(check));
    killed.killed_by.extend(more.cloned().collect::<Vec<_>>());
    killed.strays.extend(again.strays.into_iter().filter(|stray| !doubtful.contains(&stray.check)));
    killed.harness_errors = again.harness_errors;
    Ok(())
}

/// A double that is tried, and in which dialect.
#[derive(Clone, Copy)]
struct Tried<'a> {
    double: Double,
    dialect: Option<&'static str>,
    /// Tells the folders of several tries apart.
    suffix: &'a str,
}

impl<'a> Tried<'a> {
    fn mutant(mutant: Double, suffix: &'a str) -> Self {
        Self { double: mutant, dialect: dialect_of(mutant), suffix }
    }
}

/// The network of a dialect, where it has one: B402 is of BNB Chain, whose tokens have other names than symbols.
fn network_of(dialect: Option<&str>) -> Option<&'static gauntlet_chain::Profile> {
    let is_b402 = dialect.is_some_and(|dialect| dialect.starts_with("b402"));
    is_b402.then(|| gauntlet_chain::Profile::by_name("bsc").ok()).flatten()
}

/// The doubles without a fault that must pass: one for each role, and one for each dialect of the mutants.
fn conforming_doubles(test: &SelfTest) -> Vec<(Role, Option<&'static str>)> {
    // A client without a dialect has nothing to pass.
    let roles = test.checks.keys().filter(|role| dialect_of(conforming(**role)).is_none());
    let mut doubles: Vec<_> = roles.map(|role| (*role, None)).collect();
    let mutants = test.mutants.iter();
    let dialects: BTreeSet<_> =
        mutants.filter_map(|mutant| Some((mutant.role(), Some(dialect_of(*mutant)?)))).collect();
    doubles.extend(dialects);
    doubles
}

/// Whether a dialect has a version; the foundation's x402 has both.
fn has(dialect: &str, version: Option<Version>) -> bool {
    let versions = gauntlet_probe::dialect::built_in(dialect).and_then(|dialect| dialect.versions);
    versions.is_none_or(|versions| version.is_none_or(|version| versions.contains(&version)))
}

/// The checks for a double of a dialect: what only x402 can show is tried in x402.
fn in_dialect(mut checks: Vec<Check>, dialect: Option<&'static str>) -> Vec<Check> {
    let only_there = |check: &Check| !crate::dialect::is_about(&check.id, None);
    match dialect {
        None => checks.retain(|check| !only_there(check)),
        Some(name) => checks.retain(|check| {
            // Kinds, and so the offers of servers, are those of version 2.
            let of_server = check.id.starts_with("server.") && check.version == Some(Version::V1);
            (check.lane == Lane::Control && has(name, check.version) && !of_server)
                || (only_there(check) && crate::dialect::is_about(&check.id, dialect))
        }),
    }
    checks
}

/// The double of a role without a fault.
#[must_use]
pub fn conforming(role: Role) -> Double {
    match role {
        Role::Server => Double::Server(None),
        Role::Facilitator => Double::Facilitator(None),
        Role::Client => Double::Client(None),
    }
}

/// How long an answer is waited for. A facilitator's mutants include many that never answer; a server waits for its
/// facilitator before it gives up, and must be waited for longer than that.
fn patience(role: Role) -> Duration {
    match role {
        Role::Server => Duration::from_secs(20),
        Role::Facilitator | Role::Client => Duration::from_secs(10),
    }
}

/// Every scripted check, and of the searches those that the fault concerns: any other would only take its time.
fn checks_for(test: &SelfTest, mutant: Double) -> Result<Vec<Check>, TrialError> {
    let concerned = globs(mutant.concerns())?;
    let searched = mutant.layer() == Layer::Search;
    let mut checks = test.checks.get(&mutant.role()).cloned().unwrap_or_default();
    checks.retain(|check| check.lane != Lane::Search || (searched && concerned.is_match(&check.id)));
    Ok(in_dialect(checks, dialect_of(mutant)))
}

/// Holds the scripted checks and, with a target of their own, the searches: what scripted checks have left in a target's
/// memory must not help a search to find a fault.
async fn try_out(
    test: &SelfTest,
    tried: Tried<'_>,
    checks: Vec<Check>,
) -> Result<Vec<CheckReport>, TrialError> {
    let controls: Vec<Check> = checks.iter().filter(|check| check.lane == Lane::Control).cloned().collect();
    let (searches, scripted): (Vec<Check>, Vec<Check>) =
        checks.into_iter().partition(|check| check.lane == Lane::Search);
    let mut reports = hold(test, tried, scripted).await?;
    if !searches.is_empty() {
        let known: BTreeSet<String> = reports.iter().map(|report| report.check.clone()).collect();
        let checks = controls.into_iter().chain(searches).collect();
        let searched =
            hold(test, Tried { suffix: &format!("-search{}", tried.suffix), ..tried }, checks).await?;
        reports.extend(searched.into_iter().filter(|report| !known.contains(&report.check)));
    }
    Ok(reports)
}

/// All mutants of all roles.
#[must_use]
pub fn all_mutants() -> Vec<Double> {
    let facilitators = facilitator::mutants::MUTANTS.iter().map(|mutant| Double::Facilitator(Some(mutant)));
    let servers = server::mutants::MUTANTS.iter().map(|mutant| Double::Server(Some(mutant)));
    let clients = client::mutants::MUTANTS.iter().map(|mutant| Double::Client(Some(mutant)));
    facilitators.chain(servers).chain(clients).collect()
}

fn why(report: &CheckReport) -> String {
    let finding = report.findings.first().map(|finding| format!("{}: {}", finding.kind, finding.got));
    report.reason.clone().or(finding).unwrap_or_default()
}

fn kills(mutant: Double, reports: &[CheckReport], took: Duration) -> Result<Killed, TrialError> {
    let concerned = globs(mutant.concerns())?;
    // A check that was never scored because the control failed has caught nothing by itself.
    let scored = |report: &&CheckReport| {
        !report.reason.as_deref().is_some_and(|r| r.starts_with("not scored") || r.starts_with("not tried"))
    };
    let caught = |report: &&CheckReport| {
        matches!(report.outcome, Outcome::Fail | Outcome::Warn | Outcome::Inconclusive)
    };
    let catching = || reports.iter().filter(caught).filter(scored);
    let stray = |report: &CheckReport| Stray {
        check: report.check.clone(),
        outcome: report.outcome,
        why: why(report),
    };
    Ok(Killed {
        mutant: mutant.mutant().unwrap_or_default().into(),
        target: mutant.spec(),
        title: mutant.title().into(),
        layer: mutant.layer().as_str(),
        strays: catching().filter(|report| !concerned.is_match(&report.check)).map(stray).collect(),
        flickers: Vec::new(),
        killed_by: catching().map(|report| report.check.clone()).collect(),
        harness_errors: reports
            .iter()
            .filter(|report| report.outcome == Outcome::HarnessError)
            .map(|report| format!("{}: {}", report.check, report.reason.as_deref().unwrap_or_default()))
            .collect(),
        took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
    })
}

async fn hold(test: &SelfTest, tried: Tried<'_>, checks: Vec<Check>) -> Result<Vec<CheckReport>, TrialError> {
    let Tried { double, dialect, suffix } = tried;
    let spoken = dialect.map(|dialect| format!("-{dialect}")).unwrap_or_default();
    let name = format!("{}-{}{spoken}{suffix}", double.role(), double.mutant().unwrap_or("double"));
    // A client is not tried by itself: it buys from a server.
    let (seller, buyer, checks) = match double {
        Double::Client(mutant) => {
            let buyer = Arc::new((test.client)(mutant.map(|it| it.name)).map_err(TrialError::Internal)?);
            let mut bought = crate::client::checks(Some(&buyer));
            bought.retain(|check| checks.iter().any(|other| other.id == check.id));
            (Double::Server(None), Some(double.spec().into()), bought)
        }
        Double::Facilitator(_) | Double::Server(_) => (double, None, checks),
    };
    let folder = test.folder.join(&name);
    if test.resume
        && let Some(reports) = earlier::reports(&folder, test.seed, &checks)?
    {
        return Ok(reports);
    }
    let target = TargetSpec::Double(seller);
    let speaker = crate::dialect::speaker(&target, dialect, |_| None).map_err(TrialError::Internal)?;
    let (_keep, interrupt) = watch::channel(false);
    let held = Trial::hold(
        TrialConfig {
            target,
            speaker,
            facilitator: TargetSpec::Double(Double::Facilitator(None)),
            client: buyer,
            facilitator_port: None,
            network: network_of(dialect).unwrap_or(test.network),
            chain: ChainSource::Own { anvil: test.anvil.clone(), cache: test.cache.clone() },
            profile: Profile::Strict,
            seed: test.seed,
            jobs: 8,
            budget: Budget { cases: test.cases, max_time: None, first_only: true },
            timeout: patience(double.role()),
            checks,
            folder,
            run: name.clone(),
            known: KnownIssues::default(),
            now: None,
            salt: String::new(),
            nginx: None,
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

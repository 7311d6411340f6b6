//! The order of a trial: control, then checks beside one another, then those that need the world for themselves,
//! then those that judge what all the others have seen.

use super::running::{Live, LiveKind};
use super::setup::Parts;
use super::{ChainSource, TrialConfig, TrialError, Watcher};
use crate::check::{Check, Lane, Need, Stop};
use crate::cx::{Collected, Cx};
use crate::history::Endpoint;
use crate::history::History;
use crate::world::{Claims, State, World};
use futures::stream::{self, StreamExt};
use gauntlet_probe::{Client, ClientConfig, Request, curl_line};
use gauntlet_report::record::Writer;
use gauntlet_report::{CheckEvent, CheckReport, Event, Finding, Outcome, RunFinished, clock};
use gauntlet_wire::{Address, SupportedAnswer, Version};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Instant;
use tokio::sync::watch;

/// Runs the checks and says how the run ended.
pub(super) async fn run(
    config: &TrialConfig,
    parts: Option<Parts>,
    mut live: Live,
    record: Arc<Writer>,
    watcher: Arc<dyn Watcher>,
    mut interrupt: watch::Receiver<bool>,
) -> Result<RunFinished, TrialError> {
    let Some(Parts { chain, proxy, own_proxy, guard, target_rpc }) = parts else {
        return Err(TrialError::Internal("a target without a chain".into()));
    };
    let client = Client::new(&live.url, ClientConfig { timeout: config.timeout, ..ClientConfig::default() })?;
    let start_block = chain.block_number().await?;
    let mut finished = RunFinished {
        ended_ms: 0,
        interrupted: false,
        inconclusive: None,
        harness_error: None,
        stale: Vec::new(),
        exit: 0,
        notes: Vec::new(),
    };
    watcher.step(&format!("asking {} what it supports", live.url));
    let facilitator = chain.roles().facilitator.address();
    match claims(config, &client, &live, facilitator).await {
        Err(reason) => finished.inconclusive = Some(reason),
        Ok(claims) => {
            let mining = chain.mining().await?;
            // A chain of `gauntlet chain up` may make blocks by the clock; a trial wants them at once.
            chain.set_automine().await?;
            let world = Arc::new(World {
                chain,
                proxy,
                client,
                record: Arc::clone(&record),
                folder: config.folder.clone(),
                profile: config.profile,
                seed: config.seed,
                salt: config.salt.clone(),
                timeout: config.timeout,
                claims,
                start_block,
                target_rpc,
                history: History::default(),
                settle_lane: tokio::sync::Mutex::default(),
                state: State::default(),
            });
            let schedule = Arc::new(Schedule {
                world: Arc::clone(&world),
                config_now: config.now,
                watcher,
                known: config.known.clone(),
                controls: Mutex::default(),
            });
            let work = schedule.clone().all(config);
            tokio::select! {
                inconclusive = work => finished.inconclusive = inconclusive,
                _ = interrupt.wait_for(|stop| *stop) => finished.interrupted = true,
            }
            // Our own chain ends with the run, and may have ended already when the user stopped it.
            if matches!(config.chain, ChainSource::Attached { .. }) {
                if let Some(proxy) = &world.proxy {
                    proxy.clear().await?;
                }
                world.chain.set_mining(mining).await?;
            }
            if let Some(death) = live.death() {
                finished.notes.push(format!("the target died: {death}"));
            }
        }
    }
    live.stop().await;
    drop(own_proxy);
    drop(guard);
    finished.ended_ms = clock::unix_millis();
    Ok(finished)
}

/// What the target claims, from `/supported` and its manifest.
///
/// # Errors
/// Why nothing can be tried.
async fn claims(
    config: &TrialConfig,
    client: &Client,
    live: &Live,
    facilitator: Address,
) -> Result<Claims, String> {
    let exchange = client.send(Request::get(Endpoint::Supported.path())).await;
    if exchange.status.is_none() {
        let fault = exchange.fault.map(|fault| fault.to_string()).unwrap_or_default();
        return Err(format!(
            "nothing answers at {} ({fault}); start the target, or correct its URL",
            live.url
        ));
    }
    let body = exchange.response.map(|response| response.body).unwrap_or_default();
    let supported = (exchange.status == Some(200)).then(|| SupportedAnswer::read(&body).ok()).flatten();
    let network = config.network.network;
    let signers = supported
        .iter()
        .flat_map(|answer| answer.signers.iter().flatten())
        .flat_map(|(_, accounts)| accounts);
    let mut signers: BTreeSet<Address> = signers.filter_map(|account| account.parse().ok()).collect();
    // A target that names none settles from the account whose key it was given.
    if signers.is_empty() && !matches!(live.kind, LiveKind::Elsewhere) {
        signers.insert(facilitator);
    }
    let offered: Vec<Version> = Version::ALL
        .into_iter()
        .filter(|version| supported.as_ref().is_some_and(|answer| answer.offers(*version, "exact", network)))
        .collect();
    let versions = match (&live.claims, offered.as_slice()) {
        (Some(claimed), _) => claimed.clone(),
        // Nothing legible was said: version 2 is tried, and the control will tell.
        (None, []) => vec![Version::V2],
        (None, _) => offered,
    };
    Ok(Claims { versions, supported, signers })
}

/// A check that goes on after the run was interrupted would keep the chain alive.
struct AbortOnDrop<T>(tokio::task::JoinHandle<T>);

impl<T> std::future::Future for AbortOnDrop<T> {
    type Output = Result<T, tokio::task::JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

struct Schedule {
    world: Arc<World>,
    config_now: Option<u64>,
    watcher: Arc<dyn Watcher>,
    known: crate::KnownIssues,
    /// Why a version is not scored.
    controls: Mutex<BTreeMap<Version, String>>,
}

impl Schedule {
    /// Runs every lane. Answers why the run as a whole is inconclusive, when it is.
    async fn all(self: Arc<Self>, config: &TrialConfig) -> Option<String> {
        self.watcher.begin(config.checks.len());
        let lane = |lane| config.checks.iter().filter(move |check| check.lane == lane).cloned().map(Arc::new);
        for check in lane(Lane::Control) {
            let version = check.version.unwrap_or(Version::V2);
            let outcome = self.clone().one(check).await;
            if let (true, Some(reason)) = (self.world.claims.versions.contains(&version), outcome) {
                self.controls().insert(version, reason);
            }
        }
        stream::iter(lane(Lane::Parallel))
            .for_each_concurrent(config.jobs.max(1), |check| {
                let this = Arc::clone(&self);
                async move {
                    this.one(check).await;
                }
            })
            .await;
        for check in lane(Lane::Exclusive).chain(lane(Lane::Last)) {
            Arc::clone(&self).one(check).await;
        }
        let failed = self.controls();
        let all_failed = !failed.is_empty()
            && self.world.claims.versions.iter().all(|version| failed.contains_key(version));
        all_failed.then(|| failed.values().next().cloned().unwrap_or_default())
    }

    fn controls(&self) -> std::sync::MutexGuard<'_, BTreeMap<Version, String>> {
        self.controls.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Why a check is not run at all.
    fn unfit(&self, check: &Check) -> Option<Stop> {
        let claimed = &self.world.claims.versions;
        if let Some(version) = check.version
            && !claimed.contains(&version)
        {
            return Some(Stop::NotApplicable(format!("the target does not claim {version}")));
        }
        if check.needs.contains(&Need::FaultProxy) && self.world.proxy.is_none() {
            let why = "there is no fault proxy between target and chain; give the target the RPC URL of `gauntlet chain up`";
            return Some(Stop::NotApplicable(why.into()));
        }
        let failed = self.controls();
        let reason = match check.version {
            Some(version) if claimed.contains(&version) => failed.get(&version),
            _ => claimed
                .iter()
                .all(|version| failed.contains_key(version))
                .then(|| failed.values().next())
                .flatten(),
        };
        (check.lane != Lane::Control)
            .then(|| reason.map(|reason| Stop::Inconclusive(format!("not scored: {reason}"))))
            .flatten()
    }

    /// Runs one check and reports it. Answers the reason when it did not pass.
    async fn one(self: Arc<Self>, check: Arc<Check>) -> Option<String> {
        let began = Instant::now();
        let now = self.config_now.unwrap_or_else(clock::unix_seconds);
        self.world.tell(&Event::CheckStarted(CheckEvent { check: check.id.clone(), now }));
        self.watcher.started(&check.id);
        let cx = Cx::new(Arc::clone(&self.world), Arc::clone(&check), now);
        let judged = match self.unfit(&check) {
            Some(stop) => Err(stop),
            None => match AbortOnDrop(tokio::spawn((check.body)(cx.clone()))).await {
                Ok(judged) => judged,
                Err(panic) => Err(Stop::Harness(format!("the check panicked: {}", panic_text(panic)))),
            },
        };
        let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut report = self.report(&check, cx.take(), judged, now, took_ms);
        self.known.mark(&mut report, &clock::today());
        self.world.tell(&Event::CheckFinished(Box::new(report.clone())));
        self.watcher.finished(&report);
        (report.outcome > Outcome::Warn)
            .then(|| report.reason.unwrap_or_else(|| format!("{} failed", check.id)))
    }

    fn report(
        &self,
        check: &Check,
        collected: Collected,
        judged: Result<(), Stop>,
        now: u64,
        took_ms: u64,
    ) -> CheckReport {
        let Collected { mut findings, notes, exchanges } = collected;
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let found = findings.first().map_or(Outcome::Pass, |finding| finding.severity.outcome());
        let (stopped, reason) = match judged {
            Ok(()) => (Outcome::Pass, None),
            Err(Stop::NotApplicable(reason)) => (Outcome::NotApplicable, Some(reason)),
            Err(Stop::Inconclusive(reason)) => (Outcome::Inconclusive, Some(reason)),
            Err(Stop::Harness(reason)) => (Outcome::HarnessError, Some(reason)),
        };
        let outcome = match stopped {
            Outcome::NotApplicable if findings.is_empty() => Outcome::NotApplicable,
            stopped => stopped.max(found),
        };
        let deciding = findings.iter().find_map(|finding| finding.exchange);
        let exchange =
            deciding.map_or_else(|| exchanges.last(), |seq| exchanges.iter().find(|e| e.seq == seq));
        let curl = exchange.filter(|_| outcome > Outcome::Pass).map(|exchange| {
            let file = keep_body(&self.world.folder, exchange.seq, &exchange.request.body);
            curl_line(exchange, file.as_deref())
        });
        CheckReport {
            check: check.id.clone(),
            title: check.title.clone(),
            outcome,
            level: check.level(),
            class: check.class(),
            requirements: check.covers.iter().map(|id| (*id).to_owned()).collect(),
            risk: check.risk.to_owned(),
            findings: most_telling(findings),
            reason,
            notes,
            known: None,
            took_ms,
            case: format!("{}/{}", self.world.folder.display(), check.id),
            curl,
            now,
        }
    }
}

/// At most twenty findings; of the same kind about the same requirement one is as good as a hundred.
fn most_telling(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    for finding in findings {
        let same = |other: &&Finding| other.kind == finding.kind && other.requirement == finding.requirement;
        if kept.len() < 20 && kept.iter().filter(same).count() < 3 {
            kept.push(finding);
        }
    }
    kept
}

/// Puts a request body into a file beside the record, for the curl line.
fn keep_body(folder: &Path, seq: u64, body: &[u8]) -> Option<String> {
    if body.is_empty() {
        return None;
    }
    let bodies = folder.join("bodies");
    std::fs::create_dir_all(&bodies).ok()?;
    let file = bodies.join(format!("{seq:05}.json"));
    std::fs::write(&file, body).ok()?;
    Some(file.display().to_string())
}

fn panic_text(panic: tokio::task::JoinError) -> String {
    match panic.try_into_panic() {
        Ok(payload) => payload
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_else(|| "without a message".into()),
        Err(error) => error.to_string(),
    }
}

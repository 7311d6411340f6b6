//! The order of a trial: control, then checks beside one another, then those that need the world for themselves,
//! then those that judge what all the others have seen.

use super::claims;
use super::running::{Live, Starter};
use super::setup::{Backing, Parts, is_pointed_at_us};
use super::tries::BrokenOff;
use super::{ChainSource, TrialConfig, TrialError, Watcher};
use crate::check::{Check, Lane, Need, Stop};
use crate::cx::Collected;
use crate::history::History;
use crate::lives::tells_of_deaths;
use crate::server::shop::{NO_FACILITATOR, Shop};
use crate::target::TargetSpec;
use crate::world::{Claims, State, World};
use futures::stream::{self, StreamExt};
use gauntlet_probe::{Client, ClientConfig, Role, curl_line};
use gauntlet_report::record::Writer;
use gauntlet_report::{CheckReport, Event, Finding, Outcome, RunFinished, clock};
use gauntlet_wire::Version;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// Runs the checks and says how the run ended.
pub(super) async fn run(
    config: &TrialConfig,
    parts: Option<Parts>,
    (mut live, starter): (Live, Starter),
    record: Arc<Writer>,
    watcher: Arc<dyn Watcher>,
    interrupt: watch::Receiver<bool>,
) -> Result<RunFinished, TrialError> {
    let Some(parts) = parts else {
        return Err(TrialError::Internal("a target without a chain".into()));
    };
    let client = Client::new(&live.url, ClientConfig { timeout: config.timeout, ..ClientConfig::default() })?
        // A server is a dialect's client, and sells in x402.
        .speaking(config.speaker.clone().filter(|_| config.target.role() != Role::Server));
    watcher.step(&format!("asking {} what it offers", live.url));
    let mut finished = RunFinished {
        ended_ms: 0,
        interrupted: false,
        inconclusive: None,
        harness_error: None,
        stale: Vec::new(),
        exit: 0,
        notes: Vec::new(),
        deaths: Vec::new(),
    };
    let facilitator = parts.chain.roles().facilitator.address();
    match claims::of(config, &client, &live, facilitator).await {
        Err(reason) => {
            finished.inconclusive = Some(reason);
            live.stop().await;
        }
        Ok(claims) => {
            let stand = Stand { client, claims, live, starter, parts, record, watcher };
            with_claims(config, stand, interrupt, &mut finished).await?;
        }
    }
    finished.ended_ms = clock::unix_millis();
    Ok(finished)
}

/// Everything that a trial needs, once the target has said what it offers.
struct Stand {
    client: Client,
    claims: Claims,
    live: Live,
    starter: Starter,
    parts: Parts,
    record: Arc<Writer>,
    watcher: Arc<dyn Watcher>,
}

async fn with_claims(
    config: &TrialConfig,
    stand: Stand,
    mut interrupt: watch::Receiver<bool>,
    finished: &mut RunFinished,
) -> Result<(), TrialError> {
    let Stand { client, claims, live, starter, parts, record, watcher } = stand;
    let Parts { chain, proxy, own_proxy, guard, target_rpc, backing } = parts;
    let start_block = chain.block_number().await?;
    let mining = chain.mining().await?;
    // A chain of `gauntlet chain up` may make blocks by the clock; a trial wants them at once.
    chain.set_automine().await?;
    let shop = (config.target.role() == Role::Server).then(|| {
        let pointed = backing.as_ref().filter(|_| is_pointed_at_us(config));
        let is_double = matches!(config.facilitator, TargetSpec::Double(_)) && pointed.is_some();
        let purchases = if is_double { config.jobs } else { 1 };
        Shop::new(live.shop.clone(), pointed.map(|backing| backing.scripted.handle()), starter, purchases)
    });
    let world = Arc::new(World {
        chain,
        proxy,
        client,
        speaker: config.speaker.clone(),
        record,
        folder: config.folder.clone(),
        profile: config.profile,
        seed: config.seed,
        salt: config.salt.clone(),
        timeout: config.timeout,
        heartbeat: claims::heartbeat(config.target.role(), &live),
        claims,
        shop,
        ours: live.is_ours(),
        target: config.target.spec(),
        live: tokio::sync::Mutex::new(live),
        start_block,
        target_rpc,
        history: History::default(),
        settle_lane: tokio::sync::Mutex::default(),
        budget: config.budget,
        nginx: config.nginx.clone(),
        state: State::default(),
    });
    let schedule = Schedule {
        world: Arc::clone(&world),
        config_now: config.now,
        watcher,
        known: config.known.clone(),
        controls: Mutex::default(),
        left: Mutex::default(),
    };
    let work = schedule.all(config);
    tokio::select! {
        inconclusive = work => finished.inconclusive = inconclusive,
        _ = interrupt.wait_for(|stop| *stop) => finished.interrupted = true,
    }
    keep_ledger(&world).await;
    // Our own chain ends with the run, and may have ended already when the user stopped it.
    if matches!(config.chain, ChainSource::Attached { .. }) {
        if let Some(proxy) = &world.proxy {
            proxy.clear().await?;
        }
        world.chain.set_mining(mining).await?;
    }
    finished.notes.extend(world.state.lives.notes());
    finished.deaths = world.state.lives.deaths();
    let mut live = world.live.lock().await;
    if let (Some(end), None) = (live.death(), world.down()) {
        finished.notes.push(world.redact(&format!("the target died: {end}")));
    }
    live.stop().await;
    if let Some(shop) = &world.shop {
        shop.close().await;
    }
    if let Some(Backing { mut live, scripted }) = backing {
        scripted.stop().await;
        live.stop().await;
    }
    drop(own_proxy);
    drop(guard);
    Ok(())
}

/// Writes what the chain says of the run, for `recheck`. An interrupted run may have lost its chain already; then the
/// record goes without, and `recheck` says so.
async fn keep_ledger(world: &World) {
    let read = tokio::time::timeout(world.timeout, world.ledger()).await;
    if let Ok(Ok(ledger)) = read {
        world.tell(&Event::Ledger(Box::new(ledger)));
    }
}

pub(super) struct Schedule {
    pub(super) world: Arc<World>,
    pub(super) config_now: Option<u64>,
    pub(super) watcher: Arc<dyn Watcher>,
    pub(super) known: crate::KnownIssues,
    /// Why a version is not scored.
    controls: Mutex<BTreeMap<Version, String>>,
    /// What is to be tried once more.
    left: Mutex<Vec<(Arc<Check>, BrokenOff)>>,
}

impl Schedule {
    /// Runs every lane. Answers why the run as a whole is inconclusive, when it is.
    async fn all(&self, config: &TrialConfig) -> Option<String> {
        self.watcher.begin(config.checks.len());
        let lane = |lane| config.checks.iter().filter(move |check| check.lane == lane).cloned().map(Arc::new);
        for check in lane(Lane::Control) {
            let version = check.version.unwrap_or(Version::V2);
            let stopped = self.one(check).await;
            if let (true, Some(reason)) = (self.world.claims.versions.contains(&version), stopped) {
                self.world.give_up(version);
                self.controls().insert(version, reason);
            }
        }
        stream::iter(lane(Lane::Unpaid).chain(lane(Lane::Parallel)))
            .for_each_concurrent(config.jobs.max(1), |check| async move {
                if let Err(broken_off) = self.first_try(&check).await {
                    self.left().push((check, broken_off));
                }
            })
            .await;
        // Alone, so that it shows which of them the target dies of.
        let left = std::mem::take(&mut *self.left());
        for (check, broken_off) in left {
            self.second_try(&check, broken_off).await;
        }
        // The books of the run are closed before the search: what it makes up is judged case by case, with what the
        // oracle knows of it.
        for check in lane(Lane::Exclusive).chain(lane(Lane::Last).filter(|check| !tells_of_deaths(&check.id)))
        {
            self.one(check).await;
        }
        self.world.find_the_dead().await;
        for check in self.tellers_of_deaths(config) {
            self.one(check).await;
        }
        for check in lane(Lane::Search) {
            self.one(check).await;
        }
        let failed = self.controls();
        let all_failed = !failed.is_empty()
            && self.world.claims.versions.iter().all(|version| failed.contains_key(version));
        all_failed.then(|| failed.values().next().cloned().unwrap_or_default())
    }

    fn controls(&self) -> std::sync::MutexGuard<'_, BTreeMap<Version, String>> {
        self.controls.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn left(&self) -> std::sync::MutexGuard<'_, Vec<(Arc<Check>, BrokenOff)>> {
        self.left.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The selected checks that tell of deaths. Where none was selected and the target died, one is run all the same: what
    /// died and was started again must not look as if nothing had happened.
    fn tellers_of_deaths(&self, config: &TrialConfig) -> Vec<Arc<Check>> {
        let selected: Vec<_> =
            config.checks.iter().filter(|check| tells_of_deaths(&check.id)).cloned().map(Arc::new).collect();
        if !selected.is_empty() || !self.world.state.lives.has_untold() {
            return selected;
        }
        let all = crate::checks_of(config.target.role()).into_iter();
        let fits = |check: &Check| !matches!(self.unfit(check), Some(Stop::NotApplicable(_)));
        all.filter(|check| tells_of_deaths(&check.id)).find(fits).map(Arc::new).into_iter().collect()
    }

    /// Why a check is not run at all.
    pub(super) fn unfit(&self, check: &Check) -> Option<Stop> {
        let claimed = &self.world.claims.versions;
        if let Some(version) = check.version
            && !claimed.contains(&version)
        {
            return Some(Stop::NotApplicable(format!("the target does not claim {version}")));
        }
        if let Some(why) = self.world.not_in_dialect(&check.id) {
            return Some(Stop::NotApplicable(why));
        }
        if let Some(missing) = check.needs.iter().find_map(|need| self.missing(*need)) {
            return Some(Stop::NotApplicable(missing));
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
        (!matches!(check.lane, Lane::Control | Lane::Unpaid))
            .then(|| reason.map(|reason| Stop::Inconclusive(format!("not scored: {reason}"))))
            .flatten()
    }

    /// What a check needs and this run has not, as a sentence.
    fn missing(&self, need: Need) -> Option<String> {
        let shop = self.world.shop.as_ref();
        match need {
            Need::FaultProxy => self.world.proxy.is_none().then(|| {
                "there is no fault proxy between target and chain; give the target the RPC URL of `gauntlet chain up`"
                    .into()
            }),
            Need::ScriptedFacilitator => {
                shop.is_some_and(|shop| shop.facilitator.is_none()).then(|| NO_FACILITATOR.into())
            }
            Need::Restart => {
                (!self.world.ours).then(|| "the target runs already, and cannot be started again".into())
            }
            Need::Route(name) => shop.is_some_and(|shop| !shop.routes.contains_key(name)).then(|| {
                format!("the server has no route called {name}; name it under [server.routes], or with --route {name}=/path")
            }),
        }
    }

    pub(super) fn report(
        &self,
        check: &Check,
        collected: Collected,
        judged: Result<(), Stop>,
        now: u64,
        took_ms: u64,
    ) -> CheckReport {
        let Collected { mut findings, notes, exchanges, sizes } = collected;
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
            sizes,
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

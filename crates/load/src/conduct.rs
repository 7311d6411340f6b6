//! A run from its begin to its end: the load goes on in a process of its own, the chain is followed here, and answers and
//! blocks meet in the books.

use crate::books::{Books, Closed, Price, Shown};
use crate::config::{ChainFrom, LoadConfig, LoadError, Progress, Watcher};
use crate::control::{Learnt, Trouble, pay_once};
use crate::crew::Crew;
use crate::job::{Answer, Job, Order, Payments, Word};
use crate::prepare::{self, Stand};
use crate::result::{ChainReport, GeneratorReport, Judge, LoadReport, Machine, Ruled, SCHEMA, Target};
use crate::tally::Tally;
use crate::verdict::{Evidence, Verdict};
use crate::vitals::Watch;
use crate::worker::nonces_of;
use gauntlet_chain::{Chain, Follower};
use gauntlet_engine::TargetSpec;
use gauntlet_mint::Nonces;
use gauntlet_probe::Role;
use gauntlet_report::clock;
use gauntlet_wire::B256;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep};

/// The file with every answer that the books need, in a run's folder.
pub const ANSWERS: &str = "answers.ndjson";
/// The report, in a run's folder.
pub const REPORT: &str = "load.json";

/// How often the chain is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// How often it is looked whether Anvil has left something in its pool.
const NUDGED_EVERY: Duration = Duration::from_millis(500);
/// How long it may take until the users stand ready.
const READY_WITHIN: Duration = Duration::from_secs(120);
/// From the moment at which the users stand ready to the begin, unless one was agreed on, ms.
const HEAD_START_MS: u64 = 300;
/// How many transactions that answers name are looked up.
const LOOKED_UP: usize = 10_000;

/// Holds a run. `interrupt` turns true when the user wants to stop: what came by then is reported.
///
/// # Errors
/// [`LoadError`] when there is nothing to report.
pub async fn hold(
    config: &LoadConfig,
    watcher: &dyn Watcher,
    mut interrupt: watch::Receiver<bool>,
) -> Result<LoadReport, LoadError> {
    std::fs::create_dir_all(&config.folder).map_err(LoadError::file(&config.folder))?;
    if config.folder.join(REPORT).exists() {
        return Err(LoadError::Exists(config.folder.clone()));
    }
    let mut stand = tokio::select! {
        stand = Stand::set_up(config, watcher) => stand?,
        _ = interrupt.wait_for(|stop| *stop) => return Ok(empty(config, None, Verdict::interrupted())),
    };
    let report = under_load(config, &mut stand, watcher, interrupt).await;
    stand.stop().await;
    let report = report?;
    let path = config.folder.join(REPORT);
    let text = serde_json::to_string_pretty(&report).map_err(|error| LoadError::Worker(error.to_string()))?;
    std::fs::write(&path, text + "\n").map_err(LoadError::file(&path))?;
    Ok(report)
}

async fn under_load(
    config: &LoadConfig,
    stand: &mut Stand,
    watcher: &dyn Watcher,
    mut interrupt: watch::Receiver<bool>,
) -> Result<LoadReport, LoadError> {
    let live = match &stand.target {
        Ok(live) => live,
        Err(reason) => return Ok(empty(config, Some(stand), Verdict::inconclusive(reason.clone()))),
    };
    watcher.step("one payment by itself");
    let learnt = tokio::select! {
        learnt = pay_once(config, &stand.chain, live) => learnt,
        _ = interrupt.wait_for(|stop| *stop) => return Ok(empty(config, Some(stand), Verdict::interrupted())),
    };
    let learnt = match learnt {
        Ok(learnt) => learnt,
        Err(Trouble { reason, is_taken: true }) => {
            return Ok(empty(config, Some(stand), Verdict::taken_at_once(reason)));
        }
        Err(Trouble { reason, .. }) => {
            return Ok(empty(config, Some(stand), Verdict::inconclusive(reason)));
        }
    };
    let job = job(config, stand, &learnt)?;
    watcher.step(&format!("{} users come", job.users));
    let users = job.users;
    let mut crew = Crew::start(&config.program, job, &config.folder, &stand.guard).await?;
    let ready = tokio::time::timeout(READY_WITHIN, crew.word()).await;
    match ready.map_err(|_| LoadError::Worker("its users did not get ready".into()))?? {
        Word::Ready => {}
        Word::Failed(reason) => return Err(LoadError::Worker(reason)),
        _ => return Err(LoadError::Worker("it began before it was told to".into())),
    }
    let begin_ms = config.begin_at.unwrap_or_else(|| clock::unix_millis() + HEAD_START_MS);
    let follower = stand.chain.follow(stand.chain.block_number().await? + 1)?;
    let mut run = Run::new(config, stand, &learnt, follower, begin_ms, crew.pid())?;
    crew.tell(Order::Begin(begin_ms)).await;
    let ended = run.go(config, stand, &mut crew, watcher, &mut interrupt).await;
    crew.end().await;
    ended?;
    run.wait_for_late_ones(config, &stand.chain, watcher, &mut interrupt).await?;
    run.report(config, stand, users).await
}

fn job(config: &LoadConfig, stand: &Stand, learnt: &Learnt) -> Result<Job, LoadError> {
    let live = stand.target.as_ref().map_err(|reason| LoadError::Worker(reason.clone()))?;
    let sold = match config.target.role() {
        Role::Server => Some(prepare::sold(live)?),
        _ => None,
    };
    let wrong = config.plan.payments.wrong.as_ref();
    Ok(Job {
        base_url: live.url.clone(),
        work: prepare::work(config),
        sold,
        version: config.plan.version,
        stages: config.plan.stages.clone(),
        shard: config.shard,
        copies: config.plan.copies,
        timeout: config.plan.timeout,
        users: prepare::users(config),
        payments: Payments {
            seed: prepare::seed(config),
            payers: prepare::payers(config),
            terms: learnt.terms.clone(),
            echo: learnt.echo.clone(),
            method: config.plan.payments.method,
            facilitator: learnt.facilitator,
            signature: config.plan.payments.signature,
            wrong: wrong.map(|wrong| (wrong.share, wrong.changes.clone())),
            ready: prepare::ready(config),
        },
        port: 0,
    })
}

/// A run that goes on.
struct Run {
    books: Books,
    tally: Tally,
    watch: Watch,
    follower: Follower,
    answers: BufWriter<File>,
    begin: Instant,
    begin_ms: u64,
    /// How long an authorization lives.
    window: Duration,
    /// When the last payment was answered or given up.
    last_answer: Duration,
    /// When nothing was presented any more.
    ended: Duration,
    waited: Duration,
    interrupted: bool,
    died: Option<String>,
    is_over: bool,
    /// When it was last looked whether Anvil has left something in its pool, and at which block.
    nudged: Instant,
    nudged_at: u64,
}

impl Run {
    fn new(
        config: &LoadConfig,
        stand: &Stand,
        learnt: &Learnt,
        follower: Follower,
        begin_ms: u64,
        crew: Option<u32>,
    ) -> Result<Self, LoadError> {
        let path = config.folder.join(ANSWERS);
        let answers = BufWriter::new(File::create(&path).map_err(LoadError::file(&path))?);
        let seed = prepare::seed(config);
        let nonces = (0..config.shard.of).map(|shard| Nonces::new(&nonces_of(&seed, shard))).collect();
        let payers = gauntlet_mint::keys::payers(&seed, prepare::payers(config));
        let payers = payers.into_iter().map(|payer| payer.address).collect();
        let own = config.shard.index as usize;
        let price = Price {
            token: learnt.terms.token.address,
            payee: learnt.terms.pay_to,
            amount: learnt.terms.amount,
        };
        let mut processes = stand.processes();
        processes.extend(crew.map(|pid| ("generator", pid)));
        processes.push(("gauntlet", std::process::id()));
        let head_start = Duration::from_millis(begin_ms.saturating_sub(clock::unix_millis()));
        Ok(Self {
            books: Books::new(price, payers, nonces, own, config.target.role() == Role::Server)
                .with_room(config.plan.total_payments().unwrap_or_default()),
            tally: Tally::default(),
            watch: Watch::new(processes),
            follower,
            answers,
            begin: Instant::now() + head_start,
            begin_ms,
            window: Duration::from_secs(learnt.terms.max_timeout_seconds),
            last_answer: Duration::ZERO,
            ended: Duration::ZERO,
            waited: Duration::ZERO,
            interrupted: false,
            died: None,
            is_over: false,
            nudged: Instant::now(),
            nudged_at: 0,
        })
    }

    /// Listens to the load and follows the chain until the plan has ended.
    async fn go(
        &mut self,
        config: &LoadConfig,
        stand: &mut Stand,
        crew: &mut Crew,
        watcher: &dyn Watcher,
        interrupt: &mut watch::Receiver<bool>,
    ) -> Result<(), LoadError> {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut stops = false;
        loop {
            tokio::select! {
                word = crew.word() => match word? {
                    Word::Ready => {}
                    Word::Answers(answers) => self.answers(config, &answers)?,
                    Word::Second(second) => {
                        self.second(config, stand, &second, watcher);
                        if !stops && (self.died.is_some() || self.is_hopeless(config)) {
                            stops = true;
                            crew.tell(Order::Stop).await;
                        }
                    }
                    Word::Done => break,
                    Word::Failed(reason) => return Err(LoadError::Worker(reason)),
                },
                _ = look.tick() => {
                    self.follow().await?;
                    self.nudge(config, &stand.chain).await?;
                }
                stop = interrupt.wait_for(|stop| *stop), if !self.interrupted => {
                    self.interrupted = true;
                    // Nobody can interrupt any more when the sender is gone; that is no interrupt.
                    self.interrupted = stop.is_ok();
                    crew.tell(Order::Stop).await;
                }
            }
        }
        self.ended = self.begin.elapsed();
        self.follow().await
    }

    fn answers(&mut self, config: &LoadConfig, answers: &[Answer]) -> Result<(), LoadError> {
        for answer in answers {
            self.books.answer(answer);
            self.last_answer = self.last_answer.max(Duration::from_micros(answer.done_us));
            let mut line =
                serde_json::to_vec(answer).map_err(|error| LoadError::Worker(error.to_string()))?;
            line.push(b'\n');
            self.answers.write_all(&line).map_err(LoadError::file(&config.folder.join(ANSWERS)))?;
        }
        Ok(())
    }

    fn second(
        &mut self,
        config: &LoadConfig,
        stand: &mut Stand,
        second: &crate::job::Second,
        watcher: &dyn Watcher,
    ) {
        let stages = config.plan.stages.iter().take_while(|stage| stage.warm_up);
        let warm_up: Duration = stages.map(|stage| stage.length).sum();
        self.watch.look(Duration::from_millis(second.at_ms) <= warm_up);
        if let Ok(live) = &mut stand.target
            && self.died.is_none()
        {
            self.died = live.death().map(|end| end.to_string());
        }
        self.tally.add(second, &config.plan.stages);
        watcher.progress(&Progress {
            at_s: second.at_ms / 1000,
            of_s: config.plan.length().as_secs(),
            lately: self.tally.lately(),
            under_way: second.under_way,
            losses: self.books.close(&HashMap::new(), false).definite_losses(),
        });
    }

    /// Whether a threshold cannot be held any more, whatever comes: only counts never fall again.
    fn is_hopeless(&self, config: &LoadConfig) -> bool {
        if !config.abort_on_fail {
            return false;
        }
        let closed = self.books.close(&HashMap::new(), false);
        closed.definite_losses() > 0
            || self.judge(config, &closed).thresholds().iter().any(|ruled| {
                !ruled.judged.held && ruled.judged.observed.is_some() && self.has_settled(config)
            })
    }

    /// Latencies and rates say something once a third of the plan is over.
    fn has_settled(&self, config: &LoadConfig) -> bool {
        self.begin.elapsed() > config.plan.length() / 3
    }

    fn judge<'a>(&'a self, config: &'a LoadConfig, books: &'a Closed) -> Judge<'a> {
        Judge {
            plan: &config.plan,
            role: config.target.role(),
            tally: &self.tally,
            books,
            ran_dry: self.tally.generator.ran_dry,
        }
    }

    async fn follow(&mut self) -> Result<(), LoadError> {
        loop {
            let blocks = self.follower.next().await?;
            if blocks.is_empty() {
                return Ok(());
            }
            for block in &blocks {
                let at = block.seen.saturating_duration_since(self.begin);
                self.books.block(block, u64::try_from(at.as_millis()).unwrap_or(u64::MAX));
            }
        }
    }

    /// With a block for each transaction, Anvil leaves what does not fit into a block until the next transaction comes.
    /// That would look as if the target were slow.
    async fn nudge(&mut self, config: &LoadConfig, chain: &Chain) -> Result<(), LoadError> {
        if config.plan.chain.blocks.time().is_some() || self.nudged.elapsed() < NUDGED_EVERY {
            return Ok(());
        }
        self.nudged = Instant::now();
        let is_still = self.nudged_at == self.follower.position();
        self.nudged_at = self.follower.position();
        if is_still && chain.pending_total().await? > 0 {
            chain.mine(1).await?;
        }
        Ok(())
    }

    /// A payment that nobody has a good answer for may still be taken as long as its window is open.
    async fn wait_for_late_ones(
        &mut self,
        config: &LoadConfig,
        chain: &Chain,
        watcher: &dyn Watcher,
        interrupt: &mut watch::Receiver<bool>,
    ) -> Result<(), LoadError> {
        let over = self.begin + self.ended + self.window + Duration::from_secs(1);
        let began = Instant::now();
        let mut told = false;
        loop {
            self.follow().await?;
            self.nudge(config, chain).await?;
            self.is_over = Instant::now() >= over;
            if self.books.open() == 0 || self.is_over {
                break;
            }
            if !std::mem::replace(&mut told, true) {
                let longest = over.saturating_duration_since(Instant::now()).as_secs();
                let open = self.books.open();
                watcher.step(&format!("{open} payments may still be taken: waiting, at most {longest} s"));
            }
            tokio::select! {
                () = sleep(LOOK) => {}
                stop = interrupt.wait_for(|stop| *stop), if !self.interrupted => {
                    self.interrupted = stop.is_ok();
                    break;
                }
            }
            if self.interrupted {
                break;
            }
        }
        self.waited = began.elapsed();
        Ok(())
    }

    async fn report(
        mut self,
        config: &LoadConfig,
        stand: &Stand,
        users: usize,
    ) -> Result<LoadReport, LoadError> {
        let path = config.folder.join(ANSWERS);
        self.answers.flush().map_err(LoadError::file(&path))?;
        let statuses = statuses(&stand.chain, &self.books.doubtful()).await?;
        let mut closed = self.books.close(&statuses, self.is_over || self.books.open() == 0);
        fill(&mut closed.shown, &path)?;
        let thresholds = self.judge(config, &closed).thresholds();
        let settled_per_second = self.settled_per_second(config);
        let vitals: BTreeMap<_, _> = self.watch.vitals().into_iter().collect();
        let ceiling = stand.ceiling;
        let machine = Machine::this();
        let generator = &self.tally.generator;
        let verdict = Verdict::judge(&Evidence {
            books: &closed,
            thresholds: &thresholds,
            presented: generator.begun,
            late: &generator.late,
            timer: &generator.timer,
            queued: &generator.queued,
            begun: generator.begun,
            ran_dry: generator.ran_dry,
            generator: vitals.get("generator").copied(),
            cores: machine.cores,
            settled_per_second,
            ceiling,
            interrupted: self.interrupted,
            died: self.died.clone(),
        });
        let report = empty(config, Some(stand), verdict);
        Ok(LoadReport {
            began_ms: self.begin_ms,
            took_ms: millis(self.ended),
            users,
            chain: ChainReport { settled_per_second, ..report.chain },
            machine,
            measured: self.tally.to_measured(),
            series: self.tally.series.clone(),
            generator: GeneratorReport {
                late: generator.late.pairs(),
                queued: generator.queued.pairs(),
                timer: generator.timer.pairs(),
                ran_dry: generator.ran_dry,
                stale: generator.stale,
                begun: generator.begun,
            },
            vitals,
            inclusion: self.books.inclusion().pairs(),
            waited_ms: millis(self.waited),
            books: closed,
            thresholds,
            ..report
        })
    }

    /// Payments a second that came onto the chain while the plan went on.
    fn settled_per_second(&self, config: &LoadConfig) -> Option<f64> {
        if prepare::work(config).only_asks() {
            return None;
        }
        let length = config.plan.length().min(self.ended);
        let to = u32::try_from(length.as_millis()).unwrap_or(u32::MAX);
        #[expect(clippy::cast_precision_loss, reason = "a count of payments")]
        let taken = self.books.taken_between(0, to) as f64;
        (to > 0).then(|| taken / length.as_secs_f64())
    }
}

/// What the chain says of transactions that answers name.
async fn statuses(chain: &Chain, doubtful: &[(u64, B256)]) -> Result<HashMap<B256, bool>, LoadError> {
    let mut statuses = HashMap::new();
    for (_, named) in doubtful.iter().take(LOOKED_UP) {
        if let Some(fact) = chain.transaction(*named).await? {
            statuses.insert(*named, fact.status);
        }
    }
    Ok(statuses)
}

/// Puts the answers beside the payments that are shown.
fn fill(shown: &mut BTreeMap<crate::books::Class, Vec<Shown>>, path: &Path) -> Result<(), LoadError> {
    let mut wanted: HashMap<u64, &mut Shown> =
        shown.values_mut().flatten().map(|shown| (shown.number, shown)).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let file = File::open(path).map_err(LoadError::file(path))?;
    for line in BufReader::new(file).lines() {
        let line = line.map_err(LoadError::file(path))?;
        let Ok(answer) = serde_json::from_str::<Answer>(&line) else { continue };
        if let Some(shown) = wanted.get_mut(&answer.number) {
            shown.answers.push(answer);
        }
    }
    Ok(())
}

/// What the report of a run will say that is known beforehand: enough to see whether it can be compared with another.
#[must_use]
pub fn sketch(config: &LoadConfig) -> LoadReport {
    empty(config, None, Verdict::inconclusive("it was not held".into()))
}

/// A report with nothing measured.
fn empty(config: &LoadConfig, stand: Option<&Stand>, verdict: Verdict) -> LoadReport {
    let tally = Tally::default();
    let closed = Closed::default();
    let role = config.target.role();
    let thresholds: Vec<Ruled> =
        Judge { plan: &config.plan, role, tally: &tally, books: &closed, ran_dry: 0 }.thresholds();
    LoadReport {
        schema: SCHEMA,
        run: config.run.clone(),
        gauntlet: env!("CARGO_PKG_VERSION").into(),
        began_ms: clock::unix_millis(),
        took_ms: 0,
        seed: config.seed,
        command: config.command.clone(),
        target: Target {
            name: config.target.name(),
            role: role.to_string(),
            spec: config.target.spec(),
            version: match &config.target {
                TargetSpec::Manifest(manifest, _) => manifest.version.clone(),
                _ => None,
            },
            facilitator: (role == Role::Server).then(|| config.facilitator.spec()),
        },
        plan: config.plan.clone(),
        shard: config.shard,
        users: 0,
        chain: ChainReport {
            network: config.network.name.into(),
            blocks: config.plan.chain.blocks.to_string(),
            anvil: match (stand, &config.chain) {
                (Some(stand), _) => stand.chain.anvil_version().to_owned(),
                (None, ChainFrom::Own { anvil, .. }) => anvil.version.to_string(),
                (None, ChainFrom::Attached { .. }) => String::new(),
            },
            ceiling: stand.and_then(|stand| stand.ceiling),
            settled_per_second: None,
        },
        machine: Machine::this(),
        measured: Vec::new(),
        series: Vec::new(),
        generator: GeneratorReport::default(),
        vitals: BTreeMap::new(),
        books: closed,
        inclusion: Vec::new(),
        waited_ms: 0,
        thresholds,
        verdict,
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

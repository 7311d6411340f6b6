//! The hunt: draws cases, plays them, makes each failure as small as it gets without letting it turn into another one.
//!
//! Nothing here knows of payments. Who plays a case answers which faults it showed; a fault is known by its
//! fingerprint, and a case is made smaller only as long as it shows the same one.

use super::Budget;
use crate::check::Stop;
use alloy_primitives::keccak256;
use futures::future::BoxFuture;
use futures::stream::{self, StreamExt};
use proptest::strategy::{BoxedStrategy, Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::{self, Debug, Display};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How far a hunt goes.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Cases.
    pub cases: u64,
    /// No case is begun after this time.
    pub max_time: Option<Duration>,
    /// Cases that are played beside one another.
    pub lanes: usize,
    /// Requests for making one failure smaller.
    pub shrink_requests: u64,
    /// Time for making one failure smaller.
    pub shrink_time: Duration,
    /// Fingerprints after which the hunt ends.
    pub fingerprints: usize,
    /// How often the smallest case of a failure is played again.
    pub again: u32,
}

impl Limits {
    /// The usual limits of a budget for so many cases.
    #[must_use]
    pub const fn of(budget: Budget, cases: u64, lanes: usize) -> Self {
        let shrink_time = Duration::from_secs(20);
        let (shrink_requests, fingerprints) = if budget.first_only { (0, 1) } else { (256, 10) };
        Self { cases, max_time: budget.max_time, lanes, shrink_requests, shrink_time, fingerprints, again: 3 }
    }
}

/// What makes two failures the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint {
    /// The kind of violation: `accepted-invalid`.
    pub kind: String,
    /// The class of the reason or of the status: `amount`, `4xx`.
    pub class: String,
}

impl Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.kind, self.class)
    }
}

/// One playing of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// Number of the case that was drawn.
    pub case: u64,
    /// Why it is played.
    pub step: Step,
}

/// Why a case is played. The numbers count within the hunt, so that no two attempts have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// As it was drawn.
    First,
    /// Made smaller.
    Smaller(u32),
    /// To see whether it fails again.
    Again(u32),
}

impl Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.step {
            Step::First => write!(f, "{}", self.case),
            Step::Smaller(number) => write!(f, "{}/smaller/{number}", self.case),
            Step::Again(number) => write!(f, "{}/again/{number}", self.case),
        }
    }
}

/// What came of playing a case.
#[derive(Debug)]
pub struct Played<E> {
    /// What the case turned out to be.
    pub made: Made,
    /// Requests that it took.
    pub requests: u64,
    /// What it showed.
    pub faults: Vec<(Fingerprint, E)>,
    /// Why nothing can be played any more.
    pub stop: Option<Stop>,
}

/// What a case turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// A case of a class and, within it, of a kind: `invalid`, `amount`.
    Of {
        /// The oracle's class.
        class: &'static str,
        /// What it is within the class; empty when it is nothing more.
        kind: String,
    },
    /// Nothing came back.
    Unanswered(String),
    /// Our side could not make it.
    Not,
}

/// Who draws and plays cases.
pub trait Game: Send + Sync + 'static {
    /// A case.
    type Case: Clone + Debug + Send + 'static;
    /// What shows a fault.
    type Evidence: Send + 'static;

    /// How the case of a number is drawn.
    fn strategy(&self, number: u64) -> BoxedStrategy<Self::Case>;

    /// Plays a case, on accounts that no other attempt has.
    fn play(
        self: Arc<Self>,
        attempt: Attempt,
        case: Self::Case,
    ) -> BoxFuture<'static, Played<Self::Evidence>>;
}

/// A failure, as small as it got.
#[derive(Debug)]
pub struct Prey<C, E> {
    /// The case in which it was met.
    pub number: u64,
    /// What it is.
    pub fingerprint: Fingerprint,
    /// The smallest case that showed it.
    pub minimum: C,
    /// What showed it then.
    pub evidence: E,
    /// In how many of the last attempts the smallest case showed it again.
    pub same: u32,
    /// How many there were.
    pub of: u32,
}

/// Why a hunt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// All cases were played.
    Cases,
    /// Its time was over.
    Time,
    /// It had found as many different failures as it may.
    Enough,
    /// Nothing could be played any more.
    Stopped(Stop),
}

/// What a hunt brought.
#[derive(Debug)]
pub struct Bag<C, E> {
    /// Failures, in the order in which they were met.
    pub prey: Vec<Prey<C, E>>,
    /// Cases by class, and within it by kind.
    pub classes: BTreeMap<&'static str, BTreeMap<String, u64>>,
    /// Cases that our side could not make.
    pub not_made: u64,
    /// Cases that were not answered, and what became of the first.
    pub unanswered: (u64, String),
    /// Cases that showed nothing but what had been found before.
    pub repeated: u64,
    /// Why it ended.
    pub ended: Ended,
}

impl<C, E> Bag<C, E> {
    /// Cases of a class.
    #[must_use]
    pub fn of_class(&self, class: &str) -> u64 {
        self.classes.get(class).map_or(0, |kinds| kinds.values().sum())
    }

    /// All cases that were drawn.
    #[must_use]
    pub fn cases(&self) -> u64 {
        self.classes.values().flat_map(BTreeMap::values).sum::<u64>() + self.not_made + self.unanswered.0
    }
}

/// Hunts. The seed decides every case, whatever else runs and in whatever order the answers come.
///
/// Not `Send`: what draws cases is not. See [`on_a_thread`].
pub async fn hunt<G: Game>(game: &Arc<G>, seed: &str, limits: Limits) -> Bag<G::Case, G::Evidence> {
    let began = Instant::now();
    let in_time = || limits.max_time.is_none_or(|time| began.elapsed() < time);
    let bag = Bag {
        prey: Vec::new(),
        classes: BTreeMap::new(),
        not_made: 0,
        unanswered: (0, String::new()),
        repeated: 0,
        ended: Ended::Cases,
    };
    let mut hunter = Hunter { game, seed, limits, bag, known: BTreeSet::new(), steps: 0 };
    let numbers = stream::iter(0..limits.cases).take_while(|_| futures::future::ready(in_time()));
    // A case goes on in a task of its own while another one is made smaller: it may hold what that one waits for.
    let mut playing = numbers
        .map(|number| {
            let case = draw(game, seed, number).current();
            let played = Arc::clone(game).play(Attempt { case: number, step: Step::First }, case.clone());
            let task = AbortOnDrop(tokio::spawn(played));
            async move { (number, case, task.played().await) }
        })
        .buffered(limits.lanes.max(1));
    while let Some((number, case, played)) = playing.next().await {
        if let Err(ended) = hunter.take(number, case, played).await {
            hunter.bag.ended = ended;
            return hunter.bag;
        }
    }
    drop(playing);
    if hunter.bag.cases() < limits.cases {
        hunter.bag.ended = Ended::Time;
    }
    hunter.bag
}

/// Runs a hunt on a thread of its own; it ends when nobody waits for it any more.
///
/// # Errors
/// [`Stop::Harness`] when it panicked.
pub async fn on_a_thread<G: Game>(
    game: Arc<G>,
    seed: String,
    limits: Limits,
) -> Result<Bag<G::Case, G::Evidence>, Stop> {
    let (alive, mut gone) = tokio::sync::oneshot::channel::<()>();
    let handle = tokio::runtime::Handle::current();
    let hunting = tokio::task::spawn_blocking(move || {
        handle.block_on(async {
            tokio::select! {
                bag = hunt(&game, &seed, limits) => Some(bag),
                _ = &mut gone => None,
            }
        })
    });
    let bag = hunting.await.map_err(|error| Stop::Harness(format!("the search panicked: {error}")))?;
    drop(alive);
    bag.ok_or_else(|| Stop::Harness("the search was left alone".into()))
}

struct Hunter<'a, G: Game> {
    game: &'a Arc<G>,
    seed: &'a str,
    limits: Limits,
    bag: Bag<G::Case, G::Evidence>,
    known: BTreeSet<Fingerprint>,
    steps: u32,
}

/// A failure that was met: how to get there again, and what showed it.
struct Scent<C, E> {
    number: u64,
    moves: Vec<Move>,
    fingerprint: Fingerprint,
    case: C,
    evidence: E,
}

/// A step through the tree of a drawn case.
#[derive(Debug, Clone, Copy)]
enum Move {
    Simplify,
    Complicate,
}

impl Move {
    fn go<C: Debug>(self, tree: &mut dyn ValueTree<Value = C>) -> bool {
        match self {
            Self::Simplify => tree.simplify(),
            Self::Complicate => tree.complicate(),
        }
    }
}

/// The tree of a case: always the same for seed and number.
fn draw<G: Game>(game: &Arc<G>, seed: &str, number: u64) -> Box<dyn ValueTree<Value = G::Case>> {
    let seed = keccak256(format!("{seed}/case/{number}"));
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, seed.as_slice());
    let config = Config { failure_persistence: None, ..Config::default() };
    let strategy = game.strategy(number);
    let mut runner = TestRunner::new_with_rng(config, rng);
    loop {
        // A strategy fails only where it filters, and none of ours filters for ever.
        if let Ok(tree) = strategy.new_tree(&mut runner) {
            return Box::new(tree);
        }
    }
}

impl<G: Game> Hunter<'_, G> {
    /// Counts a case and makes what it showed smaller.
    async fn take(&mut self, number: u64, case: G::Case, played: Played<G::Evidence>) -> Result<(), Ended> {
        match played.made {
            Made::Of { class, kind } => {
                *self.bag.classes.entry(class).or_default().entry(kind).or_default() += 1;
            }
            Made::Unanswered(why) => {
                let (count, first) = &mut self.bag.unanswered;
                *count += 1;
                if first.is_empty() {
                    *first = why;
                }
            }
            Made::Not => self.bag.not_made += 1,
        }
        if !played.faults.is_empty() && played.faults.iter().all(|(it, _)| self.known.contains(it)) {
            self.bag.repeated += 1;
        }
        let mut scents: VecDeque<Scent<G::Case, G::Evidence>> = played
            .faults
            .into_iter()
            .map(|(fingerprint, evidence)| Scent {
                number,
                moves: Vec::new(),
                fingerprint,
                case: case.clone(),
                evidence,
            })
            .collect();
        let mut stop = played.stop;
        while let Some(scent) = scents.pop_front() {
            if !self.known.insert(scent.fingerprint.clone()) {
                continue;
            }
            // Without a target the failure is kept as it was met.
            let follow = stop.is_none();
            let (prey, stopped) = self.follow(scent, follow, &mut scents).await;
            stop = stop.or(stopped);
            self.bag.prey.push(prey);
            if self.bag.prey.len() >= self.limits.fingerprints {
                return Err(Ended::Enough);
            }
        }
        stop.map_or(Ok(()), |stop| Err(Ended::Stopped(stop)))
    }

    /// Makes one failure smaller, and sees whether it fails again. Other failures on the way are put aside.
    async fn follow(
        &mut self,
        scent: Scent<G::Case, G::Evidence>,
        follow: bool,
        aside: &mut VecDeque<Scent<G::Case, G::Evidence>>,
    ) -> (Prey<G::Case, G::Evidence>, Option<Stop>) {
        let Scent { number, mut moves, fingerprint, case, evidence } = scent;
        let mut prey = Prey { number, fingerprint, minimum: case, evidence, same: 0, of: 0 };
        if !follow {
            return (prey, None);
        }
        let mut tree = draw(self.game, self.seed, number);
        for step in &moves {
            step.go(tree.as_mut());
        }
        let (began, mut requests, mut fails) = (Instant::now(), 0, true);
        while requests < self.limits.shrink_requests && began.elapsed() < self.limits.shrink_time {
            let step = if fails { Move::Simplify } else { Move::Complicate };
            if !step.go(tree.as_mut()) {
                break;
            }
            moves.push(step);
            let case = tree.current();
            let played = self.play(number, Step::Smaller(self.steps), case.clone()).await;
            requests += played.requests.max(1);
            fails = false;
            for (fingerprint, evidence) in played.faults {
                if fingerprint == prey.fingerprint {
                    (prey.minimum, prey.evidence, fails) = (case.clone(), evidence, true);
                } else if !self.known.contains(&fingerprint) {
                    let (moves, case) = (moves.clone(), case.clone());
                    aside.push_back(Scent { number, moves, fingerprint, case, evidence });
                }
            }
            if played.stop.is_some() {
                return (prey, played.stop);
            }
        }
        for _ in 0..self.limits.again {
            let played = self.play(number, Step::Again(self.steps), prey.minimum.clone()).await;
            prey.of += 1;
            if let Some((_, evidence)) = played.faults.into_iter().find(|(it, _)| *it == prey.fingerprint) {
                prey.same += 1;
                prey.evidence = evidence;
            }
            if played.stop.is_some() {
                return (prey, played.stop);
            }
        }
        (prey, None)
    }

    async fn play(&mut self, case: u64, step: Step, value: G::Case) -> Played<G::Evidence> {
        self.steps += 1;
        let played = Arc::clone(self.game).play(Attempt { case, step }, value);
        AbortOnDrop(tokio::spawn(played)).played().await
    }
}

/// A case that goes on after the hunt has ended would disturb whatever comes next.
struct AbortOnDrop<E>(tokio::task::JoinHandle<Played<E>>);

impl<E> AbortOnDrop<E> {
    async fn played(mut self) -> Played<E> {
        (&mut self.0).await.unwrap_or_else(|error| Played {
            made: Made::Not,
            requests: 0,
            faults: Vec::new(),
            stop: Some(Stop::Harness(format!("a case panicked: {error}"))),
        })
    }
}

impl<E> Drop for AbortOnDrop<E> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests;

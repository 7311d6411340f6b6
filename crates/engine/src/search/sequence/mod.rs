//! Sequences: what a target says of payments must agree with what was done to them before.
//!
//! A sequence is drawn and made smaller by proptest-state-machine from a model of nonces and balances, and played by us:
//! one operation after the other, each judged by the model, or in several lanes at once, judged by the invariants over
//! all that was answered and all that the chain saw.

mod awake;
mod crowd;
mod deals;
mod judge;
mod model;
mod player;
mod script;
mod shop;
#[cfg(test)]
mod tests;

use super::Budget;
use super::hunt::{Limits, Made};
use super::run::{Property, Told, search};
use crate::check::{Judged, Lane, Stop};
use crate::cx::Cx;
use crate::history::Entry;
use crate::invariants::{self, Seen};
use crate::row::{Row, Topic};
use awake::drawn;
use futures::future::BoxFuture;
use gauntlet_probe::Role;
use gauntlet_wire::Version;
use judge::Playing;
use model::{Facilitator, KINDS, Operation, State};
use player::Player;
use proptest::strategy::{BoxedStrategy, Strategy};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// Operations of a sequence before it is made smaller: from, to and on the average.
const SHORTEST: usize = 6;
const LONGEST: usize = 16;
const AVERAGE: u64 = 11;
/// Requests for making one failure smaller: a sequence takes many at each try.
const SHRINK_REQUESTS: u64 = 4000;

const TOPIC: Topic = Topic {
    lane: Lane::Search,
    risk: "what was done to one payment changes what is said of another, or of the same one later",
};

/// The rows about facilitators.
pub(super) const ROWS: &[Row] = &[
    TOPIC.row(
        "facilitator.search.sequence",
        "whatever was done before, /verify and /settle say what nonces and balances say",
        &["X402V2-FA-SETTLE-005", "INV-001", "INV-002", "X402-EVM3009-007", "X402-EVM3009-019"],
        |cx| Box::pin(facilitator(cx, false)),
    ),
    TOPIC.row(
        "facilitator.search.crowd",
        "whatever is done at once, answers and chain agree in the end",
        &["INV-002", "INV-001", "INV-007", "X402V2-FA-SETTLE-006"],
        |cx| Box::pin(facilitator(cx, true)),
    ),
];

/// The rows about servers.
pub(super) const SERVER_ROWS: &[Row] = &[
    TOPIC.row(
        "server.search.sequence",
        "whatever was done before, a payment that can be settled is served once, and no other is",
        &["INV-003", "INV-004", "X402V2-HTTP-RS-025"],
        |cx| Box::pin(server(cx, false)),
    ),
    TOPIC.row(
        "server.search.crowd",
        "whatever is done at once, content and money agree in the end",
        &["INV-003", "INV-004", "X402V2-HTTP-RS-026", "GAUNTLET-RS-009"],
        |cx| Box::pin(server(cx, true)),
    ),
];

/// The invariants that a made-up case can be judged by.
const INVARIANTS: &[&str] = &[
    "facilitator.books.success-means-money",
    "facilitator.books.failure-means-none",
    "facilitator.books.one-success-a-nonce",
    "facilitator.books.balance",
    "facilitator.books.gas",
];

/// How often each kind of operation was played.
type Counts = Arc<Mutex<BTreeMap<&'static str, u64>>>;

struct Sequences {
    crowd: bool,
    counts: Counts,
}

async fn facilitator(cx: Cx, crowd: bool) -> Judged {
    let counts = Counts::default();
    let property = Sequences { crowd, counts: Arc::clone(&counts) };
    let judged = search(cx.clone(), property).await;
    let counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
    // What is settled again and what is started again is known only where one thing comes after the other.
    let can = |kind: &&str| !crowd || !matches!(*kind, "settle again" | "restart");
    cx.note(told(&counts, &KINDS.into_iter().filter(can).collect::<Vec<_>>()));
    judged
}

async fn server(cx: Cx, crowd: bool) -> Judged {
    let counts = Counts::default();
    let judged = search(cx.clone(), deals::Deals { crowd, counts: Arc::clone(&counts) }).await;
    cx.note(told(&counts.lock().unwrap_or_else(PoisonError::into_inner), &deals::kinds(crowd)));
    judged
}

fn count(counts: &Counts, kind: &'static str) {
    *counts.lock().unwrap_or_else(PoisonError::into_inner).entry(kind).or_default() += 1;
}

/// The budget counts operations, so that a sequence costs as much as so many cases elsewhere.
fn limits(budget: Budget, average: u64) -> Limits {
    let usual = Limits::of(budget, budget.cases.div_ceil(average), 1);
    let shrink_requests = if budget.first_only { 0 } else { SHRINK_REQUESTS };
    Limits { shrink_requests, ..usual }
}

/// `312 operations: verify 90, settle 88; never: restart`.
fn told(counts: &BTreeMap<&'static str, u64>, kinds: &[&str]) -> String {
    let all: u64 = counts.values().sum();
    let count = |kind: &&&str| counts.get(**kind).copied().unwrap_or_default();
    let (played, never): (Vec<&&str>, Vec<&&str>) = kinds.iter().partition(|kind| count(kind) > 0);
    let played: Vec<String> = played.iter().map(|kind| format!("{kind} {}", count(kind))).collect();
    let never: Vec<&str> = never.into_iter().copied().collect();
    let never =
        if never.is_empty() { String::new() } else { format!("; never happened: {}", never.join(", ")) };
    format!("{all} operations, with those of shrinking: {}{never}", played.join(", "))
}

impl Property for Sequences {
    type Case = (State, Vec<Operation>);

    fn role(&self) -> Role {
        Role::Facilitator
    }

    /// Alone: mining is stopped and the target started again.
    fn lanes(&self) -> usize {
        1
    }

    fn limits(&self, budget: Budget) -> Limits {
        limits(budget, AVERAGE)
    }

    fn classes(&self) -> &'static [&'static str] {
        &["sequences"]
    }

    fn strategy(&self, _: u64) -> BoxedStrategy<Self::Case> {
        drawn::<Facilitator>(SHORTEST..=LONGEST).boxed()
    }

    fn version(&self, case: &Self::Case) -> Option<Version> {
        case.0.version(&script::facilitator::needed(&case.0, &case.1))
    }

    fn play<'a>(&'a self, cx: &'a Cx, case: &'a Self::Case, _: u64) -> BoxFuture<'a, Result<Told, Stop>> {
        Box::pin(self.play_through(cx, case))
    }
}

impl Sequences {
    async fn play_through(
        &self,
        cx: &Cx,
        (began, operations): &(State, Vec<Operation>),
    ) -> Result<Told, Stop> {
        let player = Player::new(cx, began).await?;
        let chain = player.arranged();
        let script = script::facilitator::script(began, operations, &chain, self.crowd);
        let mut told = Told {
            made: Made::Of { class: "sequences", kind: String::new() },
            class: "in the end".into(),
            chain,
            script,
        };
        let mut silence = None;
        if self.crowd {
            for operation in operations.iter().filter(|operation| **operation != Operation::Restart) {
                count(&self.counts, operation.kind(began));
            }
            crowd::play(&player, began, operations).await?;
        } else {
            let mut playing = Playing { player, state: began.clone() };
            for operation in operations {
                let kind = operation.kind(&playing.state);
                count(&self.counts, kind);
                silence = playing.operate(operation).await?;
                if silence.is_some() || !cx.collected().findings.is_empty() {
                    told.class = kind.into();
                    break;
                }
            }
        }
        if cx.collected().findings.is_empty() {
            by_invariants(cx, INVARIANTS).await?;
        }
        if let Some(fault) = silence {
            told.made = Made::Unanswered(fault);
        }
        let story = story(began, operations, self.crowd);
        for finding in &mut cx.collected().findings {
            finding.sent = format!("{story}. Seen at: {}", finding.sent);
        }
        Ok(told)
    }
}

/// The sequence for people: its payments and its operations.
fn story(began: &State, operations: &[Operation], crowd: bool) -> String {
    let used = operations.iter().flat_map(Operation::payments).collect();
    began.story(&used, operations.iter().map(ToString::to_string).collect(), crowd)
}

/// Judges everything that a case was told by everything that the chain has seen of it.
async fn by_invariants(cx: &Cx, names: &[&str]) -> Judged {
    let ledger = cx.ledger().await?;
    let exchanges: BTreeSet<u64> = cx.collected().exchanges.iter().map(|exchange| exchange.seq).collect();
    let entries: Vec<Entry> = cx.world.history.of(&exchanges);
    let mut bought = cx.world.shop.as_ref().map(crate::server::shop::Shop::visits).unwrap_or_default();
    bought.retain(|visit| exchanges.contains(&visit.exchange));
    let seen = Seen::new(&entries, &bought, &ledger);
    for invariant in invariants::all().filter(|invariant| names.contains(&invariant.check)) {
        let ruling = match (invariant.judge)(&seen) {
            Ok(ruling) => ruling,
            Err(Stop::Harness(reason)) => return Err(Stop::Harness(reason)),
            // Not every sequence has something for every invariant.
            Err(Stop::Inconclusive(_) | Stop::NotApplicable(_)) => continue,
        };
        for breach in ruling.breaches {
            let shown_by = breach.exchanges.last().copied();
            invariant.tell(cx, breach);
            if let Some(finding) = cx.collected().findings.last_mut() {
                finding.exchange = shown_by;
            }
        }
    }
    Ok(())
}

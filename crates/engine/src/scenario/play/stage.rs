//! The world of one scenario while it is played: its payments, what is under way, and what came back.

use super::actor::{Actor, Seen};
use super::race::Race;
use crate::check::Stop;
use crate::cx::Cx;
use crate::history::Said;
use crate::payment::Payment;
use crate::reply::Reply;
use crate::scenario::front::Standing;
use crate::scenario::model::{Call, Scenario, Step};
use crate::server::buyer::Purchase;
use futures::future::BoxFuture;
use gauntlet_probe::{Client, Manifest};
use gauntlet_report::Exchange;
use gauntlet_wire::B256;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

/// One scenario in one version, being played.
pub(super) struct Stage {
    pub(super) cx: Cx,
    pub(super) scenario: &'static Scenario,
    pub(super) actors: BTreeMap<&'static str, Actor>,
    /// The target, or what stands before it.
    pub(super) client: Client,
    /// Who buys when the scenario has a client; none means our own buyer.
    pub(super) buyer: Option<Arc<Manifest>>,
    /// Keeps what stands before the server alive.
    _front: Option<Standing>,
    under_way: JoinSet<Ended>,
    /// The settles that are under way at the same time, until all have ended.
    pub(super) race: Race,
    /// Steps that got no whole answer, for the verdict.
    pub(super) silent: Vec<String>,
    /// Block after which the scenario began.
    pub(super) block: u64,
}

/// What a step does.
pub(super) type Job = BoxFuture<'static, Result<Came, Stop>>;

/// What came of a step.
pub(super) enum Came {
    /// Answers of a server to a payment.
    Seen(Vec<Seen>),
    /// Answers of a facilitator to a payment.
    Replies(Vec<Asked>),
    /// Other answers, and whether they have content where anything is sold.
    Answers(Vec<(Exchange, Option<bool>)>),
    /// Nothing that could be looked at.
    Nothing,
}

/// One answer of a facilitator.
pub(super) struct Asked {
    pub(super) call: Call,
    pub(super) payment: Payment,
    pub(super) reply: Reply,
    /// Whether the money has been judged already.
    pub(super) judged: bool,
}

/// Something that was under way.
struct Ended {
    name: Option<&'static str>,
    step: &'static Step,
    came: Result<Came, Stop>,
}

impl Stage {
    /// Makes everything that is given.
    pub(super) async fn set(
        cx: &Cx,
        scenario: &'static Scenario,
        buyer: Option<Arc<Manifest>>,
    ) -> Result<Self, Stop> {
        let front = match scenario.front {
            Some(front) => Some(Standing::before(cx, front).await?),
            None => None,
        };
        let client = match &front {
            Some(front) => cx.world.client.at(&front.url())?,
            None => cx.world.client.clone(),
        };
        let mut actors = BTreeMap::new();
        for given in &scenario.given {
            actors.insert(given.name.as_str(), Actor::new(cx, scenario, given).await?);
        }
        if scenario.takes_blocks_back() {
            // What was written past the blocks would be taken back with the first of them.
            cx.world.chain.mine(1).await?;
        }
        let block = cx.world.chain.block_number().await?;
        Ok(Self {
            cx: cx.clone(),
            scenario,
            actors,
            client,
            buyer,
            _front: front,
            under_way: JoinSet::new(),
            race: Race::default(),
            silent: Vec::new(),
            block,
        })
    }

    pub(super) fn actor(&mut self, name: &str) -> Result<&mut Actor, Stop> {
        self.actors.get_mut(name).ok_or_else(|| Stop::Harness(format!("nothing called {name} is given")))
    }

    /// The payment of a name.
    pub(super) fn payment(&self, name: &str) -> Result<&Payment, Stop> {
        let payment = self.actors.get(name).and_then(Actor::payment);
        payment.ok_or_else(|| Stop::Harness(format!("{name} is no payment")))
    }

    /// The payment of a name, for a route.
    pub(super) fn purchase(&self, name: &str) -> Result<&Purchase, Stop> {
        let purchase = self.actors.get(name).and_then(Actor::purchase);
        purchase.ok_or_else(|| Stop::Harness(format!("{name} is no payment for a route")))
    }

    pub(super) fn nonce(&self, name: &str) -> Result<B256, Stop> {
        Ok(self.payment(name)?.key().nonce)
    }

    /// Begins what a step does, behind a barrier when there is one.
    pub(super) fn spawn(
        &mut self,
        name: Option<&'static str>,
        step: &'static Step,
        job: Job,
        barrier: Option<Arc<Barrier>>,
    ) {
        if let Some(actor) = name.and_then(|name| self.actors.get_mut(name)) {
            actor.under_way += 1;
        }
        self.under_way.spawn(async move {
            if let Some(barrier) = barrier {
                barrier.wait().await;
            }
            Ended { name, step, came: job.await }
        });
    }

    /// Waits until nothing of a payment is under way.
    pub(super) async fn wait_for_answers(&mut self, name: &str) -> Result<(), Stop> {
        while self.actor(name)?.under_way > 0 {
            if self.take_next().await?.is_none() {
                return Err(Stop::Harness(format!("nothing of {name} is under way")));
            }
        }
        self.judge_what_raced().await
    }

    /// Waits until each of these steps has ended once.
    pub(super) async fn wait_for_step(&mut self, steps: &[&'static Step]) -> Result<(), Stop> {
        let mut left = steps.to_vec();
        while !left.is_empty() {
            let Some(ended) = self.take_next().await? else {
                return Err(Stop::Harness("a step that was begun has not ended".into()));
            };
            left.retain(|step| !std::ptr::eq(*step, ended));
        }
        self.judge_what_raced().await
    }

    /// Waits until nothing is under way.
    pub(super) async fn wait_for_all(&mut self) -> Result<(), Stop> {
        while self.take_next().await?.is_some() {}
        self.judge_what_raced().await
    }

    async fn judge_what_raced(&mut self) -> Result<(), Stop> {
        if self.under_way.is_empty() { self.judge_race().await } else { Ok(()) }
    }

    /// Takes what ends next; nothing when nothing is under way. May be broken off without losing anything.
    pub(super) async fn take_next(&mut self) -> Result<Option<&'static Step>, Stop> {
        let Some(ended) = self.under_way.join_next().await else { return Ok(None) };
        let Ended { name, step, came } = ended.map_err(|error| Stop::Harness(error.to_string()))?;
        if let Some(actor) = name.and_then(|name| self.actors.get_mut(name)) {
            actor.under_way -= 1;
        }
        let came = came?;
        let silences = silences(&came);
        if silences > 0 {
            let place = self.scenario.place(&step.span);
            self.silent.push(format!("{silences} of the answers at {place}{}", complaint(&came)));
        }
        self.judge_answers(step, &came)?;
        match (came, name.and_then(|name| self.actors.get_mut(name))) {
            (Came::Seen(seen), Some(actor)) => actor.seen.extend(seen),
            (Came::Replies(replies), Some(actor)) => {
                let raced = replies.iter().filter(|asked| asked.call == Call::Settle && !asked.judged);
                self.race.settles.extend(raced.map(|asked| (asked.payment.clone(), asked.reply.clone())));
                actor.replies.extend(replies);
            }
            _ => {}
        }
        Ok(Some(step))
    }
}

/// What the first client that complained has said, in brackets.
fn complaint(came: &Came) -> String {
    let Came::Seen(seen) = came else { return String::new() };
    let first = seen.iter().map(|seen| seen.complaint.as_str()).find(|complaint| !complaint.is_empty());
    first.map(|complaint| format!(" (the client: {complaint})")).unwrap_or_default()
}

fn silences(came: &Came) -> usize {
    match came {
        Came::Seen(seen) => seen.iter().filter(|seen| seen.silent).count(),
        Came::Replies(replies) => {
            replies.iter().filter(|asked| matches!(asked.reply.said, Said::Nothing(_))).count()
        }
        Came::Answers(answers) => answers.iter().filter(|(exchange, _)| exchange.status.is_none()).count(),
        Came::Nothing => 0,
    }
}

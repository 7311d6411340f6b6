//! Plays a scenario step by step, puts back what it has changed, and judges what came of it.

mod actor;
mod answers;
pub mod client;
mod compare;
mod counter;
mod desk;
mod facts;
mod form;
mod judge;
mod ledger;
mod lies;
mod race;
mod stage;
mod world;

use super::model::{Action, Call, Funds, Moment, Pay, Scenario, Step};
use crate::check::{Judged, Stop};
use crate::cx::Cx;
use futures::future::{BoxFuture, FutureExt as _};
use gauntlet_chain::Mining;
use gauntlet_doubles::scripted::Act;
use gauntlet_probe::Manifest;
use lies::{act, endpoint};
use stage::{Came, Job, Stage};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Barrier;

pub(super) async fn play(cx: Cx, scenario: &'static Scenario, buyer: Option<Arc<Manifest>>) -> Judged {
    let cx = match &scenario.accounts {
        // A chain that outlives the run has seen these accounts before.
        Some(accounts) => cx.with_accounts(format!("{accounts}{}", cx.world.salt)),
        None => cx,
    };
    let mut stage = Stage::set(&cx, scenario, buyer).await?;
    let played = stage.run().await;
    let put_back = stage.put_back(played.is_err()).await;
    played?;
    put_back?;
    judge::judge(&stage).await
}

impl Stage {
    async fn run(&mut self) -> Judged {
        if self.scenario.mining != Mining::Automine {
            self.set_mining(self.scenario.mining).await?;
        }
        if !self.scenario.faults.is_empty() {
            self.set_faults(self.scenario.faults.clone()).await?;
        }
        self.steps(&self.scenario.steps).await?;
        self.wait_for_all().await
    }

    fn steps<'a>(&'a mut self, steps: &'static [Step]) -> BoxFuture<'a, Judged> {
        async move {
            for step in steps {
                let place = self.scenario.place(&step.span);
                self.step(step).await.map_err(|stop| at(&place, stop))?;
            }
            Ok(())
        }
        .boxed()
    }

    async fn step(&mut self, step: &'static Step) -> Judged {
        match &step.action {
            Action::Hold { name, call } => self.script(name, *call, Act::Hold(Box::new(Act::Forward))),
            Action::Release(name) => self.release(name),
            Action::Answer { name, call, with } => {
                let act = act(&self.cx, self.purchase(name)?, *call, *with).await?;
                self.script(name, *call, act)
            }
            Action::Await { name, until: Moment::Answered } => self.wait_for_answers(name).await,
            Action::Await { name, until: Moment::Called(call) } => self.wait_for_call(name, *call).await,
            Action::Drop(name) => self.lose(name).await,
            Action::Resend(name) => self.resend(name).await,
            Action::Mining(mining) => self.set_mining(*mining).await,
            Action::Mine(blocks) => self.mine(*blocks).await,
            Action::Reorg(blocks) => Ok(self.cx.world.chain.take_back(*blocks).await?),
            Action::Fault(rules) => self.set_faults(rules.clone()).await,
            Action::Wait(seconds) => {
                tokio::time::sleep(Duration::from_secs(*seconds)).await;
                Ok(())
            }
            Action::Compare(name) => compare::compare(self, name).await,
            Action::Parallel(inner) => self.parallel(inner).await,
            Action::Repeat { times, steps } => {
                for _ in 0..*times {
                    self.steps(steps).await?;
                }
                Ok(())
            }
            action => {
                self.begin(step, None).await?;
                if is_background(action) { Ok(()) } else { self.wait_for_step(&[step]).await }
            }
        }
    }

    /// Begins all of these at one instant and waits until all have ended.
    async fn parallel(&mut self, steps: &'static [Step]) -> Judged {
        let barrier = Arc::new(Barrier::new(steps.len()));
        for step in steps {
            self.begin(step, Some(&barrier)).await?;
        }
        self.wait_for_step(&steps.iter().collect::<Vec<_>>()).await?;
        self.judge_crowd(steps).await
    }

    /// Begins a step that gets answers or changes the world, behind a barrier when there is one.
    async fn begin(&mut self, step: &'static Step, barrier: Option<&Arc<Barrier>>) -> Judged {
        let (name, job) = self.job(step, barrier.is_some()).await?;
        self.spawn(name, step, job, barrier.cloned());
        Ok(())
    }

    /// What a step does, ready to begin.
    async fn job(&mut self, step: &'static Step, crowded: bool) -> Result<(Option<&'static str>, Job), Stop> {
        let cx = self.cx.clone();
        Ok(match &step.action {
            Action::Ask(ask) => (Some(ask.name.as_str()), self.ask(ask, crowded).await?),
            Action::Supported => (None, desk::supported(cx)),
            Action::Request { request, times } => {
                (None, counter::request(cx, self.client.clone(), request.as_ref().clone(), *times))
            }
            Action::Pay(pay) => (Some(pay.name.as_str()), self.pay(pay, crowded).await?),
            Action::Fetch { name, at, .. } => (Some(name.as_str()), client::fetch(self, name, *at)?),
            Action::Unpaid { route, times } => {
                (None, counter::unpaid(cx, self.client.clone(), route, *times)?)
            }
            Action::Cancel(name) => (None, world::cancel(cx, self.payment(name)?.clone())),
            Action::Preempt(name) => (None, world::preempt(cx, self.payment(name)?.clone())),
            Action::Drain(name) => (None, self.actor(name)?.funding(cx, Funds::None)),
            Action::Refill(name) => (None, self.actor(name)?.funding(cx, Funds::Plenty)),
            Action::Restart => (None, world::restart(cx)),
            _ => (None, async { Ok(Came::Nothing) }.boxed()),
        })
    }

    /// Whatever came of the steps: nothing stays held, blocks are made, the node is well, and no account nonce is
    /// left out.
    async fn put_back(&mut self, broken_off: bool) -> Judged {
        for step in self.scenario.every_step() {
            if let Action::Hold { name, .. } = &step.action {
                self.release(name)?;
            }
        }
        if self.scenario.touches_the_node() {
            self.set_faults(Vec::new()).await?;
        }
        if self.scenario.touches_mining() {
            self.set_mining(Mining::Automine).await?;
        }
        let names: Vec<&'static str> = self.actors.keys().copied().collect();
        for name in names.into_iter().filter(|_| broken_off) {
            if self.actors.get(name).is_some_and(|actor| actor.lost.is_some()) {
                world::cancel(self.cx.clone(), self.payment(name)?.clone()).await?;
                self.resend(name).await?;
            }
        }
        if self.scenario.takes_blocks_back() && self.cx.world.ours {
            // What it remembers of the chain is no longer so.
            self.cx.world.restart_target().await.map_err(Stop::Inconclusive)?;
        }
        Ok(())
    }

    fn script(&self, name: &str, call: Call, act: Act) -> Judged {
        self.cx.shop()?.scripted()?.script(self.nonce(name)?, endpoint(call), vec![act]);
        Ok(())
    }

    fn release(&self, name: &str) -> Judged {
        self.cx.shop()?.scripted()?.release(self.nonce(name)?);
        Ok(())
    }
}

fn is_background(action: &Action) -> bool {
    match action {
        Action::Ask(ask) => ask.background,
        Action::Pay(Pay { background, .. }) | Action::Fetch { background, .. } => *background,
        _ => false,
    }
}

/// Tells at which line of the file the scenario stopped.
fn at(place: &str, stop: Stop) -> Stop {
    let told = |reason: String| {
        // A step inside a step has told its own line.
        if reason.contains(".toml:") { reason } else { format!("{place}: {reason}") }
    };
    match stop {
        Stop::Inconclusive(reason) => Stop::Inconclusive(told(reason)),
        Stop::Harness(reason) => Stop::Harness(told(reason)),
        other @ Stop::NotApplicable(_) => other,
    }
}

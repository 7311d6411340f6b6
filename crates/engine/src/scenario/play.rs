//! Plays a scenario step by step, puts back what it has changed, and judges what came of it.

use super::lies::{act, endpoint};
use super::model::{Action, Call, Funds, Moment, Scenario, Step};
use super::stage::{Seen, Stage};
use super::{client, compare, judge};
use crate::check::{Judged, Stop};
use crate::cx::Cx;
use crate::server::buyer::ask;
use gauntlet_doubles::scripted::Act;
use gauntlet_probe::Manifest;
use std::sync::Arc;
use std::time::Duration;

/// The longest wait for a settlement to reach the chain's pool, and the pause between two looks.
const POOL: (Duration, Duration) = (Duration::from_secs(30), Duration::from_millis(10));

pub(super) async fn play(cx: Cx, scenario: &'static Scenario, buyer: Option<Arc<Manifest>>) -> Judged {
    let mut stage = Stage::set(&cx, scenario, buyer).await?;
    let played = stage.steps().await;
    let put_back = stage.put_back(played.is_err()).await;
    played?;
    put_back?;
    judge::judge(&stage).await
}

impl Stage {
    async fn steps(&mut self) -> Judged {
        for step in &self.scenario.steps {
            self.step(&step.action).await.map_err(|stop| at(self.scenario, step, stop))?;
        }
        self.wait_for_all().await
    }

    async fn step(&mut self, action: &'static Action) -> Judged {
        match action {
            Action::Pay(pay) => self.pay(pay).await,
            Action::Buy { name, at, wait } => client::buy(self, name, *at, *wait).await,
            Action::Unpaid { route, times } => self.unpaid(route, *times).await,
            Action::Hold { name, call } => self.script(name, *call, Act::Hold(Box::new(Act::Forward))),
            Action::Release(name) => self.release(name),
            Action::Answer { name, call, with } => {
                let act = act(&self.cx, self.purchase(name)?, *call, *with).await?;
                self.script(name, *call, act)
            }
            Action::Await { name, until: Moment::Answered } => self.wait_for_answers(name).await,
            Action::Await { name, until: Moment::Called(call) } => self.wait_for_call(name, *call).await,
            Action::Cancel(name) => self.cancel(name).await,
            Action::Drain(name) => self.fund(name, Funds::None).await,
            Action::Refill(name) => self.fund(name, Funds::Plenty).await,
            Action::Preempt(name) => self.preempt(name).await,
            Action::Drop(name) => self.lose(name).await,
            Action::Resend(name) => self.resend(name).await,
            Action::Mining { automatic } => self.mine(*automatic).await,
            Action::Restart => self.cx.world.restart_target().await.map_err(|reason| {
                Stop::Inconclusive(format!("the server did not come back after its restart: {reason}"))
            }),
            Action::Compare(name) => compare::compare(self, name).await,
        }
    }

    /// Whatever came of the steps: nothing stays held, blocks are made, and no account nonce is left out.
    async fn put_back(&mut self, broken_off: bool) -> Judged {
        let held = self.scenario.steps.iter().filter_map(|step| match &step.action {
            Action::Hold { name, .. } => Some(name),
            _ => None,
        });
        for name in held {
            self.release(name)?;
        }
        if !broken_off {
            return Ok(());
        }
        if self.scenario.steps.iter().any(|step| matches!(step.action, Action::Mining { .. })) {
            self.mine(true).await?;
        }
        let names: Vec<&'static str> = self.actors.keys().copied().collect();
        for name in names {
            if self.actors.get(name).is_some_and(|actor| actor.lost.is_some()) {
                self.cancel(name).await?;
                self.resend(name).await?;
            }
        }
        Ok(())
    }

    async fn unpaid(&mut self, route: &'static str, times: u64) -> Judged {
        let route = self.cx.route(route)?;
        for _ in 0..times {
            let sent = format!("{} {} by a stranger who pays nothing", route.method, route.path);
            let visit = self.cx.knock_at(&self.client, ask(&route), &sent).await?;
            self.cx.must_have_come(&visit)?;
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

    /// Waits until the facilitator was asked about a payment; a server that answers without asking is not waited for.
    async fn wait_for_call(&mut self, name: &str, call: Call) -> Judged {
        let facilitator = self.cx.shop()?.scripted()?.clone();
        let nonce = self.nonce(name)?;
        // The answer is bounded by the client's patience, so that this needs none of its own.
        let called = facilitator.wait_for(nonce, endpoint(call), 1, Duration::from_secs(600));
        tokio::pin!(called);
        while self.actor(name)?.under_way > 0 {
            tokio::select! {
                _ = &mut called => return Ok(()),
                ended = self.take_next() => drop(ended?),
            }
        }
        Ok(())
    }

    async fn cancel(&self, name: &str) -> Judged {
        let payment = &self.purchase(name)?.payment;
        self.cx.world.chain.cancel(&payment.token, &payment.payer, payment.key().nonce).await?;
        Ok(())
    }

    async fn fund(&mut self, name: &str, funds: Funds) -> Judged {
        let cx = self.cx.clone();
        self.actor(name)?.fund(&cx, funds).await
    }

    /// An observer submits the authorization: from now on it may be paid for without the server knowing.
    async fn preempt(&self, name: &str) -> Judged {
        let payment = self.purchase(name)?.payment.clone();
        let presented = payment.draft.present()?;
        let chain = &self.cx.world.chain;
        self.cx.world.history.relay(payment.key());
        chain.relay(payment.token.address, &presented.authorization, &presented.signature).await?;
        Ok(())
    }

    async fn lose(&mut self, name: &'static str) -> Judged {
        let nonce = self.nonce(name)?;
        let (patience, pause) = POOL;
        let looks = patience.as_millis() / pause.as_millis();
        for _ in 0..looks {
            if let Some(hash) = self.cx.world.chain.pending_with(nonce).await? {
                let lost = self.cx.world.chain.take_out(hash).await?;
                let gone = || Stop::Harness("the transaction left the pool while mining is stopped".into());
                self.actor(name)?.lost = Some(lost.ok_or_else(gone)?);
                return Ok(());
            }
            // A server that has answered already has settled nothing, and content for that is found elsewhere.
            if self.actor(name)?.under_way == 0 {
                return Ok(());
            }
            self.take_what_has_ended().await?;
            tokio::time::sleep(pause).await;
        }
        Err(Stop::Inconclusive(format!("no transaction for {name} came into the chain's pool")))
    }

    async fn take_what_has_ended(&mut self) -> Judged {
        let no_time = tokio::time::timeout(Duration::ZERO, self.take_next());
        match no_time.await {
            Ok(ended) => ended.map(drop),
            Err(_) => Ok(()),
        }
    }

    async fn resend(&mut self, name: &str) -> Judged {
        if let Some(sent) = self.actor(name)?.lost.take() {
            self.cx.world.chain.bring_back(&sent).await?;
        }
        Ok(())
    }

    async fn mine(&self, automatic: bool) -> Judged {
        let chain = &self.cx.world.chain;
        if automatic {
            chain.set_automine().await?;
            chain.mine(1).await?;
        } else {
            chain.stop_mining().await?;
        }
        self.cx.world.disturb_chain(!automatic);
        Ok(())
    }
}

/// Tells at which line of the file the scenario stopped.
fn at(scenario: &Scenario, step: &Step, stop: Stop) -> Stop {
    let place = format!("{}:{}", scenario.path.display(), step.line);
    match stop {
        Stop::Inconclusive(reason) => Stop::Inconclusive(format!("{place}: {reason}")),
        Stop::Harness(reason) => Stop::Harness(format!("{place}: {reason}")),
        other => other,
    }
}

impl Stage {
    /// The last answer to a payment that came over the wire.
    pub(super) fn last_visit(&self, name: &str) -> Option<&crate::server::visit::Visit> {
        let seen = &self.actors.get(name)?.seen;
        let telling = seen.iter().rev().find(|seen: &&Seen| seen.served).or_else(|| seen.last());
        telling.and_then(|seen| seen.visit.as_ref())
    }
}

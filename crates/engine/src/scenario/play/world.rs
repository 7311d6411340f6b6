//! What happens around the target: the chain, the node, the observer, the restart.

use super::stage::{Came, Job, Stage};
use crate::check::{Judged, Stop};
use crate::cx::Cx;
use crate::payment::Payment;
use crate::scenario::model::{Action, Call, Scenario};
use futures::future::FutureExt as _;
use gauntlet_chain::Mining;
use gauntlet_probe::Rule;
use std::time::Duration;

/// The longest wait for a settlement to reach the chain's pool, and the pause between two looks.
const POOL: (Duration, Duration) = (Duration::from_secs(30), Duration::from_millis(10));

/// How long blocks wait for what is under way and need not come.
const ARRIVAL: Duration = Duration::from_secs(5);

impl Scenario {
    /// Whether it changes when blocks are made.
    pub(super) fn touches_mining(&self) -> bool {
        self.mining != Mining::Automine || self.does(|action| matches!(action, Action::Mining(_)))
    }

    /// Whether it takes blocks back.
    pub(in crate::scenario) fn takes_blocks_back(&self) -> bool {
        self.does(|action| matches!(action, Action::Reorg(_)))
    }

    /// Whether it changes what the node does to the target's calls.
    pub(super) fn touches_the_node(&self) -> bool {
        !self.faults.is_empty() || self.does(|action| matches!(action, Action::Fault(_)))
    }
}

/// The payer cancels the authorization.
pub(super) fn cancel(cx: Cx, payment: Payment) -> Job {
    async move {
        cx.world
            .chain
            .cancel(&cx.world.authority(&payment.token), &payment.payer, payment.key().nonce)
            .await?;
        Ok(Came::Nothing)
    }
    .boxed()
}

/// An observer submits the authorization: from now on it may be paid for without the target knowing.
pub(super) fn preempt(cx: Cx, payment: Payment) -> Job {
    async move {
        let presented = payment.draft.present()?;
        cx.world.history.relay(payment.key());
        let chain = &cx.world.chain;
        chain
            .relay(cx.world.authority(&payment.token).address, &presented.authorization, &presented.signature)
            .await?;
        Ok(Came::Nothing)
    }
    .boxed()
}

/// The target loses its memory.
pub(super) fn restart(cx: Cx) -> Job {
    async move {
        cx.world.restart_target().await.map_err(|reason| {
            Stop::Inconclusive(format!("the target did not come back after its restart: {reason}"))
        })?;
        Ok(Came::Nothing)
    }
    .boxed()
}

impl Stage {
    pub(super) async fn set_mining(&self, mining: Mining) -> Judged {
        let chain = &self.cx.world.chain;
        chain.set_mining(mining).await?;
        if mining == Mining::Automine {
            chain.mine(1).await?;
        }
        self.cx.world.disturb_chain(mining == Mining::Stopped);
        Ok(())
    }

    pub(super) async fn set_faults(&self, rules: Vec<Rule>) -> Judged {
        self.cx.world.set_rpc_faults(rules).await.map_err(Stop::Harness)
    }

    /// Waits until the facilitator was asked about a payment; a server that answers without asking is not waited for.
    pub(super) async fn wait_for_call(&mut self, name: &str, call: Call) -> Judged {
        let facilitator = self.cx.shop()?.scripted()?.clone();
        let nonce = self.nonce(name)?;
        // The answer is bounded by the client's patience, so that this needs none of its own.
        let called = facilitator.wait_for(nonce, super::endpoint(call), 1, Duration::from_secs(600));
        tokio::pin!(called);
        while self.actor(name)?.under_way > 0 {
            tokio::select! {
                _ = &mut called => return Ok(()),
                ended = self.take_next() => drop(ended?),
            }
        }
        Ok(())
    }

    /// Makes blocks. What is under way gets the time to reach the chain's pool first, so that it is in the first of them.
    pub(super) async fn mine(&mut self, blocks: u64) -> Judged {
        let is_under_way = |stage: &Self| {
            let under_way = stage.actors.values().filter(|actor| actor.under_way > 0);
            under_way.filter_map(|actor| Some(actor.payment()?.key().nonce)).collect::<Vec<_>>()
        };
        for _ in 0..ARRIVAL.as_millis() / POOL.1.as_millis() {
            self.take_what_has_ended().await?;
            let mut missing = 0;
            for nonce in is_under_way(self) {
                missing += usize::from(self.cx.world.chain.pending_with(nonce).await?.is_none());
            }
            if missing == 0 {
                break;
            }
            tokio::time::sleep(POOL.1).await;
        }
        Ok(self.cx.world.chain.mine(blocks).await?)
    }

    /// The transaction of a payment is lost before it is in a block.
    pub(super) async fn lose(&mut self, name: &'static str) -> Judged {
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

    /// The lost transaction comes back.
    pub(super) async fn resend(&mut self, name: &str) -> Judged {
        if let Some(sent) = self.actor(name)?.lost.take() {
            self.cx.world.chain.bring_back(&sent).await?;
        }
        Ok(())
    }
}

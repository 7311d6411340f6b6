//! What a check sees of the lives of its target.

use super::{Lost, died_meanwhile, told};
use crate::check::{Lane, Stop};
use crate::cx::{Cx, Violation};
use crate::history::{Endpoint, PaymentFacts, Said};
use crate::trial::End;
use gauntlet_report::Exchange;
use gauntlet_wire::Version;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

impl Cx {
    /// Whether the target died since this began.
    pub(crate) fn outlived(&self) -> bool {
        self.world.state.lives.ended() != self.life.load(Ordering::SeqCst)
    }

    /// After a request that got no answer: whether the target is dead, and if it is ours, starts it again.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`] when it died.
    pub(crate) async fn look_for_death(&self, exchange: &Exchange) -> Result<(), Stop> {
        if exchange.status.is_some() {
            return Ok(());
        }
        let (began, silence) = (Instant::now(), Duration::from_micros(exchange.took_us));
        let answers = self.world.target_answers().await;
        if self.outlived() {
            return Err(died_meanwhile());
        }
        if answers {
            return Ok(());
        }
        let fault = exchange.fault.as_ref().map(ToString::to_string).unwrap_or_default();
        let reason = format!("the target stopped answering ({fault})");
        if !self.world.ours {
            self.world.declare_down(reason.clone());
            return Err(Stop::Inconclusive(reason));
        }
        let _turn = self.world.state.lives.revival.lock().await;
        if self.outlived() {
            return Err(died_meanwhile());
        }
        let Some(End { how, last_lines }) = self.world.is_dead(silence + began.elapsed()).await else {
            let text = format!("the target did not answer ({fault}), and answers again");
            return Err(Stop::Inconclusive(text));
        };
        let reason = format!("{reason}; {how}");
        let back = self.world.revive(&reason, &last_lines).await;
        Err(Stop::Inconclusive(back.err().unwrap_or(reason)))
    }

    /// A check that judges whether the target survives has seen that it does not: starts it again, for that check and for
    /// all others.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`] when it does not come back, or when another check has started it again already.
    pub(crate) async fn bring_back(&self) -> Result<(), Stop> {
        let lives = &self.world.state.lives;
        let _turn = lives.revival.lock().await;
        if self.outlived() {
            return Err(died_meanwhile());
        }
        *lives.kept().dared.entry(self.check.id.clone()).or_default() += 1;
        self.life.store(lives.ended.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        self.world.restart_target().await.map_err(|reason| {
            let reason = format!("the target ended and could not be started again: {reason}");
            self.world.declare_down(reason.clone());
            Stop::Inconclusive(reason)
        })
    }

    /// Keeps a payment that was presented and not answered because the target died: its money may move all the same.
    pub(crate) fn keep_lost(
        &self,
        lost: Lost,
        (endpoint, version, sent): (Endpoint, Option<Version>, String),
        payment: Option<PaymentFacts>,
    ) -> Stop {
        if let Some(exchange) = lost.exchange {
            self.remember(endpoint, version, *exchange, sent, payment, true);
        }
        lost.stop
    }

    /// Tells the record of a request that was not answered because the target died.
    pub(crate) fn tell_lost(&self, lost: Lost) -> Stop {
        if let Some(exchange) = lost.exchange {
            self.tell_case(&exchange, "a request that was under way when the target stopped answering");
        }
        lost.stop
    }

    /// Whether a violation only shows that the target had died meanwhile, of something that another check may have sent. A
    /// check that has the target to itself is told of no other's death.
    pub(crate) fn is_of_a_death(&self, violation: &Violation<'_>) -> bool {
        let in_a_crowd = matches!(self.check.lane, Lane::Unpaid | Lane::Parallel) && !self.again;
        let answered = violation.reply.is_some_and(|reply| !matches!(reply.said, Said::Nothing(_)));
        in_a_crowd && self.outlived() && !answered && violation.chain.is_empty()
    }

    /// Tells of every death of the run that was not told yet. Answers whether there was one.
    pub(crate) fn tell_deaths(&self) -> bool {
        let deaths = self.world.state.lives.take_untold();
        let got = match deaths.as_slice() {
            [] => return false,
            [death] => told(death),
            deaths => {
                let each = deaths.iter().enumerate().map(|(n, death)| format!("{}. {}", n + 1, told(death)));
                format!("it died {} times: {}", deaths.len(), each.collect::<Vec<_>>().join("; "))
            }
        };
        self.find(Violation {
            requirement: if self.world.shop.is_some() { "INV-009-RS" } else { "INV-009" },
            kind: "died",
            want: "a target that still answers".into(),
            got,
            ..Violation::default()
        });
        true
    }
}

//! Settles that are under way at the same time: none of them can be judged by itself, since the money of one may
//! arrive during another.

use super::stage::Stage;
use crate::check::Judged;
use crate::facilitator::money::{is_exact, judge_race};
use crate::history::PaymentKey;
use crate::payment::Payment;
use crate::reply::{Money, Reply};
use crate::scenario::model::Action;
use gauntlet_chain::Transfer;
use std::collections::BTreeMap;

/// The settles that have been under way since the last moment at which nothing was.
#[derive(Default)]
pub(super) struct Race {
    /// What the chain said of each payment before its first settle.
    pub(super) before: BTreeMap<PaymentKey, Money>,
    /// The settles that have ended.
    pub(super) settles: Vec<(Payment, Reply)>,
}

impl Race {
    /// Whether any settle is in it.
    pub(super) fn is_on(&self) -> bool {
        !self.before.is_empty()
    }
}

impl Stage {
    /// A settle of a payment enters the race.
    pub(super) async fn enter_race(&mut self, payment: &Payment) -> Judged {
        if !self.race.before.contains_key(&payment.key()) {
            let money = self.cx.money(payment).await?;
            self.race.before.insert(payment.key(), money);
        }
        Ok(())
    }

    /// Judges all settles of the race together, once nothing is under way.
    pub(super) async fn judge_race(&mut self) -> Judged {
        let Race { before, settles } = std::mem::take(&mut self.race);
        for (key, before) in &before {
            let asked: Vec<(&Payment, &Reply)> = settles
                .iter()
                .filter(|(payment, _)| payment.key() == *key)
                .map(|(payment, reply)| (payment, reply))
                .collect();
            let Some((payment, _)) = asked.first() else { continue };
            if self.is_preempted(key) {
                // The observer's Transfer is nobody's settlement.
                continue;
            }
            let after = self.cx.money(payment).await?;
            judge_race(&self.cx, &asked, before, &after, &|transfer| self.explains(transfer));
        }
        Ok(())
    }

    fn is_preempted(&self, key: &PaymentKey) -> bool {
        self.scenario.every_step().iter().any(|step| match &step.action {
            Action::Preempt(name) => self.payment(name).is_ok_and(|payment| payment.key() == *key),
            _ => false,
        })
    }

    /// Whether a transfer is that of any payment of the scenario.
    fn explains(&self, transfer: &Transfer) -> bool {
        self.actors.values().filter_map(|actor| actor.payment()).any(|payment| is_exact(transfer, payment))
    }
}

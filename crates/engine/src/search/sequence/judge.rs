//! Each operation of a sequence, one after the other, against the model.

use super::model::{Fate, Operation, State};
use super::player::{Player, mutation};
use crate::check::Stop;
use crate::cx::{Cx, Violation};
use crate::facilitator::money::{is_exact, is_pending, judge_settle};
use crate::history::Said;
use crate::payment::Payment;
use crate::reply::{Money, Reply};
use gauntlet_wire::{B256, Version};
use std::collections::BTreeSet;

/// A sequence that is being played, and what the model says of it so far.
pub(super) struct Playing {
    pub(super) player: Player,
    pub(super) state: State,
}

impl Playing {
    /// Does one operation and judges what came of it. Answers why it could not be judged, when it could not.
    pub(super) async fn operate(&mut self, operation: &Operation) -> Result<Option<String>, Stop> {
        let silence = match operation {
            Operation::Verify(payment) => self.verify(*payment).await?,
            Operation::Settle(payment) => {
                let prepared = self.player.prepared(&self.state, *payment);
                self.settle(*payment, prepared).await?
            }
            Operation::Copied(payment, copy) => {
                let prepared = self.player.prepared(&self.state, *payment).with(&mutation(*copy));
                self.settle(*payment, prepared).await?
            }
            Operation::Slow(payment) => self.slowly(*payment).await?,
            Operation::Together(payments) => self.together(payments).await?,
            Operation::Burst => self.burst().await?,
            Operation::Cancel(_) | Operation::Fund(..) | Operation::Restart => {
                self.player.arrange(&self.state, operation).await?;
                self.state.step(operation);
                None
            }
        };
        self.player.look(&mut self.state).await?;
        Ok(silence)
    }

    async fn verify(&self, number: usize) -> Result<Option<String>, Stop> {
        let (cx, payment) = (self.player.cx_of(number), self.player.prepared(&self.state, number));
        let reply = cx.verify(&payment).await?;
        let violated = |requirement, kind, want: &str| {
            cx.find(Violation {
                requirement,
                kind,
                want: want.into(),
                reply: Some(&reply),
                ..Violation::default()
            });
        };
        match (self.state.payable(number), &reply.said) {
            (_, Said::Nothing(fault)) => return Ok(Some(fault.clone())),
            (Some(true), Said::No | Said::Unclear(_)) => {
                violated(valid(payment.draft.version).0, "refused-valid", "isValid true");
            }
            (Some(false), Said::Yes) => {
                let spent = matches!(self.state.fates[number], Fate::Paid | Fate::Cancelled);
                let rule = if spent { "X402-EVM3009-019" } else { "X402-EVM3009-007" };
                violated(rule, "accepted-invalid", "isValid false");
            }
            _ => {}
        }
        Ok(None)
    }

    async fn settle(&mut self, number: usize, payment: Payment) -> Result<Option<String>, Stop> {
        let cx = self.player.cx_of(number);
        let (reply, money) = cx.settle(&payment).await?;
        Ok(self.settled(&cx, number, &payment, &reply, &money))
    }

    async fn slowly(&mut self, number: usize) -> Result<Option<String>, Stop> {
        let (cx, payment) = (self.player.cx_of(number), self.player.prepared(&self.state, number));
        let before = cx.money(&payment).await?;
        let reply = self.player.settle_slowly(&payment).await?;
        let money = cx.money(&payment).await?;
        judge_settle(&cx, &payment, &reply, &before, &money);
        Ok(self.settled(&cx, number, &payment, &reply, &money))
    }

    /// The money has been judged; here it is whether the payment had to settle.
    fn settled(
        &mut self,
        cx: &Cx,
        number: usize,
        payment: &Payment,
        reply: &Reply,
        money: &Money,
    ) -> Option<String> {
        let payable = self.state.payable(number);
        if payable == Some(true) && is_refusal(reply) {
            refused_valid(cx, payment, reply, money);
        }
        self.state.step(&Operation::Settle(number));
        if is_pending(reply) {
            self.state.fates[number] = Fate::Open;
            self.state.purses[self.state.plans[number].payer] = None;
        }
        match &reply.said {
            Said::Nothing(fault) => Some(fault.clone()),
            _ => None,
        }
    }

    async fn together(&mut self, numbers: &[usize]) -> Result<Option<String>, Stop> {
        let payments: Vec<Payment> =
            numbers.iter().map(|number| self.player.prepared(&self.state, *number)).collect();
        let before = self.state.clone();
        self.state.step(&Operation::Together(numbers.to_vec()));
        let replies = self.player.settle(&payments).await?;
        let distinct: BTreeSet<usize> = numbers.iter().copied().collect();
        for number in &distinct {
            let answers: Vec<&Reply> = numbers
                .iter()
                .zip(&replies)
                .filter_map(|(other, reply)| (other == number).then_some(reply))
                .collect();
            let alone = distinct.len() == 1;
            let must = before.payable(*number) == Some(true) && self.state.fates[*number] == Fate::Paid;
            let money = self.player.cx.money(&self.player.payments[*number]).await?;
            self.copies(*number, &answers, &money, Copies { before: before.fates[*number], must, alone });
        }
        let silent = replies.iter().find_map(|reply| match &reply.said {
            Said::Nothing(fault) => Some(fault.clone()),
            _ => None,
        });
        if replies.iter().any(is_pending) {
            for number in &distinct {
                self.state.fates[*number] = match self.state.fates[*number] {
                    Fate::Paid | Fate::Unused => Fate::Open,
                    other => other,
                };
                self.state.purses[self.state.plans[*number].payer] = None;
            }
        }
        Ok(silent)
    }

    /// The answers to one payment that was settled several times at one instant, or beside others.
    fn copies(&self, number: usize, answers: &[&Reply], money: &Money, copies: Copies) {
        let (cx, payment) = (self.player.cx_of(number), &self.player.payments[number]);
        let exact = || money.transfers.iter().filter(|transfer| is_exact(transfer, payment));
        let hashes: BTreeSet<B256> = exact().map(|transfer| transfer.tx).collect();
        let violated = |requirement, kind, want: &str, reply: Option<&Reply>| {
            cx.find(Violation {
                requirement,
                kind,
                want: want.into(),
                reply,
                chain: money.lines.clone(),
                ..Violation::default()
            });
        };
        if hashes.len() > 1 {
            violated("INV-002", "paid-twice", "one Transfer for one authorization", answers.first().copied());
        }
        if exact().count() < money.transfers.len() {
            let want = "a Transfer exactly as it was signed";
            violated("X402-EVM3009-028", "changed-payment", want, answers.first().copied());
        }
        let yes = || answers.iter().copied().filter(|reply| reply.said == Said::Yes);
        let strange = yes().find(|reply| reply.transaction().is_none_or(|named| !hashes.contains(&named)));
        if let Some(reply) = strange {
            match (copies.before, hashes.is_empty()) {
                (Fate::Paid | Fate::Cancelled, _) => {
                    let want = "success false for a spent authorization";
                    violated("X402V2-FA-SETTLE-005", "spent-authorization-accepted", want, Some(reply));
                }
                (_, true) => {
                    let want = "success only when the Transfer to payTo is on the chain";
                    violated("X402V2-FA-SETTLE-002", "success-without-money", want, Some(reply));
                }
                (_, false) => {
                    let want = "successes only for the one transaction";
                    violated("X402V2-FA-SETTLE-006", "another-success", want, Some(reply));
                }
            }
        }
        let open = answers.iter().any(|reply| !is_refusal(reply) && reply.said != Said::Yes);
        if yes().next().is_some() || open {
            return;
        }
        let first = answers.first().copied();
        match (copies.before, hashes.is_empty()) {
            (Fate::Unused, false) => {
                let want = "no money moves when the answer is a failure";
                violated("X402V2-FA-SETTLE-003", "refused-but-taken", want, first);
            }
            (_, true) if copies.must && copies.alone => {
                violated("X402V2-FA-SETTLE-006", "nobody-settled", "exactly one success", first);
            }
            (_, true) if copies.must => {
                violated("X402V2-FA-SETTLE-013", "lost-under-concurrency", "success true", first);
            }
            _ => {}
        }
    }

    async fn burst(&self) -> Result<Option<String>, Stop> {
        let replies = self.player.burst().await?;
        if let Some(reply) = replies.iter().find(|reply| is_refusal(reply)) {
            let cx = self.player.cx.in_version(self.player.cx.version());
            cx.find(Violation {
                requirement: valid(cx.version()).1,
                kind: "refused-valid",
                want: "success true".into(),
                reply: Some(reply),
                ..Violation::default()
            });
        }
        let silent = replies.iter().find_map(|reply| match &reply.said {
            Said::Nothing(fault) => Some(fault.clone()),
            _ => None,
        });
        Ok(silent)
    }
}

/// What is known of the copies of a payment.
#[derive(Clone, Copy)]
struct Copies {
    /// What had become of it before.
    before: Fate,
    /// Whether one of them must settle.
    must: bool,
    /// Whether nothing else was settled beside them.
    alone: bool,
}

/// A refusal that is final.
fn is_refusal(reply: &Reply) -> bool {
    matches!(reply.said, Said::No | Said::Unclear(_)) && !is_pending(reply)
}

/// The requirements that a valid payment verifies and settles.
fn valid(version: Version) -> (&'static str, &'static str) {
    match version {
        Version::V2 => ("X402V2-FA-VERIFY-001", "X402V2-FA-SETTLE-001"),
        Version::V1 => ("X402V1-FA-001", "X402V1-FA-002"),
    }
}

fn refused_valid(cx: &Cx, payment: &Payment, reply: &Reply, money: &Money) {
    cx.find(Violation {
        requirement: valid(payment.draft.version).1,
        kind: "refused-valid",
        want: "success true".into(),
        reply: Some(reply),
        chain: money.lines.clone(),
        ..Violation::default()
    });
}

//! The order of steps: none that would wait for ever, and none that leaves something behind.

use super::fault;
use crate::scenario::error::ScenarioError;
use crate::scenario::model::{Action, Ask, Call, Moment, Pay, Scenario, Step};
use crate::scenario::reader::Table;
use gauntlet_chain::Mining;
use std::collections::BTreeSet;

/// What is going on while the steps are read in their order.
#[derive(Default)]
struct Now<'a> {
    held: BTreeSet<&'a str>,
    released: BTreeSet<&'a str>,
    under_way: BTreeSet<&'a str>,
    /// What is under way and needs a block.
    unmined: BTreeSet<&'a str>,
    dropped: BTreeSet<&'a str>,
    stopped: bool,
}

/// Steps that would wait for one another for ever, and steps that would leave something behind.
pub(super) fn check(scenario: &Scenario, root: &Table<'_>) -> Result<(), ScenarioError> {
    let mut now = Now { stopped: scenario.mining == Mining::Stopped, ..Now::default() };
    now.all(&scenario.steps).map_err(|(step, problem)| fault(root, step, problem))?;
    let left = |action: &dyn Fn(&Action) -> bool, message: &str| {
        let last = scenario.every_step().into_iter().rfind(|step| action(&step.action));
        last.map_or_else(|| root.error_at("chain", message), |step| fault(root, step, message))
    };
    if !now.held.is_empty() {
        let held =
            |action: &Action| matches!(action, Action::Hold { name, .. } if now.held.contains(name.as_str()));
        return Err(left(&held, "what is held must be released by a later step"));
    }
    if !now.dropped.is_empty() {
        let dropped =
            |action: &Action| matches!(action, Action::Drop(name) if now.dropped.contains(name.as_str()));
        let message =
            "a lost transaction must come back by `resend`, or its sender's next one would wait for it";
        return Err(left(&dropped, message));
    }
    if now.stopped && !now.unmined.is_empty() {
        return Err(left(&|action| matches!(action, Action::Mining(_)), "a later step must mine again"));
    }
    Ok(())
}

type Problem<'a> = (&'a Step, &'static str);

impl<'a> Now<'a> {
    fn all(&mut self, steps: &'a [Step]) -> Result<(), Problem<'a>> {
        steps.iter().try_for_each(|step| match &step.action {
            Action::Parallel(inner) => self.all(inner),
            // What holds for the second time holds for all that follow.
            Action::Repeat { times, steps } => (0..(*times).min(2)).try_for_each(|_| self.all(steps)),
            action => self.take(action).map_or(Ok(()), |problem| Err((step, problem))),
        })
    }

    /// Takes a step; a sentence when it cannot be taken.
    fn take(&mut self, action: &'a Action) -> Option<&'static str> {
        match action {
            Action::Hold { name, .. } if self.released.contains(name.as_str()) => {
                return Some("this payment has been released, and is not held again");
            }
            Action::Hold { name, .. } => drop(self.held.insert(name)),
            Action::Release(name) if !self.held.remove(name.as_str()) => {
                return Some("this payment is not held");
            }
            Action::Release(name) => drop(self.released.insert(name)),
            Action::Ask(ask) => return self.ask(ask),
            Action::Pay(Pay { name, background: false, .. }) if self.held.contains(name.as_str()) => {
                return Some("this would wait for a payment that is held; add `background = true`");
            }
            Action::Pay(Pay { background: false, .. }) | Action::Fetch { background: false, .. }
                if self.stopped =>
            {
                return Some("this would wait for a block that nobody makes; add `background = true`");
            }
            Action::Pay(Pay { name, background: true, .. })
            | Action::Fetch { name, background: true, .. } => {
                self.send(name);
            }
            Action::Await { name, until } => return self.wait(name, *until),
            Action::Cancel(_) | Action::Preempt(_) | Action::Resend(_) if self.stopped => {
                return Some("this needs a block, and mining is stopped");
            }
            Action::Drop(_) if !self.stopped => {
                return Some("a transaction can only be lost while mining is stopped");
            }
            Action::Drop(name) if !self.under_way.contains(name.as_str()) => {
                return Some("this payment must be under way: send it with `background = true` before");
            }
            Action::Drop(name) => drop(self.dropped.insert(name)),
            Action::Resend(name) if !self.dropped.remove(name.as_str()) => {
                return Some("no transaction of this payment was lost");
            }
            Action::Mining(mining) => {
                self.stopped = *mining == Mining::Stopped;
                if !self.stopped {
                    self.unmined.clear();
                }
            }
            Action::Mine(_) => self.unmined.clear(),
            Action::Reorg(_) if !self.under_way.is_empty() => {
                return Some(
                    "a chain that takes blocks back while a payment is under way cannot be judged; `await` it before",
                );
            }
            _ => {}
        }
        None
    }

    fn send(&mut self, name: &'a str) {
        self.under_way.insert(name);
        if self.stopped {
            self.unmined.insert(name);
        }
    }

    fn ask(&mut self, ask: &'a Ask) -> Option<&'static str> {
        match ask {
            Ask { background: true, call, name, .. } => {
                self.under_way.insert(name);
                if self.stopped && *call == Call::Settle {
                    self.unmined.insert(name);
                }
                None
            }
            Ask { call: Call::Settle, .. } if self.stopped => {
                Some("this would wait for a block that nobody makes; add `background = true`")
            }
            _ => None,
        }
    }

    fn wait(&mut self, name: &'a str, until: Moment) -> Option<&'static str> {
        if !self.under_way.contains(name) {
            return Some("nothing of this payment is under way: send it with `background = true` before");
        }
        if until == Moment::Answered {
            if self.held.contains(name) || (self.stopped && self.unmined.contains(name)) {
                return Some("this would wait for ever: release the payment, or mine, before");
            }
            self.under_way.remove(name);
        }
        None
    }
}

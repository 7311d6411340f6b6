//! What a scenario must be besides well written: its names are known, what is held is released, and its expectations
//! leave nothing out.

use super::error::ScenarioError;
use super::model::{Action, Bound, Copies, Expect, Moment, Pay, Scenario, Step};
use super::reader::{Table, did_you_mean};
use crate::Catalogue;
use std::collections::BTreeSet;

pub(super) fn check(scenario: &Scenario, root: &Table<'_>) -> Result<(), ScenarioError> {
    requirements(scenario, root)?;
    names(scenario, root)?;
    order(scenario, root)?;
    expectations(scenario, root)
}

/// Every requirement exists, and each version has one.
fn requirements(scenario: &Scenario, root: &Table<'_>) -> Result<(), ScenarioError> {
    for id in root.needed_texts("covers")? {
        if Catalogue::get().find(id.get_ref()).is_none() {
            let known: Vec<&str> = Catalogue::get().all().map(|known| known.id.as_str()).collect();
            let message =
                format!("there is no requirement {}{}", id.get_ref(), did_you_mean(id.get_ref(), &known));
            return Err(root.source.error(id.span(), message));
        }
    }
    match scenario.versions.iter().find(|version| scenario.covers_in(**version).is_empty()) {
        Some(version) => {
            Err(root.error_at("covers", format!("none of these requirements is about {version}")))
        }
        None => Ok(()),
    }
}

/// The names that a step uses.
fn name_of(action: &Action) -> Option<&str> {
    match action {
        Action::Pay(Pay { name, .. })
        | Action::Buy { name, .. }
        | Action::Hold { name, .. }
        | Action::Answer { name, .. }
        | Action::Await { name, .. }
        | Action::Release(name)
        | Action::Cancel(name)
        | Action::Drain(name)
        | Action::Refill(name)
        | Action::Preempt(name)
        | Action::Drop(name)
        | Action::Resend(name)
        | Action::Compare(name) => Some(name),
        Action::Unpaid { .. } | Action::Mining { .. } | Action::Restart => None,
    }
}

/// Whether a step is about one payment, which a payer who makes new ones has not.
fn is_about_a_payment(action: &Action) -> bool {
    !matches!(action, Action::Buy { .. } | Action::Await { .. } | Action::Drain(_) | Action::Refill(_))
}

fn names(scenario: &Scenario, root: &Table<'_>) -> Result<(), ScenarioError> {
    let known: Vec<&str> = scenario.given.iter().map(|given| given.name.as_str()).collect();
    for step in &scenario.steps {
        let Some(name) = name_of(&step.action) else { continue };
        if !known.contains(&name) {
            let near = did_you_mean(name, &known);
            return Err(fault(root, step, format!("nothing called `{name}` is given{near}")));
        }
        if is_about_a_payment(&step.action) && scenario.is_payer(name) {
            let message = format!("`{name}` buys, with a new payment each time; give this one another name");
            return Err(fault(root, step, message));
        }
        if let Action::Pay(Pay { copies: Copies::AtOnce(_), .. }) = &step.action
            && scenario.is_beyond_the_server(name)
        {
            let message = "copies at one instant are counted against the money that the server had moved";
            return Err(fault(root, step, message));
        }
    }
    let used: BTreeSet<&str> = scenario.steps.iter().filter_map(|step| name_of(&step.action)).collect();
    match known.iter().find(|name| !used.contains(**name)) {
        Some(name) => Err(root.needed_table("given")?.error_at(name, format!("no step uses `{name}`"))),
        None => Ok(()),
    }
}

fn fault(root: &Table<'_>, step: &Step, message: impl Into<String>) -> ScenarioError {
    root.source.error(step.span.clone(), message)
}

/// What is going on while the steps are read in their order.
#[derive(Default)]
struct Now<'a> {
    held: BTreeSet<&'a str>,
    released: BTreeSet<&'a str>,
    under_way: BTreeSet<&'a str>,
    dropped: BTreeSet<&'a str>,
    stopped: bool,
}

/// Steps that would wait for one another for ever, and steps that would leave something behind.
fn order(scenario: &Scenario, root: &Table<'_>) -> Result<(), ScenarioError> {
    let mut now = Now::default();
    for step in &scenario.steps {
        if let Some(problem) = now.take(&step.action) {
            return Err(fault(root, step, problem));
        }
    }
    let left = |action: &dyn Fn(&Action) -> bool, message: &str| match scenario
        .steps
        .iter()
        .rfind(|step| action(&step.action))
    {
        Some(step) => fault(root, step, message),
        None => root.source.error(None, message),
    };
    if !now.held.is_empty() {
        let message = "what is held must be released by a later step";
        return Err(left(
            &|action| matches!(action, Action::Hold { name, .. } if now.held.contains(name.as_str())),
            message,
        ));
    }
    if !now.dropped.is_empty() {
        let message =
            "a lost transaction must come back by `resend`, or its sender's next one would wait for it";
        return Err(left(
            &|action| matches!(action, Action::Drop(name) if now.dropped.contains(name.as_str())),
            message,
        ));
    }
    if now.stopped {
        return Err(left(&|action| matches!(action, Action::Mining { .. }), "a later step must mine again"));
    }
    Ok(())
}

impl<'a> Now<'a> {
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
            Action::Pay(Pay { name, wait: true, .. }) if self.held.contains(name.as_str()) => {
                return Some("this would wait for a payment that is held; add `wait = false`");
            }
            Action::Pay(Pay { wait: true, .. }) | Action::Buy { wait: true, .. } if self.stopped => {
                return Some("this would wait for a block that nobody makes; add `wait = false`");
            }
            Action::Pay(Pay { name, wait: false, .. }) | Action::Buy { name, wait: false, .. } => {
                self.under_way.insert(name);
            }
            Action::Await { name, until } => return self.wait(name, *until),
            Action::Cancel(_) | Action::Preempt(_) | Action::Resend(_) if self.stopped => {
                return Some("this needs a block, and mining is stopped");
            }
            Action::Drop(_) if !self.stopped => {
                return Some("a transaction can only be lost while mining is stopped");
            }
            Action::Drop(name) if !self.under_way.contains(name.as_str()) => {
                return Some("this payment must be under way: `pay` it with `wait = false` before");
            }
            Action::Drop(name) => drop(self.dropped.insert(name)),
            Action::Resend(name) if !self.dropped.remove(name.as_str()) => {
                return Some("no transaction of this payment was lost");
            }
            Action::Mining { automatic } => self.stopped = !automatic,
            _ => {}
        }
        None
    }

    fn wait(&mut self, name: &'a str, until: Moment) -> Option<&'static str> {
        if !self.under_way.contains(name) {
            return Some("nothing of this payment is under way: `pay` it with `wait = false` before");
        }
        if until == Moment::Answered {
            if self.held.contains(name) || self.stopped {
                return Some("this would wait for ever: release the payment, or mine, before");
            }
            self.under_way.remove(name);
        }
        None
    }
}

fn expectations(scenario: &Scenario, root: &Table<'_>) -> Result<(), ScenarioError> {
    let expect = root.needed_table("expect")?;
    every(scenario, &expect, "served", &scenario.expect.served)?;
    every(scenario, &expect, "transfers", &scenario.expect.transfers)?;
    known(scenario, &expect, &scenario.expect)?;
    if let (Some((_, bounds)), Some(graded)) = (&scenario.graded, root.table("graded")?) {
        known(scenario, &graded, bounds)?;
        if *bounds == Expect::default() {
            return Err(graded.error_at("class", "[graded] expects nothing"));
        }
    }
    Ok(())
}

/// An expectation that says nothing of a payment would pass whatever became of it.
fn every(scenario: &Scenario, table: &Table<'_>, key: &str, bounds: &[Bound]) -> Result<(), ScenarioError> {
    let names = |bound: &&Bound| bound.name.clone();
    let told: BTreeSet<String> = bounds.iter().map(|bound| names(&bound)).collect();
    match scenario.given.iter().find(|given| !told.contains(&given.name)) {
        Some(given) => {
            let example = format!("for example: {key} = {{ {} = 1 }}", given.name);
            let message = format!("`{key}` does not say what is expected of `{}`", given.name);
            Err(table.error_at(key, message).with_help(example))
        }
        None => Ok(()),
    }
}

fn known(scenario: &Scenario, table: &Table<'_>, expect: &Expect) -> Result<(), ScenarioError> {
    let names: Vec<&str> = scenario.given.iter().map(|given| given.name.as_str()).collect();
    let kinds = [
        ("served", &expect.served),
        ("transfers", &expect.transfers),
        ("settles", &expect.settles),
        ("reverted", &expect.reverted),
    ];
    for (key, bounds) in kinds {
        for bound in bounds {
            if !names.contains(&bound.name.as_str()) {
                let near = did_you_mean(&bound.name, &names);
                let message = format!("nothing called `{}` is given{near}", bound.name);
                return Err(table.needed_table(key)?.error_at(&bound.name, message));
            }
            if key != "served" && key != "transfers" && scenario.is_payer(&bound.name) {
                let message = format!("`{key}` is known of payments only, and `{}` is a payer", bound.name);
                return Err(table.needed_table(key)?.error_at(&bound.name, message));
            }
        }
    }
    Ok(())
}

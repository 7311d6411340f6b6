//! Names: whatever a step names is given, whatever is given is used, and no name means two things.

use super::fault;
use crate::scenario::error::ScenarioError;
use crate::scenario::model::{Action, Ask, Copies, Given, Pay, Scenario, Step};
use crate::scenario::reader::{Table, did_you_mean};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(scenario: &Scenario, root: &Table<'_>) -> Result<(), ScenarioError> {
    let known: Vec<&str> = scenario.given.iter().map(|given| given.name.as_str()).collect();
    for step in scenario.every_step() {
        let Some(name) = name_of(&step.action) else { continue };
        if !known.contains(&name) {
            let near = did_you_mean(name, &known);
            return Err(fault(root, step, format!("nothing called `{name}` is given{near}")));
        }
        in_its_place(scenario, root, step, name)?;
    }
    let used: BTreeSet<&str> =
        scenario.every_step().into_iter().filter_map(|step| name_of(&step.action)).collect();
    if let Some(name) = known.iter().find(|name| !used.contains(**name)) {
        return Err(root.needed_table("given")?.error_at(name, format!("no step uses `{name}`")));
    }
    accounts(scenario, root)
}

/// The name that a step uses.
pub(super) fn name_of(action: &Action) -> Option<&str> {
    match action {
        Action::Ask(Ask { name, .. })
        | Action::Pay(Pay { name, .. })
        | Action::Fetch { name, .. }
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
        Action::Unpaid { .. }
        | Action::Supported
        | Action::Request { .. }
        | Action::Mining(_)
        | Action::Mine(_)
        | Action::Reorg(_)
        | Action::Fault(_)
        | Action::Restart
        | Action::Wait(_)
        | Action::Parallel(_)
        | Action::Repeat { .. } => None,
    }
}

/// Whether a step is about one payment, which a payer who makes new ones has not.
fn is_about_a_payment(action: &Action) -> bool {
    !matches!(action, Action::Fetch { .. } | Action::Await { .. } | Action::Drain(_) | Action::Refill(_))
}

fn in_its_place(scenario: &Scenario, root: &Table<'_>, step: &Step, name: &str) -> Result<(), ScenarioError> {
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
    Ok(())
}

/// Accounts have names of their own, and one payer has one purse.
fn accounts(scenario: &Scenario, root: &Table<'_>) -> Result<(), ScenarioError> {
    let table = || root.needed_table("given");
    let mut purses: BTreeMap<&str, &Given> = BTreeMap::new();
    for given in &scenario.given {
        let one = |key: &str, message: String| {
            table()
                .and_then(|table| table.needed_table(&given.name))
                .map_or_else(|error| error, |one| one.error_at(key, message))
        };
        for (key, account) in [("payer", &given.payer), ("payee", &given.payee)] {
            if let Some(account) = account.as_deref().filter(|account| scenario.given(account).is_some()) {
                return Err(one(key, format!("`{account}` is a payment; give the account another name")));
            }
        }
        if scenario.is_payer(&given.name) {
            let key = [
                ("change", !given.change.is_empty()),
                ("nonce", given.nonce.is_some()),
                ("payer", given.payer.is_some()),
            ];
            if let Some((key, _)) = key.iter().find(|(_, is_there)| *is_there) {
                let message =
                    format!("`{}` buys, and signs what it is asked for; it has no `{key}`", given.name);
                return Err(one(key, message));
            }
        }
        let Some(payer) = given.payer.as_deref() else { continue };
        match purses.insert(payer, given) {
            Some(other) if other.funds != given.funds || other.token != given.token => {
                let message =
                    format!("`{payer}` pays for `{}` as well, with other funds or another token", other.name);
                let key = if other.funds == given.funds { "token" } else { "funds" };
                return Err(one(
                    if table()?.needed_table(&given.name)?.has(key) { key } else { "payer" },
                    message,
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

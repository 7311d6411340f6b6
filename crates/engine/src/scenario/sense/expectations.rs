//! Expectations: they are about what is given, they leave nothing out, and each of them can be missed.

use crate::scenario::error::ScenarioError;
use crate::scenario::model::{Action, Ask, Call, Expect, Scenario};
use crate::scenario::reader::{Table, did_you_mean};
use gauntlet_probe::Role;
use std::collections::BTreeSet;
use std::ops::Range;

pub(super) fn check(scenario: &Scenario, root: &Table<'_>) -> Result<(), ScenarioError> {
    let expect = root.table("expect")?;
    let needed: &[&str] =
        if scenario.role == Role::Server { &["served", "transfers"] } else { &["transfers"] };
    if !scenario.given.is_empty() {
        let expect = root.needed_table("expect")?;
        needed.iter().try_for_each(|key| every(scenario, &expect, key))?;
    }
    if let Some(expect) = expect {
        of(scenario, &expect, &scenario.expect)?;
    }
    if let (Some((_, bounds)), Some(graded)) = (&scenario.graded, root.table("graded")?) {
        of(scenario, &graded, bounds)?;
        if bounds.is_empty() {
            return Err(graded.error_at("class", "[graded] expects nothing"));
        }
    }
    let answers = scenario.every_step().iter().any(|step| step.answers.expect.is_some());
    if scenario.expect.is_empty() && scenario.graded.is_none() && !answers {
        return Err(root
            .source
            .error(None, "the scenario expects nothing: add `expect` to a step, or [expect]"));
    }
    Ok(())
}

/// An expectation that says nothing of a payment would pass whatever became of it.
fn every(scenario: &Scenario, table: &Table<'_>, key: &str) -> Result<(), ScenarioError> {
    let counts = scenario.expect.counts();
    let bounds = counts.iter().find(|(name, _)| *name == key).map_or(&[][..], |(_, bounds)| bounds);
    let told: BTreeSet<&str> = bounds.iter().map(|bound| bound.name.as_str()).collect();
    match scenario.given.iter().find(|given| !told.contains(given.name.as_str())) {
        Some(given) => {
            let example = format!("for example: {key} = {{ {} = 1 }}", given.name);
            let message = format!("`{key}` does not say what is expected of `{}`", given.name);
            Err(table.error_at(key, message).with_help(example))
        }
        None => Ok(()),
    }
}

fn of(scenario: &Scenario, table: &Table<'_>, expect: &Expect) -> Result<(), ScenarioError> {
    for (key, bounds) in expect.counts() {
        for bound in bounds {
            known(scenario, table, &bound.name, &bound.span)?;
            if !matches!(key, "served" | "transfers") {
                is_payment(scenario, table, key, &bound.name, &bound.span)?;
            }
            match key {
                "valid" => asked(scenario, table, Call::Verify, &bound.name, &bound.span)?,
                "settled" => asked(scenario, table, Call::Settle, &bound.name, &bound.span)?,
                _ => {}
            }
        }
    }
    for named in &expect.agree {
        known(scenario, table, &named.name, &named.span)?;
        asked(scenario, table, Call::Verify, &named.name, &named.span)?;
        asked(scenario, table, Call::Settle, &named.name, &named.span)?;
    }
    for named in &expect.authorization {
        known(scenario, table, &named.name, &named.span)?;
        is_payment(scenario, table, "authorization", &named.name, &named.span)?;
    }
    for named in expect.balance.iter().chain(&expect.received) {
        account(scenario, table, &named.name, &named.span)?;
    }
    Ok(())
}

fn known(scenario: &Scenario, table: &Table<'_>, name: &str, at: &Range<usize>) -> Result<(), ScenarioError> {
    let names: Vec<&str> = scenario.given.iter().map(|given| given.name.as_str()).collect();
    if names.contains(&name) {
        return Ok(());
    }
    let near = did_you_mean(name, &names);
    Err(table.source.error(at.clone(), format!("nothing called `{name}` is given{near}")))
}

fn is_payment(
    scenario: &Scenario,
    table: &Table<'_>,
    key: &str,
    name: &str,
    at: &Range<usize>,
) -> Result<(), ScenarioError> {
    if !scenario.is_payer(name) {
        return Ok(());
    }
    let message = format!("`{key}` is known of payments only, and `{name}` is a payer");
    Err(table.source.error(at.clone(), message))
}

/// What nobody was asked cannot be missed.
fn asked(
    scenario: &Scenario,
    table: &Table<'_>,
    call: Call,
    name: &str,
    at: &Range<usize>,
) -> Result<(), ScenarioError> {
    let asks = |action: &Action| matches!(action, Action::Ask(Ask { call: asked, name: whom, .. }) if *asked == call && whom == name);
    if scenario.does(asks) {
        return Ok(());
    }
    let verb = if call == Call::Verify { "verify" } else { "settle" };
    Err(table
        .source
        .error(at.clone(), format!("no step has `{verb} = \"{name}\"`, so that nothing is known of it")))
}

fn account(
    scenario: &Scenario,
    table: &Table<'_>,
    name: &str,
    at: &Range<usize>,
) -> Result<(), ScenarioError> {
    let mut names: Vec<&str> = Vec::new();
    for given in &scenario.given {
        names.push(&given.name);
        names.extend(given.payer.as_deref());
        names.extend(given.payee.as_deref());
    }
    if names.contains(&name) {
        return Ok(());
    }
    let near = did_you_mean(name, &names);
    let error = table.source.error(at.clone(), format!("there is no account `{name}`{near}"));
    Err(error.with_help("an account is a `payer` or a `payee`; the name of a payment stands for its own"))
}

//! What must have come of a scenario, and of a step.

use super::values::matcher;
use crate::scenario::error::ScenarioError;
use crate::scenario::grammar;
use crate::scenario::model::{Answer, Answers, Bound, Expect, Matcher, Named};
use crate::scenario::reader::{Table, Words};
use gauntlet_probe::Role;
use gauntlet_report::Class;
use toml::de::DeValue;

pub(super) fn read(table: &Table<'_>, role: Role, keys: &[&str]) -> Result<Expect, ScenarioError> {
    table.only(keys)?;
    let (foreign, whom): (&[&str], _) = match role {
        Role::Server => (&["valid", "settled", "agree"], "facilitators"),
        _ => (&["served", "settles"], "servers"),
    };
    if let Some(key) = foreign.iter().find(|key| table.has(key)) {
        return Err(table.error_at(key, format!("`{key}` is for {whom}, and this scenario tries a {role}")));
    }
    Ok(Expect {
        served: bounds(table, "served")?,
        transfers: bounds(table, "transfers")?,
        settles: bounds(table, "settles")?,
        reverted: bounds(table, "reverted")?,
        valid: bounds(table, "valid")?,
        settled: bounds(table, "settled")?,
        agree: table
            .texts("agree")?
            .into_iter()
            .map(|name| Named { span: name.span(), name: name.into_inner(), what: () })
            .collect(),
        balance: named(table, "balance", amounts)?,
        received: named(table, "received", amounts)?,
        authorization: named(table, "authorization", |table, name| {
            table.needed_word(name, &[("used", true), ("unused", false)])
        })?,
    })
}

pub(super) fn read_graded(root: &Table<'_>, role: Role) -> Result<Option<(Class, Expect)>, ScenarioError> {
    let Some(table) = root.table("graded")? else { return Ok(None) };
    let words: &Words<Class> = &[("D", Class::D), ("W", Class::W), ("I", Class::I)];
    let class = table.needed_word("class", words)?;
    Ok(Some((class, read(&table, role, &grammar::names(grammar::GRADED))?)))
}

fn bounds(table: &Table<'_>, key: &str) -> Result<Vec<Bound>, ScenarioError> {
    let Some(counts) = table.table(key)? else { return Ok(Vec::new()) };
    let bound = |(name, span): (&str, std::ops::Range<usize>)| {
        let (least, most) = counts.range(name)?;
        Ok(Bound { name: name.to_owned(), least, most, span })
    };
    counts.keys().into_iter().map(bound).collect()
}

fn named<T>(
    table: &Table<'_>,
    key: &str,
    read: impl Fn(&Table<'_>, &str) -> Result<T, ScenarioError>,
) -> Result<Vec<Named<T>>, ScenarioError> {
    let Some(each) = table.table(key)? else { return Ok(Vec::new()) };
    let one = |(name, span): (&str, std::ops::Range<usize>)| {
        Ok(Named { name: name.to_owned(), what: read(&each, name)?, span })
    };
    each.keys().into_iter().map(one).collect()
}

/// Atomic units are written as texts, and compared as texts and as numbers.
fn amounts(table: &Table<'_>, name: &str) -> Result<Matcher, ScenarioError> {
    let value = table.needed_value(name)?;
    match value.get_ref() {
        DeValue::Table(_) => matcher(table.source, value, false),
        _ => {
            let units = table.amount(name)?.unwrap_or_default();
            Ok(Matcher::Is(units.to_string().into()))
        }
    }
}

/// What a step says of its answers.
pub(super) fn read_answers(step: &Table<'_>, role: Role) -> Result<Answers, ScenarioError> {
    let one = |key: &str| step.table(key)?.map(|table| read_answer(&table, role)).transpose();
    Ok(Answers { expect: one("expect")?, require: one("require")? })
}

fn read_answer(table: &Table<'_>, role: Role) -> Result<Answer, ScenarioError> {
    let keys = grammar::names(grammar::ANSWER);
    table.only(&keys)?;
    if table.keys().is_empty() {
        let error = table.source.error(table.span.clone(), "this expects nothing");
        return Err(error.with_help(format!("known keys: {}", keys.join(", "))));
    }
    if table.has("canary") && role != Role::Server {
        return Err(
            table.error_at("canary", "only servers have content, and this scenario tries a facilitator")
        );
    }
    let plain = |key: &str| table.value(key).map(|value| matcher(table.source, value, false)).transpose();
    let json = match table.value("json") {
        Some(value) if !matches!(value.get_ref(), DeValue::Table(_)) => {
            return Err(table.wrong(value, "json", "a table of members"));
        }
        value => value.map(|value| matcher(table.source, value, true)).transpose()?,
    };
    let headers = match table.table("headers")? {
        None => Vec::new(),
        Some(headers) => headers
            .keys()
            .into_iter()
            .map(|(name, _)| {
                Ok((name.to_owned(), matcher(table.source, headers.needed_value(name)?, false)?))
            })
            .collect::<Result<_, _>>()?,
    };
    Ok(Answer {
        status: plain("status")?,
        json,
        headers,
        body: plain("body")?,
        canary: table.flag("canary")?,
        span: table.span.clone(),
    })
}

//! Values that are more than a word or a number: changes, faults, matchers, JSON.

use super::Faults;
use crate::scenario::error::ScenarioError;
use crate::scenario::grammar;
use crate::scenario::model::{Kind, Matcher, Trouble};
use crate::scenario::reader::{Source, Table, did_you_mean};
use gauntlet_chain::Mining;
use gauntlet_probe::{Action, Rule};
use gauntlet_wire::mutation::WORDS;
use gauntlet_wire::{Change, U256};
use regex::Regex;
use serde_json::{Map, Value};
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The greatest number that every reader of JSON reads alike.
const GREATEST: u64 = (1 << 53) - 1;

/// Refuses every number, at any depth, that readers with doubles would read as another one.
pub(super) fn numbers(source: Source<'_>, table: &DeTable<'_>, faults: &mut Faults) {
    for (_, value) in table {
        number(source, value, faults);
    }
}

fn number(source: Source<'_>, value: &Spanned<DeValue<'_>>, faults: &mut Faults) {
    match value.get_ref() {
        DeValue::Table(table) => numbers(source, table, faults),
        DeValue::Array(items) => items.iter().for_each(|item| number(source, item, faults)),
        DeValue::Integer(integer) => {
            let digits = integer.as_str();
            let text = digits.trim_start_matches(['-', '+']);
            let size = u64::from_str_radix(text, integer.radix()).ok();
            if size.is_none_or(|size| size > GREATEST) {
                let message = format!(
                    "{digits} is greater than 2^53 - 1, and readers of JSON disagree about such numbers"
                );
                let error = source
                    .error(value.span(), message)
                    .with_help(format!("write it as a text: \"{digits}\""));
                faults.take::<()>(Err(error));
            }
        }
        _ => {}
    }
}

/// The same value as JSON.
pub(super) fn json(source: Source<'_>, value: &Spanned<DeValue<'_>>) -> Result<Value, ScenarioError> {
    Ok(match value.get_ref() {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Boolean(flag) => Value::from(*flag),
        DeValue::Integer(integer) => {
            let number = i64::from_str_radix(integer.as_str(), integer.radix());
            Value::from(number.map_err(|error| source.error(value.span(), error.to_string()))?)
        }
        DeValue::Float(float) => {
            let number: f64 = float.as_str().parse().unwrap_or(f64::NAN);
            if !number.is_finite() {
                return Err(source.error(value.span(), "JSON has no such number"));
            }
            Value::from(number)
        }
        DeValue::Datetime(_) => {
            return Err(source.error(value.span(), "JSON has no dates; write it as a text"));
        }
        DeValue::Array(items) => {
            Value::Array(items.iter().map(|item| json(source, item)).collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => {
            let mut members: Vec<_> = table.iter().collect();
            members.sort_by_key(|(key, _)| key.span().start);
            let mut object = Map::new();
            for (key, value) in members {
                object.insert(key.get_ref().to_string(), json(source, value)?);
            }
            Value::Object(object)
        }
    })
}

/// Changes of the vocabulary, in their order; none when the key is not there.
///
/// # Errors
/// [`ScenarioError`] at the first one that is not in the vocabulary.
pub fn changes(table: &Table<'_>, key: &str) -> Result<Vec<Change>, ScenarioError> {
    let Some(value) = table.value(key) else { return Ok(Vec::new()) };
    let Some(items) = value.get_ref().as_array() else {
        let wrong = table.wrong(value, key, "a list of changes");
        return Err(wrong.with_help(format!("for example: {key} = [\"value-zero\", {{ value-below = 1 }}]")));
    };
    items
        .iter()
        .map(|item| {
            Change::try_from(json(table.source, item)?).map_err(|error| {
                let known: Vec<&str> = WORDS.iter().map(|word| word.name).collect();
                let near =
                    error.unknown.as_deref().map(|word| did_you_mean(word, &known)).unwrap_or_default();
                let told = table.source.error(item.span(), format!("{error}{near}"));
                match error.unknown {
                    Some(_) => told.with_help(format!("known: {}", known.join(", "))),
                    None => told,
                }
            })
        })
        .collect()
}

/// When blocks are made.
pub(super) fn mining(
    table: &Table<'_>,
    key: &str,
    value: &Spanned<DeValue<'_>>,
) -> Result<Mining, ScenarioError> {
    let wrong = || table.wrong(value, key, "\"automatic\", \"stopped\" or { every = 2 }, in seconds");
    match value.get_ref() {
        DeValue::String(_) => {
            let words = [("automatic", Mining::Automine), ("stopped", Mining::Stopped)];
            table.needed_word(key, &words)
        }
        DeValue::Table(inner) => match inner.iter().collect::<Vec<_>>().as_slice() {
            [(name, seconds)] if name.get_ref() == "every" => {
                let seconds = seconds.get_ref().as_integer().and_then(|it| it.as_str().parse().ok());
                let seconds = seconds.filter(|seconds| (1..=60).contains(seconds));
                seconds.map(Duration::from_secs).map(Mining::Interval).ok_or_else(wrong)
            }
            _ => Err(wrong()),
        },
        _ => Err(wrong()),
    }
}

/// What the node does to calls.
pub(super) fn fault(
    table: &Table<'_>,
    key: &str,
    value: &Spanned<DeValue<'_>>,
) -> Result<Rule, ScenarioError> {
    let example = || table.wrong(value, key, "like { method = \"eth_call\", with = \"error\" }");
    let DeValue::Table(inner) = value.get_ref() else { return Err(example()) };
    let rule = Table::part(table.source, "a fault", value.span(), inner);
    rule.only(&grammar::names(grammar::FAULT))?;
    let action = match (rule.word("with", Trouble::WORDS)?, rule.value("answer")) {
        (Some(trouble), None) => trouble.action(),
        (None, Some(answer)) => Action::Respond(json(table.source, answer)?),
        (Some(_), Some(_)) => return Err(rule.error_at("answer", "`with` and `answer` do not go together")),
        (None, None) => return Err(example()),
    };
    let times = rule.number("times", 1, grammar::MOST)?.and_then(|times| u32::try_from(times).ok());
    Ok(Rule { methods: rule.said("method")?.into_iter().collect(), action, times })
}

/// What a value must be like; `members` says whether a table can be one of members.
pub(super) fn matcher(
    source: Source<'_>,
    value: &Spanned<DeValue<'_>>,
    members: bool,
) -> Result<Matcher, ScenarioError> {
    let DeValue::Table(inner) = value.get_ref() else { return json(source, value).map(Matcher::Is) };
    let table = Table::part(source, "a matcher", value.span(), inner);
    let words = grammar::names(grammar::MATCHERS);
    let keys = table.keys();
    if members && (keys.is_empty() || keys.iter().any(|(key, _)| !words.contains(key))) {
        let each = keys
            .iter()
            .map(|(key, _)| Ok(((*key).to_owned(), matcher(source, table.needed_value(key)?, true)?)));
        return each.collect::<Result<_, _>>().map(Matcher::Members);
    }
    table.only(&words)?;
    let mut each: Vec<Matcher> =
        keys.iter().map(|(key, _)| word(&table, key, members)).collect::<Result<_, _>>()?;
    match each.len() {
        0 => Err(source
            .error(value.span(), "this expects nothing")
            .with_help(format!("known: {}", words.join(", ")))),
        1 => Ok(each.remove(0)),
        _ => Ok(Matcher::All(each)),
    }
}

fn word(table: &Table<'_>, key: &str, members: bool) -> Result<Matcher, ScenarioError> {
    let (source, value) = (table.source, table.needed_value(key)?);
    Ok(match key {
        "any" => match value.get_ref().as_array() {
            Some(items) if !items.is_empty() => {
                let each = items.iter().map(|item| matcher(source, item, members));
                Matcher::Any(each.collect::<Result<_, _>>()?)
            }
            _ => return Err(table.wrong(value, key, "a list of what it may be")),
        },
        "not" => Matcher::Not(Box::new(matcher(source, value, members)?)),
        "matches" => {
            let pattern = table.needed_text(key)?;
            let compiled = Regex::new(pattern.get_ref());
            Matcher::Matches(compiled.map_err(|error| {
                let reason = error.to_string();
                let reason =
                    reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                source.error(pattern.span(), format!("this is no regular expression: {reason}"))
            })?)
        }
        "absent" => match table.flag(key)? {
            Some(false) => Matcher::Not(Box::new(Matcher::Absent)),
            _ => Matcher::Absent,
        },
        "type" => Matcher::Type(table.needed_word(key, Kind::WORDS)?),
        _ => {
            let number = match value.get_ref() {
                DeValue::Integer(integer) => integer.as_str().parse::<U256>().ok(),
                DeValue::String(text) if text.bytes().all(|digit| digit.is_ascii_digit()) => {
                    text.parse().ok()
                }
                _ => None,
            };
            let number =
                number.ok_or_else(|| table.wrong(value, key, "a number, or a text of decimal digits"))?;
            if key == "gte" { Matcher::Gte(number) } else { Matcher::Lte(number) }
        }
    })
}

//! `[given]`: the payments and the payers.

use super::{Faults, is_name, values};
use crate::cast::TOKENS;
use crate::scenario::error::ScenarioError;
use crate::scenario::grammar;
use crate::scenario::model::{Front, Funds, Given};
use crate::scenario::reader::Table;
use gauntlet_probe::Role;
use gauntlet_wire::B256;
use std::ops::Range;
use toml::de::DeValue;

pub(super) fn read(root: &Table<'_>, role: Role, faults: &mut Faults) -> Option<(Option<Front>, Vec<Given>)> {
    let Some(table) = faults.take(root.table("given"))? else { return Some((None, Vec::new())) };
    let front = faults.take(read_front(&table, role));
    let mut given = Some(Vec::new());
    for (name, span) in table.keys().into_iter().filter(|(name, _)| *name != "front") {
        match (faults.take(read_one(&table, name, span, role)), &mut given) {
            (Some(one), Some(given)) => given.push(one),
            _ => given = None,
        }
    }
    Some((front?, given?))
}

fn read_front(table: &Table<'_>, role: Role) -> Result<Option<Front>, ScenarioError> {
    let front = table.word("front", Front::WORDS)?;
    if front.is_some() && role != Role::Server {
        return Err(
            table.error_at("front", "a cache stands before a server, and this scenario tries a facilitator")
        );
    }
    Ok(front)
}

fn read_one(table: &Table<'_>, name: &str, span: Range<usize>, role: Role) -> Result<Given, ScenarioError> {
    if !is_name(name) {
        let message = format!("`{name}` is no name: write lower-case letters, digits and hyphens");
        return Err(table.source.error(span, message));
    }
    let one = table.needed_table(name)?;
    one.only(&grammar::names(grammar::GIVEN))?;
    let (foreign, whom): (&[&str], _) = match role {
        Role::Server => (&["amount", "token", "payee"], "the route of a server says"),
        _ => (&["route"], "only servers have"),
    };
    if let Some(key) = foreign.iter().find(|key| one.has(key)) {
        return Err(one.error_at(key, format!("`{key}` is what {whom}; leave it out")));
    }
    Ok(Given {
        name: name.to_owned(),
        route: match role {
            Role::Server => Some(one.needed_word("route", &super::step::routes())?),
            _ => None,
        },
        amount: one.amount("amount")?,
        token: read_token(&one)?,
        payer: account(&one, "payer")?,
        payee: account(&one, "payee")?,
        funds: read_funds(&one)?,
        allowance: one.amount("allowance")?,
        nonce: read_nonce(&one)?,
        change: values::changes(&one, "change")?,
    })
}

fn read_token(one: &Table<'_>) -> Result<&'static str, ScenarioError> {
    let words: Vec<(&'static str, &'static str)> = TOKENS.iter().map(|(name, _)| (*name, *name)).collect();
    Ok(one.word("token", &words)?.unwrap_or("usdc"))
}

fn account(one: &Table<'_>, key: &str) -> Result<Option<String>, ScenarioError> {
    let Some(name) = one.text(key)? else { return Ok(None) };
    if is_name(name.get_ref()) {
        return Ok(Some(name.into_inner()));
    }
    let message = format!(
        "`{}` is no name of an account: write lower-case letters, digits and hyphens",
        name.get_ref()
    );
    Err(one.source.error(name.span(), message))
}

fn read_funds(one: &Table<'_>) -> Result<Funds, ScenarioError> {
    let Some(value) = one.value("funds") else { return Ok(Funds::Plenty) };
    let DeValue::Table(table) = value.get_ref() else {
        return one.needed_word("funds", Funds::WORDS).map_err(|error| match error.help {
            Some(help) => ScenarioError { help: Some(format!("{help}, {{ units = \"12345\" }}")), ..error },
            None => error,
        });
    };
    let table = Table::part(one.source, "`funds`", value.span(), table);
    table.only(&["units"])?;
    let units = table.amount("units")?;
    units.map(Funds::Units).ok_or_else(|| one.wrong(value, "funds", "a word, or { units = \"12345\" }"))
}

fn read_nonce(one: &Table<'_>) -> Result<Option<B256>, ScenarioError> {
    let Some(text) = one.text("nonce")? else { return Ok(None) };
    let nonce = text.get_ref().strip_prefix("0x").filter(|digits| digits.len() == 64);
    match nonce.and_then(|digits| digits.parse().ok()) {
        Some(nonce) => Ok(Some(nonce)),
        None => Err(one
            .error_at("nonce", "a nonce is 32 bytes: 0x and 64 hexadecimal digits")
            .with_help("for other ones there are the changes nonce-bytes and nonce-text")),
    }
}

//! Reading a TOML table key by key, with an exact place for everything that is wrong. Load plans are read so as well.

use super::error::ScenarioError;
use gauntlet_wire::U256;
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The file that is being read.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// As it was named.
    pub path: &'a Path,
    /// All of it.
    pub text: &'a str,
}

impl Source<'_> {
    /// A fault at a place of it.
    pub fn error(self, span: impl Into<Option<Range<usize>>>, message: impl Into<String>) -> ScenarioError {
        ScenarioError {
            path: self.path.to_owned(),
            text: self.text.to_owned(),
            span: span.into(),
            message: message.into(),
            help: None,
        }
    }
}

/// A word of the language and what it means.
pub type Words<T> = [(&'static str, T)];

/// A table of the file. Whatever reads a key ends with an error at its place when the value is none of the kind, or is
/// needed and not there.
pub struct Table<'a> {
    /// Where it stands.
    pub source: Source<'a>,
    /// How messages call it: `[given.first]`, `the scenario`.
    name: String,
    /// Its place, bytes; empty for a whole file.
    pub span: Range<usize>,
    table: &'a DeTable<'a>,
}

impl<'a> Table<'a> {
    /// All of a scenario.
    pub fn root(source: Source<'a>, table: &'a DeTable<'a>) -> Self {
        Self { source, name: "the scenario".into(), span: 0..0, table }
    }

    /// A table within the file, as messages call it.
    pub fn part(
        source: Source<'a>,
        name: impl Into<String>,
        span: Range<usize>,
        table: &'a DeTable<'a>,
    ) -> Self {
        Self { source, name: name.into(), span, table }
    }

    /// Refuses every key that is not among these.
    pub fn only(&self, keys: &[&str]) -> Result<(), ScenarioError> {
        match self.keys().into_iter().find(|(key, _)| !keys.contains(key)) {
            None => Ok(()),
            Some((key, span)) => {
                let message = format!("unknown key `{key}` in {}{}", self.name, did_you_mean(key, keys));
                Err(self.source.error(span, message).with_help(format!("known keys: {}", keys.join(", "))))
            }
        }
    }

    /// The keys of the table, each with its place, in the order of the file.
    pub fn keys(&self) -> Vec<(&'a str, Range<usize>)> {
        let mut keys: Vec<_> =
            self.table.iter().map(|(key, _)| (key.get_ref().as_ref(), key.span())).collect();
        keys.sort_by_key(|(_, span)| span.start);
        keys
    }

    /// What stands at a key.
    pub fn value(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table.get(key)
    }

    /// A key that must be there.
    pub fn needed_value(&self, key: &str) -> Result<&'a Spanned<DeValue<'a>>, ScenarioError> {
        self.needed(key, self.value(key))
    }

    /// A text that says something, when there is one.
    pub fn said(&self, key: &str) -> Result<Option<String>, ScenarioError> {
        if self.has(key) { self.needed_text(key).map(|text| Some(text.into_inner())) } else { Ok(None) }
    }

    /// Atomic units: a text of decimal digits.
    pub fn amount(&self, key: &str) -> Result<Option<U256>, ScenarioError> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        let text = value.get_ref().as_str().filter(|text| text.bytes().all(|digit| digit.is_ascii_digit()));
        match text.and_then(|text| text.parse().ok()) {
            Some(amount) => Ok(Some(amount)),
            None => Err(self
                .wrong(value, key, "atomic units, a text of decimal digits")
                .with_help(format!("for example: {key} = \"10000\""))),
        }
    }

    /// Whether something stands at a key.
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// A key that must be there.
    fn needed<T>(&self, key: &str, value: Option<T>) -> Result<T, ScenarioError> {
        value.ok_or_else(|| {
            let span = Some(self.span.clone()).filter(|span| !span.is_empty());
            self.source.error(span, format!("{} has no `{key}`", self.name))
        })
    }

    /// A text.
    pub fn text(&self, key: &str) -> Result<Option<Spanned<String>>, ScenarioError> {
        self.table.get(key).map(|value| self.as_text(value, key)).transpose()
    }

    /// A text that must be there and say something.
    pub fn needed_text(&self, key: &str) -> Result<Spanned<String>, ScenarioError> {
        let text = self.needed(key, self.text(key)?)?;
        if text.get_ref().trim().is_empty() {
            return Err(self.source.error(text.span(), format!("`{key}` is empty")));
        }
        Ok(text)
    }

    /// A list of texts; none when the key is not there.
    pub fn texts(&self, key: &str) -> Result<Vec<Spanned<String>>, ScenarioError> {
        let Some(value) = self.table.get(key) else { return Ok(Vec::new()) };
        let Some(items) = value.get_ref().as_array().filter(|items| !items.is_empty()) else {
            return Err(self.wrong(value, key, "a list of texts"));
        };
        items.iter().map(|item| self.as_text(item, key)).collect()
    }

    /// A word of the language.
    pub fn word<T: Copy>(&self, key: &str, words: &Words<T>) -> Result<Option<T>, ScenarioError> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        words.iter().find(|(word, _)| word == text.get_ref()).map(|(_, meaning)| Some(*meaning)).ok_or_else(
            || {
                let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                let near = did_you_mean(text.get_ref(), &known);
                let message = format!("`{key}` cannot be \"{}\"{near}", text.get_ref());
                self.source.error(text.span(), message).with_help(format!("known: {}", known.join(", ")))
            },
        )
    }

    /// A word of the language that must be there.
    pub fn needed_word<T: Copy>(&self, key: &str, words: &Words<T>) -> Result<T, ScenarioError> {
        let word = self.word(key, words)?;
        self.needed(key, word)
    }

    /// True or false.
    pub fn flag(&self, key: &str) -> Result<Option<bool>, ScenarioError> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        value.get_ref().as_bool().map(Some).ok_or_else(|| self.wrong(value, key, "true or false"))
    }

    /// A number within a range.
    pub fn number(&self, key: &str, from: u64, to: u64) -> Result<Option<u64>, ScenarioError> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        let wanted = format!("a whole number from {from} to {to}");
        let number = whole(value).filter(|number| (from..=to).contains(number));
        number.map(Some).ok_or_else(|| self.wrong(value, key, &wanted))
    }

    /// A list of whole numbers.
    pub fn numbers(&self, key: &str) -> Result<Option<Vec<Spanned<u64>>>, ScenarioError> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        let items = value.get_ref().as_array().filter(|items| !items.is_empty());
        let numbers = items.and_then(|items| {
            items.iter().map(|item| whole(item).map(|number| Spanned::new(item.span(), number))).collect()
        });
        numbers.map(Some).ok_or_else(|| self.wrong(value, key, "a list of whole numbers"))
    }

    /// A count, `2`, or from the least to the most, `[0, 2]`.
    pub fn range(&self, key: &str) -> Result<(u64, u64), ScenarioError> {
        let value = self.needed(key, self.table.get(key))?;
        let range = match value.get_ref().as_array() {
            None => whole(value).map(|count| (count, count)),
            Some(ends) if ends.len() == 2 => whole(&ends[0]).zip(whole(&ends[1])).filter(|(a, b)| a <= b),
            Some(_) => None,
        };
        range.ok_or_else(|| self.wrong(value, key, "a count like 1, or the least and the most like [0, 1]"))
    }

    /// The table at a key.
    pub fn table(&self, key: &str) -> Result<Option<Self>, ScenarioError> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        let DeValue::Table(table) = value.get_ref() else {
            return Err(self.wrong(value, key, "a table"));
        };
        let name = match self.name.strip_suffix(']') {
            Some(outer) => format!("{outer}.{key}]"),
            None => format!("[{key}]"),
        };
        // The header is a better place than what it opens.
        let header = self.table.get_key_value(key).map(|(key, _)| key.span());
        Ok(Some(Self { source: self.source, name, span: header.unwrap_or_else(|| value.span()), table }))
    }

    /// The table at a key that must be there.
    pub fn needed_table(&self, key: &str) -> Result<Self, ScenarioError> {
        let table = self.table(key)?;
        self.needed(key, table)
    }

    /// The tables of a list, `[[key]]`.
    pub fn tables(&self, key: &str) -> Result<Vec<Self>, ScenarioError> {
        let value = self.needed(key, self.table.get(key))?;
        let wrong = || self.wrong(value, key, &format!("a list of tables, each under [[{key}]]"));
        let items = value.get_ref().as_array().filter(|items| !items.is_empty()).ok_or_else(wrong)?;
        items
            .iter()
            .map(|item| match item.get_ref() {
                DeValue::Table(table) => {
                    let first = table.iter().map(|(key, _)| key.span()).min_by_key(|span| span.start);
                    let span = first.unwrap_or_else(|| item.span());
                    Ok(Self { source: self.source, name: format!("[[{key}]]"), span, table })
                }
                _ => Err(wrong()),
            })
            .collect()
    }

    /// An error at the value of a key.
    pub fn error_at(&self, key: &str, message: impl Into<String>) -> ScenarioError {
        let span = self.table.get(key).map_or_else(|| self.span.clone(), Spanned::span);
        self.source.error(span, message)
    }

    fn as_text(&self, value: &Spanned<DeValue<'_>>, key: &str) -> Result<Spanned<String>, ScenarioError> {
        match value.get_ref() {
            DeValue::String(text) => Ok(Spanned::new(value.span(), text.to_string())),
            _ => Err(self.wrong(value, key, "a text in quotes")),
        }
    }

    /// An error at a value, that says what was wanted.
    pub fn wrong(&self, value: &Spanned<DeValue<'_>>, key: &str, wanted: &str) -> ScenarioError {
        let message = format!("`{key}` in {} must be {wanted}", self.name);
        self.source.error(value.span(), message)
    }
}

fn whole(value: &Spanned<DeValue<'_>>) -> Option<u64> {
    let number = value.get_ref().as_integer()?;
    u64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// `; did you mean …?`, when one of the known words is near.
pub fn did_you_mean(word: &str, known: &[&str]) -> String {
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance <= candidate.len().div_ceil(3) && *distance < candidate.len()
        })
        .min_by_key(|(distance, _)| *distance)
        .map_or_else(String::new, |(_, near)| format!("; did you mean `{near}`?"))
}

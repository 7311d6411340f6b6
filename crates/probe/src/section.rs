//! Reading a TOML table key by key, with an exact place for everything that is wrong.

use crate::ManifestError;
use std::{ops::Range, path::Path, time::Duration};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// The file that is being read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) path: &'a Path,
    pub(crate) text: &'a str,
}

impl Source<'_> {
    pub(crate) fn error(
        self,
        span: impl Into<Option<Range<usize>>>,
        message: impl Into<String>,
    ) -> ManifestError {
        ManifestError::new(self.path, self.text, span.into(), message)
    }
}

/// A table of the file. Its unknown keys have been refused.
pub(crate) struct Section<'a> {
    source: Source<'a>,
    /// How messages call it: `[start]`, `the manifest`.
    name: String,
    pub(crate) span: Range<usize>,
    table: &'a DeTable<'a>,
}

impl<'a> Section<'a> {
    pub(crate) fn root(
        source: Source<'a>,
        table: &'a DeTable<'a>,
        keys: &[&str],
    ) -> Result<Self, ManifestError> {
        let section = Self { source, name: "the manifest".to_owned(), span: 0..0, table };
        section.refuse_unknown(keys)?;
        Ok(section)
    }

    /// The table at `key`. `keys`: the known ones of it; none: any.
    pub(crate) fn table(&self, key: &str, keys: Option<&[&str]>) -> Result<Option<Self>, ManifestError> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        let DeValue::Table(table) = value.get_ref() else {
            return Err(self.wrong_type(value, key, "a table"));
        };
        let name = if self.name.starts_with('[') {
            format!("{}.{key}]", self.name.trim_end_matches(']'))
        } else {
            format!("[{key}]")
        };
        let section = Self { source: self.source, name, span: value.span(), table };
        if let Some(keys) = keys {
            section.refuse_unknown(keys)?;
        }
        Ok(Some(section))
    }

    pub(crate) fn text(&self, key: &str) -> Result<Option<Spanned<String>>, ManifestError> {
        self.table.get(key).map(|value| self.as_text(value, key, "a text in quotes")).transpose()
    }

    pub(crate) fn texts(&self, key: &str) -> Result<Option<Vec<Spanned<String>>>, ManifestError> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        let Some(items) = value.get_ref().as_array() else {
            return Err(self.wrong_type(value, key, "a list of texts"));
        };
        items
            .iter()
            .map(|item| self.as_text(item, key, "a list of texts in quotes"))
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// A command: a program and its arguments.
    pub(crate) fn command(&self) -> Result<Vec<Spanned<String>>, ManifestError> {
        let example = "write it as a list: command = [\"node\", \"server.mjs\"]";
        if let Some(text) = self.table.get("command").filter(|value| value.get_ref().is_str()) {
            return Err(self
                .error(text.span(), "`command` is a list of a program and its arguments, not one text")
                .with_help(example));
        }
        let Some(command) = self.texts("command")? else {
            return Err(self
                .error(self.span.clone(), format!("{} has no `command`", self.name))
                .with_help(example));
        };
        if command.first().is_none_or(|program| program.get_ref().is_empty()) {
            return Err(self.error(self.at("command"), "`command` names no program").with_help(example));
        }
        Ok(command)
    }

    pub(crate) fn integers(&self, key: &str) -> Result<Option<Vec<Spanned<u64>>>, ManifestError> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        let Some(items) = value.get_ref().as_array() else {
            return Err(self.wrong_type(value, key, "a list of numbers"));
        };
        items.iter().map(|item| self.as_integer(item, key)).collect::<Result<_, _>>().map(Some)
    }

    pub(crate) fn seconds(&self, key: &str) -> Result<Option<Duration>, ManifestError> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        let number = self.as_integer(value, key)?;
        if *number.get_ref() == 0 {
            return Err(self.error(number.span(), format!("`{key}` must be at least 1")));
        }
        Ok(Some(Duration::from_secs(number.into_inner())))
    }

    /// Every key of the table with its text.
    pub(crate) fn entries(&self) -> Result<Vec<(String, Spanned<String>)>, ManifestError> {
        self.table
            .iter()
            .map(|(key, value)| {
                let key = key.get_ref();
                Ok((key.to_string(), self.as_text(value, key, "a text in quotes")?))
            })
            .collect()
    }

    /// The keys of the table, each with its place.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        self.table.iter().map(|(key, _)| (key.get_ref().as_ref(), key.span()))
    }

    /// Whether the value at `key` is a table.
    pub(crate) fn is_table(&self, key: &str) -> bool {
        self.table.get(key).is_some_and(|value| value.get_ref().is_table())
    }

    pub(crate) fn error(
        &self,
        span: impl Into<Option<Range<usize>>>,
        message: impl Into<String>,
    ) -> ManifestError {
        self.source.error(span, message)
    }

    fn at(&self, key: &str) -> Range<usize> {
        self.table.get(key).map_or_else(|| self.span.clone(), Spanned::span)
    }

    fn as_text(
        &self,
        value: &Spanned<DeValue<'_>>,
        key: &str,
        wanted: &str,
    ) -> Result<Spanned<String>, ManifestError> {
        match value.get_ref() {
            DeValue::String(text) => Ok(Spanned::new(value.span(), text.to_string())),
            _ => Err(self.wrong_type(value, key, wanted)),
        }
    }

    fn as_integer(&self, value: &Spanned<DeValue<'_>>, key: &str) -> Result<Spanned<u64>, ManifestError> {
        value
            .get_ref()
            .as_integer()
            .and_then(|number| u64::from_str_radix(number.as_str(), number.radix()).ok())
            .map(|number| Spanned::new(value.span(), number))
            .ok_or_else(|| self.wrong_type(value, key, "a whole number that is not negative"))
    }

    fn wrong_type(&self, value: &Spanned<DeValue<'_>>, key: &str, wanted: &str) -> ManifestError {
        let found = match value.get_ref() {
            DeValue::Integer(number) => number.as_str(),
            other => other.type_str(),
        };
        self.error(value.span(), format!("`{key}` in {} must be {wanted}, not {found}", self.name))
    }

    fn refuse_unknown(&self, known: &[&str]) -> Result<(), ManifestError> {
        let Some((key, _)) = self.table.iter().find(|(key, _)| !known.contains(&key.get_ref().as_ref()))
        else {
            return Ok(());
        };
        let message =
            format!("unknown key `{}` in {}{}", key.get_ref(), self.name, did_you_mean(key.get_ref(), known));
        Err(self.error(key.span(), message).with_help(format!("known keys: {}", known.join(", "))))
    }
}

/// `; did you mean …?`, when one of the known words is near.
pub(crate) fn did_you_mean(word: &str, known: &[&str]) -> String {
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map_or_else(String::new, |(_, candidate)| format!("; did you mean `{candidate}`?"))
}

//! A fault in a scenario file, with the place where it is.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A scenario that cannot be played: what is wrong, where, and what to do. Shown as `path:line:column: message`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", self.place())]
pub struct ScenarioError {
    /// The file, as it was named.
    pub path: PathBuf,
    /// Its text; empty when it could not be read.
    pub text: String,
    /// Where in the text, bytes.
    pub span: Option<Range<usize>>,
    /// What is wrong.
    pub message: String,
    /// What else would help: the known words, an example.
    pub help: Option<String>,
}

impl ScenarioError {
    /// Line and column of the fault, both from 1; the column counts characters.
    #[must_use]
    pub fn line_column(&self) -> Option<(usize, usize)> {
        let at = self.span.as_ref()?.start;
        Some((line_of(&self.text, at), column_of(&self.text, at)))
    }

    /// The same with a piece of advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn place(&self) -> String {
        let path = self.path.display();
        match self.line_column() {
            None => path.to_string(),
            Some((line, column)) => format!("{path}:{line}:{column}"),
        }
    }

    /// The message, the line with a caret below the fault, and the advice.
    #[must_use]
    pub fn picture(&self) -> String {
        let mut picture = self.to_string();
        if let Some(span) = &self.span {
            picture.push_str(&lines_of(&self.text, span));
        }
        if let Some(help) = &self.help {
            let _ = write!(picture, "\n help: {help}");
        }
        picture
    }
}

/// A place in a file: its name, the line, and a caret below.
pub(super) fn picture_of(path: &Path, text: &str, span: &Range<usize>) -> String {
    let (line, column) = (line_of(text, span.start), column_of(text, span.start));
    format!("{}:{line}:{column}{}", path.display(), lines_of(text, span))
}

/// The line of a place with a caret below it.
fn lines_of(text: &str, span: &Range<usize>) -> String {
    let (line, column) = (line_of(text, span.start), column_of(text, span.start));
    let shown = text.lines().nth(line - 1).unwrap_or_default();
    let marked = text.get(span.start..span.end.min(text.len())).unwrap_or_default();
    let width = marked.lines().next().unwrap_or_default().chars().count().max(1);
    let margin = line.to_string();
    let (blank, carets) = (" ".repeat(column - 1), "^".repeat(width));
    format!("\n {margin} | {shown}\n {} | {blank}{carets}", " ".repeat(margin.len()))
}

/// The line, from 1, of a place in a text.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or(text).matches('\n').count() + 1
}

fn column_of(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    before[start..].chars().count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_below_the_fault() {
        let text = "id = \"a\"\n  stepps = 1\n";
        let error = ScenarioError {
            path: "scenarios/x.toml".into(),
            text: text.into(),
            span: text.find("stepps").map(|at| at..at + 6),
            message: "unknown key `stepps`".into(),
            help: Some("known keys: steps".into()),
        };
        assert_eq!(error.to_string(), "scenarios/x.toml:2:3: unknown key `stepps`");
        let picture = "scenarios/x.toml:2:3: unknown key `stepps`\n 2 |   stepps = 1\n   |   ^^^^^^\n help: known keys: steps";
        assert_eq!(error.picture(), picture);
    }

    #[test]
    fn a_file_that_cannot_be_read_has_no_place() {
        let error = ScenarioError {
            path: "x.toml".into(),
            text: String::new(),
            span: None,
            message: "it is not there".into(),
            help: None,
        };
        assert_eq!(error.picture(), "x.toml: it is not there");
    }
}

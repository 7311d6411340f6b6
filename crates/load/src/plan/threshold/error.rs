//! What is wrong with a threshold.

use std::fmt::Write as _;
use std::ops::Range;

/// A threshold that is refused: what is wrong, where in its text, and what to do. Shown as `` `text`: message``.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}`: {message}")]
pub struct ThresholdError {
    /// The threshold.
    pub text: String,
    /// Where in it, bytes.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What else would help: the known words, an example.
    pub help: Option<String>,
}

impl ThresholdError {
    pub(super) fn new(text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        Self { text: text.to_owned(), span, message: message.into(), help: None }
    }

    /// The same with a piece of advice.
    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The message, the threshold with a caret below the fault, and the advice.
    #[must_use]
    pub fn picture(&self) -> String {
        let characters = |range: Range<usize>| self.text.get(range).unwrap_or_default().chars().count();
        let blank = " ".repeat(characters(0..self.span.start));
        let carets = "^".repeat(characters(self.span.clone()).max(1));
        let mut picture = format!("{}\n | {}\n | {blank}{carets}", self.message, self.text);
        if let Some(help) = &self.help {
            let _ = write!(picture, "\n help: {help}");
        }
        picture
    }
}

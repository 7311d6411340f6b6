//! A fault in a target manifest, with the place where it is.

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

/// A manifest that cannot be used: what is wrong, where, and what to do. Shown as `path:line:column: message`.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{place}: {message}", place = .0.place(), message = .0.message)]
pub struct ManifestError(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    path: PathBuf,
    text: String,
    span: Option<Range<usize>>,
    message: String,
    help: Option<String>,
}

impl Inner {
    fn place(&self) -> String {
        let path = self.path.display();
        match &self.span {
            None => path.to_string(),
            Some(span) => {
                let (line, column) = line_column(&self.text, span.start);
                format!("{path}:{line}:{column}")
            }
        }
    }
}

impl ManifestError {
    pub(crate) fn new(
        path: &Path,
        text: &str,
        span: Option<Range<usize>>,
        message: impl Into<String>,
    ) -> Self {
        let (path, text, message) = (path.to_owned(), text.to_owned(), message.into());
        Self(Box::new(Inner { path, text, span, message, help: None }))
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// The manifest's path, as it was given.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// The whole text of the manifest; empty when it could not be read.
    #[must_use]
    pub fn source_text(&self) -> &str {
        &self.0.text
    }

    /// Where in the text the fault is, in bytes.
    #[must_use]
    pub fn span(&self) -> Option<Range<usize>> {
        self.0.span.clone()
    }

    /// Line and column of the fault, both from 1; the column counts characters.
    #[must_use]
    pub fn line_column(&self) -> Option<(usize, usize)> {
        self.0.span.as_ref().map(|span| line_column(&self.0.text, span.start))
    }

    /// What is wrong, without the place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What else would help: the known keys, the known placeholders, an example.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.0.help.as_deref()
    }
}

fn line_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

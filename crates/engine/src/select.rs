//! Selection of checks by globs over their ids.

use crate::Check;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Why a selection cannot be made.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SelectError {
    /// A glob that cannot be read.
    #[error("{glob:?} is not a glob: {problem}; write something like 'facilitator.settle.*'")]
    Glob {
        /// The text.
        glob: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A glob that matches no check.
    #[error("no check matches {glob:?}{}; `gauntlet list` shows them all", near(.nearest))]
    Nothing {
        /// The text.
        glob: String,
        /// The check id that looks most like it.
        nearest: Option<String>,
    },
}

fn near(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|id| format!(" (did you mean {id}?)")).unwrap_or_default()
}

/// Compiles globs. A dot is an ordinary character; `*` crosses dots. A scenario may be named by its file:
/// `attacks/replay` means its checks.
///
/// # Errors
/// [`SelectError::Glob`].
pub fn globs<T: AsRef<str>>(texts: &[T]) -> Result<GlobSet, SelectError> {
    let mut set = GlobSetBuilder::new();
    for text in texts {
        let text = text.as_ref();
        let scenario = crate::scenario::as_glob(text);
        let glob = GlobBuilder::new(scenario.as_deref().unwrap_or(text))
            .literal_separator(false)
            .empty_alternates(true)
            .build()
            .map_err(|error| SelectError::Glob { glob: text.into(), problem: error.kind().to_string() })?;
        set.add(glob);
    }
    set.build().map_err(|error| SelectError::Glob { glob: String::new(), problem: error.to_string() })
}

/// The checks that any of the globs matches, in their order; all of them when there is no glob.
///
/// # Errors
/// [`SelectError`] for a glob that is broken or matches nothing: a typing error must not end as a green run.
pub fn select(checks: Vec<Check>, wanted: &[String], unwanted: &[String]) -> Result<Vec<Check>, SelectError> {
    for glob in wanted.iter().chain(unwanted) {
        let alone = globs(&[glob])?;
        if !checks.iter().any(|check| alone.is_match(&check.id)) {
            return Err(SelectError::Nothing { glob: glob.clone(), nearest: nearest(&checks, glob) });
        }
    }
    let (wanted_set, unwanted_set) = (globs(wanted)?, globs(unwanted)?);
    Ok(checks
        .into_iter()
        .filter(|check| wanted.is_empty() || wanted_set.is_match(&check.id))
        .filter(|check| !unwanted_set.is_match(&check.id))
        .collect())
}

fn nearest(checks: &[Check], text: &str) -> Option<String> {
    closest(text, checks.iter().map(|check| check.id.as_str()))
}

/// The candidate that looks most like a text, when one looks like it at all.
#[must_use]
pub fn closest<'a>(text: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    candidates
        .map(|candidate| (strsim::jaro_winkler(text, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate.to_owned())
}

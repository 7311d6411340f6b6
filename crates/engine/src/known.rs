//! Known issues: expected failures of one target, as a ratchet that is red when it is wrong in either direction.

use crate::requirements::Catalogue;
use crate::select::closest;
use gauntlet_report::{CheckReport, Finding, KnownUse, Outcome, Profile, Severity, clock, file};
use serde::Deserialize;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// One line of the file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownIssue {
    /// Id of the check.
    pub check: Spanned<String>,
    /// The outcome that is expected under profile `reference`.
    pub outcome: Outcome,
    /// Fingerprint of the finding; another failure of the same check stays red.
    #[serde(default)]
    pub kind: Option<String>,
    /// Requirement that is violated; a violation of another one stays red.
    #[serde(default)]
    pub requirement: Option<Spanned<String>>,
    /// Why it is expected.
    pub reason: String,
    /// Where it is discussed in public.
    #[serde(default)]
    pub link: Option<String>,
    /// Last day on which it is accepted, `YYYY-MM-DD`.
    #[serde(default)]
    pub until: Option<Spanned<String>>,
    /// The check does not fail every time (a race): its absence is not stale.
    #[serde(default)]
    pub flaky: bool,
}

/// The file.
#[derive(Debug, Clone, Default)]
pub struct KnownIssues {
    /// Where it was read from, for messages.
    pub path: PathBuf,
    /// Its lines.
    pub issues: Vec<KnownIssue>,
}

/// What is wrong with a known-issues file.
#[derive(Debug, thiserror::Error)]
#[error("{}: {message}", path.display())]
pub struct KnownError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong, and what to do.
    pub message: String,
    /// The text of the file, when it could be read.
    pub text: String,
    /// Where in the text, bytes.
    pub span: Option<Range<usize>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    known: Vec<KnownIssue>,
}

impl KnownIssues {
    /// Reads a file.
    ///
    /// `ids` are the ids of all checks: a line about a check that does not exist is an error, never ignored.
    ///
    /// # Errors
    /// [`KnownError`] with the place in the file.
    pub fn load(path: &Path, ids: &[&str]) -> Result<Self, KnownError> {
        let text = file::written(path).map_err(|error| KnownError {
            path: path.into(),
            message: format!("the known-issues file cannot be read: {error}"),
            text: String::new(),
            span: None,
        })?;
        Self::parse(&text, path, ids)
    }

    /// Reads a text that stands, or could stand, in the file `path`.
    ///
    /// # Errors
    /// As [`KnownIssues::load`].
    pub fn parse(text: &str, path: &Path, ids: &[&str]) -> Result<Self, KnownError> {
        let fail = |message: String, text: &str, span| KnownError {
            path: path.into(),
            message,
            text: text.into(),
            span,
        };
        let file: File =
            toml::from_str(text).map_err(|error| fail(error.message().to_owned(), text, error.span()))?;
        for issue in &file.known {
            let check = issue.check.as_ref();
            if !ids.contains(&check.as_str()) {
                let hint = closest(check, ids.iter().copied()).map(|id| format!(" (did you mean {id}?)"));
                let message = format!("there is no check {check:?}{}", hint.unwrap_or_default());
                return Err(fail(message, text, Some(issue.check.span())));
            }
            if let Some(id) = &issue.requirement
                && Catalogue::get().find(id.as_ref()).is_none()
            {
                let message =
                    format!("there is no requirement {:?}; see `gauntlet list requirements`", id.as_ref());
                return Err(fail(message, text, Some(id.span())));
            }
            if let Some(until) = &issue.until
                && !clock::is_day(until.as_ref())
            {
                let message = format!("{:?} is no day; write YYYY-MM-DD", until.as_ref());
                return Err(fail(message, text, Some(until.span())));
            }
        }
        Ok(Self { path: path.into(), issues: file.known })
    }

    /// Marks a report that is expected. A line that has expired excuses nothing.
    ///
    /// `today` is `YYYY-MM-DD`, so that days compare as texts.
    pub fn mark(&self, report: &mut CheckReport, today: &str) {
        let excuse = self.issues.iter().find(|issue| !issue.expired(today) && issue.matches(report));
        report.known =
            excuse.map(|issue| KnownUse { reason: issue.reason.clone(), link: issue.link.clone() });
    }

    /// The lines that did not happen, or have expired. Lines about checks that did not run are left alone.
    #[must_use]
    pub fn stale(&self, reports: &[CheckReport], today: &str) -> Vec<String> {
        let mut stale = Vec::new();
        for issue in &self.issues {
            let check = issue.check.as_ref();
            let Some(report) = reports.iter().find(|report| &report.check == check) else {
                continue;
            };
            if let Some(until) = issue.until.as_ref().filter(|_| issue.expired(today)) {
                stale.push(format!("{check}: the known issue expired on {}", until.as_ref()));
            } else if !issue.flaky && report.outcome < Outcome::Inconclusive && !issue.matches(report) {
                stale.push(format!(
                    "{check}: expected {}, got {}; remove the line from {}",
                    issue.outcome,
                    report.outcome,
                    self.path.display()
                ));
            }
        }
        stale
    }
}

impl KnownIssue {
    fn expired(&self, today: &str) -> bool {
        self.until.as_ref().is_some_and(|until| until.as_ref().as_str() < today)
    }

    /// The same check, the same outcome, and no other kind of finding behind it.
    ///
    /// The outcome of a line is that of profile `reference`, so that one file serves every profile.
    fn matches(&self, report: &CheckReport) -> bool {
        let plain = |finding: &Finding| Severity::of(finding.class, Profile::Reference).outcome();
        let worst = report.findings.iter().map(plain).max();
        let outcome = match report.outcome {
            Outcome::Warn | Outcome::Fail => worst.unwrap_or(report.outcome),
            other => other,
        };
        let mut deciding = report.findings.iter().filter(|finding| plain(finding) == outcome);
        self.check.as_ref() == &report.check
            && outcome == self.outcome
            && deciding.all(|finding| {
                self.kind.as_ref().is_none_or(|kind| kind == &finding.kind)
                    && self.requirement.as_ref().is_none_or(|id| id.as_ref() == &finding.requirement)
            })
    }
}

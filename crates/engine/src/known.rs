//! Known issues: expected failures of one target, as a ratchet that is red when it is wrong in either direction.

mod update;

pub use update::{Update, UpdateError, Wanted, updated};

use crate::requirements::Catalogue;
use crate::select::closest;
use gauntlet_report::{CheckReport, Finding, KnownUse, Outcome, Profile, Severity, clock, file};
use globset::Glob;
use serde::{Deserialize, Serialize};
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
    /// The targets that it is about, `name` or `name@version`, each with `*` for anything; all when there is none. A line
    /// about another target, or about another version, is left alone.
    #[serde(default)]
    pub target: Option<Spanned<String>>,
    /// Why it is expected. A line whose reason nobody has written yet excuses nothing.
    pub reason: Spanned<String>,
    /// Where it is discussed in public.
    #[serde(default)]
    pub link: Option<String>,
    /// Who would have to become clearer.
    #[serde(default)]
    pub lies_with: Option<LiesWith>,
    /// Last day on which it is accepted, `YYYY-MM-DD`.
    #[serde(default)]
    pub until: Option<Spanned<String>>,
    /// The check does not fail every time (a race): its absence is not stale.
    #[serde(default)]
    pub flaky: bool,
}

/// What would have to change for a known issue to go away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LiesWith {
    /// The texts are silent, contradict one another or demand what nobody does; the target may be right.
    Specification,
    /// The texts are clear, or plain sense is, and the target does otherwise.
    Implementation,
    /// The texts leave room, and the target uses it badly.
    Both,
}

/// The file.
#[derive(Debug, Clone, Default)]
pub struct KnownIssues {
    /// Where it was read from, for messages.
    pub path: PathBuf,
    /// Its lines.
    pub issues: Vec<KnownIssue>,
    /// Name and version of the target on trial, for lines about some targets only.
    pub scope: Option<(String, Option<String>)>,
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
            if let Some(target) = &issue.target
                && let Err(message) = check_scope(target.as_ref())
            {
                return Err(fail(message, text, Some(target.span())));
            }
        }
        Ok(Self { path: path.into(), issues: file.known, scope: None })
    }

    /// Looks for everything that [`load`](Self::load) refuses, and for lines whose reason nobody has written yet: a run
    /// takes those in and stays red.
    #[must_use]
    pub fn lint(path: &Path, ids: &[&str]) -> Vec<KnownError> {
        let known = match Self::load(path, ids) {
            Ok(known) => known,
            Err(error) => return vec![error],
        };
        let text = file::written(path).unwrap_or_default();
        let unwritten = known.issues.iter().filter(|issue| issue.is_unwritten());
        unwritten
            .map(|issue| KnownError {
                path: path.into(),
                message: format!(
                    "the known issue of {} has no reason yet: write why it is expected",
                    issue.check.as_ref()
                ),
                text: text.clone(),
                span: Some(issue.reason.span()),
            })
            .collect()
    }

    /// The same for a target of this name and version: lines about others do not apply.
    #[must_use]
    pub fn of_target(self, name: String, version: Option<String>) -> Self {
        Self { scope: Some((name, version)), ..self }
    }

    fn applies(&self, issue: &KnownIssue) -> bool {
        let Some(target) = &issue.target else { return true };
        self.scope.as_ref().is_some_and(|(name, version)| is_about(target.as_ref(), name, version.as_deref()))
    }

    /// Marks a report that is expected. A line that has expired excuses nothing.
    ///
    /// `today` is `YYYY-MM-DD`, so that days compare as texts.
    pub fn mark(&self, report: &mut CheckReport, today: &str) {
        let excuse = self.issues.iter().find(|issue| {
            self.applies(issue) && !issue.is_unwritten() && !issue.expired(today) && issue.matches(report)
        });
        report.known =
            excuse.map(|issue| KnownUse { reason: issue.reason.as_ref().clone(), link: issue.link.clone() });
    }

    /// The lines that did not happen, have expired, or lack a reason. Lines about checks that did not run are left alone.
    #[must_use]
    pub fn stale(&self, reports: &[CheckReport], today: &str) -> Vec<String> {
        let mut stale = Vec::new();
        for issue in self.issues.iter().filter(|issue| self.applies(issue)) {
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
            } else if issue.is_unwritten() {
                stale.push(format!(
                    "{check}: the known issue has no reason yet; write into {} why it is expected",
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

    /// Whether nobody has said yet why it is expected.
    #[must_use]
    pub fn is_unwritten(&self) -> bool {
        let reason = self.reason.as_ref().trim();
        reason.is_empty() || reason.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("todo"))
    }

    /// The same check, the same outcome, and no other kind of finding behind it.
    fn matches(&self, report: &CheckReport) -> bool {
        let outcome = plain_outcome(report);
        self.check.as_ref() == &report.check
            && outcome == self.outcome
            && deciding(report, outcome).all(|finding| {
                self.kind.as_ref().is_none_or(|kind| kind == &finding.kind)
                    && self.requirement.as_ref().is_none_or(|id| id.as_ref() == &finding.requirement)
            })
    }
}

/// The outcome under profile `reference`: a line says that one, so that one file serves every profile.
fn plain_outcome(report: &CheckReport) -> Outcome {
    match report.outcome {
        Outcome::Warn | Outcome::Fail => report.findings.iter().map(plain).max().unwrap_or(report.outcome),
        other => other,
    }
}

/// What a finding makes of its check under profile `reference`.
fn plain(finding: &Finding) -> Outcome {
    Severity::of(finding.class, Profile::Reference).outcome()
}

/// The findings that make the outcome.
fn deciding(report: &CheckReport, outcome: Outcome) -> impl Iterator<Item = &Finding> {
    report.findings.iter().filter(move |finding| plain(finding) == outcome)
}

/// `name` or `name@version`. A name may have an `@` itself, as those of npm do, but no version has.
fn parts(target: &str) -> (&str, Option<&str>) {
    match target.rsplit_once('@') {
        Some((name, version)) if !name.is_empty() => (name, Some(version)),
        _ => (target, None),
    }
}

fn check_scope(target: &str) -> Result<(), String> {
    let (name, version) = parts(target);
    if name.is_empty() || version.is_some_and(str::is_empty) {
        return Err(format!("{target:?} names no target: write name or name@version, such as x402-rs@2.0.*"));
    }
    for glob in [Some(name), version].into_iter().flatten() {
        Glob::new(glob).map_err(|error| format!("{glob:?} is no glob: {}", error.kind()))?;
    }
    Ok(())
}

/// Whether a target is one of those; one whose version nobody knows is none of a version.
fn is_about(target: &str, name: &str, version: Option<&str>) -> bool {
    let is = |glob: &str, text: &str| Glob::new(glob).is_ok_and(|glob| glob.compile_matcher().is_match(text));
    let (names, versions) = parts(target);
    is(names, name) && versions.is_none_or(|versions| version.is_some_and(|version| is(versions, version)))
}

//! What a trial of one peer has shown, as far as a page about compatibility needs it.

use anyhow::{Context as _, anyhow};
use gauntlet_engine::{KnownIssues, LiesWith, all_checks};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// One peer.
#[derive(Serialize, Deserialize)]
pub(super) struct Tried {
    /// Name of its manifest.
    pub(super) name: String,
    /// `facilitator`, `server` or `client`.
    pub(super) role: String,
    /// The published packages and their versions.
    pub(super) version: String,
    /// The day of the run, `YYYY-MM-DD`.
    pub(super) on: String,
    /// How long it took, milliseconds.
    pub(super) took_ms: u64,
    /// The set of checks.
    pub(super) set: String,
    /// The seed.
    pub(super) seed: u64,
    /// The command line that repeats it.
    pub(super) command: String,
    /// The exit code: 0 when nothing but known issues was found.
    pub(super) exit: i64,
    /// Number of checks by outcome; `known` are among those that failed or warned.
    pub(super) counts: BTreeMap<String, u64>,
    /// What was found, by check.
    pub(super) findings: Vec<Found>,
}

/// One check that did not pass.
#[derive(Serialize, Deserialize)]
pub(super) struct Found {
    pub(super) check: String,
    /// `fail`, `warn` or `inconclusive`.
    pub(super) outcome: String,
    /// The rule that it violates, with level and source.
    pub(super) requirement: String,
    pub(super) level: String,
    pub(super) source: String,
    /// The fingerprint.
    pub(super) kind: String,
    /// What was sent, as the change to a valid payment; nothing when the finding is about several.
    pub(super) sent: Option<String>,
    pub(super) want: String,
    pub(super) got: String,
    /// Why it is known; nothing for what is not, which is red.
    pub(super) reason: Option<String>,
    /// Who would have to become clearer.
    pub(super) lies_with: Option<LiesWith>,
    /// The command line that shows it alone.
    pub(super) again: String,
}

/// Reads the document of `gauntlet run --format json`.
///
/// # Errors
/// When it is no whole report.
pub(super) fn read(report: &Value, known: &Known, command: &str, again: &str) -> anyhow::Result<Tried> {
    let text = |pointer: &str| {
        let value = report.pointer(pointer).and_then(Value::as_str);
        value.map(str::to_owned).ok_or_else(|| anyhow!("the report has no {pointer}"))
    };
    let number =
        |pointer: &str| report.pointer(pointer).and_then(Value::as_u64).with_context(|| pointer.to_owned());
    let checks = report["checks"].as_array().context("the report has no checks")?;
    let findings = checks.iter().filter_map(|check| found(check, known, again)).collect();
    Ok(Tried {
        name: text("/target/name")?,
        role: text("/target/role")?,
        version: text("/target/version").unwrap_or_default(),
        on: text("/started")?.chars().take(10).collect(),
        took_ms: number("/took_ms")?,
        set: text("/set")?,
        seed: number("/seed")?,
        command: command.to_owned(),
        exit: report["exit"].as_i64().context("the run has no exit code")?,
        counts: serde_json::from_value(report["counts"].clone())?,
        findings,
    })
}

fn found(check: &Value, known: &Known, again: &str) -> Option<Found> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let outcome = text(&check["outcome"]);
    if !["fail", "warn", "inconclusive"].contains(&outcome.as_str()) {
        return None;
    }
    let id = text(&check["check"]);
    let nothing = Value::Null;
    let finding = check["findings"].get(0).unwrap_or(&nothing);
    let harmful = finding["severity"] == "failure";
    let reason = check["known"]["reason"].as_str().map(str::to_owned);
    // What costs money or stops the service lies with whoever does it, whatever the texts say.
    let lies_with = known.get(&id).copied().or_else(|| harmful.then_some(LiesWith::Implementation));
    Some(Found {
        requirement: finding["requirement"]
            .as_str()
            .map_or_else(|| text(&check["requirements"][0]), str::to_owned),
        level: text(&check["level"]),
        source: text(&finding["source"]),
        kind: text(&finding["kind"]),
        sent: finding["sent"].as_str().map(str::to_owned),
        want: text(&finding["want"]),
        got: finding["got"].as_str().map_or_else(|| text(&check["reason"]), str::to_owned),
        reason,
        lies_with,
        again: format!("{again} {id}"),
        check: id,
        outcome,
    })
}

/// Whom the known issues of a peer lie with, by check.
pub(super) type Known = BTreeMap<String, LiesWith>;

/// Reads the known issues of a peer; a peer without a file has none.
///
/// # Errors
/// When a line says nothing about where it lies.
pub(super) fn known(path: &Path) -> anyhow::Result<Known> {
    if !path.exists() {
        return Ok(Known::new());
    }
    let checks = all_checks();
    let ids: Vec<&str> = checks.iter().map(|check| check.id.as_str()).collect();
    let issues = KnownIssues::load(path, &ids)?.issues.into_iter();
    issues
        .map(|issue| {
            let check = issue.check.into_inner();
            let lies_with = issue.lies_with.with_context(|| {
                format!("{}: the line about {check} does not say whom it lies_with", path.display())
            })?;
            Ok((check, lies_with))
        })
        .collect()
}

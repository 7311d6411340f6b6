//! The JSON report: one document for programs.
//!
//! Keys are stable: they are added, never renamed; a change that breaks a reader raises `schema`. Where a value can be
//! missing it is `null`, so that every key is always there. Its shape:
//!
//! ```text
//! schema          integer            version of this document
//! run             string             id of the run
//! gauntlet        string             version of Gauntlet
//! target          object             name, role, url, version|null, spec
//! seed            integer            64 bits: read it with a parser that keeps them
//! profile         string             reference | strict | newest
//! set             string             the set of checks: v2-2026-06
//! network         string             network profile
//! chain_id        integer            EIP-155
//! started         string             RFC 3339, UTC
//! took_ms         integer|null       null when the run has no end
//! state           object             finished, interrupted, truncated: boolean; inconclusive, harness_error: string|null
//! counts          object             total, pass, fail, warn, inconclusive, not-applicable, harness-error, known, not-begun
//! unexpected      array of string    ids of checks that failed and are not known to fail
//! stale           array of string    known issues that did not happen, with the reason why that is red
//! inconclusive    array of string    ids of checks that could not tell; why is with the check
//! harness_errors  array of string    ids of checks in which Gauntlet failed
//! coverage        object             holds, undecided, broken, total: integer;
//!                                    levels: array of {level, holds, undecided, broken, total};
//!                                    requirements: array of {id, level, standing}
//! gas             object|null        of the target's signers, in transactions that moved money and in all others:
//!                                    settled {transactions, median, max}, in_vain {transactions, gas}
//! exit            integer            exit code
//! notes           array of string    remarks on the whole run
//! checks          array of object    by id: check, outcome, level|null, class|null, requirements, title, risk,
//!                                    reason|null, known|null {reason, link|null}, findings, notes, case|null, took_ms|null;
//!                                    sizes: array of rungs, in checks that climb a ladder of sizes only
//! ```
//!
//! A finding has the keys of [`Finding`]. `level`, `class`, `case` and `took_ms` of a check are `null` when
//! it did not end. Texts are as they came, not escaped for a terminal; of a chain elsewhere they lack what
//! [`redact`](crate::redact) takes out.

use crate::record::Record;
use crate::sizes::Rung;
use crate::summary::{Counts, Requirement, Tally, UNFINISHED};
use crate::{
    CheckReport, Class, Finding, Gas, KnownUse, Level, Outcome, Profile, Summary, TargetInfo, clock, redact,
};
use serde::{Deserialize, Serialize};

/// Version of the document.
pub const SCHEMA: u32 = 1;

/// The whole document. See the [module](self) for its keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// [`SCHEMA`].
    pub schema: u32,
    /// Id of the run.
    pub run: String,
    /// Version of Gauntlet.
    pub gauntlet: String,
    /// What was put on trial.
    pub target: TargetInfo,
    /// Seed of the run.
    pub seed: u64,
    /// Which violations fail.
    pub profile: Profile,
    /// Name of the set of checks.
    pub set: String,
    /// Name of the network profile.
    pub network: String,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Start, RFC 3339 in UTC.
    pub started: String,
    /// Duration in milliseconds, when the run has an end.
    pub took_ms: Option<u64>,
    /// What holds for the run as a whole.
    pub state: State,
    /// Checks by outcome.
    pub counts: Counts,
    /// Ids of checks that failed and are not known to fail.
    pub unexpected: Vec<String>,
    /// Known issues that did not happen.
    pub stale: Vec<String>,
    /// Ids of checks that could not tell.
    pub inconclusive: Vec<String>,
    /// Ids of checks in which Gauntlet failed.
    pub harness_errors: Vec<String>,
    /// Requirements.
    pub coverage: CoverageReport,
    /// What the run cost the target's signers, when that is known.
    #[serde(default)]
    pub gas: Option<Gas>,
    /// Exit code.
    pub exit: u8,
    /// Remarks on the whole run.
    pub notes: Vec<String>,
    /// Every check that began, by id.
    pub checks: Vec<Check>,
}

/// What holds for a run as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Whether the record has an end.
    pub finished: bool,
    /// Whether the user stopped it.
    pub interrupted: bool,
    /// Whether the last line of the record is broken and was left out.
    pub truncated: bool,
    /// Why nothing is scored, if so.
    pub inconclusive: Option<String>,
    /// Our own fault that ended the run.
    pub harness_error: Option<String>,
}

/// Requirements by standing, in all and by level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageReport {
    /// All of them.
    #[serde(flatten)]
    pub all: Tally,
    /// By level.
    pub levels: Vec<LevelTally>,
    /// Each of them.
    pub requirements: Vec<Requirement>,
}

/// The requirements of one level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelTally {
    /// The level.
    pub level: Level,
    /// How they stand.
    #[serde(flatten)]
    pub tally: Tally,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Its id.
    pub check: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Level of the most demanding requirement that it covers.
    pub level: Option<Level>,
    /// Class of the most severe requirement that it covers.
    pub class: Option<Class>,
    /// Requirements that it covers.
    pub requirements: Vec<String>,
    /// The rule that it tests.
    pub title: String,
    /// What is at risk.
    pub risk: String,
    /// Why it is inconclusive, not applicable or a harness error.
    pub reason: Option<String>,
    /// Known issue that covers the outcome.
    pub known: Option<KnownUse>,
    /// Violations, most severe first.
    pub findings: Vec<Finding>,
    /// Remarks that weigh nothing.
    pub notes: Vec<String>,
    /// Payments of many lengths and what became of them, when the check is about that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sizes: Vec<Rung>,
    /// Id for `gauntlet replay`, when it ended.
    pub case: Option<String>,
    /// Duration in milliseconds, when it ended.
    pub took_ms: Option<u64>,
}

/// Renders a run, finished or not, as indented JSON with a line feed at its end.
#[must_use]
pub fn json(record: &Record) -> String {
    #[expect(clippy::expect_used, reason = "all keys are strings and nothing in it can fail to be written")]
    let text = serde_json::to_string_pretty(&document(record)).expect("the document is plain data");
    text + "\n"
}

/// The document before it is written down.
#[must_use]
pub fn document(record: &Record) -> Document {
    let record = &*redact::shown(record);
    let summary = Summary::of(record);
    let started = &record.started;
    let finished = record.finished.as_ref();
    let unfinished = record.started_checks.iter().map(|check| unfinished(check));
    let mut checks: Vec<Check> = record.checks.iter().map(check).chain(unfinished).collect();
    checks.sort_by(|a, b| a.check.cmp(&b.check));
    Document {
        schema: SCHEMA,
        run: started.run.clone(),
        gauntlet: started.gauntlet.clone(),
        target: started.target.clone(),
        seed: started.seed,
        profile: started.profile,
        set: started.set.clone(),
        network: started.network.clone(),
        chain_id: started.chain_id,
        started: clock::rfc3339(started.started_ms),
        took_ms: record.took_ms(),
        state: State {
            finished: finished.is_some(),
            interrupted: finished.is_some_and(|f| f.interrupted),
            truncated: record.truncated,
            inconclusive: finished.and_then(|f| f.inconclusive.clone()),
            harness_error: finished.and_then(|f| f.harness_error.clone()),
        },
        counts: summary.counts,
        unexpected: summary.unexpected,
        stale: summary.stale,
        inconclusive: summary.inconclusive.into_iter().map(|doubt| doubt.check).collect(),
        harness_errors: summary.harness_errors,
        coverage: CoverageReport {
            all: summary.coverage.all,
            levels: summary
                .coverage
                .levels
                .into_iter()
                .map(|(level, tally)| LevelTally { level, tally })
                .collect(),
            requirements: summary.coverage.requirements,
        },
        gas: record.ledger.as_ref().and_then(Gas::of),
        exit: summary.exit.number(),
        notes: finished.map(|f| f.notes.clone()).unwrap_or_default(),
        checks,
    }
}

fn check(report: &CheckReport) -> Check {
    Check {
        check: report.check.clone(),
        outcome: report.outcome,
        level: Some(report.level),
        class: Some(report.class),
        requirements: report.requirements.clone(),
        title: report.title.clone(),
        risk: report.risk.clone(),
        reason: report.reason.clone(),
        known: report.known.clone(),
        findings: report.findings.clone(),
        notes: report.notes.clone(),
        sizes: report.sizes.clone(),
        case: Some(report.case.clone()),
        took_ms: Some(report.took_ms),
    }
}

fn unfinished(check: &str) -> Check {
    Check {
        check: check.to_owned(),
        outcome: Outcome::Inconclusive,
        level: None,
        class: None,
        requirements: Vec::new(),
        title: String::new(),
        risk: String::new(),
        reason: Some(UNFINISHED.to_owned()),
        known: None,
        findings: Vec::new(),
        notes: Vec::new(),
        sizes: Vec::new(),
        case: None,
        took_ms: None,
    }
}

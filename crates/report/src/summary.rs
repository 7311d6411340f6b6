//! A run in numbers: what every report says at its end, computed in one place.

use crate::exit::{self, ExitCode, RunState};
use crate::{CheckReport, Level, Outcome, Record};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is said of a check that began and did not end.
pub const UNFINISHED: &str = "not finished: the run ended before it";

/// Number of checks by outcome. A check is counted once; one that a known issue covers only under `known`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Counts {
    /// All checks that began.
    pub total: usize,
    /// The rule holds.
    pub pass: usize,
    /// The rule does not hold.
    pub fail: usize,
    /// The rule does not hold, but fails nobody.
    pub warn: usize,
    /// It could not be told.
    pub inconclusive: usize,
    /// The target never claimed it.
    pub not_applicable: usize,
    /// Our own fault.
    pub harness_error: usize,
    /// A failure, warning or doubt that a known issue expects.
    pub known: usize,
    /// Checks that were selected and never began; not in `total`.
    pub not_begun: usize,
}

/// A check that could not tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Id of the check.
    pub check: String,
    /// Why.
    pub reason: String,
}

/// What a run says about a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// A check covers it and passed, and none that covers it was in doubt or found a violation.
    Holds,
    /// No check found a violation, and at least one could not tell, or failed for another reason.
    Undecided,
    /// At least one check found a violation, whatever its weight.
    Broken,
}

/// One requirement that the checks of a run cover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// Its id.
    pub id: String,
    /// Its level. A record has it only for violated requirements; for others this is the least demanding level among
    /// the checks that cover it, which is exact for a check of one requirement.
    pub level: Level,
    /// What the run says about it.
    pub standing: Standing,
}

/// Number of requirements by standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Those that hold.
    pub holds: usize,
    /// Those that could not be told.
    pub undecided: usize,
    /// Those that are violated.
    pub broken: usize,
    /// All.
    pub total: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, standing: Standing) {
        self.total += 1;
        *match standing {
            Standing::Holds => &mut self.holds,
            Standing::Undecided => &mut self.undecided,
            Standing::Broken => &mut self.broken,
        } += 1;
    }
}

/// The requirements that the checks of a run cover. Those of checks that do not apply to the target are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    /// Each requirement, by id.
    pub requirements: Vec<Requirement>,
    /// All of them.
    pub all: Tally,
    /// By level, most demanding first; only levels that occur.
    pub levels: Vec<(Level, Tally)>,
}

/// A run in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Checks by outcome.
    pub counts: Counts,
    /// Ids of checks that failed and are not known to fail.
    pub unexpected: Vec<String>,
    /// Known issues that did not happen, with the reason why that is red.
    pub stale: Vec<String>,
    /// Checks that could not tell, with those that began and did not end.
    pub inconclusive: Vec<Doubt>,
    /// Ids of checks in which we failed ourselves.
    pub harness_errors: Vec<String>,
    /// Requirements.
    pub coverage: Coverage,
    /// Exit code: the one that the checks and the state of the run ask for, or the recorded one when it ranks higher
    /// (a missed threshold is not in the checks).
    pub exit: ExitCode,
}

impl CheckReport {
    /// Whether a known issue covers what happened here.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.known.is_some() && !matches!(self.outcome, Outcome::Pass | Outcome::NotApplicable)
    }

    /// The group that it is shown in.
    #[must_use]
    pub fn group(&self) -> &str {
        group(&self.check)
    }
}

/// The group of a check: its id up to the second dot.
#[must_use]
pub fn group(check: &str) -> &str {
    check.match_indices('.').nth(1).map_or(check, |(at, _)| &check[..at])
}

impl Summary {
    /// Sums up a run, finished or not.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        let ids = |outcome| {
            let these = record.checks.iter().filter(move |r| r.outcome == outcome && !r.is_known());
            these.map(|report| report.check.clone()).collect()
        };
        Self {
            counts: counts(record),
            unexpected: ids(Outcome::Fail),
            stale: record.finished.as_ref().map(|f| f.stale.clone()).unwrap_or_default(),
            inconclusive: doubts(record),
            harness_errors: ids(Outcome::HarnessError),
            coverage: coverage(&record.checks),
            exit: exit_code(record),
        }
    }

    /// Whether the run has no score: its positive control failed, or we failed, so that its checks say nothing.
    #[must_use]
    pub fn is_unscored(record: &Record) -> bool {
        record.finished.as_ref().is_some_and(|f| f.inconclusive.is_some() || f.harness_error.is_some())
    }
}

fn counts(record: &Record) -> Counts {
    let unfinished = record.started_checks.len();
    let mut counts = Counts {
        total: record.checks.len() + unfinished,
        inconclusive: unfinished,
        not_begun: record.not_begun(),
        ..Counts::default()
    };
    for report in &record.checks {
        *match report.outcome {
            _ if report.is_known() => &mut counts.known,
            Outcome::Pass => &mut counts.pass,
            Outcome::Fail => &mut counts.fail,
            Outcome::Warn => &mut counts.warn,
            Outcome::Inconclusive => &mut counts.inconclusive,
            Outcome::NotApplicable => &mut counts.not_applicable,
            Outcome::HarnessError => &mut counts.harness_error,
        } += 1;
    }
    counts
}

fn doubts(record: &Record) -> Vec<Doubt> {
    let told =
        record.checks.iter().filter(|r| r.outcome == Outcome::Inconclusive && !r.is_known()).map(|r| {
            let reason = r.reason.clone().unwrap_or_else(|| "no reason given".to_owned());
            Doubt { check: r.check.clone(), reason }
        });
    let unfinished = record
        .started_checks
        .iter()
        .map(|check| Doubt { check: check.clone(), reason: UNFINISHED.to_owned() });
    told.chain(unfinished).collect()
}

fn exit_code(record: &Record) -> ExitCode {
    let Some(finished) = &record.finished else {
        return exit::of_run(&record.checks, RunState { inconclusive: true, ..RunState::default() });
    };
    let state = RunState {
        interrupted: finished.interrupted,
        harness_error: finished.harness_error.is_some(),
        stale: !finished.stale.is_empty(),
        inconclusive: finished.inconclusive.is_some()
            || !record.started_checks.is_empty()
            || record.not_begun() > 0,
    };
    let told = exit::of_run(&record.checks, state);
    ExitCode::from_number(finished.exit).map_or(told, |recorded| told.worse(recorded))
}

fn coverage(reports: &[CheckReport]) -> Coverage {
    let mut found: BTreeMap<&str, Requirement> = BTreeMap::new();
    for report in reports.iter().filter(|r| r.outcome != Outcome::NotApplicable) {
        for id in &report.requirements {
            let violated = report.findings.iter().any(|finding| finding.requirement == *id);
            let standing = match report.outcome {
                _ if violated => Standing::Broken,
                Outcome::Pass => Standing::Holds,
                // Went wrong over another requirement: says nothing of this one, and takes nothing from it.
                Outcome::Warn | Outcome::Fail if passed_elsewhere(reports, id) => Standing::Holds,
                _ => Standing::Undecided,
            };
            note(&mut found, id, report.level, standing);
        }
    }
    for finding in reports.iter().flat_map(|report| &report.findings) {
        note(&mut found, &finding.requirement, finding.level, Standing::Broken);
        if let Some(requirement) = found.get_mut(finding.requirement.as_str()) {
            requirement.level = finding.level;
        }
    }
    tally(found.into_values().collect())
}

fn passed_elsewhere(reports: &[CheckReport], requirement: &str) -> bool {
    reports.iter().any(|r| r.outcome == Outcome::Pass && r.requirements.iter().any(|id| id == requirement))
}

fn note<'a>(found: &mut BTreeMap<&'a str, Requirement>, id: &'a str, level: Level, standing: Standing) {
    let seen = found.entry(id).or_insert_with(|| Requirement { id: id.to_owned(), level, standing });
    seen.standing = seen.standing.max(standing);
    if rank(level) > rank(seen.level) {
        seen.level = level;
    }
}

/// Most demanding first.
const LEVELS: [Level; 7] =
    [Level::Must, Level::Req, Level::Should, Level::Desc, Level::Derived, Level::May, Level::Open];

fn rank(level: Level) -> usize {
    LEVELS.iter().position(|other| *other == level).unwrap_or(LEVELS.len())
}

fn tally(requirements: Vec<Requirement>) -> Coverage {
    let mut all = Tally::default();
    let mut levels = LEVELS.map(|level| (level, Tally::default()));
    for requirement in &requirements {
        all.add(requirement.standing);
        levels[rank(requirement.level)].1.add(requirement.standing);
    }
    let levels = levels.into_iter().filter(|(_, tally)| tally.total > 0).collect();
    Coverage { requirements, all, levels }
}

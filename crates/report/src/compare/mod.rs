//! Two runs, put side by side: which checks say something else now, and is it worse?
//!
//! A pure function of two [`Side`]s, A (before) and B (after), made of records or of JSON reports. A check of one run is
//! compared with the check of the same id in the other; what stands in one of them only is gone or new. Whether a change
//! is a regression is in one table, [`Kind::of`].
//!
//! Runs under other conditions are compared all the same, and what differs is said. Where the profiles differ, outcomes
//! are those of profile `reference`, so that no rule seems broken because it was judged more strictly.

mod change;
mod gas;
mod side;

pub use change::{Change, Kind, Seen, Standing, Weight};
pub use gas::{CheckGas, GasChange};
pub use side::{Side, SideError, Who};

use crate::{ExitCode, Profile};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Version of the document.
pub const SCHEMA: u32 = 1;

/// Why two runs cannot be compared at all.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// They are of targets of different roles.
    #[error("a {a} and a {b} have no rule in common: compare two runs of one role")]
    Roles {
        /// Role of the target of A.
        a: String,
        /// Role of the target of B.
        b: String,
    },
}

/// What two runs have to do with one another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The word for it.
    pub verdict: Verdict,
    /// Exit code.
    pub exit: u8,
    /// The run before.
    pub a: Who,
    /// The run after.
    pub b: Who,
    /// Conditions under which they differ.
    pub differences: Vec<Difference>,
    /// Why nothing here may be taken for green, as sentences: a record without its end, a run that was stopped.
    pub doubts: Vec<String>,
    /// Number of checks that both runs have.
    pub in_common: usize,
    /// How many of them say the same.
    pub unchanged: usize,
    /// Checks that say something else, worst first.
    pub changes: Vec<Change>,
    /// Known issues of B that did not happen, and that A did not tell of.
    pub stale: Vec<String>,
    /// What a settlement costs, check by check, where both runs tell.
    pub gas: Vec<GasChange>,
}

/// A condition under which two runs differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What differs.
    pub what: String,
    /// What it is in A.
    pub a: String,
    /// What it is in B.
    pub b: String,
    /// What that means for the comparison; empty when nothing is to be said.
    pub means: String,
}

/// The word for a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Something that held does not hold any more, or is not tried any more.
    Regressed,
    /// Gauntlet itself failed in B.
    HarnessError,
    /// Nothing is known to be worse, but not everything could be told.
    Inconclusive,
    /// Nothing could be compared.
    NothingCompared,
    /// Something is better, nothing is worse.
    Improved,
    /// Neither better nor worse.
    Unchanged,
}

impl Verdict {
    /// For people.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Regressed => "REGRESSED",
            Self::HarnessError => "HARNESS ERROR",
            Self::Inconclusive => "INCONCLUSIVE",
            Self::NothingCompared => "NOTHING COMPARED",
            Self::Improved => "IMPROVED",
            Self::Unchanged => "UNCHANGED",
        }
    }

    /// The exit code.
    #[must_use]
    pub const fn exit(self) -> ExitCode {
        match self {
            Self::Regressed => ExitCode::Threshold,
            Self::HarnessError => ExitCode::Harness,
            Self::Inconclusive => ExitCode::Inconclusive,
            Self::NothingCompared => ExitCode::NothingRan,
            Self::Improved | Self::Unchanged => ExitCode::Success,
        }
    }
}

impl Comparison {
    /// The changes of a weight, in the order in which they are shown.
    pub fn of_weight(&self, weight: Weight) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(move |change| change.weight == weight)
    }

    /// New checks that fail: whether they failed before nobody knows.
    #[must_use]
    pub fn new_failures(&self) -> usize {
        let is_failing = |change: &&Change| {
            change.kind == Kind::New
                && change.after.as_ref().is_some_and(|seen| seen.standing == Standing::Fail)
        };
        self.changes.iter().filter(is_failing).count()
    }
}

/// Compares B, the run after, with A, the run before.
///
/// # Errors
/// [`CompareError`] when their targets have different roles.
pub fn compare(a: &Side, b: &Side) -> Result<Comparison, CompareError> {
    let (role_a, role_b) = (&a.document.target.role, &b.document.target.role);
    if role_a != role_b {
        return Err(CompareError::Roles { a: role_a.clone(), b: role_b.clone() });
    }
    let profile = (a.document.profile != b.document.profile).then_some(Profile::Reference);
    let ids: BTreeSet<&str> = a.ids().chain(b.ids()).collect();
    let in_common = ids.iter().filter(|id| a.has(id) && b.has(id)).count();
    let is_nothing = in_common == 0;
    let mut changes: Vec<Change> = if is_nothing {
        Vec::new()
    } else {
        ids.iter().filter_map(|id| Change::of(id, a, b, profile)).collect()
    };
    changes.sort_by(|one, other| {
        (one.weight, one.kind, &one.check).cmp(&(other.weight, other.kind, &other.check))
    });
    let changed = changes.iter().filter(|change| change.before.is_some() && change.after.is_some()).count();
    let doubts = doubts(a, b, is_nothing);
    let verdict = verdict(a, b, &changes, &doubts);
    Ok(Comparison {
        schema: SCHEMA,
        verdict,
        exit: verdict.exit().number(),
        a: a.who(),
        b: b.who(),
        differences: side::differences(&a.document, &b.document),
        doubts,
        in_common,
        unchanged: in_common - changed,
        changes,
        stale: newly_stale(a, b),
        gas: gas::changes(a, b),
    })
}

/// What is stale in B only. Behind the first semicolon a line says where its file is, which is another place elsewhere.
fn newly_stale(a: &Side, b: &Side) -> Vec<String> {
    let what = |line: &str| line.split(';').next().unwrap_or_default().to_owned();
    let known: BTreeSet<String> = a.document.stale.iter().map(|line| what(line)).collect();
    b.document.stale.iter().filter(|line| !known.contains(&what(line))).cloned().collect()
}

fn doubts(a: &Side, b: &Side, is_nothing: bool) -> Vec<String> {
    let mut doubts: Vec<String> = a.doubts().map(|doubt| format!("before: {doubt}")).collect();
    doubts.extend(b.doubts().map(|doubt| format!("after: {doubt}")));
    if is_nothing {
        doubts.push("no check is in both runs".to_owned());
    }
    doubts
}

fn verdict(a: &Side, b: &Side, changes: &[Change], doubts: &[String]) -> Verdict {
    let any = |weight| changes.iter().any(|change| change.weight == weight);
    if !a.ids().any(|id| b.has(id)) {
        Verdict::NothingCompared
    } else if any(Weight::OurFault) {
        Verdict::HarnessError
    } else if any(Weight::Regression) {
        Verdict::Regressed
    } else if any(Weight::Doubt) || !doubts.is_empty() {
        Verdict::Inconclusive
    } else if !a.ids().any(|id| a.tells(id) && b.tells(id)) {
        Verdict::NothingCompared
    } else if any(Weight::Improvement) {
        Verdict::Improved
    } else {
        Verdict::Unchanged
    }
}

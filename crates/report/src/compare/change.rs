//! What became of one check from one run to the other.

use super::side::Side;
use crate::render::json::Check;
use crate::{Finding, Outcome, Profile, Severity};
use serde::{Deserialize, Serialize};

/// How a check stands in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The target never claimed what it is about.
    NotApplicable,
    /// The rule holds.
    Pass,
    /// The rule does not hold, and that fails nobody.
    Warn,
    /// A known issue covers what happened.
    Known,
    /// It could not be told.
    Inconclusive,
    /// It began, and the run ended before it did.
    Unfinished,
    /// The rule does not hold.
    Fail,
    /// Gauntlet failed.
    HarnessError,
}

impl Standing {
    /// In a sentence.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotApplicable => "did not apply",
            Self::Pass => "passed",
            Self::Warn => "warned",
            Self::Known => "known issue",
            Self::Inconclusive => "inconclusive",
            Self::Unfinished => "not finished",
            Self::Fail => "failed",
            Self::HarnessError => "harness error",
        }
    }

    /// Whether it says something about the target.
    pub(super) const fn tells(self) -> bool {
        matches!(self, Self::Pass | Self::Warn | Self::Known | Self::Fail)
    }

    /// Whether nobody is failed by it.
    const fn is_fine(self) -> bool {
        matches!(self, Self::Pass | Self::Warn | Self::Known)
    }

    pub(super) fn of(check: &Check, profile: Option<Profile>) -> Self {
        let outcome = profile.map_or(check.outcome, |profile| under(profile, check));
        match outcome {
            Outcome::NotApplicable => Self::NotApplicable,
            Outcome::Pass => Self::Pass,
            _ if check.known.is_some() => Self::Known,
            Outcome::Warn => Self::Warn,
            // A check that ended has a case.
            Outcome::Inconclusive if check.case.is_none() => Self::Unfinished,
            Outcome::Inconclusive => Self::Inconclusive,
            Outcome::Fail => Self::Fail,
            Outcome::HarnessError => Self::HarnessError,
        }
    }
}

/// The outcome that the findings of a check make under a profile.
fn under(profile: Profile, check: &Check) -> Outcome {
    let of = |finding: &Finding| Severity::of(finding.class, profile).outcome();
    match check.outcome {
        Outcome::Warn | Outcome::Fail => check.findings.iter().map(of).max().unwrap_or(check.outcome),
        other => other,
    }
}

/// What became of a check. The order is that in which changes of one weight are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It fails, and did not.
    NowFailing,
    /// It fails as before, and in another way besides.
    FailsOtherwise,
    /// It cannot tell any more.
    NewlyInconclusive,
    /// It is not there any more.
    Gone,
    /// The target does not claim any more what it is about.
    NoLongerApplies,
    /// The run ended before it.
    NotReached,
    /// Gauntlet failed in it.
    OurFault,
    /// It warns, and did not.
    NowWarning,
    /// A known issue covers what happens now.
    NowKnown,
    /// It was not there before.
    New,
    /// It was not claimed before.
    NowApplies,
    /// What a known issue covered does not happen any more.
    Fixed,
    /// It failed, and only warns now.
    NoLongerFailing,
    /// It passes, and did not.
    NowPassing,
}

impl Kind {
    /// For people.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NowFailing => "now failing",
            Self::FailsOtherwise => "fails in another way",
            Self::NewlyInconclusive => "newly inconclusive",
            Self::Gone => "gone",
            Self::NoLongerApplies => "no longer applies",
            Self::NotReached => "not reached",
            Self::OurFault => "harness error",
            Self::NowWarning => "now warning",
            Self::NowKnown => "now a known issue",
            Self::New => "new",
            Self::NowApplies => "now applies",
            Self::Fixed => "known issue fixed",
            Self::NoLongerFailing => "no longer failing",
            Self::NowPassing => "now passing",
        }
    }

    /// What became of a check, and how much that weighs; `None` when nothing did. A standing that is missing is a check
    /// that is not in that run.
    ///
    /// Only what was known to be fine can regress: whether a check that could not tell has become worse nobody knows, and
    /// neither does anybody of one that is new.
    #[must_use]
    pub const fn of(before: Option<Standing>, after: Option<Standing>) -> Option<(Self, Weight)> {
        use Standing as S;
        let (before, after) = match (before, after) {
            (None, None) => return None,
            (None, Some(S::HarnessError)) => return Some((Self::OurFault, Weight::OurFault)),
            (None, Some(_)) => return Some((Self::New, Weight::Neutral)),
            // What never applied is no loss.
            (Some(S::NotApplicable), None) => return Some((Self::Gone, Weight::Neutral)),
            (Some(_), None) => return Some((Self::Gone, Weight::Regression)),
            (Some(before), Some(after)) => (before, after),
        };
        let was_fine = before.is_fine();
        Some(match (before, after) {
            (S::NotApplicable, S::NotApplicable)
            | (S::Pass, S::Pass)
            | (S::Warn, S::Warn)
            | (S::Known, S::Known)
            | (S::Fail, S::Fail)
            | (S::HarnessError, S::HarnessError)
            | (S::Inconclusive | S::Unfinished, S::Inconclusive)
            | (S::Unfinished, S::Unfinished) => return None,
            (_, S::HarnessError) => (Self::OurFault, Weight::OurFault),
            (_, S::Unfinished) => (Self::NotReached, Weight::Doubt),
            // What the target claims newly, it gets wrong: before, nobody could lose money by it.
            (S::NotApplicable, S::Fail) => (Self::NowFailing, Weight::Regression),
            (_, S::Fail) => (Self::NowFailing, if was_fine { Weight::Regression } else { Weight::Doubt }),
            (_, S::Inconclusive) => {
                (Self::NewlyInconclusive, if was_fine { Weight::Regression } else { Weight::Doubt })
            }
            (S::Pass | S::Warn | S::Known | S::Fail, S::NotApplicable) => {
                (Self::NoLongerApplies, Weight::Regression)
            }
            (_, S::NotApplicable) => (Self::NoLongerApplies, Weight::Neutral),
            (_, S::Known) => (Self::NowKnown, Weight::Neutral),
            (S::Fail, S::Warn) => (Self::NoLongerFailing, Weight::Improvement),
            (_, S::Warn) => (Self::NowWarning, Weight::Neutral),
            (S::NotApplicable, S::Pass) => (Self::NowApplies, Weight::Improvement),
            (S::Known, S::Pass) => (Self::Fixed, Weight::Improvement),
            (_, S::Pass) => (Self::NowPassing, Weight::Improvement),
        })
    }
}

/// How much a change weighs, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Worse.
    Regression,
    /// Gauntlet failed: nobody's regression, and not green.
    OurFault,
    /// Nobody can tell whether it is worse; not green.
    Doubt,
    /// To be known.
    Neutral,
    /// Better.
    Improvement,
}

/// A check in one of the runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// How it stands.
    pub standing: Standing,
    /// Why, in one text; as it came, not escaped.
    pub reason: Option<String>,
    /// Id for `gauntlet replay`, when it ended.
    pub case: Option<String>,
}

/// A check that says something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Its id.
    pub check: String,
    /// What became of it.
    pub kind: Kind,
    /// How much that weighs.
    pub weight: Weight,
    /// The rule that it tests.
    pub title: String,
    /// In the run before; `null` when it was not there.
    pub before: Option<Seen>,
    /// In the run after; `null` when it is not there.
    pub after: Option<Seen>,
}

impl Change {
    /// What became of the check of this id; `None` when nothing did.
    pub(super) fn of(id: &str, a: &Side, b: &Side, profile: Option<Profile>) -> Option<Self> {
        let (before, after) = (a.check(id), b.check(id));
        let standing = |check: Option<&Check>| check.map(|check| Standing::of(check, profile));
        let (stood, stands) = (standing(before), standing(after));
        let found = Kind::of(stood, stands).or_else(|| {
            let differs = stood == Some(Standing::Fail) && !new_kinds(before?, after?).is_empty();
            differs.then_some((Kind::FailsOtherwise, Weight::Neutral))
        });
        let (kind, weight) = match (found?, after) {
            // A run that was stopped or that we ended ourselves says nothing of what it did not come to.
            ((Kind::Gone, Weight::Regression), None) if !b.is_complete() => (Kind::NotReached, Weight::Doubt),
            ((Kind::NewlyInconclusive, Weight::Regression), _) if b.is_our_fault() => {
                (Kind::OurFault, Weight::OurFault)
            }
            (found, _) => found,
        };
        let title = [after, before].into_iter().flatten().map(|check| check.title.clone());
        Some(Self {
            check: id.to_owned(),
            kind,
            weight,
            title: title.into_iter().find(|title| !title.is_empty()).unwrap_or_default(),
            before: before.map(|check| Seen::of(check, profile)),
            after: after.map(|check| Seen::of(check, profile)),
        })
    }
}

impl Seen {
    fn of(check: &Check, profile: Option<Profile>) -> Self {
        Self { standing: Standing::of(check, profile), reason: reason(check), case: check.case.clone() }
    }
}

/// Why a check stands as it does; of one that passed, nothing.
fn reason(check: &Check) -> Option<String> {
    if check.outcome == Outcome::Pass {
        return None;
    }
    let found = check.findings.first().map(|finding| {
        let Finding { kind, want, got, .. } = finding;
        let chain = finding.chain.first().map(|fact| format!("; chain: {fact}")).unwrap_or_default();
        format!("{kind}: want {want}; got {got}{chain}")
    });
    let told = found.or_else(|| check.reason.clone());
    match (&check.known, told) {
        (Some(known), Some(told)) => Some(format!("{} ({told})", known.reason)),
        (Some(known), None) => Some(known.reason.clone()),
        (None, told) => told,
    }
}

/// Kinds of failing findings that a check did not have before.
fn new_kinds<'a>(before: &Check, after: &'a Check) -> Vec<&'a str> {
    let failing =
        |check: &'a Check| check.findings.iter().filter(|finding| finding.severity == Severity::Failure);
    let is_known = |finding: &Finding| {
        before
            .findings
            .iter()
            .any(|other| (&other.kind, &other.requirement) == (&finding.kind, &finding.requirement))
    };
    failing(after).filter(|finding| !is_known(finding)).map(|finding| finding.kind.as_str()).collect()
}

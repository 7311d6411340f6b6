//! Outcomes, levels and classes, and how one follows from the others.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How a check ended. The order is the order of merging: the greater one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The target never claimed what the check is about.
    NotApplicable,
    /// The rule holds.
    Pass,
    /// The rule does not hold, but it is one that fails nobody under this profile.
    Warn,
    /// The check could not tell. Never green.
    Inconclusive,
    /// The rule does not hold.
    Fail,
    /// Our own fault: a panic, a dead chain, a message that we did not mean to send.
    HarnessError,
}

impl Outcome {
    /// All outcomes, worst first: the order in which they are shown.
    pub const ALL: [Self; 6] =
        [Self::HarnessError, Self::Fail, Self::Inconclusive, Self::Warn, Self::Pass, Self::NotApplicable];

    /// The word that reports use.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotApplicable => "not-applicable",
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Inconclusive => "inconclusive",
            Self::Fail => "fail",
            Self::HarnessError => "harness-error",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What the text of a specification demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// The text says MUST, or an unambiguous equivalent.
    Must,
    /// The text says SHOULD.
    Should,
    /// The text says MAY.
    May,
    /// A schema table says "Required".
    Req,
    /// Descriptive prose, a table or an example.
    Desc,
    /// No sentence says it; it follows from the security sections.
    Derived,
    /// The texts are silent or contradict one another: graded, never failed.
    Open,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
            Self::May => "MAY",
            Self::Req => "REQ",
            Self::Desc => "DESC",
            Self::Derived => "DERIVED",
            Self::Open => "OPEN",
        })
    }
}

/// What a violation of a requirement does here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Class {
    /// Information only.
    I,
    /// A warning.
    W,
    /// A known deviation of at least one stock implementation: shown as such, fails in profile `strict`.
    D,
    /// A hard failure.
    H,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::I => "I",
            Self::W => "W",
            Self::D => "D",
            Self::H => "H",
        })
    }
}

/// Which violations fail a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Class H fails; class D is a known deviation.
    #[default]
    Reference,
    /// Classes H and D fail.
    Strict,
    /// As `reference`, with the rows of the newest texts.
    Newest,
}

impl Profile {
    /// The word of the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Strict => "strict",
            Self::Newest => "newest",
        }
    }
}

/// How much one finding weighs under a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Recorded, no more.
    Info,
    /// Shown as a warning.
    Warning,
    /// Shown as a known deviation; counts as a warning.
    Deviation,
    /// Fails.
    Failure,
}

impl Severity {
    /// The weight of a violation of a requirement of this class.
    #[must_use]
    pub const fn of(class: Class, profile: Profile) -> Self {
        match (class, profile) {
            (Class::H, _) | (Class::D, Profile::Strict) => Self::Failure,
            (Class::D, _) => Self::Deviation,
            (Class::W, _) => Self::Warning,
            (Class::I, _) => Self::Info,
        }
    }

    /// The outcome that a finding of this weight makes of its check.
    #[must_use]
    pub const fn outcome(self) -> Outcome {
        match self {
            Self::Info => Outcome::Pass,
            Self::Warning | Self::Deviation => Outcome::Warn,
            Self::Failure => Outcome::Fail,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merging_takes_the_worst() {
        let worst = |outcomes: &[Outcome]| outcomes.iter().copied().max().unwrap();
        assert_eq!(worst(&[Outcome::Pass, Outcome::NotApplicable]), Outcome::Pass);
        assert_eq!(worst(&[Outcome::Warn, Outcome::Inconclusive]), Outcome::Inconclusive);
        assert_eq!(worst(&[Outcome::Fail, Outcome::Inconclusive]), Outcome::Fail);
        assert_eq!(worst(&[Outcome::Fail, Outcome::HarnessError]), Outcome::HarnessError);
    }

    #[test]
    fn a_known_deviation_fails_only_under_strict() {
        assert_eq!(Severity::of(Class::D, Profile::Reference).outcome(), Outcome::Warn);
        assert_eq!(Severity::of(Class::D, Profile::Strict).outcome(), Outcome::Fail);
        assert_eq!(Severity::of(Class::W, Profile::Strict).outcome(), Outcome::Warn);
        assert_eq!(Severity::of(Class::H, Profile::Newest).outcome(), Outcome::Fail);
    }
}

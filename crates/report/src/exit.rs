//! Exit codes: one function, one table.

use crate::{CheckReport, Outcome};

/// What the process tells its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// All that counts passed, or is a known issue exactly as written.
    Success,
    /// An unexpected failure, or a stale known issue.
    Failure,
    /// Wrong usage or a broken file.
    Usage,
    /// Our own fault: Anvil missing or died, a panic, a message that we did not mean to send.
    Harness,
    /// Nothing matched, nothing ran.
    NothingRan,
    /// No failure, but something that counts could not be told.
    Inconclusive,
    /// A threshold was missed or performance regressed.
    Threshold,
    /// Interrupted; the reports are written.
    Interrupted,
}

impl ExitCode {
    /// The number.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::Harness => 3,
            Self::NothingRan => 4,
            Self::Inconclusive => 5,
            Self::Threshold => 6,
            Self::Interrupted => 130,
        }
    }

    /// The code with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        BY_RANK.into_iter().find(|code| code.number() == number)
    }

    /// The one that is told when both hold.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        if BY_RANK.into_iter().find(|code| *code == self || *code == other) == Some(self) {
            self
        } else {
            other
        }
    }
}

/// The order in which codes win. A wrong usage ends everything before it begins.
const BY_RANK: [ExitCode; 8] = [
    ExitCode::Usage,
    ExitCode::Interrupted,
    ExitCode::Harness,
    ExitCode::Failure,
    ExitCode::Threshold,
    ExitCode::Inconclusive,
    ExitCode::NothingRan,
    ExitCode::Success,
];

/// What is true of a run besides its checks.
#[derive(Debug, Clone, Copy, Default)]
pub struct RunState {
    /// The user stopped it.
    pub interrupted: bool,
    /// Our own fault ended it.
    pub harness_error: bool,
    /// A known issue did not happen, or has expired.
    pub stale: bool,
    /// The run as a whole could not be judged.
    pub inconclusive: bool,
}

/// The exit code of a run. When several hold, the order is 130, 3, 1, 6, 5, 4, 0.
#[must_use]
pub fn of_run(reports: &[CheckReport], state: RunState) -> ExitCode {
    let any = |outcome| reports.iter().any(|r| r.outcome == outcome && r.known.is_none());
    if state.interrupted {
        ExitCode::Interrupted
    } else if state.harness_error || any(Outcome::HarnessError) {
        ExitCode::Harness
    } else if state.stale || any(Outcome::Fail) {
        ExitCode::Failure
    } else if state.inconclusive || any(Outcome::Inconclusive) {
        ExitCode::Inconclusive
    } else if reports.iter().all(|r| r.outcome == Outcome::NotApplicable) {
        ExitCode::NothingRan
    } else {
        ExitCode::Success
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lead_back_to_their_codes() {
        for code in BY_RANK {
            assert_eq!(ExitCode::from_number(code.number()), Some(code));
        }
        assert_eq!(ExitCode::from_number(77), None);
    }

    #[test]
    fn when_several_codes_hold_the_documented_order_decides() {
        let documented = [130, 3, 1, 6, 5, 4, 0].map(|number| ExitCode::from_number(number).unwrap());
        for (at, winner) in documented.iter().enumerate() {
            for loser in &documented[at..] {
                assert_eq!((winner.worse(*loser), loser.worse(*winner)), (*winner, *winner));
            }
        }
    }
}

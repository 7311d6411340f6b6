//! Several runs of one plan, one after the other; of two targets in turn, so that what drifts on the machine drifts for
//! both.

use crate::conduct::hold;
use crate::config::{CeilingFrom, LoadConfig, LoadError, Watcher};
use crate::result::LoadReport;
use crate::verdict::Outcome;
use tokio::sync::watch;

/// The runs of the sides, as far as they came.
#[derive(Debug, Default)]
pub struct Rounds {
    /// Of the first target.
    pub a: Vec<LoadReport>,
    /// Of the second one.
    pub b: Vec<LoadReport>,
}

impl Rounds {
    /// Every run, in no order.
    pub fn all(&self) -> impl Iterator<Item = &LoadReport> {
        self.a.iter().chain(&self.b)
    }
}

/// Holds so many runs of a plan; with a second target A B, B A, A B …
///
/// # Errors
/// [`LoadError`] of the first run that could not be held.
pub async fn hold_rounds(
    a: &LoadConfig,
    b: Option<&LoadConfig>,
    rounds: u32,
    watcher: &dyn Watcher,
    interrupt: watch::Receiver<bool>,
) -> Result<Rounds, LoadError> {
    let mut held = Rounds::default();
    let mut ceiling = a.ceiling;
    for (is_b, round) in order(rounds, b.is_some()) {
        let side = if is_b { b.unwrap_or(a) } else { a };
        let name = if is_b { "b" } else { "a" };
        let mut config = side.clone();
        config.ceiling = ceiling;
        if rounds > 1 || b.is_some() {
            config.folder = side.folder.join(format!("{name}-{round}"));
            watcher.step(&format!("round {round} of {rounds}: {}", config.target.name()));
        }
        let report = hold(&config, watcher, interrupt.clone()).await?;
        if let Some(known) = report.chain.ceiling {
            ceiling = CeilingFrom::Known(known);
        }
        let is_interrupted = report.verdict.word == Outcome::Interrupted;
        if is_b {
            held.b.push(report)
        } else {
            held.a.push(report)
        }
        if is_interrupted {
            break;
        }
    }
    Ok(held)
}

/// Whether it is the second target's turn, and in which round, from 1.
fn order(rounds: u32, two: bool) -> Vec<(bool, u32)> {
    let turns = |round: u32| match (two, round % 2) {
        (false, _) => vec![(false, round)],
        (true, 1) => vec![(false, round), (true, round)],
        (true, _) => vec![(true, round), (false, round)],
    };
    (1..=rounds).flat_map(turns).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_targets_take_turns_at_being_first() {
        let letters = |two| -> String {
            order(3, two)
                .into_iter()
                .map(|(is_b, round)| format!("{}{round}", if is_b { 'B' } else { 'A' }))
                .collect()
        };
        assert_eq!(letters(true), "A1B1B2A2A3B3");
        assert_eq!(letters(false), "A1A2A3");
    }
}

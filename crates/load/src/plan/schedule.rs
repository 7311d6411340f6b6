//! From stages to the instant of each payment.
//!
//! Users of a load generator ask for tickets. At a rate, a ticket says when its payment is meant to start, however late
//! it is when somebody is free to take it; the latency counts from there. In a closed loop a ticket is for now.

use super::flow::Flow;
use super::stage::{Pace, Stage};
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// One of several processes that carry out a plan together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Which one, from 0.
    pub index: u32,
    /// Of how many.
    pub of: u32,
}

impl Shard {
    /// The only one.
    pub const WHOLE: Self = Self { index: 0, of: 1 };

    /// Its share of something that is split as evenly as possible.
    fn share(self, all: u32) -> usize {
        let share = all / self.of + u32::from(self.index < all % self.of);
        usize::try_from(share).unwrap_or(usize::MAX)
    }
}

/// What a user does next. Times are since the start of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ticket {
    /// A payment at a rate. It starts at `at`: wait for that instant when it lies ahead, start at once when it has passed.
    Due {
        /// Which payment of the run.
        number: u64,
        /// Its intended start.
        at: Duration,
        /// Which stage, from 0.
        stage: usize,
    },
    /// A payment that starts now.
    Free {
        /// Which payment of the run.
        number: u64,
        /// Which stage, from 0.
        stage: usize,
    },
    /// Nothing for this user before then.
    Wait {
        /// When to ask again.
        until: Duration,
    },
    /// Nothing for anybody any more.
    Done,
}

/// The payments of a plan, in the order of their intended starts, each for one user. Safe to share between threads.
///
/// Numbers are unique over all shards of a run. Payments at a rate come first: they have the numbers from 0 that they
/// would have in a plan without closed loops, the same in every run. Those of closed loops have the numbers after them,
/// without gaps in a run of one shard; of several shards, number n belongs to the shard that n says.
#[derive(Debug)]
pub struct Schedule {
    stages: Vec<Planned>,
    shard: Shard,
    /// How many payments are due at rates, in all shards.
    at_rates: u64,
    progress: Mutex<Progress>,
}

/// A stage with its place in the run.
#[derive(Debug)]
struct Planned {
    begin: Duration,
    end: Duration,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Rate {
        flow: Flow,
        count: u64,
        /// The number of its first payment.
        first: u64,
    },
    Users {
        /// How many of this shard.
        share: usize,
    },
}

/// What has been handed out.
#[derive(Debug)]
struct Progress {
    stage: usize,
    /// The next payment of a stage at a rate, counted in the stage.
    next: u64,
    /// Payments of closed loops so far.
    free: u64,
}

impl Schedule {
    /// The part of a shard: every so many-th payment of each stage at a rate, and its share of the users of each closed
    /// loop. A shard that is not among those there are gets nothing.
    #[must_use]
    pub fn new(stages: &[Stage], shard: Shard) -> Self {
        let shard = Shard { of: shard.of.max(1), ..shard };
        let (mut begin, mut at_rates) = (Duration::ZERO, 0);
        let mut planned = Vec::new();
        if shard.index < shard.of {
            for stage in stages {
                let end = begin + stage.length;
                let kind = match stage.pace {
                    Pace::Users(users) => Kind::Users { share: shard.share(users) },
                    Pace::Rate { from, to } => {
                        let (flow, first) = (Flow::new(from, to, stage.length), at_rates);
                        let count = flow.count();
                        at_rates += count;
                        Kind::Rate { flow, count, first }
                    }
                };
                planned.push(Planned { begin, end, kind });
                begin = end;
            }
        }
        let progress = Progress { stage: 0, next: u64::from(shard.index), free: 0 };
        Self { stages: planned, shard, at_rates, progress: Mutex::new(progress) }
    }

    /// The next ticket for a user of this shard, from 0, at a time since the start of the run.
    pub fn take(&self, user: usize, now: Duration) -> Ticket {
        let mut progress = self.progress();
        while let Some(planned) = self.stages.get(progress.stage) {
            if let Some(ticket) = self.ticket(planned, &mut progress, user, now) {
                return ticket;
            }
            progress.stage += 1;
            progress.next = u64::from(self.shard.index);
        }
        Ticket::Done
    }

    /// A ticket of a stage; nothing when the stage is over. A closed loop is over at its end, a rate when all of its
    /// payments have been taken.
    fn ticket(
        &self,
        planned: &Planned,
        progress: &mut Progress,
        user: usize,
        now: Duration,
    ) -> Option<Ticket> {
        let stage = progress.stage;
        match &planned.kind {
            Kind::Rate { flow, count, first } => {
                let next = progress.next;
                (next < *count).then(|| {
                    progress.next += u64::from(self.shard.of);
                    Ticket::Due { number: first + next, at: planned.begin + flow.due(next), stage }
                })
            }
            Kind::Users { .. } if now >= planned.end => None,
            Kind::Users { .. } if now < planned.begin => Some(Ticket::Wait { until: planned.begin }),
            Kind::Users { share } if user >= *share => Some(Ticket::Wait { until: planned.end }),
            Kind::Users { .. } => {
                let (of, index) = (u64::from(self.shard.of), u64::from(self.shard.index));
                let number = self.at_rates + progress.free * of + index;
                progress.free += 1;
                Some(Ticket::Free { number, stage })
            }
        }
    }

    /// A user that panicked has left nothing half done.
    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;

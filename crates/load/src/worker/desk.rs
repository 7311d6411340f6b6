//! Where a user learns what to do next, and when.

use super::notes::Notes;
use super::payments::Prepared;
use crate::job::Job;
use crate::plan::{Schedule, Ticket};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OnceCell, watch};
use tokio::time::sleep_until;

/// What a user does next.
pub(super) enum Turn {
    /// Pays.
    Pay(Visit),
    /// Nothing more comes.
    Done,
}

/// One payment, or one presentation of it.
pub(super) struct Visit {
    /// Number of the stage.
    pub(super) stage: usize,
    /// Number among all payments of the plan.
    pub(super) ticket: u64,
    /// Which presentation of the payment it is, from 0.
    pub(super) copy: u32,
    /// When it was meant to begin; in a closed loop, when it did.
    pub(super) intended: Instant,
    /// What is paid with; none where nothing is paid.
    pub(super) payment: Option<Arc<Prepared>>,
    /// What all presentations of the payment have in common.
    pub(super) fate: Arc<Fate>,
}

/// What becomes of a payment that is presented more than once.
#[derive(Debug)]
pub(super) struct Fate {
    is_good: AtomicBool,
    to_come: AtomicU32,
}

impl Fate {
    fn of(copies: u32) -> Arc<Self> {
        Arc::new(Self { is_good: AtomicBool::new(false), to_come: AtomicU32::new(copies) })
    }

    /// Whether the last answer to a presentation decides what became of the payment: the first good one does, and when
    /// there is none the last of all. Which of the copies is served is the target's business.
    pub(super) fn is_decided_by(&self, is_good: bool) -> bool {
        let was_good = if is_good {
            self.is_good.swap(true, Ordering::AcqRel)
        } else {
            self.is_good.load(Ordering::Acquire)
        };
        let is_last = self.to_come.fetch_sub(1, Ordering::AcqRel) == 1;
        !was_good && (is_good || is_last)
    }
}

/// A payment that several users present.
#[derive(Clone)]
struct Group {
    stage: usize,
    ticket: u64,
    due: Option<Duration>,
    payment: Arc<OnceCell<Option<Arc<Prepared>>>>,
    fate: Arc<Fate>,
    /// To how many users it has been given.
    given: u32,
}

/// The desk.
pub(super) struct Desk {
    schedule: Schedule,
    copies: u32,
    payments: Option<flume::Receiver<Prepared>>,
    oldest: Duration,
    group: Mutex<Option<Group>>,
    begin: watch::Receiver<Option<Instant>>,
    stop: watch::Receiver<bool>,
    notes: Arc<Notes>,
    users: usize,
    arrived: AtomicUsize,
    gone: AtomicUsize,
    /// Told when every user has arrived.
    all_here: AtomicBool,
}

impl Desk {
    pub(super) fn new(
        job: &Job,
        payments: Option<flume::Receiver<Prepared>>,
        begin: watch::Receiver<Option<Instant>>,
        stop: watch::Receiver<bool>,
        notes: Arc<Notes>,
    ) -> Self {
        Self {
            schedule: Schedule::new(&job.stages, job.shard),
            copies: job.copies.max(1),
            payments,
            // Facilitators want some seconds to be left.
            oldest: Duration::from_secs(job.payments.terms.max_timeout_seconds) / 4,
            group: Mutex::new(None),
            begin,
            stop,
            notes,
            users: job.users,
            arrived: AtomicUsize::new(0),
            gone: AtomicUsize::new(0),
            all_here: AtomicBool::new(false),
        }
    }

    /// Whether every user stands at the desk.
    pub(super) fn is_full(&self) -> bool {
        self.all_here.load(Ordering::Acquire)
    }

    /// A user stands at the desk for the first time, and waits for the begin.
    pub(super) async fn arrive(&self) {
        if self.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.users {
            self.all_here.store(true, Ordering::Release);
        }
        let (mut begin, mut stop) = (self.begin.clone(), self.stop.clone());
        tokio::select! {
            _ = begin.wait_for(Option::is_some) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }

    /// A user has nothing more to do. `true` for the last one.
    pub(super) fn leave(&self) -> bool {
        self.gone.fetch_add(1, Ordering::AcqRel) + 1 == self.users
    }

    /// When the plan began.
    pub(super) fn began(&self) -> Option<Instant> {
        *self.begin.borrow()
    }

    /// What this user does next; comes back when its time has come.
    pub(super) async fn next(&self, user: usize) -> Turn {
        let Some(began) = self.began() else { return Turn::Done };
        let free_since = Instant::now();
        loop {
            if *self.stop.borrow() {
                return Turn::Done;
            }
            let Group { stage, ticket, due, payment, fate, given } = match self.draw(user, began.elapsed()) {
                Drawn::Now(group) => group,
                Drawn::Wait(until) => {
                    self.sleep(began + until).await;
                    continue;
                }
                Drawn::Done => return Turn::Done,
            };
            if let Some(due) = due {
                let due = began + due;
                self.sleep(due).await;
                if *self.stop.borrow() {
                    return Turn::Done;
                }
                self.notes.came(due, free_since);
            }
            let payment = match &self.payments {
                None => None,
                Some(ready) => {
                    let drawn = payment.get_or_init(|| self.payment(ready)).await;
                    match drawn {
                        Some(payment) => Some(Arc::clone(payment)),
                        // The thread that makes them has ended; it says why by itself.
                        None => return Turn::Done,
                    }
                }
            };
            self.notes.began();
            let intended = due.map_or_else(Instant::now, |due| began + due);
            return Turn::Pay(Visit { stage, ticket, copy: given - 1, intended, payment, fate });
        }
    }

    async fn sleep(&self, until: Instant) {
        let mut stop = self.stop.clone();
        tokio::select! {
            () = sleep_until(until.into()) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }

    fn draw(&self, user: usize, now: Duration) -> Drawn {
        let mut group = self.group.lock().unwrap_or_else(PoisonError::into_inner);
        if group.as_ref().is_none_or(|group| group.given == self.copies) {
            let (stage, ticket, due) = match self.schedule.take(user, now) {
                Ticket::Due { number, at, stage } => (stage, number, Some(at)),
                Ticket::Free { number, stage } => (stage, number, None),
                Ticket::Wait { until } => return Drawn::Wait(until),
                Ticket::Done => return Drawn::Done,
            };
            let fate = Fate::of(self.copies);
            *group = Some(Group { stage, ticket, due, payment: Arc::default(), fate, given: 0 });
        }
        let Some(group) = group.as_mut() else { return Drawn::Done };
        group.given += 1;
        Drawn::Now(group.clone())
    }

    /// The next payment that is fresh enough.
    async fn payment(&self, ready: &flume::Receiver<Prepared>) -> Option<Arc<Prepared>> {
        loop {
            let payment = match ready.try_recv() {
                Ok(payment) => payment,
                Err(flume::TryRecvError::Disconnected) => return None,
                Err(flume::TryRecvError::Empty) => {
                    self.notes.ran_dry();
                    ready.recv_async().await.ok()?
                }
            };
            if !payment.is_older_than(self.oldest) {
                return Some(Arc::new(payment));
            }
            self.notes.stale();
        }
    }

    /// How many payments are ready.
    pub(super) fn ready(&self) -> usize {
        self.payments.as_ref().map_or(0, flume::Receiver::len)
    }

    /// Whether a payment is ready, or none is needed.
    pub(super) fn has_payments(&self) -> bool {
        self.payments.as_ref().is_none_or(|ready| !ready.is_empty())
    }
}

/// What the schedule had for a user.
enum Drawn {
    Now(Group),
    Wait(Duration),
    Done,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_good_answer_decides_and_without_one_the_last() {
        let fate = Fate::of(4);
        let decided: Vec<bool> = [false, true, true, false].map(|good| fate.is_decided_by(good)).into();
        assert_eq!(decided, [false, true, false, false]);
        let fate = Fate::of(3);
        let decided: Vec<bool> = [false; 3].map(|good| fate.is_decided_by(good)).into();
        assert_eq!(decided, [false, false, true]);
        assert!(
            Fate::of(1).is_decided_by(false),
            "a payment that is presented once is decided by its answer"
        );
    }
}

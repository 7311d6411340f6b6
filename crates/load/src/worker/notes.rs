//! What the users write down, until it is said.

use crate::job::{Answer, Line, Second};
use crate::measure::{Lot, Mark, Times};
use crate::phase::Phase;
use crate::tally::Measured;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// One answer's times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    pub(super) stage: usize,
    pub(super) phase: Phase,
    pub(super) lot: Lot,
    pub(super) mark: Mark,
}

/// The answers of one kind.
#[derive(Default)]
struct Seen {
    response: Times,
    service: Times,
    first_us: Option<u64>,
    last_us: u64,
}

#[derive(Default)]
struct Book {
    times: HashMap<Kind, Seen>,
    answers: Vec<Answer>,
    late: Times,
    queued: Times,
    timer: Times,
}

/// The notes.
#[derive(Default)]
pub(super) struct Notes {
    book: Mutex<Book>,
    ran_dry: AtomicU64,
    stale: AtomicU64,
    begun: AtomicU64,
    under_way: AtomicI64,
}

impl Notes {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time of a payment has come, and a user has come for it. A payment that waited for a user waited for the
    /// target, which kept the users; what is left is our own lateness.
    pub(super) fn came(&self, due: Instant, free_since: Instant) {
        let now = Instant::now();
        let mut book = self.book();
        book.late.record(now.saturating_duration_since(due.max(free_since)));
        let queued = free_since.saturating_duration_since(due);
        if !queued.is_zero() {
            book.queued.record(queued);
        }
    }

    /// A request is about to be sent.
    pub(super) fn began(&self) {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.under_way.fetch_add(1, Ordering::Relaxed);
    }

    /// The last answer of a payment has come.
    pub(super) fn ended(&self) {
        self.under_way.fetch_sub(1, Ordering::Relaxed);
    }

    /// No payment was ready.
    pub(super) fn ran_dry(&self) {
        self.ran_dry.fetch_add(1, Ordering::Relaxed);
    }

    /// A payment was too old.
    pub(super) fn stale(&self) {
        self.stale.fetch_add(1, Ordering::Relaxed);
    }

    /// A timer woke up by so much too late.
    pub(super) fn timer(&self, late: Duration) {
        self.book().timer.record(late);
    }

    /// The times of an answer that came at `done`, since the begin.
    pub(super) fn took(&self, kind: Kind, response: Duration, service: Duration, done: Duration) {
        let done = u64::try_from(done.as_micros()).unwrap_or(u64::MAX);
        let mut book = self.book();
        let seen = book.times.entry(kind).or_default();
        seen.response.record(response);
        seen.service.record(service);
        seen.first_us.get_or_insert(done);
        seen.last_us = seen.last_us.max(done);
    }

    /// An answer that the books need.
    pub(super) fn told(&self, answer: Answer) {
        self.book().answers.push(answer);
    }

    /// All that has been written down since the last time.
    pub(super) fn read(&self, at: Duration, ready: usize) -> (Vec<Answer>, Second) {
        let mut book = std::mem::take(&mut *self.book());
        let lines = book.times.iter().map(|(kind, seen)| Line {
            stage: kind.stage,
            measured: Measured {
                phase: kind.phase,
                lot: kind.lot,
                mark: kind.mark,
                first_us: seen.first_us.unwrap_or_default(),
                last_us: seen.last_us,
                response: seen.response.pairs(),
                service: seen.service.pairs(),
            },
        });
        let second = Second {
            at_ms: u64::try_from(at.as_millis()).unwrap_or(u64::MAX),
            lines: lines.collect(),
            late: book.late.pairs(),
            queued: book.queued.pairs(),
            timer: book.timer.pairs(),
            ran_dry: self.ran_dry.swap(0, Ordering::Relaxed),
            stale: self.stale.swap(0, Ordering::Relaxed),
            ready: ready as u64,
            under_way: u64::try_from(self.under_way.load(Ordering::Relaxed)).unwrap_or_default(),
            begun: self.begun.swap(0, Ordering::Relaxed),
        };
        (std::mem::take(&mut book.answers), second)
    }
}

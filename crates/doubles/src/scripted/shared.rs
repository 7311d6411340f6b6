//! What connections, acts and handles share.

use super::book::Book;
use super::interpreter::Interpreter;
use super::repeats::Repeats;
use super::upstream::Upstream;
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// One scripted facilitator, apart from its door.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) book: Book,
    pub(super) upstream: Upstream,
    pub(super) repeats: Repeats,
    /// Speaks to the server where that does not speak x402.
    pub(super) interpreter: Option<Interpreter>,
    acts: Mutex<JoinSet<()>>,
    stopping: watch::Sender<bool>,
}

impl Shared {
    pub(super) fn new(upstream: Upstream, interpreter: Option<Interpreter>) -> Self {
        let keeps_answers = interpreter.as_ref().is_some_and(Interpreter::keeps_answers);
        Self {
            book: Book::new(keeps_answers),
            upstream,
            repeats: Repeats::default(),
            interpreter,
            acts: Mutex::default(),
            stopping: watch::Sender::new(false),
        }
    }

    /// Acts in a task of its own, which the end of a connection does not end. Nothing begins after the stop.
    pub(super) fn act(&self, acting: impl Future<Output = ()> + Send + 'static) {
        let mut acts = self.acts();
        if self.is_stopping() {
            return;
        }
        // Let go of those that have ended.
        while acts.try_join_next().is_some() {}
        acts.spawn(acting);
    }

    /// Ends everything. Who waits for it, too.
    pub(super) fn stop(&self) {
        self.stopping.send_replace(true);
        self.acts().abort_all();
    }

    pub(super) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Waits for the stop.
    pub(super) async fn stopped(&self) {
        // The sender lives as long as `self`, so that waiting cannot fail.
        let _ = self.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }

    /// Waits until the acts that the stop aborted are gone.
    pub(super) async fn acts_ended(&self) {
        let mut acts = std::mem::take(&mut *self.acts());
        acts.shutdown().await;
    }

    fn acts(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.acts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

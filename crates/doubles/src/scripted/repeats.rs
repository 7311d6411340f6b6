//! What the upstream has said yes to, for scripts that say it again.

use super::act::Endpoint;
use gauntlet_wire::{Address, B256};
use hyper::Response;
use hyper::body::Bytes;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// By what a facilitator that answers idempotently knows a payment again, and what was asked about it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Known {
    pub(super) endpoint: Endpoint,
    pub(super) nonce: B256,
    pub(super) payer: Option<Address>,
    pub(super) network: String,
}

/// Every yes so far.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    cells: Mutex<HashMap<Known, Cell>>,
}

#[derive(Debug, Default)]
struct Cell {
    answer: Option<Response<Bytes>>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Repeats {
    /// Held while the upstream is asked, so that copies wait for its answer.
    pub(super) fn turn(&self, known: &Known) -> Arc<tokio::sync::Mutex<()>> {
        Arc::clone(&self.lock().entry(known.clone()).or_default().turn)
    }

    pub(super) fn answer(&self, known: &Known) -> Option<Response<Bytes>> {
        self.lock().get(known)?.answer.clone()
    }

    /// Keeps a yes; the first one stays.
    pub(super) fn keep(&self, known: Known, answer: Response<Bytes>) {
        self.lock().entry(known).or_default().answer.get_or_insert(answer);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Known, Cell>> {
        self.cells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

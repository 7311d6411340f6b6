//! What checks hold: scripts go in, records come out.

use super::act::{Act, Endpoint};
use super::call::Call;
use super::door::Door;
use super::interpreter::Interpreter;
use crate::DoubleError;
use gauntlet_wire::B256;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// Scripts a scripted facilitator and reads its records. Clones are handles of the same one.
#[derive(Debug, Clone)]
pub struct Handle {
    door: Arc<Door>,
}

impl Handle {
    pub(super) fn new(door: Arc<Door>) -> Self {
        Self { door }
    }

    /// Says what is done with the calls about one payment to one endpoint: one act a call, in this order; the last
    /// one repeats. Replaces an earlier script; no acts at all take it back.
    pub fn script(&self, nonce: B256, endpoint: Endpoint, acts: Vec<Act>) {
        self.door.shared().book.script(nonce, endpoint, acts);
    }

    /// What the scripts of a payment say, for people; nothing when it has none.
    #[must_use]
    pub fn told(&self, nonce: B256) -> Vec<String> {
        self.door.shared().book.told(nonce)
    }

    /// Says what is done with every `GET /supported`.
    pub fn set_supported(&self, act: Option<Act>) {
        self.door.shared().book.set_supported(act);
    }

    /// Says what is done with every `/verify` and `/settle` that has no script of its own.
    pub fn set_all(&self, act: Option<Act>) {
        self.door.shared().book.set_all(act);
    }

    /// Lets the held calls about a payment go on, those that are still to come too.
    pub fn release(&self, nonce: B256) {
        self.door.shared().book.release(nonce);
    }

    /// All calls, in the order in which they came in.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.door.shared().book.calls(|_| true)
    }

    /// The calls about one payment.
    #[must_use]
    pub fn calls_for(&self, nonce: B256) -> Vec<Call> {
        self.door.shared().book.calls(|call| call.nonce == Some(nonce))
    }

    /// The requests that were not taken, as the dialect has it, each with what it was told; x402 takes every request.
    #[must_use]
    pub fn turned_away(&self) -> Vec<String> {
        self.door.shared().interpreter.as_ref().map(Interpreter::turned_away).unwrap_or_default()
    }

    /// The kinds of the dialect that is spoken to the server; none where it has none of its own.
    #[must_use]
    pub fn kinds(&self) -> Vec<Value> {
        self.door.shared().interpreter.as_ref().map(Interpreter::own_kinds).unwrap_or_default()
    }

    /// Waits until a payment came to an endpoint that often; answered or not. False when patience or the
    /// facilitator ends before.
    pub async fn wait_for(&self, nonce: B256, endpoint: Endpoint, count: usize, patience: Duration) -> bool {
        let shared = self.door.shared();
        tokio::select! {
            biased;
            () = shared.book.arrived(nonce, endpoint, count) => true,
            () = shared.stopped() => false,
            () = tokio::time::sleep(patience) => false,
        }
    }

    /// Stops listening: from now on connections are refused, and open ones are ended. Calls that have come in are
    /// acted on to their end.
    pub async fn close_door(&self) {
        self.door.close().await;
    }

    /// Listens on the same port again.
    ///
    /// # Errors
    /// [`DoubleError::Listen`] when the port is taken, or the facilitator was stopped.
    pub async fn open_door(&self) -> Result<(), DoubleError> {
        self.door.open().await
    }

    /// Base URL, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        self.door.url()
    }
}

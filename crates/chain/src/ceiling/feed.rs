//! Keeps the pool filled: every sender sends what is signed for it, batch after batch, as long as there is room.

use crate::chain::{connect, rpc};
use crate::error::ChainError;
use alloy_primitives::Bytes;
use alloy_provider::DynProvider;
use serde::de::IgnoredAny;
use serde_json::json;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};

/// How many transactions go into one request.
pub(super) const BATCH: u32 = 50;

/// The senders at work. They end when this is dropped.
pub(super) struct Feed {
    room: Arc<Semaphore>,
    senders: JoinSet<Result<u64, ChainError>>,
    sent: u64,
}

impl Feed {
    /// Sends each sender's transactions, with no more than `room` of all of them in the pool.
    pub(super) fn start(url: &str, stock: Vec<Vec<Bytes>>, room: usize) -> Result<Self, ChainError> {
        let provider = connect(url)?;
        let room = Arc::new(Semaphore::new(room));
        let mut senders = JoinSet::new();
        for signed in stock {
            senders.spawn(send(provider.clone(), room.clone(), signed));
        }
        Ok(Self { room, senders, sent: 0 })
    }

    /// So many have left the pool.
    pub(super) fn make_room(&self, taken: usize) {
        self.room.add_permits(taken);
    }

    /// Whether a sender has nothing left to send.
    pub(super) fn is_over(&mut self) -> Result<bool, ChainError> {
        let Some(ended) = self.senders.try_join_next() else { return Ok(false) };
        self.sent += outcome(ended)?;
        Ok(true)
    }

    /// Ends it, and says how many were sent in all.
    pub(super) async fn stop(mut self) -> Result<u64, ChainError> {
        self.room.close();
        while let Some(ended) = self.senders.join_next().await {
            self.sent += outcome(ended)?;
        }
        Ok(self.sent)
    }
}

async fn send(
    provider: DynProvider,
    room: Arc<Semaphore>,
    mut signed: Vec<Bytes>,
) -> Result<u64, ChainError> {
    let mut sent = 0;
    while !signed.is_empty() {
        // It fails when the room is closed: that is the end.
        let Ok(places) = room.acquire_many(BATCH).await else { break };
        places.forget();
        let batch = signed.split_off(signed.len().saturating_sub(BATCH as usize));
        let count = batch.len() as u64;
        let calls = batch.into_iter().rev().map(|signed| ("eth_sendRawTransaction", json!([signed])));
        rpc::batch::<IgnoredAny>(&provider, "take a payment", calls.collect()).await?;
        sent += count;
    }
    Ok(sent)
}

fn outcome(ended: Result<Result<u64, ChainError>, JoinError>) -> Result<u64, ChainError> {
    ended.unwrap_or_else(|error| Err(ChainError::Ceiling(format!("a sender broke off: {error}"))))
}

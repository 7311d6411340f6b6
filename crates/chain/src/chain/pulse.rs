//! Blocks at intervals, made by a clock of ours. Anvil's own knows whole seconds only, and with short intervals it keeps
//! 1,500 past states in memory from then on, which are gigabytes in a long run.

use crate::error::ChainError;
use alloy_provider::{DynProvider, Provider as _};
use serde_json::Value;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

/// A clock that makes blocks until it is stopped or dropped.
#[derive(Debug)]
pub(super) struct Pulse {
    /// From one block to the next.
    pub(super) period: Duration,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<(), ChainError>>,
}

impl Pulse {
    pub(super) fn start(provider: DynProvider, period: Duration) -> Self {
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(beat(provider, period, stopped));
        Self { period, stop: Some(stop), task }
    }

    /// Ends it. Afterwards no block of its making is under way any more.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`] when a block could not be made on the way.
    pub(super) async fn stop(mut self) -> Result<(), ChainError> {
        self.stop.take();
        (&mut self.task).await.unwrap_or(Ok(()))
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn beat(
    provider: DynProvider,
    period: Duration,
    mut stopped: oneshot::Receiver<()>,
) -> Result<(), ChainError> {
    let mut clock = interval(period);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first beat comes at once.
    clock.tick().await;
    loop {
        tokio::select! {
            _ = &mut stopped => return Ok(()),
            _ = clock.tick() => {}
        }
        let _: Value =
            provider.raw_request("evm_mine".into(), ()).await.map_err(ChainError::rpc("make a block"))?;
    }
}

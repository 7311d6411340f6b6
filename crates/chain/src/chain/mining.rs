//! When blocks are made. Chain time is wall time in every mode: Anvil stamps a block with the second in which it is made.

use super::Chain;
use super::pulse::Pulse;
use crate::error::ChainError;
use alloy_primitives::B256;
use alloy_provider::Provider as _;
use serde_json::{Value, json};
use std::time::Duration;

/// When blocks are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mining {
    /// One for each transaction, at once.
    Automine,
    /// One every so often.
    Interval(Duration),
    /// Only on demand.
    Stopped,
}

impl Chain {
    /// When blocks are made at present.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn mining(&self) -> Result<Mining, ChainError> {
        if let Some(pulse) = self.pulse.lock().await.as_ref() {
            return Ok(Mining::Interval(pulse.period));
        }
        let ask = async |method: &'static str| -> Result<Value, ChainError> {
            self.provider.raw_request(method.into(), ()).await.map_err(ChainError::rpc("say when it mines"))
        };
        if ask("anvil_getAutomine").await? == Value::Bool(true) {
            return Ok(Mining::Automine);
        }
        let seconds = ask("anvil_getIntervalMining").await?.as_u64().filter(|seconds| *seconds > 0);
        Ok(seconds.map(Duration::from_secs).map_or(Mining::Stopped, Mining::Interval))
    }

    /// Makes blocks in this way from now on.
    ///
    /// # Errors
    ///
    /// As [`Chain::set_interval`].
    pub async fn set_mining(&self, mining: Mining) -> Result<(), ChainError> {
        match mining {
            Mining::Automine => self.set_automine().await,
            Mining::Interval(period) => self.set_interval(period).await,
            Mining::Stopped => self.stop_mining().await,
        }
    }

    /// A block for each transaction, as soon as it comes. Whatever waits in the pool is mined, shortly after this
    /// returns.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn set_automine(&self) -> Result<(), ChainError> {
        self.end_pulse().await?;
        self.command("mine at once", "evm_setAutomine", json!([true])).await
    }

    /// A block every so often, empty ones included. Zero is the same as [`Chain::stop_mining`].
    ///
    /// A chain of ours is given its blocks by us; a chain that stays when we are gone has to make them by itself, which
    /// it can in whole seconds only.
    ///
    /// # Errors
    ///
    /// [`ChainError::WholeSeconds`] for a fraction of a second on a chain that we were attached to, [`ChainError::Rpc`].
    pub async fn set_interval(&self, period: Duration) -> Result<(), ChainError> {
        if self.instance.is_none() && !period.is_zero() {
            if period.subsec_nanos() > 0 {
                return Err(ChainError::WholeSeconds(period));
            }
            let seconds = period.as_secs();
            return self.command("mine at intervals", "evm_setIntervalMining", json!([seconds])).await;
        }
        self.stop_mining().await?;
        if !period.is_zero() {
            *self.pulse.lock().await = Some(Pulse::start(self.provider.clone(), period));
        }
        Ok(())
    }

    async fn end_pulse(&self) -> Result<(), ChainError> {
        let pulse = self.pulse.lock().await.take();
        match pulse {
            Some(pulse) => pulse.stop().await,
            None => Ok(()),
        }
    }

    /// No more blocks, but for those that [`Chain::mine`] makes. Transactions wait in the pool.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn stop_mining(&self) -> Result<(), ChainError> {
        self.end_pulse().await?;
        self.command("stop mining", "evm_setAutomine", json!([false])).await?;
        self.command("stop mining", "evm_setIntervalMining", json!([0])).await
    }

    /// Makes so many blocks now; the first takes what waits in the pool.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn mine(&self, blocks: u64) -> Result<(), ChainError> {
        for _ in 0..blocks {
            // anvil_mine with a number would move chain time ahead of the clock, a second for each block.
            self.command("make a block", "evm_mine", json!([])).await?;
        }
        Ok(())
    }

    /// Takes the last blocks back, with all that they changed, as if they had never been.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`], also when there are not so many.
    pub async fn take_back(&self, blocks: u64) -> Result<(), ChainError> {
        self.command("take blocks back", "anvil_rollback", json!([blocks])).await
    }

    /// Takes a transaction out of the pool. `false` when it was not there, which is so when it is in a block.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn drop_transaction(&self, hash: B256) -> Result<bool, ChainError> {
        let dropped: Value = self
            .provider
            .raw_request("anvil_dropTransaction".into(), [hash])
            .await
            .map_err(ChainError::rpc("drop a transaction"))?;
        Ok(!dropped.is_null())
    }

    /// Number of the latest block.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn block_number(&self) -> Result<u64, ChainError> {
        self.provider.get_block_number().await.map_err(ChainError::rpc("tell its latest block"))
    }

    /// Time of the latest block, Unix seconds.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn latest_timestamp(&self) -> Result<u64, ChainError> {
        const WHAT: &str = "give its latest block";
        self.provider
            .get_block(alloy_eips::BlockId::latest())
            .await
            .map_err(ChainError::rpc(WHAT))?
            .map(|block| block.header.timestamp)
            .ok_or_else(|| ChainError::answer(WHAT, "there is none"))
    }
}

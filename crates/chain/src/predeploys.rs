//! Contracts of others that implementations expect on every chain: their runtime code is read once from an Anvil that
//! has them from birth, and kept in the cache. Those that no Anvil has are replaced by ours, see
//! [`stand_ins`](crate::stand_ins).

use crate::anvil::AnvilBinary;
use crate::anvil::process::{Launch, launch};
use crate::chain::{connect, rpc};
use crate::error::ChainError;
use alloy_primitives::{Address, Bytes, address};
use alloy_provider::Provider as _;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Multicall3 at its address on every chain.
pub const MULTICALL3: Address = address!("0xcA11bde05977b3631167028862bE2a173976CA11");
pub use gauntlet_wire::permit2::PERMIT2;

/// Runtime code of both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Predeploys {
    pub(crate) multicall3: Bytes,
    pub(crate) permit2: Bytes,
}

impl Predeploys {
    /// Reads them from the cache, or from a short-lived Anvil into the cache.
    pub(crate) async fn load(cache: &Path, binary: &AnvilBinary) -> Result<Self, ChainError> {
        let file = cache.join(format!("predeploys-{}.json", binary.version));
        // A cache that cannot be read or understood is one that is not there.
        let kept = std::fs::read(&file).ok().and_then(|json| serde_json::from_slice::<Self>(&json).ok());
        if let Some(kept) = kept.filter(Self::is_whole) {
            return Ok(kept);
        }
        let fresh = Self::read_from_anvil(binary).await?;
        fresh.store(cache, &file)?;
        Ok(fresh)
    }

    async fn read_from_anvil(binary: &AnvilBinary) -> Result<Self, ChainError> {
        let owned = binary.clone();
        let instance = rpc::blocking(move || {
            launch(&Launch {
                binary: &owned,
                chain_id: 31337,
                port: None,
                block_time: None,
                gas_limit: None,
                log: None,
                // This network family is the one born with both contracts. It takes no --hardfork.
                extra: &["--network", "tempo"],
            })
        })
        .await?;
        let provider = connect(&instance.endpoint())?;
        let failed = ChainError::rpc("give the code of Permit2 and Multicall3");
        let multicall3 = provider.get_code_at(MULTICALL3).await.map_err(&failed)?;
        let permit2 = provider.get_code_at(PERMIT2).await.map_err(&failed)?;
        rpc::blocking(move || {
            drop(instance);
            Ok(())
        })
        .await?;
        let read = Self { multicall3, permit2 };
        if !read.is_whole() {
            return Err(ChainError::answer("give the code of Permit2 and Multicall3", "there is none"));
        }
        Ok(read)
    }

    fn is_whole(&self) -> bool {
        !self.multicall3.is_empty() && !self.permit2.is_empty()
    }

    /// Written to a file of its own and moved into place, so that nobody reads half of it.
    fn store(&self, cache: &Path, file: &Path) -> Result<(), ChainError> {
        std::fs::create_dir_all(cache).map_err(ChainError::file(cache))?;
        let mut fresh = tempfile::NamedTempFile::new_in(cache).map_err(ChainError::file(cache))?;
        serde_json::to_writer(&mut fresh, self)
            .map_err(|error| ChainError::File { path: file.to_owned(), source: error.into() })?;
        fresh
            .persist(file)
            .map_err(|error| ChainError::File { path: file.to_owned(), source: error.error })?;
        Ok(())
    }
}

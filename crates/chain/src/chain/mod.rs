//! The chain of a run: started by us, or already up.

mod approval;
mod mining;
mod permit2;
mod pool;
mod pulse;
pub(crate) mod relay;
pub(crate) mod rpc;
mod state;
mod transport;
mod wallets;

pub use approval::Unsent;
pub use mining::Mining;
pub use relay::Relayed;
pub(crate) use rpc::connect;
pub use wallets::{FactoryCall, OddWallet, UnbornWallet};

use crate::anvil::process::{Launch, launch};
use crate::anvil::{AnvilBinary, AnvilVersion};
use crate::contracts::Contract;
use crate::error::ChainError;
use crate::predeploys::{MULTICALL3, PERMIT2, Predeploys};
use crate::profile::Profile;
use crate::roles::Roles;
use crate::stand_ins;
use crate::tokens::{PAYER_USDC, Tokens};
use alloy_node_bindings::AnvilInstance;
use alloy_primitives::{Address, U256, hex};
use alloy_provider::{DynProvider, Provider as _};
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;

/// How a chain is started.
#[derive(Debug, Clone)]
pub struct ChainConfig {
    /// Which chain it stands in for.
    pub profile: &'static Profile,
    /// The Anvil to run.
    pub anvil: AnvilBinary,
    /// TCP port on the loopback interface; `None`: a free one.
    pub port: Option<u16>,
    /// From one block to the next; `None`: a block for each transaction, at once.
    pub block_time: Option<Duration>,
    /// Gas that fits into a block; `None`: Anvil's own choice, 30 million.
    pub gas_limit: Option<u64>,
    /// Folder for what is read once and kept. It is created when it is not there.
    pub cache: PathBuf,
    /// File that gets what Anvil prints; `None`: nowhere.
    pub log: Option<PathBuf>,
}

impl ChainConfig {
    /// A chain on a free port, with a block for each transaction and no log.
    #[must_use]
    pub fn new(profile: &'static Profile, anvil: AnvilBinary, cache: PathBuf) -> Self {
        Self { profile, anvil, port: None, block_time: None, gas_limit: None, cache, log: None }
    }
}

/// A local chain with our contracts, accounts and ledger. Anvil ends when this is dropped, if we started it; that
/// takes about a tenth of a second.
#[derive(Debug)]
pub struct Chain {
    instance: Option<AnvilInstance>,
    rpc_url: String,
    profile: &'static Profile,
    anvil_version: String,
    provider: DynProvider,
    tokens: Tokens,
    roles: Roles,
    /// Held from reading a sender's nonce until the transaction is in the pool.
    sending: tokio::sync::Mutex<()>,
    /// The clock that makes the blocks, when they are made at intervals.
    pulse: tokio::sync::Mutex<Option<pulse::Pulse>>,
}

impl Chain {
    /// Starts Anvil and sets everything up: the tokens, Permit2, Multicall3, the signature validator, the
    /// x402 proxies over Permit2, and ether for the roles.
    ///
    /// # Errors
    ///
    /// [`ChainError::PortInUse`], [`ChainError::NotStarted`], [`ChainError::File`] for the log or the cache, and
    /// [`ChainError::Rpc`] when the new node does not do as it is told.
    pub async fn start(config: ChainConfig) -> Result<Self, ChainError> {
        let predeploys = Predeploys::load(&config.cache, &config.anvil).await?;
        let (profile, keeps_log, block_time) = (config.profile, config.log.is_some(), config.block_time);
        // Anvil's own clock knows whole seconds only; for anything else there is ours.
        let anvils_own = block_time.filter(|time| time.subsec_nanos() == 0).map(|time| time.as_secs());
        let anvil_version = config.anvil.version.to_string();
        let instance = rpc::blocking(move || {
            launch(&Launch {
                binary: &config.anvil,
                chain_id: config.profile.network.chain_id,
                port: config.port,
                block_time: anvils_own,
                gas_limit: config.gas_limit,
                log: config.log.as_deref(),
                extra: &["--hardfork", "prague"],
            })
        })
        .await?;
        let rpc_url = instance.endpoint();
        let chain = Self::with(Some(instance), rpc_url, profile, anvil_version)?;
        chain.set_up(&predeploys, keeps_log).await?;
        if let (Some(time), None) = (block_time, anvils_own) {
            chain.set_interval(time).await?;
        }
        Ok(chain)
    }

    /// Takes over a chain that another process started with the same profile (`gauntlet chain up`). It is left
    /// running when this is dropped.
    ///
    /// # Errors
    ///
    /// [`ChainError::WrongChain`] and [`ChainError::NoContracts`] when it is not such a chain, [`ChainError::BadUrl`]
    /// and [`ChainError::Rpc`] when it cannot be reached.
    pub async fn attach(rpc_url: &str, profile: &'static Profile) -> Result<Self, ChainError> {
        let provider = connect(rpc_url)?;
        let said: String = provider
            .raw_request("web3_clientVersion".into(), ())
            .await
            .map_err(ChainError::rpc("tell its version"))?;
        let anvil_version = AnvilVersion::parse(&said).map_or(said, |version| version.to_string());
        let chain = Self::with(None, rpc_url.to_owned(), profile, anvil_version)?;
        chain.verify().await?;
        Ok(chain)
    }

    fn with(
        instance: Option<AnvilInstance>,
        rpc_url: String,
        profile: &'static Profile,
        anvil_version: String,
    ) -> Result<Self, ChainError> {
        Ok(Self {
            instance,
            provider: connect(&rpc_url)?,
            rpc_url,
            profile,
            anvil_version,
            tokens: Tokens::of(profile),
            roles: Roles::default(),
            sending: tokio::sync::Mutex::default(),
            pulse: tokio::sync::Mutex::default(),
        })
    }

    async fn set_up(&self, predeploys: &Predeploys, keeps_log: bool) -> Result<(), ChainError> {
        let mut calls = vec![("anvil_setLoggingEnabled", json!([keeps_log]))];
        let others = [(MULTICALL3, predeploys.multicall3.as_ref()), (PERMIT2, predeploys.permit2.as_ref())];
        for (address, code) in self.own_code().into_iter().chain(others) {
            calls.push(("anvil_setCode", json!([address, hex::encode_prefixed(code)])));
        }
        let words = self.tokens.storage(&self.roles).into_iter().chain(stand_ins::storage(&self.tokens.usdc));
        for (address, slot, word) in words {
            calls.push(("anvil_setStorageAt", json!([address, slot, word])));
        }
        let million_ether = U256::from(10).pow(U256::from(24));
        for address in self.roles.addresses() {
            calls.push(("anvil_setBalance", json!([address, million_ether])));
        }
        rpc::commands(&self.provider, "put the contracts in place", calls).await?;
        self.set_balance(self.tokens.usdc.address, self.roles.payer.address(), U256::from(PAYER_USDC)).await
    }

    /// Every contract of ours that a chain has from its start.
    fn own_code(&self) -> Vec<(Address, &'static [u8])> {
        let mut code = self.tokens.code();
        code.extend(stand_ins::code(self.profile));
        code
    }

    async fn verify(&self) -> Result<(), ChainError> {
        let found = self.provider.get_chain_id().await.map_err(ChainError::rpc("tell its chain id"))?;
        if found != self.chain_id() {
            return Err(ChainError::WrongChain {
                url: self.rpc_url.clone(),
                found,
                expected: self.chain_id(),
                profile: self.profile.name,
            });
        }
        for (address, code) in self.own_code() {
            let stands = self
                .provider
                .get_code_at(address)
                .await
                .map_err(ChainError::rpc("give the code of a contract"))?;
            if *stands != *code {
                return Err(ChainError::NoContracts { url: self.rpc_url.clone(), address });
            }
        }
        Ok(())
    }

    /// Where the node answers to JSON-RPC over HTTP.
    #[must_use]
    pub fn rpc_url(&self) -> &str {
        &self.rpc_url
    }

    /// EIP-155 chain id.
    #[must_use]
    pub fn chain_id(&self) -> u64 {
        self.profile.network.chain_id
    }

    /// Which chain it stands in for.
    #[must_use]
    pub fn profile(&self) -> &'static Profile {
        self.profile
    }

    /// Version of the Anvil, such as `1.7.1`.
    #[must_use]
    pub fn anvil_version(&self) -> &str {
        &self.anvil_version
    }

    /// Process id of the Anvil that we started; `None` for a chain that we were attached to.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.instance.as_ref().map(|instance| instance.child().id())
    }

    /// For calls that have no method here. It signs nothing and fills nothing in.
    #[must_use]
    pub fn provider(&self) -> &DynProvider {
        &self.provider
    }

    /// The tokens that stand on this chain.
    #[must_use]
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// The accounts that every chain has.
    #[must_use]
    pub fn roles(&self) -> &Roles {
        &self.roles
    }

    fn contract_at(&self, token: alloy_primitives::Address) -> Result<Contract, ChainError> {
        self.tokens.contract_at(token).ok_or(ChainError::UnknownToken(token))
    }
}

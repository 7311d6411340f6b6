//! What a target finds around it: the chain, keys with money, a place for its logs.

use super::running::{ANY_PORT, Starter};
use crate::target::TargetSpec;
use gauntlet_chain::{Profile, Roles, WALLET_FACTORY};
use gauntlet_doubles::tongue::{Manner, Setup};
use gauntlet_doubles::{facilitator, server};
use gauntlet_probe::{Guard, Speaker};
use gauntlet_wire::{Address, Key, Version};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// What targets of one run find around them.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The network.
    pub network: &'static Profile,
    /// Accounts with money.
    pub roles: Roles,
    /// Where they reach the chain.
    pub rpc_url: String,
    /// Who speaks a dialect: to a facilitator, or as a server to its facilitator.
    pub speaker: Option<Arc<Speaker>>,
    /// Seed of the run.
    pub seed: u64,
    /// Folder for their logs.
    pub folder: PathBuf,
    /// Ends them when this process is killed.
    pub guard: Guard,
}

impl Surroundings {
    /// How a target is started here. A server needs [`Starter::pointed_at`] as well.
    #[must_use]
    pub fn starter(&self, target: TargetSpec) -> Starter {
        Starter {
            target,
            values: self.placeholders(),
            folder: self.folder.clone(),
            guard: self.guard.clone(),
            facilitator: facilitator::Config {
                rpc_url: self.rpc_url.clone(),
                key: self.roles.facilitator.clone(),
                network: self.network.network,
                versions: Version::ALL.to_vec(),
                factories: vec![WALLET_FACTORY],
                dialect: self.setup(),
                interpreted: false,
                fault: None,
                listen: ANY_PORT,
            },
            server: server::Config {
                facilitator_url: String::new(),
                speaker: self.speaker.clone(),
                network: self.network.network,
                token: self.network.usdc.clone(),
                payee: self.roles.payee.address(),
                other_payee: second_payee(),
                canary: self.canary(),
                // The kinds of a dialect are those of version 2.
                versions: if self.speaker.is_some() { vec![Version::V2] } else { Version::ALL.to_vec() },
                sales: server::Sales::default(),
                fault: None,
                lengths: server::Lengths::default(),
                listen: ANY_PORT,
            },
        }
    }

    /// How a facilitator double of ours speaks the dialect.
    pub(super) fn setup(&self) -> Option<Arc<Setup>> {
        let speaker = self.speaker.as_ref()?;
        Some(Arc::new(crate::dialect::setup(speaker, self.network, Manner::Production)))
    }

    /// A token that stands in everything that a server of ours sells; another one for each seed.
    fn canary(&self) -> String {
        let bytes = Key::derive(&format!("{}/canary", self.seed)).to_bytes();
        format!("canary-{}", alloy_primitives::hex::encode(&bytes[..8]))
    }

    fn placeholders(&self) -> BTreeMap<String, String> {
        let usdc = &self.network.usdc;
        let network = self.network.network;
        [
            ("rpc_url", self.rpc_url.clone()),
            ("chain_id", network.chain_id.to_string()),
            ("network", network.caip2()),
            ("network_v1", network.v1_name()),
            ("network_name", self.network.name.to_owned()),
            ("asset", usdc.address.to_string()),
            ("asset_name", usdc.name.clone()),
            ("asset_version", usdc.version.clone()),
            ("facilitator_key", self.roles.facilitator.to_bytes().to_string()),
            ("facilitator_address", self.roles.facilitator.address().to_string()),
            ("wallet_factory", WALLET_FACTORY.to_string()),
            ("payee", self.roles.payee.address().to_string()),
            ("payee2", second_payee().to_string()),
            ("canary", self.canary()),
            // A server gets the real one before it is started.
            ("facilitator_url", String::new()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }
}

/// The account that routes with another payee pay to.
#[must_use]
pub fn second_payee() -> Address {
    Key::derive("gauntlet/second payee").address()
}

/// The names that a manifest may put in braces; `port` is added when the port is known.
#[must_use]
pub fn placeholder_names() -> Vec<&'static str> {
    vec![
        "port",
        "rpc_url",
        "chain_id",
        "network",
        "network_v1",
        "network_name",
        "asset",
        "asset_name",
        "asset_version",
        "facilitator_key",
        "facilitator_address",
        "wallet_factory",
        "payee",
        "payee2",
        "canary",
        "facilitator_url",
    ]
}

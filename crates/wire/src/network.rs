//! Networks: a chain id, its CAIP-2 name (v2) and its short name (v1).
//!
//! Source: core v2 §11.1 (CAIP-2), core v1 §11.1 (the list of short names).

use serde::{Deserialize, Serialize};

/// An EVM network as x402 messages name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Network {
    /// EIP-155 chain id.
    pub chain_id: u64,
}

/// The short names that v1 messages use. `local` is ours: the specification has none for chain 31337.
const V1_NAMES: &[(u64, &str)] = &[
    (84532, "base-sepolia"),
    (8453, "base"),
    (43113, "avalanche-fuji"),
    (43114, "avalanche"),
    (137, "polygon"),
    (80002, "polygon-amoy"),
    (56, "bsc"),
    (97, "bsc-testnet"),
    (31337, "local"),
];

impl Network {
    /// A network by its EIP-155 chain id.
    #[must_use]
    pub const fn new(chain_id: u64) -> Self {
        Self { chain_id }
    }

    /// The CAIP-2 identifier of v2 messages: `eip155:<chain id>`.
    #[must_use]
    pub fn caip2(self) -> String {
        format!("eip155:{}", self.chain_id)
    }

    /// The short name of v1 messages. A chain without one gets its CAIP-2 identifier.
    #[must_use]
    pub fn v1_name(self) -> String {
        V1_NAMES
            .iter()
            .find(|(id, _)| *id == self.chain_id)
            .map_or_else(|| self.caip2(), |(_, name)| (*name).to_owned())
    }

    /// The name that a message of this version uses.
    #[must_use]
    pub fn name(self, version: crate::Version) -> String {
        match version {
            crate::Version::V1 => self.v1_name(),
            crate::Version::V2 => self.caip2(),
        }
    }

    /// The network that a message names, in either spelling; `None` for anything that is not an EVM network we know.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        if let Some(id) = name.strip_prefix("eip155:") {
            // `+1` and `01` would parse as well, but name no network.
            return id.parse().ok().map(Self::new).filter(|network| network.caip2() == name);
        }
        V1_NAMES.iter().find(|(_, known)| *known == name).map(|(id, _)| Self::new(*id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for (id, name) in V1_NAMES {
            assert_eq!(Network::parse(name), Some(Network::new(*id)));
            assert_eq!(Network::parse(&Network::new(*id).caip2()), Some(Network::new(*id)));
            assert_eq!(Network::new(*id).v1_name(), *name);
        }
        for other in
            ["solana:mainnet", "eip155:", "eip155:+1", "eip155:01", "eip155:-1", "EIP155:1", "Base", ""]
        {
            assert_eq!(Network::parse(other), None, "{other}");
        }
        assert_eq!(Network::new(999_999).v1_name(), "eip155:999999");
    }
}

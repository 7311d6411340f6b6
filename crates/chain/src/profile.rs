//! Network profiles: which chain the local Anvil stands in for.

use alloy_primitives::{Address, address};
use gauntlet_wire::{Network, Token};
use std::sync::LazyLock;
use std::time::Duration;

/// A chain that the local Anvil stands in for: its id, and what implementations expect there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// The name that `--network` takes.
    pub name: &'static str,
    /// Chain id and the names that messages use.
    pub network: Network,
    /// The token to pay in, at its canonical address on that chain: USDC, or what has EIP-3009 where USDC has not.
    pub usdc: Token,
    /// Its symbol.
    pub symbol: &'static str,
    /// What is paid with besides.
    pub more: Vec<NetworkToken>,
    /// Proxies over Permit2 besides the foundation's own.
    pub proxies: Vec<(Address, Proxy)>,
    /// From one block of the network to the next. A chain keeps to it only when it is told to.
    pub block_time: Duration,
}

/// BNB Chain and its test network since the upgrade that brought 0.45 s.
const BSC_BLOCKS: Duration = Duration::from_millis(450);
/// Base and its test network.
const BASE_BLOCKS: Duration = Duration::from_secs(2);
/// A network that stands in for none.
const LOCAL_BLOCKS: Duration = Duration::from_secs(1);

/// A token that implementations expect on a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkToken {
    /// Its symbol; in lower case it is the name of the token in scenarios.
    pub symbol: &'static str,
    /// The token.
    pub token: Token,
    /// Whether it takes authorizations (EIP-3009); otherwise it is paid with over Permit2 only.
    pub has_eip3009: bool,
}

/// A proxy over Permit2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proxy {
    /// Scheme `exact`.
    Exact,
    /// Scheme `upto`.
    Upto,
}

/// Address of USDC on the `local` profile: the last 20 bytes of `keccak256("gauntlet/token/usdc")`.
pub const LOCAL_USDC: Address = address!("0xc3b73d0fff1cb9a0d2ecaffa22abbfd362d47dec");

static PROFILES: LazyLock<[Profile; 5]> = LazyLock::new(|| {
    [
        profile("base-sepolia", 84532, address!("0x036CbD53842c5426634e7929541eC2318f3dCF7e"), "USDC"),
        profile("base", 8453, address!("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"), "USD Coin"),
        Profile { block_time: LOCAL_BLOCKS, ..profile("local", 31337, LOCAL_USDC, "USDC") },
        bsc(),
        bsc_testnet(),
    ]
});

/// BNB Chain. All of its dollars have 18 decimals, and none of the two that are called as elsewhere knows EIP-3009. The
/// proxies are those of Binance's B402.
fn bsc() -> Profile {
    let token = |at, name: &str| token(at, name, "1", 18);
    Profile {
        name: "bsc",
        network: Network::new(56),
        usdc: token(address!("0xcE24439F2D9C6a2289F741120FE202248B666666"), "United Stables"),
        symbol: "U",
        more: vec![
            NetworkToken {
                symbol: "USD1",
                token: token(
                    address!("0x8d0D000Ee44948FC98c9B98A4FA4921476f08B0d"),
                    "World Liberty Financial USD",
                ),
                has_eip3009: true,
            },
            NetworkToken {
                symbol: "USDT",
                token: token(address!("0x55d398326f99059fF775485246999027B3197955"), "Tether USD"),
                has_eip3009: false,
            },
            NetworkToken {
                symbol: "USDC",
                token: token(address!("0x8AC76a51cc950d9822D68b83fE1Ad97B32Cd580d"), "USD Coin"),
                has_eip3009: false,
            },
        ],
        proxies: vec![
            (address!("0x3038f7ac3b4D1a3fe886BdCB5cD01e9f6BDd8633"), Proxy::Exact),
            (address!("0x8c819E6De3df83E0e87bBE7651c5D4e83229b239"), Proxy::Upto),
        ],
        block_time: BSC_BLOCKS,
    }
}

/// The test network of BNB Chain, where one dollar has 18 decimals and the others have 6.
fn bsc_testnet() -> Profile {
    Profile {
        name: "bsc-testnet",
        network: Network::new(97),
        usdc: token(address!("0x330949Aed7d00FCe0558C64ED6FeC9792616cC39"), "United Stables", "1", 6),
        symbol: "U",
        more: vec![
            NetworkToken {
                symbol: "USDT",
                token: token(address!("0x337610d27c682E347C9cD60BD4b3b107C9d34dDd"), "Tether USD", "1", 18),
                has_eip3009: false,
            },
            NetworkToken {
                symbol: "USDC",
                token: token(address!("0xEC1C60D64a06896Df296438c12edD14E974FDE47"), "USD Coin", "1", 6),
                has_eip3009: false,
            },
        ],
        proxies: vec![(address!("0x45481A7FaFc1e62Bb7D851645927E32a2FFA0271"), Proxy::Exact)],
        block_time: BSC_BLOCKS,
    }
}

fn token(address: Address, name: &str, version: &str, decimals: u8) -> Token {
    Token { address, name: name.to_owned(), version: version.to_owned(), decimals }
}

fn profile(name: &'static str, chain_id: u64, usdc: Address, domain: &str) -> Profile {
    Profile {
        name,
        network: Network::new(chain_id),
        usdc: token(usdc, domain, "2", 6),
        symbol: "USDC",
        more: Vec::new(),
        proxies: Vec::new(),
        block_time: BASE_BLOCKS,
    }
}

/// No profile has this name. The text lists the names and suggests the nearest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no network `{name}`{}; choose one of {}", suggestion(name), names())]
pub struct UnknownProfile {
    /// The name that was asked for.
    pub name: String,
}

fn names() -> String {
    PROFILES.iter().map(|profile| profile.name).collect::<Vec<_>>().join(", ")
}

fn suggestion(name: &str) -> String {
    PROFILES
        .iter()
        .map(|profile| (strsim::damerau_levenshtein(name, profile.name), profile.name))
        .min()
        .filter(|(distance, known)| *distance <= known.len() / 3)
        .map_or_else(String::new, |(_, known)| format!(" (did you mean `{known}`?)"))
}

impl Profile {
    /// Every profile, the default one first.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &*PROFILES
    }

    /// The profile that is taken when none is named: `base-sepolia`.
    #[must_use]
    pub fn default_profile() -> &'static Self {
        &PROFILES[0]
    }

    /// A profile by its name.
    ///
    /// # Errors
    ///
    /// [`UnknownProfile`] when there is none; its text lists those there are.
    pub fn by_name(name: &str) -> Result<&'static Self, UnknownProfile> {
        PROFILES
            .iter()
            .find(|profile| profile.name == name)
            .ok_or_else(|| UnknownProfile { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_is_found_by_its_name() {
        for profile in Profile::all() {
            assert_eq!(Profile::by_name(profile.name), Ok(profile));
            assert_eq!(Network::parse(&profile.network.v1_name()), Some(profile.network));
        }
        assert_eq!(Profile::default_profile().network.chain_id, 84532);
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let near = Profile::by_name("base-sepola").unwrap_err().to_string();
        assert!(near.contains("did you mean `base-sepolia`?"), "{near}");
        let far = Profile::by_name("solana").unwrap_err().to_string();
        assert_eq!(
            far,
            "there is no network `solana`; choose one of base-sepolia, base, local, bsc, bsc-testnet"
        );
    }
}

//! Network profiles: which chain the local Anvil stands in for.

use alloy_primitives::{Address, address};
use gauntlet_wire::{Network, Token};
use std::sync::LazyLock;

/// A chain that the local Anvil stands in for: its id, and the dollar that implementations expect there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// The name that `--network` takes.
    pub name: &'static str,
    /// Chain id and the names that messages use.
    pub network: Network,
    /// The token to pay in: USDC at its canonical address on that chain.
    pub usdc: Token,
}

/// Address of USDC on the `local` profile: the last 20 bytes of `keccak256("gauntlet/token/usdc")`.
pub const LOCAL_USDC: Address = address!("0xc3b73d0fff1cb9a0d2ecaffa22abbfd362d47dec");

static PROFILES: LazyLock<[Profile; 3]> = LazyLock::new(|| {
    [
        profile("base-sepolia", 84532, address!("0x036CbD53842c5426634e7929541eC2318f3dCF7e"), "USDC"),
        profile("base", 8453, address!("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"), "USD Coin"),
        profile("local", 31337, LOCAL_USDC, "USDC"),
    ]
});

fn profile(name: &'static str, chain_id: u64, usdc: Address, domain: &str) -> Profile {
    Profile {
        name,
        network: Network::new(chain_id),
        usdc: Token { address: usdc, name: domain.to_owned(), version: "2".to_owned(), decimals: 6 },
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
        assert_eq!(far, "there is no network `solana`; choose one of base-sepolia, base, local");
    }
}

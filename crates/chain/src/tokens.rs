//! The tokens of every chain, and what has to be written into storage so that they stand there.

use crate::awkward::{self, AwkwardToken};
use crate::contracts::{Contract, short_string};
use crate::profile::{NetworkToken, Profile};
use crate::roles::Roles;
use alloy_primitives::{Address, B256, U256, address};
use gauntlet_wire::Token;

/// A second EIP-3009 token: the last 20 bytes of `keccak256("gauntlet/token/other")`, and so on for the others.
pub const OTHER: Address = address!("0xb3d45cb4d2792b66ef600a8928450471a985c078");
/// An EIP-3009 token on which every transfer is stopped.
pub const PAUSED: Address = address!("0xf440372f8e0fc5aba9b9d507eebdf1592c432377");
/// An EIP-20 token without authorizations and permits.
pub const PLAIN: Address = address!("0x50e1af9f2fa00b1a4bdf9fdd93f74f6088b38bab");
/// A token that takes authorizations, succeeds and moves nothing.
pub const SILENT: Address = address!("0xb1651e4d6d321c4ad1f221cc15ce549f00ab3a2f");
/// A token that keeps 1 % of every transfer.
pub const FEE: Address = address!("0x54b6660a6b0e4be2844e2134ad01e32965ad5e30");
/// A token that does not revert on a used nonce.
pub const TOLERANT: Address = address!("0xa3208cb92b38d0a1822080e2825a6cf013a123ea");

/// A token that takes a used nonce again and again.
pub const FORGETFUL: Address = address!("0x85fc967609245b51b946d6f718f4d1338db361b9");

/// What [`Roles::payer`] owns of the profile's USDC when a chain starts: one million, in atomic units.
pub const PAYER_USDC: u64 = 1_000_000_000_000;

/// The tokens of a chain. Ours have 6 decimals and, but for `plain`, the interface of USDC; those of the network have
/// what they have there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tokens {
    /// The token to pay in, at its canonical address: USDC of the profile, or what the profile has instead.
    pub usdc: Token,
    /// Its symbol.
    pub symbol: &'static str,
    /// What else is paid with on the network.
    pub more: Vec<NetworkToken>,
    /// `Mock EUR`: a second, wholly regular token with another domain.
    pub other: Token,
    /// Regular, but paused from the start.
    pub paused: Token,
    /// EIP-20 only. Name and version are what a careless server might claim; the contract has no domain.
    pub plain: Token,
    /// `transferWithAuthorization` succeeds, spends the nonce, emits AuthorizationUsed, and moves nothing.
    pub silent: Token,
    /// The payee gets 99 % of what the payer pays; the rest goes to the token's own address.
    pub fee: Token,
    /// A used or cancelled nonce does not revert: the call succeeds with an event of its own and no Transfer.
    pub tolerant: Token,
    /// A used or cancelled nonce moves the money once more.
    pub forgetful: Token,
    /// More of their kind, and a regular one with 18 decimals.
    pub awkward: Vec<AwkwardToken>,
}

impl Tokens {
    /// The tokens of a profile. Only those of its network differ from one profile to the next.
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        let token = |address, name: &str| Token {
            address,
            name: name.to_owned(),
            version: "1".to_owned(),
            decimals: 6,
        };
        Self {
            usdc: profile.usdc.clone(),
            symbol: profile.symbol,
            more: profile.more.clone(),
            other: token(OTHER, "Mock EUR"),
            paused: token(PAUSED, "Paused Dollar"),
            plain: token(PLAIN, "Plain Dollar"),
            silent: token(SILENT, "Silent Dollar"),
            fee: token(FEE, "Fee Dollar"),
            tolerant: token(TOLERANT, "Tolerant Dollar"),
            forgetful: token(FORGETFUL, "Forgetful Dollar"),
            awkward: awkward::all(),
        }
    }

    /// Every token.
    #[must_use]
    pub fn all(&self) -> Vec<&Token> {
        self.placements().into_iter().map(|placed| placed.token).collect()
    }

    /// One of [`Tokens::awkward`], by its name.
    #[must_use]
    pub fn awkward(&self, name: &str) -> Option<&Token> {
        self.awkward.iter().find(|awkward| awkward.name == name).map(|awkward| &awkward.token)
    }

    /// Whether a token takes authorizations and moves exactly what they say.
    #[must_use]
    pub fn is_regular(&self, address: Address) -> bool {
        let regular = self.placements().into_iter().find(|placed| placed.token.address == address);
        regular.is_some_and(|placed| placed.contract == Contract::Gauntlet && !placed.paused)
    }

    /// Whether a token of the network takes no authorizations; the awkward ones are not asked for.
    #[must_use]
    pub fn is_plain(&self, address: Address) -> bool {
        let of_network = self.more.iter().find(|more| more.token.address == address);
        address == self.plain.address || of_network.is_some_and(|more| !more.has_eip3009)
    }

    fn placements(&self) -> Vec<Placement<'_>> {
        let place = |token, contract, symbol| Placement { token, contract, symbol, paused: false };
        let of_network = self.more.iter().map(|more| {
            let contract = if more.has_eip3009 { Contract::Gauntlet } else { Contract::Plain };
            place(&more.token, contract, more.symbol)
        });
        [
            place(&self.usdc, Contract::Gauntlet, self.symbol),
            place(&self.other, Contract::Gauntlet, "MEUR"),
            Placement { paused: true, ..place(&self.paused, Contract::Gauntlet, "PAUSED") },
            place(&self.plain, Contract::Plain, "PLAIN"),
            place(&self.silent, Contract::Silent, "SILENT"),
            place(&self.fee, Contract::Fee, "FEE"),
            place(&self.tolerant, Contract::Tolerant, "TOLERANT"),
            place(&self.forgetful, Contract::Forgetful, "FORGETFUL"),
        ]
        .into_iter()
        .chain(of_network)
        .chain(self.awkward.iter().map(|awkward| place(&awkward.token, awkward.contract, awkward.symbol)))
        .collect()
    }

    /// The contract at one of our addresses.
    pub(crate) fn contract_at(&self, address: Address) -> Option<Contract> {
        self.placements().iter().find(|placed| placed.token.address == address).map(|placed| placed.contract)
    }

    /// Code at each address.
    pub(crate) fn code(&self) -> Vec<(Address, &'static [u8])> {
        self.placements()
            .iter()
            .map(|placed| (placed.token.address, placed.contract.artifact().runtime.as_ref()))
            .collect()
    }

    /// Storage words that set the tokens up.
    pub(crate) fn storage(&self, roles: &Roles) -> Vec<(Address, B256, B256)> {
        self.placements().iter().flat_map(|placed| placed.storage(roles)).collect()
    }
}

/// A token, the contract behind it and what only the contract knows.
struct Placement<'a> {
    token: &'a Token,
    contract: Contract,
    symbol: &'static str,
    paused: bool,
}

impl Placement<'_> {
    fn storage(&self, roles: &Roles) -> Vec<(Address, B256, B256)> {
        let texts = [
            ("name", self.token.name.as_str()),
            ("version", self.token.version.as_str()),
            ("symbol", self.symbol),
        ];
        let mut words: Vec<(B256, B256)> = texts
            .into_iter()
            .filter_map(|(variable, text)| Some((self.contract.place(variable)?.0, short_string(text)?)))
            .collect();

        // Decimals, pause and minter share a word in the larger contracts.
        let packed = [
            ("decimals", U256::from(self.token.decimals)),
            ("paused", U256::from(self.paused)),
            ("minter", U256::from_be_slice(roles.minter.address().as_slice())),
        ];
        for (variable, value) in packed {
            let Some((slot, shift)) = self.contract.place(variable) else { continue };
            let value = value << shift;
            match words.iter_mut().find(|(known, _)| *known == slot) {
                Some((_, word)) => *word = B256::from(U256::from_be_bytes(word.0) | value),
                None => words.push((slot, B256::from(value))),
            }
        }
        words.into_iter().map(|(slot, word)| (self.token.address, slot, word)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::LOCAL_USDC;
    use alloy_primitives::keccak256;

    #[test]
    fn addresses_come_from_their_names() {
        let named = [
            ("usdc", LOCAL_USDC),
            ("other", OTHER),
            ("paused", PAUSED),
            ("plain", PLAIN),
            ("silent", SILENT),
            ("fee", FEE),
            ("tolerant", TOLERANT),
            ("forgetful", FORGETFUL),
        ];
        for (name, address) in named {
            assert_eq!(Address::from_word(keccak256(format!("gauntlet/token/{name}"))), address, "{name}");
        }
    }

    #[test]
    fn every_profile_has_distinct_tokens() {
        for profile in Profile::all() {
            let tokens = Tokens::of(profile);
            let mut addresses: Vec<_> = tokens.all().iter().map(|token| token.address).collect();
            addresses.sort();
            addresses.dedup();
            assert_eq!(addresses.len(), tokens.all().len(), "{}", profile.name);
        }
    }
}

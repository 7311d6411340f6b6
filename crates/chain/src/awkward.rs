//! Tokens that do not do what payment software expects of one, beyond those of [`Tokens`](crate::Tokens) itself. Each has
//! the interface of USDC and six decimals, but for one that is regular and has eighteen.

use crate::contracts::Contract;
use alloy_primitives::{Address, address};
use gauntlet_wire::Token;

/// A token by the name that scenarios call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwkwardToken {
    /// Its name; its address is the last 20 bytes of `keccak256("gauntlet/token/NAME")`.
    pub name: &'static str,
    /// The token.
    pub token: Token,
    /// Its symbol.
    pub symbol: &'static str,
    pub(crate) contract: Contract,
}

type Row = (&'static str, Contract, &'static str, &'static str, Address);

/// Name, contract, EIP-712 domain name, symbol, address.
const ROWS: &[Row] = &[
    // Regular, but returns nothing where EIP-20 asks for `true`.
    ("mute", Contract::Mute, "Mute Dollar", "MUTE", address!("0xc2c8fc01673cf62b4f57eaf946957ed6698a351c")),
    // Calls succeed, return `false` and move nothing.
    (
        "refusing",
        Contract::Refusing,
        "Refusing Dollar",
        "REFUSING",
        address!("0xedfdcfc60e056894fd0348058ebf44b7f2670484"),
    ),
    // Every transfer reverts without a reason.
    (
        "reverting",
        Contract::Reverting,
        "Reverting Dollar",
        "REVERTING",
        address!("0xde5174c261b335c22e77e5dd11983a57799893ef"),
    ),
    // Every transfer reverts, with 48 KiB of what does harm in logs and pages.
    (
        "shouting",
        Contract::Shouting,
        "Shouting Dollar",
        "SHOUTING",
        address!("0x6a980665738e80eedaca2cd7f3f52f601dc30e2b"),
    ),
    // Uses five million gas before it moves the money.
    (
        "hungry",
        Contract::Hungry,
        "Hungry Dollar",
        "HUNGRY",
        address!("0xec2cf04236f8ed2e9d6eb8c0200e76a211e76351"),
    ),
    // Pays in simulations, and uses all gas of a transaction and reverts.
    ("trap", Contract::Trap, "Trap Dollar", "TRAP", address!("0xb3f297f46d1982650479b4c17f80085cf08f0b0b")),
    // Pays the payee and, by a call to itself, takes the money back before the call ends.
    (
        "reentrant",
        Contract::Reentrant,
        "Reentrant Dollar",
        "REENTRANT",
        address!("0xbf17b4a42199a1176146b1ddf1c1553eaf7795cd"),
    ),
    // Tells a Transfer of the whole value; the payee's balance grows by a tenth less.
    (
        "rebasing",
        Contract::Rebasing,
        "Rebasing Dollar",
        "REBASING",
        address!("0xab258c1172f89cd3deaa5418a3561ae021513e74"),
    ),
    // Tells the Transfer that was asked for and moves nothing.
    (
        "phantom",
        Contract::Phantom,
        "Phantom Dollar",
        "PHANTOM",
        address!("0xea0097d6b4db53e79da66f7f0047f5f297e518e9"),
    ),
    // Moves nothing; another contract tells the Transfer.
    (
        "decoy",
        Contract::Decoy,
        "Decoy Dollar",
        "DECOY",
        address!("0xdfac2f0cc88e8c21e078737545506d62ce9a8a1b"),
    ),
    // Takes the money and keeps it; the payee gets nothing.
    (
        "diverting",
        Contract::Diverting,
        "Diverting Dollar",
        "DIVERTING",
        address!("0xab3a1bbb9031c8ff57ad9f722c0f323b358e8954"),
    ),
    // Moves twice what was authorized, all of it to the payee.
    (
        "greedy",
        Contract::Greedy,
        "Greedy Dollar",
        "GREEDY",
        address!("0xe905cb7a0c026e21b3387306d9dcb1944b22cfc3"),
    ),
    // Says of every account that it is rich.
    (
        "boastful",
        Contract::Boastful,
        "Boastful Dollar",
        "BOASTFUL",
        address!("0x7cbba22f176b76437239848edcf952a0bc94674d"),
    ),
];

/// A regular token with 18 decimals.
const EIGHTEEN: Row = (
    "eighteen",
    Contract::Gauntlet,
    "Long Dollar",
    "LONG",
    address!("0xcf901125e03a379fdba48b2638a046fb4739f949"),
);

/// All of them.
pub(crate) fn all() -> Vec<AwkwardToken> {
    let token = |&(name, contract, domain, symbol, address): &Row, decimals| AwkwardToken {
        name,
        token: Token { address, name: domain.into(), version: "1".into(), decimals },
        symbol,
        contract,
    };
    std::iter::once(token(&EIGHTEEN, 18)).chain(ROWS.iter().map(|row| token(row, 6))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::keccak256;

    #[test]
    fn addresses_come_from_their_names() {
        for awkward in all() {
            let hash = keccak256(format!("gauntlet/token/{}", awkward.name));
            assert_eq!(Address::from_word(hash), awkward.token.address, "{}", awkward.name);
        }
    }
}

//! Contracts of ours at addresses where x402 implementations expect those of others, and without which some of them do
//! not start.

use crate::contracts::Contract;
use crate::profile::{Profile, Proxy};
use alloy_primitives::{Address, B256, address};
use gauntlet_wire::{Domain, Token};

/// Where x402 implementations expect a validator of signatures (ERC-6492). Ours tells of an account with a key, of an
/// ERC-1271 wallet, and of a wallet that its signature has yet to make.
pub const SIGNATURE_VALIDATOR: Address = address!("0xdAcD51A54883eb67D95FAEb2BBfdC4a9a6BD2a3B");
/// The proxies over Permit2 (scheme `exact` on EVM §2, scheme `upto` on EVM): ours, with the published interface.
pub use gauntlet_wire::permit2::{EXACT_PROXY as EXACT_PERMIT2_PROXY, UPTO_PROXY as UPTO_PERMIT2_PROXY};
/// Makes smart wallets that their first payment's signature says how to make (ERC-6492): the last 20 bytes of
/// `keccak256("gauntlet/wallet-factory")`. An implementation that calls none but listed factories can list it before it
/// starts.
pub const WALLET_FACTORY: Address = address!("0xCF3b5F0E11B3f4E25d1b520c97Eda1F33160531E");

/// Where facilitators of Circle Gateway expect the GatewayWallet: its published address on testnets, on every chain of
/// ours. It spends EIP-3009 messages under a domain of its own and moves the USDC of the profile, of whoever allows it to.
pub const GATEWAY_WALLET: Address = address!("0x0077777d7EBA4688BDeF3E311b846F25870A19B9");

/// The domain of messages for the GatewayWallet on a chain.
#[must_use]
pub fn gateway_domain(chain_id: u64) -> Domain {
    Domain {
        name: "GatewayWalletBatched".into(),
        version: "1".into(),
        chain_id,
        verifying_contract: GATEWAY_WALLET,
    }
}

/// Storage words that set the stand-ins up: the token that the GatewayWallet moves.
pub(crate) fn storage(usdc: &Token) -> Vec<(Address, B256, B256)> {
    let token = Contract::GatewayWallet.place("token");
    token.map(|(slot, _)| (GATEWAY_WALLET, slot, usdc.address.into_word())).into_iter().collect()
}

/// Code at each address.
pub(crate) fn code(profile: &Profile) -> Vec<(Address, &'static [u8])> {
    let of_network = profile.proxies.iter().map(|(address, proxy)| match proxy {
        Proxy::Exact => (*address, Contract::ExactPermit2Proxy),
        Proxy::Upto => (*address, Contract::UptoPermit2Proxy),
    });
    [
        (SIGNATURE_VALIDATOR, Contract::SignatureValidator),
        (EXACT_PERMIT2_PROXY, Contract::ExactPermit2Proxy),
        (UPTO_PERMIT2_PROXY, Contract::UptoPermit2Proxy),
        (WALLET_FACTORY, Contract::WalletFactory),
        (GATEWAY_WALLET, Contract::GatewayWallet),
    ]
    .into_iter()
    .chain(of_network)
    .map(|(address, contract)| (address, contract.artifact().runtime.as_ref()))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::keccak256;

    #[test]
    fn the_gateway_wallet_knows_its_token() {
        let usdc = &Profile::default_profile().usdc;
        let word = usdc.address.into_word();
        assert_eq!(
            storage(usdc).iter().map(|(at, _, word)| (*at, *word)).collect::<Vec<_>>(),
            [(GATEWAY_WALLET, word)]
        );
    }

    #[test]
    fn the_wallet_factory_stands_where_its_name_says() {
        assert_eq!(Address::from_word(keccak256("gauntlet/wallet-factory")), WALLET_FACTORY);
    }
}

//! Contracts of ours at addresses where x402 implementations expect those of others, and without which some of them do
//! not start.

use crate::contracts::Contract;
use alloy_primitives::{Address, address};

/// Where x402 implementations expect a validator of signatures (ERC-6492). Ours tells of an account with a key, of an
/// ERC-1271 wallet, and of a wallet that its signature has yet to make.
pub const SIGNATURE_VALIDATOR: Address = address!("0xdAcD51A54883eb67D95FAEb2BBfdC4a9a6BD2a3B");
/// The proxy of scheme `exact` over Permit2 (scheme `exact` on EVM §2): ours, with the published interface.
pub const EXACT_PERMIT2_PROXY: Address = address!("0x402085c248EeA27D92E8b30b2C58ed07f9E20001");
/// The proxy of scheme `upto` over Permit2 (scheme `upto` on EVM): ours, with the published interface.
pub const UPTO_PERMIT2_PROXY: Address = address!("0x4020A4f3b7b90ccA423B9fabCc0CE57C6C240002");

/// Code at each address.
pub(crate) fn code() -> [(Address, &'static [u8]); 3] {
    [
        (SIGNATURE_VALIDATOR, Contract::SignatureValidator),
        (EXACT_PERMIT2_PROXY, Contract::ExactPermit2Proxy),
        (UPTO_PERMIT2_PROXY, Contract::UptoPermit2Proxy),
    ]
    .map(|(address, contract)| (address, contract.artifact().runtime.as_ref()))
}

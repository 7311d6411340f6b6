//! A payment to make others like.

use gauntlet_wire::{Address, B256, Draft, Key, Network, Terms, Token, U256, Version};

/// A payment of one cent.
pub(crate) fn draft(version: Version, payer: Key, nonce: B256) -> Draft {
    let token =
        Token { address: Address::repeat_byte(7), name: "USDC".into(), version: "2".into(), decimals: 6 };
    let terms = Terms {
        scheme: "exact".into(),
        network: Network::new(84_532),
        token,
        amount: U256::from(10_000),
        pay_to: Address::repeat_byte(8),
        max_timeout_seconds: 300,
        resource: "http://127.0.0.1:4021/weather".into(),
    };
    Draft::valid(version, terms, payer, nonce, 1_790_000_000)
}

//! One valid payment in each version, and the world in which it is valid.

use gauntlet_wire::{Address, B256, Draft, Key, LedgerView, Network, Terms, Token, TokenView, U256, Version};

pub(crate) const NOW: u64 = 1_800_000_000;
pub(crate) const PRICE: u64 = 10_000;
pub(crate) const TIMEOUT: u64 = 600;

pub(crate) fn terms() -> Terms {
    Terms {
        scheme: "exact".into(),
        network: Network::new(84532),
        token: Token {
            address: Address::repeat_byte(0x2a),
            name: "USDC".into(),
            version: "2".into(),
            decimals: 6,
        },
        amount: U256::from(PRICE),
        pay_to: Key::derive("payee").address(),
        max_timeout_seconds: TIMEOUT,
        resource: "https://api.example.com/weather".into(),
    }
}

pub(crate) fn payer() -> Key {
    Key::derive("payer")
}

pub(crate) fn draft(version: Version) -> Draft {
    Draft::valid(version, terms(), payer(), B256::repeat_byte(0xc7), NOW)
}

pub(crate) fn ledger() -> LedgerView {
    LedgerView {
        chain_id: 84532,
        token: TokenView::Eip3009 { name: "USDC".into(), version: "2".into(), paused: false },
        balance: U256::from(PRICE),
        nonce_used: false,
        blocked: false,
    }
}

/// The body of a draft.
pub(crate) fn body(draft: &Draft) -> Vec<u8> {
    draft.body().unwrap().into_bytes()
}

//! One valid payment in each scheme, and the world in which it is valid.

use gauntlet_wire::permit2::Permit2Draft;
use gauntlet_wire::{
    Address, Cast, Clock, Key, Network, Permit2Scheme, Permit2View, Terms, Token, U256, Verdict,
};

pub(crate) const NOW: u64 = 1_800_000_000;
pub(crate) const PRICE: u64 = 10_000;
pub(crate) const PURSE: u64 = 1_000_000;
pub(crate) const TIMEOUT: u64 = 600;
pub(crate) const CLOCK: Clock = Clock { now: NOW, shared: false };

/// Any name is an account; the chain has one token besides that of the payment.
pub(crate) struct Players;

impl Cast for Players {
    fn account(&self, name: &str) -> Key {
        Key::derive(name)
    }

    fn token(&self, name: &str) -> Option<Token> {
        let address = Address::repeat_byte(0x2b);
        (name == "other").then(|| Token { address, name: "EURC".into(), version: "1".into(), decimals: 6 })
    }

    fn purse(&self) -> U256 {
        U256::from(PURSE)
    }
}

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
        pay_to: Players.account("payee").address(),
        max_timeout_seconds: TIMEOUT,
        resource: "https://api.example.com/weather".into(),
    }
}

pub(crate) fn payer() -> Key {
    Players.account("payer")
}

pub(crate) fn facilitator() -> Address {
    Players.account("facilitator").address()
}

pub(crate) fn draft(scheme: Permit2Scheme) -> Permit2Draft {
    let nonce = U256::from_be_bytes([0xc7; 32]);
    Permit2Draft::valid(scheme, terms(), payer(), nonce, facilitator(), NOW)
}

pub(crate) fn view(scheme: Permit2Scheme) -> Permit2View {
    Permit2View {
        chain_id: 84532,
        token_has_code: true,
        paused: false,
        blocked: false,
        balance: U256::from(PURSE),
        allowance_to_permit2: U256::MAX,
        nonce_used: false,
        facilitators: vec![Address::repeat_byte(0xfa), facilitator()],
        proxy: scheme.proxy(),
        proxy_has_code: true,
        permits: None,
    }
}

/// The body of a draft.
pub(crate) fn body(draft: &Permit2Draft) -> Vec<u8> {
    draft.body().unwrap().into_bytes()
}

/// The view of whoever goes by the scheme that the entry names.
pub(crate) fn view_of_entry(draft: &Permit2Draft) -> Permit2View {
    view(Permit2Scheme::named(&draft.terms.scheme).unwrap())
}

/// `v`alid, `o`pen or `i`nvalid.
pub(crate) fn letter(verdict: &Verdict) -> char {
    match verdict {
        Verdict::Valid => 'v',
        Verdict::Open(_) => 'o',
        Verdict::Invalid(_) => 'i',
    }
}

//! The accounts that every chain has.

use alloy_primitives::Address;
use gauntlet_wire::Key;

/// Keys that are the same on every local chain, each with ether. They are worth nothing anywhere else.
///
/// Checks derive payers and payees of their own; these are for whoever needs an account at once.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Roles {
    /// The first facilitator's sender.
    pub facilitator: Key,
    /// The second facilitator's sender.
    pub facilitator2: Key,
    /// The harness's own sender: what the harness puts on the chain itself comes from here, never from a target's key.
    pub relayer: Key,
    /// May mint, block accounts and pause.
    pub minter: Key,
    /// A payer with [`PAYER_USDC`](crate::tokens::PAYER_USDC) in the profile's USDC.
    pub payer: Key,
    /// A receiver.
    pub payee: Key,
}

impl Default for Roles {
    fn default() -> Self {
        let key = |role: &str| Key::derive(&format!("gauntlet/role/{role}"));
        Self {
            facilitator: key("facilitator"),
            facilitator2: key("facilitator2"),
            relayer: key("relayer"),
            minter: key("minter"),
            payer: key("payer"),
            payee: key("payee"),
        }
    }
}

impl Roles {
    /// Every role with its name.
    #[must_use]
    pub fn named(&self) -> [(&'static str, &Key); 6] {
        [
            ("facilitator", &self.facilitator),
            ("facilitator2", &self.facilitator2),
            ("relayer", &self.relayer),
            ("minter", &self.minter),
            ("payer", &self.payer),
            ("payee", &self.payee),
        ]
    }

    pub(crate) fn addresses(&self) -> [Address; 6] {
        self.named().map(|(_, key)| key.address())
    }
}

//! Who plays the accounts and tokens that a change names, and payments whose parts have names.

use crate::check::Stop;
use crate::cx::Cx;
use crate::payment::{Payment, price, purse};
use gauntlet_chain::Tokens;
use gauntlet_wire::{Address, B256, Cast, Change, Draft, Key, Terms, Token, TokenView, U256, Version};

/// The tokens of the chain by name, and what there is to know of each.
pub const TOKENS: &[(&str, &str)] = &[
    ("usdc", "the USDC of the network"),
    ("other", "a second regular token with another domain"),
    ("paused", "regular, but paused"),
    ("plain", "EIP-20 only, without EIP-3009"),
    ("silent", "takes an authorization, spends its nonce and moves nothing"),
    ("fee", "keeps one per cent of what the payee should get"),
    ("tolerant", "lets a spent authorization pass without moving anything"),
    ("forgetful", "takes a spent authorization again and moves the money each time"),
    ("eighteen", "regular, with 18 decimals"),
    ("mute", "returns nothing where EIP-20 asks for true"),
    ("refusing", "succeeds, returns false and moves nothing"),
    ("reverting", "reverts without a reason"),
    ("shouting", "reverts with 48 KiB of a reason that does harm in logs and pages"),
    ("hungry", "uses five million gas before it moves the money"),
    ("trap", "pays in simulations, and uses all gas of a transaction and reverts"),
    ("reentrant", "pays, calls itself and takes the money back before the call ends"),
    ("rebasing", "tells the whole Transfer and gives the payee a tenth less"),
    ("phantom", "tells the Transfer and moves nothing"),
    ("decoy", "moves nothing while another contract tells the Transfer"),
    ("diverting", "takes the money and keeps it"),
    ("greedy", "moves twice what was authorized to the payee"),
    ("boastful", "says of every account that it is rich"),
];

/// A token of the chain by its name.
#[must_use]
pub fn token<'a>(tokens: &'a Tokens, name: &str) -> Option<&'a Token> {
    Some(match name {
        "usdc" => &tokens.usdc,
        "other" => &tokens.other,
        "paused" => &tokens.paused,
        "plain" => &tokens.plain,
        "silent" => &tokens.silent,
        "fee" => &tokens.fee,
        "tolerant" => &tokens.tolerant,
        "forgetful" => &tokens.forgetful,
        name => {
            let of_network = tokens.more.iter().find(|more| more.symbol.to_lowercase() == name);
            return of_network.map(|more| &more.token).or_else(|| tokens.awkward(name));
        }
    })
}

/// What the chain says of a token that requirements name.
#[must_use]
pub fn view(tokens: &Tokens, address: Address) -> TokenView {
    match tokens.all().into_iter().find(|token| token.address == address) {
        None => TokenView::NoCode,
        Some(token) if tokens.is_plain(token.address) => TokenView::Plain,
        Some(token) => TokenView::Eip3009 {
            name: token.name.clone(),
            version: token.version.clone(),
            paused: token.address == tokens.paused.address,
        },
    }
}

/// The accounts are those of the check, and the purse is what a fresh payer owns.
impl Cast for Cx {
    fn account(&self, name: &str) -> Key {
        self.key(name)
    }

    fn token(&self, name: &str) -> Option<Token> {
        token(self.world.chain.tokens(), name).cloned()
    }

    fn purse(&self) -> U256 {
        purse(&self.world.chain.tokens().usdc)
    }
}

/// The cast of one payment: its purse is what its own payer owns.
struct Around<'a> {
    cx: &'a Cx,
    purse: U256,
}

impl Cast for Around<'_> {
    fn account(&self, name: &str) -> Key {
        self.cx.account(name)
    }

    fn token(&self, name: &str) -> Option<Token> {
        self.cx.token(name)
    }

    fn purse(&self) -> U256 {
        self.purse
    }
}

impl Payment {
    /// Applies a change of the vocabulary, with the accounts and tokens of a check.
    pub fn change(&mut self, change: &Change, cx: &Cx) {
        self.mutate(&change.mutation(&Around { cx, purse: self.ledger.balance }));
    }
}

/// A valid payment before it is made, its accounts by name. What is left out of a name is the payment's own, so that
/// the same part in a check with the same accounts text is the same payment, bit by bit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is called.
    pub name: String,
    /// The account that pays.
    pub payer: Option<String>,
    /// The account that is paid.
    pub payee: Option<String>,
    /// The token's name, one of [`TOKENS`].
    pub token: String,
    /// Price, atomic units; a cent of the token when it is not given.
    pub amount: Option<U256>,
    /// What the payer owns, atomic units; a dollar of the token when it is not given.
    pub purse: Option<U256>,
    /// The nonce; derived from the name when it is not given.
    pub nonce: Option<B256>,
}

impl Part {
    /// A payment of one cent by a payer who owns a hundred times as much.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            payer: None,
            payee: None,
            token: "usdc".into(),
            amount: None,
            purse: None,
            nonce: None,
        }
    }

    /// The name of the account that pays: `p-payer` for a payment `p` that names none.
    #[must_use]
    pub fn payer_name(&self) -> String {
        self.payer.clone().unwrap_or_else(|| format!("{}-payer", self.name))
    }

    /// The name of the account that is paid: `p-payee` for a payment `p` that names none.
    #[must_use]
    pub fn payee_name(&self) -> String {
        self.payee.clone().unwrap_or_else(|| format!("{}-payee", self.name))
    }

    /// Its nonce, among the accounts of a check.
    #[must_use]
    pub fn nonce(&self, cx: &Cx) -> B256 {
        self.nonce.unwrap_or_else(|| cx.key(&format!("{}-nonce", self.name)).to_bytes())
    }
}

impl Cx {
    /// A valid payment as a part says, its payer funded with the purse.
    ///
    /// # Errors
    /// [`Stop::Harness`] when the chain does not obey, or has no such token.
    pub async fn play(&self, version: Version, part: &Part) -> Result<Payment, Stop> {
        let no_token = || Stop::Harness(format!("the chain has no token called {}", part.token));
        let token = self.token(&part.token).ok_or_else(no_token)?;
        let amount = part.amount.unwrap_or_else(|| price(&token));
        let purse = part.purse.unwrap_or_else(|| purse(&token));
        let terms = Terms {
            scheme: "exact".into(),
            network: self.world.chain.profile().network,
            token,
            amount,
            pay_to: self.key(&part.payee_name()).address(),
            max_timeout_seconds: self.timeout_seconds(),
            resource: "http://127.0.0.1:4021/weather".into(),
        };
        let payer = self.key(&part.payer_name());
        let draft = Draft::valid(version, terms, payer, part.nonce(self), self.now);
        self.funded(draft, purse, self.now).await
    }

    /// Looks up what the chain says of a payment at this moment: its token, what its payer owns, its nonce.
    ///
    /// # Errors
    /// [`Stop::Harness`] when the chain does not answer.
    pub async fn look_up(&self, payment: &mut Payment) -> Result<(), Stop> {
        let (chain, key) = (&self.world.chain, payment.key());
        payment.ledger.token = view(chain.tokens(), key.token);
        if let TokenView::Eip3009 { .. } = payment.ledger.token {
            payment.ledger.balance = chain.balance(key.token, key.payer).await?;
            let authority = self.world.authority(&payment.draft.terms.token).address;
            payment.ledger.nonce_used = chain.authorization_used(authority, key.payer, key.nonce).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gauntlet_chain::Profile;
    use std::collections::BTreeSet;

    #[test]
    fn every_token_has_a_name() {
        let tokens = Tokens::of(Profile::default_profile());
        let named: BTreeSet<_> =
            TOKENS.iter().filter_map(|(name, _)| token(&tokens, name)).map(|token| token.address).collect();
        assert_eq!(named, tokens.all().iter().map(|token| token.address).collect());
        assert!(token(&tokens, "gold").is_none());
    }
}

//! A chain for a test, and payments on it.

use gauntlet_chain::anvil::find_or_install;
use gauntlet_chain::{AnvilBinary, Chain, ChainConfig, Environment, Profile};
use gauntlet_report::clock;
use gauntlet_wire::{Address, Authorization, B256, Key, SignatureForm, Token, U256};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

/// The Anvil of this machine. Installing it, if need be, is done once.
pub(crate) fn anvil() -> AnvilBinary {
    static FOUND: OnceLock<AnvilBinary> = OnceLock::new();
    FOUND.get_or_init(|| find_or_install(None, &Environment::of_process(), &|_| ()).unwrap()).clone()
}

pub(crate) fn cache() -> PathBuf {
    Environment::of_process().cache().unwrap()
}

pub(crate) fn config() -> ChainConfig {
    ChainConfig::new(Profile::default_profile(), anvil(), cache())
}

/// A chain, a payer with money in every token but the paused one's, and a payee with nothing.
pub(crate) struct World {
    pub(crate) chain: Chain,
    pub(crate) payer: Key,
    pub(crate) payee: Key,
}

pub(crate) const FUNDS: u64 = 1_000_000;
pub(crate) const PRICE: u64 = 10_000;

impl World {
    pub(crate) async fn new() -> Self {
        let chain = Chain::start(config()).await.unwrap();
        let (payer, payee) = (Key::derive("test/payer"), Key::derive("test/payee"));
        for token in chain.tokens().all() {
            chain.set_balance(token.address, payer.address(), U256::from(FUNDS)).await.unwrap();
        }
        Self { chain, payer, payee }
    }

    pub(crate) fn usdc(&self) -> &Token {
        &self.chain.tokens().usdc
    }

    /// A good authorization over the price; `mark` makes its nonce.
    pub(crate) fn authorization(&self, mark: u8) -> Authorization {
        let now = clock::unix_seconds();
        Authorization {
            from: self.payer.address(),
            to: self.payee.address(),
            value: U256::from(PRICE),
            valid_after: U256::from(now - 600),
            valid_before: U256::from(now + 600),
            nonce: B256::repeat_byte(mark),
        }
    }

    pub(crate) fn sign(&self, token: &Token, authorization: &Authorization) -> Vec<u8> {
        self.sign_as(token, authorization, SignatureForm::Plain)
    }

    pub(crate) fn sign_as(
        &self,
        token: &Token,
        authorization: &Authorization,
        form: SignatureForm,
    ) -> Vec<u8> {
        self.payer.sign_as(authorization.digest(&self.chain.domain(token)), form)
    }

    /// Relays an authorization that must be refused, and gives the token's text. Nothing may have moved.
    pub(crate) async fn refused(
        &self,
        token: &Token,
        authorization: &Authorization,
        signature: &[u8],
    ) -> String {
        let before = self.balances(token).await;
        let text = self.chain.refusal(token.address, authorization, signature).await.unwrap();
        let relayed = self.chain.relay(token.address, authorization, signature).await.unwrap();
        assert!(!relayed.status, "the token took it");
        assert_eq!(self.balances(token).await, before);
        text.unwrap()
    }

    /// Balances of payer and payee.
    pub(crate) async fn balances(&self, token: &Token) -> (u64, u64) {
        (self.balance(token, self.payer.address()).await, self.balance(token, self.payee.address()).await)
    }

    pub(crate) async fn balance(&self, token: &Token, account: Address) -> u64 {
        self.chain.balance(token.address, account).await.unwrap().to()
    }
}

/// Waits for something that will come; the limit is for a test that fails.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut look: impl FnMut() -> F) {
    let waiting = async {
        while !look().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(20), waiting).await.is_ok(), "it never came: {what}");
}

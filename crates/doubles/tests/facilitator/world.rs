//! A real chain for each test.

use crate::support::post;
use gauntlet_chain::{Chain, ChainConfig, Environment, Profile};
use gauntlet_wire::{Address, B256, Draft, Key, Network, Token, U256};
use serde_json::{Value, json};
use std::time::Duration;

/// A chain and what the tests ask of it.
pub(crate) struct World {
    chain: Chain,
}

impl World {
    pub(crate) async fn start() -> Self {
        let environment = Environment::of_process();
        let cache = environment.cache().expect("a cache folder");
        let finding = tokio::task::spawn_blocking(move || {
            gauntlet_chain::anvil::find_or_install(None, &environment, &|_| {})
        });
        let anvil = finding.await.expect("the search ends").expect("an Anvil");
        let config = ChainConfig::new(Profile::default_profile(), anvil, cache);
        let world = Self { chain: Chain::start(config).await.expect("the chain starts") };
        for token in [world.other(), world.silent(), world.plain()] {
            world.set_balance(&token, world.payer().address(), 1_000_000).await;
        }
        world
    }

    pub(crate) fn chain(&self) -> &Chain {
        &self.chain
    }

    pub(crate) fn rpc_url(&self) -> String {
        self.chain.rpc_url().to_owned()
    }

    pub(crate) fn network(&self) -> Network {
        self.chain.profile().network
    }

    pub(crate) fn facilitator(&self) -> Key {
        self.chain.roles().facilitator.clone()
    }

    pub(crate) fn payer(&self) -> Key {
        self.chain.roles().payer.clone()
    }

    pub(crate) fn usdc(&self) -> Token {
        self.chain.tokens().usdc.clone()
    }

    pub(crate) fn other(&self) -> Token {
        self.chain.tokens().other.clone()
    }

    pub(crate) fn silent(&self) -> Token {
        self.chain.tokens().silent.clone()
    }

    pub(crate) fn plain(&self) -> Token {
        self.chain.tokens().plain.clone()
    }

    pub(crate) async fn set_balance(&self, token: &Token, account: Address, units: u64) {
        self.chain.set_balance(token.address, account, U256::from(units)).await.expect("a balance");
    }

    pub(crate) async fn set_coins(&self, account: Address, wei: U256) {
        self.chain.set_eth_balance(account, wei).await.expect("a balance");
    }

    pub(crate) async fn set_blacklisted(&self, account: Address, blocked: bool) {
        self.chain.set_blacklisted(self.usdc().address, account, blocked).await.expect("a blacklist");
    }

    pub(crate) async fn stop_mining(&self) {
        self.chain.stop_mining().await.expect("no more blocks");
    }

    pub(crate) async fn automine(&self) {
        self.chain.set_automine().await.expect("blocks at once");
    }

    pub(crate) async fn interval(&self, seconds: u64) {
        self.chain.set_interval(Duration::from_secs(seconds)).await.expect("blocks in time");
    }

    pub(crate) async fn mine(&self) {
        self.chain.mine(1).await.expect("a block");
    }

    /// How many transactions an account has sent that are mined.
    pub(crate) async fn sent_by(&self, account: Address) -> usize {
        self.chain.sent_by(account, 0).await.expect("its transactions").len()
    }

    /// Transaction and value of all that ever went from this payment's payer to its payee in its token.
    pub(crate) async fn transfers(&self, draft: &Draft) -> Vec<(B256, U256)> {
        let (token, payer) = (draft.terms.token.address, draft.authorization.from);
        let transfers = self.chain.transfers(token, 0, Some(payer)).await.expect("its transfers");
        transfers
            .into_iter()
            .filter(|transfer| transfer.to == draft.terms.pay_to)
            .map(|transfer| (transfer.tx, transfer.value))
            .collect()
    }

    pub(crate) async fn rpc(&self, method: &str, params: Value) -> Value {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let (_, answer) = post(&self.rpc_url(), "/", &request).await;
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }
}

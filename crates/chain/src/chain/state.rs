//! What the chain holds, read and written. Writing goes straight into storage: no transaction, no block, no log, and it
//! works while mining is stopped.

use super::{Chain, rpc};
use crate::error::ChainError;
use crate::interface::IToken;
use alloy_primitives::{Address, B256, U256};
use alloy_provider::Provider as _;
use alloy_rpc_types_eth::TransactionRequest;
use alloy_sol_types::SolCall;
use serde_json::{Value, json};

/// How often a word is written that does not stay.
const MOST_WRITES: u32 = 5;

impl Chain {
    /// Gives an account this balance of one of our tokens, in atomic units. The total supply is left as it is.
    ///
    /// # Errors
    ///
    /// [`ChainError::UnknownToken`] for an address that is none of [`Chain::tokens`], [`ChainError::Rpc`].
    pub async fn set_balance(
        &self,
        token: Address,
        account: Address,
        amount: U256,
    ) -> Result<(), ChainError> {
        self.write(token, "_balances", account, B256::from(amount)).await
    }

    /// Gives each of these accounts this balance of one of our tokens, in atomic units. Ten thousand take a fraction of a
    /// second.
    ///
    /// Anvil hashes its whole state for every block: each account adds about 2 µs to every block from then on.
    ///
    /// # Errors
    ///
    /// As [`Chain::set_balance`].
    pub async fn set_balances(
        &self,
        token: Address,
        accounts: &[Address],
        amount: U256,
    ) -> Result<(), ChainError> {
        let contract = self.contract_at(token)?;
        let word = B256::from(amount);
        let mut calls = Vec::with_capacity(accounts.len());
        for account in accounts {
            let slot = contract.slot_of("_balances", *account).ok_or(ChainError::UnknownToken(token))?;
            calls.push(("anvil_setStorageAt", json!([token, slot, word])));
        }
        rpc::commands(&self.provider, "write storage", calls).await
    }

    /// Blocks an account in one of our tokens, or lets it go.
    ///
    /// # Errors
    ///
    /// [`ChainError::UnknownToken`] for an address that is none of [`Chain::tokens`] or for the plain token, which
    /// blocks nobody; [`ChainError::Rpc`].
    pub async fn set_blacklisted(
        &self,
        token: Address,
        account: Address,
        blocked: bool,
    ) -> Result<(), ChainError> {
        self.write(token, "_blacklisted", account, B256::from(U256::from(blocked))).await
    }

    async fn write(
        &self,
        token: Address,
        variable: &str,
        account: Address,
        word: B256,
    ) -> Result<(), ChainError> {
        let contract = self.contract_at(token)?;
        let slot = contract.slot_of(variable, account).ok_or(ChainError::UnknownToken(token))?;
        // Anvil answers from the state before a write now and then, when blocks are made meanwhile: whoever is told that
        // it is written must find it so.
        for _ in 0..MOST_WRITES {
            self.command("write storage", "anvil_setStorageAt", json!([token, slot, word])).await?;
            let read = self.provider.get_storage_at(token, slot.into()).await;
            if read.map_err(ChainError::rpc("read storage"))? == U256::from_be_bytes(word.0) {
                break;
            }
        }
        Ok(())
    }

    /// Gives an account this much ether, in wei.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn set_eth_balance(&self, account: Address, wei: U256) -> Result<(), ChainError> {
        self.command("set a balance", "anvil_setBalance", json!([account, wei])).await
    }

    /// Gives each of these accounts this much ether, in wei.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn set_eth_balances(&self, accounts: &[Address], wei: U256) -> Result<(), ChainError> {
        let calls = accounts.iter().map(|account| ("anvil_setBalance", json!([account, wei]))).collect();
        rpc::commands(&self.provider, "set balances", calls).await
    }

    /// The balance of a token, atomic units.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`], also when there is no token at the address.
    pub async fn balance(&self, token: Address, account: Address) -> Result<U256, ChainError> {
        self.view("read a token balance", token, IToken::balanceOfCall { account }).await
    }

    /// What an account owns of one of our tokens, atomic units: what the token will let it spend, whatever it says.
    ///
    /// # Errors
    ///
    /// [`ChainError::UnknownToken`] for an address that is none of [`Chain::tokens`], [`ChainError::Rpc`].
    pub async fn owned(&self, token: Address, account: Address) -> Result<U256, ChainError> {
        let slot = self.contract_at(token)?.slot_of("_balances", account);
        let slot = slot.ok_or(ChainError::UnknownToken(token))?;
        let word = self.provider.get_storage_at(token, slot.into()).await;
        word.map_err(ChainError::rpc("read storage"))
    }

    /// Whether the nonce is spent or cancelled.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`], also when the token has no EIP-3009.
    pub async fn authorization_used(
        &self,
        token: Address,
        account: Address,
        nonce: B256,
    ) -> Result<bool, ChainError> {
        let call = IToken::authorizationStateCall { authorizer: account, nonce };
        self.view("read an authorization's state", token, call).await
    }

    /// Calls a view function of a contract at the latest block.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`] when it reverts, [`ChainError::Answer`] when the answer has another shape.
    pub async fn view<C: SolCall>(
        &self,
        what: &'static str,
        contract: Address,
        call: C,
    ) -> Result<C::Return, ChainError> {
        let request = TransactionRequest::default().to(contract).input(call.abi_encode().into());
        let answer = self.provider.call(request).await.map_err(ChainError::rpc(what))?;
        C::abi_decode_returns(&answer).map_err(|error| ChainError::answer(what, error.to_string()))
    }

    /// Whether there is code at an address.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn has_code(&self, address: Address) -> Result<bool, ChainError> {
        let code = self.provider.get_code_at(address).await.map_err(ChainError::rpc("give code"))?;
        Ok(!code.is_empty())
    }

    /// Ether of an account, in wei.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn eth_balance(&self, account: Address) -> Result<U256, ChainError> {
        self.provider.get_balance(account).await.map_err(ChainError::rpc("read a balance"))
    }

    /// How many transactions of an account are in blocks.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn transaction_count(&self, account: Address) -> Result<u64, ChainError> {
        self.provider.get_transaction_count(account).await.map_err(ChainError::rpc("count transactions"))
    }

    /// A call whose answer does not matter.
    pub(crate) async fn command(
        &self,
        what: &'static str,
        method: &'static str,
        params: Value,
    ) -> Result<(), ChainError> {
        let _: Value =
            self.provider.raw_request(method.into(), params).await.map_err(ChainError::rpc(what))?;
        Ok(())
    }
}

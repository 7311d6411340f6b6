//! What the chain holds, read and written. Writing goes straight into storage: no transaction, no block, no log, and it
//! works while mining is stopped.

use super::Chain;
use crate::contracts::{Contract, interface::IToken};
use crate::error::ChainError;
use crate::predeploys::PERMIT2;
use alloy_primitives::{Address, B256, U256, hex};
use alloy_provider::Provider as _;
use alloy_rpc_types_eth::TransactionRequest;
use alloy_sol_types::SolCall;
use gauntlet_wire::Key;
use serde_json::{Value, json};

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
        self.command("write storage", "anvil_setStorageAt", json!([token, slot, word])).await
    }

    /// Lets Permit2 take this much of what an account owns in one of our tokens, in atomic units. The account gets ether
    /// for it.
    ///
    /// # Errors
    ///
    /// [`ChainError::NotMined`], [`ChainError::Rpc`].
    pub async fn allow_permit2(&self, token: Address, owner: &Key, amount: U256) -> Result<(), ChainError> {
        let ten_ether = U256::from(10).pow(U256::from(19));
        self.set_eth_balance(owner.address(), ten_ether).await?;
        let approve = IToken::approveCall { spender: PERMIT2, value: amount };
        self.transact(owner, token, approve.abi_encode().into()).await.map(drop)
    }

    /// Gives an account this much ether, in wei.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn set_eth_balance(&self, account: Address, wei: U256) -> Result<(), ChainError> {
        self.command("set a balance", "anvil_setBalance", json!([account, wei])).await
    }

    /// Puts a smart wallet (ERC-1271) at an address: it accepts the plain signatures of `owner`.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn place_wallet(&self, at: Address, owner: Address) -> Result<(), ChainError> {
        let wallet = Contract::SmartWallet;
        let code = hex::encode_prefixed(&wallet.artifact().runtime);
        self.command("set code", "anvil_setCode", json!([at, code])).await?;
        let (slot, _) = wallet.place("owner").ok_or(ChainError::UnknownToken(at))?;
        self.command("write storage", "anvil_setStorageAt", json!([at, slot, owner.into_word()])).await
    }

    /// The balance of a token, atomic units.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`], also when there is no token at the address.
    pub async fn balance(&self, token: Address, account: Address) -> Result<U256, ChainError> {
        self.view("read a token balance", token, IToken::balanceOfCall { account }).await
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

    /// How many transactions of anybody's wait in the pool to be mined.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`] and [`ChainError::Answer`].
    pub async fn pending_count(&self) -> Result<u64, ChainError> {
        const WHAT: &str = "count its transaction pool";
        let status: Value =
            self.provider.raw_request("txpool_status".into(), ()).await.map_err(ChainError::rpc(WHAT))?;
        let pending = status["pending"].as_str().and_then(|text| text.strip_prefix("0x"));
        pending
            .and_then(|digits| u64::from_str_radix(digits, 16).ok())
            .ok_or_else(|| ChainError::answer(WHAT, "there is no number of `pending`"))
    }

    /// Hashes of the transactions of an account that wait in the pool, those that cannot be mined yet included, by
    /// nonce.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`] and [`ChainError::Answer`].
    pub async fn pending_from(&self, account: Address) -> Result<Vec<B256>, ChainError> {
        const WHAT: &str = "show its transaction pool";
        let content: Value =
            self.provider.raw_request("txpool_content".into(), ()).await.map_err(ChainError::rpc(WHAT))?;
        let mut found = Vec::new();
        for half in ["pending", "queued"] {
            let senders = content[half]
                .as_object()
                .ok_or_else(|| ChainError::answer(WHAT, format!("there is no `{half}`")))?;
            for (sender, transactions) in senders {
                if sender.parse::<Address>().ok() != Some(account) {
                    continue;
                }
                for (nonce, transaction) in transactions.as_object().into_iter().flatten() {
                    found.push(
                        pooled(nonce, transaction).ok_or_else(|| {
                            ChainError::answer(WHAT, "a transaction has no nonce or no hash")
                        })?,
                    );
                }
            }
        }
        found.sort_unstable();
        Ok(found.into_iter().map(|(_, hash)| hash).collect())
    }

    /// A call whose answer does not matter.
    pub(super) async fn command(
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

fn pooled(nonce: &str, transaction: &Value) -> Option<(u64, B256)> {
    Some((nonce.parse().ok()?, transaction["hash"].as_str()?.parse().ok()?))
}

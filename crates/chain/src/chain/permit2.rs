//! Permit2: what it may take of an account, and which of its nonces are spent.

use super::{Chain, Relayed, rpc};
use crate::error::ChainError;
use crate::interface::{IPermit2, IToken};
use crate::predeploys::PERMIT2;
use crate::stand_ins::GATEWAY_WALLET;
use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::{SolCall as _, SolValue as _};
use gauntlet_wire::Key;
use serde_json::json;

impl Chain {
    /// Lets Permit2 take this much of what an account owns in one of our tokens, in atomic units. The account gets ether
    /// for it.
    ///
    /// # Errors
    ///
    /// [`ChainError::NotMined`], [`ChainError::Rpc`].
    pub async fn allow_permit2(&self, token: Address, owner: &Key, amount: U256) -> Result<(), ChainError> {
        self.give_gas_money(owner).await?;
        let approve = IToken::approveCall { spender: PERMIT2, value: amount };
        self.transact(owner, token, approve.abi_encode().into()).await.map(drop)
    }

    /// Sets what Permit2 may take of an account in one of our tokens, atomic units, without a transaction.
    ///
    /// # Errors
    ///
    /// [`ChainError::UnknownToken`], [`ChainError::Rpc`].
    pub async fn set_permit2_allowance(
        &self,
        token: Address,
        owner: Address,
        amount: U256,
    ) -> Result<(), ChainError> {
        self.set_allowances(token, &[owner], PERMIT2, amount).await
    }

    /// As [`Chain::set_permit2_allowance`], of many accounts.
    ///
    /// # Errors
    ///
    /// [`ChainError::UnknownToken`], [`ChainError::Rpc`].
    pub async fn set_permit2_allowances(
        &self,
        token: Address,
        owners: &[Address],
        amount: U256,
    ) -> Result<(), ChainError> {
        self.set_allowances(token, owners, PERMIT2, amount).await
    }

    /// Sets what the GatewayWallet may take of an account in one of our tokens, atomic units, without a transaction. It
    /// stands for what the account has deposited there.
    ///
    /// # Errors
    ///
    /// [`ChainError::UnknownToken`], [`ChainError::Rpc`].
    pub async fn set_gateway_allowance(
        &self,
        token: Address,
        owner: Address,
        amount: U256,
    ) -> Result<(), ChainError> {
        self.set_allowances(token, &[owner], GATEWAY_WALLET, amount).await
    }

    async fn set_allowances(
        &self,
        token: Address,
        owners: &[Address],
        spender: Address,
        amount: U256,
    ) -> Result<(), ChainError> {
        let contract = self.contract_at(token)?;
        let mut calls = Vec::with_capacity(owners.len());
        for owner in owners {
            let of_owner = contract.slot_of("_allowances", *owner).ok_or(ChainError::UnknownToken(token))?;
            let slot = keccak256((spender, of_owner).abi_encode());
            calls.push(("anvil_setStorageAt", json!([token, slot, B256::from(amount)])));
        }
        rpc::commands(&self.provider, "write storage", calls).await
    }

    /// What Permit2 may still take of an account, atomic units.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn permit2_allowance(&self, token: Address, owner: Address) -> Result<U256, ChainError> {
        self.allowance(token, owner, PERMIT2).await
    }

    /// What an account lets another one take of its money, atomic units.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn allowance(
        &self,
        token: Address,
        owner: Address,
        spender: Address,
    ) -> Result<U256, ChainError> {
        self.view("read an allowance", token, IToken::allowanceCall { owner, spender }).await
    }

    /// Submits an owner's permit (EIP-2612) for Permit2 from the relayer's account, as anybody may who has seen it, and
    /// waits until it is in a block. One that reverts is no error: its `status` is `false`.
    ///
    /// # Errors
    ///
    /// [`ChainError::NotMined`] after 30 s, [`ChainError::Rpc`].
    pub async fn relay_permit(
        &self,
        token: Address,
        owner: Address,
        value: U256,
        deadline: U256,
        signature: &[u8],
    ) -> Result<Relayed, ChainError> {
        let signature = signature.to_vec().into();
        let call = IToken::permit_1Call { owner, spender: PERMIT2, value, deadline, signature };
        self.transact(&self.roles.relayer, token, call.abi_encode().into()).await
    }

    /// Whether Permit2 takes a nonce of an owner no more: it is spent, or the owner has invalidated it.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn permit2_nonce_used(&self, owner: Address, nonce: U256) -> Result<bool, ChainError> {
        let (word, mask) = place(nonce);
        let bitmap: U256 =
            self.view("read a Permit2 nonce", PERMIT2, IPermit2::nonceBitmapCall { owner, word }).await?;
        Ok(!(bitmap & mask).is_zero())
    }

    /// The owner invalidates a nonce of his own, in a transaction of his own. He gets ether for it.
    ///
    /// # Errors
    ///
    /// [`ChainError::NotMined`] after 30 s, [`ChainError::Rpc`].
    pub async fn invalidate_permit2_nonce(&self, owner: &Key, nonce: U256) -> Result<Relayed, ChainError> {
        self.give_gas_money(owner).await?;
        let (word, mask) = place(nonce);
        let call = IPermit2::invalidateUnorderedNoncesCall { wordPos: word, mask };
        self.transact(owner, PERMIT2, call.abi_encode().into()).await
    }

    async fn give_gas_money(&self, account: &Key) -> Result<(), ChainError> {
        let ten_ether = U256::from(10).pow(U256::from(19));
        self.set_eth_balance(account.address(), ten_ether).await
    }
}

/// The word of the bitmap that has a nonce, and its bit there.
fn place(nonce: U256) -> (U256, U256) {
    (nonce >> 8, U256::ONE << (nonce & U256::from(0xff)))
}

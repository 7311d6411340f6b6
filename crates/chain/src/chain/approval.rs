//! Transactions that an account signs and somebody else sends: approvals of Permit2.

use super::Chain;
use super::relay::signed;
use crate::error::ChainError;
use crate::interface::IToken;
use crate::predeploys::PERMIT2;
use alloy_consensus::TxEip1559;
use alloy_primitives::{Address, Bytes, TxKind, U256};
use alloy_provider::Provider as _;
use alloy_sol_types::SolCall as _;
use gauntlet_wire::Key;

/// About twice what an approval takes.
const APPROVAL_GAS: u64 = 100_000;
const PRIORITY_FEE: u128 = 1_000_000_000;

/// A transaction that is yet to be signed and sent. Every member may be changed.
#[derive(Debug, Clone)]
pub struct Unsent {
    /// The chain for which it is signed.
    pub chain_id: u64,
    /// The account's nonce.
    pub nonce: u64,
    /// The most gas that it may take.
    pub gas_limit: u64,
    /// The most that a unit of gas may cost, wei.
    pub max_fee: u128,
    /// What of that goes to whoever makes the block, wei.
    pub priority_fee: u128,
    /// The contract that it calls.
    pub to: Address,
    /// The call.
    pub input: Bytes,
}

impl Unsent {
    /// Signed, as it is sent.
    #[must_use]
    pub fn signed_by(&self, key: &Key) -> Vec<u8> {
        let transaction = TxEip1559 {
            chain_id: self.chain_id,
            nonce: self.nonce,
            gas_limit: self.gas_limit,
            max_fee_per_gas: self.max_fee,
            max_priority_fee_per_gas: self.priority_fee,
            to: TxKind::Call(self.to),
            input: self.input.clone(),
            ..TxEip1559::default()
        };
        signed(key, transaction)
    }

    /// The same with an approval of this spender over this much, atomic units.
    #[must_use]
    pub fn approving(self, spender: Address, amount: U256) -> Self {
        Self { input: approve(spender, amount), ..self }
    }

    /// The same with a question for a balance in the place of the approval: a call that does nothing.
    #[must_use]
    pub fn asking(self, account: Address) -> Self {
        Self { input: IToken::balanceOfCall { account }.abi_encode().into(), ..self }
    }

    /// The most that it may cost, wei.
    #[must_use]
    pub fn cost(&self) -> U256 {
        U256::from(self.gas_limit) * U256::from(self.max_fee)
    }
}

impl Chain {
    /// An account's next transaction, which lets Permit2 take all that it owns of a token, at twice the price that gas
    /// has now.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn unsent_approval(&self, token: Address, owner: Address) -> Result<Unsent, ChainError> {
        let price = self.provider.get_gas_price().await.map_err(ChainError::rpc("tell the price of gas"))?;
        Ok(Unsent {
            chain_id: self.chain_id(),
            nonce: self.transaction_count(owner).await?,
            gas_limit: APPROVAL_GAS,
            max_fee: price.saturating_mul(2).saturating_add(PRIORITY_FEE),
            priority_fee: PRIORITY_FEE,
            to: token,
            input: approve(PERMIT2, U256::MAX),
        })
    }
}

fn approve(spender: Address, value: U256) -> Bytes {
    IToken::approveCall { spender, value }.abi_encode().into()
}

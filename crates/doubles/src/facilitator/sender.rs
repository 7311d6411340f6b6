//! Sends settlements from one account. The account nonce is handed out under a lock that is held while a transaction
//! is handed to the chain and never while one waits to be mined.

use super::mutants::Fault;
use super::rpc::{ChainError, Rpc};
use alloy_consensus::{SignableTransaction, TxEip1559};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, keccak256};
use gauntlet_wire::Key;
use std::time::Duration;
use tokio::sync::Mutex;

/// Gas for what is no payment of an account with a key.
const GAS: u64 = 200_000;

/// What became of handing over a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Submitted {
    /// The chain has it.
    Sent(B256),
    /// The chain did not answer: it may have it.
    Doubtful(B256),
}

impl Submitted {
    pub(super) fn hash(self) -> B256 {
        match self {
            Self::Sent(hash) | Self::Doubtful(hash) => hash,
        }
    }
}

/// A call to send.
#[derive(Debug, Clone)]
pub(super) struct Outgoing {
    pub(super) to: Address,
    pub(super) data: Vec<u8>,
    /// Wei.
    pub(super) value: U256,
}

/// What a transaction may cost.
#[derive(Debug, Clone, Copy)]
struct Fuel {
    /// The most gas that it may use.
    gas: u64,
    /// Wei that a unit of gas costs at the moment.
    price: u128,
}

#[derive(Debug)]
pub(super) struct Sender {
    key: Key,
    chain_id: u64,
    fault: Option<Fault>,
    /// The next account nonce; `None` when the chain must be asked.
    next: Mutex<Option<u64>>,
}

impl Sender {
    pub(super) fn new(key: Key, chain_id: u64, fault: Option<Fault>) -> Self {
        Self { key, chain_id, fault, next: Mutex::new(None) }
    }

    pub(super) fn address(&self) -> Address {
        self.key.address()
    }

    /// The next transaction asks the chain for the account nonce.
    pub(super) async fn forget_nonce(&self) {
        *self.next.lock().await = None;
    }

    /// Signs and hands over a transaction with gas for one transfer.
    ///
    /// # Errors
    /// [`ChainError`] when the transaction is certainly not with the chain.
    pub(super) async fn submit(&self, rpc: &Rpc, outgoing: &Outgoing) -> Result<Submitted, ChainError> {
        self.submit_within(rpc, outgoing, GAS).await
    }

    /// As [`Sender::submit`], with a gas limit of choice.
    ///
    /// # Errors
    /// [`ChainError`] when the transaction is certainly not with the chain.
    pub(super) async fn submit_within(
        &self,
        rpc: &Rpc,
        outgoing: &Outgoing,
        gas: u64,
    ) -> Result<Submitted, ChainError> {
        let fuel = Fuel { gas, price: rpc.gas_price().await? };
        if self.fault == Some(Fault::NonceCollisions) {
            return self.submit_carelessly(rpc, outgoing, fuel).await;
        }
        match self.submit_next(rpc, outgoing, fuel).await {
            // Somebody else used the account. The nonce was forgotten, so that the second try asks for it.
            Err(ChainError::AccountNonce) if self.fault != Some(Fault::WedgedNonce) => {
                self.submit_next(rpc, outgoing, fuel).await
            }
            other => other,
        }
    }

    async fn submit_next(&self, rpc: &Rpc, outgoing: &Outgoing, fuel: Fuel) -> Result<Submitted, ChainError> {
        let mut next = self.next.lock().await;
        let nonce = match *next {
            Some(nonce) => nonce,
            None => rpc.account_nonce(self.address(), true).await?,
        };
        // Forgotten until the chain has the transaction: also when this future is dropped meanwhile.
        *next = (self.fault == Some(Fault::WedgedNonce)).then_some(nonce + 1);
        let (hash, bytes) = self.sign(outgoing, nonce, fuel);
        let submitted = hand_over(rpc, hash, &bytes).await?;
        if matches!(submitted, Submitted::Sent(_)) {
            *next = Some(nonce + 1);
        }
        Ok(submitted)
    }

    async fn submit_carelessly(
        &self,
        rpc: &Rpc,
        outgoing: &Outgoing,
        fuel: Fuel,
    ) -> Result<Submitted, ChainError> {
        let nonce = rpc.account_nonce(self.address(), false).await?;
        // Long enough for settlements at the same time to read the same nonce on any machine.
        tokio::time::sleep(Duration::from_millis(30)).await;
        let (hash, bytes) = self.sign(outgoing, nonce, fuel);
        hand_over(rpc, hash, &bytes).await
    }

    fn sign(&self, outgoing: &Outgoing, nonce: u64, fuel: Fuel) -> (B256, Bytes) {
        let transaction = TxEip1559 {
            chain_id: self.chain_id,
            nonce,
            gas_limit: fuel.gas,
            // The price may double before the transaction is mined.
            max_fee_per_gas: fuel.price.saturating_mul(2).saturating_add(1_000_000_000),
            max_priority_fee_per_gas: 1_000_000_000,
            to: TxKind::Call(outgoing.to),
            value: outgoing.value,
            access_list: alloy_eips::eip2930::AccessList::default(),
            input: outgoing.data.clone().into(),
        };
        let signature = self.key.sign(transaction.signature_hash());
        let bytes: Bytes = transaction.into_signed(signature).encoded_2718().into();
        (keccak256(&bytes), bytes)
    }
}

/// Hands over a signed transaction. An error is not believed before the chain says that it does not have it.
async fn hand_over(rpc: &Rpc, hash: B256, bytes: &[u8]) -> Result<Submitted, ChainError> {
    let Err(error) = rpc.send(bytes).await else { return Ok(Submitted::Sent(hash)) };
    match rpc.knows(hash).await {
        Ok(true) => Ok(Submitted::Sent(hash)),
        Ok(false) => Err(error),
        Err(_) => Ok(Submitted::Doubtful(hash)),
    }
}

//! The accounts of a measurement, what they sign, and what became of it.

use super::{Ceiling, feed};
use crate::chain::relay::{signed, transfer_input};
use crate::chain::{Chain, rpc};
use crate::error::ChainError;
use crate::follow::{BlockFacts, TxFacts};
use alloy_consensus::TxEip1559;
use alloy_primitives::{Address, Bytes, TxKind, U64, U256, keccak256};
use alloy_sol_types::SolValue as _;
use gauntlet_report::clock;
use gauntlet_wire::{Authorization, Domain, Key, SignatureForm};
use serde_json::json;
use std::sync::Arc;

/// More than a payment takes, and little enough that the last gas of a block is not wasted.
const GAS_LIMIT: u64 = 150_000;
/// Far above any base fee that full blocks can lead to in a measurement, and a tip that comes before no one else's.
const MAX_FEE: u128 = 1_000_000_000_000_000;
const PRIORITY_FEE: u128 = 1_000_000_000;
/// How long the authorizations are good, in seconds.
const GOOD_FOR: u64 = 86_400;

/// The accounts, and how far they are.
pub(super) struct Cast {
    payments: Arc<Payments>,
    senders: Vec<Sender>,
    /// How many payments are in blocks since the last signing.
    taken: u64,
}

/// What all payments have in common.
struct Payments {
    domain: Domain,
    payers: Vec<Key>,
    payee: Address,
    valid_before: U256,
}

#[derive(Clone)]
struct Sender {
    key: Key,
    address: Address,
    /// Of its next transaction.
    nonce: u64,
}

impl Cast {
    /// Accounts with all that they need.
    pub(super) async fn new(chain: &Chain, config: &Ceiling) -> Result<Self, ChainError> {
        let derive = |role: &'static str, count: usize| -> Vec<Key> {
            (0..count.max(1))
                .map(|number| Key::derive(&format!("gauntlet/ceiling/{role}/{number}")))
                .collect()
        };
        let (payers, senders) = (derive("payer", config.payers), derive("sender", config.senders));
        let addresses = |keys: &[Key]| keys.iter().map(Key::address).collect::<Vec<_>>();
        let usdc = &chain.tokens().usdc;
        chain.set_balances(usdc.address, &addresses(&payers), U256::from(u64::MAX)).await?;
        let billion_ether = U256::from(10).pow(U256::from(27));
        chain.set_eth_balances(&addresses(&senders), billion_ether).await?;

        let calls = senders.iter().map(|key| ("eth_getTransactionCount", json!([key.address(), "latest"])));
        let nonces: Vec<U64> = rpc::batch(chain.provider(), "count transactions", calls.collect()).await?;
        let senders = senders.into_iter().zip(nonces);
        Ok(Self {
            payments: Arc::new(Payments {
                domain: chain.domain(usdc),
                payers,
                payee: Key::derive("gauntlet/ceiling/payee").address(),
                valid_before: U256::from(clock::unix_seconds() + GOOD_FOR),
            }),
            senders: senders
                .map(|(key, nonce)| Sender { address: key.address(), key, nonce: nonce.to() })
                .collect(),
            taken: 0,
        })
    }

    /// Signs at least so many payments, and the transactions that carry them: those of each sender, the last one first.
    pub(super) async fn sign(&mut self, count: usize) -> Result<Vec<Vec<Bytes>>, ChainError> {
        self.taken = 0;
        let each = count.div_ceil(self.senders.len()).next_multiple_of(feed::BATCH as usize) as u64;
        let signing = self.senders.iter().map(|sender| {
            let (payments, sender) = (self.payments.clone(), sender.clone());
            tokio::spawn(rpc::blocking(move || Ok(payments.sign(&sender, each))))
        });
        let mut stock = Vec::with_capacity(self.senders.len());
        for signed in signing.collect::<Vec<_>>() {
            let signed = signed.await;
            stock.push(signed.map_err(|error| ChainError::Ceiling(format!("signing broke off: {error}")))??);
        }
        Ok(stock)
    }

    /// How many payments are in blocks since the last signing.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    /// The number of payments in a block.
    ///
    /// # Errors
    ///
    /// [`ChainError::Ceiling`] when one of them is no payment after all.
    pub(super) fn take(&mut self, block: &BlockFacts) -> Result<usize, ChainError> {
        let mut count = 0;
        for transaction in &block.transactions {
            let Some(sender) = self.senders.iter_mut().find(|sender| sender.address == transaction.from)
            else {
                continue;
            };
            if !self.payments.is_one(transaction) {
                let outcome = if transaction.status { "moved something else" } else { "reverted" };
                return Err(ChainError::Ceiling(format!("payment {} {outcome}", transaction.hash)));
            }
            sender.nonce += 1;
            count += 1;
        }
        self.taken += count as u64;
        Ok(count)
    }
}

impl Payments {
    fn sign(&self, sender: &Sender, count: u64) -> Vec<Bytes> {
        (sender.nonce..sender.nonce + count).rev().map(|nonce| self.transaction(sender, nonce)).collect()
    }

    fn transaction(&self, sender: &Sender, nonce: u64) -> Bytes {
        let payer = &self.payers[nonce as usize % self.payers.len()];
        let authorization = Authorization {
            from: payer.address(),
            to: self.payee,
            value: U256::ONE,
            valid_after: U256::ZERO,
            valid_before: self.valid_before,
            // A sender has each of its nonces once, however often this chain is measured.
            nonce: keccak256((sender.address, U256::from(nonce)).abi_encode()),
        };
        let signature = payer.sign_as(authorization.digest(&self.domain), SignatureForm::Plain);
        let transaction = TxEip1559 {
            chain_id: self.domain.chain_id,
            nonce,
            gas_limit: GAS_LIMIT,
            max_fee_per_gas: MAX_FEE,
            max_priority_fee_per_gas: PRIORITY_FEE,
            to: TxKind::Call(self.domain.verifying_contract),
            input: transfer_input(&authorization, &signature),
            ..TxEip1559::default()
        };
        signed(&sender.key, transaction).into()
    }

    fn is_one(&self, transaction: &TxFacts) -> bool {
        transaction.status
            && matches!(transaction.transfers.as_slice(), [moved] if moved.to == self.payee && moved.value == U256::ONE)
    }
}

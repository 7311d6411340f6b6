//! The ledger: what the chain's logs and receipts say happened.

use crate::chain::{Chain, rpc};
use crate::error::ChainError;
use crate::events::{self, Place};
use crate::interface::IToken;
use crate::stand_ins::GATEWAY_WALLET;
use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256};
use alloy_provider::Provider as _;
use alloy_provider::network::TransactionResponse as _;
use alloy_rpc_types_eth::{Block, Filter, Log, TransactionReceipt};
use alloy_sol_types::SolEvent;
use gauntlet_report::ledger::short;
use gauntlet_report::{AuthorizationUse, ChainFact, Ledger, PaymentKey, SentTx, Transfer};
use serde_json::json;
use std::collections::{BTreeSet, HashMap};
use std::fmt;

/// How many blocks are read in one request.
const BLOCKS_AT_ONCE: u64 = 64;

/// What became of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TxFact {
    /// Its hash.
    pub hash: B256,
    /// Whether it succeeded.
    pub status: bool,
    /// Its block.
    pub block: u64,
    /// The sender.
    pub from: Address,
    /// The account or contract it went to; `None` when it made a contract.
    pub to: Option<Address>,
    /// Money that it moved, in every token.
    pub transfers: Vec<Transfer>,
}

impl Chain {
    /// The Transfer events of a token from a block on, in the order of the chain.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`] and [`ChainError::Answer`].
    pub async fn transfers(
        &self,
        token: Address,
        from_block: u64,
        payer: Option<Address>,
    ) -> Result<Vec<Transfer>, ChainError> {
        let logs = self.logs(token, IToken::Transfer::SIGNATURE_HASH, from_block, payer).await?;
        Ok(logs.iter().filter_map(transfer).collect())
    }

    /// The Transfer events of a payer's token from a block on, in the order of the chain, but for those of transactions
    /// that spend other authorizations of the payer and not this one.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`] and [`ChainError::Answer`].
    pub async fn moved_by(&self, key: &PaymentKey, from_block: u64) -> Result<Vec<Transfer>, ChainError> {
        let events = vec![IToken::Transfer::SIGNATURE_HASH, IToken::AuthorizationUsed::SIGNATURE_HASH];
        let filter = Filter::new().address(self.spent_at(key.token)).event_signature(events);
        let filter = filter.topic1(key.payer).from_block(from_block);
        let logs = self.provider().get_logs(&filter).await.map_err(ChainError::rpc("give its logs"))?;
        let used: Vec<AuthorizationUse> = logs.iter().filter_map(|log| self.authorization_use(log)).collect();
        let is_its = |transfer: &Transfer| {
            let mut spent = used.iter().filter(|used| used.tx == transfer.tx).peekable();
            spent.peek().is_none() || spent.any(|used| used.nonce == key.nonce)
        };
        Ok(logs.iter().filter_map(transfer).filter(is_its).collect())
    }

    /// The AuthorizationUsed events of a token from a block on, in the order of the chain.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`] and [`ChainError::Answer`].
    pub async fn authorizations_used(
        &self,
        token: Address,
        from_block: u64,
        payer: Option<Address>,
    ) -> Result<Vec<AuthorizationUse>, ChainError> {
        let event = IToken::AuthorizationUsed::SIGNATURE_HASH;
        let logs = self.logs(token, event, from_block, payer).await?;
        Ok(logs.iter().filter_map(|log| self.authorization_use(log)).collect())
    }

    /// What an account sent from a block on, in the order of the chain. Walks every block.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`] and [`ChainError::Answer`].
    pub async fn sent_by(&self, account: Address, from_block: u64) -> Result<Vec<SentTx>, ChainError> {
        self.sent_until(&BTreeSet::from([account]), from_block, self.block_number().await?).await
    }

    /// Everything that happened from a block on: money in every token of the chain, authorizations that were spent,
    /// and the transactions of some accounts.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`] and [`ChainError::Answer`].
    pub async fn ledger(&self, from_block: u64, signers: &BTreeSet<Address>) -> Result<Ledger, ChainError> {
        let to_block = self.block_number().await?;
        let mut tokens: Vec<Address> = self.tokens().all().iter().map(|token| token.address).collect();
        tokens.push(GATEWAY_WALLET);
        let events = vec![IToken::Transfer::SIGNATURE_HASH, IToken::AuthorizationUsed::SIGNATURE_HASH];
        let filter = Filter::new().address(tokens).event_signature(events);
        let filter = filter.from_block(from_block).to_block(to_block);
        let logs = self.provider().get_logs(&filter).await.map_err(ChainError::rpc("give its logs"))?;
        Ok(Ledger {
            from_block,
            to_block,
            usdc: self.tokens().usdc.address,
            signers: signers.clone(),
            transfers: logs.iter().filter_map(transfer).collect(),
            used: logs.iter().filter_map(|log| self.authorization_use(log)).collect(),
            sent: self.sent_until(signers, from_block, to_block).await?,
            relayed: BTreeSet::new(),
        })
    }

    async fn sent_until(
        &self,
        accounts: &BTreeSet<Address>,
        mut first: u64,
        to_block: u64,
    ) -> Result<Vec<SentTx>, ChainError> {
        let mut sent = Vec::new();
        while first <= to_block && !accounts.is_empty() {
            let last = to_block.min(first + BLOCKS_AT_ONCE - 1);
            sent.extend(self.sent_within(accounts, first, last).await?);
            first = last + 1;
        }
        Ok(sent)
    }

    async fn sent_within(
        &self,
        accounts: &BTreeSet<Address>,
        first: u64,
        last: u64,
    ) -> Result<Vec<SentTx>, ChainError> {
        const WHAT: &str = "give blocks with their transactions";
        let calls = (first..=last)
            .map(|number| ("eth_getBlockByNumber", json!([format!("{number:#x}"), true])))
            .collect();
        let mut mine = Vec::new();
        for block in rpc::batch::<Block>(self.provider(), WHAT, calls).await? {
            mine.extend(block.transactions.into_transactions().filter(|tx| accounts.contains(&tx.from())));
        }

        let calls = mine.iter().map(|tx| ("eth_getTransactionReceipt", json!([tx.tx_hash()]))).collect();
        let mut receipts = HashMap::new();
        for receipt in rpc::batch::<TransactionReceipt>(self.provider(), WHAT, calls).await? {
            receipts.insert(receipt.transaction_hash, receipt);
        }
        mine.into_iter()
            .map(|tx| {
                let hash = tx.tx_hash();
                let receipt =
                    receipts.get(&hash).ok_or_else(|| ChainError::answer(WHAT, "a receipt is missing"))?;
                Ok(SentTx {
                    hash,
                    from: tx.from(),
                    block: receipt.block_number.unwrap_or_default(),
                    nonce: tx.nonce(),
                    status: receipt.status(),
                    gas_used: receipt.gas_used,
                    to: tx.to(),
                    input: tx.input().clone(),
                })
            })
            .collect()
    }

    /// What became of a transaction; `None` when it is in no block.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn transaction(&self, hash: B256) -> Result<Option<TxFact>, ChainError> {
        let receipt =
            self.provider().get_transaction_receipt(hash).await.map_err(ChainError::rpc("give a receipt"))?;
        Ok(receipt.map(|receipt| TxFact {
            hash,
            status: receipt.status(),
            block: receipt.block_number.unwrap_or_default(),
            from: receipt.from,
            to: receipt.to,
            transfers: receipt.logs().iter().filter_map(transfer).collect(),
        }))
    }

    /// Where authorizations over a token are spent: at the token, and at the GatewayWallet where that moves it.
    fn spent_at(&self, token: Address) -> Vec<Address> {
        let wallet = (token == self.tokens().usdc.address).then_some(GATEWAY_WALLET);
        std::iter::once(token).chain(wallet).collect()
    }

    /// The authorization that a log tells as spent, in the token that it was over.
    fn authorization_use(&self, log: &Log) -> Option<AuthorizationUse> {
        let used = events::authorization_use(&log.inner, place(log)?)?;
        let token = if used.token == GATEWAY_WALLET { self.tokens().usdc.address } else { used.token };
        Some(AuthorizationUse { token, ..used })
    }

    async fn logs(
        &self,
        token: Address,
        event: B256,
        from_block: u64,
        payer: Option<Address>,
    ) -> Result<Vec<Log>, ChainError> {
        let mut filter =
            Filter::new().address(self.spent_at(token)).event_signature(event).from_block(from_block);
        if let Some(payer) = payer {
            filter = filter.topic1(payer);
        }
        self.provider().get_logs(&filter).await.map_err(ChainError::rpc("give its logs"))
    }
}

fn place(log: &Log) -> Option<Place> {
    Some(Place { tx: log.transaction_hash?, block: log.block_number?, log_index: log.log_index? })
}

fn transfer(log: &Log) -> Option<Transfer> {
    events::transfer(&log.inner, place(log)?)
}

impl fmt::Display for TxFact {
    /// One line; `{:#}` writes the addresses out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = if self.status { "succeeded" } else { "reverted" };
        write!(f, "transaction {:#x} from {} {outcome}, ", self.hash, short(self.from, f))?;
        match self.transfers.len() {
            0 => f.write_str("no Transfer"),
            1 => f.write_str("1 Transfer"),
            more => write!(f, "{more} Transfers"),
        }
    }
}

impl From<&TxFact> for ChainFact {
    fn from(fact: &TxFact) -> Self {
        Self { block: fact.block, text: fact.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_fits_in_a_line() {
        let (from, to) = (Address::repeat_byte(0x11), Address::repeat_byte(0x22));
        let tx = B256::repeat_byte(0xab);
        let fact = TxFact { hash: tx, status: false, block: 7, from, to: Some(to), transfers: Vec::new() };
        assert_eq!(fact.to_string(), format!("transaction {tx} from 0x1111…1111 reverted, no Transfer"));
        let recorded = ChainFact::from(&fact);
        assert_eq!((recorded.block, recorded.text), (7, fact.to_string()));
    }
}

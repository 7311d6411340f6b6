//! The ledger: what the chain's logs and receipts say happened.

use crate::chain::{Chain, rpc};
use crate::contracts::interface::IToken;
use crate::error::ChainError;
use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_provider::Provider as _;
use alloy_provider::network::TransactionResponse as _;
use alloy_rpc_types_eth::{Block, Filter, Log, TransactionReceipt};
use alloy_sol_types::SolEvent;
use gauntlet_report::ChainFact;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fmt;

/// How many blocks are read in one request.
const BLOCKS_AT_ONCE: u64 = 64;

/// Money that moved: one Transfer event.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Transfer {
    /// The token.
    pub token: Address,
    /// Who paid.
    pub from: Address,
    /// Who received.
    pub to: Address,
    /// Atomic token units.
    pub value: U256,
    /// The transaction.
    pub tx: B256,
    /// Its block.
    pub block: u64,
    /// Number of the log within the block.
    pub log_index: u64,
}

/// A nonce that was spent: one AuthorizationUsed event.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AuthorizationUse {
    /// Who signed.
    pub payer: Address,
    /// What was spent.
    pub nonce: B256,
    /// The transaction.
    pub tx: B256,
    /// Its block.
    pub block: u64,
}

/// A transaction that an account sent and that is in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentTx {
    /// Its hash.
    pub hash: B256,
    /// Its block.
    pub block: u64,
    /// The sender's nonce.
    pub nonce: u64,
    /// Whether it succeeded.
    pub status: bool,
    /// Gas that it took.
    pub gas_used: u64,
    /// The account or contract it went to; `None` when it made a contract.
    pub to: Option<Address>,
    /// Its input.
    pub input: Bytes,
}

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
        Ok(logs.iter().filter_map(authorization_use).collect())
    }

    /// What an account sent from a block on, in the order of the chain. Walks every block.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`] and [`ChainError::Answer`].
    pub async fn sent_by(&self, account: Address, from_block: u64) -> Result<Vec<SentTx>, ChainError> {
        let latest = self.block_number().await?;
        let mut sent = Vec::new();
        let mut first = from_block;
        while first <= latest {
            let last = latest.min(first + BLOCKS_AT_ONCE - 1);
            sent.extend(self.sent_within(account, first, last).await?);
            first = last + 1;
        }
        Ok(sent)
    }

    async fn sent_within(&self, account: Address, first: u64, last: u64) -> Result<Vec<SentTx>, ChainError> {
        const WHAT: &str = "give blocks with their transactions";
        let calls = (first..=last)
            .map(|number| ("eth_getBlockByNumber", json!([format!("{number:#x}"), true])))
            .collect();
        let mut mine = Vec::new();
        for answer in rpc::batch(self.provider(), WHAT, calls).await? {
            let block: Block = read(WHAT, answer)?;
            mine.extend(block.transactions.into_transactions().filter(|tx| tx.from() == account));
        }

        let calls = mine.iter().map(|tx| ("eth_getTransactionReceipt", json!([tx.tx_hash()]))).collect();
        let mut receipts = HashMap::new();
        for answer in rpc::batch(self.provider(), WHAT, calls).await? {
            let receipt: TransactionReceipt = read(WHAT, answer)?;
            receipts.insert(receipt.transaction_hash, receipt);
        }
        mine.into_iter()
            .map(|tx| {
                let hash = tx.tx_hash();
                let receipt =
                    receipts.get(&hash).ok_or_else(|| ChainError::answer(WHAT, "a receipt is missing"))?;
                Ok(SentTx {
                    hash,
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

    async fn logs(
        &self,
        token: Address,
        event: B256,
        from_block: u64,
        payer: Option<Address>,
    ) -> Result<Vec<Log>, ChainError> {
        let mut filter = Filter::new().address(token).event_signature(event).from_block(from_block);
        if let Some(payer) = payer {
            filter = filter.topic1(payer);
        }
        self.provider().get_logs(&filter).await.map_err(ChainError::rpc("give its logs"))
    }
}

fn read<T: serde::de::DeserializeOwned>(what: &'static str, answer: Value) -> Result<T, ChainError> {
    serde_json::from_value(answer).map_err(|error| ChainError::answer(what, error.to_string()))
}

/// The Transfer in a log, if it is one.
fn transfer(log: &Log) -> Option<Transfer> {
    let event = IToken::Transfer::decode_log(&log.inner).ok()?;
    Some(Transfer {
        token: event.address,
        from: event.from,
        to: event.to,
        value: event.value,
        tx: log.transaction_hash?,
        block: log.block_number?,
        log_index: log.log_index?,
    })
}

fn authorization_use(log: &Log) -> Option<AuthorizationUse> {
    let event = IToken::AuthorizationUsed::decode_log(&log.inner).ok()?;
    Some(AuthorizationUse {
        payer: event.authorizer,
        nonce: event.nonce,
        tx: log.transaction_hash?,
        block: log.block_number?,
    })
}

/// `0x7099…79C8`; whole in the alternate form.
fn short(address: Address, f: &fmt::Formatter<'_>) -> String {
    let whole = address.to_checksum(None);
    if f.alternate() { whole } else { format!("{}…{}", &whole[..6], &whole[38..]) }
}

impl fmt::Display for Transfer {
    /// One line; `{:#}` writes the addresses out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (short(self.from, f), short(self.to, f));
        write!(f, "Transfer {from} → {to} {} in {:#x}", self.value, self.tx)
    }
}

impl fmt::Display for AuthorizationUse {
    /// One line; `{:#}` writes the address out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthorizationUsed {} nonce {:#x} in {:#x}", short(self.payer, f), self.nonce, self.tx)
    }
}

impl fmt::Display for SentTx {
    /// One line; `{:#}` writes the address out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = if self.status { "succeeded" } else { "reverted" };
        let to = self.to.map_or_else(|| "a new contract".to_owned(), |to| short(to, f));
        write!(
            f,
            "transaction {:#x} to {to} {outcome}, nonce {}, gas {}",
            self.hash, self.nonce, self.gas_used
        )
    }
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

macro_rules! fact {
    ($($thing:ty),+) => {$(
        impl From<&$thing> for ChainFact {
            fn from(thing: &$thing) -> Self {
                Self { block: thing.block, text: thing.to_string() }
            }
        }
    )+};
}

fact!(Transfer, AuthorizationUse, SentTx, TxFact);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_fit_in_a_line() {
        let (from, to) = (Address::repeat_byte(0x11), Address::repeat_byte(0x22));
        let tx = B256::repeat_byte(0xab);
        let transfer = Transfer {
            token: Address::repeat_byte(0x33),
            from,
            to,
            value: U256::from(10_000),
            tx,
            block: 7,
            log_index: 0,
        };
        assert_eq!(transfer.to_string(), format!("Transfer 0x1111…1111 → 0x2222…2222 10000 in {tx}"));
        assert!(format!("{transfer:#}").contains(&from.to_checksum(None)));

        let fact = TxFact { hash: tx, status: false, block: 7, from, to: Some(to), transfers: Vec::new() };
        assert_eq!(fact.to_string(), format!("transaction {tx} from 0x1111…1111 reverted, no Transfer"));
        let recorded = ChainFact::from(&fact);
        assert_eq!((recorded.block, recorded.text), (7, fact.to_string()));

        let used = AuthorizationUse { payer: from, nonce: B256::repeat_byte(1), tx, block: 7 };
        assert_eq!(used.to_string().lines().count(), 1);
        let sent = SentTx {
            hash: tx,
            block: 7,
            nonce: 3,
            status: true,
            gas_used: 65_000,
            to: None,
            input: Bytes::new(),
        };
        assert_eq!(
            sent.to_string(),
            format!("transaction {tx} to a new contract succeeded, nonce 3, gas 65000")
        );
    }
}

//! The chain followed block by block as it grows. Whoever reads a long run back at its end asks Anvil for all of it at
//! once; a follower holds no more than the blocks that came since it was asked last.
//!
//! Transactions are read from logs and traces, which Anvil keeps anyway. Its receipts would be the usual way, but to make
//! one it reads its whole block, so that those of a block cost the square of its transactions: 0.04 s for 372 of them and
//! 1.3 s for 2,000, where logs and traces take 8 ms and 60 ms. That is time in which it does not make blocks.

use crate::chain::{Chain, connect, rpc};
use crate::error::ChainError;
use crate::events::{self, Place};
use crate::permit2_calls;
use alloy_primitives::{Address, B256, Bytes, Log, U64};
use alloy_provider::{DynProvider, Provider as _};
use gauntlet_report::{AuthorizationUse, Transfer};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use std::collections::HashMap;
use std::time::Instant;

/// How many blocks are read at once.
const BLOCKS_AT_ONCE: u64 = 64;
/// How many transactions are read at once, unless a single block has more. The node's answers take 4 kB for each.
const TRANSACTIONS_AT_ONCE: usize = 2000;

/// A block, and what its transactions did.
#[derive(Debug, Clone)]
pub struct BlockFacts {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
    /// Unix seconds.
    pub timestamp: u64,
    /// Gas that its transactions took.
    pub gas_used: u64,
    /// Gas that fits into it.
    pub gas_limit: u64,
    /// Wei for a unit of gas; `None` before EIP-1559.
    pub base_fee: Option<u64>,
    /// When the follower learnt that it is there.
    pub seen: Instant,
    /// Its transactions, in their order.
    pub transactions: Vec<TxFacts>,
}

/// What a transaction in a block did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TxFacts {
    /// Its hash.
    pub hash: B256,
    /// The sender.
    pub from: Address,
    /// The account or contract it went to; `None` when it made a contract.
    pub to: Option<Address>,
    /// Whether it succeeded.
    pub status: bool,
    /// Money that it moved, in the tokens of the chain.
    pub transfers: Vec<Transfer>,
    /// Authorizations that it spent, in the tokens of the chain, and nonces of Permit2 that an x402 proxy spent.
    pub used: Vec<AuthorizationUse>,
    /// What it called, of one that reverted: there are no events to tell which authorization it carried.
    pub input: Option<Bytes>,
}

/// Reads the chain as it grows, over a connection of its own.
#[derive(Debug)]
pub struct Follower {
    provider: DynProvider,
    tokens: Vec<Address>,
    next: u64,
    /// The last block that was read.
    last: Option<B256>,
}

impl Chain {
    /// Follows the chain from a block on, which may be one that is yet to come.
    ///
    /// # Errors
    ///
    /// [`ChainError::BadUrl`] when no connection can be set up.
    pub fn follow(&self, from_block: u64) -> Result<Follower, ChainError> {
        Ok(Follower {
            provider: connect(self.rpc_url())?,
            tokens: self.tokens().all().into_iter().map(|token| token.address).collect(),
            next: from_block,
            last: None,
        })
    }
}

impl Follower {
    /// Number of the block that is read next: all before it have been given out.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.next
    }

    /// The blocks that came since the last call, each exactly once and in order, the empty ones included. None when
    /// nothing came; at most 64, so that more may be there already. It does not wait for a block. After an error, and
    /// when it is dropped half way, the next call reads the same blocks again.
    ///
    /// # Errors
    ///
    /// [`ChainError::TakenBack`] when a block that was given out is no longer part of the chain. That shows when the
    /// chain is shorter, or has a successor to another block. [`ChainError::Rpc`] and [`ChainError::Answer`].
    pub async fn next(&mut self) -> Result<Vec<BlockFacts>, ChainError> {
        let asked = self.provider.get_block_number().await;
        let latest = asked.map_err(ChainError::rpc("tell its latest block"))?;
        let seen = Instant::now();
        if self.last.is_some() && latest + 1 < self.next {
            return Err(ChainError::TakenBack { block: self.next - 1 });
        }
        let blocks = self.blocks(latest).await?;
        let filled: Vec<&RawBlock> = blocks.iter().filter(|block| !block.transactions.is_empty()).collect();
        let mut logs = self.logs(&filled).await?;
        let mut calls = self.calls(&filled).await?.into_iter();

        let mut facts = Vec::with_capacity(blocks.len());
        for block in &blocks {
            let of_block = if block.transactions.is_empty() { None } else { calls.next() };
            let of_block = of_block.into_iter().flatten();
            let transactions = of_block.map(|call| {
                let logs = logs.remove(&call.transaction_hash).unwrap_or_default();
                transaction(block.number.to(), call, logs)
            });
            facts.push(block.facts(seen, transactions.collect()));
        }
        if let Some(last) = facts.last() {
            (self.next, self.last) = (last.number + 1, Some(last.hash));
        }
        Ok(facts)
    }

    /// The next blocks, as many as are to be read at once.
    async fn blocks(&self, latest: u64) -> Result<Vec<RawBlock>, ChainError> {
        let last = latest.min(self.next + BLOCKS_AT_ONCE - 1);
        let calls =
            (self.next..=last).map(|number| ("eth_getBlockByNumber", json!([U64::from(number), false])));
        let answers = rpc::batch(&self.provider, "give its blocks", calls.collect()).await?;

        let (mut blocks, mut parent, mut transactions) = (Vec::<RawBlock>::new(), self.last, 0);
        for (number, answer) in (self.next..).zip(answers) {
            let taken_back = ChainError::TakenBack { block: number.saturating_sub(1) };
            let block: RawBlock = match answer {
                Some(block) => block,
                None => return Err(taken_back),
            };
            if parent.is_some_and(|parent| parent != block.parent_hash) {
                return Err(taken_back);
            }
            transactions += block.transactions.len();
            if transactions > TRANSACTIONS_AT_ONCE && !blocks.is_empty() {
                break;
            }
            parent = Some(block.hash);
            blocks.push(block);
        }
        Ok(blocks)
    }

    /// What our tokens logged in these blocks, by transaction.
    async fn logs(&self, blocks: &[&RawBlock]) -> Result<HashMap<B256, Vec<RawLog>>, ChainError> {
        let filter = |block: &&RawBlock| json!([{ "blockHash": block.hash, "address": self.tokens }]);
        let calls = blocks.iter().map(|block| ("eth_getLogs", filter(block))).collect();
        let answers: Vec<Vec<RawLog>> = rpc::batch(&self.provider, "give the logs of a block", calls).await?;
        let mut by_transaction = HashMap::<B256, Vec<RawLog>>::new();
        for log in answers.into_iter().flatten() {
            by_transaction.entry(log.transaction_hash).or_default().push(log);
        }
        Ok(by_transaction)
    }

    /// The transactions of each of these blocks, each as the call that it began with. Of the calls within only those that
    /// settle over Permit2 are kept.
    async fn calls(&self, blocks: &[&RawBlock]) -> Result<Vec<Vec<RawCall>>, ChainError> {
        let calls = blocks.iter().map(|block| ("trace_block", json!([block.number]))).collect();
        let answers: Vec<Vec<RawCall>> = rpc::batch(&self.provider, "trace a block", calls).await?;
        let outermost = |(block, calls): (&&RawBlock, Vec<RawCall>)| {
            let number = block.number.to();
            let mut over_permit2 = HashMap::<B256, Vec<AuthorizationUse>>::new();
            for spent in calls.iter().filter_map(|call| call.permit2(number)) {
                over_permit2.entry(spent.tx).or_default().push(spent);
            }
            let mut calls: Vec<RawCall> =
                calls.into_iter().filter(|call| call.trace_address.is_empty()).collect();
            for call in &mut calls {
                call.over_permit2 = over_permit2.remove(&call.transaction_hash).unwrap_or_default();
            }
            let same = calls.iter().map(|call| &call.transaction_hash).eq(&block.transactions);
            same.then_some(calls).ok_or(ChainError::TakenBack { block: block.number.to() })
        };
        blocks.iter().zip(answers).map(outermost).collect()
    }
}

fn transaction(block: u64, call: RawCall, logs: Vec<RawLog>) -> TxFacts {
    let (tx, status) = (call.transaction_hash, call.error.is_none());
    let mut facts = TxFacts {
        hash: tx,
        from: call.action.from,
        to: call.action.to,
        status,
        transfers: Vec::new(),
        // What was spent within a transaction that reverted is not spent.
        used: if status { call.over_permit2 } else { Vec::new() },
        input: if status { None } else { call.action.input },
    };
    for log in logs {
        let place = Place { tx, block, log_index: log.log_index.to() };
        let log = Log::new_unchecked(log.address, log.topics, log.data);
        facts.transfers.extend(events::transfer(&log, place));
        facts.used.extend(events::authorization_use(&log, place));
    }
    facts
}

/// What is read of a block. Here and below everything else in an answer is skipped.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawBlock {
    number: U64,
    hash: B256,
    parent_hash: B256,
    timestamp: U64,
    gas_used: U64,
    gas_limit: U64,
    base_fee_per_gas: Option<U64>,
    transactions: Vec<B256>,
}

impl RawBlock {
    fn facts(&self, seen: Instant, transactions: Vec<TxFacts>) -> BlockFacts {
        BlockFacts {
            number: self.number.to(),
            hash: self.hash,
            timestamp: self.timestamp.to(),
            gas_used: self.gas_used.to(),
            gas_limit: self.gas_limit.to(),
            base_fee: self.base_fee_per_gas.map(|fee| fee.to()),
            seen,
            transactions,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawLog {
    transaction_hash: B256,
    log_index: U64,
    address: Address,
    topics: Vec<B256>,
    data: Bytes,
}

/// A call within a transaction.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawCall {
    transaction_hash: B256,
    /// Where it stands among the calls of its transaction: at no place for the one that they all come from.
    trace_address: Vec<u32>,
    action: RawAction,
    error: Option<IgnoredAny>,
    /// What the calls of its transaction have spent over Permit2, of the one that they all come from.
    #[serde(skip)]
    over_permit2: Vec<AuthorizationUse>,
}

impl RawCall {
    fn permit2(&self, block: u64) -> Option<AuthorizationUse> {
        let (to, input) = (self.action.to?, self.action.input.as_ref()?);
        if self.error.is_some() {
            return None;
        }
        permit2_calls::spent(to, input, self.transaction_hash, block)
    }
}

#[derive(Debug, Deserialize)]
struct RawAction {
    /// An account that gives itself up has none.
    #[serde(default)]
    from: Address,
    to: Option<Address>,
    #[serde(alias = "init")]
    input: Option<Bytes>,
}

//! The books of a run: every payment with what was answered and what the chain did, joined as both come.

mod class;
mod row;
#[cfg(test)]
mod tests;

pub use class::Class;

use crate::job::Answer;
use crate::measure::Times;
use gauntlet_chain::{BlockFacts, Transfer, TxFacts};
use gauntlet_mint::Nonces;
use gauntlet_wire::{Address, B256, U256};
use row::Row;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

/// How many payments of a class are shown.
pub const SHOWN: usize = 10;

/// Room is made for so many payments at the start, at most: 88 MB.
const MOST_ROOM: usize = 1_000_000;

/// What each payment is to move.
#[derive(Debug, Clone, Copy)]
pub struct Price {
    /// The token.
    pub token: Address,
    /// Who gets it.
    pub payee: Address,
    /// How much, atomic units.
    pub amount: U256,
}

/// The books.
#[derive(Debug)]
pub struct Books {
    price: Price,
    /// Whether a good answer hands over content.
    is_sold: bool,
    /// Who pays in this run.
    payers: HashSet<Address>,
    /// The nonces of this run's own payments.
    own: Nonces,
    /// The nonces of the other shards of the run, whose payments are in other books.
    others: Vec<Nonces>,
    rows: Vec<Row>,
    chain: ChainBook,
}

/// What the chain did, payments aside.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ChainBook {
    /// Blocks since the begin.
    pub blocks: u64,
    /// Blocks with transactions of the target.
    pub full_blocks: u64,
    /// Transactions of the target.
    pub transactions: u64,
    /// Transactions that spent one of the run's authorizations.
    pub settling: u64,
    /// Transactions that reverted.
    pub reverted: u64,
    /// Gas of all blocks.
    pub gas: u64,
    /// Settlements in blocks that hold nothing else.
    pub unmixed: u64,
    /// Gas of those blocks.
    pub unmixed_gas: u64,
    /// The share of the gas limit that the fullest block used, 0 to 1.
    pub fullest: f64,
    /// Sum of the shares of the blocks with transactions, for a mean.
    pub fullness: f64,
    /// Transfers by payers of the run that no authorization of theirs explains.
    pub strays: u64,
    /// The first of them.
    pub first_strays: Vec<String>,
}

impl ChainBook {
    /// Gas of a settlement, the mean of those in blocks that hold nothing else; `None` without such a block.
    ///
    /// The chain tells the gas of a block at once, and that of a transaction only slowly.
    #[must_use]
    pub fn gas_per_settle(&self) -> Option<u64> {
        self.unmixed_gas.checked_div(self.unmixed)
    }

    /// Gas of all transactions that settled nothing; `None` when nothing says what a settlement takes.
    #[must_use]
    pub fn lost_gas(&self) -> Option<u64> {
        if self.settling == self.transactions {
            return Some(0);
        }
        let settling = if self.settling == 0 { 0 } else { self.gas_per_settle()? * self.settling };
        Some(self.gas.saturating_sub(settling))
    }
}

/// A payment that reports show.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Shown {
    /// Number of the payment.
    pub number: u64,
    /// Its nonce.
    pub nonce: B256,
    /// The transaction that took the money; none when nothing did.
    pub taken_in: Option<B256>,
    /// When the money was seen to have moved, ms since the begin.
    pub taken_ms: Option<u32>,
    /// What was answered.
    pub answers: Vec<Answer>,
}

/// The books, closed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Closed {
    /// How many payments there are of each class.
    pub counts: BTreeMap<Class, u64>,
    /// The first of each class that means a loss.
    pub shown: BTreeMap<Class, Vec<Shown>>,
    /// What the chain did besides.
    pub chain: ChainBook,
}

impl Closed {
    /// How many payments are of this class.
    #[must_use]
    pub fn count(&self, class: Class) -> u64 {
        self.counts.get(&class).copied().unwrap_or_default()
    }

    /// Losses that nothing to come can undo: a payment that waits for its block, or for its answer, is none yet.
    #[must_use]
    pub fn definite_losses(&self) -> u64 {
        let waits = [Class::ServedNotTaken, Class::AnotherTransaction, Class::TakenNotServed, Class::Late];
        self.losses() - waits.into_iter().map(|class| self.count(class)).sum::<u64>()
    }

    /// Payments by which somebody lost money, and money that moved without a payment.
    #[must_use]
    pub fn losses(&self) -> u64 {
        let lost: u64 = self.counts.iter().filter(|(class, _)| class.is_loss()).map(|(_, count)| count).sum();
        lost + self.chain.strays
    }
}

impl Books {
    /// Empty books for payments of one price by these payers. `nonces` are those of all shards, `own` is this one's place among them.
    #[must_use]
    pub fn new(
        price: Price,
        payers: HashSet<Address>,
        mut nonces: Vec<Nonces>,
        own: usize,
        is_sold: bool,
    ) -> Self {
        let own = nonces.swap_remove(own);
        Self { price, is_sold, payers, own, others: nonces, rows: Vec::new(), chain: ChainBook::default() }
    }

    /// Takes the memory for so many payments now: what a long run needs, it has from its start.
    #[must_use]
    pub fn with_room(mut self, payments: u64) -> Self {
        let room = usize::try_from(payments).unwrap_or(MOST_ROOM).min(MOST_ROOM);
        // Written to, since memory that nobody has touched is not there yet.
        self.rows.resize(room, Row::default());
        self.rows.clear();
        self
    }

    fn row(&mut self, number: u64) -> &mut Row {
        let place = usize::try_from(number.saturating_sub(1)).unwrap_or_default();
        if place >= self.rows.len() {
            self.rows.resize(place + 1, Row::default());
        }
        &mut self.rows[place]
    }

    /// Writes down an answer.
    pub fn answer(&mut self, answer: &Answer) {
        self.row(answer.number).answer(answer);
    }

    /// Writes down a block that was seen at this time, ms since the begin.
    pub fn block(&mut self, block: &BlockFacts, at_ms: u64) {
        self.chain.blocks += 1;
        if block.transactions.is_empty() {
            return;
        }
        let settling = block.transactions.iter().filter(|tx| self.transaction(tx, at_ms)).count();
        let chain = &mut self.chain;
        chain.gas += block.gas_used;
        if settling == block.transactions.len() {
            chain.unmixed += settling as u64;
            chain.unmixed_gas += block.gas_used;
        }
        #[expect(clippy::cast_precision_loss, reason = "gas of a block is far below 2^53")]
        let share = block.gas_used as f64 / block.gas_limit.max(1) as f64;
        chain.full_blocks += 1;
        chain.fullness += share;
        chain.fullest = chain.fullest.max(share);
    }

    /// Writes down a transaction. `true` when it settled a payment of this run.
    fn transaction(&mut self, transaction: &TxFacts, at_ms: u64) -> bool {
        self.chain.transactions += 1;
        if !transaction.status {
            self.chain.reverted += 1;
            return false;
        }
        let mut is_settling = false;
        let price = self.price;
        let is_ours =
            |transfer: &&Transfer| transfer.token == price.token && self.payers.contains(&transfer.from);
        let ours: Vec<&Transfer> = transaction.transfers.iter().filter(is_ours).collect();
        for transfer in ours {
            let spent = transaction.used.iter().filter(|used| used.payer == transfer.from);
            let mut numbers = spent.clone().filter_map(|used| self.own.number(&used.nonce)).peekable();
            if let Some(number) = numbers.peek().copied() {
                is_settling = true;
                let is_exact = transfer.to == price.payee && transfer.value == price.amount;
                self.row(number).take(transaction.hash, usize::from(is_exact), at_ms);
            } else if !spent.into_iter().any(|used| self.is_another_shards(&used.nonce)) {
                self.chain.strays += 1;
                if self.chain.first_strays.len() < SHOWN {
                    self.chain.first_strays.push(transfer.to_string());
                }
            }
        }
        self.chain.settling += u64::from(is_settling);
        is_settling
    }

    fn is_another_shards(&self, nonce: &B256) -> bool {
        self.others.iter().any(|nonces| nonces.number(nonce).is_some())
    }

    /// How many payments may still be taken, or were said to be without a transaction yet.
    #[must_use]
    pub fn open(&self) -> u64 {
        self.rows.iter().filter(|row| row.is_open()).count() as u64
    }

    /// How many payments the target was given.
    #[must_use]
    pub fn presented(&self) -> u64 {
        self.rows.iter().filter(|row| row.is_presented()).count() as u64
    }

    /// How many payments were taken so far, and how many of them in blocks seen between two times, ms since the begin.
    #[must_use]
    pub fn taken_between(&self, from_ms: u32, to_ms: u32) -> u64 {
        let taken = self.rows.iter().filter(|row| row.is_taken());
        taken.filter(|row| (from_ms..to_ms).contains(&row.taken_ms)).count() as u64
    }

    /// The transactions that good answers name and that did not take the money, with the numbers of their payments.
    #[must_use]
    pub fn doubtful(&self) -> Vec<(u64, B256)> {
        let rows = self.rows.iter().zip(1..);
        rows.filter_map(|(row, number)| Some((number, row.doubtful()?))).collect()
    }

    /// From the answer to the moment at which the money was seen to have moved; zero when it had moved before.
    #[must_use]
    pub fn inclusion(&self) -> Times {
        let mut times = Times::new();
        let paid = self.rows.iter().filter(|row| row.is_presented() && row.is_taken());
        paid.for_each(|row| {
            times.record(Duration::from_millis(u64::from(row.taken_ms.saturating_sub(row.answered_ms))));
        });
        times
    }

    /// Sums up. `statuses` is what the chain says of the doubtful transactions that it knows; `is_over` whether every
    /// window has closed.
    #[must_use]
    pub fn close(&self, statuses: &HashMap<B256, bool>, is_over: bool) -> Closed {
        let mut closed = Closed { chain: self.chain.clone(), ..Closed::default() };
        for (row, number) in self.rows.iter().zip(1..).filter(|(row, _)| row.is_presented() || row.is_taken())
        {
            let status = row.doubtful().and_then(|named| statuses.get(&named).copied());
            let class = row.class(status, is_over, self.is_sold);
            *closed.counts.entry(class).or_default() += 1;
            let shown = closed.shown.entry(class).or_default();
            if (class.is_loss() || class == Class::Unresolved) && shown.len() < SHOWN {
                shown.push(self.show(row, number));
            }
        }
        closed.shown.retain(|_, shown| !shown.is_empty());
        closed
    }

    fn show(&self, row: &Row, number: u64) -> Shown {
        Shown {
            number,
            nonce: self.own.of(number),
            taken_in: row.is_taken().then_some(row.taken_in),
            taken_ms: row.is_taken().then_some(row.taken_ms),
            answers: Vec::new(),
        }
    }
}

//! The ceiling: how many payments a second the chain itself carries, when they are sent straight to it. A target cannot
//! do more than that, and none that comes near it is slow.
//!
//! ```text
//! Cast: payers, senders ──> stock, all signed ──> Feed: keeps the pool filled ──> chain ──> Follower ──> Window
//! ```

mod cast;
mod feed;
mod window;

use crate::chain::{Chain, Mining};
use crate::error::ChainError;
use crate::follow::Follower;
use alloy_eips::BlockId;
use alloy_primitives::U64;
use alloy_provider::Provider as _;
use cast::Cast;
use feed::Feed;
use serde_json::json;
use std::time::{Duration, Instant};
use window::Window;

/// How often the chain is looked at. Each look is work for the chain that is being measured.
const LOOK: Duration = Duration::from_millis(20);
/// How long a block with payments may be overdue.
const PATIENCE: Duration = Duration::from_secs(30);
/// Payments a millisecond for which the first stock is signed; Anvil does three to four on a fast core.
const FAST_PER_MS: usize = 5;
/// How much larger the second stock is when the first did not last.
const MORE: usize = 6;
/// How many payments are signed at the most. Each takes half a kilobyte.
const MOST: usize = 200_000;
/// Less and more gas than a `transferWithAuthorization` takes.
const LEAST_GAS: u64 = 60_000;
const MOST_GAS: u64 = 85_000;
/// Payments in the pool: with automine at the most, otherwise at the least.
const ROOM: usize = 400;
/// How many blocks have to count, and how many when they are long.
const FEW: u64 = 3;
const FEW_LONG: u64 = 2;
const LONG: Duration = Duration::from_secs(4);
/// How often the base fee is set until it stays.
const TRIES: u32 = 10;

/// How the ceiling is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ceiling {
    /// How long payments are counted, at the least: some blocks more when they are long.
    pub at_least: Duration,
    /// Accounts that pay.
    pub payers: usize,
    /// Accounts that send the payments to the chain, all at once.
    pub senders: usize,
}

impl Default for Ceiling {
    /// 3 s, 64 payers, 8 senders.
    fn default() -> Self {
        Self { at_least: Duration::from_secs(3), payers: 64, senders: 8 }
    }
}

/// What the chain carried.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CeilingFacts {
    /// `transferWithAuthorization`s in the blocks that count.
    pub transfers: u64,
    /// How long those blocks took.
    pub took: Duration,
    /// Transfers a second.
    pub per_second: f64,
    /// Number of the first block that counts.
    pub first_block: u64,
    /// How many blocks count; they follow on each other.
    pub blocks: u64,
    /// The share of its gas limit that the fullest of them used, 0 to 1. Near 1 it is the gas limit that binds, and
    /// otherwise the machine.
    pub fullest_block_gas_share: f64,
}

/// What the way in which blocks are made asks of a measurement.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// From one block to the next; zero when they are made as transactions come.
    period: Duration,
    /// How long payments have to be counted.
    at_least: Duration,
    /// How many blocks have to count.
    blocks: u64,
    /// How many payments may wait in the pool.
    room: usize,
    /// How many payments are signed.
    stock: usize,
}

impl Chain {
    /// Measures how many payments a second the chain carries in USDC, in the way in which it makes blocks at present.
    /// Nobody else may be at work on it meanwhile.
    ///
    /// Payers, payee and senders are accounts of its own, derived from `gauntlet/ceiling/…`. They are given what they
    /// need. Afterwards the pool is empty again, and the base fee is as before. It leaves as many spent authorizations
    /// in the token's storage as it made payments, and Anvil hashes its whole state for every block: each adds about 2 µs
    /// to every block from then on.
    ///
    /// # Errors
    ///
    /// [`ChainError::Ceiling`] when no blocks are made, when others' transactions wait in the pool, or when a payment of
    /// ours reverts, moves something else or never comes into a block: that is nobody's fault but ours. [`ChainError::Rpc`] and [`ChainError::Answer`].
    pub async fn ceiling(&self, config: Ceiling) -> Result<CeilingFacts, ChainError> {
        let waiting = self.pending_total().await?;
        if waiting > 0 {
            return Err(ChainError::Ceiling(format!("{waiting} transactions of others are in the pool")));
        }
        let (fee, gas_limit) = self.fee_and_limit().await?;
        let pace = Pace::of(self.mining().await?, config.at_least, gas_limit)?;
        let mut cast = Cast::new(self, &config).await?;
        let mut window = self.round(&mut cast, pace, pace.stock).await?;
        if !window.is_enough(pace) {
            window = self.round(&mut cast, pace, MOST.min(pace.stock * MORE)).await?;
        }
        self.put_back(fee).await?;
        window.facts().ok_or_else(|| ChainError::Ceiling("too few blocks had payments in them".to_owned()))
    }

    /// Full blocks have made gas dearer; whoever comes now is to find it as it was, and a block that says so.
    async fn put_back(&self, fee: U64) -> Result<(), ChainError> {
        for _ in 0..TRIES {
            self.command("set the base fee", "anvil_setNextBlockBaseFeePerGas", json!([fee])).await?;
            self.mine(1).await?;
            // A block that was under way sets the next one's fee at its end, whatever we said meanwhile.
            if self.fee_and_limit().await?.0 <= fee {
                return Ok(());
            }
        }
        Err(ChainError::Ceiling(format!("the base fee does not go back to {fee} wei")))
    }

    /// Wei for a unit of gas in the latest block, and the gas that fits into it.
    async fn fee_and_limit(&self) -> Result<(U64, u64), ChainError> {
        const WHAT: &str = "give its latest block";
        let block = self.provider().get_block(BlockId::latest()).await.map_err(ChainError::rpc(WHAT))?;
        let header = block.ok_or_else(|| ChainError::answer(WHAT, "there is none"))?.header;
        Ok((U64::from(header.base_fee_per_gas.unwrap_or_default()), header.gas_limit))
    }

    /// Signs so many payments, sends them until enough are counted or all are sent, and empties the pool.
    async fn round(&self, cast: &mut Cast, pace: Pace, stock: usize) -> Result<Window, ChainError> {
        let stock = cast.sign(stock).await?;
        let mut follower = self.follow(self.block_number().await? + 1)?;
        let mut feed = Feed::start(self.rpc_url(), stock, pace.room)?;
        let watched = watch(&mut follower, &mut feed, cast, pace).await;
        let sent = feed.stop().await;
        let window = watched?;
        self.drain(&mut follower, cast, sent?).await?;
        Ok(window)
    }

    /// Makes blocks until all that was sent is in one, and no longer in the pool, which Anvil clears a moment later.
    async fn drain(&self, follower: &mut Follower, cast: &mut Cast, sent: u64) -> Result<(), ChainError> {
        let start = Instant::now();
        loop {
            for block in follower.next().await? {
                cast.take(&block)?;
            }
            let (lost, left) = (sent - cast.taken(), self.pending_total().await?);
            if lost == 0 && left == 0 {
                return Ok(());
            }
            if start.elapsed() > PATIENCE {
                let text = format!("{lost} of {sent} payments came into no block, {left} are in the pool");
                return Err(ChainError::Ceiling(text));
            }
            self.mine(1).await?;
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// Counts blocks until there are enough, or until nothing is left to send: from then on they are no longer full.
async fn watch(
    follower: &mut Follower,
    feed: &mut Feed,
    cast: &mut Cast,
    pace: Pace,
) -> Result<Window, ChainError> {
    let (mut window, mut last) = (Window::default(), Instant::now());
    let patience = PATIENCE.max(pace.period * 4);
    while !window.is_enough(pace) && !feed.is_over()? {
        for block in follower.next().await? {
            let payments = cast.take(&block)?;
            feed.make_room(payments);
            window.take(&block, payments);
            if payments > 0 {
                last = block.seen;
            }
        }
        if last.elapsed() > patience {
            return Err(ChainError::Ceiling(format!("no payment came into a block for {patience:?}")));
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(window)
}

impl Pace {
    fn of(mining: Mining, at_least: Duration, gas_limit: u64) -> Result<Self, ChainError> {
        let period = match mining {
            Mining::Automine => Duration::ZERO,
            Mining::Interval(period) => period,
            Mining::Stopped => {
                return Err(ChainError::Ceiling(
                    "it makes no blocks; set an interval or automine".to_owned(),
                ));
            }
        };
        if period.is_zero() {
            // What does not fit into a block is left in the pool by Anvil until another transaction comes.
            let room = ROOM.min(fitting(gas_limit, MOST_GAS)).max(feed::BATCH as usize);
            return Ok(Self { period, at_least, blocks: FEW, room, stock: payments_in(at_least) + room });
        }
        let per_block = fitting(gas_limit, LEAST_GAS).min(payments_in(period));
        let few = if period > LONG { FEW_LONG } else { FEW };
        let blocks = at_least.as_nanos().div_ceil(period.as_nanos());
        let blocks = u64::try_from(blocks).unwrap_or(few).max(few);
        let room = ROOM.max(2 * per_block);
        // One block opens the count, and another may come before the pool is full.
        let made = usize::try_from(blocks + 2).unwrap_or(MOST);
        let stock = per_block.saturating_mul(made).saturating_add(room).min(MOST);
        Ok(Self { period, at_least, blocks, room, stock })
    }
}

/// How many payments fit into a block when each takes so much gas.
fn fitting(gas_limit: u64, gas: u64) -> usize {
    usize::try_from(gas_limit / gas).unwrap_or(MOST)
}

/// How many payments a fast chain carries in this time.
fn payments_in(time: Duration) -> usize {
    usize::try_from(time.as_millis()).unwrap_or(MOST).saturating_mul(FAST_PER_MS).min(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: Duration = Duration::from_secs(3);

    fn pace(period: Duration, gas_limit: u64) -> Pace {
        Pace::of(Mining::Interval(period), THREE, gas_limit).unwrap()
    }

    #[test]
    fn short_blocks_fill_the_time_and_long_ones_are_few() {
        assert_eq!(pace(Duration::from_millis(450), 30_000_000).blocks, 7);
        assert_eq!(pace(Duration::from_secs(1), 30_000_000).blocks, 3);
        assert_eq!(pace(Duration::from_secs(2), 30_000_000).blocks, 3);
        assert_eq!(pace(Duration::from_secs(12), 30_000_000).blocks, 2);
    }

    #[test]
    fn the_stock_outlasts_the_blocks() {
        for (millis, gas_limit) in [(450, 30_000_000), (1_000, 30_000_000), (12_000, 60_000_000)] {
            let pace = pace(Duration::from_millis(millis), gas_limit);
            let per_block = usize::try_from(gas_limit / LEAST_GAS).unwrap();
            let blocks = usize::try_from(pace.blocks).unwrap();
            assert!(pace.room >= 2 * per_block, "{pace:?}");
            assert!(pace.stock - pace.room >= (blocks + 1) * per_block, "{pace:?}");
        }
        assert_eq!(pace(Duration::from_secs(60), u64::MAX).stock, MOST);
    }

    #[test]
    fn a_chain_without_blocks_has_no_ceiling() {
        let error = Pace::of(Mining::Stopped, THREE, 30_000_000).unwrap_err();
        assert!(error.to_string().contains("makes no blocks"), "{error}");
    }
}

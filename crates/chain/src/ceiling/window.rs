//! The blocks that count.

use super::{CeilingFacts, Pace};
use crate::follow::BlockFacts;
use std::time::{Duration, Instant};

/// Opens at the first block with payments, which does not count itself: the pool may not have been full when it was made.
/// Every block after it counts.
#[derive(Debug, Default)]
pub(super) struct Window {
    opened: Option<(u64, Instant)>,
    closed: Option<Instant>,
    blocks: u64,
    transfers: u64,
    fullest: f64,
}

impl Window {
    /// The next block, which holds so many payments.
    pub(super) fn take(&mut self, block: &BlockFacts, payments: usize) {
        if self.opened.is_none() {
            self.opened = (payments > 0).then_some((block.number, block.seen));
            return;
        }
        self.closed = Some(block.seen);
        self.blocks += 1;
        self.transfers += payments as u64;
        self.fullest = self.fullest.max(block.gas_used as f64 / block.gas_limit as f64);
    }

    fn took(&self) -> Duration {
        match (self.opened, self.closed) {
            (Some((_, opened)), Some(closed)) => closed - opened,
            _ => Duration::ZERO,
        }
    }

    pub(super) fn is_enough(&self, pace: Pace) -> bool {
        self.blocks >= pace.blocks && self.took() >= pace.at_least
    }

    /// What was counted; `None` when that was no time at all.
    pub(super) fn facts(&self) -> Option<CeilingFacts> {
        let (opened_by, _) = self.opened?;
        let took = self.took();
        (!took.is_zero()).then(|| CeilingFacts {
            transfers: self.transfers,
            took,
            per_second: self.transfers as f64 / took.as_secs_f64(),
            first_block: opened_by + 1,
            blocks: self.blocks,
            fullest_block_gas_share: self.fullest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::B256;

    fn block(number: u64, seen: Instant, gas_used: u64) -> BlockFacts {
        BlockFacts {
            number,
            hash: B256::ZERO,
            timestamp: 0,
            gas_used,
            gas_limit: 100,
            base_fee: None,
            seen,
            transactions: Vec::new(),
        }
    }

    #[test]
    fn the_block_that_opens_it_does_not_count_and_empty_ones_in_it_do() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut window = Window::default();
        for (number, payments) in [(5, 0), (6, 400), (7, 10), (8, 0), (9, 50)] {
            let since = u32::try_from(number - 5).unwrap();
            window.take(&block(number, start + second * since, payments as u64), payments);
        }
        let facts = window.facts().unwrap();
        assert_eq!((facts.first_block, facts.blocks, facts.transfers), (7, 3, 60));
        assert_eq!((facts.took, facts.per_second), (second * 3, 20.0));
        assert_eq!(facts.fullest_block_gas_share, 0.5);
        let pace = |blocks, at_least| Pace { period: second, at_least, blocks, room: 0, stock: 0 };
        assert!(window.is_enough(pace(3, second * 3)));
        assert!(!window.is_enough(pace(4, second)));
        assert!(!window.is_enough(pace(1, second * 4)));
    }

    #[test]
    fn one_block_is_no_measurement() {
        let mut window = Window::default();
        assert_eq!(window.facts(), None);
        window.take(&block(1, Instant::now(), 100), 1);
        assert_eq!(window.facts(), None);
    }
}

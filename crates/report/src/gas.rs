//! What a run cost the target's signers in gas.

use crate::Ledger;
use gauntlet_wire::B256;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Gas that the target's signers used, by what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Gas {
    /// Transactions that moved money.
    pub settled: Settled,
    /// All others: reverted, or succeeded and moved nothing.
    pub in_vain: InVain,
}

/// Gas of the transactions that moved money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Settled {
    /// How many there are.
    pub transactions: usize,
    /// Gas of the one in the middle; the lower of two.
    pub median: u64,
    /// Gas of the dearest.
    pub max: u64,
}

/// Gas of the transactions that moved nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InVain {
    /// How many there are.
    pub transactions: usize,
    /// What they cost together.
    pub gas: u64,
}

impl Gas {
    /// Counts; `None` when the signers sent nothing, or nobody knows who they are.
    #[must_use]
    pub fn of(ledger: &Ledger) -> Option<Self> {
        if ledger.sent.is_empty() {
            return None;
        }
        let moved: HashSet<B256> = ledger.transfers.iter().map(|transfer| transfer.tx).collect();
        let (settled, others): (Vec<_>, Vec<_>) =
            ledger.sent.iter().partition(|sent| sent.status && moved.contains(&sent.hash));
        let mut costs: Vec<u64> = settled.iter().map(|sent| sent.gas_used).collect();
        let median = median(&mut costs).unwrap_or_default();
        Some(Self {
            settled: Settled {
                transactions: costs.len(),
                median,
                max: costs.last().copied().unwrap_or_default(),
            },
            in_vain: InVain {
                transactions: others.len(),
                gas: others.iter().map(|sent| sent.gas_used).sum(),
            },
        })
    }
}

/// The one in the middle, the lower of two; `None` of none. Leaves them in order.
#[must_use]
pub fn median(costs: &mut [u64]) -> Option<u64> {
    costs.sort_unstable();
    costs.get(costs.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SentTx, Transfer};
    use gauntlet_wire::{Address, Bytes, U256};

    fn sent(mark: u8, status: bool, gas_used: u64) -> SentTx {
        let hash = B256::repeat_byte(mark);
        let from = Address::repeat_byte(1);
        SentTx { hash, from, block: 1, nonce: 0, status, gas_used, to: None, input: Bytes::new() }
    }

    #[test]
    fn what_moved_nothing_is_counted_apart() {
        let transfer = |mark| Transfer {
            token: Address::repeat_byte(2),
            from: Address::repeat_byte(3),
            to: Address::repeat_byte(4),
            value: U256::ONE,
            tx: B256::repeat_byte(mark),
            block: 1,
            log_index: 0,
        };
        let ledger = Ledger {
            sent: vec![
                sent(1, true, 60),
                sent(2, true, 90),
                sent(3, false, 40),
                sent(4, true, 30),
                sent(5, true, 70),
            ],
            transfers: vec![transfer(1), transfer(2), transfer(5)],
            ..Ledger::default()
        };
        let gas = Gas::of(&ledger).expect("transactions");
        assert_eq!(gas.settled, Settled { transactions: 3, median: 70, max: 90 });
        assert_eq!(gas.in_vain, InVain { transactions: 2, gas: 70 });
        assert_eq!(Gas::of(&Ledger::default()), None);
    }

    #[test]
    fn the_lower_of_two_is_in_the_middle() {
        assert_eq!(median(&mut [4, 1, 3, 2]), Some(2));
        assert_eq!(median(&mut []), None);
    }
}

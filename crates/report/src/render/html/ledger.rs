//! What the chain says: who had how much more or less after the run than before it.

use crate::text::count;
use crate::{Gas, Ledger};
use gauntlet_wire::{Address, U256};
use std::collections::BTreeMap;

/// More accounts and tokens than this are in the record.
const ROWS: usize = 60;

/// The ledger in numbers.
pub(super) struct Money {
    pub(super) summary: String,
    pub(super) caption: String,
    pub(super) accounts: Vec<Account>,
    /// Token, number of transfers, atomic units.
    pub(super) tokens: Vec<(String, usize, String)>,
}

/// One account, in atomic units of the chain's USDC.
pub(super) struct Account {
    pub(super) name: String,
    pub(super) paid: String,
    pub(super) received: String,
    /// With its sign.
    pub(super) change: String,
}

/// Sums a ledger up.
pub(super) fn money(ledger: &Ledger) -> Money {
    let mut accounts: BTreeMap<Address, (U256, U256)> = BTreeMap::new();
    let mut tokens: BTreeMap<Address, (usize, U256)> = BTreeMap::new();
    for transfer in &ledger.transfers {
        let (number, value) = tokens.entry(transfer.token).or_default();
        *number += 1;
        *value = value.saturating_add(transfer.value);
        // Other tokens of the chain may tell of transfers that never were.
        if transfer.token == ledger.usdc {
            let paid = &mut accounts.entry(transfer.from).or_default().0;
            *paid = paid.saturating_add(transfer.value);
            let received = &mut accounts.entry(transfer.to).or_default().1;
            *received = received.saturating_add(transfer.value);
        }
    }
    let mut accounts: Vec<(Address, (U256, U256))> = accounts.into_iter().collect();
    accounts.sort_by_key(|(_, (paid, received))| std::cmp::Reverse(paid.abs_diff(*received)));
    let mut tokens: Vec<(Address, (usize, U256))> = tokens.into_iter().collect();
    tokens.sort_by_key(|(_, (number, _))| std::cmp::Reverse(*number));
    let shown = accounts.len().min(ROWS);
    let which = match accounts.len() - shown {
        0 => String::new(),
        more => format!("; the {more} accounts with the smallest changes are left out"),
    };
    Money {
        summary: summary(ledger),
        caption: format!(
            "Balances of USDC ({}) after block {}, against those at block {}, atomic units{which}",
            ledger.usdc.to_checksum(None),
            ledger.to_block,
            ledger.from_block
        ),
        accounts: accounts.into_iter().take(ROWS).map(account).collect(),
        tokens: tokens
            .into_iter()
            .take(ROWS)
            .map(|(token, (number, value))| (token.to_checksum(None), number, value.to_string()))
            .collect(),
    }
}

fn summary(ledger: &Ledger) -> String {
    let reverted = ledger.sent.iter().filter(|sent| !sent.status).count();
    let gas = Gas::of(ledger).map(|gas| {
        let Gas { settled, in_vain } = gas;
        let in_vain = match in_vain.transactions {
            0 => "none was spent in vain".to_owned(),
            number => format!("{} in {} that moved nothing", in_vain.gas, count(number, "transaction")),
        };
        format!(" Gas: {} a settlement in the median, {} at most; {in_vain}.", settled.median, settled.max)
    });
    format!(
        "Blocks {} to {}: {}, {} spent, {} of the target's signers, {reverted} of them reverted.{}",
        ledger.from_block,
        ledger.to_block,
        count(ledger.transfers.len(), "transfer"),
        count(ledger.used.len(), "authorization"),
        count(ledger.sent.len(), "transaction"),
        gas.unwrap_or_default()
    )
}

fn account((address, (paid, received)): (Address, (U256, U256))) -> Account {
    let sign = match received.cmp(&paid) {
        std::cmp::Ordering::Less => "−",
        std::cmp::Ordering::Equal => "±",
        std::cmp::Ordering::Greater => "+",
    };
    Account {
        name: address.to_checksum(None),
        paid: paid.to_string(),
        received: received.to_string(),
        change: format!("{sign}{}", received.abs_diff(paid)),
    }
}

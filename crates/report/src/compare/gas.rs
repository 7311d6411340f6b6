//! What settlements cost in gas, check by check.
//!
//! Each case of a check has a payer of its own, so that a Transfer leads back to the check that it was made for.

use super::side::Side;
use crate::Record;
use crate::gas::median;
use gauntlet_wire::{Address, B256};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// Gas of the settlements of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckGas {
    /// How many transactions of the target's moved money there.
    pub transactions: usize,
    /// Gas of the one in the middle; the lower of two.
    pub median: u64,
}

/// A check whose settlements both runs know the gas of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GasChange {
    /// Id of the check.
    pub check: String,
    /// In the run before.
    pub before: CheckGas,
    /// In the run after.
    pub after: CheckGas,
    /// The median after, divided by the one before.
    pub ratio: f64,
}

/// The gas of each check in which the target moved money.
pub(super) fn by_check(record: &Record) -> BTreeMap<String, CheckGas> {
    let Some(ledger) = &record.ledger else { return BTreeMap::new() };
    let gas: HashMap<B256, u64> =
        ledger.sent.iter().filter(|sent| sent.status).map(|sent| (sent.hash, sent.gas_used)).collect();
    let payers = payers(record);
    let mut costs: BTreeMap<&str, BTreeMap<B256, u64>> = BTreeMap::new();
    for transfer in &ledger.transfers {
        if let (Some(Some(check)), Some(gas)) = (payers.get(&transfer.from), gas.get(&transfer.tx)) {
            costs.entry(check).or_default().insert(transfer.tx, *gas);
        }
    }
    let of = |(check, costs): (&str, BTreeMap<B256, u64>)| {
        let mut costs: Vec<u64> = costs.into_values().collect();
        let gas = CheckGas { transactions: costs.len(), median: median(&mut costs)? };
        Some((check.to_owned(), gas))
    };
    costs.into_iter().filter_map(of).collect()
}

/// The check of each payer; `None` for one who paid in several.
fn payers(record: &Record) -> HashMap<Address, Option<&str>> {
    let asked = record.cases.iter().filter_map(|case| {
        let payment = case.asked.as_ref()?.payment.as_ref()?;
        Some((payment.key.payer, case.check.as_str()))
    });
    let bought =
        record.bought.iter().filter_map(|bought| Some((bought.payment?.payer, bought.check.as_str())));
    let mut payers: HashMap<Address, Option<&str>> = HashMap::new();
    for (payer, check) in asked.chain(bought) {
        let known = payers.entry(payer).or_insert(Some(check));
        if *known != Some(check) {
            *known = None;
        }
    }
    payers
}

/// Every check of which both runs tell, the greatest changes first.
pub(super) fn changes(a: &Side, b: &Side) -> Vec<GasChange> {
    let pairs = a.gas.iter().filter_map(|(check, before)| Some((check, *before, *b.gas.get(check)?)));
    let mut changes: Vec<GasChange> = pairs
        .map(|(check, before, after)| {
            #[expect(clippy::cast_precision_loss, reason = "gas of a transaction")]
            let ratio = after.median.max(1) as f64 / before.median.max(1) as f64;
            GasChange { check: check.clone(), before, after, ratio }
        })
        .collect();
    changes.sort_by(|one, other| other.ratio.ln().abs().total_cmp(&one.ratio.ln().abs()));
    changes
}

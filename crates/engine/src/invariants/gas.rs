//! What payments cost the target's signers in gas, over the whole run.

use super::facilitator::{carried, settles};
use super::{Breach, Invariant, Ruling, Seen};
use crate::check::Stop;
use crate::facilitator::BOUND_ON_GAS;
use crate::history::{Entry, PaymentKey, Said};
use gauntlet_probe::Role;
use gauntlet_report::SentTx;
use gauntlet_report::gas::median;
use gauntlet_wire::B256;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The rules.
pub(super) const INVARIANTS: &[Invariant] = &[
    Invariant {
        check: "facilitator.gas.settled",
        requirement: "X402-GAS-001",
        role: Role::Facilitator,
        judge: settled,
    },
    Invariant {
        check: "facilitator.gas.refused",
        requirement: "X402-GAS-001",
        role: Role::Facilitator,
        judge: refused,
    },
];

/// The transactions of the signers by the payment that they carry.
fn by_payment<'a>(
    seen: &Seen<'a>,
    payments: &BTreeMap<PaymentKey, Vec<&Entry>>,
) -> Result<HashMap<B256, Vec<&'a SentTx>>, Stop> {
    if seen.ledger.signers.is_empty() {
        return Err(Stop::NotApplicable("/supported names no signers whose gas could be counted".into()));
    }
    let nonces: HashSet<B256> = payments.keys().map(|key| key.nonce).collect();
    let mut found: HashMap<B256, Vec<&SentTx>> = HashMap::new();
    for transaction in &seen.ledger.sent {
        if let Some(nonce) = carried(transaction, &nonces) {
            found.entry(nonce).or_default().push(transaction);
        }
    }
    Ok(found)
}

fn breach(gas: u64, of: &str, entry: &Entry, sent: &[&SentTx]) -> Breach {
    Breach {
        kind: "gas-without-bound",
        want: "at most a million gas for one payment",
        got: format!("{gas} gas for {of} — exchange {} of {}: {}", entry.exchange, entry.check, entry.sent),
        chain: sent.iter().map(ToString::to_string).collect(),
        exchanges: vec![entry.exchange],
        class: None,
    }
}

/// Whether a payment is there for its gas, which its own check counts.
fn is_about_gas(entry: &Entry) -> bool {
    ["facilitator.gas.", "facilitator.wallets."].iter().any(|group| entry.check.starts_with(group))
}

/// Payments in the token that does what it is told to.
fn settled(seen: &Seen<'_>) -> Result<Ruling, Stop> {
    let payments = seen.settles();
    let sent = by_payment(seen, &payments)?;
    let mut ruling = Ruling::default();
    let (mut successes, mut costs) = (0, Vec::new());
    for (key, entries) in &payments {
        let Some(entry) = entries.iter().find(|entry| entry.said == Said::Yes && !is_about_gas(entry)) else {
            continue;
        };
        successes += 1;
        let paid = seen.moved_by(key);
        let of_payment = sent.get(&key.nonce).into_iter().flatten();
        for transaction in of_payment.filter(|it| paid.iter().any(|transfer| transfer.tx == it.hash)) {
            costs.push(transaction.gas_used);
            if transaction.gas_used > BOUND_ON_GAS {
                ruling.breaches.push(breach(transaction.gas_used, "a settlement", entry, &[transaction]));
            }
        }
    }
    let Some(median) = median(&mut costs) else {
        return Err(match successes {
            0 => Stop::Inconclusive("no settle of the run succeeded, so there is nothing to judge".into()),
            _ => Stop::NotApplicable(
                "no settlement of the run is in a transaction of the signers that /supported names".into(),
            ),
        });
    };
    let most = costs.last().copied().unwrap_or_default();
    ruling.notes.push(format!("{} settlements: {median} gas in the median, {most} at most", costs.len()));
    Ok(ruling)
}

fn refused(seen: &Seen<'_>) -> Result<Ruling, Stop> {
    let payments = settles(seen.entries);
    let sent = by_payment(seen, &payments)?;
    let mut ruling = Ruling::default();
    let (mut refusals, mut transactions, mut all) = (0, 0, 0);
    for (key, entries) in &payments {
        let Some(entry) = entries
            .first()
            .filter(|_| entries.iter().all(|entry| entry.said == Said::No && !is_about_gas(entry)))
        else {
            continue;
        };
        refusals += 1;
        let of_payment = sent.get(&key.nonce).map(Vec::as_slice).unwrap_or_default();
        let gas: u64 = of_payment.iter().map(|transaction| transaction.gas_used).sum();
        transactions += of_payment.len();
        all += gas;
        // Each of several requests has its share.
        if gas > BOUND_ON_GAS.saturating_mul(entries.len() as u64) {
            ruling.breaches.push(breach(gas, "a payment that was refused", entry, of_payment));
        }
    }
    if refusals == 0 {
        return Err(Stop::Inconclusive(
            "no settle of the run was refused, so there is nothing to judge".into(),
        ));
    }
    ruling.notes.push(format!(
        "{refusals} payments refused by /settle cost {all} gas in {transactions} transactions"
    ));
    Ok(ruling)
}

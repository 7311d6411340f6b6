//! What a facilitator's answers and the chain must agree on.

use super::{Breach, Invariant, Ruling, Seen};
use crate::check::Stop;
use crate::history::{Endpoint, Entry, PaymentKey, Said};
use gauntlet_probe::Role;
use gauntlet_report::{Class, SentTx, Transfer};
use gauntlet_wire::{Address, B256, U256};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

const fn rule(
    check: &'static str,
    requirement: &'static str,
    judge: fn(&Seen<'_>) -> Result<Ruling, Stop>,
) -> Invariant {
    Invariant { check, requirement, role: Role::Facilitator, judge }
}

/// The rules.
pub(super) const INVARIANTS: &[Invariant] = &[
    rule("facilitator.books.success-means-money", "X402V2-FA-SETTLE-002", success_means_money),
    rule("facilitator.books.failure-means-none", "X402V2-FA-SETTLE-003", failure_means_none),
    rule("facilitator.books.one-success-a-nonce", "INV-002", one_success),
    rule("facilitator.books.balance", "INV-001", balance),
    rule("facilitator.books.gas", "INV-007", gas),
    rule("facilitator.invariant.verified-settles", "INV-005", verified_settles),
    rule("facilitator.invariant.invalid-is-refused", "INV-006", invalid_is_refused),
    rule("facilitator.answers.no-5xx", "INV-008", no_server_error),
    rule("facilitator.service.alive", "INV-009", alive),
];

/// The answers of `/settle` by payment.
pub(super) fn settles(entries: &[Entry]) -> BTreeMap<PaymentKey, Vec<&Entry>> {
    let mut by_payment: BTreeMap<PaymentKey, Vec<&Entry>> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.endpoint == Endpoint::Settle) {
        if let Some(payment) = &entry.payment {
            by_payment.entry(payment.key).or_default().push(entry);
        }
    }
    by_payment
}

/// The Transfers that are what a payment authorized.
fn exact<'a>(seen: &Seen<'a>, entry: &Entry) -> Vec<&'a Transfer> {
    entry.payment.as_ref().map_or_else(Vec::new, |payment| {
        let moved = seen.moved_by(&payment.key).into_iter();
        moved.filter(|moved| moved.to == payment.to && moved.value == payment.value).collect()
    })
}

fn describe(entry: &Entry) -> String {
    format!("exchange {} of {}: {}", entry.exchange, entry.check, entry.sent)
}

/// Whether an answer leaves open what became of the money.
fn is_open(entry: &Entry) -> bool {
    matches!(entry.said, Said::Nothing(_)) || entry.settle().is_some_and(|answer| answer.is_pending())
}

fn named(entry: &Entry) -> String {
    entry.settle().and_then(|answer| answer.transaction).unwrap_or_default().to_ascii_lowercase()
}

fn success_means_money(seen: &Seen<'_>) -> Result<Ruling, Stop> {
    let mut ruling = Ruling::default();
    let mut successes = 0;
    let settles = seen.settles();
    for entry in settles.values().flatten().filter(|entry| entry.said == Said::Yes) {
        successes += 1;
        let (paid, named) = (exact(seen, entry), named(entry));
        if !paid.iter().any(|transfer| transfer.tx.to_string() == named) {
            let payer = entry.payment.as_ref().map(|payment| payment.key.payer).unwrap_or_default();
            ruling.breaches.push(Breach {
                kind: "success-without-money",
                want: "the named transaction holds the Transfer",
                got: format!("success naming {named:?} — {}", describe(entry)),
                chain: vec![format!("{} Transfers of this payment from {payer}", paid.len())],
                exchanges: vec![entry.exchange],
                class: None,
            });
        }
    }
    if successes == 0 {
        return Err(Stop::Inconclusive(
            "no settle of the run succeeded, so there is nothing to judge".into(),
        ));
    }
    let in_usdc = seen.ledger.transfers.iter().filter(|transfer| transfer.token == seen.ledger.usdc).count();
    ruling.notes.push(format!("{successes} successes, {in_usdc} Transfers"));
    Ok(ruling)
}

fn failure_means_none(seen: &Seen<'_>) -> Result<Ruling, Stop> {
    let mut ruling = Ruling::default();
    for (key, entries) in seen.settles() {
        let settled_or_open = entries.iter().any(|entry| entry.said == Said::Yes || is_open(entry));
        if settled_or_open || seen.was_relayed(&key) {
            continue;
        }
        let taken = entries.iter().find_map(|entry| Some((entry, *exact(seen, entry).first()?)));
        if let Some((entry, transfer)) = taken {
            ruling.breaches.push(Breach {
                kind: "refused-but-taken",
                want: "no Transfer after a refusal",
                got: format!("refused, and the money moved — {}", describe(entry)),
                chain: vec![transfer.to_string()],
                exchanges: entries.iter().map(|entry| entry.exchange).collect(),
                class: None,
            });
        }
    }
    Ok(ruling)
}

fn one_success(seen: &Seen<'_>) -> Result<Ruling, Stop> {
    let mut ruling = Ruling::default();
    for (key, entries) in seen.settles() {
        let successes = || entries.iter().filter(|entry| entry.said == Said::Yes);
        let names: BTreeSet<String> = successes().map(|entry| named(entry)).collect();
        let paid = entries.iter().map(|entry| exact(seen, entry).len()).max().unwrap_or_default();
        if names.len() > 1 || paid > 1 {
            ruling.breaches.push(Breach {
                kind: "settled-twice",
                want: "one success, one transaction",
                got: format!(
                    "{} transactions named for one authorization of {}, {paid} Transfers",
                    names.len(),
                    key.payer
                ),
                exchanges: successes().map(|entry| entry.exchange).collect(),
                ..Breach::default()
            });
        }
    }
    Ok(ruling)
}

/// What a payee is due, and by which exchanges.
#[derive(Default)]
struct Due {
    units: U256,
    exchanges: Vec<u64>,
}

fn balance(seen: &Seen<'_>) -> Result<Ruling, Stop> {
    let mut expected: BTreeMap<Address, Due> = BTreeMap::new();
    let mut unsure: BTreeSet<Address> = BTreeSet::new();
    for (key, entries) in seen.settles() {
        // Where an authorization leaves open how much is charged, the successful answer was to the request that said it.
        let settled = entries.iter().find(|entry| entry.said == Said::Yes);
        let Some(payment) = settled.or(entries.first()).and_then(|entry| entry.payment.as_ref()) else {
            continue;
        };
        let due = expected.entry(payment.to).or_default();
        due.exchanges.extend(entries.iter().map(|entry| entry.exchange));
        if entries.iter().any(|entry| is_open(entry)) {
            unsure.insert(payment.to);
        } else if seen.was_relayed(&key) || settled.is_some() {
            due.units += payment.value;
        }
    }
    let mut received: HashMap<Address, U256> = HashMap::new();
    for transfer in seen.ledger.transfers.iter().filter(|transfer| transfer.token == seen.ledger.usdc) {
        if transfer.from == transfer.to {
            unsure.insert(transfer.to);
        } else {
            *received.entry(transfer.to).or_default() += transfer.value;
        }
    }
    let mut ruling = Ruling::default();
    for (payee, due) in expected.into_iter().filter(|(payee, _)| !unsure.contains(payee)) {
        let received = received.get(&payee).copied().unwrap_or_default();
        if received != due.units {
            ruling.breaches.push(Breach {
                kind: "unbalanced",
                want: "received equals settled",
                got: format!("{payee} received {received} units, successful settles were for {}", due.units),
                exchanges: due.exchanges,
                ..Breach::default()
            });
        }
    }
    Ok(ruling)
}

/// The first of some nonces that stands in the call data of a transaction, as it does in every way to submit an
/// authorization.
pub(super) fn carried(transaction: &SentTx, nonces: &HashSet<B256>) -> Option<B256> {
    transaction.input.windows(32).map(B256::from_slice).find(|word| nonces.contains(word))
}

/// Coins for a payer whose payment was presented: with erc20ApprovalGasSponsoring a facilitator pays for the gas of his
/// approval. How much it gives, and to whom, is the subject of checks.
fn is_gift(transaction: &SentTx, payers: &HashMap<B256, Address>) -> bool {
    transaction.input.is_empty() && transaction.to.is_some_and(|to| payers.values().any(|payer| *payer == to))
}

fn gas(seen: &Seen<'_>) -> Result<Ruling, Stop> {
    if seen.ledger.signers.is_empty() {
        return Err(Stop::NotApplicable(
            "/supported names no signers whose transactions could be counted".into(),
        ));
    }
    let mut ruling = Ruling::default();
    let payers: HashMap<B256, Address> =
        settles(seen.entries).keys().map(|key| (key.nonce, key.payer)).collect();
    let nonces: HashSet<B256> = payers.keys().copied().collect();
    let mut by_nonce: BTreeMap<B256, usize> = BTreeMap::new();
    let mut gifts = 0;
    for transaction in &seen.ledger.sent {
        match carried(transaction, &nonces) {
            Some(nonce) => *by_nonce.entry(nonce).or_default() += 1,
            None if is_gift(transaction, &payers) => gifts += 1,
            None => ruling.breaches.push(Breach {
                kind: "unasked-transaction",
                want: "transactions only for payments that were presented to /settle",
                got: format!("{} sends {} that belongs to no payment", transaction.from, transaction.hash),
                ..Breach::default()
            }),
        }
    }
    let reverted = || seen.ledger.sent.iter().filter(|transaction| !transaction.status);
    let wasted: u64 = reverted().map(|transaction| transaction.gas_used).sum();
    ruling.notes.push(format!(
        "{} transactions by the signers, {} reverted, {wasted} gas lost in them",
        seen.ledger.sent.len(),
        reverted().count()
    ));
    if gifts > 0 {
        ruling.notes.push(format!("{gifts} payers got coins for the gas of their approvals"));
    }
    for (nonce, count) in by_nonce.iter().filter(|(_, count)| **count > 1) {
        let payer = payers.get(nonce).copied().unwrap_or_default();
        ruling.notes.push(format!("{count} transactions for one authorization of {payer}"));
    }
    Ok(ruling)
}

/// Only a refusal right after the yes counts, for the same bytes and without anything else having been asked of that
/// payer: whatever lies between may have changed what is true.
fn verified_settles(seen: &Seen<'_>) -> Result<Ruling, Stop> {
    let mut ruling = Ruling::default();
    let mut last: HashMap<Address, &Entry> = HashMap::new();
    let mut judged = 0;
    for entry in seen.entries {
        let Some(payment) = &entry.payment else { continue };
        let before = last.insert(payment.key.payer, entry);
        let Some(yes) = before.filter(|before| {
            (before.endpoint, entry.endpoint) == (Endpoint::Verify, Endpoint::Settle)
                && before.said == Said::Yes
                && before.chain_healthy
                && entry.chain_healthy
                && before.sent == entry.sent
                && before.payment == entry.payment
                && before.check == entry.check
        }) else {
            continue;
        };
        judged += 1;
        if entry.said == Said::No && !is_open(entry) && !seen.was_relayed(&payment.key) {
            ruling.breaches.push(Breach {
                kind: "verify-and-settle-disagree",
                want: "success true after isValid true",
                got: format!(
                    "refused as {} — {}",
                    entry.reason().unwrap_or_else(|| "nothing".into()),
                    describe(entry)
                ),
                exchanges: vec![yes.exchange, entry.exchange],
                ..Breach::default()
            });
        }
    }
    if judged == 0 {
        return Err(Stop::Inconclusive(
            "no payment of the run was settled right after it was verified".into(),
        ));
    }
    ruling.notes.push(format!("{judged} payments were settled right after they were verified"));
    Ok(ruling)
}

fn invalid_is_refused(seen: &Seen<'_>) -> Result<Ruling, Stop> {
    let invalid = |entry: &&Entry| {
        entry.endpoint == Endpoint::Verify
            && entry.chain_healthy
            && entry.payment.as_ref().is_some_and(|payment| !payment.faults.is_empty())
    };
    let asked: Vec<&Entry> = seen.entries.iter().filter(invalid).collect();
    if asked.is_empty() {
        return Err(Stop::Inconclusive("no invalid payment of the run was presented to /verify".into()));
    }
    let accepted = asked.iter().filter(|entry| entry.said == Said::Yes).map(|entry| Breach {
        kind: "accepted-invalid",
        want: "isValid false",
        got: format!("isValid true — {}", describe(entry)),
        exchanges: vec![entry.exchange],
        class: Some(Class::W),
        ..Breach::default()
    });
    Ok(Ruling { breaches: accepted.collect(), notes: vec![format!("{} invalid payments", asked.len())] })
}

fn no_server_error(seen: &Seen<'_>) -> Result<Ruling, Stop> {
    let judged = || seen.entries.iter().filter(|entry| entry.well_formed && entry.chain_healthy);
    if judged().next().is_none() {
        return Err(Stop::Inconclusive("the run asked nothing that is well-formed".into()));
    }
    let bad: Vec<&Entry> =
        judged().filter(|entry| entry.status.is_some_and(|status| status >= 500)).collect();
    let breach = bad.first().map(|first| Breach {
        kind: "server-error",
        want: "a status below 500",
        got: format!(
            "{} of {} answers; the first: status {} — {}",
            bad.len(),
            seen.entries.len(),
            first.status.unwrap_or_default(),
            describe(first)
        ),
        exchanges: bad.iter().map(|entry| entry.exchange).collect(),
        ..Breach::default()
    });
    Ok(Ruling { breaches: breach.into_iter().collect(), notes: Vec::new() })
}

fn alive(seen: &Seen<'_>) -> Result<Ruling, Stop> {
    let mut ruling = Ruling::default();
    let asked: Vec<&Entry> =
        seen.entries.iter().filter(|entry| entry.check == "facilitator.service.alive").collect();
    ruling.breaches.extend(seen.death());
    if asked.is_empty() && ruling.breaches.is_empty() {
        return Err(Stop::NotApplicable("the run did not ask afterwards whether the target works".into()));
    }
    // Of whom it died is told above.
    let of_a_death = |entry: &&&Entry| !seen.deaths.is_empty() && matches!(entry.said, Said::Nothing(_));
    for entry in asked.iter().filter(|entry| entry.said != Said::Yes && !of_a_death(entry)) {
        ruling.breaches.push(Breach {
            kind: "does-not-work-any-more",
            want: "isValid true and success true for a plain valid payment",
            got: describe(entry),
            exchanges: vec![entry.exchange],
            ..Breach::default()
        });
    }
    Ok(ruling)
}

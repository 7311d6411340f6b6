//! The books: invariants over everything that the run has asked and everything that the chain has seen.
//!
//! They run last, when no transaction is under way any more, and read the ledger anew.

use super::money::carries;
use super::{Row, Topic};
use crate::check::{Judged, Lane, Stop};
use crate::cx::{Cx, Violation};
use crate::history::{Entry, PaymentKey, Said};
use gauntlet_chain::Transfer;
use gauntlet_wire::U256;
use std::collections::{BTreeMap, BTreeSet};

const BOOKS: Topic = Topic {
    lane: Lane::Last,
    risk: "what callers were told and what the money did are two different stories",
};

/// The rows.
pub const ROWS: &[Row] = &[
    BOOKS.row(
        "facilitator.books.success-means-money",
        "every success of the run has its Transfer",
        &["X402V2-FA-SETTLE-002", "X402-EVM3009-028"],
        |cx| Box::pin(success_means_money(cx)),
    ),
    BOOKS.row(
        "facilitator.books.failure-means-none",
        "no payment of the run that was refused moved money, not even later",
        &["X402V2-FA-SETTLE-003"],
        |cx| Box::pin(failure_means_none(cx)),
    ),
    BOOKS.row(
        "facilitator.books.one-success-a-nonce",
        "each authorization of the run was settled at most once",
        &["INV-002"],
        |cx| Box::pin(one_success(cx)),
    ),
    BOOKS.row(
        "facilitator.books.balance",
        "what payees received is what successful settles of the run were for",
        &["INV-001"],
        |cx| Box::pin(balance(cx)),
    ),
    BOOKS.row(
        "facilitator.books.gas",
        "the signers sent transactions only for payments that were presented to /settle",
        &["INV-007"],
        |cx| Box::pin(gas(cx)),
    ),
];

/// Every transfer of the run in USDC, once nothing is under way any more.
async fn all_transfers(cx: &Cx) -> Result<Vec<Transfer>, Stop> {
    let chain = &cx.world.chain;
    chain.mine(3).await?;
    Ok(chain.transfers(chain.tokens().usdc.address, cx.world.start_block, None).await?)
}

fn is_plain(cx: &Cx, key: &PaymentKey) -> bool {
    key.token == cx.world.chain.tokens().usdc.address
}

/// The transfer that a payment authorized, if it is there.
fn matching<'a>(transfers: &'a [Transfer], entry: &Entry) -> Vec<&'a Transfer> {
    entry.payment.as_ref().map_or_else(Vec::new, |payment| {
        transfers
            .iter()
            .filter(|t| t.from == payment.key.payer && t.to == payment.to && t.value == payment.value)
            .collect()
    })
}

fn describe(entry: &Entry) -> String {
    format!("exchange {} of {}: {}", entry.exchange, entry.check, entry.sent)
}

fn found(cx: &Cx, requirement: &str, kind: &str, want: &str, got: String, chain: Vec<String>) {
    cx.find(Violation { requirement, kind, want: want.into(), got, chain, ..Violation::default() });
}

async fn success_means_money(cx: Cx) -> Judged {
    let transfers = all_transfers(&cx).await?;
    let mut successes = 0;
    for (key, entries) in cx.world.history.settles().iter().filter(|(key, _)| is_plain(&cx, key)) {
        for entry in entries.iter().filter(|entry| entry.said == Said::Yes) {
            successes += 1;
            let paid = matching(&transfers, entry);
            let named = entry.settle().and_then(|answer| answer.transaction).unwrap_or_default();
            if !paid.iter().any(|transfer| transfer.tx.to_string().eq_ignore_ascii_case(&named)) {
                let chain = vec![format!("{} Transfers of this payment from {}", paid.len(), key.payer)];
                let got = format!("success naming {named:?} — {}", describe(entry));
                found(
                    &cx,
                    cx.rule(),
                    "success-without-money",
                    "the named transaction holds the Transfer",
                    got,
                    chain,
                );
            }
        }
    }
    if successes == 0 {
        return Err(Stop::Inconclusive(
            "no settle of the run succeeded, so there is nothing to judge".into(),
        ));
    }
    cx.note(format!("{successes} successes, {} Transfers", transfers.len()));
    Ok(())
}

async fn failure_means_none(cx: Cx) -> Judged {
    let transfers = all_transfers(&cx).await?;
    for (key, entries) in cx.world.history.settles().iter().filter(|(key, _)| is_plain(&cx, key)) {
        let settled_or_open = entries.iter().any(|entry| {
            entry.said == Said::Yes
                || matches!(entry.said, Said::Nothing(_))
                || entry.settle().is_some_and(|answer| answer.is_pending())
        });
        if settled_or_open || cx.world.history.was_relayed(key) {
            continue;
        }
        if let Some((entry, transfer)) = entries
            .iter()
            .find_map(|entry| matching(&transfers, entry).first().map(|transfer| (entry, *transfer)))
        {
            let got = format!("refused, and the money moved — {}", describe(entry));
            found(
                &cx,
                cx.rule(),
                "refused-but-taken",
                "no Transfer after a refusal",
                got,
                vec![transfer.to_string()],
            );
        }
    }
    Ok(())
}

async fn one_success(cx: Cx) -> Judged {
    let transfers = all_transfers(&cx).await?;
    for (key, entries) in cx.world.history.settles().iter().filter(|(key, _)| is_plain(&cx, key)) {
        let mut named: BTreeSet<String> = BTreeSet::new();
        for entry in entries.iter().filter(|entry| entry.said == Said::Yes) {
            named.insert(
                entry.settle().and_then(|answer| answer.transaction).unwrap_or_default().to_ascii_lowercase(),
            );
        }
        let paid = entries.first().map(|entry| matching(&transfers, entry).len()).unwrap_or_default();
        if named.len() > 1 || paid > 1 {
            let got = format!(
                "{} transactions named for one authorization of {}, {paid} Transfers",
                named.len(),
                key.payer
            );
            found(&cx, cx.rule(), "settled-twice", "one success, one transaction", got, Vec::new());
        }
    }
    Ok(())
}

async fn balance(cx: Cx) -> Judged {
    let transfers = all_transfers(&cx).await?;
    let mut expected: BTreeMap<_, U256> = BTreeMap::new();
    let mut unsure: BTreeSet<_> = BTreeSet::new();
    for (key, entries) in cx.world.history.settles().iter().filter(|(key, _)| is_plain(&cx, key)) {
        let Some(payment) = entries.first().and_then(|entry| entry.payment.as_ref()) else {
            continue;
        };
        let open = entries.iter().any(|entry| {
            matches!(entry.said, Said::Nothing(_)) || entry.settle().is_some_and(|answer| answer.is_pending())
        });
        if open {
            unsure.insert(payment.to);
        } else if cx.world.history.was_relayed(key) || entries.iter().any(|entry| entry.said == Said::Yes) {
            *expected.entry(payment.to).or_default() += payment.value;
        } else {
            expected.entry(payment.to).or_default();
        }
    }
    for (payee, due) in expected.iter().filter(|(payee, _)| !unsure.contains(*payee)) {
        let received: U256 =
            transfers.iter().filter(|t| t.to == *payee && t.from != *payee).map(|t| t.value).sum();
        let to_itself = transfers.iter().any(|t| t.to == *payee && t.from == *payee);
        if received != *due && !to_itself {
            let got = format!("{payee} received {received} units, successful settles were for {due}");
            found(&cx, cx.rule(), "unbalanced", "received equals settled", got, Vec::new());
        }
    }
    Ok(())
}

async fn gas(cx: Cx) -> Judged {
    let chain = &cx.world.chain;
    if cx.world.claims.signers.is_empty() {
        return Err(Stop::NotApplicable(
            "/supported names no signers whose transactions could be counted".into(),
        ));
    }
    all_transfers(&cx).await?;
    let mut by_nonce: BTreeMap<_, usize> = BTreeMap::new();
    let (mut sent, mut reverted, mut wasted) = (0_usize, 0_usize, 0_u64);
    let payments = cx.world.history.settles();
    for signer in &cx.world.claims.signers {
        for transaction in chain.sent_by(*signer, cx.world.start_block).await? {
            sent += 1;
            if !transaction.status {
                reverted += 1;
                wasted += transaction.gas_used;
            }
            match payments.keys().find(|key| carries(&transaction, key)) {
                Some(key) => *by_nonce.entry(*key).or_default() += 1,
                None => found(
                    &cx,
                    cx.rule(),
                    "unasked-transaction",
                    "transactions only for payments that were presented to /settle",
                    format!("{} sends {} that belongs to no payment", signer, transaction.hash),
                    Vec::new(),
                ),
            }
        }
    }
    cx.note(format!("{sent} transactions by the signers, {reverted} reverted, {wasted} gas lost in them"));
    for (key, count) in by_nonce.iter().filter(|(_, count)| **count > 1) {
        cx.note(format!("{count} transactions for one authorization of {}", key.payer));
    }
    Ok(())
}

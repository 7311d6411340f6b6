//! Settles a payment and judges what the facilitator says of it.
//!
//! Source: core v2 §5.3.2 and §7.2; the newest text of core v2 §9 for settlements that are pending.

use super::deal::Deal;
use super::mutants::Fault;
use super::permit2;
use super::refusal::{Cause, Doubt, Trouble, Why};
use gauntlet_wire::{Address, B256, Network, SettleAnswer, U256};
use std::time::Duration;

/// How often the mutant that loops asks about a pending settlement, and the pause between.
const LOOPS: (usize, Duration) = (30, Duration::from_millis(50));

/// Settles a payment. A success is believed only when nothing speaks against it.
pub(super) async fn settle(deal: &Deal) -> Result<SettleAnswer, Why> {
    let mut answer = ask(deal).await;
    if answer.is_err() && deal.is(Fault::RetriesLostSettle) {
        answer = ask(deal).await;
    }
    let mut pending = String::new();
    let (repeats, pause) = repeats(deal);
    for _ in 0..repeats {
        let Ok(unfinished) = &answer else { break };
        if !unfinished.is_pending() {
            break;
        }
        pending = transaction(unfinished);
        tokio::time::sleep(pause).await;
        answer = ask(deal).await;
    }
    let answer =
        answer.map_err(|trouble| Why::Unknown { cause: Cause::Lost(trouble), transaction: pending })?;
    let answer = judge(deal, answer)?;
    if deal.is(Fault::SettlesTwice) {
        // Whatever it says now: the first answer counts.
        let _ = ask(deal).await;
    }
    Ok(answer)
}

/// How often a pending settlement is asked about again: once, with the same payload.
fn repeats(deal: &Deal) -> (usize, Duration) {
    match deal.service.fault {
        Some(Fault::LoopsOnPending) => LOOPS,
        Some(Fault::GivesUpOnPending) => (0, Duration::ZERO),
        _ => (1, Duration::ZERO),
    }
}

async fn ask(deal: &Deal) -> Result<SettleAnswer, Trouble> {
    let reply = deal.service.facilitator.settle(&permit2::settlement(deal)).await?;
    if deal.is(Fault::RefusesUnknownAnswerFields) && !is_known_only(&reply.answer) {
        return Err(Trouble::Unreadable);
    }
    deal.service.quirks.overhear(deal.service.fault, deal.payment.id, &reply.headers);
    Ok(reply.answer)
}

fn is_known_only(answer: &SettleAnswer) -> bool {
    const KNOWN: [&str; 9] = [
        "success",
        "errorReason",
        "errorMessage",
        "transaction",
        "network",
        "payer",
        "amount",
        "extensions",
        "extensionResponses",
    ];
    answer.raw.as_object().is_some_and(|members| members.keys().all(|name| KNOWN.contains(&name.as_str())))
}

fn judge(deal: &Deal, answer: SettleAnswer) -> Result<SettleAnswer, Why> {
    if answer.is_pending() {
        return Err(Why::Pending(Box::new(answer)));
    }
    if answer.success != Some(true) {
        return Err(Why::NotSettled(Box::new(answer)));
    }
    match doubt(deal, &answer) {
        Some(doubt) if !is_believed(deal, doubt) => {
            Err(Why::Unknown { cause: Cause::Doubt(doubt), transaction: transaction(&answer) })
        }
        _ => Ok(answer),
    }
}

fn doubt(deal: &Deal, answer: &SettleAnswer) -> Option<Doubt> {
    // Nothing to be charged needs no transaction.
    if transaction(answer).is_empty() && deal.due != Some(U256::ZERO) {
        return Some(Doubt::Transaction);
    }
    // Some facilitators use the other version's name for the same network.
    if answer.network.as_deref().and_then(Network::parse) != Some(deal.service.network) {
        return Some(Doubt::Network);
    }
    let payer = answer.payer.as_deref().filter(|payer| !payer.is_empty());
    let is_other = |payer: &str| payer.parse() != Ok::<Address, _>(deal.payment.authorization.from);
    payer.is_some_and(is_other).then_some(Doubt::Payer)
}

fn is_believed(deal: &Deal, doubt: Doubt) -> bool {
    matches!(
        (deal.service.fault, doubt),
        (Some(Fault::ServesWithoutTransaction), Doubt::Transaction)
            | (Some(Fault::ServesOnOtherNetwork), Doubt::Network)
            | (Some(Fault::ServesOnOtherPayer), Doubt::Payer)
    )
}

/// The transaction that an answer names; empty when that is no 32-byte hash.
pub(super) fn transaction(answer: &SettleAnswer) -> String {
    let named = answer.transaction.as_deref().unwrap_or_default();
    let is_hash = named.starts_with("0x") && named.parse::<B256>().is_ok();
    if is_hash { named.to_owned() } else { String::new() }
}

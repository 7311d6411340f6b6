//! What came of a scenario against what was expected, told as a loss: of what, how much, and whose.

use super::model::{Bound, Expect, Party};
use super::stage::{Actor, Stage};
use crate::check::{Judged, Stop};
use crate::cx::Violation;
use crate::facilitator::money::carries;
use crate::server::money::pays;
use crate::server::rules;
use gauntlet_chain::{SentTx, Transfer};
use gauntlet_doubles::scripted::Endpoint;
use gauntlet_report::Class;
use gauntlet_wire::{Address, U256};
use std::collections::{BTreeMap, BTreeSet};

/// What became of one payment or payer.
struct Facts {
    served: u64,
    /// Transfers of the price to the payee.
    transfers: Vec<Transfer>,
    /// Everything that left the payer's account.
    lines: Vec<String>,
    settles: Option<u64>,
    /// Transactions of the facilitator that reverted.
    reverted: Vec<SentTx>,
}

pub(super) async fn judge(stage: &Stage) -> Judged {
    let mut silent = Vec::new();
    for (name, actor) in &stage.actors {
        let facts = facts(stage, actor).await?;
        stage.cx.tell_chain(facts.transfers.last().map_or(0, |transfer| transfer.block), &facts.lines);
        compare(stage, name, actor, &facts, &stage.scenario.expect, None);
        if let Some((class, graded)) = &stage.scenario.graded {
            compare(stage, name, actor, &facts, graded, Some(*class));
        }
        if actor.seen.iter().any(|seen| seen.silent) {
            silent.push(*name);
        }
    }
    if silent.is_empty() {
        return Ok(());
    }
    Err(Stop::Inconclusive(format!("no whole answer came to {}", silent.join(", "))))
}

async fn facts(stage: &Stage, actor: &Actor) -> Result<Facts, Stop> {
    let world = &stage.cx.world;
    let usdc = world.chain.tokens().usdc.address;
    let out = world.chain.transfers(usdc, world.start_block, Some(actor.payer.address())).await?;
    let paid = |transfer: &&Transfer| match &actor.purchase {
        Some(purchase) => pays(transfer, purchase),
        // What each purchase cost was compared when it was made.
        None => {
            transfer.to == actor.payee || actor.elsewhere.values().any(|(_, payee)| transfer.to == *payee)
        }
    };
    let nonce = actor.purchase.as_ref().map(|purchase| purchase.payment.key());
    let facilitator = world.shop.as_ref().and_then(|shop| shop.facilitator.as_ref());
    let settles = nonce.zip(facilitator).map(|(key, facilitator)| {
        let calls = facilitator.calls_for(key.nonce);
        calls.iter().filter(|call| call.endpoint == Endpoint::Settle).count() as u64
    });
    let mut reverted = Vec::new();
    if let Some(key) = nonce.filter(|_| counts_gas(stage)) {
        let sent = world.chain.sent_by(world.chain.roles().facilitator.address(), stage.block).await?;
        reverted.extend(sent.into_iter().filter(|sent| !sent.status && carries(sent, &key)));
    }
    let mut lines: Vec<String> = out.iter().map(ToString::to_string).collect();
    if lines.is_empty() {
        lines.push(format!("no Transfer from {}", actor.payer.address()));
    }
    lines.extend(reverted.iter().map(ToString::to_string));
    let transfers = out.iter().filter(paid).cloned().collect();
    Ok(Facts { served: actor.served() as u64, transfers, lines, settles, reverted })
}

fn counts_gas(stage: &Stage) -> bool {
    let graded = stage.scenario.graded.as_ref().map(|(_, graded)| graded);
    [Some(&stage.scenario.expect), graded].into_iter().flatten().any(|expect| !expect.reverted.is_empty())
}

/// Compares the facts of one name with what is expected of it.
fn compare(stage: &Stage, name: &str, actor: &Actor, facts: &Facts, expect: &Expect, class: Option<Class>) {
    let cx = &stage.cx;
    // Who kept silent may have done what was expected unseen, never more than that.
    let is_whole = !actor.seen.iter().any(|seen| seen.silent);
    let transfers = facts.transfers.len() as u64;
    let counts = [
        (&expect.served, "answers with content", Some(facts.served), "delivered-too-often", "not-delivered"),
        (&expect.transfers, "Transfers of the price", Some(transfers), "charged-too-often", "not-charged"),
        (&expect.settles, "calls to settle", facts.settles, "settled-in-vain", "not-settled"),
        (
            &expect.reverted,
            "transactions that reverted",
            Some(facts.reverted.len() as u64),
            "gas-wasted",
            "nothing-reverted",
        ),
    ];
    let mut sale_failed = false;
    let of = |bounds: &[Bound]| bounds.iter().find(|bound| bound.name == name).cloned();
    for (bounds, what, count, above, below) in counts {
        let (Some(bound), Some(count)) = (of(bounds), count) else { continue };
        let kind = match count {
            count if count > bound.most => above,
            count if count < bound.least && is_whole => below,
            _ => continue,
        };
        // A sale that failed as a whole is told once.
        if kind == "not-charged" && sale_failed {
            continue;
        }
        sale_failed |= kind == "not-delivered";
        // What was not delivered is no attack that succeeded, but a sale that failed.
        let requirement =
            if kind == "not-delivered" && class.is_none() { rules::receipt(cx.version()) } else { cx.rule() };
        let place = format!("{}:{}", stage.scenario.path.display(), bound.line);
        cx.find(Violation {
            requirement,
            kind,
            want: format!("{} {what} for {name} ({place})", range(&bound)),
            got: loss(stage, actor, facts).unwrap_or_else(|| format!("{count} {what} for {name}")),
            reply: stage.last_visit(name).map(|visit| &visit.reply),
            chain: facts.lines.clone(),
            class,
        });
    }
}

fn range(bound: &Bound) -> String {
    match (bound.least, bound.most) {
        (least, most) if least == most => least.to_string(),
        (0, most) => format!("at most {most}"),
        (least, most) => format!("{least} to {most}"),
    }
}

/// The loss of the one whom the scenario is about, when there is any.
fn loss(stage: &Stage, actor: &Actor, facts: &Facts) -> Option<String> {
    let lost = &stage.scenario.lost;
    let (served, paid) = (facts.served, facts.transfers.len() as u64);
    let price = actor.price;
    match stage.scenario.by {
        Party::Seller => {
            let units = unpaid_content(actor, facts);
            (units > U256::ZERO).then(|| {
                format!(
                    "the seller delivered {} for {} of {price} units: {units} units of {lost} lost",
                    times(served),
                    payments(paid)
                )
            })
        }
        Party::Buyer => {
            let units = price.saturating_mul(U256::from(paid.saturating_sub(served)));
            (units > U256::ZERO).then(|| {
                format!(
                    "the buyer made {} of {price} units and was served {}: {units} units of {lost} lost",
                    payments(paid),
                    times(served)
                )
            })
        }
        Party::Facilitator => {
            let gas: u64 = facts.reverted.iter().map(|sent| sent.gas_used).sum();
            let count = facts.reverted.len();
            (count > 0).then(|| {
                let transactions = if count == 1 { "transaction" } else { "transactions" };
                format!(
                    "the facilitator sent {count} {transactions} that reverted: {gas} units of {lost} lost"
                )
            })
        }
    }
}

/// The price of everything that was delivered, less what reached the payees that it was due to.
fn unpaid_content(actor: &Actor, facts: &Facts) -> U256 {
    let mut delivered: BTreeMap<Address, U256> = BTreeMap::new();
    for seen in actor.seen.iter().filter(|seen| seen.served) {
        let sum = delivered.entry(seen.payee).or_default();
        *sum = sum.saturating_add(seen.price);
    }
    // One transaction pays once, however many events it has.
    let paid: BTreeSet<_> =
        facts.transfers.iter().map(|transfer| (transfer.tx, transfer.to, transfer.value)).collect();
    delivered
        .into_iter()
        .map(|(payee, worth)| {
            let received = paid.iter().filter(|(_, to, _)| *to == payee).map(|(_, _, value)| *value);
            worth.saturating_sub(received.fold(U256::ZERO, U256::saturating_add))
        })
        .fold(U256::ZERO, U256::saturating_add)
}

fn times(count: u64) -> String {
    if count == 1 { "once".into() } else { format!("{count} times") }
}

fn payments(count: u64) -> String {
    match count {
        0 => "no payment".into(),
        1 => "1 payment".into(),
        more => format!("{more} payments"),
    }
}

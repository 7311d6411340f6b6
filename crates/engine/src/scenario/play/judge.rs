//! What came of a scenario against what was expected, told as a loss: of what, how much, and whose.

use super::actor::Actor;
use super::facts::Facts;
use super::ledger;
use super::stage::Stage;
use crate::check::{Judged, Stop};
use crate::cx::Violation;
use crate::facilitator::money::is_pending;
use crate::history::Said;
use crate::reply::Reply;
use crate::scenario::model::{Bound, Call, Expect, Party};
use crate::server::rules;
use gauntlet_probe::Role;
use gauntlet_report::Class;
use gauntlet_wire::{Address, U256};
use std::collections::{BTreeMap, BTreeSet};

pub(super) async fn judge(stage: &Stage) -> Judged {
    let graded = stage.scenario.graded.as_ref().map(|(class, graded)| (graded, Some(*class)));
    let expectations: Vec<(&Expect, Option<Class>)> =
        std::iter::once((&stage.scenario.expect, None)).chain(graded).collect();
    for (name, actor) in &stage.actors {
        let facts = Facts::of(stage, actor).await?;
        stage.cx.tell_chain(facts.transfers.last().map_or(0, |transfer| transfer.block), &facts.lines);
        for (expect, class) in &expectations {
            counts(stage, name, actor, &facts, expect, *class);
            agree(stage, name, actor, expect, *class);
        }
    }
    for (expect, class) in expectations {
        ledger::judge(stage, expect, class).await?;
    }
    if stage.silent.is_empty() {
        return Ok(());
    }
    Err(Stop::Inconclusive(format!("no whole answer: {}", stage.silent.join(", "))))
}

/// One count that may be expected.
struct Count<'a> {
    bounds: &'a [Bound],
    what: &'static str,
    count: Option<u64>,
    /// The fingerprints of more than the most and of less than the least.
    above: &'static str,
    below: &'static str,
}

fn countable<'a>(role: Role, facts: &Facts, expect: &'a Expect) -> [Count<'a>; 6] {
    let count = |bounds, what, count, above, below| Count { bounds, what, count, above, below };
    let transfers =
        if role == Role::Server { "Transfers of the price" } else { "Transfers exactly as signed" };
    let refusable = |bounds: &[Bound]| {
        if bounds.iter().all(|bound| bound.most == 0) { "accepted-invalid" } else { "accepted-too-often" }
    };
    [
        count(
            &expect.served,
            "answers with content",
            Some(facts.served),
            "delivered-too-often",
            "not-delivered",
        ),
        count(
            &expect.valid,
            "answers with isValid true",
            Some(facts.valid),
            refusable(&expect.valid),
            "refused-valid",
        ),
        count(
            &expect.settled,
            "answers with success true",
            Some(facts.settled),
            refusable(&expect.settled),
            "not-settled",
        ),
        count(
            &expect.transfers,
            transfers,
            Some(facts.transfers.len() as u64),
            "charged-too-often",
            "not-charged",
        ),
        count(&expect.settles, "calls to settle", facts.settles, "settled-in-vain", "not-settled"),
        count(
            &expect.reverted,
            "transactions that reverted",
            Some(facts.reverted.len() as u64),
            "gas-wasted",
            "nothing-reverted",
        ),
    ]
}

/// Compares the facts of one name with what is expected of it.
fn counts(stage: &Stage, name: &str, actor: &Actor, facts: &Facts, expect: &Expect, class: Option<Class>) {
    let cx = &stage.cx;
    let mut sale_failed = false;
    for count in countable(stage.scenario.role, facts, expect) {
        let bound = count.bounds.iter().find(|bound| bound.name == name);
        let (Some(bound), Some(number)) = (bound, count.count) else { continue };
        let kind = match number {
            number if number > bound.most => count.above,
            // Who kept silent may have done what was expected unseen, never more than that.
            number if number < bound.least && facts.is_whole => count.below,
            _ => continue,
        };
        // A sale that failed as a whole is told once, and so is a payment that was refused.
        if sale_failed && matches!(kind, "not-charged" | "not-settled") {
            continue;
        }
        sale_failed |= matches!(kind, "not-delivered" | "refused-valid" | "not-settled");
        // What was not delivered is no attack that succeeded, but a sale that failed.
        let requirement = match kind {
            "not-delivered" if class.is_none() && !stage.scenario.covers.is_empty() => {
                rules::receipt(cx.version())
            }
            _ => stage.scenario.deciding(cx.version()),
        };
        cx.find(Violation {
            requirement,
            kind,
            want: format!("{} for {name}", numbered(&range(bound), count.what)),
            got: loss(stage, actor, facts)
                .unwrap_or_else(|| format!("{} for {name}", numbered(&number.to_string(), count.what))),
            reply: stage.telling_reply(name),
            chain: facts.lines.clone(),
            class,
            place: Some(stage.scenario.picture(&bound.span)),
        });
    }
}

/// `/verify` and `/settle` say the same of a payment, when either has said anything.
fn agree(stage: &Stage, name: &str, actor: &Actor, expect: &Expect, class: Option<Class>) {
    let Some(named) = expect.agree.iter().find(|named| named.name == name) else { return };
    let first = |call: Call| actor.replies.iter().find(|asked| asked.call == call).map(|asked| &asked.reply);
    let (Some(verified), Some(settled)) = (first(Call::Verify), first(Call::Settle)) else { return };
    let (kind, want) = match (&verified.said, &settled.said) {
        (Said::Yes, Said::No | Said::Unclear(_)) if !is_pending(settled) => {
            ("verified-but-not-settled", "success true after isValid true")
        }
        (Said::No | Said::Unclear(_), Said::Yes) => ("refused-but-settled", "the verdict of /verify"),
        (Said::Yes, _) => return stage.cx.note(format!("{name} is accepted")),
        (said, _) => {
            let reason = verified.reason().unwrap_or_else(|| verified.got());
            return if *said == Said::No {
                stage.cx.note(format!("{name} is refused: {reason}"))
            };
        }
    };
    stage.cx.find(Violation {
        requirement: stage.scenario.deciding(stage.cx.version()),
        kind,
        want: want.into(),
        reply: Some(settled),
        class,
        place: Some(stage.scenario.picture(&named.span)),
        ..Violation::default()
    });
}

impl Stage {
    /// The answer about a payment that tells most: one with content, the last settle, the last of all.
    fn telling_reply(&self, name: &str) -> Option<&Reply> {
        let actor = self.actors.get(name)?;
        let seen = actor.seen.iter().rev().find(|seen| seen.served).or_else(|| actor.seen.last());
        let asked = actor
            .replies
            .iter()
            .rev()
            .find(|asked| asked.call == Call::Settle)
            .or_else(|| actor.replies.last());
        let visit = seen.and_then(|seen| seen.visit.as_ref()).map(|visit| &visit.reply);
        visit.or_else(|| asked.map(|asked| &asked.reply))
    }
}

/// `2 answers with content`, `1 answer with content`.
fn numbered(number: &str, what: &str) -> String {
    match what.split_once("s ") {
        Some((noun, rest)) if number == "1" => format!("1 {noun} {rest}"),
        _ => format!("{number} {what}"),
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
    let (lost, by) = stage.scenario.loss.as_ref()?;
    let (served, paid) = (facts.served, facts.transfers.len() as u64);
    let price = actor.price;
    match by {
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

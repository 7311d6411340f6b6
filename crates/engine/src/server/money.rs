//! Money before content: what the answer to a purchase must agree with on the chain, whatever the check is about.

use super::buyer::Purchase;
use super::rules;
use super::visit::Visit;
use crate::check::Stop;
use crate::cx::{Cx, Violation};
use crate::reply::Money;
use gauntlet_chain::Transfer;
use gauntlet_wire::B256;
use std::collections::BTreeSet;

/// What the check has arranged, and with it what money without content means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Nothing stands in the way: what is taken must be served.
    Plain,
    /// The settlement's answer is lost or a lie: whoever cannot know that the money moved cannot be blamed for not
    /// serving, only for serving without money.
    Disturbed,
    /// The settlement happened and its answer was changed on its way: a receipt can only repeat what the server was
    /// told, and whoever does not believe it need not serve.
    Misled,
    /// The money moved before, and nothing has been served for it yet: one answer with content takes nothing from
    /// anybody.
    PaidAlready,
}

/// Whether a transfer pays for a purchase: from its payer to its payee, the price or more.
#[must_use]
pub fn pays(transfer: &Transfer, purchase: &Purchase) -> bool {
    let terms = &purchase.offer.terms;
    transfer.from == purchase.payment.draft.authorization.from
        && transfer.to == terms.pay_to
        && transfer.value >= terms.amount
}

fn paying(money: &Money, purchase: &Purchase) -> BTreeSet<B256> {
    money.transfers.iter().filter(|transfer| pays(transfer, purchase)).map(|transfer| transfer.tx).collect()
}

/// Judges the answer to one presentation of a payment against what the chain said before and after.
pub fn judge_purchase(
    cx: &Cx,
    purchase: &Purchase,
    visit: &Visit,
    before: &Money,
    after: &Money,
    expected: Expected,
) {
    let earlier = paying(before, purchase);
    let now: BTreeSet<B256> = paying(after, purchase).difference(&earlier).copied().collect();
    cx.tell_chain(after.transfers.last().map_or(0, |transfer| transfer.block), &after.lines);
    let violated = |requirement, kind, want: &str| {
        cx.find(Violation {
            requirement,
            kind,
            want: want.into(),
            got: visit.got(),
            reply: Some(&visit.reply),
            chain: after.lines.clone(),
            ..Violation::default()
        });
    };
    if earlier.len() + now.len() > 1 {
        violated(rules::PAID_TWICE, "paid-twice", "one Transfer for one authorization");
    }
    match (visit.served(), now.is_empty()) {
        (true, true) if !earlier.is_empty() && expected == Expected::PaidAlready => {}
        (true, true) if !earlier.is_empty() => {
            violated(
                rules::replayed(purchase.version()),
                "served-again",
                "no content for a payment that has bought already",
            );
        }
        (true, true) => {
            let want = "content only when the Transfer of the price to payTo is on the chain";
            violated(purchase.payment.money_rule, "served-without-payment", want);
        }
        (true, false) if expected == Expected::Misled => {}
        (true, false) => judge_receipt(cx, purchase, visit, &now, after),
        (false, false) if expected == Expected::Plain => {
            violated(rules::TAKEN_NOT_SERVED, "taken-not-served", "content for a payment that was taken");
        }
        (false, _) => {}
    }
}

/// A paid answer names the transaction that moved the money.
fn judge_receipt(cx: &Cx, purchase: &Purchase, visit: &Visit, moved: &BTreeSet<B256>, after: &Money) {
    let version = purchase.version();
    let violation =
        Violation { reply: Some(&visit.reply), chain: after.lines.clone(), ..Violation::default() };
    match visit.receipt(version) {
        None => cx.find(Violation {
            requirement: rules::receipt(version),
            kind: "no-receipt",
            want: format!("a legible {} header", gauntlet_wire::header::receipt_header(version)),
            got: format!("status {} without one", visit.status()),
            ..violation
        }),
        Some(receipt) => {
            let named = receipt.transaction.as_deref().and_then(|text| text.parse::<B256>().ok());
            if named.is_none_or(|named| !moved.contains(&named)) {
                cx.find(Violation {
                    requirement: rules::receipt_names(version),
                    kind: "names-another-transaction",
                    want: "the hash of the transaction that moved the money".into(),
                    got: format!("transaction {}", receipt.transaction.as_deref().unwrap_or("missing")),
                    ..violation
                });
            }
        }
    }
}

/// Judges the answers to copies of one payment, or to different payments, that were presented at one instant: no more
/// content than Transfers, and no Transfer without content.
///
/// # Errors
/// [`Stop`] when the chain does not answer.
pub async fn judge_crowd(cx: &Cx, purchases: &[Purchase], visits: &[Visit]) -> Result<(), Stop> {
    let mut judged = BTreeSet::new();
    for purchase in purchases {
        let key = purchase.payment.key();
        if !judged.insert(key) {
            continue;
        }
        let copies = || purchases.iter().zip(visits).filter(|(other, _)| other.payment.key() == key);
        let served: Vec<&Visit> =
            copies().filter(|(_, visit)| visit.served()).map(|(_, visit)| visit).collect();
        let silent = copies().filter(|(_, visit)| visit.is_silence()).count();
        let money = cx.money(&purchase.payment).await?;
        let paid = paying(&money, purchase);
        let violated = |requirement, kind, want: &str, visit: Option<&Visit>| {
            cx.find(Violation {
                requirement,
                kind,
                want: want.into(),
                got: format!(
                    "{} of {} answers with content, {} Transfers",
                    served.len(),
                    copies().count(),
                    paid.len()
                ),
                reply: visit.map(|visit| &visit.reply),
                chain: money.lines.clone(),
                ..Violation::default()
            });
        };
        if paid.len() > 1 {
            violated(
                rules::PAID_TWICE,
                "paid-twice",
                "one Transfer for one authorization",
                served.first().copied(),
            );
        }
        if served.len() > paid.len() {
            let rule = if copies().count() > 1 {
                rules::raced(purchase.version())
            } else {
                rules::CONTENT_NEEDS_MONEY
            };
            violated(rule, "more-content-than-money", "as much content as Transfers", served.last().copied());
        }
        if purchases.iter().any(|other| other.payment.key() != key) {
            own_receipts(cx, purchase, &served, &paid, &money);
        }
        if served.is_empty() && silent == 0 && !paid.is_empty() {
            let first = copies().map(|(_, visit)| visit).next();
            violated(
                rules::TAKEN_NOT_SERVED,
                "taken-not-served",
                "content for a payment that was taken",
                first,
            );
        }
    }
    Ok(())
}

/// In a crowd of different payments every answer names the transaction of its own.
fn own_receipts(cx: &Cx, purchase: &Purchase, served: &[&Visit], paid: &BTreeSet<B256>, money: &Money) {
    let names_another = |visit: &&&Visit| {
        visit.transaction(purchase.version()).is_some_and(|named| !paid.is_empty() && !paid.contains(&named))
    };
    for visit in served.iter().filter(names_another) {
        let receipt = visit.receipt(purchase.version());
        cx.find(Violation {
            requirement: rules::OWN_RECEIPT,
            kind: "receipt-of-another",
            want: "the transaction of the payment that the request carried".into(),
            got: format!("transaction {}", receipt.and_then(|it| it.transaction).unwrap_or_default()),
            reply: Some(&visit.reply),
            chain: money.lines.clone(),
            ..Violation::default()
        });
    }
}

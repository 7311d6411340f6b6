//! What a server's answers and the chain must agree on.

use super::{Breach, Invariant, Ruling, Seen};
use crate::check::Stop;
use crate::history::PaymentKey;
use gauntlet_probe::Role;
use gauntlet_report::{Bought, Transfer};
use gauntlet_wire::B256;
use std::collections::{BTreeMap, BTreeSet};

const fn rule(
    check: &'static str,
    requirement: &'static str,
    judge: fn(&Seen<'_>) -> Result<Ruling, Stop>,
) -> Invariant {
    Invariant { check, requirement, role: Role::Server, judge }
}

/// The rules.
pub(super) const INVARIANTS: &[Invariant] = &[
    rule("server.books.content-means-money", "INV-003", content_means_money),
    rule("server.books.money-means-content", "INV-004", money_means_content),
    rule("server.books.transactions", "GAUNTLET-RS-009", transactions),
    rule("server.books.no-server-error", "INV-008-RS", no_server_error),
    rule("server.books.alive", "INV-009-RS", alive),
];

/// A payment's purchases and the money that it moved.
struct Account<'a> {
    visits: Vec<&'a Bought>,
    transfers: Vec<&'a Transfer>,
}

impl Account<'_> {
    fn served(&self) -> usize {
        self.visits.iter().filter(|visit| visit.served).count()
    }

    fn chain(&self) -> Vec<String> {
        self.transfers.iter().map(ToString::to_string).collect()
    }

    fn exchanges(&self) -> Vec<u64> {
        self.visits.iter().map(|visit| visit.exchange).collect()
    }
}

fn accounts<'a>(seen: &Seen<'a>) -> BTreeMap<PaymentKey, Account<'a>> {
    let mut accounts: BTreeMap<PaymentKey, Account<'a>> = BTreeMap::new();
    for visit in seen.bought {
        let Some(key) = visit.payment else { continue };
        let open = || Account { visits: Vec::new(), transfers: seen.moved_by(&key) };
        accounts.entry(key).or_insert_with(open).visits.push(visit);
    }
    accounts
}

fn describe(visit: &Bought) -> String {
    format!("exchange {} of {}: {}", visit.exchange, visit.check, visit.sent)
}

fn content_means_money(seen: &Seen<'_>) -> Result<Ruling, Stop> {
    let accounts = accounts(seen);
    let all: usize = accounts.values().map(Account::served).sum();
    if all == 0 {
        return Err(Stop::Inconclusive(
            "no payment of the run was served, so there is nothing to judge".into(),
        ));
    }
    let mut ruling = Ruling::default();
    for account in accounts.values().filter(|account| account.served() > 0) {
        let is_paid = |visit: &&&Bought| {
            account.transfers.iter().any(|paid| paid.to == visit.payee && paid.value >= visit.price)
        };
        let unpaid = account.visits.iter().filter(|visit| visit.served).find(|visit| !is_paid(visit));
        let (served, paid) = (account.served(), account.transfers.len());
        let Some(worst) = unpaid.or_else(|| account.visits.last().filter(|_| served > paid)) else {
            continue;
        };
        ruling.breaches.push(Breach {
            kind: "more-content-than-money",
            want: "as much content as Transfers of the price",
            got: format!("{served} answers with content for {paid} Transfers — {}", describe(worst)),
            chain: account.chain(),
            exchanges: account.exchanges(),
            class: None,
        });
    }
    let in_usdc = seen.ledger.transfers.iter().filter(|transfer| transfer.token == seen.ledger.usdc).count();
    ruling.notes.push(format!("{all} answers with content, {in_usdc} Transfers"));
    Ok(ruling)
}

fn money_means_content(seen: &Seen<'_>) -> Result<Ruling, Stop> {
    let mut ruling = Ruling::default();
    let (mut broken, mut disturbed) = (0_usize, 0_usize);
    for (key, account) in &accounts(seen) {
        if account.transfers.is_empty() || account.served() > 0 || seen.was_relayed(key) {
            continue;
        }
        if account.visits.iter().any(|visit| visit.disturbed) {
            disturbed += 1;
        } else if account.visits.iter().any(|visit| visit.status.is_none()) {
            broken += 1;
        } else if let Some(visit) = account.visits.first() {
            let status = visit.status.unwrap_or_default();
            ruling.breaches.push(Breach {
                kind: "taken-not-served",
                want: "no Transfer after a refusal",
                got: format!("status {status}, and the money moved — {}", describe(visit)),
                chain: account.chain(),
                exchanges: account.exchanges(),
                class: None,
            });
        }
    }
    if broken + disturbed > 0 {
        ruling.notes.push(format!(
            "money moved without content for {broken} buyers who got no answer, and {disturbed} whom the harness \
             had disturbed"
        ));
    }
    Ok(ruling)
}

/// A facilitator may settle several payments in one transaction; then that holds the money of each of them.
fn transactions(seen: &Seen<'_>) -> Result<Ruling, Stop> {
    let mut payments: BTreeMap<B256, BTreeMap<PaymentKey, u64>> = BTreeMap::new();
    for visit in seen.bought.iter().filter(|visit| visit.served && !visit.disturbed) {
        if let (Some(key), Some(named)) = (visit.payment, visit.transaction) {
            payments.entry(named).or_default().insert(key, visit.exchange);
        }
    }
    if payments.is_empty() {
        return Err(Stop::Inconclusive("no answer of the run named a transaction".into()));
    }
    let mut ruling = Ruling::default();
    for (named, keys) in payments.iter().filter(|(_, keys)| keys.len() > 1) {
        let holds = |key: &PaymentKey| seen.moved_by(key).iter().any(|transfer| transfer.tx == *named);
        let strangers = keys.keys().filter(|key| !holds(key)).count();
        if strangers > 0 {
            let exchanges: BTreeSet<u64> = keys.values().copied().collect();
            ruling.breaches.push(Breach {
                kind: "shared-transaction",
                want: "each payment's own transaction",
                got: format!(
                    "{named} is named for {} payments, and {strangers} of them are not in it",
                    keys.len()
                ),
                exchanges: exchanges.into_iter().collect(),
                ..Breach::default()
            });
        }
    }
    Ok(ruling)
}

fn no_server_error(seen: &Seen<'_>) -> Result<Ruling, Stop> {
    let plain = seen.bought.iter().filter(|visit| visit.plain && !visit.disturbed && !visit.fails);
    let failed = plain.filter(|visit| visit.status.is_some_and(|status| status >= 500));
    let breaches = failed.map(|visit| Breach {
        kind: "server-error",
        want: "an answer below 500",
        got: format!("status {} — {}", visit.status.unwrap_or_default(), describe(visit)),
        exchanges: vec![visit.exchange],
        ..Breach::default()
    });
    Ok(Ruling { breaches: breaches.collect(), notes: Vec::new() })
}

fn alive(seen: &Seen<'_>) -> Result<Ruling, Stop> {
    let asked = || seen.bought.iter().filter(|visit| visit.check.starts_with("server.books.alive"));
    let death = seen.death();
    if asked().next().is_none() && death.is_none() {
        return Err(Stop::NotApplicable("the run did not ask afterwards whether the server sells".into()));
    }
    let breaches = asked().filter(|visit| !visit.served).map(|visit| Breach {
        kind: "does-not-sell",
        want: "content for a plain payment",
        got: describe(visit),
        exchanges: vec![visit.exchange],
        ..Breach::default()
    });
    Ok(Ruling { breaches: death.into_iter().chain(breaches).collect(), notes: Vec::new() })
}

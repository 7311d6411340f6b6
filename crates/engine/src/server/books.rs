//! The books: what the whole run was told and sold, against everything that the chain has seen.
//!
//! They run last, when no payment is under way any more, and read the ledger anew.

use super::visit::Facts;
use crate::check::{Judged, Lane, Stop};
use crate::cx::{Cx, Violation};
use crate::history::PaymentKey;
use crate::row::{Row, Scope, Topic};
use gauntlet_chain::Transfer;
use gauntlet_wire::B256;
use std::collections::{BTreeMap, BTreeSet};

const BOOKS: Topic =
    Topic { lane: Lane::Last, risk: "what was sold and what was paid are two different stories" };

/// The rows.
pub const ROWS: &[Row] = &[
    BOOKS.row(
        "server.books.content-means-money",
        "no payment of the run was served more often than it was paid",
        &["INV-003"],
        |cx| Box::pin(content_means_money(cx)),
    ),
    BOOKS.row(
        "server.books.money-means-content",
        "no payment of the run that was only refused moved money, not even later",
        &["INV-004"],
        |cx| Box::pin(money_means_content(cx)),
    ),
    BOOKS.row(
        "server.books.transactions",
        "no two payments of the run were reported as the same transaction",
        &["GAUNTLET-RS-009"],
        |cx| Box::pin(transactions(cx)),
    ),
    BOOKS.row(
        "server.books.no-server-error",
        "no plain payment of the run was answered with a server error",
        &["INV-008-RS"],
        |cx| Box::pin(no_server_error(cx)),
    ),
    Row {
        v1: &["INV-009-RS"],
        scope: Scope::Version2,
        risk: "one request of anybody closes the shop for all others",
        ..BOOKS.row(
            "server.books.alive",
            "after everything that it was sent the server sells to a plain payment",
            &["INV-009-RS"],
            |cx| Box::pin(alive(cx)),
        )
    },
];

/// A payment's visits and the money that its payer has sent.
struct Account<'a> {
    visits: Vec<&'a Facts>,
    transfers: Vec<&'a Transfer>,
}

impl Account<'_> {
    fn served(&self) -> usize {
        self.visits.iter().filter(|facts| facts.served).count()
    }

    fn chain(&self) -> Vec<String> {
        self.transfers.iter().map(ToString::to_string).collect()
    }
}

/// Every transfer of the run in USDC, once nothing is under way any more.
async fn all_transfers(cx: &Cx) -> Result<Vec<Transfer>, Stop> {
    let chain = &cx.world.chain;
    chain.mine(3).await?;
    Ok(chain.transfers(chain.tokens().usdc.address, cx.world.start_block, None).await?)
}

/// Each payment has a payer of its own, so that payers tell payments apart.
fn accounts<'a>(visits: &'a [Facts], transfers: &'a [Transfer]) -> BTreeMap<PaymentKey, Account<'a>> {
    let mut accounts: BTreeMap<PaymentKey, Account<'a>> = BTreeMap::new();
    for facts in visits {
        let Some(key) = facts.payment else { continue };
        let open = || Account {
            visits: Vec::new(),
            transfers: transfers.iter().filter(|transfer| transfer.from == key.payer).collect(),
        };
        accounts.entry(key).or_insert_with(open).visits.push(facts);
    }
    accounts
}

fn describe(facts: &Facts) -> String {
    format!("exchange {} of {}: {}", facts.exchange, facts.check, facts.sent)
}

fn found(cx: &Cx, kind: &str, want: &str, got: String, chain: Vec<String>) {
    cx.find(Violation {
        requirement: cx.rule(),
        kind,
        want: want.into(),
        got,
        chain,
        ..Violation::default()
    });
}

async fn content_means_money(cx: Cx) -> Judged {
    let (visits, transfers) = (cx.shop()?.visits(), all_transfers(&cx).await?);
    let accounts = accounts(&visits, &transfers);
    let served: usize = accounts.values().map(Account::served).sum();
    if served == 0 {
        return Err(Stop::Inconclusive(
            "no payment of the run was served, so there is nothing to judge".into(),
        ));
    }
    for account in accounts.values().filter(|account| account.served() > 0) {
        let is_paid = |facts: &&&Facts| {
            account.transfers.iter().any(|paid| paid.to == facts.payee && paid.value >= facts.price)
        };
        let unpaid = account.visits.iter().filter(|facts| facts.served).find(|facts| !is_paid(facts));
        let (served, paid) = (account.served(), account.transfers.len());
        let Some(worst) = unpaid.or_else(|| account.visits.last().filter(|_| served > paid)) else {
            continue;
        };
        let got = format!("{served} answers with content for {paid} Transfers — {}", describe(worst));
        found(
            &cx,
            "more-content-than-money",
            "as much content as Transfers of the price",
            got,
            account.chain(),
        );
    }
    cx.note(format!("{served} answers with content, {} Transfers", transfers.len()));
    Ok(())
}

async fn money_means_content(cx: Cx) -> Judged {
    let (visits, transfers) = (cx.shop()?.visits(), all_transfers(&cx).await?);
    let (mut broken, mut disturbed) = (0_usize, 0_usize);
    for (key, account) in &accounts(&visits, &transfers) {
        if account.transfers.is_empty() || account.served() > 0 || cx.world.history.was_relayed(key) {
            continue;
        }
        if account.visits.iter().any(|facts| facts.disturbed) {
            disturbed += 1;
        } else if account.visits.iter().any(|facts| facts.status.is_none()) {
            broken += 1;
        } else if let Some(facts) = account.visits.first() {
            let status = facts.status.unwrap_or_default();
            let got = format!("status {status}, and the money moved — {}", describe(facts));
            found(&cx, "taken-not-served", "no Transfer after a refusal", got, account.chain());
        }
    }
    if broken + disturbed > 0 {
        cx.note(format!(
            "money moved without content for {broken} buyers who got no answer, and {disturbed} whom the harness \
             had disturbed"
        ));
    }
    Ok(())
}

/// A facilitator may settle several payments in one transaction; then that holds the money of each of them.
async fn transactions(cx: Cx) -> Judged {
    let (visits, transfers) = (cx.shop()?.visits(), all_transfers(&cx).await?);
    let mut payers: BTreeMap<B256, BTreeSet<PaymentKey>> = BTreeMap::new();
    let paid = visits.iter().filter(|facts| facts.served && !facts.disturbed);
    for (key, named) in paid.filter_map(|facts| facts.payment.zip(facts.transaction)) {
        payers.entry(named).or_default().insert(key);
    }
    if payers.is_empty() {
        return Err(Stop::Inconclusive("no answer of the run named a transaction".into()));
    }
    for (named, keys) in payers.iter().filter(|(_, keys)| keys.len() > 1) {
        let holds = |key: &PaymentKey| transfers.iter().any(|it| it.tx == *named && it.from == key.payer);
        let strangers = keys.iter().filter(|key| !holds(key)).count();
        if strangers > 0 {
            let got = format!(
                "{named} is named for {} payments, and {strangers} of them are not in it",
                keys.len()
            );
            found(&cx, "shared-transaction", "each payment's own transaction", got, Vec::new());
        }
    }
    Ok(())
}

async fn no_server_error(cx: Cx) -> Judged {
    let visits = cx.shop()?.visits();
    // These handlers are meant to fail.
    let meant: Vec<String> = ["failing", "missing"]
        .iter()
        .filter_map(|name| cx.route(name).ok())
        .map(|route| route.path)
        .collect();
    let plain = visits.iter().filter(|facts| facts.plain && !facts.disturbed && !meant.contains(&facts.path));
    for facts in plain.filter(|facts| facts.status.is_some_and(|status| status >= 500)) {
        let got = format!("status {} — {}", facts.status.unwrap_or_default(), describe(facts));
        found(&cx, "server-error", "an answer below 500", got, Vec::new());
    }
    Ok(())
}

async fn alive(cx: Cx) -> Judged {
    if let Some(visit) = cx.still_sells().await? {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "does-not-sell",
            want: "content for a plain payment".into(),
            got: visit.got(),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
    Ok(())
}

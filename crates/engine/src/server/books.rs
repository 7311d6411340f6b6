//! The books: what the whole run was told and sold, against everything that the chain has seen.
//!
//! They run last, when no payment is under way any more, and read the ledger anew. The rules stand in
//! [`invariants`](crate::invariants).

use crate::check::{Judged, Lane};
use crate::cx::{Cx, Violation};
use crate::row::{Row, Scope, Topic};

const BOOKS: Topic =
    Topic { lane: Lane::Last, risk: "what was sold and what was paid are two different stories" };

/// The rows.
pub const ROWS: &[Row] = &[
    BOOKS.row(
        "server.books.content-means-money",
        "no payment of the run was served more often than it was paid",
        &["INV-003"],
        |cx| Box::pin(async move { cx.apply(&cx.check.id).await }),
    ),
    BOOKS.row(
        "server.books.money-means-content",
        "no payment of the run that was only refused moved money, not even later",
        &["INV-004"],
        |cx| Box::pin(async move { cx.apply(&cx.check.id).await }),
    ),
    BOOKS.row(
        "server.books.transactions",
        "no two payments of the run were reported as the same transaction",
        &["GAUNTLET-RS-009"],
        |cx| Box::pin(async move { cx.apply(&cx.check.id).await }),
    ),
    BOOKS.row(
        "server.books.no-server-error",
        "no plain payment of the run was answered with a server error",
        &["INV-008-RS"],
        |cx| Box::pin(async move { cx.apply(&cx.check.id).await }),
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

async fn alive(cx: Cx) -> Judged {
    let sells = cx.still_sells().await;
    // That it died of this very payment is told as well.
    if cx.tell_deaths() && sells.is_err() {
        return Ok(());
    }
    if let Some(visit) = sells? {
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

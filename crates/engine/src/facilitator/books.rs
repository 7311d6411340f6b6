//! The books: invariants over everything that the run has asked and everything that the chain has seen.
//!
//! They run last, when no transaction is under way any more, and read the ledger anew. The rules stand in
//! [`invariants`](crate::invariants).

use super::{Row, Topic};
use crate::check::Lane;

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
        |cx| Box::pin(async move { cx.apply(&cx.check.id).await }),
    ),
    BOOKS.row(
        "facilitator.books.failure-means-none",
        "no payment of the run that was refused moved money, not even later",
        &["X402V2-FA-SETTLE-003"],
        |cx| Box::pin(async move { cx.apply(&cx.check.id).await }),
    ),
    BOOKS.row(
        "facilitator.books.one-success-a-nonce",
        "each authorization of the run was settled at most once",
        &["INV-002"],
        |cx| Box::pin(async move { cx.apply(&cx.check.id).await }),
    ),
    BOOKS.row(
        "facilitator.books.balance",
        "what payees received is what successful settles of the run were for",
        &["INV-001"],
        |cx| Box::pin(async move { cx.apply(&cx.check.id).await }),
    ),
    BOOKS.row(
        "facilitator.books.gas",
        "the signers sent transactions only for payments that were presented to /settle",
        &["INV-007"],
        |cx| Box::pin(async move { cx.apply(&cx.check.id).await }),
    ),
];

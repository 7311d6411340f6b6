//! Changes to a valid payment, and what a facilitator must say of each: decided by hand, which the oracle is tested
//! against.

mod signed;
mod written;

use super::{Outcome, PRICE};
use crate::{LedgerView, TokenView, U256, Version};
use Outcome::{Invalid, Valid};
use serde_json::{Value, json};

/// One change, or several that belong together.
pub(super) struct Row {
    /// Part of the id.
    pub(super) name: String,
    pub(super) comment: String,
    pub(super) flag: &'static str,
    /// The changes, in the vocabulary.
    pub(super) changes: Vec<Value>,
    /// What becomes of the chain.
    pub(super) ledger: fn(&mut LedgerView),
    pub(super) result: Outcome,
    pub(super) requirements: &'static [&'static str],
}

const AUTHORIZATION: &str = "/paymentPayload/payload/authorization";
const SIGNATURE: &[&str] = &["X402-EVM3009-006"];
const AMOUNT: &[&str] = &["X402-EVM3009-008", "X402-EVM3009-009"];
const PAYEE: &[&str] = &["X402-EVM3009-010"];
const DOMAIN: &[&str] = &["X402-EVM3009-025", "X402-EVM3009-026"];
const TYPE: &[&str] = &["X402V2-CORE-032"];
const SPELLING: &[&str] = &["X402V2-CORE-033"];
const CLAIM: &[&str] = &["X402V2-FA-VERIFY-009", "X402V2-FA-VERIFY-010", "X402V2-FA-VERIFY-011"];
const VERSION: &[&str] = &["X402V2-FA-VERIFY-007"];
const HARMLESS: &[&str] = &["INV-005", "X402-EVM3009-011"];
const FORM: &[&str] = &["X402-EVM3009-034"];
const ECHO: &[&str] = &["X402V2-FA-VERIFY-012"];

/// All rows of a version.
pub(super) fn rows(version: Version) -> Vec<Row> {
    [
        harmless(),
        signed::amounts(version),
        signed::window(),
        signed::parties(),
        signed::names(version),
        written::spelled(),
        written::missing(version),
        written::typed(version),
        ledger(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn row(
    name: impl Into<String>,
    comment: &str,
    flag: &'static str,
    changes: Value,
    result: Outcome,
    requirements: &'static [&'static str],
) -> Row {
    let changes = match changes {
        Value::Array(changes) => changes,
        Value::Null => Vec::new(),
        change => vec![change],
    };
    Row { name: name.into(), comment: comment.into(), flag, changes, ledger: |_| {}, result, requirements }
}

fn harmless() -> Vec<Row> {
    let words = [
        ("reordered", "members in reverse order"),
        ("spaced", "white space between all tokens"),
        ("escaped", "every letter as an escape"),
        ("unknown-fields", "members that no document names"),
        ("lower-case-addresses", "addresses in lower case"),
        ("upper-case-hex", "nonce and signature in upper case"),
    ];
    let words = words.map(|(word, comment)| row(word, comment, "Harmless", json!(word), Valid, HARMLESS));
    [row("plain", "a plain payment", "Plain", Value::Null, Valid, HARMLESS)]
        .into_iter()
        .chain(words)
        .collect()
}

fn ledger() -> Vec<Row> {
    let row = |name: &str, comment, ledger, result, rule| Row {
        ledger,
        ..row(name, comment, "Ledger", Value::Null, result, rule)
    };
    let (funds, nonce): (&[&str], &[&str]) =
        (&["X402-EVM3009-007"], &["X402-EVM3009-019", "X402-EVM3009-020"]);
    let token: &[&str] = &["X402-EVM3009-022"];
    vec![
        row(
            "balance-exact",
            "a payer who owns the value",
            |it: &mut LedgerView| it.balance = U256::from(PRICE),
            Valid,
            funds,
        ),
        row(
            "balance-short",
            "a payer who lacks one unit",
            |it| it.balance = U256::from(PRICE - 1),
            Invalid,
            funds,
        ),
        row("balance-zero", "a payer who owns nothing", |it| it.balance = U256::ZERO, Invalid, funds),
        row("nonce-used", "a nonce that is spent or cancelled", |it| it.nonce_used = true, Invalid, nonce),
        row("blocked", "a payer or payee whom the token refuses", |it| it.blocked = true, Invalid, token),
        row("token-plain", "a token without EIP-3009", |it| it.token = TokenView::Plain, Invalid, token),
        row(
            "token-without-code",
            "no contract at the token's address",
            |it| it.token = TokenView::NoCode,
            Invalid,
            token,
        ),
        row(
            "token-paused",
            "a token that is paused",
            |it| {
                if let TokenView::Eip3009 { paused, .. } = &mut it.token {
                    *paused = true;
                }
            },
            Invalid,
            token,
        ),
    ]
}

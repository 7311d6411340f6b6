//! Payments that no wallet has accepted: refused by `/verify` and by `/settle`, and no money moves.

use super::{check, payers};
use crate::check::{Check, Judged};
use crate::cx::Cx;
use crate::facilitator::permit2::payment::Payment;
use crate::facilitator::permit2::refused::is_refused;
use crate::history::Endpoint;
use gauntlet_chain::OddWallet;
use gauntlet_wire::permit2::Permit2Scheme;

const FORGED: &str =
    "anybody can spend what a smart wallet owns, or be served for a payment that never settles";

/// A wallet that does not say yes: its slug, the manner, and in words.
const ODD: [(&str, OddWallet, &str); 4] = [
    (
        "wrong-word",
        OddWallet::DraftWord,
        "the payer is a wallet that answers with the word of ERC-1271's first draft",
    ),
    ("reverts", OddWallet::Reverts, "the payer is a wallet that reverts with the word that means yes"),
    (
        "short-answer",
        OddWallet::Short,
        "the payer is a wallet that answers the word that means yes in 4 bytes",
    ),
    ("burns-gas", OddWallet::Burns, "the payer is a wallet that never comes to an end"),
];

pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for scheme in Permit2Scheme::ALL {
        checks.push(check(
            scheme,
            "signed-by-stranger",
            "/verify and /settle refuse a smart wallet's payment that its owner has not signed",
            &["X402-EVMSW-002"],
            FORGED,
            move |cx| async move {
                let to_verify = payers::signed_by_stranger(&cx, scheme).await?;
                refused(&cx, to_verify, payers::signed_by_stranger(&cx, scheme).await?).await
            },
        ));
        for (slug, manner, what) in ODD {
            checks.push(check(
                scheme,
                slug,
                &format!("/verify and /settle refuse a payment when {what}"),
                &["X402-EVMSW-002"],
                FORGED,
                move |cx| async move {
                    let to_verify = payers::odd(&cx, scheme, manner, what).await?;
                    refused(&cx, to_verify, payers::odd(&cx, scheme, manner, what).await?).await
                },
            ));
        }
    }
    checks
}

/// Presents one payment to `/verify` and another of its kind to `/settle`.
async fn refused(cx: &Cx, to_verify: Payment, to_settle: Payment) -> Judged {
    let verified = is_refused(cx, &to_verify, Endpoint::Verify).await;
    is_refused(cx, &to_settle, Endpoint::Settle).await?;
    verified
}

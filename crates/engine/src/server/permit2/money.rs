//! Money before content, over Permit2: whatever a check is about.

use super::purchase::{Bought, Purchase};
use crate::cx::{Cx, Violation};
use crate::server::rules;
use gauntlet_chain::Transfer;
use gauntlet_wire::permit2::Permit2Scheme;
use gauntlet_wire::{U256, Version};

/// Whether a transfer is what the offer allows: the price in `exact`, at most that in `upto`, and to the payee.
pub(super) fn pays(transfer: &Transfer, purchase: &Purchase) -> bool {
    let terms = &purchase.offer.terms;
    let enough = match purchase.draft.scheme {
        Permit2Scheme::Exact => transfer.value >= terms.amount,
        Permit2Scheme::Upto => !transfer.value.is_zero(),
    };
    transfer.to == terms.pay_to && enough
}

/// Whether the answer says that nothing was used, so that there is nothing to be paid. Only `upto` knows that.
pub(super) fn charges_nothing(purchase: &Purchase, bought: &Bought) -> bool {
    let receipt = bought.visit.receipt(Version::V2);
    let says = |receipt: gauntlet_wire::SettleAnswer| {
        receipt.success == Some(true) && receipt.amount.as_deref() == Some("0")
    };
    purchase.draft.scheme == Permit2Scheme::Upto && purchase.is_plain() && receipt.is_some_and(says)
}

/// Judges the answer to one presentation against what has left the payer's account.
pub(super) fn judge(cx: &Cx, purchase: &Purchase, bought: &Bought) {
    let Bought { visit, before, moved } = bought;
    let chain: Vec<String> = before.iter().chain(moved).map(ToString::to_string).collect();
    cx.tell_chain(moved.last().map_or(0, |transfer| transfer.block), &chain);
    let found = |requirement, kind, want: &str| {
        cx.find(Violation {
            requirement,
            kind,
            want: want.into(),
            got: visit.got(),
            reply: Some(&visit.reply),
            chain: chain.clone(),
            ..Violation::default()
        });
    };
    if before.len() + moved.len() > 1 {
        found(rules::PAID_TWICE, "paid-twice", "one Transfer for one authorization");
    }
    if moved.iter().any(|transfer| transfer.value > cap(purchase)) {
        found("X402-UPTO-021", "overcharged", "no more than the amount of the offer");
    }
    let paid = moved.iter().any(|transfer| pays(transfer, purchase));
    match (visit.served(), paid) {
        (true, false) if !before.is_empty() => {
            found(
                rules::replayed(Version::V2),
                "served-again",
                "no content for a payment that has bought already",
            );
        }
        (true, false) if !charges_nothing(purchase, bought) => {
            let want = "content only when the Transfer of the price to payTo is on the chain";
            found(rules::CONTENT_NEEDS_MONEY, "served-without-payment", want);
        }
        (false, _) if !moved.is_empty() && purchase.is_plain() => {
            found(rules::TAKEN_NOT_SERVED, "taken-not-served", "content for a payment that was taken");
        }
        _ => {}
    }
}

/// The most that the offer lets the server take.
fn cap(purchase: &Purchase) -> U256 {
    match purchase.draft.scheme {
        // What is signed beyond the price moves too where it is accepted, and the payer has signed for it.
        Permit2Scheme::Exact => purchase.offer.terms.amount.max(purchase.draft.authorization.amount),
        Permit2Scheme::Upto => purchase.offer.terms.amount,
    }
}

//! Payments over Permit2: scheme `exact` on EVM §2 and scheme `upto` on EVM, version 2 only.
//!
//! Whether a facilitator takes them, it says in `/supported` (`upto`) or shows by taking a plain one (`exact`, whose kind
//! does not tell the transfer method). To those that do not, none of this applies.

mod amounts;
mod between;
mod control;
mod eip2612;
mod erc20;
mod money;
mod overdraft;
mod payment;
mod refused;
mod spent;
mod table;
mod tokens;
mod wallets;
mod zero;

use super::check;
use crate::check::{Check, Stop};
use crate::cx::Cx;
use crate::history::{Endpoint, Said};
use gauntlet_wire::Address;
use gauntlet_wire::permit2::Permit2Scheme;
use payment::Payment;
pub(super) use payment::Payment as Permit2Payment;
use serde_json::Value;

/// All checks of payments over Permit2.
pub(super) fn checks() -> Vec<Check> {
    [
        control::checks(),
        refused::checks(),
        spent::checks(),
        amounts::checks(),
        zero::checks(),
        overdraft::checks(),
        between::checks(),
        tokens::checks(),
        eip2612::checks(),
        erc20::checks(),
        wallets::checks(),
    ]
    .concat()
}

/// The part of an id that names the scheme: payments of scheme `exact` are told by their transfer method.
fn topic(scheme: Permit2Scheme) -> &'static str {
    match scheme {
        Permit2Scheme::Exact => "permit2",
        Permit2Scheme::Upto => "upto",
    }
}

/// Whether the target claims scheme `upto` on the run's network: in `/supported`, or by its manifest.
fn claims_upto(cx: &Cx) -> bool {
    upto_kind(cx).is_some() || cx.world.claims.schemes.iter().any(|scheme| scheme == "upto")
}

fn upto_kind(cx: &Cx) -> Option<&Value> {
    let network = cx.world.chain.profile().network.caip2();
    let kinds = cx.world.claims.supported.as_ref()?.raw.get("kinds")?.as_array()?;
    kinds.iter().find(|kind| {
        kind.get("scheme").and_then(Value::as_str) == Some("upto")
            && kind.get("network").and_then(Value::as_str) == Some(&network)
    })
}

/// Whether `/supported` claims an extension.
fn claims_extension(cx: &Cx, name: &str) -> bool {
    let claimed = cx.world.claims.supported.as_ref().and_then(|supported| supported.raw.get("extensions"));
    let claimed = claimed.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    claimed.iter().any(|claimed| claimed.as_str() == Some(name))
}

/// The accounts that may settle `upto` payments: what the kind names, and otherwise the signers.
fn facilitators(cx: &Cx) -> Vec<Address> {
    let named =
        upto_kind(cx).and_then(|kind| kind.get("extra")?.get(facilitator_member(cx))?.as_str()?.parse().ok());
    named.into_iter().chain(cx.world.claims.signers.iter().copied()).collect()
}

/// The member of a kind's `extra` that names the account which settles: the dialect's own.
fn facilitator_member(cx: &Cx) -> &str {
    let own = cx.world.dialect().and_then(|dialect| dialect.names.facilitator_address.as_deref());
    own.unwrap_or("facilitatorAddress")
}

/// A valid payment, where the target takes such payments at all.
///
/// # Errors
/// [`Stop::NotApplicable`] when it does not.
pub(super) async fn payment(cx: &Cx, scheme: Permit2Scheme) -> Result<Payment, Stop> {
    if scheme == Permit2Scheme::Upto && !claims_upto(cx) {
        return Err(Stop::NotApplicable("/supported does not list scheme upto on this network".into()));
    }
    let taken = cx.world.state.takes_permit2(scheme);
    let taken = taken.get_or_try_init(|| async {
        let reply = Payment::of(cx, scheme).await?.present(cx, Endpoint::Verify).await?;
        match &reply.said {
            Said::Nothing(fault) => Err(Stop::Inconclusive(format!("/verify gave no answer: {fault}"))),
            said => Ok::<bool, Stop>(*said == Said::Yes),
        }
    });
    if *taken.await? {
        return Payment::of(cx, scheme).await;
    }
    Err(Stop::NotApplicable(format!("/verify takes no {scheme} payments over Permit2")))
}

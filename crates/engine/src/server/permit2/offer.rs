//! An offer that can be paid over Permit2, and where it stands.

use crate::check::Stop;
use crate::cx::Cx;
use crate::server::offer::priced;
use crate::server::visit::Visit;
use gauntlet_probe::Route;
use gauntlet_wire::permit2::Permit2Scheme;
use gauntlet_wire::{Address, Echo, Terms, Version};
use serde_json::Value;

/// What is offered over Permit2.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    /// As the server wrote it.
    pub(super) entry: Value,
    pub(super) terms: Terms,
    challenge: Value,
}

impl Offer {
    /// The offer as a payload echoes it.
    pub(super) fn echo(&self) -> Echo {
        let member = |name: &str| self.challenge.get(name).filter(|value| !value.is_null()).cloned();
        Echo {
            entry: self.entry.clone(),
            terms: self.terms.clone(),
            resource: member("resource"),
            extensions: member("extensions"),
        }
    }
}

/// The account that an offer names as the one that settles payments of scheme `upto`.
pub(super) fn settler(cx: &Cx, entry: &Value) -> Option<Address> {
    let named = cx.world.dialect().and_then(|dialect| dialect.names.facilitator_address.as_deref());
    entry["extra"][named.unwrap_or("facilitatorAddress")].as_str()?.parse().ok()
}

/// The contract that spends payments over Permit2, where the dialect has it named in offers.
pub(super) fn spender(cx: &Cx, entry: &Value) -> Option<Address> {
    let named = cx.world.dialect()?.names.spender.as_deref()?;
    entry["extra"][named].as_str()?.parse().ok()
}

/// The route whose only subject such offers are.
pub(super) const fn own_route(scheme: Permit2Scheme) -> &'static str {
    match scheme {
        Permit2Scheme::Exact => "permit2",
        Permit2Scheme::Upto => "metered",
    }
}

/// The entries of a 402 that are paid over Permit2 in this scheme.
pub(super) fn entries(cx: &Cx, visit: &Visit, scheme: Permit2Scheme) -> Vec<Value> {
    let named = cx.world.dialect().and_then(|dialect| dialect.names.methods.permit2_exact.as_deref());
    let method = named.unwrap_or("permit2");
    let challenge = visit.challenge(Version::V2).unwrap_or_default();
    let all = challenge["accepts"].as_array().cloned().unwrap_or_default();
    let is_meant = |entry: &Value| match scheme {
        Permit2Scheme::Exact => entry["scheme"] == "exact" && entry["extra"]["assetTransferMethod"] == method,
        Permit2Scheme::Upto => entry["scheme"] == "upto",
    };
    all.into_iter().filter(is_meant).collect()
}

/// The first offer of a scheme among the server's routes, with its route.
///
/// # Errors
/// [`Stop::NotApplicable`] when there is none, [`Stop::Inconclusive`] when there are only some that cannot be paid here.
pub(super) async fn find(cx: &Cx, scheme: Permit2Scheme) -> Result<(Offer, Route), Stop> {
    let mut problems = Vec::new();
    for name in [own_route(scheme), "cheap"] {
        let Ok(route) = cx.route(name) else { continue };
        match read(cx, &cx.unpaid(name).await?, scheme) {
            Ok(Some(offer)) => return Ok((offer, route)),
            Ok(None) => {}
            Err(problem) => problems.push(problem),
        }
    }
    Err(match problems.as_slice() {
        [] => Stop::NotApplicable(format!(
            "no 402 of the server offers a payment of scheme {scheme} over Permit2"
        )),
        problems => Stop::Inconclusive(format!(
            "the offers over Permit2 cannot be paid here ({})",
            problems.join("; ")
        )),
    })
}

/// The first offer of a scheme in a 402 that can be paid here; none when there is none of the scheme.
///
/// # Errors
/// What is wrong with those that are there, as the end of a sentence.
pub(super) fn read(cx: &Cx, visit: &Visit, scheme: Permit2Scheme) -> Result<Option<Offer>, String> {
    let chain = &cx.world.chain;
    let mut problems = Vec::new();
    for entry in entries(cx, visit, scheme) {
        match priced(&entry, Version::V2, chain.profile().network, &chain.tokens().usdc) {
            Ok(terms) => {
                let challenge = visit.challenge(Version::V2).unwrap_or_default();
                return Ok(Some(Offer { entry, terms, challenge }));
            }
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(None) } else { Err(problems.join("; ")) }
}

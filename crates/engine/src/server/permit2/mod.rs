//! Servers that sell over Permit2: scheme `exact` on EVM §2, and scheme `upto`. Version 2 only.
//!
//! Where such an offer stands, the manifest says with the routes `permit2` and `metered`, or the cheap route shows it
//! beside others; to a server that makes none this does not apply. What happens here stays out of the run's books, which
//! know one price for each payment: money is judged with each presentation.

mod control;
mod money;
mod offer;
mod purchase;
mod refused;
mod replay;
mod table;
mod usage;

use super::visit::Visit;
use crate::check::{Check, Judged, Lane, Need, Stop};
use crate::cx::Cx;
use gauntlet_doubles::scripted::{Call, Endpoint};
use gauntlet_wire::permit2::Permit2Scheme;
use gauntlet_wire::{U256, Version};
use std::sync::Arc;

/// All checks of servers that sell over Permit2.
pub(super) fn checks() -> Vec<Check> {
    [control::checks(), refused::checks(), replay::checks(), usage::checks()].concat()
}

/// Presents a plain payment of a scheme, and tells the most that it signs away, atomic units, and the calls that were to
/// settle it. Served or not: what the facilitator was asked stands.
///
/// # Errors
/// [`Stop`] when nothing of the scheme is offered, or target or chain are dead.
pub(super) async fn settled(cx: &Cx, scheme: Permit2Scheme) -> Result<(Visit, U256, Vec<Call>), Stop> {
    let purchase = purchase::Purchase::of(cx, scheme).await?;
    let bought = purchase.present(cx).await?;
    let mut calls = purchase.calls(cx)?;
    calls.retain(|call| call.endpoint == Endpoint::Settle);
    Ok((bought.visit, purchase.offer.terms.amount, calls))
}

/// A check of payments of one scheme.
struct Rule {
    /// What stands behind the scheme in the id.
    slug: String,
    title: String,
    covers: &'static [&'static str],
    risk: &'static str,
    needs: &'static [Need],
}

impl Rule {
    fn check<F>(self, scheme: Permit2Scheme, body: impl Fn(Cx) -> F + Send + Sync + 'static) -> Check
    where
        F: Future<Output = Judged> + Send + 'static,
    {
        let topic = match scheme {
            Permit2Scheme::Exact => "permit2",
            Permit2Scheme::Upto => "upto",
        };
        Check {
            id: format!("server.{topic}.{}", self.slug),
            title: self.title,
            version: Some(Version::V2),
            covers: self.covers.to_vec(),
            risk: self.risk,
            lane: Lane::Parallel,
            needs: self.needs,
            body: Arc::new(move |cx| Box::pin(body(cx))),
        }
    }
}

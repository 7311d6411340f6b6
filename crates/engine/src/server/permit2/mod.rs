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

use crate::check::{Check, Judged, Lane, Need};
use crate::cx::Cx;
use gauntlet_wire::Version;
use gauntlet_wire::permit2::Permit2Scheme;
use std::sync::Arc;

/// All checks of servers that sell over Permit2.
pub(super) fn checks() -> Vec<Check> {
    [control::checks(), refused::checks(), replay::checks(), usage::checks()].concat()
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

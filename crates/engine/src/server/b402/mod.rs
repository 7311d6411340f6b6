//! Merchants whose facilitator speaks B402: what Binance's pages ask of them besides what every merchant owes.
//!
//! A settle of B402 is idempotent and a refusal of its has status 200, so that a merchant who goes by the status, or by
//! the facilitator's word alone, gives away what is not paid. All other checks of servers are spoken in the dialect as
//! well: the scripted facilitator of the trial is asked and answers in it.
//!
//! Source: B402 partner API (merchant guide, verify, settle); version 2 only.

mod accepted;
mod answers;
mod calls;
mod offer;

use crate::check::{Check, Judged, Lane, Need};
use crate::cx::{Cx, Violation};
use crate::server::visit::Visit;
use gauntlet_wire::Version;
use std::sync::Arc;

/// All checks of merchants before B402.
pub(super) fn checks() -> Vec<Check> {
    [offer::checks(), accepted::checks(), answers::checks(), calls::checks()].concat()
}

/// A check of a merchant; `id` is what stands behind `server.b402.`.
fn check<F>(
    id: &str,
    title: &str,
    covers: &[&'static str],
    risk: &'static str,
    body: impl Fn(Cx) -> F + Send + Sync + 'static,
) -> Check
where
    F: Future<Output = Judged> + Send + 'static,
{
    Check {
        id: format!("server.b402.{id}"),
        title: title.to_owned(),
        version: Some(Version::V2),
        covers: covers.to_vec(),
        risk,
        lane: Lane::Parallel,
        needs: &[Need::ScriptedFacilitator],
        body: Arc::new(move |cx| Box::pin(body(cx))),
    }
}

fn violated(cx: &Cx, kind: &str, want: &str, got: String, visit: &Visit) {
    cx.find(Violation {
        requirement: cx.rule(),
        kind,
        want: want.into(),
        got,
        reply: Some(&visit.reply),
        ..Violation::default()
    });
}

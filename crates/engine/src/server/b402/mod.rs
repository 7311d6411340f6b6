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

use crate::check::{Check, Need};
use crate::cx::{Cx, Violation};
use crate::server::visit::Visit;

/// All checks of merchants before B402.
pub(super) fn checks() -> Vec<Check> {
    let checks = [offer::checks(), accepted::checks(), answers::checks(), calls::checks()].concat();
    checks.into_iter().map(|check| Check { needs: &[Need::ScriptedFacilitator], ..check }).collect()
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

//! Other ways to write the address of a paid route: none of them leads past the payment.
//!
//! Our client sends a target as it stands here, byte by byte. Middlewares that compare what came with what was
//! configured, before a router that decodes, folds or resolves, are what this is about.

mod headers;
mod spelling;

use self::spelling::{SPELLINGS, Spelling};
use super::buyer::ask;
use super::methods::{content_is_known, look, routes};
use crate::check::{Check, Judged, Lane};
use crate::cx::{Cx, Violation};
use crate::row::Row;
use std::sync::Arc;

const PAST: &str = "anybody who writes the address in another way gets the content for nothing";
const COVERS: &[&str] = &["GAUNTLET-RS-002", "GAUNTLET-RS-001"];

/// Headers by which a request says where it really goes.
pub const ROWS: &[Row] = headers::ROWS;

/// One check for each spelling; each tries all routes.
pub(super) fn checks() -> Vec<Check> {
    SPELLINGS
        .iter()
        .map(|spelling| Check {
            id: format!("server.path.{}", spelling.slug),
            title: format!("{} leads to no content without a payment", spelling.what),
            version: None,
            covers: COVERS.to_vec(),
            risk: PAST,
            lane: Lane::Parallel,
            needs: &[],
            body: Arc::new(move |cx| Box::pin(leads_nowhere(cx, spelling))),
        })
        .collect()
}

async fn leads_nowhere(cx: Cx, spelling: &Spelling) -> Judged {
    content_is_known(&cx)?;
    let base = cx.world.client.url("");
    for (name, route) in routes(&cx) {
        for target in spelling.targets(&base, &route.path) {
            let mut request = ask(&route);
            request.path.clone_from(&target);
            opens_nothing(&cx, name, request, &format!("{} {}", route.method, legible(&target))).await?;
        }
    }
    Ok(())
}

/// Sends a request that pays for nothing and gets no content.
async fn opens_nothing(cx: &Cx, name: &str, request: gauntlet_probe::Request, what: &str) -> Judged {
    let visit = look(cx, request, &format!("{what} without a payment")).await?;
    if visit.served() {
        cx.find(Violation {
            requirement: "GAUNTLET-RS-002",
            kind: "opened-by-another-spelling",
            want: "no content without a payment".into(),
            got: format!("{what} opens the route {name}: {}", visit.got()),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    } else if visit.status() >= 500 {
        cx.note(format!("{what}: status {}", visit.status()));
    }
    Ok(())
}

/// A target on one line, with nothing in it that a terminal would act upon.
fn legible(target: &str) -> String {
    target.escape_debug().to_string()
}

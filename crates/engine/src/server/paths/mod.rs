//! Other ways to write the address of a paid route: none of them leads past the payment.
//!
//! Our client sends a target as it stands here, byte by byte. Middlewares that compare what came with what was
//! configured, before a router that decodes, folds or resolves, are what this is about.

mod headers;
mod spelling;

use self::spelling::{SPELLINGS, Spelling};
use super::buyer::ask;
use super::methods::{content_is_known, look, routes};
use super::visit::Visit;
use crate::check::{Check, Judged, Lane};
use crate::cx::{Cx, Violation};
use crate::row::Row;
use gauntlet_probe::Request;
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
    let base = cx.world.client.url("");
    let mut attempts = Vec::new();
    for (name, route) in routes(&cx) {
        for target in spelling.targets(&base, &route.path) {
            let mut request = ask(&route);
            request.path.clone_from(&target);
            attempts.push(Attempt { name, request, what: format!("{} {}", route.method, legible(&target)) });
        }
    }
    open_nothing(&cx, attempts).await
}

/// A request that pays for nothing and may open a route.
struct Attempt {
    /// The route.
    name: &'static str,
    request: Request,
    /// How it is made, for people.
    what: String,
}

/// Sends requests that pay for nothing: none of them gets content.
async fn open_nothing(cx: &Cx, attempts: Vec<Attempt>) -> Judged {
    content_is_known(cx)?;
    let mut opened: Vec<(String, Visit)> = Vec::new();
    for Attempt { name, request, what } in attempts {
        let visit = look(cx, request, &format!("{what} without a payment")).await?;
        if visit.served() {
            opened.push((format!("{what} opens {name}"), visit));
        } else if visit.status() >= 500 {
            cx.note(format!("{what}: status {}", visit.status()));
        }
    }
    if let Some((_, first)) = opened.first() {
        let all: Vec<&str> = opened.iter().map(|(what, _)| what.as_str()).collect();
        cx.find(Violation {
            requirement: "GAUNTLET-RS-002",
            kind: "opened-by-another-spelling",
            want: "no content without a payment".into(),
            got: all.join("; "),
            reply: Some(&first.reply),
            ..Violation::default()
        });
    }
    Ok(())
}

/// A target on one line, with nothing in it that a terminal would act upon.
fn legible(target: &str) -> String {
    target.escape_debug().to_string()
}

//! The facilitator is gone, or lies about what it supports: nothing is given away meanwhile, and the server sells
//! again afterwards.
//!
//! Everybody who buys would notice, so these checks run alone, and each of them puts everything back.

mod door;
mod quiet;
mod supported;

use crate::check::{Judged, Lane, Need};
use crate::cx::Cx;
use crate::row::{Row, Scope};
use futures::future::BoxFuture;
use gauntlet_doubles::scripted::{Act, Answer};
use serde_json::json;
use std::time::Duration;

type Body = fn(Cx) -> BoxFuture<'static, Judged>;

const OPEN: &str = "whoever disturbs the facilitator gets everything for nothing";
const CLOSED: &str = "one outage of the facilitator closes the shop until somebody notices";

/// `/supported` is read when a server starts, so that it has to be started with the lie in place.
const fn supported(id: &'static str, title: &'static str, body: Body) -> Row {
    Row {
        id,
        title,
        v2: &["GAUNTLET-RS-011", "GAUNTLET-RS-001", "INV-009-RS"],
        v1: &[],
        risk: OPEN,
        scope: Scope::Target,
        lane: Lane::Exclusive,
        needs: &[Need::ScriptedFacilitator, Need::Restart],
        body,
    }
}

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        v2: &[
            "GAUNTLET-RS-011",
            "X402V2-FLOW-006",
            "GAUNTLET-RS-012",
            "X402V2-HTTP-RS-016",
            "GAUNTLET-RS-001",
            "INV-009-RS",
        ],
        v1: &[
            "GAUNTLET-RS-011",
            "X402V1-HTTP-RS-007",
            "GAUNTLET-RS-012",
            "X402V2-HTTP-RS-016",
            "GAUNTLET-RS-001",
            "INV-009-RS",
        ],
        scope: Scope::Version2,
        needs: &[Need::ScriptedFacilitator],
        ..supported(
            "server.outage.closed",
            "while the facilitator is unreachable nothing is served and no handler runs; afterwards the server sells",
            |cx| Box::pin(door::closed(cx)),
        )
    },
    Row {
        v2: &["GAUNTLET-RS-011", "GAUNTLET-RS-012", "GAUNTLET-RS-001", "INV-009-RS"],
        risk: CLOSED,
        ..supported(
            "server.outage.from-start",
            "a server that starts while its facilitator is unreachable gives nothing away, and sells when it is back",
            |cx| Box::pin(door::from_start(cx)),
        )
    },
    supported("server.outage.supported-empty", "a /supported that lists nothing opens nothing", |cx| {
        Box::pin(supported::says(cx, |_| {
            Act::Answer(Answer::json(200, &json!({ "kinds": [], "extensions": [], "signers": {} })))
        }))
    }),
    supported(
        "server.outage.supported-other-network",
        "a /supported that lists another network only opens nothing",
        |cx| Box::pin(supported::says(cx, |_| Act::Answer(Answer::json(200, &supported::elsewhere())))),
    ),
    supported("server.outage.supported-redirects", "a /supported that redirects opens nothing", |cx| {
        Box::pin(supported::says(cx, |url| Act::Answer(Answer::redirect(308, &format!("{url}/nowhere")))))
    }),
    supported("server.outage.supported-500", "a /supported that answers 500 opens nothing", |cx| {
        Box::pin(supported::says(cx, |_| {
            Act::Answer(Answer::json(500, &json!({ "error": "the facilitator is out of order" })))
        }))
    }),
    supported(
        "server.outage.supported-html",
        "a /supported that answers with a web page opens nothing",
        |cx| {
            Box::pin(supported::says(cx, |_| Act::Answer(Answer::html(200, "<!doctype html><p>Back soon."))))
        },
    ),
    supported("server.outage.supported-silent", "a /supported that does not answer opens nothing", |cx| {
        Box::pin(supported::says(cx, |_| Act::Silence(Duration::from_secs(5))))
    }),
];

//! Headers that cannot be read: with which status they are refused, and that nothing runs for them.

use super::super::buyer::ask;
use super::super::methods::{content_is_known, runs_of};
use crate::check::{Judged, Lane, Need};
use crate::cx::{Cx, Violation};
use crate::row::{Row, Scope};
use gauntlet_wire::Version;
use gauntlet_wire::header::{encode_bytes, payment_header};

pub(super) const STATUS: Row = Row {
    id: "server.spelled.status",
    title: "a header that cannot be read is answered by status 400",
    v2: &["X402V2-HTTP-RS-014"],
    v1: &["X402V1-HTTP-RS-005"],
    risk: "a buyer whose payment got damaged is told that there was none, and pays again",
    scope: Scope::Version2,
    lane: Lane::Parallel,
    needs: &[],
    body: |cx| Box::pin(status(cx)),
};

/// The counters are shared by everything that runs at the same time, hence the lane.
pub(super) const HANDLER_IDLE: Row = Row {
    id: "server.spelled.handler-idle",
    title: "a header that cannot be read runs no handler and settles nothing",
    v2: &["X402V2-HTTP-RS-015", "GAUNTLET-RS-001"],
    v1: &["X402V2-HTTP-RS-015", "GAUNTLET-RS-001"],
    risk: "anybody makes the seller work, or change the world, for nothing",
    scope: Scope::Version2,
    lane: Lane::Exclusive,
    needs: &[Need::Route("runs")],
    body: |cx| Box::pin(handler_idle(cx)),
};

/// Headers with no payment in them, and what they are.
fn headers(version: Version) -> Vec<(&'static str, String)> {
    let hollow = format!("{{\"x402Version\":{},\"payload\":{{}}}}", version.number());
    vec![
        ("%%%", "%%%".into()),
        ("base64 of half a document", encode_bytes(b"{")),
        ("base64 of text", encode_bytes(b"please")),
        ("base64 of null", encode_bytes(b"null")),
        ("base64 of an empty list", encode_bytes(b"[]")),
        ("base64 of an empty object", encode_bytes(b"{}")),
        ("base64 of a payment without anything", encode_bytes(hollow.as_bytes())),
    ]
}

async fn status(cx: Cx) -> Judged {
    let route = cx.route("cheap")?;
    for (what, value) in headers(cx.version()) {
        let request = ask(&route).header(payment_header(cx.version()), value);
        let visit = cx.knock(request, what).await?;
        cx.must_have_come(&visit)?;
        if (401..500).contains(&visit.status()) {
            cx.find(Violation {
                requirement: cx.rule(),
                kind: "not-400",
                want: "status 400".into(),
                got: format!("status {} to {what}", visit.status()),
                reply: Some(&visit.reply),
                ..Violation::default()
            });
            return Ok(());
        }
    }
    Ok(())
}

async fn handler_idle(cx: Cx) -> Judged {
    content_is_known(&cx)?;
    let route = cx.route("cheap")?;
    let calls = || cx.shop().map(|shop| shop.facilitator.as_ref().map_or(0, |it| it.calls().len()));
    for (what, value) in headers(cx.version()) {
        let (runs, called) = (runs_of(&cx, "cheap").await?, calls()?);
        let request = ask(&route).header(payment_header(cx.version()), value);
        let visit = cx.knock(request, what).await?;
        let violation =
            Violation { requirement: cx.rule(), reply: Some(&visit.reply), ..Violation::default() };
        if runs_of(&cx, "cheap").await? > runs {
            cx.find(Violation {
                kind: "handler-ran",
                want: "no run of the handler".into(),
                got: format!("the handler ran for {what}"),
                ..violation.clone()
            });
        }
        let settled = settles_since(&cx, called)?;
        if settled > 0 {
            cx.find(Violation {
                kind: "settle-asked",
                want: "no call of /settle".into(),
                got: format!("{settled} calls for {what}"),
                ..violation
            });
        }
    }
    Ok(())
}

fn settles_since(cx: &Cx, called: usize) -> Result<usize, crate::check::Stop> {
    let Some(scripted) = &cx.shop()?.facilitator else { return Ok(0) };
    let settle = gauntlet_doubles::scripted::Endpoint::Settle;
    Ok(scripted.calls().iter().skip(called).filter(|call| call.endpoint == settle).count())
}

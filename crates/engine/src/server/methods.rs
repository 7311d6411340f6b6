//! Other methods than the one that is sold: none of them leads past the payment.

use super::buyer::ask;
use super::money::Expected;
use super::visit::Visit;
use crate::check::{Judged, Lane, Stop};
use crate::cx::{Cx, Violation};
use crate::row::{Row, Scope, Topic};
use gauntlet_probe::{Request, Route};
use gauntlet_report::Class;

const UNSOLD: &str =
    "a method that nobody thought of gets the content, or makes the seller work, for nothing";

/// The kinds of routes that middlewares tell apart.
pub(super) const KINDS: [&str; 4] = ["cheap", "item", "files", "create"];

/// The rows.
pub const ROWS: &[Row] = &[
    method("server.method.head", "HEAD runs no paid handler", |cx| Box::pin(tries(cx, "HEAD"))),
    method("server.method.options", "OPTIONS runs no paid handler", |cx| Box::pin(tries(cx, "OPTIONS"))),
    method("server.method.put", "PUT runs no paid handler", |cx| Box::pin(tries(cx, "PUT"))),
    method("server.method.delete", "DELETE runs no paid handler", |cx| Box::pin(tries(cx, "DELETE"))),
    method("server.method.patch", "PATCH runs no paid handler", |cx| Box::pin(tries(cx, "PATCH"))),
    method("server.method.trace", "TRACE runs no paid handler", |cx| Box::pin(tries(cx, "TRACE"))),
    method("server.method.invented", "an invented method runs no paid handler", |cx| {
        Box::pin(tries(cx, "GAUNTLET"))
    }),
    method("server.method.other", "GET and POST run no handler of the other", |cx| Box::pin(swapped(cx))),
    method("server.method.lower-case", "a method in lower case runs no paid handler", |cx| {
        Box::pin(in_case(cx, str::to_ascii_lowercase))
    }),
    method("server.method.mixed-case", "a method in mixed case runs no paid handler", |cx| {
        Box::pin(in_case(cx, |method| {
            let (first, rest) = method.split_at(1);
            format!("{first}{}", rest.to_ascii_lowercase())
        }))
    }),
    method("server.method.override", "a header that names another method opens no paid route", |cx| {
        Box::pin(overridden(cx))
    }),
    method("server.method.body", "a body opens no paid route that has none", |cx| Box::pin(with_a_body(cx))),
    method("server.method.http-1-0", "a request of HTTP/1.0 opens no paid route", |cx| {
        Box::pin(of_old_http(cx, "1.0"))
    }),
    method("server.method.http-0-9", "a request of HTTP/0.9 opens no paid route", |cx| {
        Box::pin(of_old_http(cx, "0.9"))
    }),
    Row {
        id: "server.method.head-paid",
        title: "a payment with a HEAD is not taken for nothing",
        v2: &["INV-004", "X402V2-HTTP-RS-031"],
        v1: &["INV-004", "X402V2-HTTP-RS-031"],
        risk: "a buyer pays for an answer that has no body",
        scope: Scope::Version2,
        lane: Lane::Parallel,
        needs: &[],
        body: |cx| Box::pin(head_paid(cx)),
    },
];

/// Alone, because handlers are counted.
const fn method(
    id: &'static str,
    title: &'static str,
    body: fn(Cx) -> futures::future::BoxFuture<'static, Judged>,
) -> Row {
    Topic { lane: Lane::Exclusive, risk: UNSOLD }.row(
        id,
        title,
        &["X402V2-HTTP-RS-031", "GAUNTLET-RS-001"],
        body,
    )
}

// ---- what others use too -----------------------------------------------------------------------------------------

/// How often a route's handler has run.
///
/// # Errors
/// [`Stop::NotApplicable`] when the server does not count, [`Stop::Inconclusive`] when it does not say.
pub(super) async fn runs_of(cx: &Cx, route: &str) -> Result<u64, Stop> {
    let counter = cx.route("runs")?;
    let visit = look(cx, ask(&counter), "how often the handlers have run").await?;
    let counts = visit.json().filter(serde_json::Value::is_object);
    let counts = counts.ok_or_else(|| Stop::Inconclusive(format!("{} counts nothing", counter.path)))?;
    Ok(counts[route].as_u64().unwrap_or_default())
}

/// Sends a request that pays for nothing and judges nothing.
///
/// # Errors
/// [`Stop::Inconclusive`] when the target is dead.
pub(super) async fn look(cx: &Cx, request: Request, sent: &str) -> Result<Visit, Stop> {
    let exchange = cx.exchange(request).await?;
    cx.visited(exchange, sent.to_owned())
}

/// Without a canary every 2xx answer counts as content, which is wrong for requests that the server is free to
/// answer with something else.
///
/// # Errors
/// [`Stop::NotApplicable`] when there is none.
pub(super) fn content_is_known(cx: &Cx) -> Result<(), Stop> {
    cx.shop()?.canary().map(drop).ok_or_else(|| {
        Stop::NotApplicable(
            "paid content cannot be told from other answers; give a canary in the manifest".into(),
        )
    })
}

/// The paid routes of every kind that the server has, by name.
pub(super) fn routes(cx: &Cx) -> Vec<(&'static str, Route)> {
    KINDS.into_iter().filter_map(|name| Some((name, cx.route(name).ok()?))).collect()
}

// ---- bodies ------------------------------------------------------------------------------------------------------

/// Sends requests for routes without paying: they get no content, and the handlers keep still.
async fn tempt(cx: &Cx, requests: Vec<(&'static str, Request)>) -> Judged {
    content_is_known(cx)?;
    let counted = cx.route("runs").is_ok();
    let mut ran: Vec<(String, Visit)> = Vec::new();
    for (name, request) in requests {
        let sent = format!("{} {} without a payment", request.method, request.path.escape_debug());
        let before = if counted { runs_of(cx, name).await? } else { 0 };
        let visit = cx.knock(request, &sent).await?;
        let after = if counted { runs_of(cx, name).await? } else { 0 };
        if after > before {
            ran.push((format!("{name} ran, {}", visit.got()), visit));
        } else if !counted && (200..300).contains(&visit.status()) {
            cx.note(format!("{sent}: status {}; whether a handler ran is not known", visit.status()));
        }
    }
    if let Some((_, first)) = ran.first() {
        let all: Vec<&str> = ran.iter().map(|(what, _)| what.as_str()).collect();
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "handler-ran",
            want: "no run of a handler without a payment".into(),
            got: all.join("; "),
            reply: Some(&first.reply),
            ..Violation::default()
        });
    }
    Ok(())
}

/// One request for each kind of route.
async fn each(cx: Cx, request: impl Fn(&Route) -> Request) -> Judged {
    let requests = routes(&cx).into_iter().map(|(name, route)| (name, request(&route))).collect();
    tempt(&cx, requests).await
}

async fn tries(cx: Cx, method: &str) -> Judged {
    each(cx, |route| Request { method: method.into(), ..ask(route) }).await
}

async fn swapped(cx: Cx) -> Judged {
    each(cx, |route| match route.method.as_str() {
        "POST" => Request::get(&route.path),
        _ => Request::post_json(&route.path, "{}"),
    })
    .await
}

async fn in_case(cx: Cx, case: fn(&str) -> String) -> Judged {
    each(cx, |route| Request { method: case(&route.method), ..ask(route) }).await
}

/// The names under which frameworks look for another method.
const OVERRIDES: [&str; 3] = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"];

async fn overridden(cx: Cx) -> Judged {
    let mut requests = Vec::new();
    for (name, route) in routes(&cx) {
        // What the payment layer sees is not sold, what the header names is; and the other way round.
        let other = if route.method == "POST" { "GET" } else { "POST" };
        for (sent, named) in [(other, route.method.as_str()), (route.method.as_str(), "DELETE")] {
            for header in OVERRIDES {
                requests.push((name, Request { method: sent.into(), ..ask(&route) }.header(header, named)));
            }
        }
        let path = format!("{}{}_method={}", route.path, separator(&route.path), route.method);
        requests.push((name, Request { method: other.into(), path, ..ask(&route) }));
    }
    tempt(&cx, requests).await
}

fn separator(path: &str) -> char {
    if path.contains('?') { '&' } else { '?' }
}

async fn with_a_body(cx: Cx) -> Judged {
    let mut requests = Vec::new();
    for (name, route) in routes(&cx).into_iter().filter(|(_, route)| route.method == "GET") {
        let whole = Request { method: "GET".into(), ..Request::post_json(&route.path, "{\"paid\":true}") };
        let chunked = Request { body: b"d\r\n{\"paid\":true}\r\n0\r\n\r\n".to_vec(), ..whole.clone() };
        requests.extend([(name, whole), (name, chunked.header("Transfer-Encoding", "chunked"))]);
    }
    tempt(&cx, requests).await
}

/// The version stands at the end of the request line, so that the rest of the line becomes a header.
async fn of_old_http(cx: Cx, version: &str) -> Judged {
    each(cx, |route| Request { path: old_target(&route.path, version), ..ask(route) }).await
}

/// What makes a request line of another version out of one that ends with `HTTP/1.1`.
fn old_target(path: &str, version: &str) -> String {
    match version {
        "0.9" => format!("{path}\r\nX-Rest:"),
        version => format!("{path} HTTP/{version}\r\nX-Rest:"),
    }
}

async fn head_paid(cx: Cx) -> Judged {
    let purchase = cx.purchase("cheap").await?;
    let before = cx.money(&purchase.payment).await?.transfers.len();
    let request = Request { method: "HEAD".into(), ..purchase.request()? };
    // An answer to HEAD has no body: what that means for a payment is judged here.
    let (visit, money) = cx.buy_as(&purchase, request, Expected::Disturbed).await?;
    cx.must_have_come(&visit)?;
    if visit.served() || money.transfers.len() == before {
        return Ok(());
    }
    let refused = visit.status() >= 400;
    cx.find(Violation {
        requirement: "INV-004",
        kind: "head-charged",
        want: "no settlement for a request whose answer has no body".into(),
        got: format!("status {}, and the price was taken", visit.status()),
        reply: Some(&visit.reply),
        chain: money.lines,
        // Who asks for the head and gets the head of a paid answer has got what he asked for, however little it is.
        class: (!refused).then_some(Class::W),
        ..Violation::default()
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_versions_stand_in_the_request_line() {
        let line = |version| format!("GET {} HTTP/1.1\r\n", old_target("/cheap", version));
        assert_eq!(line("1.0"), "GET /cheap HTTP/1.0\r\nX-Rest: HTTP/1.1\r\n");
        assert_eq!(line("0.9"), "GET /cheap\r\nX-Rest: HTTP/1.1\r\n");
    }
}

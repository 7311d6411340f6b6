//! Headers by which a request says that it really goes somewhere else.

use super::super::buyer::ask;
use super::super::methods::routes;
use super::{Attempt, COVERS, PAST, open_nothing};
use crate::check::{Judged, Lane};
use crate::cx::Cx;
use crate::row::{Row, Topic};

/// The rows.
pub(super) const ROWS: &[Row] = &[
    Topic { lane: Lane::Parallel, risk: PAST }.row(
        "server.path.rewritten",
        "a header that names another path opens no paid route",
        COVERS,
        |cx| Box::pin(rewritten(cx)),
    ),
    Topic { lane: Lane::Parallel, risk: PAST }.row(
        "server.path.host",
        "no Host opens a paid route",
        COVERS,
        |cx| Box::pin(host(cx)),
    ),
    Topic { lane: Lane::Parallel, risk: PAST }.row(
        "server.path.local",
        "no header that claims to come from the server's own side opens a paid route",
        COVERS,
        |cx| Box::pin(local(cx)),
    ),
];

/// The names under which frameworks and proxies hand on what was really asked for.
const REWRITES: [&str; 8] = [
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-Original-URI",
    "X-Forwarded-Path",
    "X-Forwarded-Uri",
    "X-Forwarded-Prefix",
    "X-Override-URL",
    "X-Request-URI",
];

/// The payment layer may read the header and the router the target, or the other way round.
async fn rewritten(cx: Cx) -> Judged {
    let free = free_path(&cx);
    let mut attempts = Vec::new();
    for (name, route) in routes(&cx) {
        for header in REWRITES {
            for (target, named) in [(&free, &route.path), (&route.path, &free)] {
                let mut request = ask(&route).header(header, named);
                request.path.clone_from(target);
                let what = format!("{} {target} with {header}: {named}", route.method);
                attempts.push(Attempt { name, request, what });
            }
        }
    }
    open_nothing(&cx, attempts).await
}

async fn host(cx: Cx) -> Judged {
    let free = free_path(&cx);
    let hosts = [
        String::new(),
        "localhost".into(),
        "other.example".into(),
        "other.example:80".into(),
        format!("other.example{free}"),
        format!("other.example{free}?"),
        "user@other.example".into(),
        "a b".into(),
        "[::1]".into(),
    ];
    let mut attempts = Vec::new();
    for (name, route) in routes(&cx) {
        let line = format!("{} {}", route.method, route.path);
        for host in &hosts {
            let request = ask(&route).header("Host", host);
            attempts.push(Attempt { name, request, what: format!("{line} at Host {host:?}") });
        }
        let request = ask(&route).header("Host", "other.example").header("Host", "localhost");
        attempts.push(Attempt { name, request, what: format!("{line} with two Host lines") });
    }
    open_nothing(&cx, attempts).await
}

/// What a proxy in front may say, and anybody else too.
const LOCAL: [(&str, &str); 8] = [
    ("X-Forwarded-For", "127.0.0.1"),
    ("X-Real-IP", "127.0.0.1"),
    ("Forwarded", "for=127.0.0.1;host=localhost;proto=https"),
    ("X-Forwarded-Host", "localhost"),
    ("X-Forwarded-Proto", "https"),
    ("X-Middleware-Subrequest", "middleware:middleware:middleware:middleware:middleware"),
    ("X-Payment-Verified", "true"),
    ("PAYMENT-RESPONSE", "eyJzdWNjZXNzIjp0cnVlfQ=="),
];

async fn local(cx: Cx) -> Judged {
    let mut attempts = Vec::new();
    for (name, route) in routes(&cx) {
        for (header, value) in LOCAL {
            let what = format!("{} {} with {header}: {value}", route.method, route.path);
            attempts.push(Attempt { name, request: ask(&route).header(header, value), what });
        }
    }
    open_nothing(&cx, attempts).await
}

/// Something that costs nothing.
fn free_path(cx: &Cx) -> String {
    cx.route("free").map_or_else(|_| "/".to_owned(), |route| route.path)
}

//! Headers by which a request says that it really goes somewhere else.

use super::super::buyer::ask;
use super::super::methods::{content_is_known, routes};
use super::{COVERS, PAST, opens_nothing};
use crate::check::{Judged, Lane};
use crate::cx::Cx;
use crate::row::Row;

/// The rows.
pub(super) const ROWS: &[Row] = &[
    Row::of_target(
        (Lane::Parallel, PAST),
        "server.path.rewritten",
        "a header that names another path opens no paid route",
        COVERS,
        |cx| Box::pin(rewritten(cx)),
    ),
    Row::of_target((Lane::Parallel, PAST), "server.path.host", "no Host opens a paid route", COVERS, |cx| {
        Box::pin(host(cx))
    }),
    Row::of_target(
        (Lane::Parallel, PAST),
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
    content_is_known(&cx)?;
    let free = cx.route("free").map_or_else(|_| "/".to_owned(), |route| route.path);
    for (name, route) in routes(&cx) {
        for header in REWRITES {
            for (target, named) in [(&free, &route.path), (&route.path, &free)] {
                let mut request = ask(&route).header(header, named);
                request.path.clone_from(target);
                let what = format!("{} {target} with {header}: {named}", route.method);
                opens_nothing(&cx, name, request, &what).await?;
            }
        }
    }
    Ok(())
}

async fn host(cx: Cx) -> Judged {
    content_is_known(&cx)?;
    let free = cx.route("free").map_or_else(|_| "/".to_owned(), |route| route.path);
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
    for (name, route) in routes(&cx) {
        for host in &hosts {
            let request = ask(&route).header("Host", host);
            opens_nothing(&cx, name, request, &format!("{} {} at Host {host:?}", route.method, route.path))
                .await?;
        }
        let twice = ask(&route).header("Host", "other.example").header("Host", "localhost");
        opens_nothing(&cx, name, twice, &format!("{} {} with two Host lines", route.method, route.path))
            .await?;
    }
    Ok(())
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
    content_is_known(&cx)?;
    for (name, route) in routes(&cx) {
        for (header, value) in LOCAL {
            let request = ask(&route).header(header, value);
            let what = format!("{} {} with {header}: {value}", route.method, route.path);
            opens_nothing(&cx, name, request, &what).await?;
        }
    }
    Ok(())
}

//! Who may ask: signed headers of both surfaces.

use super::{check, must_not_be_taken, valid_body, violated};
use crate::check::{Check, Judged, Stop};
use crate::cx::Cx;
use crate::history::{Endpoint, Said};
use crate::reply::Reply;
use gauntlet_probe::Request;
use gauntlet_probe::dialect::Dressing;
use serde_json::Value;

const RISK: &str = "somebody else settles in the name of a merchant, or uses up what a merchant may settle";
const SHUT_OUT: &str = "a merchant who signs as the documents say is turned away";
/// A quarter of an hour: three times what clocks may differ.
const LONG_AGO_MS: i64 = -15 * 60 * 1000;
/// Within five minutes.
const A_WHILE_AGO_MS: i64 = -4 * 60 * 1000;

pub(super) fn checks() -> Vec<Check> {
    let auth: &[&'static str] = &["B402-AUTH-001"];
    vec![
        check(
            "b402.auth.signature",
            "a request with the signature of another body is not taken",
            auth,
            RISK,
            |cx| {
                refused(cx, "a valid request with the signature of another body", |cx, body| {
                    let signed = dressed(cx, b"{}".to_vec(), Dressing::default());
                    Request { body, ..signed }
                })
            },
        ),
        check("b402.auth.unsigned", "a request without a signature is not taken", auth, RISK, |cx| {
            refused(cx, "a valid request without its signature", |cx, body| {
                let name = header_with(cx, "{signature}").unwrap_or_default();
                let mut request = dressed(cx, body, Dressing::default());
                request.headers.retain(|(header, _)| *header != name);
                request
            })
        }),
        check(
            "b402.auth.caller",
            "a request of an unknown caller is not taken, however well it is signed",
            auth,
            RISK,
            |cx| {
                refused(
                    cx,
                    "a valid request, the first character of every name and token of the caller changed",
                    |cx, body| {
                        let names = headers_with(cx, "{key:");
                        let mut request = dressed(cx, body, Dressing::default());
                        for (name, value) in &mut request.headers {
                            if names.contains(name) {
                                *value = format!("0{}", value.get(1..).unwrap_or_default());
                            }
                        }
                        request
                    },
                )
            },
        ),
        check(
            "b402.auth.stale",
            "a request of a quarter of an hour ago is not taken",
            &["B402-AUTH-002"],
            RISK,
            |cx| {
                refused(cx, "a valid request, signed and dated a quarter of an hour ago", |cx, body| {
                    dressed(cx, body, Dressing { clock_off_ms: LONG_AGO_MS, ..Dressing::default() })
                })
            },
        ),
        check(
            "b402.auth.bytes",
            "the signature is compared with the bytes that came, however the JSON is written",
            &["B402-AUTH-003"],
            SHUT_OUT,
            spaced,
        ),
        check(
            "b402.partner.clock",
            "a caller's clock may be four minutes behind",
            &["B402-AUTH-002"],
            SHUT_OUT,
            |cx| {
                taken(
                    cx,
                    "a valid request, signed and dated four minutes ago",
                    Dressing { clock_off_ms: A_WHILE_AGO_MS, ..Dressing::default() },
                )
            },
        ),
        check(
            "b402.web3.path",
            "a signature over a path without /build is not taken",
            &["B402-AUTH-004"],
            RISK,
            short_path,
        ),
        check(
            "b402.web3.hex",
            "a signature in hexadecimal digits is not taken",
            &["B402-AUTH-004"],
            RISK,
            |cx| {
                refused(cx, "a valid request, its signature in hexadecimal digits", |cx, body| {
                    dressed(cx, body, Dressing { hex: true, ..Dressing::default() })
                })
            },
        ),
        check(
            "b402.web3.epoch",
            "a timestamp in milliseconds is not taken",
            &["B402-AUTH-004"],
            RISK,
            |cx| {
                refused(cx, "a valid request, its timestamp in milliseconds and signed so", |cx, body| {
                    dressed(cx, body, Dressing { epoch: true, ..Dressing::default() })
                })
            },
        ),
        check(
            "b402.web3.request-again",
            "the same signed request is not taken twice",
            &["B402-AUTH-005"],
            "whoever has seen one request can send it again",
            request_again,
        ),
    ]
}

fn dressed(cx: &Cx, body: Vec<u8>, dressing: Dressing) -> Request {
    cx.world.client.dress(Request::post_json(Endpoint::Verify.path(), body), dressing)
}

/// The headers whose values are made of something.
fn headers_with(cx: &Cx, placeholder: &str) -> Vec<String> {
    let headers = cx.world.dialect().into_iter().flat_map(|dialect| &dialect.headers);
    headers.filter(|(_, value)| value.contains(placeholder)).map(|(name, _)| name.clone()).collect()
}

fn header_with(cx: &Cx, placeholder: &str) -> Option<String> {
    headers_with(cx, placeholder).into_iter().next()
}

async fn send(cx: &Cx, request: Request, sent: &str) -> Result<Reply, Stop> {
    let reply = cx.send_dressed(Endpoint::Verify, request, sent).await?;
    cx.must_have_answered(&reply)?;
    // It says nothing of who asked, and must not pass for a refusal.
    match reply.exchange.status {
        Some(429) => Err(Stop::Inconclusive("the target asks to come back later".into())),
        _ => Ok(reply),
    }
}

/// Where the base URL has a path, a signature without it is another one.
async fn short_path(cx: Cx) -> Judged {
    let base = cx.world.client.url("");
    let has_path = base.split_once("://").is_some_and(|(_, rest)| rest.trim_end_matches('/').contains('/'));
    if !has_path {
        return Err(Stop::NotApplicable(format!("{base} has no path that could be left out")));
    }
    refused(cx, "a valid request, signed without /build in its path", |cx, body| {
        dressed(cx, body, Dressing { short_path: true, ..Dressing::default() })
    })
    .await
}

/// A request that is good but for its dress must be turned away.
async fn refused(cx: Cx, sent: &str, wrong: impl Fn(&Cx, Vec<u8>) -> Request) -> Judged {
    let body = valid_body(&cx).await?;
    let request = wrong(&cx, body);
    let reply = send(&cx, request, sent).await?;
    must_not_be_taken(&cx, "taken", "a refusal, with status 401 or another above 399", &reply);
    Ok(())
}

async fn taken(cx: Cx, sent: &str, dressing: Dressing) -> Judged {
    let body = valid_body(&cx).await?;
    let request = dressed(&cx, body, dressing);
    let reply = send(&cx, request, sent).await?;
    if reply.said != Said::Yes {
        violated(&cx, "turned-away", "isValid true", &reply);
    }
    Ok(())
}

/// A body with blanks and line ends, signed as it is.
async fn spaced(cx: Cx) -> Judged {
    let body = valid_body(&cx).await?;
    let value: Value = serde_json::from_slice(&body).map_err(|error| Stop::Harness(error.to_string()))?;
    let request = dressed(&cx, format!("{value:#}\n").into_bytes(), Dressing::default());
    let reply = send(&cx, request, "a valid request, its JSON written over many lines and signed so").await?;
    if reply.said != Said::Yes {
        violated(&cx, "turned-away", "isValid true", &reply);
    }
    Ok(())
}

async fn request_again(cx: Cx) -> Judged {
    let body = valid_body(&cx).await?;
    let request = dressed(&cx, body, Dressing::default());
    let first = send(&cx, request.clone(), "a valid request").await?;
    if first.said != Said::Yes {
        return Err(Stop::Inconclusive(format!("the first was not taken: {}", first.got())));
    }
    let again = send(&cx, request, "the same request once more, byte for byte").await?;
    must_not_be_taken(&cx, "taken-again", "a refusal: the signature stands for one request", &again);
    Ok(())
}

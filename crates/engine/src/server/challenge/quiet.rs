//! What an unpaid or refused request must not cause and must not show.

use super::{Wrong, paid_routes};
use crate::check::{Judged, Stop};
use crate::cx::Cx;
use crate::server::buyer::ask;
use crate::server::money::Expected;
use crate::server::visit::Visit;
use gauntlet_probe::Request;
use gauntlet_wire::header::{PAYMENT_REQUIRED, bytes_lenient, payment_header};
use gauntlet_wire::{Mutation, SignatureForm};

/// A path that no server has.
const NOWHERE: &str = "/gauntlet-no-such-page-5f2a";

pub(super) async fn free(cx: Cx) -> Judged {
    must_know_content(&cx)?;
    let route = cx.route("free")?;
    let visit = cx.knock(ask(&route), "the free route without a payment").await?;
    cx.must_have_come(&visit)?;
    if !(200..400).contains(&visit.status()) {
        let got = format!("status {}", visit.status());
        Wrong::new("free-route-refused", "what is free, for nothing", got).found(&cx, &visit);
    }
    Ok(())
}

/// Where content is not known by a canary, everything that succeeds counts as content.
fn must_know_content(cx: &Cx) -> Result<(), Stop> {
    match cx.shop()?.canary() {
        Some(_) => Ok(()),
        None => Err(Stop::NotApplicable("the server's content is not known by a canary".into())),
    }
}

pub(super) async fn unknown_path(cx: Cx) -> Judged {
    must_know_content(&cx)?;
    // Content in the answer is found by knocking.
    let visit = cx.knock(Request::get(NOWHERE), "a path that is no route").await?;
    cx.must_have_come(&visit)?;
    match visit.status() {
        status @ 500.. => {
            Wrong::new("server-error", "an answer that is no server error", format!("status {status}"))
                .against("INV-008-RS")
                .found(&cx, &visit)
        }
        402 => cx.note("a path that is no route is answered 402: a buyer may pay for nothing"),
        _ => {}
    }
    Ok(())
}

/// How often the runs are counted again before a handler that ran counts as run for the unpaid requests: the late work
/// of another check ends in the meantime.
const LOOKS: usize = 3;

pub(super) async fn no_work(cx: Cx) -> Judged {
    let mut before = crate::server::paid::runs(&cx).await?;
    for look in 1..=LOOKS {
        let mut last = None;
        for route in paid_routes(&cx)? {
            last = Some(cx.unpaid(route).await?);
        }
        let after = crate::server::paid::runs(&cx).await?;
        let Some(visit) = last.filter(|_| after > before) else { return Ok(()) };
        if look == LOOKS {
            let got = format!("the handlers had run {before} times before and {after} times after");
            Wrong::new("handler-ran", "no handler for a request without a payment", got).found(&cx, &visit);
        }
        before = after;
    }
    Ok(())
}

pub(super) async fn discreet(cx: Cx) -> Judged {
    let route = cx.route("cheap")?;
    let header = payment_header(cx.version());
    let mut visits = vec![
        cx.unpaid("cheap").await?,
        cx.knock(ask(&route).header(header, "%%%"), "a payment header that is no base64").await?,
        cx.knock(ask(&route).header(header, "e30="), "a payment header with an empty object").await?,
    ];
    if cx.shop()?.canary().is_some() {
        visits.push(cx.knock(Request::get(NOWHERE), "a path that is no route").await?);
    }
    let mut purchase = cx.purchase("cheap").await?;
    purchase.payment.mutate(&Mutation::Signature(SignatureForm::BitFlipped));
    let request = purchase.request()?;
    visits.push(cx.buy_as(&purchase, request, Expected::Plain).await?.0);

    let facilitator = cx.shop()?.facilitator.as_ref().map(gauntlet_doubles::scripted::Handle::url);
    let facilitator = facilitator.as_deref().and_then(|url| url.split_once("://")).map(|(_, rest)| rest);
    let facilitator = facilitator.and_then(|rest| rest.split('/').next());
    for visit in &visits {
        let text = everything(visit);
        let mut traces = traces(&text);
        if facilitator.is_some_and(|authority| text.contains(authority)) {
            traces.push("the facilitator's address");
        }
        if cx.world.redact(&text) != text {
            traces.push("a private key");
        }
        for trace in traces {
            let got = format!("{trace} in the answer to {}", visit.reply.sent);
            Wrong::new("internals-shown", "nothing of how the server is built", got).found(&cx, visit);
        }
    }
    Ok(())
}

/// Head, decoded PAYMENT-REQUIRED and body of an answer.
fn everything(visit: &Visit) -> String {
    let head =
        visit.reply.exchange.response.as_ref().map(|response| response.head.clone()).unwrap_or_default();
    let header = visit.header(PAYMENT_REQUIRED).and_then(|line| bytes_lenient(line).ok());
    let header = header.map(|(bytes, _)| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    format!("{head}\n{header}\n{}", visit.body())
}

/// What a text tells about the program that wrote it.
fn traces(text: &str) -> Vec<&'static str> {
    let has = |signs: &[&str]| signs.iter().any(|sign| text.contains(sign));
    let mut traces = Vec::new();
    if has(&["Traceback (most recent call last)", "panicked at ", "goroutine ", "stack backtrace:"])
        || text.contains("    at ")
        || text.contains("&nbsp; &nbsp;at ")
    {
        traces.push("a stack trace");
    }
    if has(&["/node_modules/", "/site-packages/", "/.cargo/", "/home/", "/usr/lib/", "/Users/", "C:\\\\"])
        || names_a_line(text)
    {
        traces.push("a path of a file");
    }
    if has(&["-----BEGIN "]) {
        traces.push("a private key");
    }
    traces
}

/// Whether a text names a line of a source file, as `main.rs:12`.
fn names_a_line(text: &str) -> bool {
    [".rs:", ".js:", ".mjs:", ".ts:", ".go:", ".py\", line ", ".py:"].iter().any(|mark| {
        text.match_indices(mark)
            .any(|(at, mark)| text[at + mark.len()..].starts_with(|next: char| next.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_are_told_from_words() {
        for quiet in [
            "{\"error\":\"Payment required\"}",
            "We are at home; see https://docs.rs/x402",
            "http://127.0.0.1:4021/cheap",
            "invalid_exact_evm_signature: look at the domain",
        ] {
            assert_eq!(traces(quiet), [""; 0], "{quiet}");
        }
        assert_eq!(traces("Error: x\\n    at handle (server)"), ["a stack trace"]);
        assert_eq!(traces("File \"shop.py\", line 12"), ["a path of a file"]);
        assert_eq!(traces("src/main.rs:12:5"), ["a path of a file"]);
        assert_eq!(traces("Traceback (most recent call last):"), ["a stack trace"]);
        assert_eq!(traces("-----BEGIN PRIVATE KEY-----"), ["a private key"]);
    }
}

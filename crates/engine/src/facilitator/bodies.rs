//! Hostile and broken bodies: never accepted, answered with a client error, and survived.

use crate::check::{Check, Judged, Lane};
use crate::cx::{Cx, Violation};
use crate::history::{Endpoint, Said};
use gauntlet_probe::Request;
use gauntlet_report::Class;
use serde_json::{Value, json};
use std::sync::Arc;

struct Body {
    slug: &'static str,
    what: &'static str,
    covers: &'static [&'static str],
    /// Whether it is JSON at all.
    json: bool,
    content_type: &'static str,
    /// Makes the body out of a valid one.
    make: fn(Value) -> Vec<u8>,
}

const JSON: &str = "application/json";

const BODIES: &[Body] = &[
    broken("half", "half a JSON document", |_| b"{\"x402Version\":2,".to_vec()),
    broken("empty", "no body at all", |_| Vec::new()),
    broken("text", "text that is not JSON", |_| b"please".to_vec()),
    broken("invalid-utf8", "bytes that are not UTF-8", |body| {
        [b"\xff\xfe\x00".as_slice(), body.to_string().as_bytes()].concat()
    }),
    broken("trailing-garbage", "a valid payment followed by garbage", |body| {
        format!("{body}}}garbage").into_bytes()
    }),
    broken("deep-nesting", "ten thousand nested lists", |_| {
        [vec![b'['; 10_000], vec![b']'; 10_000]].concat()
    }),
    Body {
        content_type: "text/plain",
        ..broken("content-type", "half a JSON document called text/plain", |_| b"{".to_vec())
    },
    shaped("object-empty", "an empty object", |_| b"{}".to_vec()),
    shaped("null", "null", |_| b"null".to_vec()),
    shaped("list", "a list", |body| json!([body]).to_string().into_bytes()),
    shaped("number", "a number", |_| b"402".to_vec()),
    shaped("without-payload", "a request without paymentPayload", |body| without(body, "paymentPayload")),
    shaped("without-requirements", "a request without paymentRequirements", |body| {
        without(body, "paymentRequirements")
    }),
    shaped("payload-text", "a paymentPayload that is text", |body| {
        with(body, "paymentPayload", json!("e30="))
    }),
    shaped("requirements-list", "paymentRequirements in a list", |body| {
        let list = json!([body["paymentRequirements"]]);
        with(body, "paymentRequirements", list)
    }),
    shaped("nul", "a signature of NUL characters", |mut body| {
        body["paymentPayload"]["payload"]["signature"] = json!("\0\0\0\0");
        body.to_string().into_bytes()
    }),
    shaped("huge-number", "an amount of 1e400", |body| {
        let amount = body["paymentRequirements"].get("amount").map_or("maxAmountRequired", |_| "amount");
        let marked = with_requirement(body, amount, json!("@@"));
        String::from_utf8_lossy(&marked).replace("\"@@\"", "1e400").into_bytes()
    }),
    shaped("two-megabytes", "two megabytes in the signature", |mut body| {
        body["paymentPayload"]["payload"]["signature"] = json!(format!("0x{}", "ab".repeat(1_000_000)));
        body.to_string().into_bytes()
    }),
];

const fn broken(slug: &'static str, what: &'static str, make: fn(Value) -> Vec<u8>) -> Body {
    Body { slug, what, covers: &["X402V2-FA-VERIFY-006", "INV-009"], json: false, content_type: JSON, make }
}

const fn shaped(slug: &'static str, what: &'static str, make: fn(Value) -> Vec<u8>) -> Body {
    Body {
        slug,
        what,
        covers: &["X402V2-FA-VERIFY-005", "INV-008", "INV-009"],
        json: true,
        content_type: JSON,
        make,
    }
}

fn without(mut body: Value, member: &str) -> Vec<u8> {
    if let Some(object) = body.as_object_mut() {
        object.remove(member);
    }
    body.to_string().into_bytes()
}

fn with(mut body: Value, member: &str, value: Value) -> Vec<u8> {
    body[member] = value;
    body.to_string().into_bytes()
}

fn with_requirement(mut body: Value, member: &str, value: Value) -> Vec<u8> {
    body["paymentRequirements"][member] = value;
    body.to_string().into_bytes()
}

/// One check for each row.
pub(super) fn checks() -> Vec<Check> {
    BODIES
        .iter()
        .map(|row| Check {
            id: format!("facilitator.body.{}", row.slug),
            title: format!("{} is refused, without a server error", row.what),
            version: None,
            covers: row.covers.to_vec(),
            risk: "one request makes the facilitator fall over, or is taken for a payment",
            lane: Lane::Parallel,
            needs: &[],
            body: Arc::new(move |cx| Box::pin(run(cx, row))),
        })
        .collect()
}

async fn run(cx: Cx, row: &Body) -> Judged {
    let payment = cx.payment().await?;
    let body: Value = serde_json::from_slice(&payment.body()?)?;
    for endpoint in [Endpoint::Verify, Endpoint::Settle] {
        let mut request = Request::post_json(endpoint.path(), (row.make)(body.clone()));
        for (name, value) in &mut request.headers {
            if name.eq_ignore_ascii_case("content-type") {
                row.content_type.clone_into(value);
            }
        }
        let sent = format!("{} to {}", row.what, endpoint.path());
        let reply = cx.send_raw(endpoint, request, &sent, row.json).await?;
        let violation = Violation {
            requirement: cx.rule(),
            want: format!("{} answers with a status below 500", endpoint.path()),
            reply: Some(&reply),
            ..Violation::default()
        };
        match (&reply.said, reply.exchange.status) {
            // Whoever says yes to this has checked no signature.
            (Said::Yes, _) => cx.find(Violation {
                requirement: "X402-EVM3009-006",
                kind: "accepted-unreadable",
                class: Some(Class::H),
                ..violation
            }),
            (Said::Nothing(_), _) => cx.find(Violation { kind: "no-answer", ..violation }),
            (Said::No, Some(status)) if status >= 500 => {
                cx.find(Violation { kind: "server-error", ..violation })
            }
            (Said::Unclear(_), _) => cx.find(Violation { kind: "illegible-answer", ..violation }),
            (Said::No, _) => {}
        }
    }
    let money = cx.money(&payment).await?;
    if !money.transfers.is_empty() {
        cx.find(Violation {
            requirement: "INV-007",
            kind: "moved-money",
            want: "no Transfer".into(),
            got: money.lines.join("; "),
            chain: money.lines,
            ..Violation::default()
        });
    }
    Ok(())
}

//! Bodies that only look like requests: never accepted, and survived.

use super::verdict::versions;
use crate::cast::Part;
use crate::check::Stop;
use crate::cx::{Cx, Violation, this_second};
use crate::facilitator::money::is_exact;
use crate::history::{Endpoint, PaymentFacts, Said};
use crate::reply::Reply;
use crate::search::bytes::{Bytes, bytes};
use crate::search::case::text;
use crate::search::payment::{Made, Sketch, make};
use crate::search::run::{self, Told};
use crate::search::{blame, class_of, name};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::future::BoxFuture;
use gauntlet_probe::{Request, Role};
use gauntlet_wire::{Clock, ReasonClass, Verdict, Version, faults_at, judge_at};
use proptest::prelude::*;
use proptest::sample::select;

/// The longest body, bytes.
const LONGEST: usize = 1_000_000;
const CONTENT_TYPES: [&str; 6] = [
    "application/json",
    "text/plain",
    "",
    "application/x-www-form-urlencoded",
    "application/json; charset=utf-16",
    "multipart/form-data",
];

/// The property.
pub(super) struct Property {
    versions: Vec<Version>,
}

impl Property {
    pub(super) fn of(cx: &Cx) -> Self {
        Self { versions: versions(cx) }
    }
}

/// A made-up body.
#[derive(Debug, Clone)]
pub(super) struct Body {
    version: Version,
    content_type: &'static str,
    bytes: Bytes,
}

impl run::Property for Property {
    type Case = Body;

    fn role(&self) -> Role {
        Role::Facilitator
    }

    /// What ends the target is to be known.
    fn lanes(&self) -> usize {
        1
    }

    fn classes(&self) -> &'static [&'static str] {
        &["invalid"]
    }

    fn strategy(&self, _: u64) -> BoxedStrategy<Body> {
        let content_types =
            prop_oneof![4 => Just(CONTENT_TYPES[0]), 1 => select(CONTENT_TYPES.to_vec())].no_shrink();
        (select(self.versions.clone()).no_shrink(), content_types, bytes(LONGEST))
            .prop_map(|(version, content_type, bytes)| Body { version, content_type, bytes })
            .boxed()
    }

    fn version(&self, case: &Body) -> Option<Version> {
        Some(case.version)
    }

    fn play<'a>(&'a self, cx: &'a Cx, case: &'a Body, _: u64) -> BoxFuture<'a, Result<Told, Stop>> {
        Box::pin(play(cx, case))
    }
}

async fn play(cx: &Cx, case: &Body) -> Result<Told, Stop> {
    let Some(made) = make(cx, &Sketch::plain(case.version)).await? else { return Ok(Told::not_made()) };
    let body = case.bytes.of(&made.payment.body()?);
    let (verdict, faults) = judged(cx, &made, &body);
    let told = Told {
        made: class_of(&verdict, &faults),
        class: faults.first().copied().map_or_else(|| "none".into(), name),
        chain: made.recipe(),
        script: script(&made, case, &body),
    };
    let rule = blame::requirement(&faults, &made, &body, case.version);
    let refused = matches!(verdict, Verdict::Invalid(_));
    let endpoints: &[Endpoint] =
        if refused { &[Endpoint::Verify, Endpoint::Settle] } else { &[Endpoint::Verify] };
    let mut last = None;
    for endpoint in endpoints {
        let mut request = Request::post_json(endpoint.path(), body.clone());
        request.headers = vec![("Content-Type".into(), case.content_type.into())];
        request.headers.retain(|(_, value)| !value.is_empty());
        let well_formed = serde_json::from_slice::<serde::de::IgnoredAny>(&body).is_ok();
        let (exchange, lives) = cx.dare(request).await?;
        let sent = format!("{} as {:?}", case.bytes.describe(), case.content_type);
        // Whoever can read these bytes has read this payment: the books have to know whose money it moved.
        let facts = PaymentFacts { faults: faults.clone(), ..made.payment.facts()? };
        let reply = cx.keep_raw(*endpoint, exchange, &sent, Some(facts), well_formed);
        judge(cx, &reply, refused.then_some(rule), well_formed);
        if !lives {
            ended(cx, &reply);
            cx.start_again().await?;
        }
        last = Some(reply);
    }
    if refused {
        moved_nothing(cx, &made, rule, last.as_ref()).await?;
    }
    still_alive(cx, case).await?;
    Ok(told)
}

/// What the oracle says of the bytes. Where only a reader of bytes stumbles and a reader of text would not, nobody is
/// blamed for reading on.
fn judged(cx: &Cx, made: &Made, body: &[u8]) -> (Verdict, Vec<ReasonClass>) {
    let clock = Clock { now: this_second(), shared: cx.world.ours };
    let ledger = &made.payment.ledger;
    let verdict = judge_at(body, ledger, clock);
    let text = String::from_utf8_lossy(body);
    // JSON sets no limit to numbers, our reader does.
    let text = text.trim_start_matches('\u{feff}').replace("1e999999999", "1e300").replace("1e400", "1e300");
    let mended = judge_at(text.as_bytes(), ledger, clock);
    if matches!(verdict, Verdict::Invalid(_)) && !matches!(mended, Verdict::Invalid(_)) {
        return (
            Verdict::Open("a reader may mend what is not UTF-8, drop a byte order mark, or know no infinity"),
            Vec::new(),
        );
    }
    (verdict, faults_at(body, ledger, clock))
}

fn judge(cx: &Cx, reply: &Reply, refused: Option<&'static str>, well_formed: bool) {
    let form = if well_formed { "INV-008" } else { "X402V2-FA-VERIFY-006" };
    let violation = Violation {
        requirement: form,
        want: "a status below 500".into(),
        reply: Some(reply),
        ..Violation::default()
    };
    match (&reply.said, refused, reply.exchange.status) {
        (Said::Yes, Some(rule), _) => cx.find(Violation {
            requirement: rule,
            kind: "accepted-invalid",
            want: "a refusal".into(),
            ..violation
        }),
        (Said::Nothing(_), ..) => cx.find(Violation { kind: "no-answer", ..violation }),
        (Said::Unclear(_), ..) => cx.find(Violation { kind: "illegible-answer", ..violation }),
        (Said::No, _, Some(status)) if status >= 500 => {
            cx.find(Violation { kind: "server-error", ..violation });
        }
        (Said::Yes | Said::No, ..) => {}
    }
}

fn ended(cx: &Cx, reply: &Reply) {
    cx.find(Violation {
        requirement: "INV-009",
        kind: "ended-by-a-body",
        want: "a facilitator that goes on".into(),
        got: "it answers nothing any more".into(),
        reply: Some(reply),
        ..Violation::default()
    });
}

/// What was signed and paid as it was signed weighs what the rule about its form weighs.
async fn moved_nothing(cx: &Cx, made: &Made, rule: &'static str, reply: Option<&Reply>) -> Result<(), Stop> {
    let money = cx.money(&made.payment).await?;
    if !money.transfers.is_empty() {
        let as_signed = money.transfers.iter().all(|transfer| is_exact(transfer, &made.payment));
        cx.find(Violation {
            requirement: if as_signed { rule } else { "INV-007" },
            kind: "moved-money",
            reply,
            want: "no Transfer".into(),
            got: money.lines.join("; "),
            chain: money.lines,
            ..Violation::default()
        });
    }
    Ok(())
}

/// The next buyer is served.
async fn still_alive(cx: &Cx, case: &Body) -> Result<(), Stop> {
    let next = cx.play(case.version, &Part::named("next")).await?;
    let request = Request::post_json(Endpoint::Verify.path(), next.body()?);
    let (exchange, _) = cx.dare(request).await?;
    let sent = format!("a plain payment after {}", case.bytes.describe());
    let reply = cx.keep_raw(Endpoint::Verify, exchange, &sent, Some(next.facts()?), true);
    if reply.said == Said::Yes {
        return Ok(());
    }
    cx.find(Violation {
        requirement: "INV-009",
        kind: "not-alive",
        want: "isValid true for a plain valid payment".into(),
        reply: Some(&reply),
        ..Violation::default()
    });
    cx.start_again().await
}

/// The body sent to both, and a plain payment after it.
fn script(made: &Made, case: &Body, body: &[u8]) -> String {
    let body = match std::str::from_utf8(body) {
        Ok(readable) => format!("body = {}", text(readable)),
        Err(_) => format!("base64 = {}", text(&STANDARD.encode(body))),
    };
    let headers = match case.content_type {
        "" => String::new(),
        content_type => format!("headers = {{ Content-Type = {} }}, ", text(content_type)),
    };
    let ask = |path: &str| {
        format!(
            "\n[[steps]]\nrequest = {{ method = \"POST\", path = \"{path}\", {headers}{body} }}\nexpect = {{ status = {{ lte = 499 }}, json = {{ isValid = {{ not = true }}, success = {{ not = true }} }} }}\n"
        )
    };
    format!(
        "{}{}{}\n[[steps]]\nverify = \"p\"\nexpect = {{ json = {{ isValid = true }} }}\n\n[expect]\ntransfers = {{ p = 0 }}\n",
        made.script(None),
        ask("/verify"),
        ask("/settle")
    )
}

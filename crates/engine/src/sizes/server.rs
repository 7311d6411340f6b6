//! The ladder at a resource server: payment headers of many lengths.

use super::nginx::{self, Between};
use super::payment::{Form, Kind, length, padded, quantum};
use super::{TOPIC, end_of, keep};
use crate::check::{Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::row::Row;
use crate::server::buyer::Purchase;
use crate::server::money::{Expected, judge_purchase, pays};
use crate::server::spelled::goes_on;
use crate::server::visit::Visit;
use gauntlet_probe::Client;
use gauntlet_report::sizes::{End, Part};
use gauntlet_report::{NetFault, Rung};
use gauntlet_wire::Version;
use gauntlet_wire::header::{PAYMENT_REQUIRED, receipt_header};

const RULE: &str = "GAUNTLET-SIZE-001";

const V2: &[&str] = &[
    RULE,
    "INV-003",
    "INV-004",
    "INV-009-RS",
    "X402V2-HTTP-RS-008",
    "X402V2-HTTP-RS-009",
    "X402V2-HTTP-RS-029",
];
const V1: &[&str] = &[RULE, "INV-003", "INV-004", "INV-009-RS", "X402V1-HTTP-RS-003", "X402V2-HTTP-RS-029"];

/// The rows.
pub(crate) const ROWS: &[Row] = &[
    TOPIC.twins(
        "server.sizes.padded",
        "a payment header of any length is served and paid for, or neither",
        V2,
        V1,
        |cx| Box::pin(climb(cx, padded())),
    ),
    TOPIC.twins(
        "server.sizes.post-quantum",
        "a payment with an ML-DSA signature is served and paid for, or neither",
        V2,
        V1,
        |cx| Box::pin(climb(cx, quantum())),
    ),
];

async fn climb(cx: Cx, kinds: Vec<Kind>) -> Judged {
    let is_whole = kinds.contains(&Kind::Plain);
    climb_at(&cx, &cx.world.client, None, &kinds).await?;
    if let Some(program) = cx.world.nginx.clone() {
        let between = Between::start(&cx, &program, &cx.world.client.url(""), "request").await?;
        climb_at(&cx, &between.client, Some(nginx::NAME), &kinds).await?;
        if is_whole && cx.version() == Version::V2 {
            nginx::answers(&cx, &program).await?;
        }
    }
    goes_on(&cx, "payments of many lengths").await
}

async fn climb_at(cx: &Cx, client: &Client, through: Option<&str>, kinds: &[Kind]) -> Judged {
    for kind in kinds {
        let mut purchase = cx.purchase("cheap").await?;
        purchase.payment.money_rule = RULE;
        kind.dress(cx, &mut purchase.payment, Form::Header).await?;
        let (visit, paid) = present(cx, client, &purchase, through).await?;
        if *kind == Kind::Plain && through.is_none() {
            written(cx, &purchase, &visit)?;
        }
        let rung = rung(&purchase, &visit, *kind, through, paid)?;
        let hangs = rung.end == End::Hang;
        keep(cx, rung);
        if hangs {
            // Each of the next would take as long.
            cx.note("longer ones were not tried after one without an answer");
            break;
        }
    }
    Ok(())
}

/// Presents a payment, and judges money and content. Not through the paths that give the target up when it does not
/// answer: that it may not is expected here.
async fn present(
    cx: &Cx,
    client: &Client,
    purchase: &Purchase,
    through: Option<&str>,
) -> Result<(Visit, bool), Stop> {
    cx.refuse_when_down()?;
    let before = cx.money(&purchase.payment).await?;
    let exchange = client.send(purchase.request()?).await;
    let visit = cx.visited(exchange, purchase.payment.sent())?;
    let after = cx.money(&purchase.payment).await?;
    let timed_out = matches!(visit.reply.exchange.fault, Some(NetFault::TimedOut(_)));
    // Nobody but the target could have ended the connection, unless something stands between: what that does to an
    // answer is not the target's fault.
    let expected = if timed_out || through.is_some() { Expected::Disturbed } else { Expected::Plain };
    judge_purchase(cx, purchase, &visit, &before, &after, expected);
    cx.keep_facts(purchase, &visit, expected)?;
    if !cx.world.target_answers().await {
        cx.find(Violation {
            requirement: "INV-009-RS",
            kind: "ended-by-a-payment",
            want: "a server that goes on".into(),
            got: format!("it answers nothing any more after {}", purchase.payment.sent()),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
        cx.start_again().await?;
    }
    let paid = after.transfers.iter().any(|transfer| pays(transfer, purchase));
    Ok((visit, paid))
}

fn rung(
    purchase: &Purchase,
    visit: &Visit,
    kind: Kind,
    through: Option<&str>,
    paid: bool,
) -> Result<Rung, Stop> {
    let exchange = &visit.reply.exchange;
    let is_json = visit.json().is_some();
    let end =
        if visit.served() { End::Served } else { end_of(exchange.status, exchange.fault.as_ref(), is_json) };
    Ok(Rung {
        part: Part::Request,
        payment: kind.name(),
        version: purchase.version().number(),
        bytes: length(&purchase.payment.draft, Form::Header)?,
        through: through.map(str::to_owned),
        end,
        status: exchange.status,
        paid,
        detail: why(visit, purchase.version()),
    })
}

/// What the answer says about a refusal.
fn why(visit: &Visit, version: Version) -> String {
    if visit.served() {
        return String::new();
    }
    if let (Some(fault), None) = (&visit.reply.exchange.fault, visit.reply.exchange.status) {
        return fault.to_string();
    }
    let reason = || visit.receipt(version).and_then(|receipt| receipt.reason);
    let error = || Some(visit.challenge(version)?["error"].as_str()?.to_owned());
    let body = || Some(visit.json()?["error"].as_str()?.to_owned());
    reason().or_else(error).or_else(body).unwrap_or_default()
}

/// How long what the target itself writes is: its 402 and its receipt.
fn written(cx: &Cx, purchase: &Purchase, visit: &Visit) -> Judged {
    let version = purchase.version();
    let rung = |part, bytes, status| Rung {
        part,
        payment: String::new(),
        version: version.number(),
        bytes,
        through: None,
        end: End::Served,
        status,
        paid: false,
        detail: String::new(),
    };
    let asked = cx.collected().exchanges.iter().rev().find(|exchange| exchange.status == Some(402)).cloned();
    let challenge = asked.and_then(|exchange| {
        let response = exchange.response.as_ref()?;
        match version {
            Version::V2 => response.header(PAYMENT_REQUIRED).map(str::len),
            Version::V1 => Some(response.body.len()),
        }
    });
    if let Some(bytes) = challenge {
        keep(cx, rung(Part::Challenge, bytes, Some(402)));
    }
    if let Some(receipt) = visit.header(receipt_header(version)) {
        keep(cx, rung(Part::Receipt, receipt.len(), visit.reply.exchange.status));
    }
    Ok(())
}

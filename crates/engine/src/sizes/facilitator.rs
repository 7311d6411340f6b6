//! The ladder at a facilitator: bodies of many lengths.

use super::payment::{Form, Kind, length, padded, quantum};
use super::{TOPIC, end_of, keep};
use crate::check::{Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::history::Said;
use crate::payment::Payment;
use crate::reply::Reply;
use crate::row::Row;
use gauntlet_report::Rung;
use gauntlet_report::sizes::{End, Part};

const RULE: &str = "GAUNTLET-SIZE-002";

const COVERS: &[&str] = &[RULE, "X402V2-FA-SETTLE-002", "X402V2-FA-SETTLE-003", "INV-009"];

/// The rows.
pub(crate) const ROWS: &[Row] = &[
    TOPIC.twins(
        "facilitator.sizes.padded",
        "a body of any length is settled and called a success, or neither",
        COVERS,
        COVERS,
        |cx| Box::pin(climb(cx, padded())),
    ),
    TOPIC.twins(
        "facilitator.sizes.post-quantum",
        "a payment with an ML-DSA signature is settled and called a success, or neither",
        COVERS,
        COVERS,
        |cx| Box::pin(climb(cx, quantum())),
    ),
];

async fn climb(cx: Cx, kinds: Vec<Kind>) -> Judged {
    for kind in kinds {
        let mut payment = cx.payment().await?;
        payment.money_rule = RULE;
        kind.dress(&cx, &mut payment, Form::Body).await?;
        let verified = cx.verify(&payment).await?;
        keep(&cx, rung(&payment, &verified, Part::Verify, kind, false)?);
        let (settled, money) = cx.settle(&payment).await?;
        keep(&cx, rung(&payment, &settled, Part::Settle, kind, !money.transfers.is_empty())?);
        if end(&settled) == End::Hang {
            // Each of the next would take as long.
            cx.note("longer ones were not tried after one without an answer");
            break;
        }
    }
    if let Some(reply) = cx.still_works().await? {
        cx.find(Violation {
            requirement: "INV-009",
            kind: "settles-no-more",
            want: "a plain valid payment verifies and settles".into(),
            reply: Some(&reply),
            ..Violation::default()
        });
    }
    Ok(())
}

fn end(reply: &Reply) -> End {
    let is_json = reply.verify().is_some() || reply.settle().is_some();
    match reply.said {
        Said::Yes => End::Served,
        // A refusal comes with any status, also with 500 after a simulation.
        Said::No if is_json && reply.reason().is_some() => End::Refused,
        _ => end_of(reply.exchange.status, reply.exchange.fault.as_ref(), is_json),
    }
}

fn rung(payment: &Payment, reply: &Reply, part: Part, kind: Kind, paid: bool) -> Result<Rung, Stop> {
    let detail = match &reply.said {
        Said::Yes => String::new(),
        Said::No => reply.reason().unwrap_or_default(),
        Said::Unclear(what) => what.clone(),
        Said::Nothing(fault) => fault.clone(),
    };
    Ok(Rung {
        part,
        payment: kind.name(),
        version: payment.draft.version.number(),
        bytes: length(&payment.draft, Form::Body)?,
        through: None,
        end: end(reply),
        status: reply.exchange.status,
        paid,
        detail,
    })
}

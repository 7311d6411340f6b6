//! What a payment repeats of `extra`: it is the merchant's, whatever stands there.

use super::violated;
use crate::check::{Check, Judged, Stop, check};
use crate::cx::Cx;
use gauntlet_wire::Mutation;
use serde_json::{Value, json};

const RISK: &str = "what is verified is not what was offered";

/// A member of `extra`, and what is written there instead.
struct Row {
    id: &'static str,
    what: &'static str,
    member: &'static str,
    other: fn(&Cx) -> Value,
}

const ROWS: [Row; 3] = [
    Row {
        id: "server.b402.accepted.signer",
        what: "an accepted.extra with another signerAddress",
        member: "signerAddress",
        other: |cx| json!(cx.stranger().to_string()),
    },
    Row {
        id: "server.b402.accepted.spender",
        what: "an accepted.extra with a spenderAddress that was not offered",
        member: "spenderAddress",
        other: |cx| json!(cx.stranger().to_string()),
    },
    Row {
        id: "server.b402.accepted.method",
        what: "an accepted.extra with another assetTransferMethod",
        member: "assetTransferMethod",
        other: |_| json!("permit2-upto"),
    },
];

pub(super) fn checks() -> Vec<Check> {
    let check_of = |row: &'static Row| {
        check(row.id, &format!("{} buys nothing", row.what), &["B402-RS-ACCEPTED-001"], RISK, move |cx| {
            refused(cx, row)
        })
    };
    ROWS.iter().map(check_of).collect()
}

async fn refused(cx: Cx, row: &'static Row) -> Judged {
    let mut purchase = cx.purchase("cheap").await?;
    if !purchase.offer.entry["extra"].is_object() {
        return Err(Stop::Inconclusive("the offer has no extra".into()));
    }
    let place = format!("/paymentPayload/accepted/extra/{}", row.member);
    purchase.payment.mutate(&Mutation::Set(place, (row.other)(&cx)));
    let (visit, _) = cx.buy(&purchase).await?;
    cx.must_have_come(&visit)?;
    if visit.served() {
        violated(&cx, "accepted-other-extra", "a refusal", visit.got(), &visit);
    }
    Ok(())
}

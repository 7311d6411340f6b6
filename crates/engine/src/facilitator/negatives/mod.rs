//! Single-fault negatives: each presents one payment with one fault, to `/verify` and to `/settle`.

mod table;
mod world;

use self::table::{Fault, In, NEGATIVES, Negative};
use self::world::{Preparation, prepare};
use super::money::transactions_for;
use super::versioned;
use crate::check::{Check, Judged, Lane, Stop};
use crate::cx::{Cx, Violation};
use crate::history::{Endpoint, Said};
use crate::payment::Payment;
use crate::reply::Reply;
use gauntlet_report::Class;
use gauntlet_wire::{Verdict, Version};
use std::sync::Arc;

/// Two checks for each row and version: one at `/verify`, one at `/settle`.
pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for endpoint in [Endpoint::Verify, Endpoint::Settle] {
        for row in NEGATIVES {
            for version in Version::ALL {
                if matches!((row.versions, version), (In::V2, Version::V1) | (In::V1, Version::V2)) {
                    continue;
                }
                // At /settle this is a matter of its own: see `replay`, where the right transaction may be named.
                if endpoint == Endpoint::Settle && matches!(row.fault, Fault::World(Preparation::NonceSpent))
                {
                    continue;
                }
                checks.push(check(row, endpoint, version));
            }
        }
    }
    checks
}

fn check(row: &'static Negative, endpoint: Endpoint, version: Version) -> Check {
    let (topic, consequence, also) = match endpoint {
        Endpoint::Settle => ("settle", " and moves nothing", "X402V2-FA-SETTLE-004"),
        Endpoint::Verify | Endpoint::Supported => ("verify", "", "INV-006"),
    };
    let mut covers = row.covers.to_vec();
    covers.push(also);
    if version == Version::V1 {
        covers.push("X402V1-FA-005");
    }
    Check {
        id: versioned(&format!("facilitator.{topic}.{}", row.slug), version),
        title: format!("/{topic} refuses {}{consequence}", row.what),
        version: Some(version),
        covers,
        risk: row.risk,
        lane: Lane::Parallel,
        needs: &[],
        body: Arc::new(move |cx| Box::pin(refuses(cx, row, endpoint))),
    }
}

async fn refuses(cx: Cx, row: &Negative, endpoint: Endpoint) -> Judged {
    let payment = match &row.fault {
        Fault::Change(mutation) => cx.payment().await?.with(&mutation(&cx)),
        Fault::World(preparation) => prepare(&cx, *preparation).await?,
    };
    let Verdict::Invalid(_) = payment.verdict()? else {
        return Err(Stop::Harness(format!(
            "the oracle does not call this payment invalid: {}",
            payment.sent()
        )));
    };
    let (reply, chain) = match endpoint {
        Endpoint::Settle => {
            let block = cx.world.chain.block_number().await?;
            let (reply, money) = cx.settle(&payment).await?;
            nothing_was_broadcast(&cx, &payment, &reply, block).await?;
            (reply, money.lines)
        }
        Endpoint::Verify | Endpoint::Supported => (cx.verify(&payment).await?, Vec::new()),
    };
    judge(&cx, row, endpoint, &reply, chain);
    cx.must_have_answered(&reply)
}

fn judge(cx: &Cx, row: &Negative, endpoint: Endpoint, reply: &Reply, chain: Vec<String>) {
    let (want, shape) = match endpoint {
        Endpoint::Settle => ("success false", "X402V2-FA-SETTLE-011"),
        Endpoint::Verify | Endpoint::Supported => ("isValid false", "X402V2-FA-VERIFY-004"),
    };
    let violation = Violation { want: want.into(), reply: Some(reply), chain, ..Violation::default() };
    match &reply.said {
        Said::Yes => cx.find(Violation {
            requirement: cx.rule(),
            kind: "accepted-invalid",
            class: row.hard.then_some(Class::H),
            ..violation
        }),
        Said::Unclear(_) => cx.find(Violation { requirement: shape, kind: "illegible-answer", ..violation }),
        Said::No | Said::Nothing(_) => {}
    }
}

/// A transaction for a payment that is refused anyway costs the facilitator its gas, once for each request of anybody.
pub(super) async fn nothing_was_broadcast(cx: &Cx, payment: &Payment, reply: &Reply, block: u64) -> Judged {
    if reply.said != Said::No || cx.world.claims.signers.is_empty() {
        return Ok(());
    }
    let doomed = transactions_for(cx, &payment.key(), block + 1).await?;
    if let Some(first) = doomed.first() {
        cx.find(Violation {
            requirement: "INV-007",
            kind: "doomed-broadcast",
            want: "no transaction for a payment that cannot settle".into(),
            got: format!("{} sent, {} gas lost", first.hash, first.gas_used),
            reply: Some(reply),
            class: Some(Class::W),
            ..Violation::default()
        });
    }
    Ok(())
}

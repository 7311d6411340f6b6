//! Edges: payments about which the documents are silent, or that are odd but good.
//!
//! Where either answer is legal, the answer is noted and two things are still demanded: `/verify` and `/settle`
//! agree, and the books balance. Where a payment is good although it looks unusual, it must be accepted. Those that a
//! change of the vocabulary makes are scenarios, in `scenarios/facilitator`.

use super::{control::must_settle, versioned};
use crate::check::{Check, Judged, Lane};
use crate::cx::{Cx, Violation};
use crate::history::Said;
use crate::payment::Payment;
use gauntlet_wire::draft::AUTHORIZATION;
use gauntlet_wire::{Mutation, Version};
use serde_json::json;
use std::sync::Arc;

/// What is demanded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Demand {
    /// Either answer, as long as `/verify` and `/settle` agree.
    Consistent,
    /// The payment is good.
    Accepted,
}

struct Edge {
    slug: &'static str,
    what: &'static str,
    covers: &'static [&'static str],
    demand: Demand,
    change: fn(&Cx, &mut Payment),
}

const EDGES: &[Edge] = &[
    edge(
        "expires-soon",
        "a payment that expires in four seconds",
        &["X402-EVM3009-013", "INV-005"],
        |cx, payment| {
            // Counted from this moment: the check may have waited for its turn.
            let wait = crate::cx::this_second().saturating_sub(cx.now);
            payment.mutate(&Mutation::ExpiresIn(wait + 4));
        },
    ),
    edge(
        "envelope-version",
        "an envelope of another version than its payload",
        &["X402V2-FA-VERIFY-008", "INV-005"],
        |_, payment| {
            let other = if payment.draft.version == Version::V2 { 1 } else { 2 };
            payment.mutate(&Mutation::Set("/x402Version".into(), json!(other)));
        },
    ),
    good(
        "mixed-case-addresses",
        "an authorization in lower case for requirements with checksums",
        &["X402-EVM3009-011"],
        |_, payment| {
            for (member, address) in
                [("from", payment.draft.authorization.from), ("to", payment.draft.authorization.to)]
            {
                let lower = address.to_string().to_ascii_lowercase();
                payment.mutate(&Mutation::Set(format!("{AUTHORIZATION}/{member}"), json!(lower)));
            }
        },
    ),
    good("valid-after-zero", "a validAfter of zero", &["INV-005"], |_, payment| {
        payment.draft.authorization.valid_after = gauntlet_wire::U256::ZERO;
        payment.changes.push("authorization.validAfter → 0".into());
    }),
];

const fn edge(
    slug: &'static str,
    what: &'static str,
    covers: &'static [&'static str],
    change: fn(&Cx, &mut Payment),
) -> Edge {
    Edge { slug, what, covers, demand: Demand::Consistent, change }
}

const fn good(
    slug: &'static str,
    what: &'static str,
    covers: &'static [&'static str],
    change: fn(&Cx, &mut Payment),
) -> Edge {
    Edge { demand: Demand::Accepted, ..edge(slug, what, covers, change) }
}

/// One check for each row and version.
pub(super) fn checks() -> Vec<Check> {
    EDGES
        .iter()
        .flat_map(|row| [(row, Version::V2), (row, Version::V1)])
        .map(|(row, version)| {
            let (topic, title) = match row.demand {
                Demand::Consistent => ("edge", format!("/verify and /settle agree about {}", row.what)),
                Demand::Accepted => ("accept", format!("/verify and /settle accept {}", row.what)),
            };
            Check {
                id: versioned(&format!("facilitator.{topic}.{}", row.slug), version),
                title,
                version: Some(version),
                covers: row.covers.to_vec(),
                risk: "a server serves a payment that never settles, or turns away a good one",
                lane: Lane::Parallel,
                needs: &[],
                body: Arc::new(move |cx| Box::pin(run(cx, row))),
            }
        })
        .collect()
}

async fn run(cx: Cx, row: &Edge) -> Judged {
    let mut payment = cx.payment().await?;
    (row.change)(&cx, &mut payment);
    cx.world
        .chain
        .set_balance(payment.token.address, payment.payer.address(), payment.ledger.balance)
        .await?;
    let verified = cx.verify(&payment).await?;
    cx.must_have_answered(&verified)?;
    if verified.said != Said::Yes {
        if row.demand == Demand::Accepted {
            cx.find(Violation {
                requirement: cx.rule(),
                kind: "refused-valid",
                want: "isValid true".into(),
                reply: Some(&verified),
                ..Violation::default()
            });
        } else {
            cx.note(format!("refused: {}", verified.reason().unwrap_or_else(|| verified.got())));
        }
        return refused_payment_must_not_settle(&cx, &payment, row.demand).await;
    }
    cx.note("accepted");
    if row.demand == Demand::Accepted {
        return must_settle(&cx, &payment, "verified-but-not-settled").await;
    }
    let (settled, money) = cx.settle(&payment).await?;
    cx.must_have_answered(&settled)?;
    if settled.said != Said::Yes && !super::money::is_pending(&settled) {
        // Whether it had to be accepted is open; that the two endpoints disagree is not a matter of taste.
        let requirement = if cx.rule() == "X402-EVM3009-034" { cx.rule() } else { "INV-005" };
        cx.find(Violation {
            requirement,
            kind: "verified-but-not-settled",
            want: "success true after isValid true".into(),
            reply: Some(&settled),
            chain: money.lines,
            ..Violation::default()
        });
    }
    Ok(())
}

/// What `/verify` has refused, `/settle` refuses too.
async fn refused_payment_must_not_settle(cx: &Cx, payment: &Payment, demand: Demand) -> Judged {
    if demand == Demand::Accepted {
        return Ok(());
    }
    let (settled, money) = cx.settle(payment).await?;
    if settled.said == Said::Yes {
        cx.find(Violation {
            requirement: "INV-005",
            kind: "refused-but-settled",
            want: "the verdict of /verify".into(),
            reply: Some(&settled),
            chain: money.lines,
            ..Violation::default()
        });
    }
    Ok(())
}

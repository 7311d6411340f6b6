//! What changes between `/verify` and `/settle`: the yes of `/verify` is no promise of the payer's.

use super::money::settle;
use super::refused::prepare;
use super::table::World;
use super::{check, payment, topic};
use crate::check::{Check, Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::history::{Endpoint, Said};
use gauntlet_wire::permit2::Permit2Scheme;

const RISK: &str = "a merchant is told of money that the payer has meanwhile put out of reach";

/// What happens in between: its slug, in words, and the requirement of each scheme.
struct Change {
    world: World,
    slug: &'static str,
    what: &'static str,
    exact: &'static [&'static str],
    upto: &'static [&'static str],
}

const CHANGES: [Change; 3] = [
    Change {
        world: World::NoAllowance,
        slug: "allowance-revoked",
        what: "whose allowance its payer has taken back since /verify",
        exact: &["X402-EVMP2-006", "X402-EVMP2-018"],
        upto: &["X402-UPTO-006", "X402-UPTO-018"],
    },
    Change {
        world: World::NonceInvalidated,
        slug: "nonce-withdrawn",
        what: "whose nonce its payer has invalidated since /verify",
        exact: &["X402-EVMP2-021", "X402-EVMP2-018"],
        upto: &["X402-UPTO-013", "X402-UPTO-018"],
    },
    Change {
        world: World::BalanceShort,
        slug: "balance-drained",
        what: "whose payer has spent the money since /verify",
        exact: &["X402-EVMP2-008", "X402-EVMP2-018"],
        upto: &["X402-UPTO-007", "X402-UPTO-018"],
    },
];

pub(super) fn checks() -> Vec<Check> {
    let each = |change: &'static Change| {
        Permit2Scheme::ALL.map(|scheme| {
            let covers = match scheme {
                Permit2Scheme::Exact => change.exact,
                Permit2Scheme::Upto => change.upto,
            };
            check(
                &format!("{}.settle.{}", topic(scheme), change.slug),
                &format!("/settle refuses a payment {} ({scheme} over Permit2)", change.what),
                covers,
                RISK,
                move |cx| changes(cx, scheme, change.world),
            )
        })
    };
    const { &CHANGES }.iter().flat_map(each).collect()
}

async fn changes(cx: Cx, scheme: Permit2Scheme, world: World) -> Judged {
    let mut payment = payment(&cx, scheme).await?;
    let verified = payment.present(&cx, Endpoint::Verify).await?;
    cx.must_have_answered(&verified)?;
    if verified.said != Said::Yes {
        return Err(Stop::Inconclusive("it was refused before anything had changed".into()));
    }
    prepare(&cx, &mut payment, world).await?;
    let due = payment.draft.terms.amount;
    let settled = settle(&cx, &payment, due).await?;
    let violation = Violation { reply: Some(&settled.reply), ..Violation::default() };
    match &settled.reply.said {
        Said::Yes => cx.find(Violation {
            requirement: cx.rule(),
            kind: "accepted-invalid",
            want: "success false: it is no payment any more".into(),
            ..violation
        }),
        Said::Unclear(_) => cx.find(Violation {
            requirement: "X402V2-FA-SETTLE-011",
            kind: "illegible-answer",
            want: "success false".into(),
            ..violation
        }),
        Said::No | Said::Nothing(_) => {}
    }
    Ok(())
}

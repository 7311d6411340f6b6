//! Payments with a good approval, which whoever claims the extension takes.

use super::{COINS, approved, attach, check};
use crate::check::{Check, Judged};
use crate::facilitator::permit2::control::works;
use gauntlet_wire::permit2::Permit2Scheme;

const LOST: &str = "whoever has not approved Permit2 cannot pay, although the facilitator says so";

pub(super) fn checks() -> Vec<Check> {
    Permit2Scheme::ALL
        .map(|scheme| {
            check(
                scheme,
                "control",
                "a payment with a signed approval of Permit2 and without an allowance verifies, settles and moves the price",
                &["EXT-20GS-012"],
                LOST,
                move |cx| plain(cx, scheme),
            )
        })
        .to_vec()
}

async fn plain(cx: crate::cx::Cx, scheme: Permit2Scheme) -> Judged {
    let (mut payment, unsent) = approved(&cx, scheme, COINS).await?;
    attach(&mut payment, &unsent);
    works(&cx, &payment, payment.draft.terms.amount).await
}

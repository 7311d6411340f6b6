//! The money moves, and the server does not hear of it.

use super::{count, purchase};
use crate::check::{Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::server::money::Expected;
use crate::server::visit::Visit;
use gauntlet_doubles::scripted::{Act, Call, Endpoint};
use gauntlet_wire::Version;

/// How often a server may ask again for a settlement whose answer it did not get.
const ASKED: usize = 2;

/// The facilitator settles, and then does this instead of saying so.
pub(super) async fn answer(cx: Cx, instead: fn() -> Act) -> Judged {
    let purchase = purchase(&cx).await?;
    let facilitator = cx.shop()?.scripted()?;
    let nonce = purchase.payment.key().nonce;
    // Whoever asks again is told the truth then, which is that the payment is spent.
    facilitator.script(nonce, Endpoint::Settle, vec![Act::After(Box::new(instead())), Act::Forward]);
    let (visit, money) = cx.buy_as(&purchase, purchase.request()?, Expected::Misled).await?;
    cx.must_have_come(&visit)?;
    let calls = facilitator.calls_for(nonce);
    if money.transfers.is_empty() {
        return Err(Stop::Inconclusive(format!("no money moved, so that nothing was lost: {}", visit.got())));
    }
    asked_in_vain(&cx, &visit, &calls);
    if !visit.served() {
        not_called_unpaid(&cx, &visit, money.lines);
    }
    Ok(())
}

fn asked_in_vain(cx: &Cx, visit: &Visit, calls: &[Call]) {
    let settles = count(calls, Endpoint::Settle);
    if settles > ASKED {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "asked-without-end",
            want: format!("{ASKED} calls of /settle at most"),
            got: format!("{settles} calls of /settle"),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
}

/// A 402 asks for a payment, and the next one would be the second.
fn not_called_unpaid(cx: &Cx, visit: &Visit, chain: Vec<String>) {
    if visit.status() != 402 {
        cx.note(format!("the buyer, who has paid, is answered {}", visit.status()));
        return;
    }
    let receipt = visit.receipt(cx.version());
    let open = receipt.as_ref().is_some_and(|receipt| {
        receipt.is_pending() || receipt.transaction.as_deref().is_some_and(|named| !named.is_empty())
    });
    if open {
        cx.note("the refusal names the transaction that is under way");
        return;
    }
    let asks = match cx.version() {
        Version::V2 => visit.challenge(Version::V2).is_some(),
        Version::V1 => visit.challenge(Version::V1).is_some(),
    };
    cx.find(Violation {
        requirement: cx.rule(),
        kind: "called-unpaid",
        want: "an answer by which the buyer knows that the money may have moved".into(),
        got: format!("status 402{}", if asks { ", and what has to be paid" } else { "" }),
        reply: Some(&visit.reply),
        chain,
        ..Violation::default()
    });
}

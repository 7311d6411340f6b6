//! A payment whose history is not what the server remembers.

use super::{once_more, spent};
use crate::check::{Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::server::buyer::Purchase;
use crate::server::money::Expected;
use crate::server::rules;
use gauntlet_wire::U256;

pub(super) async fn after_restart(cx: Cx) -> Judged {
    let purchase = spent(&cx).await?;
    let restarted = cx.world.restart_target().await;
    restarted.map_err(|reason| Stop::Inconclusive(format!("the server did not start again: {reason}")))?;
    once_more(&cx, &purchase, purchase.request()?).await
}

/// Anybody who sees an authorization may submit it. The payee has the money then, and one answer would be fair.
pub(super) async fn preempted(cx: Cx) -> Judged {
    let mut purchase = cx.purchase("cheap").await?;
    relay(&cx, &purchase).await?;
    purchase.payment.ledger.nonce_used = true;
    purchase.payment.changes.push("the harness submitted the authorization itself".into());
    served_once_at_most(&cx, &purchase, 0).await
}

/// Submits a payment's authorization past the server and its facilitator.
pub(in crate::server) async fn relay(cx: &Cx, purchase: &Purchase) -> Judged {
    let payment = &purchase.payment;
    let presented = payment.draft.present()?;
    cx.world.history.relay(payment.key());
    let relayed =
        cx.world.chain.relay(payment.token.address, &presented.authorization, &presented.signature).await?;
    if relayed.status {
        Ok(())
    } else {
        Err(Stop::Harness("the authorization that we submitted reverted".into()))
    }
}

/// Presents a payment whose money is with the payee already, three times, and counts the answers with content.
pub(in crate::server) async fn served_once_at_most(cx: &Cx, purchase: &Purchase, already: usize) -> Judged {
    let mut served = already;
    for _ in 0..3 {
        let (visit, money) = cx.buy_as(purchase, purchase.request()?, Expected::PaidAlready).await?;
        cx.must_have_come(&visit)?;
        served += usize::from(visit.served());
        if visit.served() && served > 1 {
            cx.find(Violation {
                requirement: rules::replayed(purchase.version()),
                kind: "served-again",
                want: "one answer with content at most".into(),
                got: format!("{served} answers with content for one Transfer"),
                reply: Some(&visit.reply),
                chain: money.lines,
                ..Violation::default()
            });
        }
    }
    cx.note(match served {
        0 => "the payer has paid and is refused",
        _ => "the payment is served although somebody else submitted it",
    });
    Ok(())
}

pub(super) async fn refilled(cx: Cx) -> Judged {
    let purchase = cx.purchase("cheap").await?;
    let (token, payer) = (purchase.payment.token.address, purchase.payment.payer.address());
    let purse = purchase.payment.ledger.balance;
    cx.world.chain.set_balance(token, payer, U256::ZERO).await?;
    let (poor, _) = cx.buy(&purchase).await?;
    cx.must_have_come(&poor)?;
    cx.world.chain.set_balance(token, payer, purse).await?;
    let (rich, _) = cx.buy(&purchase).await?;
    cx.must_have_come(&rich)?;
    if !rich.served() {
        cx.note(format!("what was refused once for want of money stays refused: {}", rich.got()));
        return Ok(());
    }
    once_more(&cx, &purchase, purchase.request()?).await
}

//! The world changes while a payment is being settled.

use super::held::{Hold, PATIENCE, POLL, held, settled_by_upstream};
use super::purchase;
use crate::check::{Judged, Stop};
use crate::cx::{Cx, Violation, this_second};
use crate::server::buyer::Purchase;
use crate::server::money::{Expected, judge_purchase};
use crate::server::rules;
use gauntlet_doubles::scripted::Endpoint;
use gauntlet_report::Class;
use gauntlet_wire::{Mutation, U256, Version};

/// How long the window of the payment that is outlasted stays open: facilitators refuse what ends sooner than in
/// some six seconds.
const WINDOW: u64 = 12;

const NOT_HELD: &str = "the server answered before it asked /settle";

pub(super) async fn cancelled(cx: Cx) -> Judged {
    let mut purchase = purchase(&cx).await?;
    purchase.payment.changes.push("the payer cancels the authorization before /settle".into());
    let cancelling = async {
        let payment = &purchase.payment;
        Ok(cx.world.chain.cancel(&payment.token, &payment.payer, payment.key().nonce).await?)
    };
    let (visit, _, done) = held(&cx, &purchase, Endpoint::Settle, Expected::Disturbed, cancelling).await?;
    cx.must_have_come(&visit)?;
    done.map(drop).ok_or_else(|| Stop::Inconclusive(NOT_HELD.into()))
}

pub(super) async fn drained(cx: Cx) -> Judged {
    let mut purchase = purchase(&cx).await?;
    purchase.payment.changes.push("the payer moves the balance away before /settle".into());
    let draining = async {
        let payment = &purchase.payment;
        Ok(cx.world.chain.set_balance(payment.token.address, payment.payer.address(), U256::ZERO).await?)
    };
    let (visit, _, done) = held(&cx, &purchase, Endpoint::Settle, Expected::Disturbed, draining).await?;
    cx.must_have_come(&visit)?;
    done.ok_or_else(|| Stop::Inconclusive(NOT_HELD.into()))
}

pub(super) async fn preempted(cx: Cx) -> Judged {
    let mut purchase = purchase(&cx).await?;
    purchase.payment.changes.push("the harness submits the authorization before /settle".into());
    let relaying = relay(&cx, &purchase);
    let (visit, _, done) = held(&cx, &purchase, Endpoint::Settle, Expected::Misled, relaying).await?;
    cx.must_have_come(&visit)?;
    if done.is_none() {
        return Err(Stop::Inconclusive(NOT_HELD.into()));
    }
    served_once_at_most(&cx, &purchase, usize::from(visit.served())).await
}

pub(super) async fn outlasted(cx: Cx) -> Judged {
    let mut purchase = purchase(&cx).await?;
    purchase.payment.money_rule = "X402V2-HTTP-RS-011";
    if cx.version() == Version::V1 {
        purchase.payment.money_rule = "X402V1-HTTP-RS-007";
    }
    let ends = this_second() + WINDOW;
    purchase.payment.mutate(&Mutation::ExpiresIn(ends.saturating_sub(purchase.payment.now)));
    let expiring = async {
        while this_second() <= ends {
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    };
    let (visit, money, done) = held(&cx, &purchase, Endpoint::Settle, Expected::Disturbed, expiring).await?;
    cx.must_have_come(&visit)?;
    if done.is_none() {
        return Err(Stop::Inconclusive(NOT_HELD.into()));
    }
    if !money.transfers.is_empty() {
        cx.note("the facilitator behind has settled a payment whose window was closed");
    } else if !visit.served() && visit.status() != 402 {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "no-refusal",
            want: "status 402".into(),
            got: format!("status {}", visit.status()),
            reply: Some(&visit.reply),
            class: Some(Class::I),
            ..Violation::default()
        });
    }
    Ok(())
}

pub(super) async fn hang_up(cx: Cx) -> Judged {
    let mut purchase = cx.purchase("cheap").await?;
    let scripted = cx.shop()?.scripted()?;
    let nonce = purchase.payment.key().nonce;
    let hold = Hold::at(scripted, nonce, Endpoint::Settle);
    let before = cx.money(&purchase.payment).await?;
    tokio::select! {
        came = scripted.wait_for(nonce, Endpoint::Settle, 1, PATIENCE) => {
            if !came {
                return Err(Stop::Inconclusive("the server never asked /settle".into()));
            }
        }
        exchange = cx.world.client.send(purchase.request()?) => {
            let visit = cx.visited(exchange, purchase.payment.sent())?;
            let after = cx.money(&purchase.payment).await?;
            judge_purchase(&cx, &purchase, &visit, &before, &after, Expected::Disturbed);
            return Err(Stop::Inconclusive(format!("{NOT_HELD}: {}", visit.got())));
        }
    }
    // The connection has ended with the request above.
    drop(hold);
    settled_by_upstream(scripted, nonce).await;
    let money = cx.money(&purchase.payment).await?;
    let fate = if money.transfers.is_empty() { "pays nothing" } else { "is charged" };
    cx.note(format!("a buyer who hangs up while /settle is asked {fate}"));
    purchase.payment.changes.push("presented again by a buyer who had hung up".into());
    comes_back(&cx, &purchase, !money.transfers.is_empty()).await?;
    if let Some(visit) = cx.still_sells().await? {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "stopped-by-a-buyer",
            want: "content for a plain payment".into(),
            got: visit.got(),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
    Ok(())
}

/// The same buyer asks again: content once, or a refusal.
async fn comes_back(cx: &Cx, purchase: &Purchase, charged: bool) -> Judged {
    let expected = if charged { Expected::PaidAlready } else { Expected::Plain };
    let (visit, _) = cx.buy_as(purchase, purchase.request()?, expected).await?;
    cx.must_have_come(&visit)?;
    let told = if visit.served() { "served" } else { "refused" };
    cx.note(format!("when the same payment comes again it is {told}"));
    Ok(())
}

/// Submits a payment's authorization past the server and its facilitator.
async fn relay(cx: &Cx, purchase: &Purchase) -> Judged {
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
async fn served_once_at_most(cx: &Cx, purchase: &Purchase, already: usize) -> Judged {
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

//! One presentation after the other.

use super::{once_more, present, purchase, served_again, spelling, spent};
use crate::check::{Judged, Stop};
use crate::cx::Cx;
use crate::server::buyer::{Purchase, ask};
use crate::server::money::Expected;
use crate::server::offer::Offer;
use gauntlet_doubles::scripted::{Act, Endpoint};
use gauntlet_wire::Version;
use gauntlet_wire::header::payment_header;

pub(super) async fn same_bytes(cx: Cx) -> Judged {
    let purchase = spent(&cx).await?;
    for how in ["presented again", "presented a third time"] {
        once_more(&cx, &purchase, purchase.request()?, how).await?;
    }
    Ok(())
}

pub(super) async fn reencoded(cx: Cx) -> Judged {
    let purchase = spent(&cx).await?;
    let forged = spelling::forged(&purchase)?;
    for (how, request) in spelling::requests(&purchase)?.into_iter().chain(forged) {
        once_more(&cx, &purchase, request, &format!("presented again {how}")).await?;
    }
    Ok(())
}

pub(super) async fn at_twin(cx: Cx) -> Judged {
    let purchase = spent(&cx).await?;
    let route = cx.route("twin")?;
    let request = ask(&route).header(payment_header(purchase.version()), purchase.header()?);
    once_more(&cx, &purchase, request, "presented at twin").await?;
    // The same authorization as an answer to what the other route offers.
    let offer = cx.offer("twin").await?;
    let mut payment = purchase.payment.clone();
    payment.draft = payment.draft.answering(offer.echo());
    let other = Purchase { payment, offer, route };
    once_more(&cx, &other, other.request()?, "presented at twin as an answer to its offer").await
}

/// The signature covers neither the version nor the header, so that it is good in both.
pub(super) async fn other_version(cx: Cx) -> Judged {
    let mut purchase = spent(&cx).await?;
    let other = match purchase.version() {
        Version::V1 => Version::V2,
        Version::V2 => Version::V1,
    };
    let unpaid = cx.unpaid("cheap").await?;
    let Ok(offer) = Offer::read(&cx, &unpaid, other) else {
        return Err(Stop::NotApplicable(format!("the server makes no {other} offer")));
    };
    purchase.payment.draft.echo = Some(Box::new(offer.echo()));
    purchase.payment.draft.version = other;
    purchase.offer.version = other;
    once_more(&cx, &purchase, purchase.request()?, &format!("presented as a {other} payment")).await
}

pub(super) async fn after_restart(cx: Cx) -> Judged {
    let purchase = spent(&cx).await?;
    cx.world.restart_target().await.map_err(Stop::Inconclusive)?;
    once_more(&cx, &purchase, purchase.request()?, "presented again after a restart").await
}

/// The first settlement moves the money and is not heard of; from then on the facilitator says success.
pub(super) async fn lost(cx: Cx) -> Judged {
    let purchase = purchase(&cx).await?;
    let nonce = purchase.payment.key().nonce;
    let acts = vec![Act::After(Box::new(Act::Reset)), Act::Repeat];
    cx.shop()?.scripted()?.script(nonce, Endpoint::Settle, acts);
    let (visit, money) = cx.buy_as(&purchase, purchase.request()?, Expected::Misled).await?;
    cx.must_have_come(&visit)?;
    if money.transfers.is_empty() {
        return Err(Stop::Inconclusive(format!("no money moved, so that nothing was lost: {}", visit.got())));
    }
    let mut served = usize::from(visit.served());
    for _ in 0..3 {
        let visit = present(&cx, &purchase, purchase.request()?, "presented again").await?;
        served += usize::from(visit.served());
        if visit.served() && served > 1 {
            let got = format!("{served} answers with content for one Transfer");
            served_again(&cx, &purchase, &visit, "one answer with content at most", got).await?;
        }
    }
    if served == 0 {
        cx.note("the buyer has paid and is refused as often as the payment comes again");
    }
    Ok(())
}

//! A payment at a route or a server that it was not made for.

use super::{once_more, spent};
use crate::check::{Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::server::buyer::{Purchase, ask};
use crate::server::money::Expected;
use crate::server::rules;
use gauntlet_probe::Request;
use gauntlet_wire::header::payment_header;

fn at_route(cx: &Cx, purchase: &Purchase, route: &str) -> Result<Request, Stop> {
    Ok(ask(&cx.route(route)?).header(payment_header(purchase.version()), purchase.header()?))
}

/// Nothing that is signed names the route, so that whoever takes the payment there does no harm; but once is enough.
pub(super) async fn first_at_twin(cx: Cx) -> Judged {
    let purchase = cx.purchase("cheap").await?;
    let (visit, _) = cx.buy_as(&purchase, at_route(&cx, &purchase, "twin")?, Expected::Plain).await?;
    cx.must_have_come(&visit)?;
    let taken = if visit.served() { "taken" } else { "refused" };
    cx.note(format!("a payment for cheap is {taken} at twin, which costs the same"));
    if !visit.served() {
        return Ok(());
    }
    once_more(&cx, &purchase, purchase.request()?).await
}

/// Presents a payment for the cheap route where something else is due.
pub(super) async fn at_other_terms(cx: Cx, route: &str) -> Judged {
    let cheap = cx.purchase("cheap").await?;
    let due = cx.offer(route).await?;
    let same_payee = due.terms.pay_to == cheap.offer.terms.pay_to;
    if same_payee && due.terms.amount <= cheap.offer.terms.amount {
        return Err(Stop::NotApplicable(format!("{route} costs no more than cheap and pays the same payee")));
    }
    let mut payment = cheap.payment.clone();
    payment.money_rule = cx.rule();
    payment.changes.push(format!("made for cheap, presented at {route}"));
    // The judge asks for the price and the payee of the route that was asked for.
    let presented = Purchase { payment, offer: due, route: cx.route(route)? };
    let request = at_route(&cx, &cheap, route)?;
    let (visit, money) = cx.buy_as(&presented, request, Expected::Disturbed).await?;
    cx.must_have_come(&visit)?;
    if !visit.served() && !money.transfers.is_empty() {
        cx.find(Violation {
            requirement: rules::TAKEN_NOT_SERVED,
            kind: "taken-for-another-route",
            want: "a payment that is refused moves no money".into(),
            reply: Some(&visit.reply),
            chain: money.lines,
            ..Violation::default()
        });
    }
    Ok(())
}

pub(super) async fn at_neighbour(cx: Cx) -> Judged {
    let neighbour = cx.shop()?.neighbour(&cx.world.client).await?;
    let purchase = spent(&cx).await?;
    let (visit, _) = cx.buy_at(&neighbour.client, &purchase, purchase.request()?, Expected::Plain).await?;
    cx.must_have_come(&visit)?;

    let other = cx.purchase("cheap").await?;
    let (visit, _) = cx.buy_at(&neighbour.client, &other, other.request()?, Expected::Plain).await?;
    cx.must_have_come(&visit)?;
    if !visit.served() {
        cx.note(format!("the second server refuses a payment for the first: {}", visit.got()));
        return Ok(());
    }
    once_more(&cx, &other, other.request()?).await
}

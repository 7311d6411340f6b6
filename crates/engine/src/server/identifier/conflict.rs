//! A known identifier, and something else than the payment that it names.

use super::{bought, claims, found, fresh, present, purchase, weighed};
use crate::check::{Judged, Stop};
use crate::cx::Cx;
use crate::server::buyer::ask;
use crate::server::rules;
use gauntlet_report::Class;
use gauntlet_wire::header::payment_header;
use gauntlet_wire::{Mutation, SignatureForm};

pub(super) async fn other_payment(cx: Cx) -> Judged {
    let route = claims(&cx).await?[0].route;
    let id = fresh(&cx);
    bought(&cx, route, &id).await?;
    let other = purchase(&cx, route, &id).await?;
    let how = "under the identifier of another payment";
    let visit = present(&cx, &other, other.request()?, how).await?;
    let moved = !cx.money(&other.payment).await?.transfers.is_empty();
    match (visit.served(), moved) {
        (true, true) => {
            found(&cx, (cx.rule(), "sold-as-another"), "status 409", visit.got(), &visit);
        }
        (true, false) => {
            let want = "no content for a payment that was not settled";
            found(&cx, (rules::CONTENT_NEEDS_MONEY, "served-without-payment"), want, visit.got(), &visit);
        }
        (false, true) => {
            let want = "no Transfer for a payment that is refused";
            found(&cx, (rules::TAKEN_NOT_SERVED, "taken-not-served"), want, visit.got(), &visit);
        }
        (false, false) if visit.status() != 409 => {
            // Nothing was sold and nothing taken; only the status says something else.
            weighed(&cx, (cx.rule(), "other-status", Some(Class::W)), "status 409", visit.got(), &visit);
        }
        (false, false) => {}
    }
    Ok(())
}

pub(super) async fn forged(cx: Cx) -> Judged {
    let route = claims(&cx).await?[0].route;
    let id = fresh(&cx);
    let (mut purchase, _) = bought(&cx, route, &id).await?;
    purchase.payment.mutate(&Mutation::Signature(SignatureForm::BitFlipped));
    let how = "under the identifier of the payment that it alters";
    let visit = present(&cx, &purchase, purchase.request()?, how).await?;
    if visit.served() {
        found(
            &cx,
            (cx.rule(), "stored-answer-leaked"),
            "no content for a forged payment",
            visit.got(),
            &visit,
        );
    }
    Ok(())
}

pub(super) async fn other_route(cx: Cx) -> Judged {
    let claims = claims(&cx).await?;
    let [first, second, ..] = claims.as_slice() else {
        return Err(Stop::NotApplicable("one route only offers payment identifiers".into()));
    };
    let (purchase, _) = bought(&cx, first.route, &fresh(&cx)).await?;
    let request =
        ask(&cx.route(second.route)?).header(payment_header(purchase.version()), purchase.header()?);
    let how = format!("presented at {} under its identifier", second.route);
    let visit = present(&cx, &purchase, request, &how).await?;
    if visit.served() {
        found(&cx, (cx.rule(), "answered-elsewhere"), "status 409, or another refusal", visit.got(), &visit);
    }
    Ok(())
}

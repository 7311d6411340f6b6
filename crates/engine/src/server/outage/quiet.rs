//! Requests to a server that may be out of order for the moment. That it answers nothing, its heartbeat included, is
//! part of the trial here, and no reason to give the target up.

use crate::check::{Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::server::buyer::{Purchase, ask};
use crate::server::money::{Expected, judge_purchase};
use crate::server::offer::Offer;
use crate::server::visit::Visit;
use gauntlet_probe::Request;
use gauntlet_wire::header::payment_header;
use std::time::{Duration, Instant};

/// Between two attempts to buy from a server that is coming back.
const PAUSE: Duration = Duration::from_millis(500);

/// A request that pays for nothing.
pub(super) async fn knock(cx: &Cx, request: Request, sent: &str) -> Result<Visit, Stop> {
    let visit = cx.visited(cx.world.client.send(request).await, sent.to_owned())?;
    cx.nothing_for_nothing(&visit);
    Ok(visit)
}

/// A payment.
pub(super) async fn pay(cx: &Cx, purchase: &Purchase, expected: Expected) -> Result<Visit, Stop> {
    // Whoever was started again meanwhile has not seen the outage from its beginning.
    cx.refuse_when_down()?;
    let before = cx.money(&purchase.payment).await?;
    let visit = cx.visited(cx.world.client.send(purchase.request()?).await, purchase.payment.sent())?;
    let after = cx.money(&purchase.payment).await?;
    judge_purchase(cx, purchase, &visit, &before, &after, expected);
    cx.keep_facts(purchase, &visit, expected)?;
    Ok(visit)
}

/// Asks for every kind of paid route without a payment, and with something that is none. Content is found inside.
pub(super) async fn nothing_is_free(cx: &Cx) -> Judged {
    for name in ["cheap", "item", "create"] {
        let Ok(route) = cx.route(name) else { continue };
        knock(cx, ask(&route), &format!("{} {} without a payment", route.method, route.path)).await?;
    }
    let route = cx.route("cheap")?;
    let garbage = ask(&route).header(payment_header(cx.version()), "bm90IGEgcGF5bWVudA==");
    knock(cx, garbage, "a payment header that is no payment").await.map(drop)
}

/// The status of the free route; nothing when there is none, or no answer.
pub(super) async fn free_status(cx: &Cx) -> Option<u16> {
    let route = cx.route("free").ok()?;
    cx.world.client.send(ask(&route)).await.status
}

/// Buys the cheap route. Gives what stood in the way, as a sentence.
async fn attempt(cx: &Cx) -> Result<Result<(), String>, Stop> {
    let route = cx.route("cheap")?;
    let unpaid = knock(cx, ask(&route), "the cheap route without a payment").await?;
    let offer = match Offer::read(cx, &unpaid, cx.version()) {
        Ok(offer) => offer,
        Err(problem) => return Ok(Err(problem)),
    };
    let purchase = cx.purchase_of(offer, route).await?;
    let visit = pay(cx, &purchase, Expected::Plain).await?;
    Ok(if visit.served() { Ok(()) } else { Err(visit.got()) })
}

/// Whether a plain payment buys within some time.
pub(super) async fn sells_within(cx: &Cx, patience: Duration) -> Result<Result<(), String>, Stop> {
    let began = Instant::now();
    loop {
        let tried = attempt(cx).await?;
        if tried.is_ok() || began.elapsed() >= patience {
            return Ok(tried);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// A server that did not come back by itself is started again, and must sell then: what comes after relies on it.
pub(super) async fn sells_after_restart(cx: &Cx) -> Judged {
    let problem = match cx.world.restart_target().await {
        Ok(()) => match sells_within(cx, Duration::from_secs(30)).await? {
            Ok(()) => return Ok(()),
            Err(problem) => problem,
        },
        Err(reason) => format!("the server did not start: {reason}"),
    };
    cx.find(Violation {
        requirement: "INV-009-RS",
        kind: "does-not-sell-again",
        want: "content for a plain payment from a server that was started anew".into(),
        got: problem,
        ..Violation::default()
    });
    Ok(())
}

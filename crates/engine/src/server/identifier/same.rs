//! The same payment under the same identifier.

use super::{charged_once, claims, found, fresh, present, purchase, runs};
use crate::check::{Judged, Stop};
use crate::cx::Cx;
use crate::server::order::{Hold, PATIENCE, POLL, settled_by_upstream};
use crate::server::visit::Visit;
use gauntlet_doubles::scripted::Endpoint;
use gauntlet_probe::send_together;
use gauntlet_wire::Version;
use std::time::{Duration, Instant};

/// How many copies arrive at one instant.
const COPIES: usize = 8;
/// How long a server may take to finish what a buyer has left.
const FINISHING: Duration = Duration::from_secs(5);

pub(super) async fn again(cx: Cx) -> Judged {
    let route = claims(&cx).await?[0].route;
    let purchase = purchase(&cx, route, &fresh(&cx)).await?;
    let before = runs(&cx, route).await?;
    let (first, _) = cx.buy(&purchase).await?;
    if !first.served() {
        let got = first.got();
        return Err(Stop::Inconclusive(format!("a plain payment with an identifier was not served: {got}")));
    }
    let visit = present(&cx, &purchase, purchase.request()?, "presented again under its identifier").await?;
    charged_once(&cx, &purchase, &visit).await?;
    if let Some((before, after)) = before.zip(runs(&cx, route).await?)
        && after.saturating_sub(before) > 1
    {
        let got = format!("{} runs of the handler", after - before);
        found(&cx, (cx.rule(), "worked-again"), "one run of the handler", got, &visit);
    }
    if !visit.served() {
        found(&cx, (cx.rule(), "not-answered"), "the answer that was given before", visit.got(), &visit);
        return Ok(());
    }
    if visit.body() != first.body() {
        let got = format!("another body than before, {}", visit.got());
        found(&cx, (cx.rule(), "other-answer"), "the answer that was given before", got, &visit);
    }
    let receipt = |visit: &Visit| visit.transaction(Version::V2);
    if receipt(&first).is_some() && receipt(&visit) != receipt(&first) {
        let got = receipt(&visit).map_or_else(|| "no transaction".into(), |it| it.to_string());
        found(&cx, ("EXT-PID-010", "other-receipt"), "the receipt of the first answer", got, &visit);
    }
    Ok(())
}

pub(super) async fn at_once(cx: Cx) -> Judged {
    let route = claims(&cx).await?[0].route;
    let purchase = purchase(&cx, route, &fresh(&cx)).await?;
    let before = runs(&cx, route).await?;
    let requests = (0..COPIES).map(|_| purchase.request()).collect::<Result<Vec<_>, Stop>>()?;
    let mut visits = Vec::new();
    for exchange in send_together(&cx.world.client, requests).await {
        let sent = format!("{COPIES} copies of {} under one identifier", purchase.payment.sent());
        visits.push(cx.visited(exchange, sent)?);
    }
    let Some(visit) = visits.iter().find(|visit| visit.served()) else {
        return Err(Stop::Inconclusive(format!("none of {COPIES} copies was served: {}", visits[0].got())));
    };
    charged_once(&cx, &purchase, visit).await?;
    if cx.money(&purchase.payment).await?.transfers.is_empty() {
        let rule = (crate::server::rules::CONTENT_NEEDS_MONEY, "served-without-payment");
        found(&cx, rule, "content only for a Transfer", visit.got(), visit);
    }
    if let Some((before, after)) = before.zip(runs(&cx, route).await?)
        && after.saturating_sub(before) > 1
    {
        let got = format!("{} runs of the handler for {COPIES} copies", after - before);
        found(&cx, (cx.rule(), "worked-for-copies"), "one run of the handler", got, visit);
    }
    Ok(())
}

/// The buyer hangs up while the payment is settled, and comes back when it is.
pub(super) async fn lost(cx: Cx) -> Judged {
    let route = claims(&cx).await?[0].route;
    let purchase = purchase(&cx, route, &fresh(&cx)).await?;
    let scripted = cx.shop()?.scripted()?;
    let nonce = purchase.payment.key().nonce;
    let hold = Hold::at(scripted, nonce, Endpoint::Settle);
    tokio::select! {
        came = scripted.wait_for(nonce, Endpoint::Settle, 1, PATIENCE) => {
            if !came {
                return Err(Stop::Inconclusive("the server never asked /settle".into()));
            }
        }
        exchange = cx.world.client.send(purchase.request()?) => {
            let visit = cx.visited(exchange, purchase.payment.sent())?;
            return Err(Stop::Inconclusive(format!("the server answered before it asked /settle: {}", visit.got())));
        }
    }
    // The connection has ended with the request above.
    drop(hold);
    settled_by_upstream(scripted, nonce).await;
    let began = Instant::now();
    let visit = loop {
        let how = "presented again by a buyer who had hung up";
        let visit = present(&cx, &purchase, purchase.request()?, how).await?;
        // What is still being finished may be refused for the moment.
        if visit.served() || began.elapsed() >= FINISHING {
            break visit;
        }
        tokio::time::sleep(POLL).await;
    };
    charged_once(&cx, &purchase, &visit).await?;
    if !visit.served() && !cx.money(&purchase.payment).await?.transfers.is_empty() {
        let want = "the answer that the buyer has paid for";
        found(&cx, (cx.rule(), "answer-lost"), want, visit.got(), &visit);
    }
    Ok(())
}

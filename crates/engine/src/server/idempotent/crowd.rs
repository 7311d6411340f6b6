//! Many presentations at one instant.

use super::{purchase, served_again, spelling};
use crate::check::{Judged, Stop};
use crate::cx::Cx;
use crate::server::buyer::{Purchase, ask};
use gauntlet_probe::{Request, send_together};
use gauntlet_wire::header::payment_header;

/// How many copies arrive at one instant.
const COPIES: usize = 8;

pub(super) async fn copies(cx: Cx) -> Judged {
    let purchase = purchase(&cx).await?;
    let requests = (0..COPIES).map(|_| purchase.request()).collect::<Result<Vec<_>, Stop>>()?;
    once(&cx, &purchase, requests, "in copies at one instant").await
}

pub(super) async fn reencoded(cx: Cx) -> Judged {
    let purchase = purchase(&cx).await?;
    let mut requests = vec![purchase.request()?];
    requests.extend(spelling::requests(&purchase)?.into_iter().map(|(_, request)| request));
    once(&cx, &purchase, requests, "in several spellings at one instant").await
}

pub(super) async fn at_twin(cx: Cx) -> Judged {
    let purchase = purchase(&cx).await?;
    let twin = ask(&cx.route("twin")?).header(payment_header(purchase.version()), purchase.header()?);
    let both = [purchase.request()?, twin];
    let requests = both.iter().cycle().take(COPIES).cloned().collect();
    once(&cx, &purchase, requests, "in copies at cheap and twin at one instant").await
}

/// No more content than Transfers.
async fn once(cx: &Cx, purchase: &Purchase, requests: Vec<Request>, how: &str) -> Judged {
    cx.refuse_when_down()?;
    let _turn = cx.turn().await?;
    let count = requests.len();
    let sent = format!("{}, {how}; the facilitator calls each settled", purchase.payment.sent());
    let exchanges = send_together(&cx.world.client, requests).await;
    let mut visits = Vec::new();
    for exchange in exchanges {
        visits.push(cx.visited(exchange, sent.clone())?);
    }
    let served = visits.iter().filter(|visit| visit.served()).count();
    let paid = cx.money(&purchase.payment).await?.transfers.len();
    match visits.iter().rfind(|visit| visit.served()) {
        Some(last) if served > paid => {
            let got = format!("{served} of {count} answers with content, {paid} Transfers");
            served_again(cx, purchase, last, "as much content as Transfers", got).await
        }
        Some(_) => Ok(()),
        // A race that everybody loses proves nothing.
        None => {
            let first = visits.first().map(crate::server::visit::Visit::got).unwrap_or_default();
            Err(Stop::Inconclusive(format!("none of {count} copies was served: {first}")))
        }
    }
}

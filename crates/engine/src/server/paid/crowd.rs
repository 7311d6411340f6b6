//! Several payers at one instant.

use crate::check::{Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::server::buyer::Purchase;
use crate::server::challenge::Wrong;
use crate::server::money::pays;
use crate::server::shop::Shop;
use crate::server::visit::Visit;
use gauntlet_doubles::scripted::{Act, Call, Endpoint, Handle};
use gauntlet_wire::B256;
use serde_json::Value;
use std::time::{Duration, Instant};

/// How long the payments wait for one another. Servers that settle one after the other never have two under way.
const MEETING: Duration = Duration::from_secs(5);
/// How long one settlement may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks at the facilitator's record.
const GLANCE: Duration = Duration::from_millis(10);

pub(super) async fn two_payers(cx: Cx) -> Judged {
    let purchases = [cx.purchase("cheap").await?, cx.purchase("cheap").await?];
    let visits = match cx.shop()?.scripted() {
        Ok(_) => settled_together(&cx, &purchases).await?,
        Err(_) => cx.buy_together(&purchases).await?,
    };
    let served = own_receipts(&cx, &purchases, &visits).await?;
    if served < purchases.len() {
        return Err(Stop::Inconclusive(format!(
            "{served} of {} payers at once were served",
            purchases.len()
        )));
    }
    Ok(())
}

/// Presents the payments at one instant, so that the server has both under way. The facilitator gets them one after the
/// other: whether it trips over its own nonces is its affair.
async fn settled_together(cx: &Cx, purchases: &[Purchase]) -> Result<Vec<Visit>, Stop> {
    let facilitator = cx.shop()?.scripted()?;
    let nonces: Vec<B256> = purchases.iter().map(|purchase| purchase.payment.key().nonce).collect();
    for nonce in &nonces {
        facilitator.script(*nonce, Endpoint::Settle, vec![Act::Hold(Box::new(Act::Forward))]);
    }
    let meet = async {
        let arrivals = nonces.iter().map(|nonce| facilitator.wait_for(*nonce, Endpoint::Settle, 1, MEETING));
        futures::future::join_all(arrivals).await;
        for nonce in &nonces {
            facilitator.release(*nonce);
            answered(facilitator, *nonce).await;
        }
    };
    tokio::join!(cx.buy_together(purchases), meet).0
}

/// Waits until the facilitator has answered a settlement, or has had time enough.
async fn answered(facilitator: &Handle, nonce: B256) {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until
        && !settlements(facilitator, nonce).iter().any(|call| call.answered.is_some())
    {
        tokio::time::sleep(GLANCE).await;
    }
}

fn settlements(facilitator: &Handle, nonce: B256) -> Vec<Call> {
    let calls = facilitator.calls_for(nonce).into_iter();
    calls.filter(|call| call.endpoint == Endpoint::Settle).collect()
}

pub(super) async fn eight_payers(cx: Cx) -> Judged {
    let mut purchases = Vec::new();
    for _ in 0..8 {
        purchases.push(cx.purchase("cheap").await?);
    }
    let visits = cx.buy_together(&purchases).await?;
    let served = own_receipts(&cx, &purchases, &visits).await?;
    let refused: Vec<(&Purchase, &Visit)> =
        purchases.iter().zip(&visits).filter(|(_, visit)| !visit.served()).collect();
    let by_server = refused.iter().find(|(purchase, _)| !facilitator_said_no(&cx, purchase));
    match by_server {
        // Money without content is found by itself.
        Some((_, visit)) => {
            let got = format!("{served} of 8 served; one got {}", super::refusal(visit));
            Wrong::new("crowd-not-served", "content for each of eight good payments", got)
                .mild()
                .found(&cx, visit);
        }
        None if !refused.is_empty() => {
            cx.note(format!(
                "{served} of 8 payers were served; the facilitator did not settle for the others"
            ));
        }
        None => {}
    }
    Ok(())
}

/// Whether a payment failed at the facilitator, which may trip over its own nonces in a crowd.
fn facilitator_said_no(cx: &Cx, purchase: &Purchase) -> bool {
    let Ok(facilitator) = cx.shop().and_then(Shop::scripted) else { return false };
    facilitator.calls_for(purchase.payment.key().nonce).iter().any(|call| {
        let answer: Option<Value> =
            call.answered.as_ref().and_then(|(_, body)| serde_json::from_slice(body).ok());
        let yes = match call.endpoint {
            Endpoint::Settle => "success",
            Endpoint::Verify | Endpoint::Supported => "isValid",
        };
        answer.is_some_and(|answer| answer[yes] != Value::Bool(true))
    })
}

/// Each payer's receipt names the transaction of that payer. Answers how many were served.
async fn own_receipts(cx: &Cx, purchases: &[Purchase], visits: &[Visit]) -> Result<usize, Stop> {
    let mut served = 0;
    for (purchase, visit) in purchases.iter().zip(visits).filter(|(_, visit)| visit.served()) {
        served += 1;
        let Some(receipt) = visit.receipt(cx.version()) else { continue };
        let money = cx.money(&purchase.payment).await?;
        let named = receipt.transaction.as_deref().and_then(|text| text.parse::<B256>().ok());
        let own = money.transfers.iter().filter(|transfer| pays(transfer, purchase));
        let payer = purchase.payment.key().payer;
        let other = receipt.payer.as_deref().filter(|text| !text.is_empty() && text.parse() != Ok(payer));
        let got = match (named.filter(|named| own.clone().any(|transfer| transfer.tx == *named)), other) {
            (Some(_), None) => continue,
            (Some(_), Some(other)) => format!("payer {other} in the receipt of {payer}"),
            (None, _) => format!("transaction {}", receipt.transaction.as_deref().unwrap_or("missing")),
        };
        cx.find(Violation {
            requirement: "GAUNTLET-RS-009",
            kind: "receipt-of-another",
            want: "the payer and the transaction of the payment that the request carried".into(),
            got,
            reply: Some(&visit.reply),
            chain: money.lines.clone(),
            ..Violation::default()
        });
    }
    Ok(served)
}

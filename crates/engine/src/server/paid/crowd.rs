//! Several payers at one instant.

use crate::check::{Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::server::buyer::Purchase;
use crate::server::challenge::Wrong;
use crate::server::money::pays;
use crate::server::visit::Visit;
use gauntlet_doubles::scripted::{Act, Endpoint};
use gauntlet_wire::B256;
use std::time::Duration;

/// How long the payments wait for one another. Servers that settle one after the other never have two under way.
const PATIENCE: Duration = Duration::from_secs(5);

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

/// Presents the payments at one instant and lets their settlements begin together.
async fn settled_together(cx: &Cx, purchases: &[Purchase]) -> Result<Vec<Visit>, Stop> {
    let facilitator = cx.shop()?.scripted()?;
    let nonces: Vec<B256> = purchases.iter().map(|purchase| purchase.payment.key().nonce).collect();
    for nonce in &nonces {
        facilitator.script(*nonce, Endpoint::Settle, vec![Act::Hold(Box::new(Act::Forward))]);
    }
    let meet = async {
        let arrivals = nonces.iter().map(|nonce| facilitator.wait_for(*nonce, Endpoint::Settle, 1, PATIENCE));
        futures::future::join_all(arrivals).await;
        for nonce in &nonces {
            facilitator.release(*nonce);
        }
    };
    tokio::join!(cx.buy_together(purchases), meet).0
}

pub(super) async fn eight_payers(cx: Cx) -> Judged {
    let mut purchases = Vec::new();
    for _ in 0..8 {
        purchases.push(cx.purchase("cheap").await?);
    }
    let visits = cx.buy_together(&purchases).await?;
    let served = own_receipts(&cx, &purchases, &visits).await?;
    let refused = visits.iter().find(|visit| !visit.served());
    if let Some(visit) = refused {
        // A facilitator that trips over its own nonces is no fault of the server; money without content is, and is
        // found by itself.
        let got = format!("{served} of 8 served; one got {}", super::refusal(visit));
        Wrong::new("crowd-not-served", "content for each of eight good payments", got)
            .mild()
            .found(&cx, visit);
    }
    Ok(())
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

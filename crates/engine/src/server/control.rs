//! The positive control: the cheap route asks for a payment, gets one, and answers with what it sells.

use crate::check::{Judged, Lane, Stop};
use crate::cx::Cx;
use crate::row::{Row, Scope};

/// The control itself: it runs first and decides whether anything is scored.
pub const ROWS: &[Row] = &[Row {
    id: "server.control",
    title: "a plain valid payment buys the cheap route, and the price reaches the payee",
    v2: &["X402V2-HTTP-RS-008", "X402V2-HTTP-RS-001", "X402V2-HTTP-RS-009"],
    v1: &["X402V1-HTTP-RS-002", "X402V1-HTTP-RS-001", "X402V1-HTTP-RS-003"],
    risk: "without it no other answer of the target means anything",
    scope: Scope::Version2,
    lane: Lane::Control,
    needs: &[],
    body: |cx| Box::pin(control(cx)),
}];

async fn control(cx: Cx) -> Judged {
    let unpaid = cx.unpaid("cheap").await?;
    if unpaid.status() != 402 {
        return Err(failed(&format!("an unpaid request to the cheap route is answered {}", unpaid.got())));
    }
    let first = bought(&cx).await?;
    if cx.shop()?.canary().is_none() {
        let second = bought(&cx).await?;
        let everything_unpaid = format!(
            "{} {}",
            unpaid.body(),
            [gauntlet_wire::Version::V1, gauntlet_wire::Version::V2]
                .iter()
                .filter_map(|version| unpaid.challenge(*version))
                .map(|challenge| challenge.to_string())
                .collect::<String>()
        );
        match cx.shop()?.learn_canary(&first, &second, &everything_unpaid) {
            Some(canary) => cx.note(format!("the content is known by {canary:?}, learnt from two paid answers")),
            None => cx.note(
                "two paid answers have no word in common that the 402 has not: a 2xx answer counts as content; \
                 give a canary in the manifest to be exact",
            ),
        }
    }
    Ok(())
}

/// Buys the cheap route and answers with the body.
async fn bought(cx: &Cx) -> Result<String, Stop> {
    let purchase = cx.purchase("cheap").await.map_err(|stop| match stop {
        Stop::Inconclusive(reason) => failed(&reason),
        other => other,
    })?;
    let (visit, money) = cx.buy(&purchase).await?;
    let facts = money.lines.join("; ");
    if !(200..300).contains(&visit.status()) {
        let why = visit
            .challenge(cx.version())
            .and_then(|challenge| challenge["error"].as_str().map(str::to_owned));
        let why = why.map(|why| format!(", error {why:?}")).unwrap_or_default();
        let got = visit.got();
        return Err(failed(&format!("a plain valid payment is answered {got}{why} (chain: {facts})")));
    }
    if !visit.served() {
        let canary = cx.shop()?.canary().unwrap_or_default();
        return Err(failed(&format!(
            "the paid answer does not contain the canary {canary:?} of the manifest"
        )));
    }
    if !money.transfers.iter().any(|transfer| super::money::pays(transfer, &purchase)) {
        return Err(failed(&format!("content came, and the price did not reach the payee (chain: {facts})")));
    }
    Ok(visit.body())
}

fn failed(what: &str) -> Stop {
    Stop::Inconclusive(format!("the positive control failed: {what}"))
}

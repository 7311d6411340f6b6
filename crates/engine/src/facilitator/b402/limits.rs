//! How much may be asked: more is answered with 429, and costs nobody anything.

use super::{alone, check, violated};
use crate::check::{Check, Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::history::{Endpoint, Said};
use gauntlet_probe::{Request, send_together};
use gauntlet_wire::U256;
use std::time::{Duration, Instant};

/// Twice what may be settled in a second.
const MANY: usize = 40;
const WINDOW: Duration = Duration::from_secs(1);

pub(super) fn checks() -> Vec<Check> {
    vec![
        alone(check(
            "b402.limits.settle",
            "more than twenty settles in a second are answered with 429",
            &["B402-LIMIT-001"],
            "one merchant takes what all others need",
            too_many,
        )),
        alone(check(
            "b402.limits.nothing-lost",
            "a payment that was one too many is not taken, and can be settled later",
            &["B402-LIMIT-002"],
            "a payment is taken although the answer says to come back",
            nothing_lost,
        )),
    ]
}

/// Settles of a payment that is past, which cost nothing, all at one instant.
async fn flood(cx: &Cx) -> Result<(Duration, Vec<crate::reply::Reply>), Stop> {
    let mut payment = cx.payment().await?;
    payment.draft.authorization.valid_before = U256::from(cx.now - 60);
    let body = payment.body()?;
    let requests = vec![Request::post_json(Endpoint::Settle.path(), body); MANY];
    let began = Instant::now();
    let exchanges = send_together(&cx.world.client, requests).await;
    let took = began.elapsed();
    let keep = |exchange| {
        cx.keep_raw(Endpoint::Settle, exchange, "a payment that is past, forty times at once", None, true)
    };
    Ok((took, exchanges.into_iter().map(keep).collect()))
}

async fn too_many(cx: Cx) -> Judged {
    tokio::time::sleep(WINDOW).await;
    let (took, replies) = flood(&cx).await?;
    let denied = replies.iter().filter(|reply| reply.exchange.status == Some(429)).count();
    if let Some(odd) = replies.iter().find(|reply| {
        reply.said == Said::Yes || reply.exchange.status.is_some_and(|status| status != 429 && status >= 500)
    }) {
        violated(&cx, "odd-answer", "a refusal, or 429", odd);
    }
    tokio::time::sleep(WINDOW).await;
    match (denied, replies.first()) {
        (0, _) if took >= WINDOW => Err(Stop::Inconclusive(format!(
            "{MANY} settles took {} ms, too long to be too many",
            took.as_millis()
        ))),
        (0, Some(first)) => {
            violated(&cx, "no-limit", "429 for what is more than twenty in a second", first);
            Ok(())
        }
        _ => Ok(()),
    }
}

async fn nothing_lost(cx: Cx) -> Judged {
    let payment = cx.payment().await?;
    tokio::time::sleep(WINDOW).await;
    let (_, replies) = flood(&cx).await?;
    if replies.iter().all(|reply| reply.exchange.status != Some(429)) {
        return Err(Stop::NotApplicable("the limits were not met".into()));
    }
    let request = Request::post_json(Endpoint::Settle.path(), payment.body()?);
    let exchange = cx.world.client.send(request).await;
    let denied = cx.keep_raw(
        Endpoint::Settle,
        exchange,
        "a valid payment that is one too many",
        Some(payment.facts()?),
        true,
    );
    if denied.exchange.status != Some(429) {
        return Err(Stop::Inconclusive("the payment was not one too many".into()));
    }
    tokio::time::sleep(WINDOW).await;
    let before = cx.money(&payment).await?;
    let (settled, _) = cx.settle(&payment).await?;
    if before.transfers.is_empty() && settled.said == Said::Yes {
        return Ok(());
    }
    cx.find(Violation {
        requirement: cx.rule(),
        kind: "taken-or-lost",
        want: "nothing moves with the 429, and success a second later".into(),
        reply: Some(if before.transfers.is_empty() { &settled } else { &denied }),
        chain: before.lines,
        ..Violation::default()
    });
    Ok(())
}

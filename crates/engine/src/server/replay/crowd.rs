//! Many presentations at one instant.

use crate::check::{Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::server::buyer::Purchase;
use crate::server::methods::runs_of;
use crate::server::money::{Expected, judge_crowd};
use crate::server::visit::Visit;
use gauntlet_doubles::scripted::Endpoint;
use gauntlet_probe::send_together;
use serde_json::Value;

/// How many copies arrive at one instant.
const COPIES: usize = 20;
/// How many different payments do.
const BUYERS: usize = 4;

pub(super) async fn copies(cx: Cx) -> Judged {
    let counts = cx.route("runs").is_ok();
    let copies = vec![cx.purchase("cheap").await?; COPIES];
    let before = if counts { runs_of(&cx, "cheap").await? } else { 0 };
    let visits = cx.buy_together(&copies).await?;
    if counts {
        let runs = runs_of(&cx, "cheap").await?.saturating_sub(before);
        handler_ran(&cx, runs, &visits);
    }
    somebody_is_served(&cx, &visits)
}

fn handler_ran(cx: &Cx, runs: u64, visits: &[Visit]) {
    cx.note(format!("the handler ran {runs} times for {COPIES} copies of one payment"));
    if runs > 1 {
        cx.find(Violation {
            requirement: "GAUNTLET-RS-017",
            kind: "handler-ran-for-copies",
            want: "one run of the handler".into(),
            got: format!("{runs} runs for {COPIES} copies"),
            reply: visits.first().map(|visit| &visit.reply),
            ..Violation::default()
        });
    }
}

/// A race that everybody loses proves nothing about replay, and a good payment was turned away.
fn somebody_is_served(cx: &Cx, visits: &[Visit]) -> Judged {
    if visits.iter().any(Visit::served) {
        return Ok(());
    }
    let silent = visits.iter().filter(|visit| visit.is_silence()).count();
    if silent > 0 {
        return Err(Stop::Inconclusive(format!("{silent} of {} copies got no answer", visits.len())));
    }
    cx.find(Violation {
        requirement: cx.rule(),
        kind: "nobody-served",
        want: "content for one of the copies".into(),
        got: format!("{} refusals, the first: {}", visits.len(), visits[0].got()),
        reply: visits.first().map(|visit| &visit.reply),
        ..Violation::default()
    });
    Ok(())
}

pub(super) async fn at_both(cx: Cx) -> Judged {
    let neighbour = cx.shop()?.neighbour(&cx.world.client).await?;
    let copies = vec![cx.purchase("cheap").await?; COPIES];
    let requests = copies.iter().map(Purchase::request).collect::<Result<Vec<_>, Stop>>()?;
    let (here, there) = requests.split_at(COPIES / 2);
    let (here, there) = tokio::join!(
        send_together(&cx.world.client, here.to_vec()),
        send_together(&neighbour.client, there.to_vec())
    );
    let mut visits = Vec::new();
    for (purchase, exchange) in copies.iter().zip(here.into_iter().chain(there)) {
        let visit = cx.visited(exchange, purchase.payment.sent())?;
        cx.keep_facts(purchase, &visit, Expected::Plain)?;
        visits.push(visit);
    }
    judge_crowd(&cx, &copies, &visits).await?;
    somebody_is_served(&cx, &visits)
}

pub(super) async fn different(cx: Cx) -> Judged {
    let mut purchases = Vec::new();
    for _ in 0..BUYERS {
        purchases.push(cx.purchase("cheap").await?);
    }
    let visits = cx.buy_together(&purchases).await?;
    for (purchase, visit) in purchases.iter().zip(&visits) {
        cx.must_have_come(visit)?;
        if visit.served() {
            continue;
        }
        if let Some(reason) = refused_by_facilitator(&cx, purchase)? {
            cx.note(format!("one of {BUYERS} payments was refused by the facilitator behind: {reason}"));
            continue;
        }
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "lost-in-a-crowd",
            want: format!("content for each of {BUYERS} payments"),
            got: visit.got(),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
    Ok(())
}

/// Facilitators lose payments to their own transactions' nonces, which is no fault of the server's.
fn refused_by_facilitator(cx: &Cx, purchase: &Purchase) -> Result<Option<String>, Stop> {
    let Ok(scripted) = cx.shop()?.scripted() else {
        return Ok(Some("nobody saw what it said".into()));
    };
    let calls = scripted.calls_for(purchase.payment.key().nonce);
    Ok(calls.iter().find_map(|call| {
        let (status, body) = call.upstream.as_ref()?;
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        let said = match call.endpoint {
            Endpoint::Settle => &answer["success"],
            Endpoint::Verify | Endpoint::Supported => &answer["isValid"],
        };
        (said != &Value::Bool(true)).then(|| format!("{status} {answer}"))
    }))
}

//! The facilitator cannot be reached.

use super::quiet::{free_status, nothing_is_free, pay, sells_after_restart, sells_within};
use crate::check::{Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::server::buyer::Purchase;
use crate::server::methods::runs_of;
use crate::server::money::Expected;
use crate::server::visit::Visit;
use std::time::Duration;

/// How long a server may take to notice that its facilitator is back.
const RECOVERY: Duration = Duration::from_secs(30);
const BACK: &str = "GAUNTLET-RS-012";

/// What was seen while the facilitator was away.
struct Outage {
    visit: Visit,
    free: Option<u16>,
}

pub(super) async fn closed(cx: Cx) -> Judged {
    let mut purchase = cx.purchase("cheap").await?;
    purchase.payment.money_rule = cx.rule();
    let free = free_status(&cx).await;
    let scripted = cx.shop()?.scripted()?;
    scripted.close_door().await;
    let seen = meanwhile(&cx, &purchase).await;
    scripted.open_door().await?;
    let back = sells_within(&cx, RECOVERY).await?;
    let outage = seen?;
    free_all_along(&cx, free, outage.free);
    speaks_of_trouble(&cx, &outage.visit);
    if let Err(problem) = back {
        not_back(&cx, problem);
        return if cx.world.ours { sells_after_restart(&cx).await } else { Ok(()) };
    }
    payment_is_still_good(&cx, &purchase, &outage).await
}

async fn meanwhile(cx: &Cx, purchase: &Purchase) -> Result<Outage, Stop> {
    nothing_is_free(cx).await?;
    let before = runs(cx).await?;
    let visit = pay(cx, purchase, Expected::Disturbed).await?;
    let ran = runs(cx).await?.zip(before).map_or(0, |(after, before)| after.saturating_sub(before));
    if ran > 0 {
        cx.find(Violation {
            requirement: cx.check.covers[1],
            kind: "handler-unverified",
            want: "no run of the handler for a payment that nobody has verified".into(),
            got: format!("{ran} runs, {}", visit.got()),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
    Ok(Outage { visit, free: free_status(cx).await })
}

async fn runs(cx: &Cx) -> Result<Option<u64>, Stop> {
    if cx.route("runs").is_err() {
        return Ok(None);
    }
    // A server that answers nothing for want of a facilitator does not count either.
    Ok(runs_of(cx, "cheap").await.ok())
}

fn free_all_along(cx: &Cx, before: Option<u16>, during: Option<u16>) {
    let is_good = |status: Option<u16>| status.is_some_and(|status| (200..300).contains(&status));
    if is_good(before) && !is_good(during) {
        let during = during.map_or_else(|| "no answer".into(), |status| format!("status {status}"));
        found(cx, "free-is-closed", "the free route, as before", during);
    }
}

fn speaks_of_trouble(cx: &Cx, visit: &Visit) {
    if visit.is_silence() {
        cx.note(format!("a buyer gets no answer while the facilitator is away: {}", visit.got()));
    } else if !visit.served() && ![402, 500, 502, 503, 504].contains(&visit.status()) {
        cx.find(Violation {
            requirement: "X402V2-HTTP-RS-016",
            kind: "other-status",
            want: "status 402, 500, 502, 503 or 504".into(),
            got: format!("status {}", visit.status()),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
}

fn not_back(cx: &Cx, problem: String) {
    let want = format!("content for a plain payment within {RECOVERY:?} after the facilitator is back");
    found(cx, "not-back", &want, problem);
}

fn found(cx: &Cx, kind: &str, want: &str, got: String) {
    cx.find(Violation { requirement: BACK, kind, want: want.into(), got, ..Violation::default() });
}

/// Nobody has taken the payment that could not be checked, so that it still buys.
async fn payment_is_still_good(cx: &Cx, purchase: &Purchase, outage: &Outage) -> Judged {
    let money = cx.money(&purchase.payment).await?;
    if !money.transfers.is_empty() || outage.visit.served() {
        return Ok(());
    }
    let visit = pay(cx, purchase, Expected::Plain).await?;
    if !visit.served() {
        cx.find(Violation {
            requirement: BACK,
            kind: "payment-lost",
            want: "content for the payment that could not be checked before".into(),
            got: visit.got(),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
    Ok(())
}

pub(super) async fn from_start(cx: Cx) -> Judged {
    let scripted = cx.shop()?.scripted()?;
    scripted.close_door().await;
    let started = cx.world.restart_target().await;
    let (seen, free) = match &started {
        Ok(()) => (nothing_is_free(&cx).await, free_status(&cx).await),
        Err(_) => (Ok(()), None),
    };
    scripted.open_door().await?;
    if let Err(reason) = started {
        let reason = reason.lines().next().unwrap_or_default().to_owned();
        cx.note(format!("without its facilitator the server does not get ready: {reason}"));
        sells_after_restart(&cx).await?;
        return seen;
    }
    if cx.route("free").is_ok() {
        free_all_along(&cx, Some(200), free);
    }
    if let Err(problem) = sells_within(&cx, RECOVERY).await? {
        not_back(&cx, problem);
        sells_after_restart(&cx).await?;
    }
    seen
}

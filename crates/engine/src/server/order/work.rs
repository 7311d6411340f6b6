//! The steps of a sale, in their order.

use super::held::{Hold, PATIENCE, held, settled_by_upstream};
use super::{count, purchase};
use crate::check::{Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::server::flow::{AUTHORIZATION, flow_of};
use crate::server::methods::runs_of;
use crate::server::money::{Expected, pays};
use crate::server::visit::Visit;
use gauntlet_doubles::scripted::{Call, Endpoint};
use tokio::sync::Notify;

/// What could be seen of the server while it waited for the facilitator.
struct Snapshot {
    /// How often the handler has run for this purchase; nothing where runs are not counted.
    runs: Option<u64>,
    calls: Vec<Call>,
}

pub(super) async fn in_order(cx: Cx) -> Judged {
    let offer = cx.offer("cheap").await?;
    if flow_of(&offer) != AUTHORIZATION {
        return Err(Stop::NotApplicable(format!("the offer names the flow {}", flow_of(&offer))));
    }
    if cx.route("runs").is_err() {
        cx.note("without a route that counts the handler's runs only the facilitator's calls are judged");
    }
    while_verifying(&cx).await?;
    while_settling(&cx).await
}

async fn while_verifying(cx: &Cx) -> Judged {
    let purchase = purchase(cx).await?;
    let before = runs(cx).await?;
    let seen = snapshot(cx, &purchase, before);
    let (visit, _, seen) = held(cx, &purchase, Endpoint::Verify, Expected::Plain, seen).await?;
    cx.must_have_come(&visit)?;
    let Some(seen) = seen else {
        disorder(cx, &visit, "not-verified", "a call of /verify before anything else", &visit.got());
        return Ok(());
    };
    if count(&seen.calls, Endpoint::Settle) > 0 {
        disorder(
            cx,
            &visit,
            "settled-before-verify",
            "no call of /settle before /verify has answered",
            "one",
        );
    }
    if seen.runs.is_some_and(|runs| runs > 0) {
        disorder(
            cx,
            &visit,
            "handler-before-verify",
            "no run of the handler before /verify has answered",
            "one",
        );
    }
    Ok(())
}

async fn while_settling(cx: &Cx) -> Judged {
    let purchase = purchase(cx).await?;
    let before = runs(cx).await?;
    let seen = snapshot(cx, &purchase, before);
    let (visit, _, seen) = held(cx, &purchase, Endpoint::Settle, Expected::Plain, seen).await?;
    cx.must_have_come(&visit)?;
    let Some(seen) = seen else {
        disorder(cx, &visit, "not-settled", "a call of /settle before the answer", &visit.got());
        return Ok(());
    };
    let verifies = count(&seen.calls, Endpoint::Verify);
    if verifies != 1 {
        let got = format!("{verifies} calls");
        disorder(cx, &visit, "verified-otherwise", "one call of /verify before that of /settle", &got);
    }
    if seen.runs == Some(0) {
        let want = "one run of the handler before /settle is asked, or a flow that says otherwise";
        disorder(cx, &visit, "settled-before-handler", want, "none");
    }
    if !visit.served() {
        return Err(Stop::Inconclusive(format!("a plain payment was not served: {}", visit.got())));
    }
    let calls = cx.shop()?.scripted()?.calls_for(purchase.payment.key().nonce);
    let settles = count(&calls, Endpoint::Settle);
    if settles != 1 {
        disorder(cx, &visit, "settled-again", "one call of /settle", &format!("{settles} calls"));
    }
    let after = since(before, runs(cx).await?);
    if after.is_some_and(|runs| runs != 1) {
        let got = format!("{} runs", after.unwrap_or_default());
        disorder(cx, &visit, "handler-ran-otherwise", "one run of the handler", &got);
    }
    Ok(())
}

async fn snapshot(
    cx: &Cx,
    purchase: &crate::server::buyer::Purchase,
    before: Option<u64>,
) -> Result<Snapshot, Stop> {
    let calls = cx.shop()?.scripted()?.calls_for(purchase.payment.key().nonce);
    Ok(Snapshot { runs: since(before, runs(cx).await?), calls })
}

async fn runs(cx: &Cx) -> Result<Option<u64>, Stop> {
    if cx.route("runs").is_err() {
        return Ok(None);
    }
    runs_of(cx, "cheap").await.map(Some)
}

fn since(before: Option<u64>, after: Option<u64>) -> Option<u64> {
    Some(after?.saturating_sub(before?))
}

fn disorder(cx: &Cx, visit: &Visit, kind: &str, want: &str, got: &str) {
    cx.find(Violation {
        requirement: cx.rule(),
        kind,
        want: want.into(),
        got: got.into(),
        reply: Some(&visit.reply),
        ..Violation::default()
    });
}

/// A handler that fails is not charged for.
pub(super) async fn uncharged(cx: Cx, route: &str) -> Judged {
    let purchase = cx.purchase(route).await?;
    if flow_of(&purchase.offer) != AUTHORIZATION {
        return Err(Stop::NotApplicable(format!("the offer names the flow {}", flow_of(&purchase.offer))));
    }
    let (visit, money) = cx.buy_as(&purchase, purchase.request()?, Expected::Disturbed).await?;
    cx.must_have_come(&visit)?;
    let settles = match cx.shop()?.scripted() {
        Ok(scripted) => count(&scripted.calls_for(purchase.payment.key().nonce), Endpoint::Settle),
        Err(_) => 0,
    };
    let charged = money.transfers.iter().any(|transfer| pays(transfer, &purchase));
    if charged || settles > 0 {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "charged-for-a-failure",
            want: "no settlement".into(),
            got: format!("status {}, {settles} calls of /settle", visit.status()),
            reply: Some(&visit.reply),
            chain: money.lines,
            ..Violation::default()
        });
    }
    if visit.receipt(cx.version()).is_some_and(|receipt| receipt.success == Some(true)) {
        cx.find(Violation {
            requirement: "X402V2-HTTP-RS-023",
            kind: "claims-success",
            want: "no receipt with success true".into(),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
    if visit.status() == 402 {
        return Err(Stop::Inconclusive("the payment was refused, so that the handler never ran".into()));
    }
    Ok(())
}

/// Two buyers whose requests are under way together: the second is done before the first one's settlement begins.
pub(super) async fn own_receipts(cx: Cx) -> Judged {
    let pair = [cx.purchase("cheap").await?, cx.purchase("cheap").await?];
    let scripted = cx.shop()?.scripted()?;
    let [slow, quick] = [&pair[0], &pair[1]].map(|purchase| purchase.payment.key().nonce);
    let hold = Hold::at(scripted, slow, Endpoint::Settle);
    let answered = Notify::new();
    let buying = async {
        let bought = cx.buy_together(&pair).await;
        answered.notify_one();
        bought
    };
    let watching = async {
        let both = async {
            scripted.wait_for(slow, Endpoint::Settle, 1, PATIENCE).await
                && scripted.wait_for(quick, Endpoint::Settle, 1, PATIENCE).await
        };
        let came = tokio::select! {
            came = both => came,
            () = answered.notified() => false,
        };
        if came {
            // Real facilitators trip over their own nonces when two settlements are under way.
            settled_by_upstream(scripted, quick).await;
        }
        drop(hold);
        came
    };
    let (visits, overlapped) = tokio::join!(buying, watching);
    let visits = visits?;
    for visit in &visits {
        cx.must_have_come(visit)?;
    }
    // Money without content and receipts of others are found by the judge of the crowd.
    match visits.iter().find(|visit| !visit.served()) {
        Some(visit) => {
            Err(Stop::Inconclusive(format!("one of two payments was not served: {}", visit.got())))
        }
        None if !overlapped => Err(Stop::Inconclusive("the two settlements did not overlap".into())),
        None => Ok(()),
    }
}

//! What `/verify` says, and what it is worth.

use super::{count, purchase, scripted, speaks_of_trouble};
use crate::check::{Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::server::buyer::Purchase;
use crate::server::money::Expected;
use crate::server::visit::Visit;
use gauntlet_doubles::scripted::{Act, Answer, Call, Endpoint};
use gauntlet_report::Class;
use serde_json::json;
use std::time::Duration;

pub(super) async fn refused(cx: Cx) -> Judged {
    let purchase = purchase(&cx).await?;
    let payer = purchase.payment.draft.authorization.from.to_checksum(None);
    let answer = json!({ "isValid": false, "invalidReason": "insufficient_funds", "payer": payer });
    let acts = vec![Act::Answer(Answer::json(200, &answer))];
    let (visit, calls) = scripted(&cx, &purchase, (Endpoint::Verify, acts), Expected::Disturbed).await?;
    cx.must_have_come(&visit)?;
    not_taken_for_a_yes(&cx, &visit, &calls, None);
    if !visit.served() && visit.status() != 402 {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "other-status",
            want: "status 402".into(),
            got: format!("status {}", visit.status()),
            reply: Some(&visit.reply),
            class: Some(Class::D),
            ..Violation::default()
        });
    }
    Ok(())
}

pub(super) async fn unusable(cx: Cx, acts: fn(&Purchase) -> Vec<Act>) -> Judged {
    let purchase = purchase(&cx).await?;
    let acts = acts(&purchase);
    let (visit, calls) = scripted(&cx, &purchase, (Endpoint::Verify, acts), Expected::Disturbed).await?;
    cx.must_have_come(&visit)?;
    not_taken_for_a_yes(&cx, &visit, &calls, None);
    speaks_of_trouble(&cx, &visit);
    Ok(())
}

/// Loose readers take any text for a yes. The settlement that follows is a good one, so that nobody loses by it.
pub(super) async fn false_as_text(cx: Cx) -> Judged {
    let purchase = purchase(&cx).await?;
    let acts = vec![Act::Answer(Answer::json(200, &json!({ "isValid": "false" })))];
    let (visit, calls) = scripted(&cx, &purchase, (Endpoint::Verify, acts), Expected::Disturbed).await?;
    cx.must_have_come(&visit)?;
    not_taken_for_a_yes(&cx, &visit, &calls, Some(Class::W));
    speaks_of_trouble(&cx, &visit);
    Ok(())
}

/// Whoever has not heard a yes neither settles nor serves, even if the money would have been there.
fn not_taken_for_a_yes(cx: &Cx, visit: &Visit, calls: &[Call], class: Option<Class>) {
    let settles = count(calls, Endpoint::Settle);
    if settles == 0 && !visit.served() {
        return;
    }
    cx.find(Violation {
        requirement: cx.rule(),
        kind: "taken-for-a-yes",
        want: "neither content nor a call of /settle".into(),
        got: format!("{}, {settles} calls of /settle", visit.got()),
        reply: Some(&visit.reply),
        class,
        ..Violation::default()
    });
}

/// Redirects to this very facilitator under another name of its host, which does say yes: harmless here, but whoever
/// follows goes wherever the answer sends it.
pub(super) async fn redirected(cx: Cx) -> Judged {
    let purchase = purchase(&cx).await?;
    let elsewhere = format!("{}/verify", cx.shop()?.scripted()?.url().replace("127.0.0.1", "localhost"));
    let acts = vec![Act::Answer(Answer::redirect(308, &elsewhere)), Act::Forward];
    let (visit, calls) = scripted(&cx, &purchase, (Endpoint::Verify, acts), Expected::Misled).await?;
    cx.must_have_come(&visit)?;
    if count(&calls, Endpoint::Verify) > 1 {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "redirect-followed",
            want: "a refusal, and no payment sent to where the redirect points".into(),
            got: format!("the payment is sent there; {}", visit.got()),
            reply: Some(&visit.reply),
            // The facilitator is trusted, and perhaps with this as well.
            class: Some(Class::W),
            ..Violation::default()
        });
        return Ok(());
    }
    speaks_of_trouble(&cx, &visit);
    Ok(())
}

/// Longer than anybody waits here, so that it is the server that gives up.
pub(super) fn longer_than(cx: &Cx) -> Act {
    Act::Silence(cx.world.timeout + Duration::from_secs(30))
}

pub(super) async fn silent(cx: Cx) -> Judged {
    let purchase = purchase(&cx).await?;
    let acts = vec![longer_than(&cx)];
    let (visit, calls) = scripted(&cx, &purchase, (Endpoint::Verify, acts), Expected::Disturbed).await?;
    not_taken_for_a_yes(&cx, &visit, &calls, None);
    if count(&calls, Endpoint::Verify) == 0 {
        return Err(Stop::Inconclusive("the server never asked /verify".into()));
    }
    speaks_of_trouble(&cx, &visit);
    Ok(())
}

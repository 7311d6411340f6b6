//! How answers are written: the envelope, the status, what stands beside a reason.

use super::{as_it_came, check, post, status_as_it_came, valid_body, violated};
use crate::check::{Check, Judged, Stop};
use crate::cx::Cx;
use crate::history::{Endpoint, Said};
use crate::reply::Reply;
use gauntlet_probe::Request;
use gauntlet_wire::{Address, U256};
use serde_json::Value;

const RISK: &str = "a client made for B402 cannot read what is said";

pub(super) fn checks() -> Vec<Check> {
    vec![
        check(
            "b402.envelope",
            "every answer stands in the envelope, under the code that means success",
            &["B402-ENV-001"],
            RISK,
            envelope,
        ),
        check(
            "b402.refused.status",
            "an invalid payment is answered with status 200",
            &["B402-ENV-002"],
            RISK,
            status,
        ),
        check(
            "b402.refused.payer",
            "every answer about a payment names a payer",
            &["B402-VERIFY-003"],
            RISK,
            payer,
        ),
        check(
            "b402.refused.message",
            "a message stands beside the reasons about the form of a request only",
            &["B402-VERIFY-004"],
            RISK,
            message,
        ),
    ]
}

/// A payment of a wrong amount.
async fn underpaid(cx: &Cx) -> Result<Reply, Stop> {
    let mut payment = cx.payment().await?;
    payment.draft.authorization.value -= U256::ONE;
    payment.changes.push("authorization.value one unit less".into());
    let reply = cx.verify(&payment).await?;
    cx.must_have_answered(&reply)?;
    if reply.said == Said::Yes {
        return Err(Stop::Inconclusive("a payment below the price was taken".into()));
    }
    Ok(reply)
}

async fn envelope(cx: Cx) -> Judged {
    let supported = cx.send_raw(Endpoint::Supported, Request::get("/supported"), "/supported", true).await?;
    let verified = post(&cx, Endpoint::Verify, valid_body(&cx).await?, "a valid payment").await?;
    let refused = underpaid(&cx).await?;
    let payment = cx.payment().await?;
    let (settled, _) = cx.settle(&payment).await?;
    let Some(envelope) = cx.world.dialect().and_then(|dialect| dialect.envelope.clone()) else {
        return Err(Stop::NotApplicable("the dialect has no envelope".into()));
    };
    for reply in [&supported, &verified, &refused, &settled] {
        cx.must_have_answered(reply)?;
        let body: Value = serde_json::from_slice(as_it_came(reply)).unwrap_or(Value::Null);
        let code = body.get(&envelope.code).and_then(Value::as_str);
        if code != Some(envelope.success.as_str()) || !body.get(&envelope.data).is_some_and(Value::is_object)
        {
            let want = format!(
                "{} \"{}\", as text, and {} with what is said",
                envelope.code, envelope.success, envelope.data
            );
            violated(&cx, "no-envelope", &want, reply);
        }
    }
    Ok(())
}

async fn status(cx: Cx) -> Judged {
    let reply = underpaid(&cx).await?;
    if status_as_it_came(&reply) != Some(200) {
        violated(&cx, "another-status", "status 200, the success code and isValid false", &reply);
    }
    Ok(())
}

async fn payer(cx: Cx) -> Judged {
    let refused = underpaid(&cx).await?;
    let nobody =
        post(&cx, Endpoint::Verify, r#"{"x402Version":2}"#, "a request with nothing but a version").await?;
    for reply in [&refused, &nobody] {
        let named = reply.verify().and_then(|answer| answer.payer);
        if named.is_none_or(|payer| payer.parse::<Address>().is_err()) {
            violated(
                &cx,
                "no-payer",
                "payer: the address, and the zero address where none can be told",
                reply,
            );
        }
    }
    Ok(())
}

async fn message(cx: Cx) -> Judged {
    let reply = underpaid(&cx).await?;
    if reply
        .verify()
        .is_some_and(|answer| answer.raw.get("invalidMessage").is_some_and(|text| !text.is_null()))
    {
        violated(&cx, "message", "no invalidMessage beside a reason that is about the payment", &reply);
    }
    Ok(())
}

//! What a merchant makes of the facilitator's answers: all of them have status 200, and success is said once more for a
//! payment that is spent.

use super::violated;
use crate::check::{Check, Judged, Stop, check};
use crate::cx::Cx;
use crate::server::buyer::Purchase;
use crate::server::money::Expected;
use crate::server::visit::Visit;
use gauntlet_doubles::scripted::{Act, Answer, Endpoint};
use serde_json::{Value, json};

const GIVEN_AWAY: &str = "content is given away for money that has not come";
const ROBBED: &str = "one payment is served as often as it is sent";

/// How often a spent payment is presented again.
const REPLAYS: usize = 3;

pub(super) fn checks() -> Vec<Check> {
    vec![
        check(
            "server.b402.refused",
            "a settlement that failed buys nothing, although its answer has status 200",
            &["B402-RS-SERVE-001"],
            GIVEN_AWAY,
            refused,
        ),
        check(
            "server.b402.pending",
            "a settlement that is under way buys nothing before it succeeds",
            &["B402-RS-SERVE-001"],
            GIVEN_AWAY,
            pending,
        ),
        check(
            "server.b402.pending-again",
            "a payment that is under way buys nothing when it is presented again",
            &["B402-RS-SERVE-001"],
            GIVEN_AWAY,
            pending_again,
        ),
        check(
            "server.b402.envelope",
            "an answer with another code than success and nothing in it is no yes",
            &["B402-RS-SERVE-002"],
            GIVEN_AWAY,
            envelope,
        ),
        check(
            "server.b402.replay",
            "a spent payment buys nothing although settling it again succeeds",
            &["B402-RS-REPLAY-001"],
            ROBBED,
            replay,
        ),
    ]
}

/// A purchase about which `/settle` is answered so.
async fn told(cx: &Cx, answer: &Value) -> Result<Purchase, Stop> {
    let purchase = cx.purchase("cheap").await?;
    let act = Act::Answer(Answer::json(200, answer));
    cx.shop()?.scripted()?.script(purchase.payment.key().nonce, Endpoint::Settle, vec![act]);
    Ok(purchase)
}

/// In the words of x402; the scripted facilitator writes it in the dialect.
fn no(cx: &Cx, transaction: &str, reason: &str) -> Value {
    json!({
        "success": false,
        "errorReason": reason,
        "transaction": transaction,
        "network": cx.world.chain.profile().network.caip2(),
    })
}

/// Presents a payment that must buy nothing.
async fn buys_nothing(cx: &Cx, purchase: &Purchase, want: &str) -> Result<Visit, Stop> {
    let (visit, _) = cx.buy_as(purchase, purchase.request()?, Expected::Disturbed).await?;
    cx.must_have_come(&visit)?;
    let nonce = purchase.payment.key().nonce;
    let calls = cx.shop()?.scripted()?.calls_for(nonce);
    if !visit.served() && !calls.iter().any(|call| call.endpoint == Endpoint::Settle) {
        return Err(Stop::Inconclusive(format!("the server did not come to settle: {}", visit.got())));
    }
    if visit.served() {
        violated(cx, "served-unsettled", want, visit.got(), &visit);
    }
    Ok(visit)
}

async fn refused(cx: Cx) -> Judged {
    let answer = no(&cx, "", "invalid_transaction_state");
    let purchase = told(&cx, &answer).await?;
    buys_nothing(&cx, &purchase, "no content for a payment that was not settled").await.map(|_| ())
}

fn under_way(cx: &Cx) -> Value {
    no(cx, &cx.key("pending transaction").to_bytes().to_string(), "settlement_pending")
}

async fn pending(cx: Cx) -> Judged {
    let purchase = told(&cx, &under_way(&cx)).await?;
    buys_nothing(&cx, &purchase, "no content while the settlement is under way").await.map(|_| ())
}

async fn pending_again(cx: Cx) -> Judged {
    let purchase = told(&cx, &under_way(&cx)).await?;
    for _ in 0..2 {
        buys_nothing(&cx, &purchase, "no content while the settlement is under way").await?;
    }
    Ok(())
}

async fn envelope(cx: Cx) -> Judged {
    let Some(envelope) = cx.world.dialect().and_then(|dialect| dialect.envelope.clone()) else {
        return Err(Stop::NotApplicable("answers have no envelope in this dialect".into()));
    };
    let busy = json!({ envelope.code: "1160102", "msg": "system busy", envelope.data: null });
    let purchase = told(&cx, &busy).await?;
    buys_nothing(&cx, &purchase, "no content for an answer that says nothing").await.map(|_| ())
}

async fn replay(cx: Cx) -> Judged {
    let purchase = cx.purchase("cheap").await?;
    let nonce = purchase.payment.key().nonce;
    // A merchant that trusts the word of /verify is not told there that the payment is spent.
    for endpoint in [Endpoint::Verify, Endpoint::Settle] {
        cx.shop()?.scripted()?.script(nonce, endpoint, vec![Act::Repeat]);
    }
    let (first, _) = cx.buy(&purchase).await?;
    if !first.served() {
        return Err(Stop::Inconclusive(format!("the payment was not served at first: {}", first.got())));
    }
    for _ in 0..REPLAYS {
        let client = cx.world.client.clone();
        let exchange = cx.exchange_at(&client, purchase.request()?).await?;
        let visit = cx.visited(exchange, format!("{}, presented again", purchase.payment.sent()))?;
        cx.must_have_come(&visit)?;
        if visit.served() {
            violated(
                &cx,
                "served-again",
                "no content for a payment that has bought already",
                visit.got(),
                &visit,
            );
            break;
        }
    }
    Ok(())
}

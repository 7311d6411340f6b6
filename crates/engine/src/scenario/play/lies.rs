//! What the facilitator says of a payment without asking anybody.

use crate::check::Stop;
use crate::cx::Cx;
use crate::scenario::model::{Call, Line};
use crate::server::buyer::Purchase;
use crate::server::visit::Visit;
use gauntlet_doubles::scripted::{Act, Answer, Endpoint};
use gauntlet_probe::{Client, Request};
use gauntlet_wire::B256;
use serde_json::{Value, json};

pub(super) const fn endpoint(call: Call) -> Endpoint {
    match call {
        Call::Verify => Endpoint::Verify,
        Call::Settle => Endpoint::Settle,
    }
}

/// The act that says a line about a purchase.
pub(super) async fn act(cx: &Cx, purchase: &Purchase, call: Call, with: Line) -> Result<Act, Stop> {
    let payer = purchase.payment.payer.address().to_checksum(None);
    let network = cx.world.chain.profile().network.name(purchase.version());
    let said = match (call, with) {
        (_, Line::Truth) => return Ok(Act::Forward),
        (Call::Verify, _) => {
            json!({ "isValid": false, "invalidReason": "invalid_payload", "payer": payer })
        }
        (Call::Settle, Line::Refused) => json!({
            "success": false, "errorReason": "invalid_transaction_state", "payer": payer,
            "transaction": "", "network": network,
        }),
        (Call::Settle, Line::NoTransaction) => success(&payer, &network, ""),
        (Call::Settle, Line::InventedTransaction) => {
            success(&payer, &network, &cx.key("invented transaction").to_bytes().to_string())
        }
        (Call::Settle, Line::EmptyTransaction) => {
            success(&payer, &network, &empty_transaction(cx).await?.to_string())
        }
    };
    Ok(Act::Answer(Answer::json(200, &said)))
}

fn success(payer: &str, network: &str, transaction: &str) -> Value {
    json!({ "success": true, "payer": payer, "transaction": transaction, "network": network })
}

/// A transaction that succeeded and moved nothing: a spent authorization of a token that lets it pass.
async fn empty_transaction(cx: &Cx) -> Result<B256, Stop> {
    let token = cx.world.chain.tokens().tolerant.clone();
    let payment = cx.payment_in(gauntlet_wire::Version::V2, token).await?;
    let presented = payment.draft.present()?;
    let mut last = None;
    for _ in 0..2 {
        let relay =
            cx.world.chain.relay(payment.token.address, &presented.authorization, &presented.signature);
        last = Some(relay.await?);
    }
    let last = last.filter(|relayed| relayed.status);
    let Some(relayed) = last else {
        return Err(Stop::Harness("the tolerant token refused a spent authorization".into()));
    };
    match cx.world.chain.transaction(relayed.hash).await? {
        Some(fact) if fact.transfers.is_empty() => Ok(relayed.hash),
        _ => Err(Stop::Harness("the tolerant token paid a spent authorization".into())),
    }
}

/// Presents a payment whose money is not the server's doing. A server that cannot look at the chain itself has to
/// believe its facilitator, so that only the scenario's own expectations judge what comes of it.
pub(super) async fn show(
    cx: &Cx,
    client: &Client,
    purchase: &Purchase,
    request: Request,
) -> Result<Visit, Stop> {
    cx.refuse_when_down()?;
    let exchange = client.send(request).await;
    let sent = purchase.payment.sent();
    cx.tell_case(&exchange, &sent);
    cx.collected().exchanges.push(exchange.clone());
    Ok(Visit::of(exchange, sent, cx.shop()?.canary()))
}

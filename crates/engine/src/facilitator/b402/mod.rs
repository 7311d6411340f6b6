//! Binance B402, for facilitators that speak it: what its documents say beyond x402, or otherwise.
//!
//! Payments themselves are tried by all the other checks, which are spoken in the dialect. Source: Binance's pages of the
//! OnchainPay x402 API (request signing, verify, settle, supported), and what third parties report of the service.

mod answers;
mod door;
mod kinds;
mod limits;
mod once;
mod pending;
mod verify;

use super::check;
use crate::check::{Check, Lane, Stop};
use crate::cx::{Cx, Violation};
use crate::history::{Endpoint, PaymentFacts, Said};
use crate::reply::Reply;
use gauntlet_probe::Request;

/// All checks of B402.
pub(super) fn checks() -> Vec<Check> {
    [
        door::checks(),
        answers::checks(),
        kinds::checks(),
        verify::checks(),
        once::checks(),
        pending::checks(),
        limits::checks(),
    ]
    .concat()
}

/// A check with the target to itself.
fn alone(check: Check) -> Check {
    Check { lane: Lane::Exclusive, ..check }
}

/// The body of a valid request to `/verify`, over EIP-3009.
async fn valid_body(cx: &Cx) -> Result<Vec<u8>, Stop> {
    cx.payment().await?.body()
}

/// Sends a body that is dressed as usual.
async fn post(cx: &Cx, endpoint: Endpoint, body: impl Into<Vec<u8>>, sent: &str) -> Result<Reply, Stop> {
    let reply = cx.send_raw(endpoint, Request::post_json(endpoint.path(), body), sent, true).await?;
    cx.must_have_answered(&reply)?;
    Ok(reply)
}

/// Sends a body to `/settle` that is a payment, or was one before it was changed.
async fn settle(
    cx: &Cx,
    body: impl Into<Vec<u8>>,
    sent: &str,
    payment: Option<PaymentFacts>,
) -> Result<Reply, Stop> {
    let exchange = cx.exchange_or_lose(Request::post_json(Endpoint::Settle.path(), body)).await;
    let asked = (Endpoint::Settle, None, sent.to_owned());
    let exchange = exchange.map_err(|lost| cx.keep_lost(lost, asked, payment.clone()))?;
    let reply = cx.keep_raw(Endpoint::Settle, exchange, sent, payment, true);
    cx.must_have_answered(&reply)?;
    Ok(reply)
}

/// A violation of the check's own requirement.
fn violated(cx: &Cx, kind: &str, want: &str, reply: &Reply) {
    cx.find(Violation {
        requirement: cx.rule(),
        kind,
        want: want.into(),
        reply: Some(reply),
        ..Violation::default()
    });
}

/// Where the answer is yes and should not be.
fn must_not_be_taken(cx: &Cx, kind: &str, want: &str, reply: &Reply) {
    if matches!(reply.said, Said::Yes) {
        violated(cx, kind, want, reply);
    }
}

/// The body of an answer as it came over the wire.
fn as_it_came(reply: &Reply) -> &[u8] {
    let Some(response) = &reply.exchange.response else { return b"" };
    response.wire.as_ref().map_or(&response.body, |wire| &wire.body)
}

/// The status of an answer as it came over the wire.
fn status_as_it_came(reply: &Reply) -> Option<u16> {
    let wire = reply.exchange.response.as_ref().and_then(|response| response.wire.as_ref());
    wire.map(|wire| wire.status).or(reply.exchange.status)
}

//! Payments over Permit2: scheme `exact` on EVM §2 and scheme `upto` on EVM. Version 2 only.
//!
//! Whoever puts a `permit2Authorization` into a payload is answered here; everything else is a payment over EIP-3009.

mod approval;
mod chain;
mod checks;
mod finding;
mod memory;
mod permit;
mod route;
mod settle;
mod wallets;

use super::answer::{Answer, Call};
use super::findings::reason;
use super::mutants::Fault;
use super::payment::Seen;
use super::service::{Refusal, Service};
use crate::claims::PaymentId;
use crate::json::{self, Repeats};
use axum::response::Response;
use checks::Stage;
use finding::Finding;
use gauntlet_report::clock::unix_seconds;
use gauntlet_wire::message::Reading;
use gauntlet_wire::permit2::{PERMIT2, Permit2Request, Permit2Scheme, read_permit2};
use gauntlet_wire::{Address, U256, Version};
use route::Route;
use serde_json::Value;
use settle::Settled;
use std::sync::Arc;

/// Whether a body has a payment over Permit2.
pub(super) fn is_meant(body: &[u8]) -> bool {
    json::read(body, Repeats::Last)
        .is_ok_and(|root| root.pointer(AUTHORIZATION).is_some_and(Value::is_object))
}

const AUTHORIZATION: &str = "/paymentPayload/payload/permit2Authorization";

/// A payment over Permit2 that could be read.
#[derive(Debug, Clone)]
struct Payment {
    scheme: Permit2Scheme,
    request: Permit2Request,
}

impl Payment {
    /// Among the payments of a facilitator. Its nonce is Permit2's, not the token's.
    fn id(&self) -> PaymentId {
        let signed = &self.request.authorization;
        (PERMIT2, signed.from, signed.nonce.into())
    }

    /// What its settlement moves, atomic units.
    fn charge(&self) -> U256 {
        match self.scheme {
            Permit2Scheme::Exact => self.request.authorization.amount,
            Permit2Scheme::Upto => self.request.requirements.amount,
        }
    }
}

/// Answers `/verify`.
pub(super) async fn verify(service: &Arc<Service>, body: &[u8]) -> Response {
    let seen = seen(service, body);
    let payment = match read(service, body) {
        Ok(payment) => payment,
        Err(reason) => return Answer::no(Call::Verify, seen, reason, None).write(service),
    };
    let answer = match examine(service, &payment, Stage::Verify).await {
        Ok(_) => {
            memory::note_verified(service, &payment);
            Answer::good(Call::Verify, seen)
        }
        Err(refusal) => Answer::refused(Call::Verify, seen, refusal, None),
    };
    answer.write(service)
}

/// Answers `/settle`. It goes on when whoever asked goes away.
pub(super) async fn settle(service: &Arc<Service>, body: &[u8]) -> Response {
    let seen = seen(service, body);
    let payment = match read(service, body) {
        Ok(payment) => payment,
        Err(reason) => return Answer::no(Call::Settle, seen, reason, None).write(service),
    };
    let task = tokio::spawn({
        let service = Arc::clone(service);
        async move {
            tokio::select! {
                settled = settle::settle(&service, &payment) => settled,
                () = service.closed() => Err(Refusal::Reason(reason::SETTLE_ERROR).into()),
            }
        }
    });
    let settled = task.await.unwrap_or_else(|_| Err(Refusal::Reason(reason::SETTLE_ERROR).into()));
    let answer = match settled {
        Ok(Settled { transaction, amount }) => {
            Answer { transaction, amount: Some(amount), ..Answer::good(Call::Settle, seen) }
        }
        Err(failure) => Answer::refused(Call::Settle, seen, failure.refusal, failure.transaction),
    };
    answer.write(service)
}

/// Everything that stands against a payment, first without and then with the chain. Otherwise how it is settled.
async fn examine(service: &Service, payment: &Payment, stage: Stage) -> Result<Route, Refusal> {
    let now = unix_seconds();
    let proxy = service.proxy(payment.scheme);
    let mut found = checks::findings(payment, proxy, &announced(service), service.network, stage, now);
    if found.contains(&Finding::Signature) {
        let accepted = wallets::accept(service, payment, stage, now).await;
        if accepted.map_err(|error| service.chain_failed(error))? {
            found.retain(|finding| *finding != Finding::Signature);
        }
    }
    first(service, payment, found)?;
    let found = chain::findings(service, payment, now).await;
    let (route, mut found) = found.map_err(|error| service.chain_failed(error))?;
    let is_b402 = service.dialect.as_ref().is_some_and(|dialect| dialect.is_b402());
    if stage == Stage::Verify && is_b402 && found.contains(&Finding::Allowance) {
        // B402 leaves a missing allowance to the settlement, and with it what that would say.
        found.retain(|finding| !matches!(finding, Finding::Allowance | Finding::Simulation));
    }
    first(service, payment, found).map(|()| route)
}

/// The first finding that the double does not look past. Whoever looks past a fault of an allowance looks past what the
/// simulation makes of it.
fn first(service: &Service, payment: &Payment, findings: Vec<Finding>) -> Result<(), Refusal> {
    let mut has_looked_past = false;
    for finding in findings {
        let is_pardoned = finding.is_pardoned(service.fault, payment.scheme)
            || memory::looks_past(service, payment, finding)
            || (finding == Finding::Simulation && has_looked_past);
        if !is_pardoned {
            return Err(Refusal::Reason(finding.reason()));
        }
        has_looked_past |= matches!(finding, Finding::Permit(_) | Finding::Approval(_));
    }
    Ok(())
}

/// The accounts that `/supported` names as facilitator: whoever else is named cannot settle.
fn announced(service: &Service) -> [Address; 1] {
    [service.sender.address()]
}

fn read(service: &Service, body: &[u8]) -> Result<Payment, &'static str> {
    if service.is(Fault::RefusesEverything) {
        return Err(reason::REQUIREMENTS);
    }
    let request =
        read_permit2(body, Reading::Strict).map_err(|malformed| super::findings::unreadable(&malformed))?;
    let scheme = Permit2Scheme::named(&request.requirements.scheme).ok_or("unsupported_scheme")?;
    Ok(Payment { scheme, request })
}

fn seen(service: &Service, body: &[u8]) -> Seen {
    let root: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let text = |pointer: &str| root.pointer(pointer).and_then(Value::as_str);
    Seen {
        payer: text(&format!("{AUTHORIZATION}/from")).and_then(|from| from.parse().ok()),
        network: text("/paymentRequirements/network").map_or_else(|| service.network.caip2(), str::to_owned),
        version: Some(Version::V2),
    }
}

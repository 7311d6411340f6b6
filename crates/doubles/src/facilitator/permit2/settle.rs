//! Settles a payment over Permit2: examines it again, claims it, sends it, waits for the receipt and judges that by the
//! transfer in it.

use super::checks::Stage;
use super::finding::Finding;
use super::route::Route;
use super::{Payment, approval, chain, examine, memory, permit};
use crate::claims::{Claim, Known};
use crate::facilitator::findings::reason;
use crate::facilitator::mutants::Fault;
use crate::facilitator::receipts;
use crate::facilitator::service::{Refusal, Service};
use crate::facilitator::settle::Failure;
use alloy_primitives::{B256, U256};
use gauntlet_report::clock::unix_seconds;
use std::sync::Arc;
use std::time::Duration;

/// The longest wait for a receipt.
const PATIENCE: Duration = Duration::from_secs(20);

/// A settlement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Settled {
    /// None when nothing was charged: then nothing is sent.
    pub(super) transaction: Option<B256>,
    /// What was charged, atomic units.
    pub(super) amount: U256,
}

/// Settles a payment.
pub(super) async fn settle(service: &Arc<Service>, payment: &Payment) -> Result<Settled, Failure> {
    let pending = match service.claims.known(payment.id()) {
        Some(Known::Pending(hash)) => Some(hash),
        _ => None,
    };
    let claim = match claim(service, payment, pending) {
        Ok(claim) => claim,
        Err(Known::Settled { .. }) => return again(service, payment),
        Err(Known::InFlight | Known::Pending(_)) => return copy(service, payment).await,
    };
    // It was sent before, and nobody knew what became of it. It is not sent again unless the chain has lost it.
    if let Some(hash) = pending
        && service.rpc.knows(hash).await != Ok(false)
    {
        return conclude(service, payment, claim, hash, payment.charge()).await;
    }
    if service.is(Fault::Permit2LiesWithoutTransaction) {
        return Ok(Settled { transaction: Some(service.quirks.invented_hash()), amount: payment.charge() });
    }
    if memory::is_closed(service, payment) {
        return Ok(Settled { transaction: Some(service.quirks.invented_hash()), amount: payment.charge() });
    }
    approval::give_at_once(service, payment).await.map_err(|error| service.chain_failed(error))?;
    let route = match examine(service, payment, Stage::Settle).await {
        Err(Refusal::Reason(_)) if service.is(Fault::Permit2ClaimsReverted) => {
            Route::offered(service, payment)
        }
        Err(Refusal::Reason(code)) if code == Finding::Nonce.reason() => return again(service, payment),
        Err(Refusal::Reason(code))
            if code == Finding::AboveTheCap.reason() && service.is(Fault::UptoAboveTheCap) =>
        {
            Route::Direct
        }
        examined => examined?,
    };
    let amount = match service.fault {
        Some(Fault::UptoTakesTheCap | Fault::UptoAboveTheCap) => payment.request.authorization.amount,
        _ => payment.charge(),
    };
    if amount.is_zero() && service.is(Fault::UptoRefusesZero) {
        return Err(Refusal::Reason(reason::REQUIREMENTS).into());
    }
    if amount.is_zero() {
        memory::note_nothing_charged(service, payment);
        return Ok(Settled { transaction: None, amount });
    }
    if let Route::Permit(permit) = &route
        && service.is(Fault::Eip2612AnySpender)
    {
        permit::submit_for_anybody(service, permit).await.map_err(|error| service.chain_failed(error))?;
    }
    if let Route::Approval(sent) = &route {
        approval::broadcast(service, payment, sent).await.map_err(|error| service.chain_failed(error))?;
    }
    let outgoing = chain::settlement(service, payment, &route, amount);
    let submitted = service.sender.submit_within(&service.rpc, &outgoing, route.gas()).await;
    let hash = submitted.map_err(|error| service.chain_failed(error))?.hash();
    conclude(service, payment, claim, hash, amount).await
}

fn claim(service: &Arc<Service>, payment: &Payment, pending: Option<B256>) -> Result<Claim, Known> {
    let is_pending = |known| pending.is_some_and(|hash| known == Known::Pending(hash));
    service.claims.claim(payment.id(), payment.request.authorization.deadline, unix_seconds(), is_pending)
}

async fn conclude(
    service: &Service,
    payment: &Payment,
    claim: Claim,
    hash: B256,
    amount: U256,
) -> Result<Settled, Failure> {
    let failed = |code| Failure { refusal: Refusal::Reason(code), transaction: Some(hash) };
    let asked = Duration::from_secs(payment.request.requirements.max_timeout_seconds.max(1));
    let Some(receipt) = receipts::wait(&service.rpc, hash, asked.min(PATIENCE)).await else {
        claim.ends_as(Known::Pending(hash));
        return Err(failed(reason::PENDING));
    };
    let signed = &payment.request.authorization;
    let is_good = receipts::has_transfer(&receipt, signed.token, signed.from, signed.witness.to, amount);
    let is_called_good = service.is(Fault::Permit2ClaimsReverted) || memory::trusts_verify(service, payment);
    if !is_good && !is_called_good {
        return Err(failed(reason::TRANSACTION));
    }
    claim.ends_as(Known::Settled { body: hash });
    let said = match service.fault {
        Some(Fault::UptoSaysTheCap) => signed.amount,
        Some(Fault::Permit2RoundsAmounts) => U256::from(f64::from(payment.charge())),
        _ => payment.charge(),
    };
    Ok(Settled { transaction: Some(hash), amount: said })
}

/// Settle was asked for a payment whose nonce is spent.
fn again(service: &Service, payment: &Payment) -> Result<Settled, Failure> {
    if service.is(Fault::Permit2ReplaySucceeds) {
        return Ok(Settled { transaction: Some(service.quirks.invented_hash()), amount: payment.charge() });
    }
    if let (true, Some(Known::Settled { body: hash })) =
        (service.is(Fault::ReplayAnswersAgain), service.claims.known(payment.id()))
    {
        return Ok(Settled { transaction: Some(hash), amount: payment.charge() });
    }
    Err(Refusal::Reason(Finding::Nonce.reason()).into())
}

/// Settle was asked for a payment that is being settled.
async fn copy(service: &Service, payment: &Payment) -> Result<Settled, Failure> {
    if service.is(Fault::Permit2CopiesSucceed) {
        service.claims.finished(payment.id()).await;
        if matches!(service.claims.known(payment.id()), Some(Known::Settled { .. })) {
            return Ok(Settled {
                transaction: Some(service.quirks.invented_hash()),
                amount: payment.charge(),
            });
        }
    }
    Err(Refusal::Reason(Finding::Nonce.reason()).into())
}

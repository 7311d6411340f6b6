//! Settles a payment: examines it again, claims it, sends it, waits for the receipt and judges that.

use super::findings::{Finding, reason};
use super::mutants::Fault;
use super::pardons::{Stage, is_high_s};
use super::payment::Payment;
use super::receipts;
use super::rpc::ChainError;
use super::sender::{Outgoing, Submitted};
use super::service::{Examined, Refusal, Service};
use super::slips::{self, COPIES};
use super::wallets::{self, Signer};
use crate::claims::{Claim, Known};
use alloy_primitives::B256;
use gauntlet_report::clock::unix_seconds;
use std::sync::Arc;
use std::time::Duration;

/// The longest wait for a receipt.
const PATIENCE: Duration = Duration::from_secs(20);
/// The wait for a transaction that the chain may not have.
const DOUBTFUL_PATIENCE: Duration = Duration::from_secs(3);
/// The wait of the mutants that forget.
const IMPATIENCE: Duration = Duration::from_millis(200);

/// A settlement that was no success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) refusal: Refusal,
    /// The transaction, when one was sent.
    pub(super) transaction: Option<B256>,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, transaction: None }
    }
}

fn refused(reason: &'static str, transaction: Option<B256>) -> Failure {
    Failure { refusal: Refusal::Reason(reason), transaction }
}

/// Settles a payment and gives its transaction.
pub(super) async fn settle(service: &Arc<Service>, payment: &Payment) -> Result<B256, Failure> {
    match attempt(service, payment).await {
        Err(Failure { refusal: Refusal::Chain(_), transaction: None })
            if service.is(Fault::ValidWhenChainFails) =>
        {
            Ok(service.quirks.invented_hash())
        }
        Err(failure) if service.is(Fault::WedgedAfterRefusal) && in_lower_case(payment) => {
            service.quirks.wedge();
            Err(failure)
        }
        Ok(hash) if service.is(Fault::SettleNamesAnotherTransaction) => {
            Ok(service.quirks.first_transaction(payment.request.version, hash))
        }
        other => other,
    }
}

fn in_lower_case(payment: &Payment) -> bool {
    !payment.payee_texts[0].contains(|c: char| c.is_ascii_uppercase())
}

async fn attempt(service: &Arc<Service>, payment: &Payment) -> Result<B256, Failure> {
    let id = payment.id();
    service.quirks.check_wedged(service.fault)?;
    if let Some(hash) = service.quirks.lock().settled_by_verify.remove(&id) {
        return Ok(hash);
    }
    if service.is(Fault::SettleNeedsVerify) && !service.quirks.was_verified(id) {
        return Err(refused(reason::TRANSACTION, None));
    }
    let was_spent = matches!(service.claims.known(id), Some(Known::Settled { .. }));
    let examined = if service.is(Fault::SettleSkipsChecks) {
        let signer = wallets::signer(service, payment, Stage::Settle).await;
        Examined { pardoned: false, signer: signer.map_err(|error| service.chain_failed(error))? }
    } else {
        match service.offline(payment, Stage::Settle).await {
            Ok(examined) => examined,
            Err(Refusal::Finding(finding))
                if service.is(Fault::HighSPaysAgain) && is_high_s(finding, &payment.request) =>
            {
                return high_s(service, payment, finding, was_spent).await;
            }
            Err(refusal) => return Err(refusal.into()),
        }
    };
    if let Some(resumed) = resume(service, payment).await {
        return resumed;
    }
    let claim = match examine_and_claim(service, payment, &examined).await {
        Ok(claim) => claim,
        Err(Obstacle::Spent(failure)) => return spent(service, payment, failure, was_spent).await,
        Err(Obstacle::InFlight) => return duplicate(service, payment).await,
        Err(Obstacle::Mistaken(hash)) => return Ok(hash),
        Err(Obstacle::Other(failure)) => return Err(failure),
    };
    if service.is(Fault::SettleLiesWithoutTransaction) {
        return Ok(service.quirks.invented_hash());
    }
    service.quirks.note_sent(service.fault, payment.id());
    let submitted = submit(service, payment, &examined.signer).await;
    if submitted.is_err() {
        service.fall_over();
    }
    let submitted = submitted.map_err(|error| service.chain_failed(error))?;
    conclude(service, payment, claim, submitted).await
}

/// What stands against sending a transaction.
enum Obstacle {
    Spent(Failure),
    InFlight,
    /// A mutant takes it for another payment, which has this transaction.
    Mistaken(B256),
    Other(Failure),
}

async fn examine_and_claim(
    service: &Arc<Service>,
    payment: &Payment,
    examined: &Examined,
) -> Result<Claim, Obstacle> {
    if !service.is(Fault::SettleClaimsReverted) {
        service.onchain(payment, Stage::Settle, examined).await.map_err(|refusal| match refusal {
            Refusal::Finding(Finding::NonceUsed) => Obstacle::Spent(refusal.into()),
            other => Obstacle::Other(other.into()),
        })?;
    }
    if let Some(hash) = slips::mistaken_for(service, payment).await {
        return Err(Obstacle::Mistaken(hash));
    }
    let also = |known| match known {
        Known::Settled { .. } => {
            service.is(Fault::BroadcastsDoomed) || service.is(Fault::SettleClaimsReverted)
        }
        Known::Pending(_) => service.is(Fault::ResendsPending),
        Known::InFlight => false,
    };
    let until = payment.request.authorization.valid_before;
    service.claims.claim(payment.id(), until, unix_seconds(), also).map_err(|known| match known {
        Known::InFlight => Obstacle::InFlight,
        Known::Settled { .. } => Obstacle::Spent(refused(reason::TRANSACTION, None)),
        Known::Pending(hash) => Obstacle::Other(refused(reason::PENDING, Some(hash))),
    })
}

/// The payment was sent before and nobody knows what became of it: look, and do not send again unless the chain
/// has lost it.
async fn resume(service: &Arc<Service>, payment: &Payment) -> Option<Result<B256, Failure>> {
    let id = payment.id();
    let Some(Known::Pending(hash)) = service.claims.known(id) else { return None };
    if service.is(Fault::ResendsPending) {
        return None;
    }
    let until = payment.request.authorization.valid_before;
    let is_pending = |known| known == Known::Pending(hash);
    let claim = service.claims.claim(id, until, unix_seconds(), is_pending).ok()?;
    if service.rpc.knows(hash).await == Ok(false) {
        drop(claim);
        service.sender.forget_nonce().await;
        return None;
    }
    Some(conclude(service, payment, claim, Submitted::Sent(hash)).await)
}

/// Settle was asked for a payment whose nonce is spent.
async fn spent(
    service: &Arc<Service>,
    payment: &Payment,
    failure: Failure,
    was_spent: bool,
) -> Result<B256, Failure> {
    if let Some(hash) = slips::answered_before(service, payment) {
        return Ok(hash);
    }
    let known = service.claims.known(payment.id());
    let pays_again = match service.fault {
        Some(Fault::ReplayAnswersSuccess) => true,
        Some(Fault::ReorderedPaysAgain) => {
            matches!(known, Some(Known::Settled { body }) if body != payment.body)
        }
        // It was not spent when the request came, so that the two were under way together.
        Some(Fault::DuplicatesAllSucceed) => !was_spent && known.is_some(),
        Some(Fault::EscapedPaysAgain) => {
            matches!(known, Some(Known::Settled { body }) if body != payment.body && payment.has_escapes)
        }
        _ => slips::has_forgotten(service, payment).await,
    };
    if pays_again { Ok(service.quirks.invented_hash()) } else { Err(failure) }
}

/// Settle was asked for a payment that is being settled.
async fn duplicate(service: &Arc<Service>, payment: &Payment) -> Result<B256, Failure> {
    let is_let_through =
        service.is(Fault::HundredthCopySucceeds) && service.quirks.count() % COPIES == COPIES - 1;
    if is_let_through || service.is(Fault::DuplicatesAllSucceed) {
        service.claims.finished(payment.id()).await;
        if matches!(service.claims.known(payment.id()), Some(Known::Settled { .. })) {
            return Ok(service.quirks.invented_hash());
        }
    }
    if service.is(Fault::ReplayAnswersAgain) {
        service.claims.finished(payment.id()).await;
    }
    slips::answered_before(service, payment).ok_or(refused(reason::TRANSACTION, None))
}

async fn high_s(
    service: &Arc<Service>,
    payment: &Payment,
    finding: Finding,
    was_spent: bool,
) -> Result<B256, Failure> {
    let examined = Examined { pardoned: false, signer: Signer::Key };
    let spent = was_spent
        || service.onchain(payment, Stage::Settle, &examined).await
            == Err(Refusal::Finding(Finding::NonceUsed));
    if spent { Ok(service.quirks.invented_hash()) } else { Err(Refusal::Finding(finding).into()) }
}

async fn submit(service: &Arc<Service>, payment: &Payment, signer: &Signer) -> Result<Submitted, ChainError> {
    let sent_for = match signer {
        Signer::Wallet(_) if service.is(Fault::CutsWalletSignatures) => &Signer::Key,
        signer => signer,
    };
    let outgoing = wallets::settlement(service, &payment.request, sent_for);
    let submitted = if service.is(Fault::SettlesDearly) {
        send_dearly(service, &outgoing).await?
    } else {
        service.sender.submit_within(&service.rpc, &outgoing, wallets::gas(service, signer)).await?
    };
    if service.is(Fault::DoubleBroadcast) {
        // The fault is the second transaction; what becomes of it is nobody's concern.
        let _ = service.sender.submit(&service.rpc, &outgoing).await;
    }
    Ok(submitted)
}

/// A mutant pays for call data that nobody reads.
async fn send_dearly(service: &Service, outgoing: &Outgoing) -> Result<Submitted, ChainError> {
    const UNREAD: usize = 30_000;
    const GAS: u64 = 2_000_000;
    let data = [outgoing.data.as_slice(), &[0xff; UNREAD]].concat();
    service.sender.submit_within(&service.rpc, &Outgoing { data, ..outgoing.clone() }, GAS).await
}

async fn conclude(
    service: &Arc<Service>,
    payment: &Payment,
    claim: Claim,
    submitted: Submitted,
) -> Result<B256, Failure> {
    let hash = submitted.hash();
    let limit = patience(service, payment, submitted);
    let Some(receipt) = receipts::wait(&service.rpc, hash, limit).await else {
        claim.ends_as(Known::Pending(hash));
        return Err(match service.fault {
            Some(Fault::ForgetsPayment) => refused(reason::SETTLE_ERROR, None),
            Some(Fault::PendingWithoutHash) => refused(reason::PENDING, None),
            _ => refused(reason::PENDING, Some(hash)),
        });
    };
    let is_good = (receipts::moved(&receipt, &payment.request, service.fault)
        && receipts::arrived(service, &receipt, &payment.request).await)
        || (receipt.status() && service.is(Fault::TrustsReceiptStatus))
        || service.is(Fault::SettleClaimsReverted);
    if !is_good {
        return Err(refused(reason::TRANSACTION, Some(hash)));
    }
    service.quirks.note_settled(service.fault, payment.id(), hash);
    claim.ends_as(Known::Settled { body: payment.body });
    Ok(hash)
}

/// How long to wait for the receipt.
fn patience(service: &Service, payment: &Payment, submitted: Submitted) -> Duration {
    let asked = Duration::from_secs(payment.request.requirements.max_timeout_seconds.max(1));
    match (service.fault, submitted) {
        (Some(Fault::ForgetsPayment | Fault::PendingWithoutHash), _) => IMPATIENCE,
        (_, Submitted::Doubtful(_)) => asked.min(DOUBTFUL_PATIENCE),
        (_, Submitted::Sent(_)) => asked.min(PATIENCE),
    }
}

/// Sends what can be sent and calls it settled.
pub(super) async fn anything(service: &Arc<Service>, payment: Option<&Payment>) -> B256 {
    let Some(payment) = payment else { return service.quirks.invented_hash() };
    match submit(service, payment, &Signer::Key).await {
        Ok(submitted) => {
            // Whether it is mined does not matter to this mutant; a good payment should be, before it answers.
            let limit = patience(service, payment, submitted);
            let _ = receipts::wait(&service.rpc, submitted.hash(), limit).await;
            submitted.hash()
        }
        Err(_) => service.quirks.invented_hash(),
    }
}

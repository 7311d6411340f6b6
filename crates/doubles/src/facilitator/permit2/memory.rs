//! What only mutants remember of payments over Permit2.

use super::Payment;
use super::finding::Finding;
use crate::facilitator::mutants::Fault;
use crate::facilitator::service::Service;

/// Whether what verify has seen is taken for what is, and settlement for success.
pub(super) fn trusts_verify(service: &Service, payment: &Payment) -> bool {
    match service.fault {
        Some(Fault::Permit2RemembersBalance | Fault::Permit2RemembersAllowance) => {
            service.quirks.has_verified_payer_of(payment.id())
        }
        Some(Fault::Permit2RemembersNonce) => service.quirks.was_verified(payment.id()),
        _ => false,
    }
}

/// Whether a finding is not looked for again, nor what becomes of the payment because of it.
pub(super) fn looks_past(service: &Service, payment: &Payment, finding: Finding) -> bool {
    let forgotten = match service.fault {
        Some(Fault::Permit2RemembersBalance) => Finding::Balance,
        Some(Fault::Permit2RemembersAllowance) => Finding::Allowance,
        Some(Fault::Permit2RemembersNonce) => Finding::Nonce,
        _ => return false,
    };
    (finding == forgotten || finding == Finding::Simulation) && trusts_verify(service, payment)
}

pub(super) fn note_verified(service: &Service, payment: &Payment) {
    let remembers = matches!(
        service.fault,
        Some(
            Fault::Permit2RemembersBalance | Fault::Permit2RemembersAllowance | Fault::Permit2RemembersNonce
        )
    );
    if remembers {
        service.quirks.note_verified(payment.id());
    }
}

pub(super) fn note_nothing_charged(service: &Service, payment: &Payment) {
    if service.is(Fault::UptoZeroCloses) {
        service.quirks.lock().closed.insert(payment.id());
    }
}

/// Whether a payment that was charged nothing is answered success ever after.
pub(super) fn is_closed(service: &Service, payment: &Payment) -> bool {
    service.is(Fault::UptoZeroCloses) && service.quirks.lock().closed.contains(&payment.id())
}

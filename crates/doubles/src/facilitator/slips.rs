//! Faults that show only with a particular number or after a particular past: what looks at half of a number, or
//! forgets.

use super::findings::Finding;
use super::mutants::Fault;
use super::payment::Payment;
use super::service::Service;
use super::token;
use gauntlet_report::clock::unix_seconds;
use gauntlet_wire::message::Request;
use gauntlet_wire::{B256, U256};

/// How many spent payments a mutant remembers.
const REMEMBERED: usize = 64;
/// Which copy of a payment that is under way a mutant lets through: one of so many, so that a crowd or two in
/// which none is let through is no news.
pub(super) const COPIES: u64 = 100;
/// What lies between six decimals and eighteen.
const SIX_OF_EIGHTEEN: U256 = U256::from_limbs([1_000_000_000_000, 0, 0, 0]);
/// How many lists and objects in one body a mutant does not survive.
const DEEP: usize = 20_000;
/// As seconds, a time thirty thousand years away; as milliseconds, one in 2001.
const LOOKS_LIKE_MILLISECONDS: u64 = 1_000_000_000_000;

/// Whether a comparison of a mutant that is careless about numbers does not see a finding.
pub(super) async fn overlooks(service: &Service, payment: &Payment, finding: Finding, fault: Fault) -> bool {
    let request = &payment.request;
    let (value, price) = (request.authorization.value, request.requirements.amount);
    match (finding, fault) {
        (Finding::Underpaid | Finding::Overpaid, Fault::Compares64Bits) => low_bits(value, price, 64),
        (Finding::Underpaid | Finding::Overpaid, Fault::Compares128Bits) => low_bits(value, price, 128),
        (Finding::Underpaid | Finding::Overpaid, Fault::ComparesAsDoubles) => {
            as_double(value) == as_double(price)
        }
        (Finding::Underpaid | Finding::Overpaid, Fault::TakesWholePurse) => {
            let asked = token::balance(&service.rpc, request, unix_seconds()).await;
            asked == Some(value)
        }
        (Finding::Underpaid, Fault::IgnoresDecimals) => value * SIX_OF_EIGHTEEN == price,
        (Finding::Underpaid, Fault::OddWritingHidesPrice) => payment.is_oddly_written,
        (Finding::Payee, Fault::PayeeByFirstBytes) => {
            request.authorization.to[..10] == request.requirements.pay_to[..10]
        }
        (Finding::Early, Fault::StartInMilliseconds) => {
            let after = request.authorization.valid_after;
            after >= U256::from(LOOKS_LIKE_MILLISECONDS)
                && after / U256::from(1000) <= U256::from(unix_seconds())
        }
        (Finding::Expired, Fault::TakesLastSecond) => is_in_its_last_second(request, unix_seconds()),
        _ => false,
    }
}

fn low_bits(a: U256, b: U256, bits: usize) -> bool {
    let unused = 256 - bits;
    a << unused == b << unused
}

fn as_double(amount: U256) -> f64 {
    f64::from(amount)
}

/// `validBefore` is the first second in which the payment is no longer good.
fn is_in_its_last_second(request: &Request, now: u64) -> bool {
    let before = request.authorization.valid_before;
    before <= U256::from(now) && before.saturating_add(U256::ONE) >= U256::from(now)
}

/// Whether a mutant does not know any more that it has settled a payment.
pub(super) async fn has_forgotten(service: &Service, payment: &Payment) -> bool {
    match service.fault {
        Some(Fault::ForgetsAfter64) => {
            service.quirks.settled_since(payment.id()).is_some_and(|others| others >= REMEMBERED)
        }
        // Its own payments are those that its signer has sent to the chain; what it has sent itself, since it was started, and
        // did not call settled, it still knows.
        Some(Fault::ForgetsAfterRestart)
            if service.claims.known(payment.id()).is_none() && !service.quirks.has_sent(payment.id()) =>
        {
            token::spender(&service.rpc, &payment.request).await == Some(service.sender.address())
        }
        _ => false,
    }
}

/// The transaction of another payment with which a mutant answers this one.
pub(super) async fn mistaken_for(service: &Service, payment: &Payment) -> Option<B256> {
    let id = payment.id();
    match service.fault? {
        Fault::IgnoresLastNonceByte => service.quirks.settled_beside(id),
        Fault::OneReceiptForAPayer => {
            let other = service.claims.beside(id)?;
            service.claims.finished(other).await;
            service.quirks.transaction_of(other)
        }
        _ => None,
    }
}

/// The transaction with which a mutant answers a payment once more.
pub(super) fn answered_before(service: &Service, payment: &Payment) -> Option<B256> {
    service.is(Fault::ReplayAnswersAgain).then(|| service.quirks.transaction_of(payment.id())).flatten()
}

/// Whether a body is nested so deeply that a mutant does not get over it. Depth itself does not matter to it, only
/// how much it has to keep.
pub(super) fn is_too_deep(body: &[u8]) -> bool {
    body.iter().filter(|byte| matches!(byte, b'[' | b'{')).count() > DEEP
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_in_part() {
        let price = U256::from(10_000);
        assert!(low_bits(price + (U256::ONE << 64), price, 64));
        assert!(!low_bits(price + (U256::ONE << 64), price, 128));
        assert!(low_bits(price + (U256::ONE << 128), price, 128));
        let big = U256::from((1_u64 << 53) + 1);
        assert_eq!(as_double(big), as_double(big - U256::ONE));
        assert_ne!(as_double(price), as_double(price - U256::ONE));
    }
}

//! What the oracle says of the allowance that a payment needs, and of a permit that is to make it.
//!
//! Source: scheme `exact` on EVM §2 Phase 3(2), scheme `upto` on EVM Phase 3(2); extension eip2612GasSponsoring
//! (verification logic).

use super::eip2612::SponsoredPermit;
use super::rules::Case;
use super::{PERMIT2, PermitView};
use crate::eip3009::{Recovered, recover};
use crate::oracle::{GREY_SECONDS, invalid};
use crate::{ReasonClass as C, U256, Verdict};

/// What Permit2 may take of what the payer owns, or what a permit makes of that. `needed` in atomic units.
pub(super) fn allowance(case: &Case<'_>, needed: U256) -> Verdict {
    let is_short = case.view.allowance_to_permit2 < needed;
    if !case.request.sponsored {
        return if is_short { invalid(&[C::Allowance]) } else { Verdict::Valid };
    }
    let (Some(view), Some(permit)) = (&case.view.permits, &case.request.permit) else {
        return Verdict::Open("whether another way of sponsoring an allowance is good is not judged here");
    };
    match permitted(case, view, permit, needed) {
        Verdict::Invalid(_) if !is_short => {
            Verdict::Open("the documents do not say whether a permit that nobody needs is looked at")
        }
        verdict => verdict,
    }
}

fn permitted(case: &Case<'_>, view: &PermitView, permit: &SponsoredPermit, needed: U256) -> Verdict {
    let (signed, now) = (&case.request.authorization, case.clock.now);
    let (early, late) = (U256::from(now.saturating_sub(GREY_SECONDS)), U256::from(now + GREY_SECONDS));
    let mut faults = Vec::new();
    if permit.from != signed.from || permit.asset != signed.token || permit.spender != PERMIT2 {
        faults.extend([C::Signature, C::Recipient, C::Token]);
    }
    if permit.deadline < early {
        faults.push(C::Expired);
    }
    if permit.amount < needed {
        faults.push(C::Amount);
    }
    if permit.nonce != view.nonce {
        faults.push(C::Nonce);
    }
    let signer = recover(&permit.signature, permit.digest(signed.from, &view.domain));
    let is_odd = matches!(signer, Recovered::Odd(signer) if signer == signed.from);
    if !is_odd && signer != Recovered::Plain(signed.from) {
        faults.push(C::Signature);
    }
    if !faults.is_empty() {
        // Whoever leaves it to the chain only sees that the allowance is missing there.
        faults.extend([C::Allowance, C::Simulation, C::Transaction, C::Payload]);
        return Verdict::Invalid(faults);
    }
    if is_odd || permit.deadline <= late {
        return Verdict::Open("an odd signature, or too near to the end for two clocks to agree");
    }
    if permit.amount != signed.amount {
        return Verdict::Open(
            "the text has permits over more than is paid, and the deployed proxies refuse them",
        );
    }
    Verdict::Valid
}

//! The mutants that serve what they should refuse.

use super::mutants::Fault as F;
use super::refusal::{Cause, Part, Trouble, Why};
use super::sale::Buyer;
use super::service::Service;
use gauntlet_wire::reason::classify;
use gauntlet_wire::{ReasonClass, Version};

/// Whether a mutant serves the content all the same.
pub(super) fn serves_anyway(service: &Service, buyer: &Buyer, why: &Why) -> bool {
    let Some(fault) = service.fault else { return false };
    if *why == Why::Unpaid {
        return fault == F::ServesUnpaid;
    }
    match fault {
        F::Permit2RefusalsServed => buyer.is_over_permit2() && matches!(why, Why::Invalid(_)),
        F::ServesAnyHeader => true,
        F::V1AnyHeader => buyer.version == Some(Version::V1),
        F::ServesAnyWellFormedPayment => is_well_formed(why),
        F::BothHeadersServe => *why == Why::BothHeaders,
        F::V1PayloadInV2Header => *why == Why::OtherVersion && buyer.version == Some(Version::V2),
        F::V2PayloadInV1Header => *why == Why::OtherVersion && buyer.version == Some(Version::V1),
        F::V1RefusalsServed => matches!(why, Why::Invalid(_)) && buyer.version == Some(Version::V1),
        F::ServesWhenFacilitatorIsDown => {
            matches!(why, Why::Unsupported(Trouble::Unreachable) | Why::Unverified(Trouble::Unreachable))
        }
        F::ServesWhenVerifyIsUnusable => {
            matches!(why, Why::Unverified(trouble) if *trouble != Trouble::Unreachable)
        }
        // What this process has sold for it refuses without asking anybody.
        F::ServesSpentItDoesNotRemember => {
            // The documents have no code of its own for a nonce that is spent.
            let is_spent = |class| matches!(class, &ReasonClass::Nonce | &ReasonClass::Transaction);
            matches!(why, Why::Invalid(reason) if classify(reason).iter().any(is_spent))
        }
        F::ServesOnSettleFalse => matches!(why, Why::NotSettled(_)),
        F::B402StatusIsSuccess => matches!(why, Why::NotSettled(_)),
        F::ServesOnPending | F::B402ServesPending => matches!(why, Why::Pending(_)),
        F::ServesOnSettleTimeout => is_lost(why, |trouble| trouble == Trouble::TimedOut),
        F::ServesOnSettleReset => is_lost(why, |trouble| trouble == Trouble::CutOff),
        F::ServesOnSettle500 => {
            is_lost(why, |trouble| matches!(trouble, Trouble::Status(status) if status.is_server_error()))
        }
        F::ServesOnSettleGarbage => is_lost(why, |trouble| trouble == Trouble::Unreadable),
        _ => false,
    }
}

fn is_lost(why: &Why, fits: impl Fn(Trouble) -> bool) -> bool {
    matches!(why, Why::Unknown { cause: Cause::Lost(trouble), .. } if fits(*trouble))
}

fn is_well_formed(why: &Why) -> bool {
    !matches!(
        why,
        Why::BothHeaders
            | Why::RepeatedHeader
            | Why::TooLarge
            | Why::OtherVersion
            | Why::Malformed(Part::Base64 | Part::Json | Part::Shape)
    )
}

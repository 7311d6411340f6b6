//! What can be wrong with a payment over Permit2, and the reason code that says so.
//!
//! Source of the codes: core v2 §9, scheme `exact` on EVM §2, scheme `upto` on EVM; where they name none, what stock
//! implementations answer.

use super::approval::ApprovalFault;
use super::permit::PermitFault;
use crate::facilitator::findings::reason;
use crate::facilitator::mutants::Fault;
use gauntlet_wire::permit2::Permit2Scheme;

/// One thing that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finding {
    ClaimedScheme,
    Network,
    TransferMethod,
    Token,
    Spender,
    Payee,
    /// Scheme `upto`: the witness names another facilitator.
    Facilitator,
    /// Not the price; in scheme `upto` not the most that may be charged.
    Amount,
    /// Scheme `upto`: more is charged than was permitted.
    AboveTheCap,
    Expired,
    Early,
    Signature,
    Allowance,
    /// With the permit that is to make the allowance.
    Permit(PermitFault),
    /// With the transaction that is to make it.
    Approval(ApprovalFault),
    Balance,
    Nonce,
    NoCode,
    Simulation,
}

impl Finding {
    /// The reason code.
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::ClaimedScheme => "unsupported_scheme",
            Self::Network => "invalid_network",
            Self::TransferMethod => "unsupported_payload_type",
            Self::Token => "permit2_token_mismatch",
            Self::Spender => "invalid_permit2_spender",
            Self::Payee => "invalid_permit2_recipient_mismatch",
            Self::Facilitator => "upto_facilitator_mismatch",
            Self::Amount => "permit2_amount_mismatch",
            Self::AboveTheCap => "invalid_upto_evm_payload_settlement_exceeds_amount",
            Self::Expired => "permit2_deadline_expired",
            Self::Early => "permit2_not_yet_valid",
            Self::Signature => "invalid_permit2_signature",
            Self::Allowance => "permit2_allowance_required",
            Self::Permit(fault) => fault.reason(),
            Self::Approval(fault) => fault.reason(),
            Self::Balance => "insufficient_funds",
            Self::Nonce => "permit2_invalid_nonce",
            Self::NoCode | Self::Simulation => reason::TRANSACTION,
        }
    }

    /// Whether a mutant looks past it.
    pub(super) const fn is_pardoned(self, fault: Option<Fault>, scheme: Permit2Scheme) -> bool {
        let is_upto = matches!(scheme, Permit2Scheme::Upto);
        match (self, fault) {
            (Self::Permit(wrong), Some(fault)) if wrong.is_pardoned(fault) => return true,
            (Self::Approval(wrong), Some(fault)) if wrong.is_pardoned(fault) => return true,
            _ => {}
        }
        matches!(
            (self, fault),
            (_, Some(Fault::AcceptsEverything))
                | (Self::Signature, Some(Fault::Permit2WithoutSignature))
                | (Self::Spender, Some(Fault::Permit2AnySpender))
                | (Self::Payee, Some(Fault::Permit2AnyPayee))
                | (Self::Token, Some(Fault::Permit2AnyToken))
                | (Self::Amount, Some(Fault::Permit2Underpaid))
                | (Self::Expired | Self::Early, Some(Fault::Permit2WithoutWindow))
                | (Self::Allowance, Some(Fault::Permit2WithoutAllowance))
                | (Self::Balance, Some(Fault::Permit2WithoutBalance))
                | (Self::Facilitator, Some(Fault::UptoAnyFacilitator))
        ) || (is_upto
            && matches!(
                (self, fault),
                (Self::Payee, Some(Fault::UptoPaysTheRequirements))
                    | (Self::Simulation, Some(Fault::UptoAnyFacilitator))
            ))
            || matches!(
                (self, fault),
                // Whoever looks past a fault looks past what the chain makes of it, at verify.
                (
                    Self::Simulation,
                    Some(
                        Fault::Permit2WithoutSignature
                            | Fault::Permit2AnySpender
                            | Fault::Permit2AnyPayee
                            | Fault::Permit2AnyToken
                            | Fault::Permit2Underpaid
                            | Fault::Permit2WithoutWindow
                            | Fault::Permit2WithoutAllowance
                            | Fault::Permit2WithoutBalance
                            | Fault::Permit2AnyWallet
                            | Fault::Permit2AnyWrapper
                    )
                )
            )
    }
}

//! The named mutations of a Permit2 payment: one change each to a valid one.
//!
//! What the payer signs is changed *before* signing, so that the signature is good and the one fault is the fault,
//! unless the name says `unsigned`: then the change is made behind the signer's back. Accounts and tokens stand in a
//! mutation by name, and a [`Cast`] plays them.

use super::Permit2Scheme;
use super::draft::{PERMIT2_AUTHORIZATION, PayloadShape, Permit2Draft, SignedUnder};
use crate::draft::{ACCEPTED, Edit, REQUIREMENTS};
use crate::mutation::words::token_named;
use crate::mutation::{Cast, dotted, form_text};
use crate::{Address, SignatureForm, U256};
use serde_json::{Value, json};

const FACILITATOR: &str = "witness/facilitator";

/// One named change to a valid Permit2 payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permit2Mutation {
    /// Another account may spend the authorization; signed.
    Spender(String),
    /// The facilitator itself may spend the authorization, past the proxy; signed.
    SpenderFacilitator,
    /// The proxy of the other scheme may spend the authorization; signed.
    SpenderOtherProxy,
    /// The spender is another account; signed for the proxy.
    SpenderUnsigned(String),
    /// The money goes to another account; signed.
    WitnessTo(String),
    /// The money goes to another account; signed for the payee.
    WitnessToUnsigned(String),
    /// Another facilitator may settle; signed. `upto` only.
    WitnessFacilitator(String),
    /// Another facilitator may settle; signed for the announced one. `upto` only.
    WitnessFacilitatorUnsigned(String),
    /// The witness names no facilitator; signed with one. `upto` only.
    WitnessMissingFacilitator,
    /// Permits another token; signed.
    PermittedToken(String),
    /// Permits so many units more than the price; signed.
    PermittedAbove(u64),
    /// Permits so many units less than the price; signed.
    PermittedBelow(u64),
    /// Permits nothing; signed.
    PermittedZero,
    /// Permits all that the payer owns; signed.
    PermittedPurse,
    /// The deadline was this many seconds before the payment was made; signed.
    Expired(u64),
    /// `validAfter` is this many seconds after the payment was made; signed.
    NotYetValid(u64),
    /// The nonce is this, that of another authorization; signed.
    Nonce(U256),
    /// Another account signs.
    SignedBy(String),
    /// The signature is written in another form.
    Signature(SignatureForm),
    /// The domain that is signed has this version; that of Permit2 has none.
    DomainVersion(String),
    /// The chain id that is signed is another one.
    DomainChain(u64),
    /// The domain that is signed is that of the token.
    DomainOfToken,
    /// An EIP-3009 authorization stands beside that of Permit2; the signature is for the latter.
    BothAuthorizations,
    /// A good EIP-3009 authorization stands in the place of that of Permit2.
    Eip3009Instead,
    /// A member is missing.
    Without(String),
    /// The nonce is written as 32 bytes of hexadecimal digits.
    NonceHexadecimal,
    /// `permitted.amount` is a JSON number; above 2^64 − 1 it is cut to that.
    AmountNumber,
    /// Both sides name the other scheme and have its `extra`; what is signed stays that of the first one.
    SchemeSwapped,
    /// `extra` does not say on either side that Permit2 moves the money. `exact` only.
    TransferMethodMissing,
}

impl Permit2Mutation {
    /// Whether payments of a scheme have a place for this change. Where they have none, the changed draft cannot be
    /// presented: [`DraftError`](crate::DraftError) names the place.
    #[must_use]
    pub fn applies_to(&self, scheme: Permit2Scheme) -> bool {
        match self {
            Self::WitnessFacilitator(_)
            | Self::WitnessFacilitatorUnsigned(_)
            | Self::WitnessMissingFacilitator => scheme == Permit2Scheme::Upto,
            Self::TransferMethodMissing => scheme == Permit2Scheme::Exact,
            _ => true,
        }
    }

    /// Changes a draft and says how, as `field before → after`. Times count from when the draft was made.
    ///
    /// Where several mutations meet in one draft, those of what is signed come before those of how it is written.
    pub fn apply(&self, draft: &mut Permit2Draft, cast: &dyn Cast) -> String {
        let address = |name: &String| cast.account(name).address();
        match self {
            Self::Spender(name) => spender(draft, address(name)),
            Self::SpenderFacilitator => spender(draft, draft.facilitator),
            Self::SpenderOtherProxy => spender(draft, draft.scheme.other().proxy()),
            Self::SpenderUnsigned(name) => {
                let before = draft.authorization.spender;
                unsigned(draft, "spender", before, address(name))
            }
            Self::WitnessTo(name) => {
                let payee = address(name);
                let before = std::mem::replace(&mut draft.authorization.witness.to, payee);
                changed("witness.to", before, payee)
            }
            Self::WitnessToUnsigned(name) => {
                let before = draft.authorization.witness.to;
                unsigned(draft, "witness/to", before, address(name))
            }
            Self::WitnessFacilitator(name) => match &mut draft.authorization.witness.facilitator {
                Some(facilitator) => {
                    let before = std::mem::replace(facilitator, address(name));
                    changed("witness.facilitator", before, *facilitator)
                }
                None => no_facilitator(draft),
            },
            Self::WitnessFacilitatorUnsigned(name) => match draft.authorization.witness.facilitator {
                Some(before) => unsigned(draft, FACILITATOR, before, address(name)),
                None => no_facilitator(draft),
            },
            Self::WitnessMissingFacilitator => removed(draft, place(FACILITATOR)),
            Self::PermittedToken(name) => {
                let token = token_named(name.clone(), cast).address;
                let before = std::mem::replace(&mut draft.authorization.token, token);
                changed("permitted.token", before, token)
            }
            Self::PermittedAbove(units) => {
                permitted(draft, |amount| amount.saturating_add(U256::from(*units)))
            }
            Self::PermittedBelow(units) => {
                permitted(draft, |amount| amount.saturating_sub(U256::from(*units)))
            }
            Self::PermittedZero => permitted(draft, |_| U256::ZERO),
            Self::PermittedPurse => permitted(draft, |_| cast.purse()),
            Self::Expired(seconds) => {
                let time = U256::from(draft.made_at.saturating_sub(*seconds));
                let before = std::mem::replace(&mut draft.authorization.deadline, time);
                format!("{} ({seconds} s ago)", changed("deadline", before, time))
            }
            Self::NotYetValid(seconds) => {
                let time = U256::from(draft.made_at.saturating_add(*seconds));
                let before = std::mem::replace(&mut draft.authorization.witness.valid_after, time);
                format!("{} (in {seconds} s)", changed("witness.validAfter", before, time))
            }
            Self::Nonce(nonce) => {
                let before = std::mem::replace(&mut draft.authorization.nonce, *nonce);
                changed("nonce", before, *nonce)
            }
            Self::SignedBy(name) => {
                draft.signer = cast.account(name);
                format!("signed by {} instead of the payer", draft.signer.address())
            }
            Self::Signature(form) => {
                draft.form = *form;
                format!("signature → {}", form_text(*form))
            }
            Self::DomainVersion(version) => {
                draft.under = SignedUnder::Versioned(version.clone());
                format!("signed under the EIP-712 domain of Permit2 with version {version:?}")
            }
            Self::DomainChain(chain_id) => {
                draft.chain_id = *chain_id;
                format!("signed under the EIP-712 domain with chainId {chain_id}")
            }
            Self::DomainOfToken => {
                draft.under = SignedUnder::Token;
                "signed under the EIP-712 domain of the token".into()
            }
            Self::BothAuthorizations => {
                draft.shape = PayloadShape::Both;
                "an EIP-3009 authorization beside that of Permit2".into()
            }
            Self::Eip3009Instead => {
                draft.shape = PayloadShape::Eip3009;
                "an EIP-3009 authorization, signed as such, instead of that of Permit2".into()
            }
            Self::Without(pointer) => removed(draft, pointer.clone()),
            Self::NonceHexadecimal => {
                let nonce = draft.authorization.nonce;
                let digits = format!("0x{nonce:064x}");
                set(draft, place("nonce"), json!(digits));
                changed("nonce", nonce.to_string(), digits)
            }
            Self::AmountNumber => {
                let number = draft.authorization.amount.saturating_to::<u64>();
                set(draft, place("permitted/amount"), json!(number));
                format!("permitted.amount \"{}\" → {number}", draft.authorization.amount)
            }
            Self::SchemeSwapped => {
                let other = draft.scheme.other().name();
                draft.terms.scheme = other.to_owned();
                draft.accepted.scheme = other.to_owned();
                format!(
                    "scheme and extra {} → {other} in payload and requirements, not what is signed",
                    draft.scheme
                )
            }
            Self::TransferMethodMissing => {
                for side in [ACCEPTED, REQUIREMENTS] {
                    draft.edits.push(Edit::Remove(format!("{side}/extra/assetTransferMethod")));
                }
                "extra.assetTransferMethod removed in payload and requirements".into()
            }
        }
    }
}

fn spender(draft: &mut Permit2Draft, to: Address) -> String {
    let before = std::mem::replace(&mut draft.authorization.spender, to);
    changed("spender", before, to)
}

/// A facilitator would make the other scheme's witness of this one, so that the draft is left without a form: taking
/// away what is not there says so when it is presented.
fn no_facilitator(draft: &mut Permit2Draft) -> String {
    removed(draft, place(FACILITATOR))
}

fn permitted(draft: &mut Permit2Draft, change: impl FnOnce(U256) -> U256) -> String {
    let before = draft.authorization.amount;
    draft.authorization.amount = change(before);
    changed("permitted.amount", before, draft.authorization.amount)
}

fn changed<T: std::fmt::Display>(member: &str, before: T, after: T) -> String {
    format!("permit2Authorization.{member} {before} → {after}")
}

/// Changes what the wire says of an account, and not what is signed.
fn unsigned(draft: &mut Permit2Draft, member: &str, before: Address, after: Address) -> String {
    set(draft, place(member), json!(after.to_checksum(None)));
    format!("{} (signed as it was)", changed(&dotted(member), before, after))
}

fn place(member: &str) -> String {
    format!("{PERMIT2_AUTHORIZATION}/{member}")
}

fn set(draft: &mut Permit2Draft, pointer: String, value: Value) {
    draft.edits.push(Edit::Set(pointer, value));
}

fn removed(draft: &mut Permit2Draft, pointer: String) -> String {
    let what = format!("{} removed", dotted(&pointer));
    draft.edits.push(Edit::Remove(pointer));
    what
}

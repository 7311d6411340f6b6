//! The oracle for Permit2 payments: what a conforming facilitator must say of one, at `/verify` and at `/settle`.
//!
//! As the oracle for EIP-3009 payments it judges bytes, facts of the chain and the time. Where the documents are
//! silent, contradict one another or let a facilitator choose, it answers [`Verdict::Open`], which fails nobody.
//!
//! Source: scheme `exact` on EVM §2 (Phase 3 and 4), scheme `upto` on EVM §1 (Phase 3 and 4), scheme `upto` (core
//! properties 1 to 5).

use super::draft::PERMIT2_AUTHORIZATION;
use super::read::{Permit2Request, read_permit2};
use super::{Permit2Scheme, rules};
use crate::draft::{AUTHORIZATION, REQUIREMENTS};
use crate::message::{Malformed, Reading, read_request};
use crate::oracle::{invalid, unreadable, worse};
use crate::repeats::has_repeats;
use crate::{Address, Clock, Domain, LedgerView, ReasonClass, TokenView, U256, Verdict, judge_at};
use serde_json::Value;

/// What the chain and the facilitator say of everything that a verdict depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit2View {
    /// EIP-155 chain id of the facilitator's chain.
    pub chain_id: u64,
    /// Whether there is a contract at the `asset` of the requirements.
    pub token_has_code: bool,
    /// Whether that token's transfers are paused.
    pub paused: bool,
    /// Whether that token refuses the payer or the payee by name.
    pub blocked: bool,
    /// What the payer owns of that token, atomic units.
    pub balance: U256,
    /// What the payer allows the Permit2 contract to take of it, atomic units.
    pub allowance_to_permit2: U256,
    /// Whether the payer's nonce is spent or invalidated.
    pub nonce_used: bool,
    /// The addresses that the facilitator announces and settles from; `upto` only.
    pub facilitators: Vec<Address>,
    /// The spender that is due: the proxy of the scheme that the requirements name.
    pub proxy: Address,
    /// Whether there is a contract at that address.
    pub proxy_has_code: bool,
    /// What the token says of the payer's permits (EIP-2612), where the facilitator submits them; none: nothing is said
    /// of payments that rest on one.
    pub permits: Option<PermitView>,
}

/// What a token says of permits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermitView {
    /// The payer's next nonce.
    pub nonce: U256,
    /// The token's EIP-712 domain.
    pub domain: Domain,
}

/// What the facilitator is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// To say whether the payment is good, at `/verify`.
    Verify,
    /// To make it, at `/settle`.
    Settle {
        /// What is charged of an `upto` payment, atomic units; none when the requirements of the body say so
        /// themselves. An `exact` payment always moves what is signed.
        amount: Option<U256>,
    },
}

/// Judges the body of a facilitator request that has to do with Permit2.
///
/// For the settlement of nothing (`upto`, amount 0) [`Verdict::Valid`] means success without a transaction.
/// A payload with an EIP-3009 authorization and none of Permit2 is open at best: whether the payload or the entry
/// chooses the method is not said.
///
/// Never panics and never fails: a body that cannot be read is an invalid payment.
#[must_use]
pub fn judge_permit2(body: &[u8], view: &Permit2View, clock: Clock, stage: Stage) -> Verdict {
    if has_repeats(body) {
        return Verdict::Open("JSON does not say which of two members of one name counts");
    }
    let root = serde_json::from_slice(body).unwrap_or(Value::Null);
    let has = |place| root.pointer(place).is_some_and(|value: &Value| !value.is_null());
    match (has(PERMIT2_AUTHORIZATION), has(AUTHORIZATION)) {
        (true, true) => {
            with_both(by_permit2(body, &root, view, clock, stage), || by_eip3009(body, &root, view, clock))
        }
        (false, true) => by_eip3009(body, &root, view, clock),
        (_, false) => by_permit2(body, &root, view, clock, stage),
    }
}

fn by_permit2(body: &[u8], root: &Value, view: &Permit2View, clock: Clock, stage: Stage) -> Verdict {
    let (request, of_its_spelling) = match read(body, root) {
        Ok(read) => read,
        Err(malformed) => return unread(&malformed),
    };
    let Some(scheme) = Permit2Scheme::named(&request.requirements.scheme) else {
        return invalid(&[ReasonClass::Scheme, ReasonClass::Requirements]);
    };
    let case = rules::Case { scheme, request: &request, root, view, clock, stage };
    rules::ALL.iter().map(|rule| rule(&case)).fold(of_its_spelling, worse)
}

/// A payload of `exact` under an entry of `upto` cannot be read for the facilitator that it does not name; whoever does
/// not look there first finds another spender and another signer.
fn unread(malformed: &Malformed) -> Verdict {
    let mut verdict = unreadable(malformed);
    if malformed.at == format!("{PERMIT2_AUTHORIZATION}/witness/facilitator") {
        let others = [ReasonClass::Facilitator, ReasonClass::Recipient, ReasonClass::Signature];
        verdict = worse(verdict, invalid(&others));
    }
    verdict
}

/// What is asked for, and what its spelling alone says of it: a fault behind an odd spelling is still a fault.
///
/// Only the requirements have a field table that says string; for the authorization there are examples, which differ.
fn read(body: &[u8], root: &Value) -> Result<(Permit2Request, Verdict), Malformed> {
    let strict = match read_permit2(body, Reading::Strict) {
        Ok(request) => return Ok((request, Verdict::Valid)),
        Err(malformed) => malformed,
    };
    let price_is_number = root.pointer(&format!("{REQUIREMENTS}/amount")).is_some_and(Value::is_number);
    match read_permit2(body, Reading::Lenient) {
        Ok(request) if price_is_number => Ok((request, unreadable(&strict))),
        Ok(request) => {
            let why =
                "the documents give no grammar for numbers and hexadecimal texts, and write a nonce in both";
            Ok((request, Verdict::Open(why)))
        }
        Err(_) => Err(strict),
    }
}

/// An EIP-3009 authorization under an entry that is to be paid through Permit2: refused, or routed by its shape and
/// then held to the rules of EIP-3009. `upto` knows no such payment.
fn by_eip3009(body: &[u8], root: &Value, view: &Permit2View, clock: Clock) -> Verdict {
    let scheme = root.pointer(&format!("{REQUIREMENTS}/scheme")).and_then(Value::as_str);
    if scheme.and_then(Permit2Scheme::named) != Some(Permit2Scheme::Exact) {
        return invalid(&[ReasonClass::Payload, ReasonClass::Scheme]);
    }
    match judge_at(body, &as_eip3009(body, view), clock) {
        Verdict::Invalid(reasons) => worse(invalid(&[ReasonClass::Payload]), Verdict::Invalid(reasons)),
        Verdict::Valid | Verdict::Open(_) => {
            Verdict::Open("the documents do not say whether the payload or the entry chooses the method")
        }
    }
}

/// The view of one who takes the payment for an EIP-3009 one: a token with the domain that the requirements name, whose
/// nonces are not those of Permit2.
fn as_eip3009(body: &[u8], view: &Permit2View) -> LedgerView {
    let named = read_request(body, Reading::Lenient).map(|request| request.requirements);
    let (name, version) = named.map(|it| (it.domain_name, it.domain_version)).unwrap_or_default();
    let token = match view.token_has_code {
        true => TokenView::Eip3009 {
            name: name.unwrap_or_default(),
            version: version.unwrap_or_default(),
            paused: view.paused,
        },
        false => TokenView::NoCode,
    };
    LedgerView {
        chain_id: view.chain_id,
        token,
        balance: view.balance,
        nonce_used: false,
        blocked: view.blocked,
    }
}

/// Two authorizations: which of them counts is not said, so that only what is wrong with both must be refused.
fn with_both(permit2: Verdict, eip3009: impl FnOnce() -> Verdict) -> Verdict {
    let why = "the documents do not say which of two authorizations counts";
    match permit2 {
        Verdict::Invalid(reasons) => match eip3009() {
            Verdict::Invalid(others) => worse(Verdict::Invalid(reasons), Verdict::Invalid(others)),
            Verdict::Valid | Verdict::Open(_) => Verdict::Open(why),
        },
        Verdict::Valid | Verdict::Open(_) => Verdict::Open(why),
    }
}

//! The named mutations: one change each to a valid payment.
//!
//! Mutations that concern what the payer signs are applied *before* signing, so that the signature is good and the
//! one fault is the fault. Mutations of the wire form are edits of the rendered JSON.

mod spelling;
pub mod words;

pub use spelling::Spelling;
pub use words::{Cast, Change, ChangeError, WORDS, Word};

use crate::draft::{ACCEPTED, AUTHORIZATION, Edit, REQUIREMENTS};
use crate::writing::Repeat;
use crate::{Address, Draft, Key, Network, SignatureForm, Token, U256, Version};
use alloy_primitives::hex;
use serde_json::{Value, json};
use spelling::{lower_case, spelled, upper_case, wraps};
use std::borrow::Cow;

/// One named change to a valid payment.
#[derive(Debug, Clone, PartialEq)]
pub enum Mutation {
    /// The authorized value falls below the price by this many units; signed.
    ValueBelow(u64),
    /// The authorized value exceeds the price by this many units; signed.
    ValueAbove(u64),
    /// The authorized value is zero; signed.
    ValueZero,
    /// The authorized value is this; signed.
    Value(U256),
    /// Price and value are this on all sides; signed.
    Price(U256),
    /// The wire says value + 2^256; signed for the value itself, so that whoever truncates is satisfied.
    ValueWraps,
    /// The wire says value + 2^128; signed for the value itself, so that whoever keeps 128 bits is satisfied.
    ValueWraps128,
    /// Price and value are spelled otherwise; signed for the number that is meant.
    Spelled(Spelling),
    /// The authorization pays somebody else; signed.
    PayeeOther(Address),
    /// The authorization pays an account that has the first bytes of the payee's address and no other; signed.
    PayeeNear(usize),
    /// The authorization takes the money of somebody else, whose signature is not there.
    PayerOther(Address),
    /// The window ended this many seconds before `now`; signed.
    Expired(u64),
    /// The window ends this many seconds after `now`; signed.
    ExpiresIn(u64),
    /// The window begins this many seconds after `now`; signed.
    NotYetValid(u64),
    /// The window begins this many seconds before `now`, written in milliseconds; signed.
    ///
    /// Read in seconds, as the token reads it, that is tens of thousands of years from now.
    BeginsInMilliseconds(u64),
    /// Another key signs.
    SignedBy(Box<KeyBox>),
    /// The signature is written in another form.
    Signature(SignatureForm),
    /// The domain name that is signed is another one.
    DomainName(Cow<'static, str>),
    /// The domain version that is signed is another one.
    DomainVersion(Cow<'static, str>),
    /// The chain id that is signed is another one.
    DomainChain(u64),
    /// The verifying contract that is signed is another one.
    DomainContract(Address),
    /// The requirements name the domain wrongly; the signature is right.
    ExtraName(Cow<'static, str>),
    /// The requirements version the domain wrongly; the signature is right.
    ExtraVersion(Cow<'static, str>),
    /// `extra` lacks `name` and `version` on both sides.
    ExtraMissing,
    /// Both sides name another network.
    NetworkOther(Network),
    /// Only the payload names another network.
    NetworkDisagrees(Network),
    /// Both sides name another scheme.
    SchemeOther(Cow<'static, str>),
    /// Only the payload names another scheme.
    SchemeDisagrees(Cow<'static, str>),
    /// Both sides ask for another token; the signature is for the first one.
    AssetSwapped(Box<Token>),
    /// A nonce of so many bytes, cut off or filled with zeros; signed for the 32-byte one.
    NonceBytes(usize),
    /// The nonce is text.
    NonceText(Cow<'static, str>),
    /// `paymentPayload.x402Version` (and the envelope's) is something else.
    VersionIs(Value),
    /// A member is missing.
    Without(String),
    /// A member has another value.
    Set(String, Value),
    /// Fields that no document knows, at every level.
    UnknownFields,
    /// All addresses in lower case; signed for the same accounts.
    LowerCaseAddresses,
    /// Hexadecimal digits of nonce and signature in upper case.
    UpperCaseHex,
    /// The payload's copy of the price is another one; v2 only.
    AcceptedAmount(u64),
    /// The payload's copy of the payee is another one; v2 only.
    AcceptedPayee(Address),
    /// The members of every object in reverse order.
    Reordered,
    /// White space between all tokens of the JSON.
    Spaced,
    /// Every letter of every text as a `\\u` escape.
    Escaped,
    /// A member stands twice: once with this value and once with its own, which comes last when `first` holds.
    Repeated {
        /// Where, JSON pointer (RFC 6901).
        at: String,
        /// The other value.
        value: Value,
        /// Whether the other value comes first.
        first: bool,
    },
}

/// A key inside a mutation: compares by account.
#[derive(Debug, Clone)]
pub struct KeyBox(pub Key);

impl PartialEq for KeyBox {
    fn eq(&self, other: &Self) -> bool {
        self.0.address() == other.0.address()
    }
}

impl Mutation {
    /// Changes a draft and says how, as `field before → after`.
    ///
    /// `now` is the time from which the draft's window was counted, Unix seconds. Where several mutations meet in one
    /// draft, those of what is signed come before those of how it is written: the latter write down what they find.
    pub fn apply(&self, draft: &mut Draft, now: u64) -> String {
        match self {
            Self::ValueBelow(units) => value(draft, |value| value.saturating_sub(U256::from(*units))),
            Self::ValueAbove(units) => value(draft, |value| value.saturating_add(U256::from(*units))),
            Self::ValueZero => value(draft, |_| U256::ZERO),
            Self::Value(to) => value(draft, |_| *to),
            Self::Price(to) => {
                let before = std::mem::replace(&mut draft.terms.amount, *to);
                draft.accepted.amount = *to;
                draft.authorization.value = *to;
                format!("price and authorization.value {before} → {to}")
            }
            Self::ValueWraps => wraps(
                draft,
                "115792089237316195423570985008687907853269984665640564039457584007913129639936",
                "2^256",
            ),
            Self::ValueWraps128 => wraps(draft, "340282366920938463463374607431768211456", "2^128"),
            Self::Spelled(spelling) => spelled(draft, *spelling),
            Self::PayeeOther(other) => {
                let before = std::mem::replace(&mut draft.authorization.to, *other);
                format!("authorization.to {before} → {other}")
            }
            Self::PayeeNear(bytes) => {
                let before = draft.authorization.to;
                let mut near = before.into_array();
                near.iter_mut().skip(*bytes).for_each(|byte| *byte ^= 0x5a);
                draft.authorization.to = Address::from(near);
                format!(
                    "authorization.to {before} → {} (the same first {bytes} bytes)",
                    draft.authorization.to
                )
            }
            Self::PayerOther(other) => {
                let before = std::mem::replace(&mut draft.authorization.from, *other);
                format!("authorization.from {before} → {other}, who has not signed")
            }
            Self::BeginsInMilliseconds(seconds) => {
                let time = now.saturating_sub(*seconds).saturating_mul(1000);
                let was = std::mem::replace(&mut draft.authorization.valid_after, U256::from(time));
                format!("authorization.validAfter {was} → {time} ({seconds} s ago, in milliseconds)")
            }
            Self::Expired(seconds) => {
                before(draft, now.saturating_sub(*seconds), &format!("{seconds} s ago"))
            }
            Self::ExpiresIn(seconds) => {
                before(draft, now.saturating_add(*seconds), &format!("in {seconds} s"))
            }
            Self::NotYetValid(seconds) => {
                let time = now.saturating_add(*seconds);
                let was = std::mem::replace(&mut draft.authorization.valid_after, U256::from(time));
                format!("authorization.validAfter {was} → {time} (in {seconds} s)")
            }
            Self::SignedBy(key) => {
                draft.signer = key.0.clone();
                format!("signed by {} instead of the payer", key.0.address())
            }
            Self::Signature(form) => {
                draft.form = *form;
                format!("signature → {}", form_text(*form))
            }
            Self::DomainName(name) => {
                domain(draft, "name", name, |draft| draft.domain.name = name.to_string())
            }
            Self::DomainVersion(version) => {
                domain(draft, "version", version, |draft| draft.domain.version = version.to_string())
            }
            Self::DomainChain(id) => domain(draft, "chainId", id, |draft| draft.domain.chain_id = *id),
            Self::DomainContract(contract) => domain(draft, "verifyingContract", contract, |draft| {
                draft.domain.verifying_contract = *contract
            }),
            Self::ExtraName(name) => extra(draft, "name", name),
            Self::ExtraVersion(version) => extra(draft, "version", version),
            Self::ExtraMissing => {
                both_sides(draft, "extra", None);
                "extra removed, and with it name and version".into()
            }
            Self::NetworkOther(network) => {
                draft.terms.network = *network;
                draft.accepted.network = *network;
                format!("network → {} in payload and requirements", network.name(draft.version))
            }
            Self::NetworkDisagrees(network) => {
                draft.accepted.network = *network;
                format!("network → {} in the payload only", network.name(draft.version))
            }
            Self::SchemeOther(scheme) => {
                draft.terms.scheme = scheme.to_string();
                draft.accepted.scheme = scheme.to_string();
                format!("scheme exact → {scheme} in payload and requirements")
            }
            Self::SchemeDisagrees(scheme) => {
                draft.accepted.scheme = scheme.to_string();
                format!("scheme exact → {scheme} in the payload only")
            }
            Self::AssetSwapped(token) => {
                draft.terms.token.address = token.address;
                draft.accepted.token.address = token.address;
                format!(
                    "asset → {} in payload and requirements, signature for the first token",
                    token.address
                )
            }
            Self::NonceBytes(length) => {
                let mut bytes = draft.authorization.nonce.to_vec();
                bytes.resize(*length, 0);
                set(draft, format!("{AUTHORIZATION}/nonce"), json!(hex::encode_prefixed(&bytes)));
                format!("authorization.nonce 32 bytes → {length} bytes")
            }
            Self::NonceText(text) => {
                set(draft, format!("{AUTHORIZATION}/nonce"), json!(text));
                format!("authorization.nonce → {text:?}")
            }
            Self::VersionIs(version) => {
                set(draft, "/x402Version", version.clone());
                set(draft, "/paymentPayload/x402Version", version.clone());
                format!("x402Version {} → {version}", draft.version.number())
            }
            Self::Without(pointer) => {
                draft.edits.push(Edit::Remove(pointer.clone()));
                format!("{} removed", dotted(pointer))
            }
            Self::Set(pointer, to) => {
                set(draft, pointer.clone(), to.clone());
                format!("{} → {to}", dotted(pointer))
            }
            Self::UnknownFields => {
                for parent in ["", "/paymentPayload", "/paymentPayload/payload", AUTHORIZATION, REQUIREMENTS]
                {
                    set(draft, format!("{parent}/zzUnknown"), json!({ "a": [1, null] }));
                }
                "an unknown field at every level".into()
            }
            Self::LowerCaseAddresses => lower_case(draft),
            Self::UpperCaseHex => upper_case(draft),
            Self::AcceptedAmount(amount) => {
                draft.accepted.amount = U256::from(*amount);
                format!("accepted.amount {} → {amount}, requirements unchanged", draft.terms.amount)
            }
            Self::AcceptedPayee(payee) => {
                draft.accepted.pay_to = *payee;
                format!("accepted.payTo → {payee}, requirements unchanged")
            }
            Self::Reordered => {
                draft.writing.reversed = true;
                "members of every object in reverse order".into()
            }
            Self::Spaced => {
                draft.writing.spaced = true;
                "white space between all tokens".into()
            }
            Self::Escaped => {
                draft.writing.escaped = true;
                "every letter as an escape".into()
            }
            Self::Repeated { at, value, first } => {
                let repeat = Repeat { at: at.clone(), value: value.clone(), first: *first };
                draft.writing.repeats.push(repeat);
                let place = if *first { "first" } else { "last" };
                format!("{} stands twice, {place} with {value}", dotted(at))
            }
        }
    }
}

pub(crate) fn form_text(form: SignatureForm) -> &'static str {
    match form {
        SignatureForm::Plain => "plain",
        SignatureForm::HighS => "its high-s twin",
        SignatureForm::ParityV => "v 0 or 1 instead of 27 or 28",
        SignatureForm::Compact => "64 bytes (EIP-2098)",
        SignatureForm::BitFlipped => "one bit of r flipped",
        SignatureForm::Zero => "65 zero bytes",
        SignatureForm::Empty => "0x",
        SignatureForm::Truncated => "its first 32 bytes",
        SignatureForm::Overlong => "66 bytes",
        SignatureForm::WrongV => "v = 29",
    }
}

fn set(draft: &mut Draft, pointer: impl Into<String>, value: Value) {
    draft.edits.push(Edit::Set(pointer.into(), value));
}

pub(crate) fn dotted(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}

fn value(draft: &mut Draft, change: impl FnOnce(U256) -> U256) -> String {
    let before = draft.authorization.value;
    draft.authorization.value = change(before);
    format!("authorization.value {before} → {}", draft.authorization.value)
}

fn before(draft: &mut Draft, time: u64, when: &str) -> String {
    let was = std::mem::replace(&mut draft.authorization.valid_before, U256::from(time));
    format!("authorization.validBefore {was} → {time} ({when})")
}

fn domain(
    draft: &mut Draft,
    part: &str,
    to: &dyn std::fmt::Display,
    change: impl FnOnce(&mut Draft),
) -> String {
    change(draft);
    format!("signed under the EIP-712 domain with {part} {to}")
}

fn extra(draft: &mut Draft, name: &str, to: &str) -> String {
    set(draft, format!("{REQUIREMENTS}/extra/{name}"), json!(to));
    if draft.version == Version::V2 {
        set(draft, format!("{ACCEPTED}/extra/{name}"), json!(to));
    }
    format!("extra.{name} → {to:?}; the signature is right for the token")
}

/// Sets or removes a member of the requirements, and of the payload's copy where there is one.
fn both_sides(draft: &mut Draft, member: &str, to: Option<&Value>) {
    let mut sides = vec![REQUIREMENTS];
    if draft.version == Version::V2 {
        sides.push(ACCEPTED);
    }
    for side in sides {
        let pointer = format!("{side}/{member}");
        draft.edits.push(match to {
            Some(value) => Edit::Set(pointer, value.clone()),
            None => Edit::Remove(pointer),
        });
    }
}

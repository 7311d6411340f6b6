//! Every mutation: what it changes on the wire, and what the oracle must say of it.

use gauntlet_wire::draft::{ACCEPTED, AUTHORIZATION, REQUIREMENTS, SIGNATURE};
use gauntlet_wire::message::amount_field;
use gauntlet_wire::mutation::{KeyBox, Mutation, Spelling};
use gauntlet_wire::{Address, Key, Network, ReasonClass as C, SignatureForm as F, Token, U256, Version};
use serde_json::json;

/// The verdict that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    Valid,
    Open,
    /// Invalid, and this is among the acceptable reasons.
    Invalid(C),
}

/// What is known of a mutation.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    /// What changes on the wire, in the short form that [`pointers`] reads.
    pub(crate) changes: &'static [&'static str],
    pub(crate) v2: Due,
    pub(crate) v1: Due,
    /// Whether the payer's signature covers what the wire says, so that the fault is not the signature.
    pub(crate) signed: bool,
}

impl Row {
    pub(crate) fn due(&self, version: Version) -> Due {
        match version {
            Version::V1 => self.v1,
            Version::V2 => self.v2,
        }
    }
}

const fn row(changes: &'static [&'static str], due: Due) -> Row {
    Row { changes, v2: due, v1: due, signed: false }
}

/// A mutation before signing.
const fn signed(changes: &'static [&'static str], due: Due) -> Row {
    Row { signed: true, ..row(changes, due) }
}

const fn in_v1(due: Due, row: Row) -> Row {
    Row { v1: due, ..row }
}

/// The JSON pointers that a row's short form stands for, sorted. `a:` the authorization, `s` the signature,
/// `r:` the requirements, `c:` the payload's copy of them, `claim:` what the payload claims, `$price` the price.
/// The copy is left out in version 1, which has none.
pub(crate) fn pointers(row: &Row, version: Version) -> Vec<String> {
    let mut pointers: Vec<String> = row
        .changes
        .iter()
        .filter_map(|change| {
            let (side, member) = change.split_once(':').unwrap_or((change, ""));
            let member = member.replace("$price", amount_field(version));
            match (side, version) {
                ("a", _) => Some(format!("{AUTHORIZATION}/{member}")),
                ("s", _) => Some(SIGNATURE.to_owned()),
                ("r", _) => Some(format!("{REQUIREMENTS}/{member}")),
                ("c", Version::V2) | ("claim", Version::V2) => Some(format!("{ACCEPTED}/{member}")),
                ("claim", Version::V1) => Some(format!("/paymentPayload/{member}")),
                ("c", Version::V1) => None,
                _ => Some((*change).to_owned()),
            }
        })
        .collect();
    pointers.sort();
    pointers
}

/// One table, two readings: examples to try, and a match without wildcard, so that a new mutation, signature form or
/// spelling does not compile until it stands here with an example.
macro_rules! table {
    ($($pattern:pat => [$($example:expr),+ $(,)?], $row:expr;)+) => {
        /// At least one example of every mutation.
        pub(crate) fn examples() -> Vec<Mutation> {
            let mut examples = Vec::new();
            $($(
                let example = $example;
                assert!(matches!(&example, $pattern), "{example:?} is no example of {}", stringify!($pattern));
                examples.push(example);
            )+)+
            examples
        }

        /// The row of a mutation.
        pub(crate) fn row_of(mutation: &Mutation) -> Row {
            match mutation {
                $($pattern => $row,)+
            }
        }
    };
}

use Due::{Invalid, Open, Valid};

table! {
    Mutation::ValueBelow(_) => [Mutation::ValueBelow(1), Mutation::ValueBelow(2)],
        signed(&["a:value", "s"], Invalid(C::Amount));
    Mutation::ValueAbove(_) => [Mutation::ValueAbove(1)],
        // The payer owns the price and no unit more.
        in_v1(Invalid(C::Funds), signed(&["a:value", "s"], Invalid(C::Amount)));
    Mutation::ValueZero => [Mutation::ValueZero], signed(&["a:value", "s"], Invalid(C::Amount));
    Mutation::Value(_) => [Mutation::Value(U256::MAX)],
        in_v1(Invalid(C::Funds), signed(&["a:value", "s"], Invalid(C::Amount)));
    Mutation::Price(_) => [Mutation::Price(U256::MAX)],
        signed(&["a:value", "s", "r:$price", "c:$price"], Invalid(C::Funds));
    Mutation::ValueWraps => [Mutation::ValueWraps], row(&["a:value"], Invalid(C::Payload));
    Mutation::ValueWraps128 => [Mutation::ValueWraps128], row(&["a:value"], Invalid(C::Signature));
    Mutation::Spelled(
        Spelling::Negative | Spelling::Fraction | Spelling::Exponent | Spelling::OtherDigits | Spelling::Empty
    ) => [
        Mutation::Spelled(Spelling::Negative),
        Mutation::Spelled(Spelling::Fraction),
        Mutation::Spelled(Spelling::Exponent),
        Mutation::Spelled(Spelling::OtherDigits),
        Mutation::Spelled(Spelling::Empty),
    ], row(&["a:value", "r:$price", "c:$price"], Invalid(C::Payload));
    Mutation::Spelled(Spelling::Number) => [Mutation::Spelled(Spelling::Number)],
        row(&["a:value", "r:$price", "c:$price"], Invalid(C::Payload));
    Mutation::Spelled(Spelling::Hexadecimal | Spelling::LeadingBlank | Spelling::LeadingZero) => [
        Mutation::Spelled(Spelling::Hexadecimal),
        Mutation::Spelled(Spelling::LeadingBlank),
        Mutation::Spelled(Spelling::LeadingZero),
    ], row(&["a:value", "r:$price", "c:$price"], Open);
    Mutation::PayeeOther(_) => [Mutation::PayeeOther(Address::repeat_byte(0x99)), Mutation::PayeeOther(Address::ZERO)],
        signed(&["a:to", "s"], Invalid(C::Recipient));
    Mutation::PayeeNear(20..) => [Mutation::PayeeNear(20)], signed(&[], Valid);
    Mutation::PayeeNear(0..=19) => [Mutation::PayeeNear(0), Mutation::PayeeNear(19)],
        signed(&["a:to", "s"], Invalid(C::Recipient));
    Mutation::PayerOther(_) => [Mutation::PayerOther(Address::repeat_byte(0x99))],
        signed(&["a:from", "s"], Invalid(C::Signature));
    Mutation::BeginsInMilliseconds(_) => [Mutation::BeginsInMilliseconds(600)],
        signed(&["a:validAfter", "s"], Invalid(C::Early));
    Mutation::Expired(_) => [Mutation::Expired(60), Mutation::Expired(u64::MAX)],
        signed(&["a:validBefore", "s"], Invalid(C::Expired));
    Mutation::ExpiresIn(0..=30) => [Mutation::ExpiresIn(0), Mutation::ExpiresIn(4), Mutation::ExpiresIn(30)],
        signed(&["a:validBefore", "s"], Open);
    Mutation::ExpiresIn(31..=630) => [Mutation::ExpiresIn(31), Mutation::ExpiresIn(630)],
        signed(&["a:validBefore", "s"], Valid);
    Mutation::ExpiresIn(631..) => [Mutation::ExpiresIn(631), Mutation::ExpiresIn(u64::MAX)],
        signed(&["a:validBefore", "s"], Open);
    Mutation::NotYetValid(0..=29) => [Mutation::NotYetValid(0), Mutation::NotYetValid(29)],
        signed(&["a:validAfter", "s"], Open);
    Mutation::NotYetValid(30..) => [Mutation::NotYetValid(30), Mutation::NotYetValid(u64::MAX)],
        signed(&["a:validAfter", "s"], Invalid(C::Early));
    Mutation::SignedBy(_) => [Mutation::SignedBy(Box::new(KeyBox(Key::derive("stranger"))))],
        row(&["s"], Invalid(C::Signature));
    Mutation::Signature(F::Plain) => [Mutation::Signature(F::Plain)], signed(&[], Valid);
    Mutation::Signature(F::HighS | F::ParityV | F::Compact) => [
        Mutation::Signature(F::HighS),
        Mutation::Signature(F::ParityV),
        Mutation::Signature(F::Compact),
    ], row(&["s"], Open);
    Mutation::Signature(F::BitFlipped | F::Zero | F::Empty | F::Truncated | F::Overlong | F::WrongV) => [
        Mutation::Signature(F::BitFlipped),
        Mutation::Signature(F::Zero),
        Mutation::Signature(F::Empty),
        Mutation::Signature(F::Truncated),
        Mutation::Signature(F::Overlong),
        Mutation::Signature(F::WrongV),
    ], row(&["s"], Invalid(C::Signature));
    Mutation::DomainName(_) => [Mutation::DomainName("Tether".into())], row(&["s"], Invalid(C::Signature));
    Mutation::DomainVersion(_) => [Mutation::DomainVersion("9".into())], row(&["s"], Invalid(C::Signature));
    Mutation::DomainChain(_) => [Mutation::DomainChain(1)], row(&["s"], Invalid(C::Signature));
    Mutation::DomainContract(_) => [Mutation::DomainContract(Address::repeat_byte(0x2b))],
        row(&["s"], Invalid(C::Signature));
    Mutation::ExtraName(_) => [Mutation::ExtraName("Tether".into())],
        row(&["r:extra/name", "c:extra/name"], Invalid(C::Domain));
    Mutation::ExtraVersion(_) => [Mutation::ExtraVersion("9".into())],
        row(&["r:extra/version", "c:extra/version"], Invalid(C::Domain));
    Mutation::ExtraMissing => [Mutation::ExtraMissing], in_v1(Open, row(&["r:extra", "c:extra"], Invalid(C::Domain)));
    Mutation::NetworkOther(_) => [Mutation::NetworkOther(Network::new(43114))],
        row(&["r:network", "claim:network"], Invalid(C::Network));
    Mutation::NetworkDisagrees(_) => [Mutation::NetworkDisagrees(Network::new(43114))],
        row(&["claim:network"], Invalid(C::Network));
    Mutation::SchemeOther(_) => [Mutation::SchemeOther("foo".into())], row(&["r:scheme", "claim:scheme"], Invalid(C::Scheme));
    Mutation::SchemeDisagrees(_) => [Mutation::SchemeDisagrees("foo".into())], row(&["claim:scheme"], Invalid(C::Scheme));
    Mutation::AssetSwapped(_) => [Mutation::AssetSwapped(Box::new(Token {
        address: Address::repeat_byte(0x2b),
        name: "EURC".into(),
        version: "1".into(),
        decimals: 6,
    }))], row(&["r:asset", "c:asset"], Invalid(C::Signature));
    Mutation::NonceBytes(32) => [Mutation::NonceBytes(32)], signed(&[], Valid);
    Mutation::NonceBytes(_) => [Mutation::NonceBytes(0), Mutation::NonceBytes(31), Mutation::NonceBytes(33)],
        row(&["a:nonce"], Invalid(C::Payload));
    Mutation::NonceText(_) => [Mutation::NonceText("not-a-nonce".into())], row(&["a:nonce"], Invalid(C::Payload));
    Mutation::VersionIs(_) => [
        Mutation::VersionIs(json!(0)),
        Mutation::VersionIs(json!(3)),
        Mutation::VersionIs(json!(-1)),
        Mutation::VersionIs(json!("2")),
    ], row(&["/x402Version", "/paymentPayload/x402Version"], Invalid(C::Version));
    Mutation::Without(_) => [Mutation::Without(SIGNATURE.into())], row(&["s"], Invalid(C::Payload));
    Mutation::Set(..) => [Mutation::Set(format!("{REQUIREMENTS}/payTo"), json!({ "to": "me" }))],
        row(&["r:payTo"], Invalid(C::Requirements));
    Mutation::UnknownFields => [Mutation::UnknownFields], row(&[
        "/zzUnknown",
        "/paymentPayload/zzUnknown",
        "/paymentPayload/payload/zzUnknown",
        "a:zzUnknown",
        "r:zzUnknown",
    ], Valid);
    Mutation::LowerCaseAddresses => [Mutation::LowerCaseAddresses],
        row(&["a:from", "a:to", "r:asset", "r:payTo", "c:asset", "c:payTo"], Valid);
    Mutation::UpperCaseHex => [Mutation::UpperCaseHex], row(&["a:nonce", "s"], Valid);
    Mutation::AcceptedAmount(_) => [Mutation::AcceptedAmount(1)], in_v1(Valid, row(&["c:amount"], Open));
    Mutation::AcceptedPayee(_) => [Mutation::AcceptedPayee(Address::repeat_byte(0x99))],
        in_v1(Valid, row(&["c:payTo"], Open));
    Mutation::Reordered => [Mutation::Reordered], row(&[], Valid);
    Mutation::Spaced => [Mutation::Spaced], row(&[], Valid);
    Mutation::Escaped => [Mutation::Escaped], row(&[], Valid);
    Mutation::Repeated { .. } => [
        Mutation::Repeated { at: SIGNATURE.into(), value: json!("0x"), first: true },
        Mutation::Repeated { at: SIGNATURE.into(), value: json!("0x"), first: false },
    ], row(&[], Open);
}

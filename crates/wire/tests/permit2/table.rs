//! Every mutation: what it changes on the wire, and what the oracle must say of it.

use gauntlet_wire::draft::{ACCEPTED, REQUIREMENTS, SIGNATURE};
use gauntlet_wire::permit2::Permit2Mutation as M;
use gauntlet_wire::permit2::draft::PERMIT2_AUTHORIZATION;
use gauntlet_wire::{Permit2Scheme, ReasonClass as C, SignatureForm as F, U256, Verdict};

/// The verdict that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    Valid,
    Open,
    /// Invalid, and this is among the acceptable reasons.
    Invalid(C),
}

impl Due {
    pub(crate) fn assert(self, verdict: &Verdict, what: &str) {
        let fits = match (verdict, self) {
            (Verdict::Valid, Self::Valid) => true,
            (Verdict::Open(why), Self::Open) => !why.is_empty(),
            (Verdict::Invalid(reasons), Self::Invalid(reason)) => reasons.contains(&reason),
            _ => false,
        };
        assert!(fits, "{what}: {verdict:?}, and {self:?} was due");
    }
}

/// What is known of a mutation.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    /// What changes on the wire, in the short form that [`pointers`] reads.
    changes: &'static [&'static str],
    exact: Due,
    upto: Due,
    /// At the settlement of the whole amount, where that is something else.
    settled_upto: Option<Due>,
    /// Whether the payer's signature covers what the wire says, so that the fault is not the signature.
    pub(crate) signed: bool,
}

impl Row {
    pub(crate) fn due(&self, scheme: Permit2Scheme) -> Due {
        match scheme {
            Permit2Scheme::Exact => self.exact,
            Permit2Scheme::Upto => self.upto,
        }
    }

    pub(crate) fn due_at_settlement(&self, scheme: Permit2Scheme) -> Due {
        match (scheme, self.settled_upto) {
            (Permit2Scheme::Upto, Some(due)) => due,
            _ => self.due(scheme),
        }
    }
}

/// A mutation of how it is written, or behind the signer's back.
const fn row(changes: &'static [&'static str], due: Due) -> Row {
    Row { changes, exact: due, upto: due, settled_upto: None, signed: false }
}

/// A mutation before signing.
const fn signed(changes: &'static [&'static str], due: Due) -> Row {
    Row { signed: true, ..row(changes, due) }
}

/// More than the price: `exact` leaves it open, `upto` knows a maximum at verification and a charge at settlement.
const fn above() -> Row {
    Row { exact: Open, settled_upto: Some(Open), ..signed(&["a:permitted/amount", "s"], Invalid(C::Amount)) }
}

const fn in_upto(due: Due, row: Row) -> Row {
    Row { upto: due, ..row }
}

/// The JSON pointers that a row's short form stands for, sorted. `a:` the authorization, `s` the signature, `e:` the
/// entry, in requirements and payload.
pub(crate) fn pointers(row: &Row) -> Vec<String> {
    let mut pointers = Vec::new();
    for change in row.changes {
        match change.split_once(':') {
            Some(("a", member)) => pointers.push(format!("{PERMIT2_AUTHORIZATION}/{member}")),
            Some(("e", member)) => {
                pointers.extend([ACCEPTED, REQUIREMENTS].map(|side| format!("{side}/{member}")));
            }
            _ if *change == "s" => pointers.push(SIGNATURE.to_owned()),
            _ => pointers.push((*change).to_owned()),
        }
    }
    pointers.sort();
    pointers
}

/// One table, two readings: examples to try, and a match without wildcard, so that a new mutation or signature form does
/// not compile until it stands here with an example.
macro_rules! table {
    ($($pattern:pat => [$($example:expr),+ $(,)?], $row:expr;)+) => {
        /// At least one example of every mutation.
        fn examples() -> Vec<M> {
            let mut examples = Vec::new();
            $($(
                let example = $example;
                assert!(matches!(&example, $pattern), "{example:?} is no example of {}", stringify!($pattern));
                examples.push(example);
            )+)+
            examples
        }

        /// The row of a mutation.
        pub(crate) fn row_of(mutation: &M) -> Row {
            match mutation {
                $($pattern => $row,)+
            }
        }
    };
}

use Due::{Invalid, Open, Valid};

const AUTHORIZATION: &str = "/paymentPayload/payload/authorization";

fn stranger() -> String {
    "stranger".into()
}

table! {
    M::Spender(_) => [M::Spender(stranger())], signed(&["a:spender", "s"], Invalid(C::Recipient));
    M::SpenderFacilitator => [M::SpenderFacilitator], signed(&["a:spender", "s"], Invalid(C::Recipient));
    M::SpenderOtherProxy => [M::SpenderOtherProxy], signed(&["a:spender", "s"], Invalid(C::Recipient));
    M::SpenderUnsigned(_) => [M::SpenderUnsigned(stranger())], row(&["a:spender"], Invalid(C::Signature));
    M::WitnessTo(_) => [M::WitnessTo(stranger())], signed(&["a:witness/to", "s"], Invalid(C::Recipient));
    M::WitnessToUnsigned(_) => [M::WitnessToUnsigned(stranger())], row(&["a:witness/to"], Invalid(C::Recipient));
    M::WitnessFacilitator(_) => [M::WitnessFacilitator(stranger())],
        signed(&["a:witness/facilitator", "s"], Invalid(C::Facilitator));
    M::WitnessFacilitatorUnsigned(_) => [M::WitnessFacilitatorUnsigned(stranger())],
        row(&["a:witness/facilitator"], Invalid(C::Signature));
    M::WitnessMissingFacilitator => [M::WitnessMissingFacilitator],
        row(&["a:witness/facilitator"], Invalid(C::Payload));
    M::PermittedToken(_) => [M::PermittedToken("other".into()), M::PermittedToken("none".into())],
        signed(&["a:permitted/token", "s"], Invalid(C::Token));
    M::PermittedAbove(_) => [M::PermittedAbove(1)], above();
    M::PermittedBelow(_) => [M::PermittedBelow(1), M::PermittedBelow(2)],
        signed(&["a:permitted/amount", "s"], Invalid(C::Amount));
    M::PermittedZero => [M::PermittedZero], signed(&["a:permitted/amount", "s"], Invalid(C::Amount));
    M::PermittedPurse => [M::PermittedPurse], above();
    M::Expired(0..=30) => [M::Expired(0), M::Expired(30)], signed(&["a:deadline", "s"], Open);
    M::Expired(31..) => [M::Expired(31), M::Expired(u64::MAX)],
        signed(&["a:deadline", "s"], Invalid(C::Expired));
    M::NotYetValid(0..=30) => [M::NotYetValid(0), M::NotYetValid(30)],
        signed(&["a:witness/validAfter", "s"], Open);
    M::NotYetValid(31..) => [M::NotYetValid(31), M::NotYetValid(u64::MAX)],
        signed(&["a:witness/validAfter", "s"], Invalid(C::Early));
    // Whether it is spent is a fact of the chain.
    M::Nonce(_) => [M::Nonce(U256::from(7)), M::Nonce(U256::MAX)], signed(&["a:nonce", "s"], Valid);
    M::SignedBy(_) => [M::SignedBy(stranger())], row(&["s"], Invalid(C::Signature));
    M::Signature(F::Plain) => [M::Signature(F::Plain)], signed(&[], Valid);
    M::Signature(F::HighS | F::ParityV | F::Compact) =>
        [M::Signature(F::HighS), M::Signature(F::ParityV), M::Signature(F::Compact)], row(&["s"], Open);
    M::Signature(F::BitFlipped | F::Zero | F::Empty | F::Truncated | F::Overlong | F::WrongV) => [
        M::Signature(F::BitFlipped),
        M::Signature(F::Zero),
        M::Signature(F::Empty),
        M::Signature(F::Truncated),
        M::Signature(F::Overlong),
        M::Signature(F::WrongV),
    ], row(&["s"], Invalid(C::Signature));
    M::DomainVersion(_) => [M::DomainVersion("1".into())], row(&["s"], Invalid(C::Signature));
    M::DomainChain(_) => [M::DomainChain(1)], row(&["s"], Invalid(C::Signature));
    M::DomainOfToken => [M::DomainOfToken], row(&["s"], Invalid(C::Signature));
    M::BothAuthorizations => [M::BothAuthorizations], row(&[AUTHORIZATION], Open);
    M::Eip3009Instead => [M::Eip3009Instead],
        in_upto(Invalid(C::Payload), row(&[AUTHORIZATION, PERMIT2_AUTHORIZATION, "s"], Open));
    M::Without(_) => [M::Without(SIGNATURE.into())], row(&["s"], Invalid(C::Payload));
    M::NonceHexadecimal => [M::NonceHexadecimal], row(&["a:nonce"], Open);
    M::AmountNumber => [M::AmountNumber], row(&["a:permitted/amount"], Open);
    // What the entry says besides the scheme is that scheme's as well.
    M::SchemeSwapped => [M::SchemeSwapped],
        row(&["e:scheme", "e:extra/assetTransferMethod", "e:extra/facilitatorAddress"], Invalid(C::Signature));
    M::TransferMethodMissing => [M::TransferMethodMissing], row(&["e:extra/assetTransferMethod"], Open);
}

/// Every example that payments of a scheme have a place for.
pub(crate) fn examples_of(scheme: Permit2Scheme) -> Vec<M> {
    examples().into_iter().filter(|mutation| mutation.applies_to(scheme)).collect()
}

/// Every example, and those that have no place in a scheme as well.
pub(crate) fn all_examples() -> Vec<M> {
    examples()
}

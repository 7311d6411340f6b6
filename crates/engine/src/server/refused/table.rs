//! What a row is made of.

use super::world::Preparation;
use crate::cx::Cx;
use crate::payment::Payment;
use gauntlet_wire::draft::AUTHORIZATION;
use gauntlet_wire::{Key, Mutation, Token};
use serde_json::Value;

/// What changes are made of, besides the payment itself.
pub(super) struct Ground {
    /// Somebody who has nothing to do with the purchase.
    pub(super) stranger: Key,
    /// A token that the server does not ask for.
    pub(super) other: Token,
}

impl Ground {
    pub(super) fn of(cx: &Cx) -> Self {
        Self { stranger: cx.key("stranger"), other: cx.world.chain.tokens().other.clone() }
    }
}

/// How the fault is made.
#[derive(Clone, Copy)]
pub(super) enum Fault {
    /// A change to the payment.
    Change(fn(&Ground, &mut Payment)),
    /// A change to the world, with the payment as it is.
    World(Preparation),
}

/// What is demanded besides that nothing is sold without money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demand {
    /// The payment is refused. One that is served although its price was paid robs nobody, and is a warning.
    Refused,
    /// Implementations differ: whichever answer comes is noted.
    Graded,
}

pub(super) struct Refusal {
    pub(super) slug: &'static str,
    /// What is presented, at the head of a sentence.
    pub(super) what: &'static str,
    pub(super) v2: &'static [&'static str],
    pub(super) v1: &'static [&'static str],
    pub(super) risk: &'static str,
    pub(super) demand: Demand,
    pub(super) fault: Fault,
}

/// The payment is not valid.
pub(super) const INVALID: &[&str] =
    &["X402V2-HTTP-RS-012", "X402V2-HTTP-RS-013", "X402V2-HTTP-RS-017", "GAUNTLET-RS-001", "INV-008-RS"];
pub(super) const INVALID_V1: &[&str] =
    &["X402V1-HTTP-RS-007", "X402V1-HTTP-RS-006", "X402V2-HTTP-RS-017", "GAUNTLET-RS-001", "INV-008-RS"];
/// The header has no payment in it.
pub(super) const UNREADABLE: &[&str] =
    &["X402V2-HTTP-RS-015", "X402V2-HTTP-RS-012", "GAUNTLET-RS-001", "INV-008-RS"];
pub(super) const UNREADABLE_V1: &[&str] =
    &["X402V2-HTTP-RS-015", "X402V1-HTTP-RS-007", "X402V1-HTTP-RS-006", "GAUNTLET-RS-001", "INV-008-RS"];

pub(super) const FORGED: &str = "a buyer is served without paying, or spends somebody else's money";
pub(super) const CHEAPER: &str = "a buyer is served for less than the price";
pub(super) const ELSEWHERE: &str = "a buyer is served and pays himself";
pub(super) const STALE: &str =
    "a buyer is served for an authorization that cannot be settled any more, or not yet";
pub(super) const EMPTY: &str = "a buyer is served for money that is not there";
pub(super) const CONFUSED: &str = "a payment for one thing is taken for another";
pub(super) const SLOPPY: &str = "server and facilitator understand one payment differently";
pub(super) const FALLS: &str = "one request makes the server fall over, or is taken for a payment";

/// A change of what the buyer signs or of how it is written, in both versions.
pub(super) const fn change(
    slug: &'static str,
    what: &'static str,
    risk: &'static str,
    change: fn(&Ground, &mut Payment),
) -> Refusal {
    Refusal {
        slug,
        what,
        v2: INVALID,
        v1: INVALID_V1,
        risk,
        demand: Demand::Refused,
        fault: Fault::Change(change),
    }
}

/// A world in which the payment is worth nothing, in both versions.
pub(super) const fn world(slug: &'static str, what: &'static str, preparation: Preparation) -> Refusal {
    Refusal {
        slug,
        what,
        v2: INVALID,
        v1: INVALID_V1,
        risk: EMPTY,
        demand: Demand::Refused,
        fault: Fault::World(preparation),
    }
}

impl Refusal {
    /// The same in version 2 alone.
    pub(super) const fn only_v2(self) -> Self {
        Self { v1: &[], ..self }
    }

    /// The same in version 1 alone.
    pub(super) const fn only_v1(self) -> Self {
        Self { v2: &[], ..self }
    }

    /// The same, with another rule that decides.
    pub(super) const fn by(self, v2: &'static [&'static str], v1: &'static [&'static str]) -> Self {
        Self { v2, v1, ..self }
    }

    /// The same, where implementations differ.
    pub(super) const fn graded(self) -> Self {
        Self { demand: Demand::Graded, ..self }
    }
}

/// Writes a member of the payload, given by its path below it.
pub(super) fn set(payment: &mut Payment, member: &str, value: Value) {
    payment.mutate(&Mutation::Set(format!("/paymentPayload/{member}"), value));
}

/// Writes a member of the authorization; what was signed stays as it was.
pub(super) fn write(payment: &mut Payment, member: &str, value: Value) {
    payment.mutate(&Mutation::Set(format!("{AUTHORIZATION}/{member}"), value));
}

/// Takes a member of the payload away.
pub(super) fn without(payment: &mut Payment, member: &str) {
    payment.mutate(&Mutation::Without(format!("/paymentPayload/{member}")));
}

//! The faults, one a row.

use gauntlet_wire::SignatureForm;
use gauntlet_wire::permit2::{Permit2Mutation as M, Permit2Scheme};

/// One fault of a payment over Permit2.
pub(super) struct Negative {
    pub(super) slug: &'static str,
    /// What is refused, for people.
    pub(super) what: &'static str,
    /// Requirements in scheme `exact`, the deciding one first; none: not a fault there.
    pub(super) exact: &'static [&'static str],
    /// Requirements in scheme `upto`.
    pub(super) upto: &'static [&'static str],
    pub(super) fault: Fault,
    pub(super) risk: &'static str,
}

pub(super) enum Fault {
    /// A change to the payment.
    Change(fn() -> M),
    /// A change to the world.
    World(World),
}

/// What is arranged on the chain.
#[derive(Debug, Clone, Copy)]
pub(super) enum World {
    /// Payee and payTo are another account than the one that was signed.
    PayeeRewritten,
    /// Permit2 may take one unit less than the price.
    AllowanceShort,
    /// Permit2 may take nothing.
    NoAllowance,
    /// The payer owns one unit less than the price.
    BalanceShort,
    /// The payer has invalidated the nonce. At `/verify` it may be overlooked.
    NonceInvalidated,
}

impl Negative {
    pub(super) fn covers(&self, scheme: Permit2Scheme) -> &'static [&'static str] {
        match scheme {
            Permit2Scheme::Exact => self.exact,
            Permit2Scheme::Upto => self.upto,
        }
    }
}

const FORGED: &str = "whoever forges or alters an authorization is served";
const ELSEWHERE: &str = "the money goes to somebody else than the merchant, who serves for nothing";
const UNPAID: &str = "a merchant serves for less than the price";
const STALE: &str = "an authorization that no contract takes any more is called good";
const DOOMED: &str = "a payment that cannot settle is called good";

pub(super) const NEGATIVES: &[Negative] = &[
    row(
        "signed-by-another",
        "a signature by another account",
        &["X402-EVMP2-005"],
        &["X402-UPTO-005"],
        FORGED,
        || M::SignedBy("stranger".into()),
    ),
    row("signature-empty", "an empty signature", &["X402-EVMP2-005"], &["X402-UPTO-005"], FORGED, || {
        M::Signature(SignatureForm::Empty)
    }),
    world(
        "payee-rewritten",
        "a payee who was put in after signing, on both sides",
        &["X402-EVMP2-005"],
        &["X402-UPTO-005"],
        World::PayeeRewritten,
    ),
    row(
        "another-payee",
        "an authorization for another payee",
        &["X402-EVMP2-015"],
        &["X402-UPTO-011"],
        ELSEWHERE,
        || M::WitnessTo("stranger".into()),
    ),
    row(
        "another-spender",
        "an authorization for another spender than the proxy",
        &["X402-EVMP2-014"],
        &["X402-UPTO-005"],
        DOOMED,
        || M::Spender("stranger".into()),
    ),
    row(
        "spender-facilitator",
        "an authorization for the facilitator itself, past the proxy",
        &["X402-EVMP2-014"],
        &["X402-UPTO-005"],
        ELSEWHERE,
        || M::SpenderFacilitator,
    ),
    row(
        "another-proxy",
        "an authorization for the proxy of the other scheme",
        &["X402-EVMP2-014"],
        &["X402-UPTO-005"],
        DOOMED,
        || M::SpenderOtherProxy,
    ),
    row(
        "another-token",
        "an authorization over another token",
        &["X402-EVMP2-013"],
        &["X402-UPTO-010"],
        UNPAID,
        || M::PermittedToken("other".into()),
    ),
    row(
        "underpaid",
        "an authorization over one unit less than the price",
        &["X402-EVMP2-009"],
        &["X402-UPTO-008"],
        UNPAID,
        || M::PermittedBelow(1),
    ),
    row(
        "over-the-maximum",
        "an authorization over one unit more than the maximum",
        &[],
        &["X402-UPTO-008"],
        DOOMED,
        || M::PermittedAbove(1),
    ),
    row(
        "expired",
        "an authorization whose deadline has passed",
        &["X402-EVMP2-011"],
        &["X402-UPTO-009"],
        STALE,
        || M::Expired(600),
    ),
    row(
        "not-yet-valid",
        "an authorization that is not valid yet",
        &["X402-EVMP2-012"],
        &["X402-UPTO-009"],
        STALE,
        || M::NotYetValid(600),
    ),
    row(
        "another-chain",
        "a signature for another chain",
        &["X402-EVMP2-005"],
        &["X402-UPTO-010"],
        FORGED,
        || M::DomainChain(1),
    ),
    row(
        "domain-of-token",
        "a signature under the token's domain",
        &["X402-EVMP2-005"],
        &["X402-UPTO-005"],
        FORGED,
        || M::DomainOfToken,
    ),
    row(
        "another-facilitator",
        "an authorization for another facilitator",
        &[],
        &["X402-UPTO-012"],
        DOOMED,
        || M::WitnessFacilitator("stranger".into()),
    ),
    row("eip3009-instead", "an EIP-3009 authorization", &[], &["X402-UPTO-023"], DOOMED, || {
        M::Eip3009Instead
    }),
    world(
        "allowance-short",
        "a payment of which Permit2 may not take the last unit",
        &["X402-EVMP2-006"],
        &["X402-UPTO-006"],
        World::AllowanceShort,
    ),
    world(
        "no-allowance",
        "a payment of which Permit2 may take nothing",
        &["X402-EVMP2-006"],
        &["X402-UPTO-006"],
        World::NoAllowance,
    ),
    world(
        "balance-short",
        "a payment of a payer who lacks one unit",
        &["X402-EVMP2-008"],
        &["X402-UPTO-007"],
        World::BalanceShort,
    ),
    world(
        "nonce-invalidated",
        "a payment whose nonce its payer has invalidated",
        &["X402-EVMP2-021"],
        &["X402-UPTO-013"],
        World::NonceInvalidated,
    ),
];

const fn row(
    slug: &'static str,
    what: &'static str,
    exact: &'static [&'static str],
    upto: &'static [&'static str],
    risk: &'static str,
    change: fn() -> M,
) -> Negative {
    Negative { slug, what, exact, upto, fault: Fault::Change(change), risk }
}

const fn world(
    slug: &'static str,
    what: &'static str,
    exact: &'static [&'static str],
    upto: &'static [&'static str],
    world: World,
) -> Negative {
    Negative { slug, what, exact, upto, fault: Fault::World(world), risk: DOOMED }
}

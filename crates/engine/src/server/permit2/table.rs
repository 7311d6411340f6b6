//! The faults, one a row.

use super::purchase::{Purchase, fund};
use crate::check::Stop;
use crate::cx::Cx;
use futures::future::{BoxFuture, FutureExt};
use gauntlet_wire::permit2::{Permit2Mutation as M, Permit2Scheme};
use gauntlet_wire::{SignatureForm, U256};

/// One fault of a payment over Permit2.
pub(super) struct Negative {
    pub(super) slug: &'static str,
    /// What is presented, at the head of a sentence.
    pub(super) what: &'static str,
    pub(super) fault: Fault,
    pub(super) schemes: &'static [Permit2Scheme],
    pub(super) covers: &'static [&'static str],
    pub(super) risk: &'static str,
}

pub(super) enum Fault {
    /// A change of what is signed or how.
    Change(fn() -> M),
    /// A change of the payment and of what it says it accepted, or of the world.
    Arrange(for<'a> fn(&'a Cx, &'a mut Purchase) -> BoxFuture<'a, Result<(), Stop>>),
}

/// The payment is not valid.
const INVALID: &[&str] =
    &["X402V2-HTTP-RS-012", "X402V2-HTTP-RS-013", "X402V2-HTTP-RS-017", "GAUNTLET-RS-001", "INV-008-RS"];
/// The payment and its copy of the offer agree, and the offer was another one.
const NOT_ON_OFFER: &[&str] =
    &["X402V2-HTTP-RS-018", "X402V2-HTTP-RS-017", "X402V2-HTTP-RS-013", "INV-008-RS"];

const UPTO: &[Permit2Scheme] = &[Permit2Scheme::Upto];

const FORGED: &str = "whoever forges or alters an authorization is served";
const ELSEWHERE: &str = "a buyer is served and pays himself";
const CHEAPER: &str = "a buyer is served for less than the price";
const STALE: &str = "a buyer is served for an authorization that no contract takes";
const EMPTY: &str = "a buyer is served for money that is not there";

pub(super) const NEGATIVES: &[Negative] = &[
    row("signed-by-another", "a signature by another account", FORGED, || M::SignedBy("stranger".into())),
    row("signature-empty", "an empty signature", FORGED, || M::Signature(SignatureForm::Empty)),
    row("another-chain", "a signature for another chain", FORGED, || M::DomainChain(1)),
    row("payee-unsigned", "a payee who was put in after signing", FORGED, || {
        M::WitnessToUnsigned("stranger".into())
    }),
    row("another-payee", "an authorization for another payee", ELSEWHERE, || M::WitnessTo("stranger".into())),
    row("another-spender", "an authorization for another spender than the proxy", STALE, || {
        M::Spender("stranger".into())
    }),
    row("another-proxy", "an authorization for the proxy of the other scheme", STALE, || {
        M::SpenderOtherProxy
    }),
    row("another-token", "an authorization over another token", CHEAPER, || {
        M::PermittedToken("other".into())
    }),
    row("underpaid", "an authorization over one unit less than the price", CHEAPER, || M::PermittedBelow(1)),
    row("free", "an authorization over nothing", CHEAPER, || M::PermittedZero),
    row("expired", "an authorization whose deadline has passed", STALE, || M::Expired(600)),
    row("not-yet-valid", "an authorization that is not valid yet", STALE, || M::NotYetValid(600)),
    Negative {
        schemes: UPTO,
        ..row("another-facilitator", "an authorization for another facilitator", STALE, || {
            M::WitnessFacilitator("stranger".into())
        })
    },
    Negative {
        schemes: UPTO,
        ..row("eip3009-instead", "an EIP-3009 authorization", STALE, || M::Eip3009Instead)
    },
    arranged("no-allowance", "a payment of which Permit2 may take nothing", EMPTY, |cx, purchase| {
        async {
            let (token, payer) = (purchase.offer.terms.token.address, purchase.payer.address());
            cx.world.chain.set_permit2_allowance(token, payer, U256::ZERO).await?;
            purchase.told("allowance of Permit2 → 0");
            Ok(())
        }
        .boxed()
    }),
    arranged("balance-short", "a payment of a payer who lacks one unit", EMPTY, |cx, purchase| {
        async {
            let terms = &purchase.offer.terms;
            let short = terms.amount.saturating_sub(U256::ONE);
            cx.world.chain.set_balance(terms.token.address, purchase.payer.address(), short).await?;
            purchase.told(format!("balance → {short}"));
            Ok(())
        }
        .boxed()
    }),
    Negative {
        covers: NOT_ON_OFFER,
        ..arranged(
            "cheaper-as-accepted",
            "a payment of one unit that says so in accepted",
            CHEAPER,
            |_, purchase| {
                async {
                    purchase.draft.authorization.amount = U256::ONE;
                    purchase.draft.accepted.amount = U256::ONE;
                    purchase.told("permitted.amount and accepted.amount → 1");
                    Ok(())
                }
                .boxed()
            },
        )
    },
    Negative {
        covers: NOT_ON_OFFER,
        ..arranged(
            "elsewhere-as-accepted",
            "a payment to a stranger that says so in accepted",
            ELSEWHERE,
            |cx, purchase| {
                async {
                    let stranger = cx.stranger();
                    purchase.draft.authorization.witness.to = stranger;
                    purchase.draft.accepted.pay_to = stranger;
                    purchase.told("witness.to and accepted.payTo → a stranger");
                    Ok(())
                }
                .boxed()
            },
        )
    },
    Negative {
        covers: NOT_ON_OFFER,
        ..arranged(
            "token-as-accepted",
            "a payment in another token that says so in accepted",
            CHEAPER,
            |cx, purchase| {
                async {
                    let other = cx.world.chain.tokens().other.clone();
                    fund(cx, other.address, &purchase.payer, purchase.offer.terms.amount).await?;
                    purchase.draft.authorization.token = other.address;
                    purchase.draft.accepted.token = other;
                    purchase.told("permitted.token and accepted.asset → another token");
                    Ok(())
                }
                .boxed()
            },
        )
    },
];

const fn row(slug: &'static str, what: &'static str, risk: &'static str, change: fn() -> M) -> Negative {
    let fault = Fault::Change(change);
    Negative { slug, what, fault, schemes: &Permit2Scheme::ALL, covers: INVALID, risk }
}

const fn arranged(
    slug: &'static str,
    what: &'static str,
    risk: &'static str,
    arrange: for<'a> fn(&'a Cx, &'a mut Purchase) -> BoxFuture<'a, Result<(), Stop>>,
) -> Negative {
    let fault = Fault::Arrange(arrange);
    Negative { slug, what, fault, schemes: &Permit2Scheme::ALL, covers: INVALID, risk }
}

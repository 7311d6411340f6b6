//! Payments whose permit does not carry them, one fault each: refused by `/verify` and `/settle`, and nobody gets anything
//! out of the payer's account.

use super::{check, no_domain, permitted, without_allowance};
use crate::check::{Check, Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::facilitator::permit2::claims_extension;
use crate::facilitator::permit2::payment::Payment;
use crate::facilitator::permit2::refused::{is_refused, refused_or_harmless};
use crate::history::Endpoint;
use crate::payment::price;
use gauntlet_wire::permit2::eip2612::EIP2612_GAS_SPONSORING;
use gauntlet_wire::permit2::{Permit2Scheme, PermitMutation as M, PermitView};
use gauntlet_wire::{Address, SignatureForm, U256};

const DOOMED: &str =
    "a payment that cannot settle is called good, or somebody else may take the payer's money";

struct Row {
    slug: &'static str,
    what: &'static str,
    covers: &'static [&'static str],
    change: fn() -> M,
    /// Only what is written changes, and the permit stays good.
    is_label: bool,
}

const ROWS: &[Row] = &[
    Row {
        slug: "another-owner",
        what: "a permit that names another account than the payer",
        covers: &["EXT-2612-006"],
        change: || M::From("stranger".into()),
        is_label: true,
    },
    Row {
        slug: "another-token",
        what: "a permit that names another token",
        covers: &["EXT-2612-007"],
        change: || M::Asset("other".into()),
        is_label: true,
    },
    Row {
        slug: "another-spender",
        what: "a permit for another spender than Permit2",
        covers: &["EXT-2612-005"],
        change: || M::Spender("stranger".into()),
        is_label: false,
    },
    Row {
        slug: "spender-hidden",
        what: "a permit that names Permit2 and is signed for another spender",
        covers: &["EXT-2612-006"],
        change: || M::SpenderHidden("stranger".into()),
        is_label: false,
    },
    Row {
        slug: "too-little",
        what: "a permit over one unit less than the price",
        covers: &["EXT-2612-012"],
        change: || M::AmountBelow(1),
        is_label: false,
    },
    Row {
        slug: "expired",
        what: "a permit whose deadline has passed",
        covers: &["EXT-2612-008"],
        change: || M::Expired(600),
        is_label: false,
    },
    Row {
        slug: "nonce-ahead",
        what: "a permit with a nonce that is not the owner's next",
        covers: &["EXT-2612-006"],
        change: || M::NonceAhead(1),
        is_label: false,
    },
    Row {
        slug: "signed-by-another",
        what: "a permit that another account has signed",
        covers: &["EXT-2612-006"],
        change: || M::SignedBy("stranger".into()),
        is_label: false,
    },
    Row {
        slug: "signature-flipped",
        what: "a permit with a bit of its signature flipped",
        covers: &["EXT-2612-006"],
        change: || M::Signature(SignatureForm::BitFlipped),
        is_label: false,
    },
    Row {
        slug: "another-chain",
        what: "a permit that is signed for another chain",
        covers: &["EXT-2612-006"],
        change: || M::DomainChain(1),
        is_label: false,
    },
];

pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for scheme in Permit2Scheme::ALL {
        for (endpoint, at) in [(Endpoint::Verify, "verify"), (Endpoint::Settle, "settle")] {
            for row in ROWS {
                checks.push(check(
                    scheme,
                    &format!("{at}.{}", row.slug),
                    &title(row, endpoint),
                    row.covers,
                    DOOMED,
                    move |cx| refuses(cx, scheme, row, endpoint),
                ));
            }
            checks.push(check(
                scheme,
                &format!("{at}.no-permits"),
                &format!("/{at} refuses a permit at a token that knows none"),
                &["EXT-2612-004"],
                DOOMED,
                move |cx| without_permits(cx, scheme, endpoint),
            ));
        }
    }
    checks
}

fn title(row: &Row, endpoint: Endpoint) -> String {
    let what = row.what;
    match endpoint {
        Endpoint::Settle if row.is_label => format!("/settle moves what was signed or nothing for {what}"),
        Endpoint::Settle => format!("/settle refuses {what} where Permit2 may take nothing"),
        Endpoint::Verify | Endpoint::Supported => {
            format!("/verify refuses {what} where Permit2 may take nothing")
        }
    }
}

async fn refuses(cx: Cx, scheme: Permit2Scheme, row: &'static Row, endpoint: Endpoint) -> Judged {
    let (mut payment, mut permit) = permitted(&cx, scheme).await?;
    payment.told((row.change)().apply(&mut permit, &cx));
    permit.attach(&mut payment.draft);
    let judged = match row.is_label && endpoint == Endpoint::Settle {
        true => refused_or_harmless(&cx, &payment).await,
        false => is_refused(&cx, &payment, endpoint).await,
    };
    gives_nothing(&cx, &payment, permit.signed_spender).await?;
    judged
}

async fn without_permits(cx: Cx, scheme: Permit2Scheme, endpoint: Endpoint) -> Judged {
    if !claims_extension(&cx, EIP2612_GAS_SPONSORING) {
        return Err(Stop::NotApplicable(format!("/supported does not claim {EIP2612_GAS_SPONSORING}")));
    }
    // Tells whether such payments are taken at all.
    super::payment(&cx, scheme).await?;
    let plain = cx.world.chain.tokens().plain.clone();
    let amount = price(&plain);
    let payment = Payment::in_token(&cx, scheme, plain, amount).await?;
    let (mut payment, permit) = without_allowance(&cx, payment).await?;
    payment.view.permits = Some(PermitView { nonce: U256::ZERO, domain: no_domain(&permit.domain) });
    payment.told("token → one without permits");
    permit.attach(&mut payment.draft);
    is_refused(&cx, &payment, endpoint).await
}

/// Whoever the permit was signed for may take nothing: nobody but Permit2 has a place here.
async fn gives_nothing(cx: &Cx, payment: &Payment, spender: Address) -> Result<(), Stop> {
    if spender == gauntlet_wire::permit2::PERMIT2 {
        return Ok(());
    }
    let (token, owner) = (payment.draft.terms.token.address, payment.payer.address());
    let allowance = cx.world.chain.allowance(token, owner, spender).await?;
    if allowance.is_zero() {
        return Ok(());
    }
    cx.find(Violation {
        requirement: "EXT-2612-005",
        kind: "allowance-given-away",
        want: "no permit for anybody but Permit2 is submitted".into(),
        got: format!("{spender} may take {allowance} units of the payer's"),
        chain: vec![format!("allowance({owner}, {spender}) = {allowance}")],
        ..Violation::default()
    });
    Ok(())
}

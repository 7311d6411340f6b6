//! Payments whose approval does not carry them, one fault each: refused, and what is no approval of Permit2 is not broadcast.

use super::{COINS, approved, check};
use crate::check::{Check, Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::facilitator::permit2::payment::Payment;
use crate::facilitator::permit2::refused::{must_refuse, refused_or_harmless};
use crate::history::Endpoint;
use gauntlet_chain::Unsent;
use gauntlet_wire::U256;
use gauntlet_wire::permit2::{Permit2Scheme, SponsoredApproval};

const DOOMED: &str =
    "a payment that cannot settle is called good, or the facilitator sends what a stranger has signed";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// Signed by somebody else.
    Signer,
    /// Approved at another token.
    Target,
    /// A call of the token that approves nobody.
    Call,
    /// An approval of somebody else.
    Spender,
    /// The extension names somebody else than the transaction.
    NamedSpender,
    /// An approval over one unit less than the price.
    Amount,
    /// Signed for another chain.
    Chain,
    /// The payer's next nonce but one. Whoever sends that waits for ever.
    NonceAhead,
    /// A nonce that the payer has spent.
    NonceSpent,
    /// A wei for a unit of gas. Whoever sends that waits for ever.
    Price,
    /// Bytes that are no transaction.
    Unreadable,
}

struct Row {
    slug: &'static str,
    what: &'static str,
    covers: &'static [&'static str],
    fault: Fault,
}

impl Row {
    /// A transaction that stays in the pool is for `/verify` alone.
    const fn may_be_sent(&self) -> bool {
        !matches!(self.fault, Fault::NonceAhead | Fault::Price)
    }
}

const ROWS: &[Row] = &[
    row("signed-by-another", "an approval that another account has signed", &["EXT-20GS-004"], Fault::Signer),
    row("another-token", "an approval at another token", &["EXT-20GS-005", "EXT-20GS-015"], Fault::Target),
    row(
        "another-call",
        "another signed call in the place of an approval",
        &["EXT-20GS-006", "EXT-20GS-015"],
        Fault::Call,
    ),
    row(
        "another-spender",
        "an approval of another spender than Permit2",
        &["EXT-20GS-007", "EXT-20GS-015"],
        Fault::Spender,
    ),
    row(
        "spender-named",
        "an approval that is said to be of another spender",
        &["EXT-20GS-007"],
        Fault::NamedSpender,
    ),
    row("too-little", "an approval over one unit less than the price", &["EXT-20GS-014"], Fault::Amount),
    row("another-chain", "an approval that is signed for another chain", &["EXT-20GS-014"], Fault::Chain),
    row(
        "nonce-ahead",
        "an approval that is not the payer's next transaction",
        &["EXT-20GS-008"],
        Fault::NonceAhead,
    ),
    row("nonce-spent", "an approval whose account nonce is spent", &["EXT-20GS-008"], Fault::NonceSpent),
    row("cheap", "an approval that offers next to nothing for its gas", &["EXT-20GS-009"], Fault::Price),
    row("unreadable", "bytes that are no transaction", &["EXT-20GS-004"], Fault::Unreadable),
];

const fn row(slug: &'static str, what: &'static str, covers: &'static [&'static str], fault: Fault) -> Row {
    Row { slug, what, covers, fault }
}

/// In scheme `exact`, of which alone the extension speaks.
pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for row in ROWS {
        for (endpoint, at) in [(Endpoint::Verify, "verify"), (Endpoint::Settle, "settle")] {
            if endpoint == Endpoint::Settle && !row.may_be_sent() {
                continue;
            }
            checks.push(check(
                Permit2Scheme::Exact,
                &format!("{at}.{}", row.slug),
                &match (row.fault, endpoint) {
                    (Fault::NamedSpender, Endpoint::Settle) => {
                        format!("/settle moves what was signed or nothing for {}", row.what)
                    }
                    _ => format!("/{at} refuses {} where Permit2 may take nothing", row.what),
                },
                row.covers,
                DOOMED,
                move |cx| refuses(cx, row, endpoint),
            ));
        }
    }
    checks
}

async fn refuses(cx: Cx, row: &'static Row, endpoint: Endpoint) -> Judged {
    let (mut payment, unsent) = approved(&cx, Permit2Scheme::Exact, COINS).await?;
    let changed = change(&cx, &mut payment, unsent, row.fault).await?;
    payment.told(format!("the approval is {}", row.what));
    changed.attach(&mut payment.draft);
    let payer = payment.payer.address();
    let sent = cx.world.chain.transaction_count(payer).await?;
    let judged = match (row.fault, endpoint) {
        (Fault::NamedSpender, Endpoint::Settle) => refused_or_harmless(&cx, &payment).await,
        _ => must_refuse(&cx, &payment, endpoint).await,
    };
    if matches!(row.fault, Fault::Call | Fault::Spender | Fault::Target)
        && cx.world.chain.transaction_count(payer).await? > sent
    {
        cx.find(Violation {
            requirement: "EXT-20GS-015",
            kind: "broadcast-no-approval",
            want: "only approvals of Permit2 by the payment's token are broadcast".into(),
            got: format!("the transaction of {payer} is in a block: {}", row.what),
            ..Violation::default()
        });
    }
    judged
}

async fn change(
    cx: &Cx,
    payment: &mut Payment,
    mut unsent: Unsent,
    fault: Fault,
) -> Result<SponsoredApproval, Stop> {
    let (chain, price) = (&cx.world.chain, payment.draft.terms.amount);
    let token = payment.draft.terms.token.address;
    let mut signer = payment.payer.clone();
    match fault {
        Fault::Signer => signer = cx.key("stranger"),
        Fault::Target => unsent.to = chain.tokens().other.address,
        Fault::Call => unsent = unsent.asking(cx.stranger()),
        Fault::Spender => unsent = unsent.approving(cx.stranger(), U256::MAX),
        Fault::Amount => unsent = unsent.approving(gauntlet_chain::PERMIT2, price - U256::ONE),
        Fault::Chain => unsent.chain_id = 1,
        Fault::NonceAhead => unsent.nonce += 1,
        Fault::NonceSpent => {
            let nothing = unsent.clone().approving(cx.stranger(), U256::ZERO);
            chain.transact(&payment.payer, token, nothing.input).await?;
        }
        Fault::Price => (unsent.max_fee, unsent.priority_fee) = (1, 1),
        Fault::NamedSpender | Fault::Unreadable => {}
    }
    let mut approval = SponsoredApproval::of(&payment.draft, unsent.signed_by(&signer));
    match fault {
        Fault::NamedSpender => approval.spender = cx.stranger(),
        Fault::Unreadable => approval.transaction = vec![0x5a; 96],
        _ => {}
    }
    Ok(approval)
}

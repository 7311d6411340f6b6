//! Payers who have let Permit2 take nothing and send a signed transaction along that does (extension
//! erc20ApprovalGasSponsoring). None of this applies to a facilitator whose `/supported` does not claim the extension.
//!
//! That gift, approval and settlement are one bundle is not tried: the chain has no bundles, and neither have the stock
//! implementations.

mod gifts;
mod refused;
mod taken;

use super::payment::Payment;
use super::{claims_extension, payment, topic};
use crate::check::{Check, Stop};
use crate::cx::Cx;
use crate::payment::price;
use gauntlet_chain::Unsent;
use gauntlet_wire::U256;
use gauntlet_wire::permit2::Permit2Scheme;
use gauntlet_wire::permit2::approval::{ERC20_APPROVAL_GAS_SPONSORING, SponsoredApproval};

/// Far more than any transaction of a payer costs, wei: ten coins.
const COINS: u64 = 10_000_000_000_000_000_000;

pub(super) fn checks() -> Vec<Check> {
    [taken::checks(), refused::checks(), gifts::checks()].concat()
}

/// A check of payments with an approval.
fn check<F>(
    scheme: Permit2Scheme,
    id: &str,
    title: &str,
    covers: &[&'static str],
    risk: &'static str,
    body: impl Fn(Cx) -> F + Send + Sync + 'static,
) -> Check
where
    F: Future<Output = crate::check::Judged> + Send + 'static,
{
    super::check(&format!("{}.erc20.{id}", topic(scheme)), &format!("{title} ({scheme})"), covers, risk, body)
}

/// A payment whose payer lets Permit2 take nothing, in a token without permits, and the transaction that makes it good. It is
/// yet to be signed and attached. The payer has so many coins, wei.
async fn approved(cx: &Cx, scheme: Permit2Scheme, coins: u64) -> Result<(Payment, Unsent), Stop> {
    if !claims_extension(cx, ERC20_APPROVAL_GAS_SPONSORING) {
        return Err(Stop::NotApplicable(format!(
            "/supported does not claim {ERC20_APPROVAL_GAS_SPONSORING}"
        )));
    }
    // Tells whether such payments are taken at all.
    payment(cx, scheme).await?;
    let chain = &cx.world.chain;
    let plain = chain.tokens().plain.clone();
    let amount = price(&plain);
    let mut payment = Payment::in_token(cx, scheme, plain, amount).await?;
    let (token, payer) = (payment.draft.terms.token.address, payment.payer.address());
    chain.set_permit2_allowance(token, payer, U256::ZERO).await?;
    chain.set_eth_balance(payer, U256::from(coins)).await?;
    payment.view.allowance_to_permit2 = U256::ZERO;
    payment.told("token → one without permits; allowance of Permit2 → 0, and a signed approval for it");
    let unsent = chain.unsent_approval(token, payer).await?;
    Ok((payment, unsent))
}

/// Signs the transaction as the payer and attaches it.
fn attach(payment: &mut Payment, unsent: &Unsent) {
    let signed = unsent.signed_by(&payment.payer);
    SponsoredApproval::of(&payment.draft, signed).attach(&mut payment.draft);
}

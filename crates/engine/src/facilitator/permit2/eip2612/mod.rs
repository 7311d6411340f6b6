//! Payers who have let Permit2 take nothing and send a permit along (extension eip2612GasSponsoring). None of this applies
//! to a facilitator whose `/supported` does not claim the extension.

mod refused;
mod taken;

use super::payment::Payment;
use super::{claims_extension, payment, topic};
use crate::check::{Check, Stop};
use crate::cx::Cx;
use gauntlet_wire::permit2::eip2612::EIP2612_GAS_SPONSORING;
use gauntlet_wire::permit2::{Permit2Scheme, PermitDraft, PermitView};
use gauntlet_wire::{Domain, U256};

pub(super) fn checks() -> Vec<Check> {
    [taken::checks(), refused::checks()].concat()
}

/// A check of payments with a permit.
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
    let (id, title) = (format!("{}.eip2612.{id}", topic(scheme)), format!("{title} ({scheme})"));
    super::check(&id, &title, covers, risk, body)
}

/// A payment whose payer lets Permit2 take nothing, and the permit that makes it good. It is yet to be attached.
async fn permitted(cx: &Cx, scheme: Permit2Scheme) -> Result<(Payment, PermitDraft), Stop> {
    if !claims_extension(cx, EIP2612_GAS_SPONSORING) {
        return Err(Stop::NotApplicable(format!("/supported does not claim {EIP2612_GAS_SPONSORING}")));
    }
    let payment = payment(cx, scheme).await?;
    without_allowance(cx, payment).await
}

/// Takes the allowance away, and signs a permit instead.
async fn without_allowance(cx: &Cx, mut payment: Payment) -> Result<(Payment, PermitDraft), Stop> {
    let token = payment.draft.terms.token.address;
    cx.world.chain.set_permit2_allowance(token, payment.payer.address(), U256::ZERO).await?;
    payment.view.allowance_to_permit2 = U256::ZERO;
    // Every payer is new, so that none has a permit behind him.
    let permit = PermitDraft::valid(&payment.draft, U256::ZERO);
    payment.view.permits = Some(PermitView { nonce: U256::ZERO, domain: permit.domain.clone() });
    payment.told("allowance of Permit2 → 0, and a permit for it");
    Ok((payment, permit))
}

/// The domain of a token that has none.
fn no_domain(of: &Domain) -> Domain {
    Domain { name: String::new(), version: String::new(), ..of.clone() }
}

//! Payments over Permit2 by payers that are no plain accounts with a key.

use crate::check::Stop;
use crate::cx::Cx;
use crate::facilitator::permit2::payment;
use crate::facilitator::permit2::payment::Payment;
use crate::payment::purse;
use gauntlet_chain::{MULTICALL3, OddWallet};
use gauntlet_wire::draft::{Edit, SIGNATURE};
use gauntlet_wire::erc6492::Wrapped;
use gauntlet_wire::permit2::{Permit2Mutation, Permit2Scheme};
use gauntlet_wire::{Address, B256, ReasonClass, Verdict};
use serde_json::json;

/// Why nobody has to take a wallet's payment.
const OPTIONAL: Verdict = Verdict::Open("the documents ask for a signature that recovers to the payer");

/// Must be refused: nobody has accepted its signature.
pub(super) fn unsigned() -> Verdict {
    Verdict::Invalid(vec![ReasonClass::Signature, ReasonClass::Simulation, ReasonClass::Transaction])
}

/// By a smart wallet that accepts it: its owner has signed.
pub(super) async fn wallet(cx: &Cx, scheme: Permit2Scheme) -> Result<Payment, Stop> {
    let mut payment = payment(cx, scheme).await?;
    let at = own_address(cx, &payment, "wallet");
    cx.world.chain.place_wallet(at, payment.payer.address()).await?;
    pays(cx, &mut payment, at, "the payer is a smart wallet, and its owner signs").await?;
    Ok(payment)
}

/// By a smart wallet whose owner has not signed.
pub(super) async fn signed_by_stranger(cx: &Cx, scheme: Permit2Scheme) -> Result<Payment, Stop> {
    let mut payment = wallet(cx, scheme).await?;
    payment.mutate(cx, &Permit2Mutation::SignedBy("stranger".into()));
    payment.judged = Some(unsigned());
    Ok(payment)
}

/// By a wallet that does not keep to ERC-1271.
pub(super) async fn odd(
    cx: &Cx,
    scheme: Permit2Scheme,
    manner: OddWallet,
    what: &str,
) -> Result<Payment, Stop> {
    let mut payment = payment(cx, scheme).await?;
    let at = own_address(cx, &payment, "odd wallet");
    cx.world.chain.place_odd_wallet(at, manner).await?;
    pays(cx, &mut payment, at, what).await?;
    payment.judged = Some(unsigned());
    Ok(payment)
}

/// By a smart wallet that the factory of the chain has yet to make.
pub(super) async fn unborn(cx: &Cx, scheme: Permit2Scheme) -> Result<Payment, Stop> {
    let mut payment = payment(cx, scheme).await?;
    let salt = B256::from(payment.draft.authorization.nonce);
    let wallet = cx.world.chain.unborn_wallet(payment.payer.address(), salt).await?;
    pays(cx, &mut payment, wallet.address, "the payer is a smart wallet that is yet to be made").await?;
    let inner = payment.draft.present()?.signature.into();
    let wrapped = Wrapped { factory: wallet.factory, order: wallet.order, inner }.wrap();
    let text = json!(alloy_primitives::hex::encode_prefixed(wrapped));
    payment.draft.edits.push(Edit::Set(SIGNATURE.into(), text));
    payment.told("the signature is in an ERC-6492 wrapper that names the chain's own factory");
    Ok(payment)
}

/// By an account with a key whose code is delegated to a smart wallet that accepts this key.
pub(super) async fn delegated(cx: &Cx, scheme: Permit2Scheme) -> Result<Payment, Stop> {
    let mut payment = payment(cx, scheme).await?;
    let code = own_address(cx, &payment, "delegate");
    cx.world.chain.delegate_to_wallet(payment.payer.address(), code).await?;
    payment.told("the payer's code is delegated to a smart wallet that accepts its key");
    payment.judged = Some(OPTIONAL);
    Ok(payment)
}

/// By an account with a key whose code is delegated to what knows nothing of ERC-1271.
pub(super) async fn delegated_to_mute(cx: &Cx, scheme: Permit2Scheme) -> Result<Payment, Stop> {
    let mut payment = payment(cx, scheme).await?;
    cx.world.chain.delegate(payment.payer.address(), MULTICALL3).await?;
    payment.told("the payer's code is delegated to a contract that answers for no signature");
    payment.judged = Some(Verdict::Open("the documents do not speak of accounts with delegated code"));
    Ok(payment)
}

/// An address that belongs to a payment alone.
fn own_address(cx: &Cx, payment: &Payment, what: &str) -> Address {
    cx.key(&format!("{what} of {}", payment.payer.address())).address()
}

/// The payment is from another account than its key's, which owns the money and lets Permit2 take it.
async fn pays(cx: &Cx, payment: &mut Payment, from: Address, what: &str) -> Result<(), Stop> {
    let token = &payment.draft.terms.token;
    let (purse, token) = (purse(token), token.address);
    cx.world.chain.set_balance(token, from, purse).await?;
    cx.world.chain.set_permit2_allowance(token, from, purse).await?;
    payment.draft.authorization.from = from;
    payment.told(what);
    payment.judged = Some(OPTIONAL);
    Ok(())
}

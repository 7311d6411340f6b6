//! Payments by payers that are no plain accounts with a key.

use crate::check::Stop;
use crate::cx::Cx;
use crate::payment::{Payment, purse};
use gauntlet_chain::{MULTICALL3, OddWallet, UnbornWallet};
use gauntlet_wire::draft::SIGNATURE;
use gauntlet_wire::erc6492::Wrapped;
use gauntlet_wire::mutation::KeyBox;
use gauntlet_wire::{Address, B256, Mutation, ReasonClass, SignatureForm, Verdict};
use serde_json::json;

/// What a refusal of a wallet's signature may be about: some leave it to the token.
const UNSIGNED: [ReasonClass; 3] =
    [ReasonClass::Signature, ReasonClass::Simulation, ReasonClass::Transaction];

/// Why nobody has to take a wallet's payment.
const OPTIONAL: Verdict = Verdict::Open("the documents ask for a signature that recovers to the payer");

/// Must be refused: nobody has accepted its signature.
pub(super) fn unsigned() -> Verdict {
    Verdict::Invalid(UNSIGNED.to_vec())
}

/// A payment by a smart wallet that accepts it: its owner has signed.
pub(super) async fn wallet(cx: &Cx) -> Result<Payment, Stop> {
    let mut payment = cx.payment().await?;
    let owner = payment.payer.address();
    let at = own_address(cx, &payment, "wallet");
    cx.world.chain.place_wallet(at, owner).await?;
    pays(cx, &mut payment, at, "the payer is a smart wallet, and its owner signs").await?;
    Ok(payment)
}

/// A payment by a smart wallet that accepts it, with a signature that is longer than that of a key.
pub(super) async fn wallet_with_long_signature(cx: &Cx) -> Result<Payment, Stop> {
    let mut payment = wallet(cx).await?;
    let signature = [B256::ZERO.as_slice(), &signature(&payment)].concat();
    write_signature(&mut payment, &signature, "the owner's number stands before the signature");
    Ok(payment)
}

/// A payment by a smart wallet whose owner has not signed.
pub(super) async fn signed_by_stranger(cx: &Cx) -> Result<Payment, Stop> {
    let payment = wallet(cx).await?;
    let mut payment = payment.with(&Mutation::SignedBy(Box::new(KeyBox(cx.key("stranger")))));
    payment.judged = Some(unsigned());
    Ok(payment)
}

/// A payment by a wallet that does not keep to ERC-1271.
pub(super) async fn odd_wallet(cx: &Cx, manner: OddWallet, what: &str) -> Result<Payment, Stop> {
    let mut payment = cx.payment().await?;
    let at = own_address(cx, &payment, "odd wallet");
    cx.world.chain.place_odd_wallet(at, manner).await?;
    pays(cx, &mut payment, at, what).await?;
    // A wallet that says yes may be taken at its word, whatever that costs.
    payment.judged = match manner {
        OddWallet::Costly | OddWallet::Trap => Some(OPTIONAL),
        OddWallet::DraftWord | OddWallet::Reverts | OddWallet::Short | OddWallet::Burns => Some(unsigned()),
    };
    Ok(payment)
}

/// A payment by a smart wallet that the factory of the chain has yet to make.
pub(super) async fn unborn(cx: &Cx) -> Result<Payment, Stop> {
    let (mut payment, wallet) = without_wrapper(cx).await?;
    wrap(&mut payment, &wallet, wallet.factory, "the chain's own factory");
    Ok(payment)
}

/// A payment by a smart wallet that is yet to be made, whose owner has not signed.
pub(super) async fn unborn_signed_by_stranger(cx: &Cx) -> Result<Payment, Stop> {
    let (payment, wallet) = without_wrapper(cx).await?;
    let mut payment = payment.with(&Mutation::SignedBy(Box::new(KeyBox(cx.key("stranger")))));
    wrap(&mut payment, &wallet, wallet.factory, "the chain's own factory");
    payment.judged = Some(unsigned());
    Ok(payment)
}

/// A payment by an account with a key, with a stranger's signature in a wrapper.
pub(super) async fn wrapped_signed_by_stranger(cx: &Cx) -> Result<Payment, Stop> {
    let payment = cx.payment().await?;
    let owner = payment.payer.address();
    let wallet = cx.world.chain.unborn_wallet(owner, payment.key().nonce).await?;
    let mut payment = payment.with(&Mutation::SignedBy(Box::new(KeyBox(cx.key("stranger")))));
    wrap(&mut payment, &wallet, wallet.factory, "the chain's own factory");
    payment.judged = Some(unsigned());
    Ok(payment)
}

/// A payment by a smart wallet that is yet to be made, by a factory that nobody knows and that makes nothing.
/// Also gives the factory.
pub(super) async fn unborn_of_rogue(cx: &Cx, burns: bool) -> Result<(Payment, Address), Stop> {
    let (mut payment, wallet) = without_wrapper(cx).await?;
    let rogue = own_address(cx, &payment, "rogue factory");
    cx.world.chain.place_rogue_factory(rogue, burns).await?;
    wrap(&mut payment, &wallet, rogue, "a factory that nobody knows");
    // Whoever does not simulate may believe at /verify that the wallet will be made.
    payment.judged = Some(Verdict::Open("whether a factory makes the wallet shows when it is called"));
    Ok((payment, rogue))
}

/// A payment by an account with a key whose code is delegated to a smart wallet that accepts this key.
pub(super) async fn delegated(cx: &Cx) -> Result<Payment, Stop> {
    let mut payment = cx.payment().await?;
    let code = own_address(cx, &payment, "delegate");
    cx.world.chain.delegate_to_wallet(payment.payer.address(), code).await?;
    payment.changes.push("the payer's code is delegated to a smart wallet that accepts its key".into());
    payment.judged = Some(OPTIONAL);
    Ok(payment)
}

/// A payment by an account with a key whose code is delegated to what knows nothing of ERC-1271.
pub(super) async fn delegated_to_mute(cx: &Cx) -> Result<Payment, Stop> {
    let mut payment = cx.payment().await?;
    cx.world.chain.delegate(payment.payer.address(), MULTICALL3).await?;
    payment.changes.push("the payer's code is delegated to a contract that answers for no signature".into());
    payment.judged = Some(Verdict::Open("the documents do not speak of accounts with delegated code"));
    Ok(payment)
}

/// A payment by a wallet that is yet to be made, with its owner's bare signature. The salt is the payment's nonce, so
/// that every transaction that makes this wallet can be told by it.
async fn without_wrapper(cx: &Cx) -> Result<(Payment, UnbornWallet), Stop> {
    let mut payment = cx.payment().await?;
    let (owner, salt) = (payment.payer.address(), payment.key().nonce);
    let wallet = cx.world.chain.unborn_wallet(owner, salt).await?;
    pays(cx, &mut payment, wallet.address, "the payer is a smart wallet that is yet to be made").await?;
    Ok((payment, wallet))
}

/// An address that belongs to a payment alone.
fn own_address(cx: &Cx, payment: &Payment, what: &str) -> Address {
    cx.key(&format!("{what} of {}", payment.payer.address())).address()
}

/// The payment is from another account than its key's, which gets the money for it.
async fn pays(cx: &Cx, payment: &mut Payment, from: Address, change: &str) -> Result<(), Stop> {
    cx.world.chain.set_balance(payment.token.address, from, purse(&payment.token)).await?;
    payment.draft.authorization.from = from;
    payment.changes.push(change.to_owned());
    payment.judged = Some(OPTIONAL);
    Ok(())
}

/// The signature as the payment's key makes it.
fn signature(payment: &Payment) -> Vec<u8> {
    let draft = &payment.draft;
    draft.signer.sign_as(draft.authorization.digest(&draft.domain), SignatureForm::Plain)
}

fn wrap(payment: &mut Payment, wallet: &UnbornWallet, factory: Address, whose: &str) {
    let inner = signature(payment).into();
    let wrapped = Wrapped { factory, order: wallet.order.clone(), inner };
    let change = format!("the signature is in an ERC-6492 wrapper that names {whose}");
    write_signature(payment, &wrapped.wrap(), &change);
}

fn write_signature(payment: &mut Payment, signature: &[u8], change: &str) {
    let text = alloy_primitives::hex::encode_prefixed(signature);
    // The mutation would tell the change with all its bytes.
    Mutation::Set(SIGNATURE.into(), json!(text)).apply(&mut payment.draft, payment.now);
    payment.changes.push(change.to_owned());
}

//! Payers that are no plain accounts with a key.

use crate::support::{World, post, settle, verify};
use gauntlet_chain::{MULTICALL3, OddWallet, UnbornWallet};
use gauntlet_doubles::facilitator::Running;
use gauntlet_doubles::facilitator::mutants::Fault;
use gauntlet_wire::draft::{Edit, SIGNATURE};
use gauntlet_wire::erc6492::Wrapped;
use gauntlet_wire::{Address, B256, Draft, Key, SignatureForm, Version};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

/// An address that nobody has used.
fn fresh(name: &str) -> Address {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    Key::derive(&format!("{name} {}", COUNT.fetch_add(1, Ordering::Relaxed))).address()
}

impl World {
    /// A payment that is signed by the payer's key and is from somewhere else, with the money for it.
    async fn paid_by(&self, payer: Address) -> Draft {
        self.set_balance(&self.usdc(), payer, 1_000_000).await;
        let mut draft = self.draft(Version::V2);
        draft.authorization.from = payer;
        draft
    }

    /// A payment by a smart wallet that the payer's key owns.
    async fn by_wallet(&self) -> Draft {
        let wallet = fresh("wallet");
        self.chain().place_wallet(wallet, self.payer().address()).await.expect("a wallet");
        self.paid_by(wallet).await
    }

    async fn by_odd_wallet(&self, manner: OddWallet) -> Draft {
        let wallet = fresh("wallet");
        self.chain().place_odd_wallet(wallet, manner).await.expect("a wallet");
        self.paid_by(wallet).await
    }

    /// A payment by a smart wallet that is yet to be made, still without its wrapper.
    async fn by_unborn_wallet(&self) -> (Draft, UnbornWallet) {
        let salt = self.draft(Version::V2).authorization.nonce;
        let wallet =
            self.chain().unborn_wallet(self.payer().address(), salt).await.expect("a wallet's address");
        (self.paid_by(wallet.address).await, wallet)
    }
}

/// The signature of a draft as its key makes it.
fn inner(draft: &Draft) -> Vec<u8> {
    draft.signer.sign_as(draft.authorization.digest(&draft.domain), SignatureForm::Plain)
}

fn write(draft: &mut Draft, signature: &[u8]) {
    let text = alloy_primitives::hex::encode_prefixed(signature);
    draft.edits.push(Edit::Set(SIGNATURE.into(), json!(text)));
}

fn wrap(draft: &mut Draft, factory: Address, wallet: &UnbornWallet) {
    let inner = inner(draft).into();
    write(draft, &Wrapped { factory, order: wallet.order.clone(), inner }.wrap());
}

/// Both answers, and how many transfers there have been.
async fn asked(world: &World, double: &Running, draft: &Draft) -> (bool, bool, usize) {
    let verified = verify(double, draft).await;
    let settled = settle(double, draft).await;
    let moved = world.transfers(draft).await;
    if settled["success"] == true {
        assert_eq!(moved.len(), 1, "{settled}");
        assert_eq!(json!(moved[0].0), settled["transaction"]);
    }
    (verified["isValid"] == true, settled["success"] == true, moved.len())
}

const TAKEN: (bool, bool, usize) = (true, true, 1);
const REFUSED: (bool, bool, usize) = (false, false, 0);
const ONLY_VERIFIED: (bool, bool, usize) = (true, false, 0);

#[tokio::test]
async fn a_wallet_pays_when_its_owner_has_signed() {
    let world = World::start().await;
    let double = world.double(None).await;
    let plain = world.by_wallet().await;
    assert_eq!(asked(&world, &double, &plain).await, TAKEN);
    let again = settle(&double, &plain).await;
    assert_eq!(
        (&again["success"], &again["errorReason"]),
        (&json!(false), &json!("invalid_transaction_state"))
    );

    let mut long = world.by_wallet().await;
    let signature = [B256::ZERO.as_slice(), &inner(&long)].concat();
    write(&mut long, &signature);
    assert_eq!(asked(&world, &double, &long).await, TAKEN);

    let mut forged = world.by_wallet().await;
    forged.signer = Key::derive("stranger");
    assert_eq!(asked(&world, &double, &forged).await, REFUSED);
    assert_eq!(verify(&double, &forged).await["invalidReason"], "invalid_exact_evm_payload_signature");
}

#[tokio::test]
async fn wallets_that_do_not_say_yes_are_refused_and_nothing_is_sent() {
    let world = World::start().await;
    let double = world.double(None).await;
    for manner in
        [OddWallet::DraftWord, OddWallet::Reverts, OddWallet::Short, OddWallet::Burns, OddWallet::Costly]
    {
        let draft = world.by_odd_wallet(manner).await;
        assert_eq!(asked(&world, &double, &draft).await, REFUSED, "{manner:?}");
        let reason = &verify(&double, &draft).await["invalidReason"];
        assert_eq!(reason, "invalid_exact_evm_payload_signature", "{manner:?}");
    }
    // An account with code that is no wallet at all.
    let draft = world.paid_by(MULTICALL3).await;
    assert_eq!(asked(&world, &double, &draft).await, REFUSED);
    assert_eq!(world.sent_by(double.signer()).await, 0);
}

#[tokio::test]
async fn a_wallet_is_made_by_a_listed_factory_only() {
    let world = World::start().await;
    let double = world.double(None).await;
    let (mut good, wallet) = world.by_unborn_wallet().await;
    wrap(&mut good, wallet.factory, &wallet);
    assert_eq!(asked(&world, &double, &good).await, TAKEN);
    assert!(world.chain().has_code(wallet.address).await.expect("an answer"));
    // It is there now; the wrapper is looked into all the same.
    let mut second = world.paid_by(wallet.address).await;
    wrap(&mut second, fresh("nowhere"), &wallet);
    assert_eq!(verify(&double, &second).await["isValid"], true);

    let (mut forged, wallet) = world.by_unborn_wallet().await;
    forged.signer = Key::derive("stranger");
    wrap(&mut forged, wallet.factory, &wallet);
    assert_eq!(asked(&world, &double, &forged).await, REFUSED);

    let rogue = fresh("rogue");
    world.chain().place_rogue_factory(rogue, false).await.expect("a factory");
    let (mut unlisted, wallet) = world.by_unborn_wallet().await;
    wrap(&mut unlisted, rogue, &wallet);
    assert_eq!(asked(&world, &double, &unlisted).await, REFUSED);
    assert_eq!(world.chain().calls_of(rogue, 0).await.expect("its log"), []);

    let (mut bare, _) = world.by_unborn_wallet().await;
    write(&mut bare, gauntlet_wire::erc6492::MARK.as_slice());
    assert_eq!(asked(&world, &double, &bare).await, REFUSED);
    assert_eq!(world.sent_by(double.signer()).await, 1);
}

#[tokio::test]
async fn a_wallet_is_asked_again_at_settle() {
    let world = World::start().await;
    for (fault, sent) in [(None, 0), (Some(Fault::WalletAskedOnce), 1)] {
        let double = world.double(fault).await;
        let draft = world.by_wallet().await;
        assert_eq!(verify(&double, &draft).await["isValid"], true);
        let (wallet, next) = (draft.authorization.from, Key::derive("next").address());
        world.chain().set_wallet_owner(wallet, next).await.expect("another owner");
        assert_eq!(settle(&double, &draft).await["success"], false);
        assert_eq!(world.sent_by(double.signer()).await, sent, "{fault:?}");
    }
}

#[tokio::test]
async fn a_delegated_account_pays_as_its_code_says() {
    let world = World::start().await;
    let double = world.double(None).await;
    let (wallet_code, payer) = (fresh("code"), world.payer().address());
    world.chain().delegate_to_wallet(payer, wallet_code).await.expect("delegated code");
    assert_eq!(asked(&world, &double, &world.draft(Version::V2)).await, TAKEN);
    let key = Key::derive("mute");
    world.chain().delegate(key.address(), MULTICALL3).await.expect("delegated code");
    let mut mute = world.paid_by(key.address()).await;
    mute.signer = key;
    assert_eq!(asked(&world, &double, &mute).await, REFUSED);
    let mutant = world.double(Fault::DelegatedByKey).await;
    assert_eq!(asked(&world, &mutant, &mute).await, ONLY_VERIFIED);
}

#[tokio::test]
async fn mutants_take_other_answers_for_yes() {
    let world = World::start().await;
    for (fault, manner) in [
        (Fault::AnyWalletAnswer, OddWallet::DraftWord),
        (Fault::ShortWalletAnswer, OddWallet::Short),
        (Fault::RevertingWalletAnswer, OddWallet::Reverts),
        (Fault::RevertingWalletAnswer, OddWallet::Burns),
        (Fault::NoSignatureCheck, OddWallet::DraftWord),
    ] {
        let double = world.double(fault).await;
        let draft = world.by_odd_wallet(manner).await;
        assert_eq!(asked(&world, &double, &draft).await, ONLY_VERIFIED, "{fault:?} {manner:?}");
        let plain = world.by_wallet().await;
        assert_eq!(asked(&world, &double, &plain).await, TAKEN, "{fault:?}");
    }
}

#[tokio::test]
async fn mutants_stumble_over_what_wallets_sign() {
    let world = World::start().await;
    let double = world.double(Fault::WalletsOnlyVerify).await;
    assert_eq!(asked(&world, &double, &world.by_wallet().await).await, ONLY_VERIFIED);

    let double = world.double(Fault::CutsWalletSignatures).await;
    assert_eq!(asked(&world, &double, &world.by_wallet().await).await, TAKEN);
    let mut long = world.by_wallet().await;
    let signature = [B256::ZERO.as_slice(), &inner(&long)].concat();
    write(&mut long, &signature);
    assert_eq!(asked(&world, &double, &long).await, ONLY_VERIFIED);

    let double = world.double(Fault::WrappedSignaturePasses).await;
    let (mut forged, wallet) = world.by_unborn_wallet().await;
    forged.signer = Key::derive("stranger");
    wrap(&mut forged, wallet.factory, &wallet);
    assert_eq!(asked(&world, &double, &forged).await, ONLY_VERIFIED);

    let double = world.double(Fault::RunsAnyFactory).await;
    let rogue = fresh("rogue");
    world.chain().place_rogue_factory(rogue, false).await.expect("a factory");
    let (mut unlisted, wallet) = world.by_unborn_wallet().await;
    wrap(&mut unlisted, rogue, &wallet);
    assert_eq!(asked(&world, &double, &unlisted).await, REFUSED);
    assert_eq!(world.chain().calls_of(rogue, 0).await.expect("its log").len(), 1);
}

#[tokio::test]
async fn a_wallets_gas_has_a_bound() {
    let world = World::start().await;
    let lost = |sent: Vec<gauntlet_chain::SentTx>| sent.iter().map(|sent| sent.gas_used).sum::<u64>();
    for (fault, least, most) in [(None, 1, 400_000), (Some(Fault::WalletGasUnbounded), 15_000_000, u64::MAX)]
    {
        let double = world.double(fault).await;
        let before = world.rpc("eth_blockNumber", json!([])).await;
        let before = u64::from_str_radix(&text(&before)[2..], 16).expect("a number");
        let trap = world.by_odd_wallet(OddWallet::Trap).await;
        let (status, answer) = post(&double.url(), "/settle", &crate::support::body(&trap)).await;
        assert_eq!((status, &answer["success"]), (200, &json!(false)));
        let lost = lost(world.chain().sent_by(double.signer(), before + 1).await.expect("its transactions"));
        assert!((least..=most).contains(&lost), "{fault:?} lost {lost}");
    }
    let double = world.double(Fault::WalletGasUnbounded).await;
    let costly = world.by_odd_wallet(OddWallet::Costly).await;
    assert_eq!(asked(&world, &double, &costly).await, TAKEN);
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

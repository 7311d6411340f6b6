//! Payers that are no plain accounts with a key, before the token's overload that takes a signature as bytes.

use crate::world::{FUNDS, PRICE, World};
use alloy_primitives::Bytes;
use alloy_sol_types::SolCall as _;
use gauntlet_chain::interface::{IToken, IWallet, IWalletFactory};
use gauntlet_chain::{MULTICALL3, OddWallet, WALLET_FACTORY};
use gauntlet_wire::{Address, Authorization, B256, Key, SignatureForm, U256};

const WALLET: Address = Address::repeat_byte(0x77);
const INVALID: &str = "FiatTokenV2: invalid signature";

/// An authorization of an account that has no key of its own, with the money for it.
async fn authorized_by(world: &World, from: Address, mark: u8) -> Authorization {
    world.chain.set_balance(world.usdc().address, from, U256::from(FUNDS)).await.unwrap();
    Authorization { from, ..world.authorization(mark) }
}

fn signed_by(world: &World, key: &Key, authorization: &Authorization) -> Vec<u8> {
    key.sign_as(authorization.digest(&world.chain.domain(world.usdc())), SignatureForm::Plain)
}

/// Relays an authorization that must be taken.
async fn taken(world: &World, authorization: &Authorization, signature: &[u8]) {
    let usdc = world.usdc();
    let before = world.balance(usdc, authorization.from).await;
    assert_eq!(world.chain.refusal(usdc.address, authorization, signature).await.unwrap(), None);
    assert!(world.chain.relay(usdc.address, authorization, signature).await.unwrap().status);
    assert_eq!(world.balance(usdc, authorization.from).await, before - PRICE);
}

/// Gas that a transaction used.
async fn gas_of(world: &World, hash: B256) -> u64 {
    let relayer = world.chain.roles().relayer.address();
    let sent = world.chain.sent_by(relayer, 0).await.unwrap();
    sent.iter().find(|sent| sent.hash == hash).unwrap().gas_used
}

#[tokio::test]
async fn a_smart_wallet_answers_for_its_owner() {
    let world = World::new().await;
    world.chain.place_wallet(WALLET, world.payer.address()).await.unwrap();
    let authorization = authorized_by(&world, WALLET, 1).await;

    let foreign = signed_by(&world, &Key::derive("test/stranger"), &authorization);
    assert_eq!(world.refused(world.usdc(), &authorization, &foreign).await, INVALID);
    let good = signed_by(&world, &world.payer, &authorization);
    taken(&world, &authorization, &good).await;

    // The owner's number, and then the signature.
    let authorization = authorized_by(&world, WALLET, 2).await;
    let good = signed_by(&world, &world.payer, &authorization);
    let numbered = |number: B256| [number.as_slice(), &good].concat();
    let other = numbered(B256::with_last_byte(1));
    assert_eq!(world.refused(world.usdc(), &authorization, &other).await, INVALID);
    taken(&world, &authorization, &numbered(B256::ZERO)).await;
}

#[tokio::test]
async fn a_smart_wallet_gets_another_owner() {
    let world = World::new().await;
    let (chain, next) = (&world.chain, Key::derive("test/next"));
    chain.place_wallet(WALLET, world.payer.address()).await.unwrap();
    let authorization = authorized_by(&world, WALLET, 1).await;
    let (old, new) =
        (signed_by(&world, &world.payer, &authorization), signed_by(&world, &next, &authorization));
    assert_eq!(chain.refusal(world.usdc().address, &authorization, &old).await.unwrap(), None);

    chain.set_wallet_owner(WALLET, next.address()).await.unwrap();
    assert_eq!(world.refused(world.usdc(), &authorization, &old).await, INVALID);
    taken(&world, &authorization, &new).await;
}

#[tokio::test]
async fn wallets_that_do_not_say_yes_pay_nothing() {
    let world = World::new().await;
    let refusing = [OddWallet::DraftWord, OddWallet::Reverts, OddWallet::Short, OddWallet::Burns];
    for (mark, manner) in (1..).zip(refusing) {
        let wallet = Address::repeat_byte(0x80 + mark);
        world.chain.place_odd_wallet(wallet, manner).await.unwrap();
        let authorization = authorized_by(&world, wallet, mark).await;
        let signature = signed_by(&world, &world.payer, &authorization);
        assert_eq!(world.refused(world.usdc(), &authorization, &signature).await, INVALID, "{manner:?}");
        assert_eq!(world.balance(world.usdc(), wallet).await, FUNDS, "{manner:?}");
    }
}

#[tokio::test]
async fn what_odd_wallets_answer_is_what_they_are_named_for() {
    let world = World::new().await;
    let ask = IWallet::isValidSignatureCall { digest: B256::ZERO, signature: Bytes::new() };
    let word = |bytes: [u8; 4]| alloy_primitives::FixedBytes::<4>::from(bytes);
    world.chain.place_odd_wallet(WALLET, OddWallet::DraftWord).await.unwrap();
    assert_eq!(world.chain.view("ask", WALLET, ask.clone()).await.unwrap(), word([0x20, 0xc1, 0x3b, 0x0b]));
    world.chain.place_odd_wallet(WALLET, OddWallet::Costly).await.unwrap();
    assert_eq!(world.chain.view("ask", WALLET, ask.clone()).await.unwrap(), word([0x16, 0x26, 0xba, 0x7e]));
    world.chain.place_odd_wallet(WALLET, OddWallet::Short).await.unwrap();
    let error = world.chain.view("ask", WALLET, ask.clone()).await.unwrap_err();
    assert!(matches!(error, gauntlet_chain::ChainError::Answer { .. }), "4 bytes are no answer: {error}");
    for manner in [OddWallet::Reverts, OddWallet::Burns] {
        world.chain.place_odd_wallet(WALLET, manner).await.unwrap();
        let error = world.chain.view("ask", WALLET, ask.clone()).await.unwrap_err();
        assert!(matches!(error, gauntlet_chain::ChainError::Rpc { .. }), "{manner:?}: {error}");
    }
}

#[tokio::test]
async fn a_costly_wallet_and_a_trap_pass_the_simulation_and_use_up_the_gas() {
    let world = World::new().await;
    for (mark, manner) in (1..).zip([OddWallet::Costly, OddWallet::Trap]) {
        let wallet = Address::repeat_byte(0x90 + mark);
        world.chain.place_odd_wallet(wallet, manner).await.unwrap();
        let authorization = authorized_by(&world, wallet, mark).await;
        let usdc = world.usdc().address;
        assert_eq!(world.chain.refusal(usdc, &authorization, b"any").await.unwrap(), None, "{manner:?}");
        let relayed = world.chain.relay(usdc, &authorization, b"any").await.unwrap();
        assert!(!relayed.status, "{manner:?}");
        // Our own transactions have half a million.
        let gas = gas_of(&world, relayed.hash).await;
        assert!(gas > 450_000, "{manner:?} used {gas}");
        assert_eq!(world.balance(world.usdc(), wallet).await, FUNDS, "{manner:?}");
    }
}

#[tokio::test]
async fn a_wallet_is_made_where_it_was_announced() {
    let world = World::new().await;
    let (chain, owner) = (&world.chain, world.payer.address());
    let wallet = chain.unborn_wallet(owner, B256::repeat_byte(7)).await.unwrap();
    let other = chain.unborn_wallet(owner, B256::repeat_byte(8)).await.unwrap();
    let of_another =
        chain.unborn_wallet(Key::derive("test/next").address(), B256::repeat_byte(7)).await.unwrap();
    assert_eq!(wallet.factory, WALLET_FACTORY);
    assert!(wallet.address != other.address && wallet.address != of_another.address);
    assert_eq!(&wallet.order[..4], IWalletFactory::makeCall::SELECTOR.as_slice());
    assert!(wallet.order.windows(32).any(|word| word == [7; 32]), "the salt stands in the order");

    let authorization = authorized_by(&world, wallet.address, 1).await;
    let signature = signed_by(&world, &world.payer, &authorization);
    assert!(!chain.has_code(wallet.address).await.unwrap());
    assert_eq!(world.refused(world.usdc(), &authorization, &signature).await, INVALID);

    let relayer = &chain.roles().relayer;
    for _ in 0..2 {
        let made = chain.transact(relayer, wallet.factory, wallet.order.clone()).await.unwrap();
        assert!(made.status, "made once, left alone the second time");
        assert!(chain.has_code(wallet.address).await.unwrap());
    }
    let said = chain.view("read the owner", wallet.address, IWallet::ownerCall {}).await.unwrap();
    assert_eq!(said, owner);
    taken(&world, &authorization, &signature).await;
}

#[tokio::test]
async fn a_rogue_factory_tells_who_called_it_and_makes_nothing() {
    let world = World::new().await;
    let (chain, rogue) = (&world.chain, Address::repeat_byte(0xfa));
    chain.place_rogue_factory(rogue, false).await.unwrap();
    let wallet = chain.unborn_wallet(world.payer.address(), B256::repeat_byte(7)).await.unwrap();
    let relayer = &chain.roles().relayer;

    let simulated = chain.call_refusal(relayer.address(), rogue, wallet.order.clone()).await.unwrap();
    assert_eq!(simulated, None, "it does not even refuse");
    assert_eq!(chain.calls_of(rogue, 0).await.unwrap(), []);

    let called = chain.transact(relayer, rogue, wallet.order.clone()).await.unwrap();
    assert!(called.status);
    let calls = chain.calls_of(rogue, 0).await.unwrap();
    assert_eq!(calls.len(), 1);
    assert_eq!(
        (calls[0].caller, calls[0].tx, calls[0].block),
        (relayer.address(), called.hash, called.block)
    );
    assert!(!chain.has_code(wallet.address).await.unwrap());
    assert_eq!(
        calls[0].to_string(),
        format!(
            "factory 0xFafa…FaFA was called by {} in transaction {:#x}, block {}",
            short(relayer.address()),
            called.hash,
            called.block
        )
    );

    chain.place_rogue_factory(rogue, true).await.unwrap();
    let burnt = chain.transact(relayer, rogue, wallet.order).await.unwrap();
    assert!(!burnt.status);
    assert_eq!(gas_of(&world, burnt.hash).await, 500_000, "all of it");
    assert_eq!(chain.calls_of(rogue, called.block + 1).await.unwrap(), []);
}

fn short(address: Address) -> String {
    let text = address.to_string();
    format!("{}…{}", &text[..6], &text[text.len() - 4..])
}

#[tokio::test]
async fn a_delegated_account_is_what_its_code_is() {
    let world = World::new().await;
    let (chain, usdc) = (&world.chain, world.usdc());
    let payer = world.payer.address();

    // The key alone does not count any more: the token sees code and asks it.
    chain.delegate(payer, MULTICALL3).await.unwrap();
    assert!(chain.has_code(payer).await.unwrap());
    let authorization = world.authorization(1);
    let signature = world.sign(usdc, &authorization);
    assert_eq!(world.refused(usdc, &authorization, &signature).await, INVALID);

    chain.delegate_to_wallet(payer, Address::repeat_byte(0x70)).await.unwrap();
    let foreign = signed_by(&world, &Key::derive("test/stranger"), &authorization);
    assert_eq!(world.refused(usdc, &authorization, &foreign).await, INVALID);
    taken(&world, &authorization, &signature).await;

    // It keeps its key: it can still send transactions itself.
    chain.set_eth_balance(payer, U256::from(10).pow(U256::from(20))).await.unwrap();
    let transfer = IToken::transferCall { to: world.payee.address(), value: U256::from(PRICE) };
    let sent = chain.transact(&world.payer, usdc.address, transfer.abi_encode().into()).await.unwrap();
    assert!(sent.status);
}

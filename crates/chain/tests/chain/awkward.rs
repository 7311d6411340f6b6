//! The awkward tokens do what their names say.

use crate::world::{FUNDS, PRICE, World};
use alloy_sol_types::SolCall as _;
use gauntlet_chain::interface::IToken;
use gauntlet_wire::U256;

#[tokio::test]
async fn the_silent_token_succeeds_and_moves_nothing() {
    let world = World::new().await;
    let silent = &world.chain.tokens().silent;
    let authorization = world.authorization(1);
    let signature = world.sign(silent, &authorization);
    let relayed = world.chain.relay(silent.address, &authorization, &signature).await.unwrap();
    assert!(relayed.status);
    assert_eq!(world.balances(silent).await, (FUNDS, 0));
    assert_eq!(world.chain.transfers(silent.address, 0, None).await.unwrap(), []);
    let used = world.chain.authorizations_used(silent.address, 0, None).await.unwrap();
    assert_eq!(used.len(), 1);
    let fact = world.chain.transaction(relayed.hash).await.unwrap().unwrap();
    assert!(fact.status && fact.transfers.is_empty());
}

#[tokio::test]
async fn the_fee_token_keeps_one_percent() {
    let world = World::new().await;
    let fee = &world.chain.tokens().fee;
    let authorization = world.authorization(1);
    let signature = world.sign(fee, &authorization);
    assert!(world.chain.relay(fee.address, &authorization, &signature).await.unwrap().status);
    assert_eq!(world.balances(fee).await, (FUNDS - PRICE, PRICE - PRICE / 100));
    assert_eq!(world.balance(fee, fee.address).await, PRICE / 100);
    let transfers = world.chain.transfers(fee.address, 0, Some(authorization.from)).await.unwrap();
    let moved: Vec<_> = transfers.iter().map(|transfer| (transfer.to, transfer.value)).collect();
    let expected =
        [(authorization.to, U256::from(PRICE - PRICE / 100)), (fee.address, U256::from(PRICE / 100))];
    assert_eq!(moved, expected);
}

#[tokio::test]
async fn the_tolerant_token_does_not_revert_on_a_used_nonce() {
    let world = World::new().await;
    let tolerant = &world.chain.tokens().tolerant;
    let authorization = world.authorization(1);
    let signature = world.sign(tolerant, &authorization);
    assert!(world.chain.relay(tolerant.address, &authorization, &signature).await.unwrap().status);
    assert_eq!(world.balances(tolerant).await, (FUNDS - PRICE, PRICE));

    let again = world.chain.relay(tolerant.address, &authorization, &signature).await.unwrap();
    assert!(again.status, "it must succeed");
    assert_eq!(world.balances(tolerant).await, (FUNDS - PRICE, PRICE));
    assert_eq!(world.chain.transfers(tolerant.address, 0, None).await.unwrap().len(), 1);
    assert_eq!(world.chain.authorizations_used(tolerant.address, 0, None).await.unwrap().len(), 1);
    let fact = world.chain.transaction(again.hash).await.unwrap().unwrap();
    assert!(fact.transfers.is_empty());

    let fresh = world.authorization(2);
    let high_s = world.sign_as(tolerant, &fresh, gauntlet_wire::SignatureForm::HighS);
    world.refused(tolerant, &fresh, &high_s).await;
}

#[tokio::test]
async fn the_forgetful_token_moves_the_money_again() {
    let world = World::new().await;
    let forgetful = &world.chain.tokens().forgetful;
    let authorization = world.authorization(1);
    let signature = world.sign(forgetful, &authorization);
    for times in 1..=2 {
        assert!(world.chain.relay(forgetful.address, &authorization, &signature).await.unwrap().status);
        assert_eq!(world.balances(forgetful).await, (FUNDS - times * PRICE, times * PRICE));
    }
    let (payer, nonce) = (authorization.from, authorization.nonce);
    assert!(world.chain.authorization_used(forgetful.address, payer, nonce).await.unwrap());
}

#[tokio::test]
async fn the_plain_token_knows_no_authorizations() {
    let world = World::new().await;
    let plain = &world.chain.tokens().plain;
    let authorization = world.authorization(1);
    world.refused(plain, &authorization, &world.sign(plain, &authorization)).await;
    let (payer, nonce) = (authorization.from, authorization.nonce);
    assert!(world.chain.authorization_used(plain.address, payer, nonce).await.is_err());

    world.chain.set_eth_balance(payer, U256::from(10).pow(U256::from(20))).await.unwrap();
    let call = IToken::transferCall { to: authorization.to, value: authorization.value };
    let sent = world.chain.transact(&world.payer, plain.address, call.abi_encode().into()).await.unwrap();
    assert!(sent.status);
    assert_eq!(world.balances(plain).await, (FUNDS - PRICE, PRICE));
}

/// Submits an authorization in one of the awkward tokens. Answers whether the call succeeded, what was told to have moved
/// to the payee, and what payer and payee own afterwards.
async fn paid(world: &World, name: &str) -> (bool, Vec<U256>, (U256, U256)) {
    let token = world.chain.tokens().awkward(name).unwrap();
    let authorization = world.authorization(1);
    let signature = world.sign(token, &authorization);
    let relayed = world.chain.relay(token.address, &authorization, &signature).await;
    let told = world.chain.transfers(token.address, 0, Some(authorization.from)).await.unwrap();
    let told = told.iter().filter(|told| told.to == authorization.to).map(|told| told.value).collect();
    let payer = world.chain.owned(token.address, authorization.from).await.unwrap();
    let payee = world.chain.owned(token.address, authorization.to).await.unwrap();
    (relayed.is_ok_and(|relayed| relayed.status), told, (payer, payee))
}

#[tokio::test]
async fn the_other_awkward_tokens_tell_and_move_what_they_are_there_for() {
    let world = World::new().await;
    let (price, nothing) = (U256::from(PRICE), (FUNDS, 0));
    let moved = (FUNDS - PRICE, PRICE);
    let cases = [
        ("eighteen", true, vec![price], moved),
        ("mute", true, vec![price], moved),
        ("refusing", true, vec![], nothing),
        ("reverting", false, vec![], nothing),
        ("shouting", false, vec![], nothing),
        // It is given 500,000 gas.
        ("hungry", false, vec![], nothing),
        ("trap", false, vec![], nothing),
        ("reentrant", true, vec![price], nothing),
        ("rebasing", true, vec![price], (FUNDS - PRICE, PRICE - PRICE / 10)),
        ("phantom", true, vec![price], nothing),
        ("decoy", true, vec![], nothing),
        ("diverting", true, vec![], (FUNDS - PRICE, 0)),
        ("greedy", true, vec![price * U256::from(2)], (FUNDS - 2 * PRICE, 2 * PRICE)),
        ("boastful", true, vec![price], moved),
    ];
    assert_eq!(cases.len(), world.chain.tokens().awkward.len());
    for (name, succeeds, told, (payer, payee)) in cases {
        let owned = (U256::from(payer), U256::from(payee));
        assert_eq!(paid(&world, name).await, (succeeds, told, owned), "{name}");
    }
    let boastful = world.chain.tokens().awkward("boastful").unwrap().address;
    let rich = world.chain.balance(boastful, world.payee.address()).await.unwrap();
    assert_eq!(rich, U256::from(u128::MAX));
}

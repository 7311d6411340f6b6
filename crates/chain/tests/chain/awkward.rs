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

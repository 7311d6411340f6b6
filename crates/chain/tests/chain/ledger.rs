//! The ledger read back.

use crate::world::{PRICE, World};
use gauntlet_wire::{B256, U256};

#[tokio::test]
async fn what_an_account_sent_is_found_in_order() {
    let world = World::new().await;
    let usdc = world.usdc();
    let relayer = world.chain.roles().relayer.address();
    // More blocks than are read in one request.
    world.chain.mine(70).await.unwrap();
    let good = world.authorization(1);
    let first = world.chain.relay(usdc.address, &good, &world.sign(usdc, &good)).await.unwrap();
    let again = world.chain.relay(usdc.address, &good, &world.sign(usdc, &good)).await.unwrap();
    world.chain.cancel(usdc, &world.payer, B256::repeat_byte(9)).await.unwrap();

    let sent = world.chain.sent_by(relayer, 0).await.unwrap();
    assert_eq!(sent.len(), 3);
    assert_eq!((sent[0].hash, sent[0].status, sent[0].nonce), (first.hash, true, 0));
    assert_eq!((sent[1].hash, sent[1].status, sent[1].nonce), (again.hash, false, 1));
    assert!(sent.iter().all(|tx| tx.to == Some(usdc.address) && tx.gas_used > 21_000));
    assert_eq!(&sent[0].input[..4], [0xcf, 0x09, 0x29, 0x95]);
    assert_eq!(world.chain.sent_by(relayer, first.block + 1).await.unwrap(), sent[1..]);
    assert_eq!(world.chain.sent_by(world.payer.address(), 0).await.unwrap(), []);
}

#[tokio::test]
async fn a_transaction_is_told_with_its_transfers() {
    let world = World::new().await;
    let usdc = world.usdc();
    assert_eq!(world.chain.transaction(B256::repeat_byte(1)).await.unwrap(), None);
    let authorization = world.authorization(1);
    let signature = world.sign(usdc, &authorization);
    let paid = world.chain.relay(usdc.address, &authorization, &signature).await.unwrap();
    let fact = world.chain.transaction(paid.hash).await.unwrap().unwrap();
    assert_eq!((fact.status, fact.block, fact.to), (true, paid.block, Some(usdc.address)));
    assert_eq!(fact.from, world.chain.roles().relayer.address());
    assert_eq!(fact.transfers, world.chain.transfers(usdc.address, 0, None).await.unwrap());
    assert_eq!(fact.transfers[0].value, U256::from(PRICE));

    let failed = world.chain.relay(usdc.address, &authorization, &signature).await.unwrap();
    let fact = world.chain.transaction(failed.hash).await.unwrap().unwrap();
    assert!(!fact.status && fact.transfers.is_empty());
}

#[tokio::test]
async fn events_are_picked_by_payer_token_and_block() {
    let world = World::new().await;
    let (usdc, other) = (world.usdc(), &world.chain.tokens().other);
    let (first, second) = (world.authorization(1), world.authorization(2));
    world.chain.relay(usdc.address, &first, &world.sign(usdc, &first)).await.unwrap();
    let later = world.chain.relay(usdc.address, &second, &world.sign(usdc, &second)).await.unwrap();
    world.chain.relay(other.address, &first, &world.sign(other, &first)).await.unwrap();

    let count = async |block, payer| world.chain.transfers(usdc.address, block, payer).await.unwrap().len();
    assert_eq!(count(0, None).await, 2);
    assert_eq!(count(later.block, None).await, 1);
    assert_eq!(count(later.block + 1, None).await, 0);
    assert_eq!(count(0, Some(first.from)).await, 2);
    assert_eq!(count(0, Some(first.to)).await, 0);
    let used = world.chain.authorizations_used(usdc.address, 0, None).await.unwrap();
    assert_eq!(used.iter().map(|use_| use_.nonce).collect::<Vec<_>>(), [first.nonce, second.nonce]);
    assert_eq!(world.chain.authorizations_used(other.address, 0, Some(first.from)).await.unwrap().len(), 1);
}

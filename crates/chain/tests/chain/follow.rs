//! The chain followed as it grows.

use crate::world::{PRICE, World, eventually};
use alloy_provider::Provider as _;
use gauntlet_chain::{BlockFacts, ChainError, Follower};
use gauntlet_report::clock;
use gauntlet_wire::{Address, B256, Bytes, U256};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Everything that is there at present.
async fn rest(follower: &mut Follower) -> Vec<BlockFacts> {
    let mut blocks = Vec::new();
    loop {
        let more = follower.next().await.unwrap();
        if more.is_empty() {
            return blocks;
        }
        blocks.extend(more);
    }
}

fn numbers(blocks: &[BlockFacts]) -> Vec<u64> {
    blocks.iter().map(|block| block.number).collect()
}

#[tokio::test]
async fn a_payment_shows_with_its_transfer_and_its_nonce() {
    let world = World::new().await;
    let other = &world.chain.tokens().other;
    let mut follower = world.chain.follow(1).unwrap();
    assert!(follower.next().await.unwrap().is_empty());
    let before = Instant::now();
    let authorization = world.authorization(1);
    let paid =
        world.chain.relay(other.address, &authorization, &world.sign(other, &authorization)).await.unwrap();

    let blocks = follower.next().await.unwrap();
    let [block] = blocks.as_slice() else { panic!("{blocks:?}") };
    assert_eq!((block.number, paid.block, follower.position()), (1, 1, 2));
    assert!((before..=Instant::now()).contains(&block.seen));
    assert!(block.timestamp.abs_diff(clock::unix_seconds()) < 60);
    assert!(block.base_fee.is_some() && block.gas_limit == 30_000_000);
    let [transaction] = block.transactions.as_slice() else { panic!("{block:?}") };
    assert_eq!((transaction.hash, transaction.status), (paid.hash, true));
    assert_eq!(transaction.from, world.chain.roles().relayer.address());
    assert_eq!((transaction.to, &transaction.input), (Some(other.address), &None));
    assert!(block.gas_used > 21_000);
    assert_eq!(transaction.transfers, world.chain.transfers(other.address, 0, None).await.unwrap());
    assert_eq!(transaction.transfers[0].value, U256::from(PRICE));
    assert_eq!(transaction.used, world.chain.authorizations_used(other.address, 0, None).await.unwrap());
    assert_eq!(transaction.used[0].nonce, authorization.nonce);
    assert!(follower.next().await.unwrap().is_empty());
}

#[tokio::test]
async fn one_that_reverted_shows_what_it_carried() {
    let world = World::new().await;
    let usdc = world.usdc();
    world.chain.stop_mining().await.unwrap();
    for mark in [1, 2, 1] {
        let authorization = world.authorization(mark);
        let signature = world.sign(usdc, &authorization);
        world.chain.submit(usdc.address, &authorization, &signature).await.unwrap();
    }
    world.chain.mine(1).await.unwrap();
    let blocks = rest(&mut world.chain.follow(1).unwrap()).await;
    let transactions = &blocks[0].transactions;
    assert_eq!(transactions.iter().map(|one| one.status).collect::<Vec<_>>(), [true, true, false]);
    assert!(transactions[..2].iter().all(|one| one.input.is_none() && one.used.len() == 1));
    let reverted = &transactions[2];
    assert!(reverted.transfers.is_empty() && reverted.used.is_empty());
    let input = reverted.input.as_ref().unwrap();
    assert_eq!(input[..4], [0xcf, 0x09, 0x29, 0x95]);
    assert!(input.windows(32).any(|word| word == B256::repeat_byte(1)));
}

#[tokio::test]
async fn two_hundred_are_seen_exactly_once_and_so_are_empty_blocks() {
    let world = World::new().await;
    let usdc = world.usdc();
    world.chain.set_balance(usdc.address, world.payer.address(), U256::from(200 * PRICE)).await.unwrap();
    world.chain.stop_mining().await.unwrap();
    let mut follower = world.chain.follow(0).unwrap();
    let (mut sent, mut blocks) = (Vec::new(), Vec::new());
    for mark in 1..=200 {
        let authorization = world.authorization(mark);
        let signature = world.sign(usdc, &authorization);
        sent.push(world.chain.submit(usdc.address, &authorization, &signature).await.unwrap());
        if mark % 50 == 0 {
            world.chain.mine(2).await.unwrap();
        }
        if mark % 70 == 0 {
            blocks.extend(rest(&mut follower).await);
        }
    }
    blocks.extend(rest(&mut follower).await);
    assert_eq!(numbers(&blocks), (0..=8).collect::<Vec<_>>());
    let counts: Vec<usize> = blocks.iter().map(|block| block.transactions.len()).collect();
    assert_eq!(counts, [0, 50, 0, 50, 0, 50, 0, 50, 0]);
    let transactions = || blocks.iter().flat_map(|block| &block.transactions);
    assert_eq!(transactions().map(|one| one.hash).collect::<Vec<_>>(), sent);
    let nonces: BTreeSet<B256> = transactions().flat_map(|one| &one.used).map(|used| used.nonce).collect();
    assert_eq!(nonces.len(), 200);
    assert!(transactions().all(|one| one.transfers.len() == 1));
}

#[tokio::test]
async fn transactions_of_every_kind_are_read() {
    let world = World::new().await;
    let provider = world.chain.provider();
    let owner = provider.client().request_noparams::<Vec<Address>>("eth_accounts").await.unwrap()[0];
    let plain = Address::repeat_byte(7);
    let creates = |init: &str| json!({ "from": owner, "data": init, "gas": "0x30000" });
    let kinds = [
        json!({ "from": owner, "to": plain, "value": "0x1" }),
        // A contract without code; one that reverts; one that gives itself up while it is made.
        creates("0x5f5ff3"),
        creates("0x5f5ffd"),
        creates("0x33ff"),
        // A precompiled contract.
        json!({ "from": owner, "to": Address::with_last_byte(2), "gas": "0x30000" }),
    ];
    world.chain.stop_mining().await.unwrap();
    for kind in kinds {
        let _: B256 = provider.client().request("eth_sendTransaction", [kind]).await.unwrap();
    }
    world.chain.mine(1).await.unwrap();
    let blocks = world.chain.follow(1).unwrap().next().await.unwrap();
    let seen: Vec<_> = blocks[0].transactions.iter().map(|one| (one.from, one.to, one.status)).collect();
    let precompile = Address::with_last_byte(2);
    let expected = [(Some(plain), true), (None, true), (None, false), (None, true), (Some(precompile), true)];
    assert_eq!(seen, expected.map(|(to, status)| (owner, to, status)));
    let inputs: Vec<_> = blocks[0].transactions.iter().filter_map(|one| one.input.clone()).collect();
    assert_eq!(inputs, [Bytes::from_static(&[0x5f, 0x5f, 0xfd])]);
}

#[tokio::test]
async fn a_long_way_is_read_in_pieces() {
    let world = World::new().await;
    world.chain.mine(100).await.unwrap();
    let mut follower = world.chain.follow(0).unwrap();
    assert_eq!(numbers(&follower.next().await.unwrap()), (0..64).collect::<Vec<_>>());
    assert_eq!(numbers(&follower.next().await.unwrap()), (64..=100).collect::<Vec<_>>());
    let mut late = world.chain.follow(103).unwrap();
    assert!(late.next().await.unwrap().is_empty());
    world.chain.mine(3).await.unwrap();
    assert_eq!(numbers(&late.next().await.unwrap()), [103]);
}

#[tokio::test]
async fn blocks_that_come_by_themselves_are_seen() {
    let world = World::new().await;
    let mut follower = world.chain.follow(1).unwrap();
    world.chain.set_interval(Duration::from_millis(100)).await.unwrap();
    let start = Instant::now();
    let mut blocks = Vec::new();
    while blocks.len() < 5 && start.elapsed() < Duration::from_secs(20) {
        blocks.extend(follower.next().await.unwrap());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(blocks.len() >= 5 && blocks.iter().all(|block| block.transactions.is_empty()));
    assert!(blocks.is_sorted_by_key(|block| (block.number, block.seen)));
}

#[tokio::test]
async fn a_block_that_is_taken_back_is_told() {
    let world = World::new().await;
    let usdc = world.usdc();
    let authorization = world.authorization(1);
    let signature = world.sign(usdc, &authorization);
    world.chain.mine(2).await.unwrap();
    world.chain.relay(usdc.address, &authorization, &signature).await.unwrap();
    let mut follower = world.chain.follow(1).unwrap();
    assert_eq!(numbers(&follower.next().await.unwrap()), [1, 2, 3]);

    world.chain.take_back(1).await.unwrap();
    let taken_back = async |follower: &mut Follower| {
        matches!(follower.next().await, Err(ChainError::TakenBack { block: 3 }))
    };
    assert!(taken_back(&mut follower).await, "the chain is shorter");
    world.chain.mine(2).await.unwrap();
    eventually("a chain as long as before", async || world.chain.block_number().await.unwrap() >= 4).await;
    assert!(taken_back(&mut follower).await, "block 4 has another parent");
    assert!(taken_back(&mut follower).await, "it must not be forgotten");
    assert_eq!(numbers(&world.chain.follow(3).unwrap().next().await.unwrap()), [3, 4]);
}

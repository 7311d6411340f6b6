//! The chain's own ceiling: that what is counted happened. How fast it is depends on the machine.

use crate::world::World;
use gauntlet_chain::{Ceiling, CeilingFacts, Chain, ChainError, Mining};
use gauntlet_wire::{Key, U256};
use std::time::Duration;

fn key(who: &str) -> Key {
    Key::derive(&format!("gauntlet/ceiling/{who}"))
}

/// A run measures in a task of its own.
fn movable<T: Send>(future: T) -> T {
    future
}

/// Measures, and compares what was counted with the ledger.
async fn measured(world: &World, config: Ceiling) -> CeilingFacts {
    let chain = &world.chain;
    let usdc = world.usdc().address;
    let facts = movable(chain.ceiling(config)).await.unwrap();
    assert_eq!(chain.pending_total().await.unwrap(), 0);
    assert!(facts.took >= config.at_least && facts.blocks >= 3, "{facts:?}");
    let per_second = facts.transfers as f64 / facts.took.as_secs_f64();
    assert!((facts.per_second - per_second).abs() < 1e-6 && per_second > 0.0, "{facts:?}");
    assert!(facts.fullest_block_gas_share > 0.0 && facts.fullest_block_gas_share <= 1.0, "{facts:?}");

    let transfers = chain.transfers(usdc, 0, None).await.unwrap();
    let counted = facts.first_block..facts.first_block + facts.blocks;
    let of_these = transfers.iter().filter(|transfer| counted.contains(&transfer.block)).count();
    assert_eq!(of_these as u64, facts.transfers);
    let payee = key("payee").address();
    assert!(transfers.iter().all(|transfer| transfer.to == payee && transfer.value == U256::ONE));
    assert_eq!(transfers.len() as u64, sent(chain, config.senders).await, "one for each transaction");
    facts
}

async fn sent(chain: &Chain, senders: usize) -> u64 {
    let mut sent = 0;
    for number in 0..senders {
        let sender = key(&format!("sender/{number}")).address();
        sent += chain.transaction_count(sender).await.unwrap();
    }
    sent
}

#[tokio::test(flavor = "multi_thread")]
async fn it_counts_what_the_ledger_says_with_automine() {
    let world = World::new().await;
    let config = Ceiling { at_least: Duration::from_millis(300), payers: 5, senders: 4 };
    measured(&world, config).await;
    // A second time on the same chain, the accounts go on where they were.
    measured(&world, config).await;
    assert_eq!(world.chain.mining().await.unwrap(), Mining::Automine);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_counts_what_the_ledger_says_with_a_block_a_second() {
    let world = World::new().await;
    world.chain.set_interval(Duration::from_secs(1)).await.unwrap();
    let config = Ceiling { at_least: Duration::from_secs(2), ..Ceiling::default() };
    let base_fee = async || {
        let number = world.chain.block_number().await.unwrap();
        world.chain.follow(number).unwrap().next().await.unwrap()[0].base_fee.unwrap()
    };
    let before = base_fee().await;
    measured(&world, config).await;
    let after = base_fee().await;
    assert!(after <= before, "gas became dearer: {before} {after}");
    assert_eq!(world.chain.mining().await.unwrap(), Mining::Interval(Duration::from_secs(1)));
}

#[tokio::test]
async fn there_is_none_without_blocks() {
    let world = World::new().await;
    world.chain.stop_mining().await.unwrap();
    let error = world.chain.ceiling(Ceiling::default()).await.unwrap_err();
    assert!(matches!(&error, ChainError::Ceiling(text) if text.contains("no blocks")), "{error}");

    let authorization = world.authorization(1);
    let signature = world.sign(world.usdc(), &authorization);
    world.chain.submit(world.usdc().address, &authorization, &signature).await.unwrap();
    let error = world.chain.ceiling(Ceiling::default()).await.unwrap_err();
    assert!(matches!(&error, ChainError::Ceiling(text) if text.contains("of others")), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_reverts_is_an_error() {
    let world = World::new().await;
    world.chain.set_blacklisted(world.usdc().address, key("payee").address(), true).await.unwrap();
    let config = Ceiling { at_least: Duration::from_millis(100), payers: 1, senders: 1 };
    let error = world.chain.ceiling(config).await.unwrap_err();
    assert!(error.to_string().contains("reverted"), "{error}");
}

//! When blocks are made, and what waits meanwhile.

use crate::world::{PRICE, World, eventually};
use gauntlet_chain::{Chain, ChainError, Mining};
use gauntlet_report::clock;
use gauntlet_wire::U256;
use std::time::{Duration, Instant};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn stopped_mining_keeps_transactions_in_the_pool() {
    let world = World::new().await;
    let usdc = world.usdc();
    let relayer = world.chain.roles().relayer.address();
    let mined_before = world.chain.transaction_count(relayer).await.unwrap();
    world.chain.stop_mining().await.unwrap();

    let mut waiting = Vec::new();
    for mark in 1..=3 {
        let authorization = world.authorization(mark);
        let signature = world.sign(usdc, &authorization);
        waiting.push(world.chain.submit(usdc.address, &authorization, &signature).await.unwrap());
    }
    assert_eq!(world.chain.pending_from(relayer).await.unwrap(), waiting);
    assert_eq!(world.chain.pending_total().await.unwrap(), 3);
    assert!(world.chain.pending_from(world.payer.address()).await.unwrap().is_empty());
    assert_eq!(world.chain.transaction(waiting[0]).await.unwrap(), None);
    assert_eq!(world.chain.transaction_count(relayer).await.unwrap(), mined_before);

    let block = world.chain.block_number().await.unwrap();
    world.chain.mine(1).await.unwrap();
    assert_eq!(world.chain.block_number().await.unwrap(), block + 1);
    for hash in &waiting {
        let mined = world.chain.mined(*hash).await.unwrap();
        assert_eq!((mined.status, mined.block), (true, block + 1));
    }
    assert!(world.chain.pending_from(relayer).await.unwrap().is_empty());
    assert_eq!(world.chain.pending_total().await.unwrap(), 0);
    assert_eq!(world.balance(usdc, world.payee.address()).await, 3 * PRICE);
}

#[tokio::test]
async fn automine_takes_what_was_waiting() {
    let world = World::new().await;
    let usdc = world.usdc();
    for (mark, stop_by_interval) in [(1, false), (2, true)] {
        if stop_by_interval {
            // Longer than the test: nothing is mined by the clock.
            world.chain.set_interval(HOUR).await.unwrap();
        } else {
            world.chain.stop_mining().await.unwrap();
        }
        let authorization = world.authorization(mark);
        let signature = world.sign(usdc, &authorization);
        let hash = world.chain.submit(usdc.address, &authorization, &signature).await.unwrap();
        assert_eq!(world.chain.transaction(hash).await.unwrap(), None);
        world.chain.set_automine().await.unwrap();
        assert!(world.chain.mined(hash).await.unwrap().status);
    }
    let authorization = world.authorization(3);
    let signature = world.sign(usdc, &authorization);
    assert!(world.chain.relay(usdc.address, &authorization, &signature).await.unwrap().status);
}

#[tokio::test]
async fn an_interval_makes_blocks_by_itself_until_it_is_stopped() {
    let world = World::new().await;
    let start = world.chain.block_number().await.unwrap();
    world.chain.set_interval(Duration::from_secs(1)).await.unwrap();
    eventually("two blocks", async || world.chain.block_number().await.unwrap() >= start + 2).await;

    let authorization = world.authorization(1);
    let signature = world.sign(world.usdc(), &authorization);
    let relayed = world.chain.relay(world.usdc().address, &authorization, &signature).await.unwrap();
    assert!(relayed.status && relayed.block > start + 2);

    world.chain.set_interval(Duration::ZERO).await.unwrap();
    let authorization = world.authorization(2);
    let signature = world.sign(world.usdc(), &authorization);
    let hash = world.chain.submit(world.usdc().address, &authorization, &signature).await.unwrap();
    let stopped_at = world.chain.block_number().await.unwrap();
    // Longer than the interval was.
    tokio::time::sleep(Duration::from_millis(1300)).await;
    assert_eq!(world.chain.block_number().await.unwrap(), stopped_at);
    assert_eq!(world.chain.transaction(hash).await.unwrap(), None);
}

#[tokio::test]
async fn an_interval_may_be_a_fraction_of_a_second() {
    let world = World::new().await;
    let start = world.chain.block_number().await.unwrap();
    let period = Duration::from_millis(450);
    world.chain.set_interval(period).await.unwrap();
    let began = Instant::now();
    eventually("five blocks", async || world.chain.block_number().await.unwrap() >= start + 5).await;
    assert!(began.elapsed() > period * 4, "five blocks in {:?}", began.elapsed());

    world.chain.stop_mining().await.unwrap();
    world.chain.mine(1).await.unwrap();
    let stamped = world.chain.latest_timestamp().await.unwrap();
    assert!(stamped <= clock::unix_seconds(), "short blocks push chain time ahead");
}

#[tokio::test]
async fn a_chain_that_stays_makes_whole_seconds_only() {
    let world = World::new().await;
    let visitor = Chain::attach(world.chain.rpc_url(), world.chain.profile()).await.unwrap();
    let error = visitor.set_interval(Duration::from_millis(450)).await.unwrap_err();
    assert!(matches!(error, ChainError::WholeSeconds(_)), "{error}");
    assert_eq!(visitor.mining().await.unwrap(), Mining::Automine);
    visitor.set_interval(HOUR).await.unwrap();
    assert_eq!(visitor.mining().await.unwrap(), Mining::Interval(HOUR));
}

#[tokio::test]
async fn chain_time_is_wall_time() {
    let world = World::new().await;
    world.chain.mine(50).await.unwrap();
    for mark in 1..=20 {
        let authorization = world.authorization(mark);
        let signature = world.sign(world.usdc(), &authorization);
        world.chain.relay(world.usdc().address, &authorization, &signature).await.unwrap();
    }
    let before = clock::unix_seconds();
    world.chain.mine(1).await.unwrap();
    let after = clock::unix_seconds();
    let stamped = world.chain.latest_timestamp().await.unwrap();
    assert!((before..=after).contains(&stamped), "{before} {stamped} {after}");
}

#[tokio::test]
async fn a_dropped_transaction_is_gone() {
    let world = World::new().await;
    world.chain.stop_mining().await.unwrap();
    let authorization = world.authorization(1);
    let signature = world.sign(world.usdc(), &authorization);
    let hash = world.chain.submit(world.usdc().address, &authorization, &signature).await.unwrap();
    assert!(world.chain.drop_transaction(hash).await.unwrap());
    assert!(!world.chain.drop_transaction(hash).await.unwrap());
    world.chain.mine(1).await.unwrap();
    assert_eq!(world.chain.transaction(hash).await.unwrap(), None);
    assert_eq!(world.balance(world.usdc(), world.payee.address()).await, 0);
}

#[tokio::test]
async fn a_transaction_that_was_taken_out_comes_back_as_it_was() {
    let world = World::new().await;
    world.chain.stop_mining().await.unwrap();
    let authorization = world.authorization(1);
    let signature = world.sign(world.usdc(), &authorization);
    let hash = world.chain.submit(world.usdc().address, &authorization, &signature).await.unwrap();
    assert_eq!(world.chain.pending_with(authorization.nonce).await.unwrap(), Some(hash));
    assert_eq!(world.chain.pending_with(world.authorization(2).nonce).await.unwrap(), None);

    let sent = world.chain.take_out(hash).await.unwrap().unwrap();
    assert_eq!(world.chain.pending_with(authorization.nonce).await.unwrap(), None);
    assert_eq!(world.chain.take_out(hash).await.unwrap(), None);
    world.chain.set_automine().await.unwrap();
    world.chain.mine(1).await.unwrap();
    assert_eq!(world.balance(world.usdc(), world.payee.address()).await, 0);

    let relayed = world.chain.bring_back(&sent).await.unwrap();
    assert_eq!((relayed.hash, relayed.status), (hash, true));
    assert_eq!(world.balance(world.usdc(), world.payee.address()).await, PRICE);
}

#[tokio::test]
async fn many_at_once_share_the_relayer() {
    let world = World::new().await;
    let world = std::sync::Arc::new(world);
    let mut tasks = Vec::new();
    for mark in 1..=20 {
        let world = world.clone();
        tasks.push(tokio::spawn(async move {
            let authorization = world.authorization(mark);
            let signature = world.sign(world.usdc(), &authorization);
            world.chain.relay(world.usdc().address, &authorization, &signature).await.unwrap().status
        }));
    }
    for task in tasks {
        assert!(task.await.unwrap());
    }
    let paid = world.chain.balance(world.usdc().address, world.payee.address()).await.unwrap();
    assert_eq!(paid, U256::from(20 * PRICE));
}

#[tokio::test]
async fn the_mode_is_told_and_can_be_put_back() {
    let world = World::new().await;
    let fraction = Mining::Interval(Duration::from_millis(3_600_500));
    for mode in [Mining::Interval(HOUR), fraction, Mining::Stopped, Mining::Automine] {
        world.chain.set_mining(mode).await.unwrap();
        assert_eq!(world.chain.mining().await.unwrap(), mode);
    }
}

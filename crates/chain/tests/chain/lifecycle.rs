//! Starting, taking over, ending.

use crate::world::{anvil, config, eventually};
use alloy_provider::Provider as _;
use gauntlet_chain::tokens::PAYER_USDC;
use gauntlet_chain::{Chain, ChainConfig, ChainError, Mining, Profile};
use gauntlet_wire::U256;
use std::net::TcpListener;
use std::time::Duration;

fn port_of(chain: &Chain) -> u16 {
    chain.rpc_url().rsplit(':').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_chain_tells_what_it_is_and_ends_when_dropped() {
    let chain = Chain::start(config()).await.unwrap();
    assert_eq!(chain.chain_id(), 84532);
    assert_eq!(chain.profile().name, "base-sepolia");
    assert_eq!(chain.anvil_version(), anvil().version.to_string());
    let payer = chain.roles().payer.address();
    let funds = chain.balance(chain.tokens().usdc.address, payer).await.unwrap();
    assert_eq!(funds, U256::from(PAYER_USDC));

    let port = port_of(&chain);
    let pid = chain.pid().unwrap();
    assert!(process_exists(pid));
    drop(chain);
    assert!(!process_exists(pid), "Anvil {pid} is still there");
    assert!(TcpListener::bind(("127.0.0.1", port)).is_ok());
}

/// Whether a process is there and is no zombie.
#[cfg(target_os = "linux")]
fn process_exists(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap().trim_start().starts_with('Z'))
}

#[cfg(not(target_os = "linux"))]
fn process_exists(pid: u32) -> bool {
    let status = std::process::Command::new("kill").args(["-0", &pid.to_string()]).output();
    status.is_ok_and(|output| output.status.success())
}

#[tokio::test]
async fn another_process_can_take_over_a_chain() {
    let first = Chain::start(config()).await.unwrap();
    let second = Chain::attach(first.rpc_url(), first.profile()).await.unwrap();
    assert_eq!(second.pid(), None);
    assert_eq!(second.anvil_version(), first.anvil_version());
    assert_eq!(second.tokens(), first.tokens());
    drop(second);
    assert!(first.block_number().await.is_ok(), "the chain ended with the one who visited it");
}

#[tokio::test]
async fn a_strange_chain_is_not_taken_over() {
    let chain = Chain::start(config()).await.unwrap();
    let base = Profile::by_name("base").unwrap();
    let error = Chain::attach(chain.rpc_url(), base).await.unwrap_err();
    assert!(matches!(error, ChainError::WrongChain { found: 84532, expected: 8453, .. }), "{error}");

    let usdc = chain.tokens().usdc.address;
    let _: () = chain.provider().client().request("anvil_setCode", (usdc, "0x00")).await.unwrap();
    let error = Chain::attach(chain.rpc_url(), chain.profile()).await.unwrap_err();
    assert!(matches!(error, ChainError::NoContracts { address, .. } if address == usdc), "{error}");

    let error = Chain::attach("localhost:8545", chain.profile()).await.unwrap_err();
    assert!(matches!(error, ChainError::BadUrl { .. }), "{error}");
}

#[tokio::test]
async fn the_port_can_be_chosen_and_may_be_taken() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let chosen = ChainConfig { port: Some(port), ..config() };
    let error = Chain::start(chosen.clone()).await.unwrap_err();
    assert!(matches!(error, ChainError::PortInUse { port: taken, .. } if taken == port), "{error}");
    drop(listener);
    let chain = Chain::start(chosen).await.unwrap();
    assert_eq!(port_of(&chain), port);
}

#[tokio::test]
async fn a_program_that_is_no_node_does_not_start() {
    let mut config = config();
    config.anvil.path = "/nowhere/anvil".into();
    let error = Chain::start(config).await.unwrap_err();
    assert!(matches!(error, ChainError::NotStarted { .. }), "{error}");
}

#[tokio::test]
async fn predeploys_are_read_once_and_kept() {
    let cache = tempfile::tempdir().unwrap();
    let config = ChainConfig { cache: cache.path().join("deep/cache"), ..config() };
    drop(Chain::start(config.clone()).await.unwrap());
    let file = config.cache.join(format!("predeploys-{}.json", config.anvil.version));
    let kept = std::fs::read(&file).unwrap();
    assert_eq!(std::fs::read_dir(&config.cache).unwrap().count(), 1);

    // Half a file is read anew.
    std::fs::write(&file, &kept[..kept.len() / 2]).unwrap();
    drop(Chain::start(config.clone()).await.unwrap());
    assert_eq!(std::fs::read(&file).unwrap(), kept);
}

#[tokio::test]
async fn the_log_gets_what_anvil_prints() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("anvil.log");
    let chain = Chain::start(ChainConfig { log: Some(log.clone()), ..config() }).await.unwrap();
    chain.block_number().await.unwrap();
    let log = &log;
    eventually("a line in the log", async || {
        std::fs::read_to_string(log).is_ok_and(|text| text.contains("eth_blockNumber"))
    })
    .await;
}

#[tokio::test]
async fn a_talkative_anvil_does_not_block() {
    let chain = Chain::start(config()).await.unwrap();
    let _: () = chain.provider().client().request("anvil_setLoggingEnabled", [true]).await.unwrap();
    // Far more lines than a pipe holds.
    for _ in 0..5_000 {
        chain.block_number().await.unwrap();
    }
    assert_eq!(chain.block_number().await.unwrap(), 0);
}

#[tokio::test]
async fn a_block_can_be_given_another_gas_limit() {
    let limit_of = async |gas_limit| {
        let chain = Chain::start(ChainConfig { gas_limit, ..config() }).await.unwrap();
        chain.mine(1).await.unwrap();
        chain.follow(1).unwrap().next().await.unwrap()[0].gas_limit
    };
    assert_eq!(limit_of(None).await, 30_000_000);
    assert_eq!(limit_of(Some(123_000_000)).await, 123_000_000);
}

#[tokio::test]
async fn a_chain_can_begin_with_blocks_at_intervals() {
    for millis in [1000, 450] {
        let period = Duration::from_millis(millis);
        let chain = Chain::start(ChainConfig { block_time: Some(period), ..config() }).await.unwrap();
        assert_eq!(chain.mining().await.unwrap(), Mining::Interval(period));
        let start = chain.block_number().await.unwrap();
        let chain = &chain;
        eventually("a block", async || chain.block_number().await.unwrap() > start).await;
    }
}

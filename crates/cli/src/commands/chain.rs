//! `gauntlet chain up`: the chain with its contracts and funded keys, for tests of your own.

use crate::args::{ChainArgs, ChainCommand, ChainFormat, ChainUpArgs};
use crate::failure::Failure;
use crate::{interrupt, output, settings};
use gauntlet_chain::{Chain, ChainConfig, MULTICALL3, PERMIT2, WALLET_FACTORY};
use gauntlet_probe::{FaultProxy, Guard};
use gauntlet_report::ExitCode;
use serde_json::{Map, Value, json};
use std::net::SocketAddr;

pub(crate) async fn run(args: ChainArgs) -> Result<ExitCode, Failure> {
    match args.command {
        ChainCommand::Up(args) => up(args).await,
    }
}

async fn up(args: ChainUpArgs) -> Result<ExitCode, Failure> {
    let (network, anvil) = settings::chain(&args.chain, false).await?;
    let guard = Guard::start();
    let chain = Chain::start(ChainConfig {
        profile: network,
        anvil,
        port: None,
        block_time: args.block_time.map(|time| time.on(network)),
        gas_limit: None,
        cache: settings::cache()?,
        log: None,
    })
    .await?;
    if let Some(pid) = chain.pid() {
        guard.watch_pid(pid);
    }
    let listen = SocketAddr::from((args.host, args.port.unwrap_or_default()));
    let proxy = FaultProxy::start(chain.rpc_url(), Some(listen))
        .map_err(|error| Failure::harness(error.to_string()).with_help("choose another port with --port"))?
        .with_description(json!({ "anvil_url": chain.rpc_url(), "network": network.name }));
    let facts = facts(&chain, &proxy.url());
    let interrupted = interrupt::next();
    output::result(&match args.format {
        ChainFormat::Json => super::list::pretty(&Value::Object(facts)),
        ChainFormat::Env => {
            let line = |(name, value): (&String, &Value)| {
                format!(
                    "GAUNTLET_{}={}",
                    name.to_ascii_uppercase(),
                    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
                )
            };
            facts.iter().map(line).collect::<Vec<_>>().join("\n")
        }
    });
    output::remark("the chain is up; Ctrl-C stops it");
    interrupted.await;
    drop(proxy);
    drop(chain);
    drop(guard);
    Ok(ExitCode::Success)
}

/// What a test needs to know: names in lower case; as environment they are upper case with `GAUNTLET_` before them.
fn facts(chain: &Chain, rpc_url: &str) -> Map<String, Value> {
    let profile = chain.profile();
    let tokens = chain.tokens();
    let mut facts = Map::new();
    let mut put = |name: &str, value: Value| facts.insert(name.to_owned(), value);
    put("rpc_url", json!(rpc_url));
    put("anvil_url", json!(chain.rpc_url()));
    put("network", json!(profile.name));
    put("chain_id", json!(profile.network.chain_id));
    put("caip2", json!(profile.network.caip2()));
    put("network_v1", json!(profile.network.v1_name()));
    put("usdc", json!(tokens.usdc.address.to_string()));
    put("usdc_name", json!(tokens.usdc.name));
    put("usdc_version", json!(tokens.usdc.version));
    put("usdc_decimals", json!(tokens.usdc.decimals));
    put("permit2", json!(PERMIT2.to_string()));
    put("multicall3", json!(MULTICALL3.to_string()));
    put("wallet_factory", json!(WALLET_FACTORY.to_string()));
    for (role, key) in chain.roles().named() {
        put(&format!("{role}_address"), json!(key.address().to_string()));
        put(&format!("{role}_key"), json!(key.to_bytes().to_string()));
    }
    facts
}

//! The set-up of a trial: chain, fault proxy, target.

use super::running::{Live, LiveKind};
use super::{ChainSource, TrialConfig, TrialError, Watcher};
use crate::target::TargetSpec;
use gauntlet_chain::{Chain, ChainConfig};
use gauntlet_doubles::facilitator;
use gauntlet_probe::{FaultProxy, Guard, Manifest, ProxyHandle, RemoteProxy, Role, Target};
use gauntlet_report::clock;
use gauntlet_wire::Version;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};

/// What the checks stand on, besides the target.
pub(super) struct Parts {
    pub(super) chain: Chain,
    pub(super) proxy: Option<ProxyHandle>,
    /// Keeps the proxy of this process alive.
    pub(super) own_proxy: Option<FaultProxy>,
    /// Ends Anvil and the target when this process is killed.
    pub(super) guard: Guard,
    /// The RPC URL that the target was given, when we know it.
    pub(super) target_rpc: Option<String>,
}

/// The set-up, as far as it came.
pub(super) struct Stage {
    pub(super) began_ms: u64,
    pub(super) anvil: String,
    pub(super) parts: Option<Parts>,
    /// The target, or why there is none.
    pub(super) target: Result<Live, String>,
    pub(super) interrupted: bool,
}

impl Stage {
    /// The user stopped the set-up.
    pub(super) fn interrupted() -> Self {
        Self {
            began_ms: clock::unix_millis(),
            anvil: String::new(),
            parts: None,
            target: Err("interrupted during the set-up".into()),
            interrupted: true,
        }
    }
}

/// Starts everything. A target that does not start is part of the answer, a chain that does not start is an error.
pub(super) async fn stage(config: &TrialConfig, watcher: &dyn Watcher) -> Result<Stage, TrialError> {
    let began_ms = clock::unix_millis();
    let parts = parts(config, watcher).await?;
    let target = target(config, &parts, watcher).await;
    Ok(Stage {
        began_ms,
        anvil: parts.chain.anvil_version().to_owned(),
        parts: Some(parts),
        target,
        interrupted: false,
    })
}

async fn parts(config: &TrialConfig, watcher: &dyn Watcher) -> Result<Parts, TrialError> {
    let guard = Guard::start();
    match &config.chain {
        ChainSource::Own { anvil, cache } => {
            watcher.step(&format!("starting Anvil {} as {}", anvil.version, config.network.name));
            let chain = Chain::start(ChainConfig {
                profile: config.network,
                anvil: anvil.clone(),
                port: None,
                block_time: None,
                cache: cache.clone(),
                log: Some(config.folder.join("anvil.log")),
            })
            .await?;
            if let Some(pid) = chain.pid() {
                guard.watch_pid(pid);
            }
            let proxy = FaultProxy::start(chain.rpc_url(), None)?;
            let target_rpc = Some(proxy.url());
            Ok(Parts { chain, proxy: Some(proxy.handle()), own_proxy: Some(proxy), guard, target_rpc })
        }
        ChainSource::Attached { rpc_url } => attached(config, rpc_url, guard, watcher).await,
    }
}

/// A chain of `gauntlet chain up` stands behind a fault proxy that says where Anvil itself is; any other chain is
/// used as it is, without faults.
async fn attached(
    config: &TrialConfig,
    rpc_url: &str,
    guard: Guard,
    watcher: &dyn Watcher,
) -> Result<Parts, TrialError> {
    watcher.step(&format!("using the chain at {rpc_url}"));
    let remote = RemoteProxy::new(rpc_url)?;
    let direct =
        remote.describe().await.ok().and_then(|description| {
            description.get("anvil_url").and_then(|url| url.as_str()).map(str::to_owned)
        });
    let chain = Chain::attach(direct.as_deref().unwrap_or(rpc_url), config.network).await?;
    let proxy = direct.is_some().then(|| remote.handle());
    Ok(Parts { chain, proxy, own_proxy: None, guard, target_rpc: Some(rpc_url.to_owned()) })
}

async fn target(config: &TrialConfig, parts: &Parts, watcher: &dyn Watcher) -> Result<Live, String> {
    match &config.target {
        TargetSpec::Double(mutant) => {
            watcher.step(&format!("starting {}", config.target.spec()));
            let double = facilitator::serve(facilitator::Config {
                rpc_url: parts.target_rpc.clone().unwrap_or_else(|| parts.chain.rpc_url().to_owned()),
                key: parts.chain.roles().facilitator.clone(),
                network: config.network.network,
                versions: Version::ALL.to_vec(),
                fault: mutant.map(|mutant| mutant.fault),
                listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            })
            .await
            .map_err(|error| format!("the double did not start: {error}"))?;
            Ok(Live { url: double.url(), claims: None, kind: LiveKind::Double(double) })
        }
        TargetSpec::Url(url) => Ok(Live { url: url.clone(), claims: None, kind: LiveKind::Elsewhere }),
        TargetSpec::Manifest(manifest, _) => start(config, manifest, parts, watcher).await,
        TargetSpec::Command(command) => {
            let mut manifest = Manifest::for_command(command.clone(), Role::Facilitator);
            if let Some(start) = &mut manifest.start {
                start.env.extend(command_environment());
            }
            start(config, &manifest, parts, watcher).await
        }
    }
}

async fn start(
    config: &TrialConfig,
    manifest: &Manifest,
    parts: &Parts,
    watcher: &dyn Watcher,
) -> Result<Live, String> {
    watcher.step(&format!("starting {}", manifest.name));
    let log = config.folder.join("target.log");
    let values = placeholders(config, parts);
    let target =
        Target::start(manifest, &values, &log, &parts.guard).await.map_err(|error| error.to_string())?;
    Ok(Live {
        url: target.base_url().to_owned(),
        claims: manifest.claims.versions.clone(),
        kind: LiveKind::Process(Box::new(target)),
    })
}

/// What a command learns of its world: the names that `gauntlet chain up` prints.
fn command_environment() -> impl Iterator<Item = (String, String)> {
    [
        ("GAUNTLET_RPC_URL", "{rpc_url}"),
        ("GAUNTLET_CHAIN_ID", "{chain_id}"),
        ("GAUNTLET_CAIP2", "{network}"),
        ("GAUNTLET_NETWORK_V1", "{network_v1}"),
        ("GAUNTLET_NETWORK", "{network_name}"),
        ("GAUNTLET_USDC", "{asset}"),
        ("GAUNTLET_USDC_NAME", "{asset_name}"),
        ("GAUNTLET_USDC_VERSION", "{asset_version}"),
        ("GAUNTLET_FACILITATOR_KEY", "{facilitator_key}"),
        ("GAUNTLET_FACILITATOR_ADDRESS", "{facilitator_address}"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
}

/// The names that a manifest may put in braces; `port` is added when the port is known.
#[must_use]
pub fn placeholder_names() -> Vec<&'static str> {
    vec![
        "port",
        "rpc_url",
        "chain_id",
        "network",
        "network_v1",
        "network_name",
        "asset",
        "asset_name",
        "asset_version",
        "facilitator_key",
        "facilitator_address",
        "payee",
    ]
}

fn placeholders(config: &TrialConfig, parts: &Parts) -> BTreeMap<String, String> {
    let roles = parts.chain.roles();
    let usdc = &config.network.usdc;
    let network = config.network.network;
    [
        ("rpc_url", parts.target_rpc.clone().unwrap_or_else(|| parts.chain.rpc_url().to_owned())),
        ("chain_id", network.chain_id.to_string()),
        ("network", network.caip2()),
        ("network_v1", network.v1_name()),
        ("network_name", config.network.name.to_owned()),
        ("asset", usdc.address.to_string()),
        ("asset_name", usdc.name.clone()),
        ("asset_version", usdc.version.clone()),
        ("facilitator_key", roles.facilitator.to_bytes().to_string()),
        ("facilitator_address", roles.facilitator.address().to_string()),
        ("payee", roles.payee.address().to_string()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

//! The set-up of a trial: chain, fault proxy, the facilitator behind a server, target.

use super::running::{Live, Starter, own_address};
use super::surroundings::Surroundings;
use super::{ChainSource, TrialConfig, TrialError, Watcher};
use crate::target::{Double, TargetSpec};
use gauntlet_chain::{Chain, ChainConfig};
use gauntlet_doubles::scripted;
use gauntlet_doubles::tongue::Tongue;
use gauntlet_probe::{FaultProxy, Guard, ProxyHandle, RemoteProxy, Role};
use gauntlet_report::clock;
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
    /// The facilitator behind a server on trial.
    pub(super) backing: Option<Backing>,
}

/// The facilitator behind a server on trial, and the scripted one that stands before it.
pub(super) struct Backing {
    pub(super) live: Live,
    pub(super) scripted: scripted::Running,
}

/// The set-up, as far as it came.
pub(super) struct Stage {
    pub(super) began_ms: u64,
    pub(super) anvil: String,
    pub(super) parts: Option<Parts>,
    /// The target and how it is started again, or why there is none.
    pub(super) target: Result<(Live, Starter), String>,
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
    let mut parts = parts(config, watcher).await?;
    let target = match starter(config, &mut parts, watcher).await {
        Ok(starter) => {
            if starter.starts() {
                watcher.step(&format!("starting {}", config.target.name()));
            }
            starter.start("target.log").await.map(|live| (live, starter))
        }
        Err(reason) => Err(reason),
    };
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
                gas_limit: None,
                cache: cache.clone(),
                log: Some(config.folder.join("anvil.log")),
            })
            .await?;
            if let Some(pid) = chain.pid() {
                guard.watch_pid(pid);
            }
            let proxy = FaultProxy::start(chain.rpc_url(), None)?;
            let target_rpc = Some(proxy.url());
            Ok(Parts {
                chain,
                proxy: Some(proxy.handle()),
                own_proxy: Some(proxy),
                guard,
                target_rpc,
                backing: None,
            })
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
    let target_rpc = Some(rpc_url.to_owned());
    Ok(Parts { chain, proxy, own_proxy: None, guard, target_rpc, backing: None })
}

/// How the target is started, with the facilitator that a server is pointed at.
async fn starter(config: &TrialConfig, parts: &mut Parts, watcher: &dyn Watcher) -> Result<Starter, String> {
    let rpc_url = parts.target_rpc.clone().unwrap_or_else(|| parts.chain.rpc_url().to_owned());
    let around = Surroundings {
        network: config.network,
        roles: parts.chain.roles().clone(),
        rpc_url,
        speaker: config.speaker.clone(),
        seed: config.seed,
        folder: config.folder.clone(),
        guard: parts.guard.clone(),
    };
    let starter = around.starter(config.target.clone());
    if config.target.role() != Role::Server {
        return Ok(starter);
    }
    let backing = back(config, &around, watcher).await?;
    let url = backing.scripted.url();
    parts.backing = Some(backing);
    Ok(starter.pointed_at(url))
}

/// Starts the facilitator that settles for the server, and the scripted one before it.
async fn back(config: &TrialConfig, around: &Surroundings, watcher: &dyn Watcher) -> Result<Backing, String> {
    watcher.step(&format!("starting {} as facilitator", config.facilitator.spec()));
    let setup = around.setup();
    if setup.is_some() && !matches!(config.facilitator, TargetSpec::Double(Double::Facilitator(_))) {
        return Err(
            "in a dialect the facilitator behind a server is our double; leave --facilitator out".into()
        );
    }
    let live = around
        .starter(config.facilitator.clone())
        .interpreted()
        .start("facilitator.log")
        .await
        .map_err(|reason| format!("the facilitator behind the server did not start: {reason}"))?;
    // Its door is closed and opened again, at the same place.
    let listen = match config.facilitator_port {
        Some(port) => SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        None => own_address()?,
    };
    let signer = around.roles.facilitator.address();
    let tongue = setup.map(|setup| Tongue::new(setup, config.network.network, signer, None));
    let scripted = scripted::serve(scripted::Config { upstream: live.url.clone(), tongue, listen })
        .await
        .map_err(|error| format!("the scripted facilitator did not start: {error}"))?;
    Ok(Backing { live, scripted })
}

/// Whether the server calls the facilitator that we offer it.
pub(super) fn is_pointed_at_us(config: &TrialConfig) -> bool {
    match &config.target {
        TargetSpec::Double(_) | TargetSpec::Command { .. } => true,
        TargetSpec::Url { .. } => config.facilitator_port.is_some(),
        TargetSpec::Manifest(manifest, _) => {
            manifest.takes_a_facilitator() || config.facilitator_port.is_some()
        }
    }
}

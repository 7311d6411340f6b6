//! A target that runs.

use super::End;
use crate::target::{Double, TargetSpec};
use gauntlet_doubles::{DoubleError, facilitator, server};
use gauntlet_probe::{Guard, Manifest, Role, RunningTarget, Shop, Target, free_port};
use gauntlet_wire::Version;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// Starts one target as often as it is asked to.
pub struct Starter {
    /// What to start.
    pub(super) target: TargetSpec,
    /// Values of placeholders.
    pub(super) values: BTreeMap<String, String>,
    /// The run's folder, for logs.
    pub(super) folder: PathBuf,
    /// Ends what was started when this process is killed.
    pub(super) guard: Guard,
    /// How a facilitator double is set up, whatever its fault.
    pub(super) facilitator: facilitator::Config,
    /// How a server double is set up, whatever its fault.
    pub(super) server: server::Config,
}

impl Starter {
    /// Whether the target is ours to start.
    #[must_use]
    pub fn starts(&self) -> bool {
        !self.target.runs_already()
    }

    /// The same, with the facilitator that a server asks.
    #[must_use]
    pub fn pointed_at(mut self, facilitator_url: String) -> Self {
        self.values.insert("facilitator_url".into(), facilitator_url.clone());
        self.server.facilitator_url = facilitator_url;
        self
    }

    /// The same, with somebody before it who speaks a dialect for it.
    #[must_use]
    pub(super) fn interpreted(mut self) -> Self {
        self.facilitator.interpreted = true;
        self
    }

    /// Starts the target. `log` is the name of a file in the run's folder.
    ///
    /// # Errors
    /// Why it did not start.
    pub async fn start(&self, log: &str) -> Result<Live, String> {
        let failed = |error: DoubleError| format!("the double did not start: {error}");
        match &self.target {
            TargetSpec::Double(Double::Facilitator(mutant)) => {
                let fault = mutant.map(|mutant| mutant.fault);
                let config =
                    facilitator::Config { fault, listen: own_address()?, ..self.facilitator.clone() };
                let running = facilitator::serve(config.clone()).await.map_err(failed)?;
                Ok(Live::new(running.url(), LiveKind::Facilitator(Some(running), Box::new(config))))
            }
            TargetSpec::Double(Double::Client(_)) => Err("a client is not started: it buys".into()),
            TargetSpec::Double(Double::Server(mutant)) => {
                let fault = mutant.map(|mutant| mutant.fault);
                let config = server::Config { fault, listen: own_address()?, ..self.server.clone() };
                let running = server::serve(config.clone()).await.map_err(failed)?;
                let shop = double_shop(&config.canary);
                Ok(Live {
                    shop,
                    // Whatever a mutant makes of its 402, it means to serve both.
                    claims: Some(config.versions.clone()),
                    ..Live::new(running.url(), LiveKind::Server(Some(running), Box::new(config)))
                })
            }
            TargetSpec::Url { url, shop, .. } => {
                Ok(Live { shop: shop.clone(), ..Live::new(url.clone(), LiveKind::Elsewhere) })
            }
            TargetSpec::Manifest(manifest, _) => self.start_manifest(manifest, log).await,
            TargetSpec::Command { command, role, shop } => {
                let mut manifest = Manifest::for_command(command.clone(), *role);
                if let Some(start) = &mut manifest.start {
                    start.env.extend(command_environment());
                }
                if *role == Role::Server {
                    manifest = manifest.selling(shop.clone());
                }
                self.start_manifest(&manifest, log).await
            }
        }
    }

    /// Starts a server double of ours, whatever the target is, with headers of this length in its answers.
    ///
    /// # Errors
    /// Why it did not start.
    pub(crate) async fn own_double(&self, length: usize) -> Result<OwnDouble, String> {
        let lengths = server::Lengths { challenge: length, receipt: length };
        let config = server::Config { fault: None, lengths, listen: own_address()?, ..self.server.clone() };
        let canary = config.canary.clone();
        let running =
            server::serve(config).await.map_err(|error| format!("our own double did not start: {error}"))?;
        Ok(OwnDouble { url: running.url(), canary, running })
    }

    async fn start_manifest(&self, manifest: &Manifest, log: &str) -> Result<Live, String> {
        let shop = manifest.fill(&self.with_port()).map_err(|error| error.to_string())?.shop;
        let log = self.folder.join(log);
        let started = Target::start(&self.with_keys(manifest), &self.values, &log, &self.guard).await;
        let target = started.map_err(|error| error.to_string())?;
        let url = target.base_url().to_owned();
        let kind = match manifest.start {
            Some(_) => LiveKind::Process(Box::new(target)),
            None => LiveKind::Elsewhere,
        };
        let (claims, schemes) = (manifest.claims.versions.clone(), manifest.claims.schemes.clone());
        Ok(Live { claims, schemes: schemes.unwrap_or_default(), shop, ..Live::new(url, kind) })
    }

    /// A server is given the keys with which it speaks to its facilitator, by the names that its dialect has for them.
    fn with_keys(&self, manifest: &Manifest) -> Manifest {
        let mut manifest = manifest.clone();
        let speaker = self.server.speaker.as_ref().filter(|_| manifest.role == Role::Server);
        if let (Some(start), Some(speaker)) = (&mut manifest.start, speaker) {
            let keys = speaker.keys.iter().map(|(name, key)| (name.to_owned(), key.to_owned()));
            start.env.extend(keys);
        }
        manifest
    }

    /// Any port, where only the other placeholders matter.
    fn with_port(&self) -> BTreeMap<String, String> {
        let mut values = self.values.clone();
        values.entry("port".into()).or_insert_with(|| "1".into());
        values
    }
}

/// A server double of ours beside the target.
pub(crate) struct OwnDouble {
    /// Base URL.
    pub(crate) url: String,
    /// What stands in its content.
    pub(crate) canary: String,
    running: server::Running,
}

impl OwnDouble {
    /// Ends it.
    pub(crate) async fn stop(self) {
        self.running.stop().await;
    }
}

/// What a command learns of its world: the names that `gauntlet chain up` prints, and what a server needs besides.
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
        ("GAUNTLET_FACILITATOR_URL", "{facilitator_url}"),
        ("GAUNTLET_WALLET_FACTORY", "{wallet_factory}"),
        ("GAUNTLET_PAYEE", "{payee}"),
        ("GAUNTLET_PAYEE2", "{payee2}"),
        ("GAUNTLET_CANARY", "{canary}"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
}

/// The routes of the server double.
fn double_shop(canary: &str) -> Shop {
    let get = |name: &str, path: &str| (name.to_owned(), gauntlet_probe::Route::get(path));
    let create = gauntlet_probe::Route {
        method: "POST".into(),
        path: "/create".into(),
        body: r#"{"hello":"world"}"#.into(),
    };
    let routes = [
        get("cheap", "/cheap"),
        get("twin", "/twin"),
        get("dear", "/dear"),
        get("elsewhere", "/elsewhere"),
        get("slow", "/slow"),
        get("failing", "/failing"),
        get("missing", "/missing"),
        ("create".to_owned(), create),
        get("item", "/items/7"),
        get("files", "/files/a/b.txt"),
        get("upfront", "/upfront"),
        get("identified", "/identified"),
        get("required-id", "/required-id"),
        get("permit2", "/permit2"),
        get("metered", "/metered"),
        get("unused", "/unused"),
        get("free", "/free"),
        get("runs", "/runs"),
    ];
    Shop { canary: Some(canary.to_owned()), routes: routes.into_iter().collect() }
}

/// A target that runs.
pub struct Live {
    /// Base URL.
    pub url: String,
    /// Versions that its manifest claims.
    pub(super) claims: Option<Vec<Version>>,
    /// Schemes that its manifest claims.
    pub(super) schemes: Vec<String>,
    /// What it sells, when it is a server.
    pub shop: Shop,
    /// What has to be stopped.
    kind: LiveKind,
}

/// Whose it is.
enum LiveKind {
    /// A facilitator double of this process; absent between its end and its next beginning.
    Facilitator(Option<facilitator::Running>, Box<facilitator::Config>),
    /// A server double of this process; absent between its end and its next beginning.
    Server(Option<server::Running>, Box<server::Config>),
    /// A process that we started.
    Process(Box<RunningTarget>),
    /// Somebody else's, or stopped.
    Elsewhere,
}

impl Live {
    fn new(url: String, kind: LiveKind) -> Self {
        Self { url, claims: None, schemes: Vec::new(), shop: Shop::default(), kind }
    }

    /// Whether we started it, and can start it again.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        !matches!(self.kind, LiveKind::Elsewhere)
    }

    /// Id of its process, when it is one that we started.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        match &self.kind {
            LiveKind::Process(target) => target.pid(),
            LiveKind::Facilitator(..) | LiveKind::Server(..) | LiveKind::Elsewhere => None,
        }
    }

    /// How the target ended by itself, when it did.
    pub fn death(&mut self) -> Option<End> {
        match &mut self.kind {
            LiveKind::Process(target) => {
                let status = target.exited()?;
                let last_lines = target.log_tail(5).trim().replace('\n', " | ");
                Some(End { how: format!("its process ended by itself ({status})"), last_lines })
            }
            LiveKind::Facilitator(Some(double), _) if double.has_ended() => {
                Some(End { how: "it ended by itself".into(), last_lines: String::new() })
            }
            LiveKind::Facilitator(..) | LiveKind::Server(..) | LiveKind::Elsewhere => None,
        }
    }

    /// Stops the target and starts it again at the same address, with nothing left in its memory.
    ///
    /// # Errors
    /// Why it did not come back.
    pub async fn restart(&mut self) -> Result<(), String> {
        match &mut self.kind {
            LiveKind::Process(target) => target.restart().await.map_err(|error| error.to_string()),
            LiveKind::Server(running, config) => {
                if let Some(old) = running.take() {
                    config.listen = old.address();
                    old.stop().await;
                }
                let again = server::serve(config.as_ref().clone()).await;
                *running = Some(again.map_err(|error| error.to_string())?);
                Ok(())
            }
            LiveKind::Facilitator(running, config) => {
                if let Some(old) = running.take() {
                    config.listen = old.address();
                    old.stop().await;
                }
                let again = facilitator::serve(config.as_ref().clone()).await;
                *running = Some(again.map_err(|error| error.to_string())?);
                Ok(())
            }
            LiveKind::Elsewhere => Err("the target was not started by Gauntlet".into()),
        }
    }

    /// Stops what we started.
    pub async fn stop(&mut self) {
        match std::mem::replace(&mut self.kind, LiveKind::Elsewhere) {
            LiveKind::Facilitator(Some(double), _) => double.stop().await,
            LiveKind::Server(Some(double), _) => double.stop().await,
            LiveKind::Process(mut target) => target.stop().await,
            LiveKind::Facilitator(None, _) | LiveKind::Server(None, _) | LiveKind::Elsewhere => {}
        }
    }
}

/// Where a double of this process listens, also when it is started again.
///
/// # Errors
/// What the system says when no port is free.
pub(super) fn own_address() -> Result<SocketAddr, String> {
    let port = free_port().map_err(|error| format!("no port is free: {error}"))?;
    Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
}

/// Where a double would listen if its starter did not choose.
pub(super) const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

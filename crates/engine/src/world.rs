//! The world of a run: one chain, one target, one record.

use crate::dialect::Deferred;
use crate::history::History;
use crate::lives::Lives;
use crate::search::Budget;
use crate::server::shop::Shop;
use crate::trial::Live;
use gauntlet_chain::{Chain, ChainError};
use gauntlet_probe::{Client, ProxyHandle, Request, Rule, Speaker};
use gauntlet_report::{CaseSent, Event, Ledger, Profile, record::Writer};
use gauntlet_wire::permit2::Permit2Scheme;
use gauntlet_wire::{Address, SupportedAnswer, Version};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// What the target says that it can do.
#[derive(Debug, Clone, Default)]
pub struct Claims {
    /// Versions that it claims, by `/supported` or by its manifest.
    pub versions: Vec<Version>,
    /// Schemes that its manifest claims, whatever `/supported` lists.
    pub schemes: Vec<String>,
    /// Its answer to `/supported`, when there is one.
    pub supported: Option<SupportedAnswer>,
    /// Accounts that it says it settles from.
    pub signers: BTreeSet<Address>,
}

/// Everything that checks share.
pub struct World {
    /// The chain, read and driven directly, past the fault proxy.
    pub chain: Chain,
    /// The proxy between target and chain; `None` when the target reaches the chain in another way.
    pub proxy: Option<ProxyHandle>,
    /// Sends requests to the target and keeps every byte.
    pub client: Client,
    /// Who speaks a dialect: to a facilitator on trial, or as a server on trial to the facilitator behind it.
    pub speaker: Option<Arc<Speaker>>,
    /// The record of the run.
    pub record: Arc<Writer>,
    /// The run's folder.
    pub folder: PathBuf,
    /// What has been asked and answered.
    pub history: History,
    /// Which violations fail.
    pub profile: Profile,
    /// Seed of the run.
    pub seed: u64,
    /// Added to the seed where the chain outlives the run, so that a second run gets other accounts.
    pub salt: String,
    /// The longest wait for one answer.
    pub timeout: Duration,
    /// What the target claims.
    pub claims: Claims,
    /// What a resource server sells, and the facilitator that stands behind it; `None` for other roles.
    pub shop: Option<Shop>,
    /// Whether the target is one that we start, so that it can be started again.
    pub ours: bool,
    /// The target itself, for checks that start it again.
    pub live: tokio::sync::Mutex<Live>,
    /// The target as a run is told of it.
    pub target: String,
    /// A path that the target answers as long as it is alive.
    pub heartbeat: String,
    /// Block after which the run began.
    pub start_block: u64,
    /// The RPC URL that the target was given, when we know it.
    pub target_rpc: Option<String>,
    /// One settle at a time: a facilitator's own nonce races are the subject of checks of their own.
    pub settle_lane: tokio::sync::Mutex<()>,
    /// How much the checks that search may search.
    pub budget: Budget,
    /// The nginx that the ladder of sizes is climbed through as well; none: without one.
    pub nginx: Option<PathBuf>,
    /// What changes while the run goes on.
    pub state: State,
}

/// What changes while a run goes on.
#[derive(Debug, Default)]
pub struct State {
    chain_disturbed: AtomicBool,
    unpayable: Mutex<BTreeSet<Version>>,
    down: OnceLock<String>,
    pub(crate) lives: Lives,
    takes_permit2: [tokio::sync::OnceCell<bool>; 2],
    pub(crate) deferred: Deferred,
}

impl State {
    /// Whether the target takes payments over Permit2 in a scheme, once that has been tried.
    pub(crate) fn takes_permit2(&self, scheme: Permit2Scheme) -> &tokio::sync::OnceCell<bool> {
        match scheme {
            Permit2Scheme::Exact => &self.takes_permit2[0],
            Permit2Scheme::Upto => &self.takes_permit2[1],
        }
    }
}

impl World {
    /// Why the target is considered dead, once it is.
    #[must_use]
    pub fn down(&self) -> Option<&str> {
        self.state.down.get().map(String::as_str)
    }

    /// Declares the target dead; the first reason stays.
    pub fn declare_down(&self, reason: String) {
        let _ = self.state.down.set(reason);
    }

    /// Whether the target still answers anything at all.
    pub async fn target_answers(&self) -> bool {
        let patience = self.timeout.min(Duration::from_secs(5));
        let ask = self.client.send(Request::get(&self.heartbeat));
        matches!(tokio::time::timeout(patience, ask).await, Ok(exchange) if exchange.status.is_some())
    }

    /// Stops the target and starts it again at the same place.
    ///
    /// # Errors
    /// Why it did not come back.
    pub async fn restart_target(&self) -> Result<(), String> {
        self.live.lock().await.restart().await
    }

    /// Tells the run that no payment of a version can be made: its control failed.
    pub fn give_up(&self, version: Version) {
        self.state.unpayable.lock().unwrap_or_else(PoisonError::into_inner).insert(version);
    }

    /// The newest claimed version in which payments can be made.
    #[must_use]
    pub fn payable(&self) -> Option<Version> {
        let unpayable = self.state.unpayable.lock().unwrap_or_else(PoisonError::into_inner);
        let claimed = &self.claims.versions;
        claimed.iter().find(|version| !unpayable.contains(version)).or(claimed.first()).copied()
    }

    /// Whether the chain answers the target as it should at the moment.
    #[must_use]
    pub fn chain_healthy(&self) -> bool {
        !self.state.chain_disturbed.load(Ordering::SeqCst)
    }

    /// Tells the run that the chain is being disturbed on purpose, or no longer.
    pub fn disturb_chain(&self, disturbed: bool) {
        self.state.chain_disturbed.store(disturbed, Ordering::SeqCst);
    }

    /// Puts fault rules between target and chain; an empty list takes them away.
    ///
    /// # Errors
    /// A text when the proxy cannot be reached.
    pub async fn set_rpc_faults(&self, rules: Vec<Rule>) -> Result<(), String> {
        let proxy = self.proxy.as_ref().ok_or("there is no fault proxy between target and chain")?;
        self.disturb_chain(!rules.is_empty());
        let done = if rules.is_empty() { proxy.clear().await } else { proxy.set_rules(rules).await };
        done.map_err(|error| error.to_string())
    }

    /// What the chain says of the run so far, and what the harness itself submitted.
    ///
    /// # Errors
    /// [`ChainError`] when the chain does not answer.
    pub async fn ledger(&self) -> Result<Ledger, ChainError> {
        let ledger = self.chain.ledger(self.start_block, &self.claims.signers).await?;
        Ok(Ledger { relayed: self.history.relayed(), ..ledger })
    }

    /// Writes an event; a record that cannot be written must not end the run, the error is shown at its end.
    pub fn tell(&self, event: &Event) {
        let _ = self.record.write(event);
    }

    /// Writes an exchange, without any key of ours that a target may have shown in it.
    pub fn tell_case(&self, mut case: CaseSent) {
        if let Some(response) = &mut case.exchange.response
            && let Ok(text) = std::str::from_utf8(&response.body)
        {
            response.body = self.redact(text).into_bytes();
        }
        self.tell(&Event::CaseSent(Box::new(case)));
    }

    /// A text without the private keys of the chain's accounts.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        let keys = self.chain.roles().named().map(|(_, key)| format!("{:x}", key.to_bytes()));
        keys.iter()
            .fold(text.to_owned(), |text, key| text.replace(key.trim_start_matches("0x"), "[key redacted]"))
    }
}

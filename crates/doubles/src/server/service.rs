//! What a resource server knows.

use super::Config;
use super::facilitator::Facilitator;
use super::handlers::Handlers;
use super::identifier::Answers;
use super::lengths::Lengths;
use super::mutants::Fault;
use super::quirks::Quirks;
use super::routes::Payee;
use crate::DoubleError;
use crate::claims::Claims;
use crate::listener::Closing;
use gauntlet_wire::{Address, Network, Token, Version};
use std::net::SocketAddr;
use std::sync::Arc;

/// One resource server.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) network: Network,
    pub(super) token: Token,
    payee: Address,
    other_payee: Address,
    pub(super) versions: Vec<Version>,
    pub(super) fault: Option<Fault>,
    pub(super) lengths: Lengths,
    /// Where it listens.
    pub(super) address: SocketAddr,
    pub(super) handlers: Handlers,
    pub(super) facilitator: Facilitator,
    /// The payments that are on their way or have bought something.
    pub(super) claims: Arc<Claims>,
    /// What was answered to purchases that have a name.
    pub(super) answers: Answers,
    pub(super) quirks: Quirks,
    closing: Closing,
}

impl Service {
    pub(super) fn new(config: Config, address: SocketAddr, closing: Closing) -> Result<Self, DoubleError> {
        let Config {
            facilitator_url,
            speaker,
            network,
            token,
            payee,
            other_payee,
            canary,
            versions,
            sales,
            fault,
            lengths,
            listen: _,
        } = config;
        Ok(Self {
            facilitator: Facilitator::new(&facilitator_url, network, speaker, fault)?,
            network,
            token,
            payee,
            other_payee,
            versions,
            fault,
            lengths,
            address,
            handlers: Handlers::new(canary),
            claims: sales.of(fault),
            answers: Answers::default(),
            quirks: Quirks::default(),
            closing,
        })
    }

    /// What a mutant does before it serves. The conforming server needs nobody yet.
    pub(super) async fn look_round(&self) {
        let Some(version) = self.versions.first().filter(|_| self.is(Fault::BrokenSinceStart)) else {
            return;
        };
        if self.facilitator.lists(*version).await.is_err() {
            self.quirks.break_down();
        }
    }

    pub(super) fn is(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    pub(super) fn serves(&self, version: Version) -> bool {
        self.versions.contains(&version)
    }

    pub(super) fn account(&self, payee: Payee) -> Address {
        match payee {
            Payee::Usual => self.payee,
            Payee::Other => self.other_payee,
        }
    }

    /// Ends the service: its connections, its sales.
    pub(super) fn close(&self) {
        self.closing.close();
    }

    /// Waits until the service is ended.
    pub(super) async fn closed(&self) {
        self.closing.closed().await;
    }
}

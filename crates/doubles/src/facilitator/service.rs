//! What a facilitator knows, and how it examines a payment.

use super::checks;
use super::findings::{Finding, reason};
use super::mutants::Fault;
use super::pardons::{Stage, pardons};
use super::payment::Payment;
use super::quirks::Quirks;
use super::rpc::{ChainError, Rpc};
use super::sender::{Outgoing, Sender};
use super::{Config, receipts, token};
use crate::DoubleError;
use crate::claims::Claims;
use crate::listener::Closing;
use gauntlet_report::clock::unix_seconds;
use gauntlet_wire::{Key, Network, U256, Version};
use std::sync::Arc;
use std::time::Duration;

/// One facilitator.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) network: Network,
    pub(super) versions: Vec<Version>,
    pub(super) fault: Option<Fault>,
    pub(super) rpc: Rpc,
    pub(super) rpc_url: String,
    /// The account that `/supported` names.
    pub(super) signer: Key,
    /// Sends settlements, from the signer's account.
    pub(super) sender: Sender,
    pub(super) claims: Arc<Claims>,
    pub(super) quirks: Quirks,
    closing: Closing,
}

/// Why a payment is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Finding(Finding),
    /// The chain did not say.
    Chain(ChainError),
    /// A reason code of its own.
    Reason(&'static str),
}

impl Service {
    /// Whether payments of this version are taken, whatever `/supported` says.
    pub(super) fn serves(&self, version: Version) -> bool {
        self.versions.contains(&version)
            && !(version == Version::V1 && self.fault == Some(Fault::AdvertisesTooMuch))
    }

    pub(super) fn new(config: Config, closing: Closing) -> Result<Self, DoubleError> {
        let Config { rpc_url, key, network, versions, fault, listen: _ } = config;
        let sending_key = match fault {
            Some(Fault::SettlesFromStranger) => Key::derive("gauntlet/role/facilitator2"),
            _ => key.clone(),
        };
        Ok(Self {
            network,
            versions,
            fault,
            rpc: Rpc::new(&rpc_url).ok_or(DoubleError::RpcUrl)?,
            rpc_url,
            signer: key,
            sender: Sender::new(sending_key, network.chain_id, fault),
            claims: Arc::default(),
            quirks: Quirks::default(),
            closing,
        })
    }

    /// What a mutant needs before it serves: the stranger that sends settlements needs coins for gas.
    pub(super) async fn prepare(&self) {
        if self.sender.address() == self.signer.address() {
            return;
        }
        if self.rpc.coins(self.sender.address()).await != Ok(U256::ZERO) {
            return;
        }
        let gift = U256::from(1_000_000_000_000_000_000_u64);
        let outgoing = Outgoing { to: self.sender.address(), data: Vec::new(), value: gift };
        let giver = Sender::new(self.signer.clone(), self.network.chain_id, None);
        if let Ok(submitted) = giver.submit(&self.rpc, &outgoing).await {
            // Without the gift the mutant still shows its fault: its settlements fail.
            let _ = receipts::wait(&self.rpc, submitted.hash(), Duration::from_secs(5)).await;
        }
    }

    pub(super) fn is(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    /// Ends the service: its connections, its settlements.
    pub(super) fn close(&self) {
        self.closing.close();
    }

    /// Waits until the service is ended.
    pub(super) async fn closed(&self) {
        self.closing.closed().await;
    }

    /// Verifies a payment.
    ///
    /// # Errors
    /// Why it is refused.
    pub(super) async fn verify(self: &Arc<Self>, payment: &Payment) -> Result<(), Refusal> {
        self.quirks.check_wedged(self.fault)?;
        let id = payment.id();
        if self.is(Fault::VerifySpends) && self.quirks.was_verified(id) {
            return Err(Refusal::Reason(reason::TRANSACTION));
        }
        match self.examine(payment).await {
            Err(Refusal::Chain(_)) if self.is(Fault::ValidWhenChainFails) => Ok(()),
            Err(refusal) => Err(refusal),
            Ok(()) => {
                self.quirks.note_good(payment);
                if self.is(Fault::VerifySettles)
                    && let Ok(hash) = super::settle::settle(self, payment).await
                {
                    self.quirks.lock().settled_by_verify.insert(id, hash);
                }
                Ok(())
            }
        }
    }

    async fn examine(&self, payment: &Payment) -> Result<(), Refusal> {
        let pardoned = self.offline(payment, Stage::Verify).await.map_err(Refusal::Finding)?;
        self.onchain(payment, Stage::Verify, pardoned).await
    }

    /// The checks that need no chain. Says whether a fault looked past one.
    pub(super) async fn offline(&self, payment: &Payment, stage: Stage) -> Result<bool, Finding> {
        let mut findings = checks::findings(&payment.request, self.network, unix_seconds());
        let [signed, asked] = &payment.payee_texts;
        if self.is(Fault::CaseSensitivePayee) && signed != asked {
            findings.push(Finding::Payee);
        }
        self.look_past(payment, findings, stage, false).await
    }

    /// The checks that ask the chain.
    pub(super) async fn onchain(
        &self,
        payment: &Payment,
        stage: Stage,
        pardoned: bool,
    ) -> Result<(), Refusal> {
        let findings =
            token::findings(&self.rpc, &payment.request, self.sender.address(), unix_seconds()).await;
        let mut findings = findings.map_err(|error| self.chain_failed(error))?;
        if self.is(Fault::RefusalsStay) {
            self.quirks.keep_refused(payment.id(), &mut findings);
        }
        self.look_past(payment, findings, stage, pardoned).await.map(|_| ()).map_err(Refusal::Finding)
    }

    /// The refusal of a payment about which the chain did not say enough.
    pub(super) fn chain_failed(&self, error: ChainError) -> Refusal {
        if self.is(Fault::WedgedAfterChainFailure) {
            self.quirks.wedge();
        }
        match self.fault {
            Some(Fault::BlamesPayerForChain) => Refusal::Reason(reason::SIGNATURE),
            _ => Refusal::Chain(error),
        }
    }

    async fn look_past(
        &self,
        payment: &Payment,
        findings: Vec<Finding>,
        stage: Stage,
        mut pardoned: bool,
    ) -> Result<bool, Finding> {
        for finding in findings {
            if !pardons(self, payment, finding, stage, pardoned).await {
                return Err(finding);
            }
            pardoned = true;
        }
        Ok(pardoned)
    }
}

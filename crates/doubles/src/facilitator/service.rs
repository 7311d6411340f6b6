//! What a facilitator knows, and how it examines a payment.

use super::checks;
use super::findings::{Finding, reason};
use super::mutants::Fault;
use super::pardons::{Stage, pardons};
use super::payment::Payment;
use super::quirks::Quirks;
use super::rpc::{ChainError, Rpc};
use super::sender::{Outgoing, Sender};
use super::wallets::{self, Signer};
use super::{Config, receipts, token};
use crate::DoubleError;
use crate::claims::Claims;
use crate::listener::Closing;
use crate::tongue::Setup;
use gauntlet_report::clock::unix_seconds;
use gauntlet_wire::message::Request;
use gauntlet_wire::permit2::Permit2Scheme;
use gauntlet_wire::{Address, Key, Network, U256, Version};
use std::sync::Arc;
use std::time::Duration;

/// One facilitator.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) network: Network,
    pub(super) versions: Vec<Version>,
    /// The factories that may make a payer's smart wallet.
    pub(super) factories: Vec<Address>,
    /// The dialect that is spoken before it.
    pub(super) dialect: Option<Arc<Setup>>,
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

/// A payment against which nothing is to be said without the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Examined {
    /// A fault looked past something.
    pub(super) pardoned: bool,
    /// Who answers for its signature.
    pub(super) signer: Signer,
}

impl Service {
    /// Whether payments of this version are taken, whatever `/supported` says.
    pub(super) fn serves(&self, version: Version) -> bool {
        self.versions.contains(&version)
            && !(version == Version::V1 && self.fault == Some(Fault::AdvertisesTooMuch))
    }

    pub(super) fn new(config: Config, closing: Closing) -> Result<Self, DoubleError> {
        let Config { rpc_url, key, network, versions, factories, dialect, fault, interpreted: _, listen: _ } =
            config;
        let sending_key = match fault {
            Some(Fault::SettlesFromStranger) => Key::derive("gauntlet/role/facilitator2"),
            _ => key.clone(),
        };
        Ok(Self {
            network,
            versions,
            factories,
            dialect,
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

    /// The contract that spends payments of a scheme.
    pub(super) fn proxy(&self, scheme: Permit2Scheme) -> Address {
        self.dialect.as_ref().map_or(scheme.proxy(), |dialect| dialect.proxy(scheme))
    }

    /// The contract that authorizations are signed for, and that keeps their nonces: the token, but for dialects that have
    /// one of their own.
    pub(super) fn authority(&self, request: &Request) -> Address {
        let own = self.dialect.as_ref().and_then(|dialect| dialect.authority.as_ref());
        own.map_or(request.requirements.asset, |domain| domain.verifying_contract)
    }

    /// Whether payments go through the GatewayWallet.
    pub(super) fn is_gateway(&self) -> bool {
        self.dialect.as_ref().is_some_and(|dialect| dialect.authority.is_some())
    }

    /// Ends the service: its connections, its settlements.
    pub(super) fn close(&self) {
        self.closing.close();
    }

    /// What some mutants do after a settlement that could not be sent.
    pub(super) fn fall_over(&self) {
        match self.fault {
            Some(Fault::HangsAfterUnsent) => self.quirks.hang(),
            Some(Fault::EndsAfterUnsent) => self.close(),
            _ => {}
        }
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
        let examined = self.offline(payment, Stage::Verify).await?;
        self.onchain(payment, Stage::Verify, &examined).await
    }

    /// The checks that need no chain, but for the question whether the payer is a smart wallet when the signature is not
    /// that of a key.
    pub(super) async fn offline(&self, payment: &Payment, stage: Stage) -> Result<Examined, Refusal> {
        let authority = self.authority(&payment.request);
        let mut findings = checks::findings(&payment.request, self.network, authority, unix_seconds());
        let [signed, asked] = &payment.payee_texts;
        if self.is(Fault::CaseSensitivePayee) && signed != asked {
            findings.push(Finding::Payee);
        }
        let (unsigned, others): (Vec<_>, Vec<_>) =
            findings.into_iter().partition(|finding| matches!(finding, Finding::Signature(_)));
        let pardoned = self.look_past(payment, others, stage, false).await?;
        if unsigned.is_empty() {
            return Ok(Examined { pardoned, signer: Signer::Key });
        }
        let signer = wallets::signer(self, payment, stage).await;
        match signer.map_err(|error| self.chain_failed(error))? {
            Signer::Key => {
                let pardoned = self.look_past(payment, unsigned, stage, pardoned).await?;
                Ok(Examined { pardoned, signer: Signer::Key })
            }
            signer => Ok(Examined { pardoned, signer }),
        }
    }

    /// The checks that ask the chain.
    pub(super) async fn onchain(
        &self,
        payment: &Payment,
        stage: Stage,
        examined: &Examined,
    ) -> Result<(), Refusal> {
        let findings = self.ask_chain(payment, stage, &examined.signer).await;
        let mut findings = findings.map_err(|error| self.chain_failed(error))?;
        if self.is(Fault::RefusalsStay) {
            self.quirks.keep_refused(payment.id(), &mut findings);
        }
        self.look_past(payment, findings, stage, examined.pardoned).await.map(|_| ())
    }

    /// What the payer's wallet, if it is one, and the token have against a payment.
    async fn ask_chain(
        &self,
        payment: &Payment,
        stage: Stage,
        signer: &Signer,
    ) -> Result<Vec<Finding>, ChainError> {
        let (request, now) = (&payment.request, unix_seconds());
        let (settlement, gas) = (wallets::settlement(self, request, signer), wallets::gas(self, signer));
        let mut findings = wallets::findings(self, payment, signer).await?;
        let sender = self.sender.address();
        let authority = self.authority(request);
        findings.extend(token::findings(&self.rpc, request, authority, &settlement, gas, sender, now).await?);
        wallets::slip(self, payment, stage, signer, &mut findings).await?;
        if self.is(Fault::ShowsRevertTexts) && findings.contains(&Finding::Simulation) {
            let text = self.rpc.revert_text(sender, settlement.to, &settlement.data).await;
            self.quirks.lock().revert_texts.insert(request.authorization.from, text);
        }
        Ok(findings)
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
    ) -> Result<bool, Refusal> {
        for finding in findings {
            if !pardons(self, payment, finding, stage, pardoned).await {
                return Err(Refusal::Finding(finding));
            }
            pardoned = true;
        }
        Ok(pardoned)
    }
}

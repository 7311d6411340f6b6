//! The facilitator double: `/verify`, `/settle` and `/supported` of protocol versions 1 and 2, schemes `exact`
//! (EIP-3009 and Permit2) and `upto`, on one EVM chain.
//!
//! Source: core v2 §7, core v1 §7, scheme `exact` on EVM §1 and §2, scheme `upto` on EVM.

mod answer;
mod checks;
mod concerns;
pub(crate) mod findings;
mod front;
mod misshape;
pub mod mutants;
mod pardons;
mod payment;
mod permit2;
mod quirks;
mod receipts;
mod rewrite;
mod router;
mod rpc;
mod sender;
mod service;
mod settle;
mod slips;
mod supported;
mod token;
mod wallets;

use crate::DoubleError;
use crate::listener::{Closing, Listener, Port};
use crate::tongue::Setup;
use gauntlet_wire::{Address, Key, Network, Version};
use mutants::Fault;
use std::net::SocketAddr;
use std::sync::Arc;

/// What a facilitator double is made of.
#[derive(Debug, Clone)]
pub struct Config {
    /// HTTP URL of the chain's JSON-RPC.
    pub rpc_url: String,
    /// The account that sends settlements; it needs the chain's coin for gas.
    pub key: Key,
    /// The network that it serves.
    pub network: Network,
    /// The protocol versions that it serves.
    pub versions: Vec<Version>,
    /// The factories that it calls to make a payer's smart wallet (ERC-6492), at its own cost.
    pub factories: Vec<Address>,
    /// The dialect that it speaks; `None` for the foundation's x402.
    pub dialect: Option<Arc<Setup>>,
    /// Whether somebody before it speaks the dialect for it: then it takes what the dialect takes, and speaks x402.
    pub interpreted: bool,
    /// Its one fault; `None` for the conforming double.
    pub fault: Option<Fault>,
    /// Where it listens; port 0 lets the system choose.
    pub listen: SocketAddr,
}

/// A facilitator double that serves until it is stopped or dropped.
#[derive(Debug)]
pub struct Running {
    listener: Listener,
    signer: Address,
    base: String,
}

impl Running {
    /// Base URL, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}{}", self.listener.address(), self.base)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// The account that `/supported` names as signer.
    #[must_use]
    pub fn signer(&self) -> Address {
        self.signer
    }

    /// Whether it has ended by itself, as some mutants do.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.listener.has_ended()
    }

    /// Waits until it ends by itself; the conforming double never does.
    pub async fn ended(&self) {
        self.listener.ended().await;
    }

    /// Stops serving. Connections end and settlements that still wait for a receipt are given up.
    pub async fn stop(self) {
        self.listener.stop().await;
    }
}

/// Starts a facilitator double. It listens when this returns; the chain need not answer yet.
///
/// # Errors
/// [`DoubleError`] when the RPC URL cannot be read or the address cannot be listened on.
pub async fn serve(config: Config) -> Result<Running, DoubleError> {
    let signer = config.key.address();
    let dialect = config.dialect.clone().filter(|_| !config.interpreted);
    let port = Port::bind(config.listen).await?;
    let closing = Closing::new();
    let service = Arc::new(service::Service::new(config, closing.clone())?);
    service.prepare().await;
    let Some(setup) = dialect else {
        let router = router::router(Arc::clone(&service));
        let listener = port.serve(closing, move |request| {
            let (service, router) = (Arc::clone(&service), router.clone());
            async move {
                if service.quirks.hangs() {
                    return std::future::pending().await;
                }
                router::ask(router, request).await
            }
        });
        return Ok(Running { listener, signer, base: String::new() });
    };
    let base = setup.speaker.dialect.base.clone();
    let front = Arc::new(front::Front::new(setup, service));
    let listener = port.serve(closing, move |request| {
        let front = Arc::clone(&front);
        async move { front.answer(request).await }
    });
    Ok(Running { listener, signer, base })
}

//! The resource server double: a small shop that sells its routes for x402 payments of protocol versions 1 and 2,
//! scheme `exact`, EIP-3009; and in version 2 over Permit2, schemes `exact` and `upto`.
//!
//! Source: core v2 §5-7, core v1 §5-7, HTTP transports v2 and v1.

mod bypass;
mod bytes;
mod concerns;
mod cors;
mod deal;
mod delivery;
mod disorder;
mod doubled;
mod extension;
mod facilitator;
mod handlers;
mod identifier;
mod lengths;
mod lenience;
mod letters;
mod matching;
mod memory;
mod misprint;
pub mod mutants;
mod offer;
mod order;
mod payment;
mod permit2;
mod quirks;
mod receipts;
mod refusal;
mod refusing;
mod router;
mod routes;
mod sale;
mod service;
mod settling;
mod spelling;
mod told;
mod upfront;

use crate::DoubleError;
use crate::listener::{Closing, Listener, Port};
use gauntlet_probe::Speaker;
use gauntlet_wire::{Address, Network, Token, Version};
pub use lengths::Lengths;
pub use memory::Sales;
use mutants::Fault;
use service::Service;
use std::net::SocketAddr;
use std::sync::Arc;

/// What a resource server double is made of.
#[derive(Debug, Clone)]
pub struct Config {
    /// Base URL of its facilitator: `http://host:port[/prefix]`.
    pub facilitator_url: String,
    /// Who speaks to the facilitator, when that speaks a dialect; `None` for x402.
    pub speaker: Option<Arc<Speaker>>,
    /// The network on which it is paid.
    pub network: Network,
    /// The token in which it is paid.
    pub token: Token,
    /// Who is paid.
    pub payee: Address,
    /// Who is paid for the route `elsewhere`.
    pub other_payee: Address,
    /// The text that stands in all content that must be paid for, and nowhere else.
    pub canary: String,
    /// The protocol versions that it serves.
    pub versions: Vec<Version>,
    /// What it has sold for. Instances that share it are one shop.
    pub sales: Sales,
    /// Its one fault; `None` for the conforming double.
    pub fault: Option<Fault>,
    /// How long its `PAYMENT-REQUIRED` and its receipts are at least, for whoever wants to see what a proxy or a client
    /// makes of that.
    pub lengths: Lengths,
    /// Where it listens; port 0 lets the system choose.
    pub listen: SocketAddr,
}

/// A resource server double that serves until it is stopped or dropped.
#[derive(Debug)]
pub struct Running {
    listener: Listener,
}

impl Running {
    /// Base URL, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.listener.address())
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// Stops serving and forgets everything. When this returns the port is free again; what was under way is given
    /// up, as when a process ends.
    pub async fn stop(self) {
        self.listener.stop().await;
    }
}

/// Starts a resource server double. It listens when this returns; the facilitator need not answer yet.
///
/// # Errors
/// [`DoubleError`] when the facilitator's URL cannot be read or the address cannot be listened on.
pub async fn serve(config: Config) -> Result<Running, DoubleError> {
    let port = Port::bind(config.listen).await?;
    let closing = Closing::new();
    let service = Arc::new(Service::new(config, port.address, closing.clone())?);
    service.look_round().await;
    let change = bytes::change(service.fault);
    let answer = move |request| router::answer(Arc::clone(&service), request);
    let listener = port.serve_changed(closing, change, answer);
    Ok(Running { listener })
}

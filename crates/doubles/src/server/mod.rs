//! The resource server double: a small shop that sells its routes for x402 payments of protocol versions 1 and 2,
//! scheme `exact`, EIP-3009.
//!
//! Source: core v2 §5-7, core v1 §5-7, HTTP transports v2 and v1.

mod handlers;
pub mod mutants;
mod routes;

use crate::DoubleError;
use crate::listener::{Closing, Listener, Port};
use axum::response::IntoResponse;
use gauntlet_wire::{Address, Network, Token, Version};
use mutants::Fault;
use std::net::SocketAddr;

/// What a resource server double is made of.
#[derive(Debug, Clone)]
pub struct Config {
    /// Base URL of its facilitator: `http://host:port[/prefix]`.
    pub facilitator_url: String,
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
    /// Its one fault; `None` for the conforming double.
    pub fault: Option<Fault>,
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
/// [`DoubleError`] when the address cannot be listened on.
pub async fn serve(config: Config) -> Result<Running, DoubleError> {
    let port = Port::bind(config.listen).await?;
    let handlers = std::sync::Arc::new(handlers::Handlers::new(config.canary));
    let listener = port.serve(Closing::new(), move |request| {
        let handlers = std::sync::Arc::clone(&handlers);
        async move {
            match routes::find(request.uri().path()) {
                Some(place) if place.route.price.is_none() => {
                    axum::Json(handlers.run(&place, &[]).await.body).into_response()
                }
                Some(_) => axum::http::StatusCode::PAYMENT_REQUIRED.into_response(),
                None => axum::http::StatusCode::NOT_FOUND.into_response(),
            }
        }
    });
    Ok(Running { listener })
}

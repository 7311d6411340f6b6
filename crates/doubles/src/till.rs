//! A till: a resource server that is nothing but its 402 and what it tells whoever pays. It asks no facilitator and settles
//! nothing: what a client signs is seen here, and that is all it is for.
//!
//! Source: HTTP transport v2.

use crate::DoubleError;
use crate::listener::{Closing, Listener, Port};
use axum::body::Body;
use axum::http::{HeaderMap, Response, StatusCode};
use gauntlet_wire::header::{PAYMENT_REQUIRED, decode_lenient, encode, payment_header, receipt_header};
use gauntlet_wire::{B256, Version};
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

/// What a till does.
#[derive(Debug, Clone)]
pub struct Config {
    /// The entries of `accepts` that it offers to whoever has not paid.
    pub accepts: Value,
    /// What it tells whoever presents a payment.
    pub then: Then,
}

/// What whoever pays is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// That it is settled, with this content.
    Served(String),
    /// That this transaction is under way.
    Pending(B256),
}

/// A till that is open until it is closed or dropped.
#[derive(Debug)]
pub struct Running {
    listener: Listener,
    presented: Presented,
}

/// Payment payloads in the order in which they came; null for one that cannot be read.
type Presented = Arc<Mutex<Vec<Value>>>;

impl Running {
    /// The URL of what it sells.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/item", self.listener.address())
    }

    /// The payment payloads that were presented so far; null for one that cannot be read.
    #[must_use]
    pub fn presented(&self) -> Vec<Value> {
        lock(&self.presented).clone()
    }

    /// Closes it.
    pub async fn close(self) {
        self.listener.stop().await;
    }
}

/// Opens a till on loopback.
///
/// # Errors
/// [`DoubleError`] when no port is free.
pub async fn open(config: Config) -> Result<Running, DoubleError> {
    let port = Port::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let resource = format!("http://{}/item", port.address);
    let presented = Presented::default();
    let (config, seen) = (Arc::new(config), Arc::clone(&presented));
    let listener = port.serve(Closing::new(), move |request| {
        let answer = answer(&config, &resource, request.headers(), &seen);
        async move { answer }
    });
    Ok(Running { listener, presented })
}

fn answer(config: &Config, resource: &str, headers: &HeaderMap, presented: &Presented) -> Response<Body> {
    let challenge = json!({
        "x402Version": 2,
        "error": "a payment is needed",
        "resource": { "url": resource, "description": "An item", "mimeType": "application/json" },
        "accepts": config.accepts,
    });
    let required = (PAYMENT_REQUIRED, encode(&challenge));
    let Some(payment) = headers.get(payment_header(Version::V2)) else {
        return written(StatusCode::PAYMENT_REQUIRED, &[required], &challenge);
    };
    let payload =
        payment.to_str().ok().and_then(|text| decode_lenient(text).ok()).map(|decoded| decoded.value);
    let payload = payload.unwrap_or_default();
    let receipt = |success: bool, transaction: B256| {
        let mut receipt = json!({
            "success": success,
            "transaction": transaction,
            "network": payload["accepted"]["network"],
        });
        if !success {
            receipt["errorReason"] = json!("settlement_pending");
        }
        (receipt_header(Version::V2), encode(&receipt))
    };
    let answer = match &config.then {
        Then::Served(content) => {
            let nonce = B256::repeat_byte(0x42);
            written(StatusCode::OK, &[receipt(true, nonce)], &json!({ "content": content }))
        }
        Then::Pending(transaction) => {
            written(StatusCode::PAYMENT_REQUIRED, &[required, receipt(false, *transaction)], &challenge)
        }
    };
    lock(presented).push(payload);
    answer
}

fn written(status: StatusCode, headers: &[(&str, String)], body: &Value) -> Response<Body> {
    let response = Response::builder().status(status).header("content-type", "application/json");
    let response = headers.iter().fold(response, |response, (name, value)| response.header(*name, value));
    response.body(Body::from(body.to_string())).unwrap_or_default()
}

fn lock(presented: &Presented) -> std::sync::MutexGuard<'_, Vec<Value>> {
    presented.lock().unwrap_or_else(PoisonError::into_inner)
}

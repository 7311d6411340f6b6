//! What is asked for content: payment requirements, and the two forms of a 402.
//!
//! Source: core v2 §5.1.2, core v1 §5.1.2.

use super::routes::{Price, Route};
use super::service::Service;
use gauntlet_wire::{Terms, Version};
use serde_json::{Value, json};

/// How long a buyer's authorization may live, seconds.
const MAX_TIMEOUT_SECONDS: u64 = 300;

/// What one route costs.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    pub(super) terms: Terms,
    description: &'static str,
}

impl Offer {
    /// `resource` is the URL that is paid for.
    pub(super) fn of(service: &Service, route: &Route, price: Price, resource: String) -> Self {
        let terms = Terms {
            scheme: "exact".into(),
            network: service.network,
            token: service.token.clone(),
            amount: price.amount(),
            pay_to: service.account(price.payee),
            max_timeout_seconds: MAX_TIMEOUT_SECONDS,
            resource,
        };
        Self { terms, description: route.description }
    }

    /// The `PaymentRequirements` object of this version.
    pub(super) fn requirements(&self, version: Version) -> Value {
        let mut requirements = self.terms.requirements(version);
        if version == Version::V1 {
            requirements["description"] = json!(self.description);
        }
        requirements
    }

    /// The object that goes into the `PAYMENT-REQUIRED` header.
    pub(super) fn v2(&self, error: &str) -> Value {
        json!({
            "x402Version": 2,
            "error": error,
            "resource": {
                "url": self.terms.resource,
                "description": self.description,
                "mimeType": "application/json",
            },
            "accepts": [self.requirements(Version::V2)],
        })
    }

    /// The body of a version 1 answer that asks for money.
    pub(super) fn v1(&self, error: &str) -> Value {
        json!({ "x402Version": 1, "error": error, "accepts": [self.requirements(Version::V1)] })
    }
}

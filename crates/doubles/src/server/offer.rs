//! What is asked for content: payment requirements, and the two forms of a 402.
//!
//! Source: core v2 §5.1.2, core v1 §5.1.2.

use super::extension;
use super::mutants::Fault;
use super::permit2;
use super::routes::{Flow, Means, Price, Route};
use super::service::Service;
use super::told::Told;
use gauntlet_wire::{Terms, Version};
use serde_json::{Value, json};

/// How long a buyer's authorization may live, seconds.
const MAX_TIMEOUT_SECONDS: u64 = 300;

/// The members of `extra` that the foundation's x402 knows.
const OF_X402: [&str; 3] = ["name", "version", "assetTransferMethod"];

/// What one route costs.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    pub(super) terms: Terms,
    description: &'static str,
    /// What `extra.paymentFlow` says, if anything.
    flow: Option<&'static str>,
    means: Means,
    /// What a mutant leaves out of `extra`.
    unsaid: Option<&'static str>,
    /// Whether a mutant leaves out whatever the foundation's x402 does not know.
    rebuilt: bool,
    pub(super) told: Told,
    /// What is offered besides.
    pub(super) extensions: Option<Value>,
}

impl Offer {
    /// `resource` is the URL that is paid for.
    pub(super) fn of(service: &Service, route: &Route, price: Price, resource: String, told: Told) -> Self {
        let terms = Terms {
            scheme: permit2::scheme(route.means).name().into(),
            network: service.network,
            token: service.token.clone(),
            amount: price.amount(&service.token),
            pay_to: service.account(price.payee),
            max_timeout_seconds: MAX_TIMEOUT_SECONDS,
            resource,
        };
        let flow = match (route.flow, service.fault) {
            (Flow::Authorization, _) | (Flow::Upfront, Some(Fault::UpfrontUnnamed)) => None,
            (Flow::Upfront, Some(Fault::EscrowInNameOnly)) => Some("escrow"),
            (Flow::Upfront, _) => Some("upfront"),
        };
        let extensions = extension::offered(route, service.fault);
        let unsaid = match (route.means, service.fault) {
            (Means::Permit2, Some(Fault::Permit2Unnamed)) => Some("assetTransferMethod"),
            (Means::Permit2 | Means::Upto, Some(Fault::Permit2WithoutDomain)) => Some("name"),
            (Means::Upto, Some(Fault::UptoWithoutFacilitator)) => Some("facilitatorAddress"),
            _ => None,
        };
        let rebuilt = service.is(Fault::B402ExtraRebuilt);
        let (description, means) = (route.description, route.means);
        Self { terms, description, flow, means, unsaid, rebuilt, told, extensions }
    }

    /// How the money moves in a version: version 1 knows EIP-3009 only.
    pub(super) fn means_in(&self, version: Version) -> Means {
        match version {
            Version::V1 => Means::Eip3009,
            Version::V2 => self.means,
        }
    }

    /// The `PaymentRequirements` object of this version.
    pub(super) fn requirements(&self, version: Version) -> Value {
        let mut requirements = match self.means_in(version) {
            Means::Eip3009 => Terms { scheme: "exact".into(), ..self.terms.clone() }.requirements(version),
            Means::Permit2 | Means::Upto => permit2::requirements(&self.terms, self.told.settler),
        };
        if !self.told.extra.is_empty() && version == Version::V2 {
            requirements["extra"] = self.told.extra.clone().into();
            if let Some(extra) = requirements["extra"].as_object_mut().filter(|_| self.rebuilt) {
                extra.retain(|name, _| OF_X402.contains(&name.as_str()));
            }
        }
        if let Some(member) = self.unsaid.filter(|_| version == Version::V2) {
            requirements["extra"].as_object_mut().map(|extra| extra.shift_remove(member));
        }
        match (version, self.flow) {
            (Version::V1, _) => requirements["description"] = json!(self.description),
            (Version::V2, Some(flow)) => requirements["extra"]["paymentFlow"] = json!(flow),
            (Version::V2, None) => {}
        }
        requirements
    }

    /// The object that goes into the `PAYMENT-REQUIRED` header.
    pub(super) fn v2(&self, error: &str) -> Value {
        let mut challenge = json!({
            "x402Version": 2,
            "error": error,
            "resource": {
                "url": self.terms.resource,
                "description": self.description,
                "mimeType": "application/json",
                "serviceName": "Gauntlet",
            },
            "accepts": [self.requirements(Version::V2)],
        });
        if let Some(extensions) = &self.extensions {
            challenge["extensions"] = extensions.clone();
        }
        challenge
    }

    /// The body of a version 1 answer that asks for money.
    pub(super) fn v1(&self, error: &str) -> Value {
        json!({ "x402Version": 1, "error": error, "accepts": [self.requirements(Version::V1)] })
    }
}

//! What a 402 offers, and the choice among it.

use super::visit::Visit;
use crate::cx::Cx;
use gauntlet_wire::{Address, Echo, Network, Terms, Token, U256, Version};
use serde_json::Value;

/// An offer that we can pay: scheme `exact`, EIP-3009, the USDC of the run's network.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Protocol version.
    pub version: Version,
    /// What it says, read.
    pub terms: Terms,
    /// The entry as the server wrote it.
    pub entry: Value,
    /// The whole 402 object.
    pub challenge: Value,
}

impl Offer {
    /// The first entry of a 402 that we can pay.
    ///
    /// # Errors
    /// Why there is none, as the end of a sentence.
    pub fn read(cx: &Cx, visit: &Visit, version: Version) -> Result<Self, String> {
        let chain = &cx.world.chain;
        Self::of(visit, version, chain.profile().network, &chain.tokens().usdc)
    }

    /// The first entry of a 402 that can be paid with this token on this network.
    ///
    /// # Errors
    /// Why there is none, as the end of a sentence.
    pub fn of(visit: &Visit, version: Version, network: Network, usdc: &Token) -> Result<Self, String> {
        let challenge = visit.challenge(version).ok_or_else(|| {
            let place = match version {
                Version::V2 => "PAYMENT-REQUIRED header",
                Version::V1 => "body with accepts",
            };
            format!("it is no 402 with a legible {place} ({})", visit.got())
        })?;
        let entries = challenge["accepts"].as_array().cloned().unwrap_or_default();
        let mut problems = Vec::new();
        for entry in entries {
            match terms(&entry, version, network, usdc) {
                Ok(terms) => return Ok(Self { version, terms, entry, challenge }),
                Err(problem) => problems.push(problem),
            }
        }
        match problems.as_slice() {
            [] => Err("it offers nothing: accepts is empty or no list".into()),
            problems => Err(format!("none of its offers can be paid here ({})", problems.join("; "))),
        }
    }

    /// The offer as a payload echoes it.
    #[must_use]
    pub fn echo(&self) -> Echo {
        let member = |name: &str| self.challenge.get(name).filter(|value| !value.is_null()).cloned();
        Echo {
            entry: self.entry.clone(),
            terms: self.terms.clone(),
            resource: member("resource"),
            extensions: member("extensions"),
        }
    }
}

fn terms(entry: &Value, version: Version, network: Network, usdc: &Token) -> Result<Terms, String> {
    let text = |name: &str| {
        entry[name]
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| format!("{name} is {}, not a text", entry[name]))
    };
    let scheme = text("scheme")?;
    if scheme != "exact" {
        return Err(format!("scheme {scheme}"));
    }
    if entry["extra"]["assetTransferMethod"].as_str().is_some_and(|method| method != "eip3009") {
        return Err(format!("assetTransferMethod {}", entry["extra"]["assetTransferMethod"]));
    }
    priced(entry, version, network, usdc)
}

/// The terms of an entry, whatever its scheme and transfer method.
///
/// # Errors
/// What cannot be read or paid, as the end of a sentence.
pub(super) fn priced(
    entry: &Value,
    version: Version,
    network: Network,
    usdc: &Token,
) -> Result<Terms, String> {
    let text = |name: &str| {
        entry[name]
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| format!("{name} is {}, not a text", entry[name]))
    };
    let scheme = text("scheme")?;
    let named = text("network")?;
    if named != network.name(version) {
        return Err(format!("network {named} instead of {}", network.name(version)));
    }
    let asset: Address = text("asset")?.parse().map_err(|_| format!("asset {}", entry["asset"]))?;
    if asset != usdc.address {
        return Err(format!("asset {asset} is not the USDC of the run"));
    }
    let price = match version {
        Version::V2 => "amount",
        Version::V1 => "maxAmountRequired",
    };
    let amount: U256 = text(price)?.parse().map_err(|_| format!("{price} {}", entry[price]))?;
    let pay_to: Address = text("payTo")?.parse().map_err(|_| format!("payTo {}", entry["payTo"]))?;
    let max_timeout_seconds = entry["maxTimeoutSeconds"]
        .as_f64()
        .filter(|seconds| *seconds >= 1.0)
        .ok_or_else(|| format!("maxTimeoutSeconds {}", entry["maxTimeoutSeconds"]))?;
    let domain = |name: &str, known: &str| entry["extra"][name].as_str().unwrap_or(known).to_owned();
    Ok(Terms {
        scheme,
        network,
        token: Token {
            name: domain("name", &usdc.name),
            version: domain("version", &usdc.version),
            ..usdc.clone()
        },
        amount,
        pay_to,
        // A number of seconds that does not fit is a number that no payment outlives.
        max_timeout_seconds: seconds(max_timeout_seconds),
        resource: String::new(),
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at least 1, and capped")]
fn seconds(number: f64) -> u64 {
    number.min(86_400.0) as u64
}

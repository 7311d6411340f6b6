//! The client double: asks for a resource, reads its 402, signs one offer that it can pay, and presents that once.
//!
//! It pays by EIP-3009, and over Permit2 where the contract that spends is one that it knows. It sends no transactions:
//! what Permit2 may take has to be allowed before.
//!
//! Source: core v2 §5, HTTP transport v2; in a dialect its names for transfer methods and contracts.

pub mod mutants;

use crate::DoubleError;
use alloy_primitives::keccak256;
use gauntlet_probe::dialect::{Methods, Names};
use gauntlet_probe::{Client, ClientConfig, Dialect, Request};
use gauntlet_report::Exchange;
use gauntlet_report::clock::{unix_millis, unix_seconds};
use gauntlet_wire::header::{PAYMENT_REQUIRED, decode_lenient, encode_bytes, payment_header, receipt_header};
use gauntlet_wire::permit2::draft::SignedUnder;
use gauntlet_wire::permit2::{Permit2Draft, Permit2Scheme};
use gauntlet_wire::{Address, B256, Draft, Echo, Key, Network, Terms, Token, U256, Version};
use mutants::Fault;
use serde_json::Value;

/// What a client double is made of.
#[derive(Debug, Clone)]
pub struct Config {
    /// What it buys: `http://host:port/path`.
    pub url: String,
    /// Who pays.
    pub payer: Key,
    /// The only network that it pays on.
    pub network: Network,
    /// What the token of the network is called by people.
    pub symbol: String,
    /// The dialect of the facilitator behind the server; `None` for x402.
    pub dialect: Option<Dialect>,
    /// The contracts over Permit2 that it knows, of scheme `exact`.
    pub spenders: Vec<Address>,
    /// Its one fault; `None` for the conforming double.
    pub fault: Option<Fault>,
}

/// What a purchase came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bought {
    /// HTTP status of the last answer.
    pub status: u16,
    /// Its body as text.
    pub body: String,
    /// Its receipt header as it came.
    pub receipt: Option<String>,
}

/// Why nothing was bought.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The URL cannot be asked.
    #[error(transparent)]
    Url(#[from] DoubleError),
    /// No answer came.
    #[error("{0} gives no answer: {1}")]
    Silent(String, String),
    /// Nothing that is offered can be paid.
    #[error("nothing of what is offered can be paid: {0}")]
    Unpayable(String),
}

/// How the money moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Eip3009,
    Permit2,
}

/// Buys a resource once.
///
/// # Errors
/// [`ClientError`] when no answer came, or nothing that is offered can be paid.
pub async fn buy(config: &Config) -> Result<Bought, ClientError> {
    let (base, path) = split(&config.url)?;
    let client = Client::new(base, ClientConfig::default())
        .map_err(|_| DoubleError::Upstream { url: config.url.clone() })?;
    let first = ask(config, &client, path, None).await?;
    if first.status != Some(402) {
        return Ok(bought(&first));
    }
    let challenge = header(&first, PAYMENT_REQUIRED).and_then(|text| decode_lenient(&text).ok());
    let challenge = challenge.map(|decoded| decoded.value).unwrap_or_default();
    let (entry, way) = chosen(config, &challenge)?;
    let answer = ask(config, &client, path, Some(signed(config, &challenge, &entry, way, 0)?)).await?;
    if config.fault == Some(Fault::SignsAgain) && is_pending(&answer) {
        let again = signed(config, &challenge, &entry, way, 1)?;
        return Ok(bought(&ask(config, &client, path, Some(again)).await?));
    }
    Ok(bought(&answer))
}

fn split(url: &str) -> Result<(&str, &str), ClientError> {
    let bad = || DoubleError::Upstream { url: url.to_owned() };
    let rest = url.strip_prefix("http://").ok_or_else(bad)?;
    let at = rest.find('/').map_or(url.len(), |at| "http://".len() + at);
    Ok((&url[..at], if at < url.len() { &url[at..] } else { "/" }))
}

async fn ask(
    config: &Config,
    client: &Client,
    path: &str,
    payment: Option<String>,
) -> Result<Exchange, ClientError> {
    let request = Request::get(path);
    let request = match payment {
        Some(payment) => request.header(payment_header(Version::V2), payment),
        None => request,
    };
    let exchange = client.send(request).await;
    match (&exchange.fault, exchange.status) {
        (None, Some(_)) => Ok(exchange),
        (fault, _) => {
            let why = fault.as_ref().map_or_else(|| "no status".into(), ToString::to_string);
            Err(ClientError::Silent(config.url.clone(), why))
        }
    }
}

fn bought(exchange: &Exchange) -> Bought {
    let body = exchange.response.as_ref().map(|response| response.body.clone()).unwrap_or_default();
    Bought {
        status: exchange.status.unwrap_or_default(),
        body: String::from_utf8_lossy(&body).into_owned(),
        receipt: header(exchange, receipt_header(Version::V2)),
    }
}

fn header(exchange: &Exchange, name: &str) -> Option<String> {
    let lines = exchange.response.as_ref()?.head.lines().skip(1);
    let mut fields = lines.filter_map(|line| line.split_once(':'));
    fields.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
}

fn is_pending(exchange: &Exchange) -> bool {
    let receipt = header(exchange, receipt_header(Version::V2)).and_then(|text| decode_lenient(&text).ok());
    receipt.is_some_and(|receipt| receipt.value["errorReason"] == "settlement_pending")
}

// ---- the choice ---------------------------------------------------------------------------------------------

/// The first entry on the own network whose way to pay is known.
fn chosen(config: &Config, challenge: &Value) -> Result<(Value, Way), ClientError> {
    let entries = challenge["accepts"].as_array().cloned().unwrap_or_default();
    if let (Some(Fault::FirstEntry), Some(first)) = (config.fault, entries.first()) {
        return Ok((first.clone(), Way::Eip3009));
    }
    let mut why = Vec::new();
    for entry in entries {
        match way(config, &entry) {
            Ok(way) => return Ok((entry, way)),
            Err(reason) => why.push(reason),
        }
    }
    let none = || "it offers nothing".to_owned();
    Err(ClientError::Unpayable(if why.is_empty() { none() } else { why.join("; ") }))
}

fn way(config: &Config, entry: &Value) -> Result<Way, String> {
    if entry["scheme"] != "exact" || entry["network"] != config.network.caip2().as_str() {
        return Err(format!("scheme {} on {}", entry["scheme"], entry["network"]));
    }
    let names = config.dialect.as_ref().map(|dialect| &dialect.names);
    let Methods { eip3009, permit2_exact, .. } = names.map(|names| names.methods.clone()).unwrap_or_default();
    let method = entry["extra"]["assetTransferMethod"].as_str();
    if method.is_none() || method == Some(eip3009.as_deref().unwrap_or("eip3009")) {
        return Ok(Way::Eip3009);
    }
    if method != Some(permit2_exact.as_deref().unwrap_or("permit2")) {
        return Err(format!("assetTransferMethod {}", entry["extra"]["assetTransferMethod"]));
    }
    let spender = spender(names, entry);
    if config.spenders.contains(&spender) || config.fault == Some(Fault::AnySpender) {
        return Ok(Way::Permit2);
    }
    Err(format!("the unknown contract {spender} would spend"))
}

/// The contract that spends, as the offer names it; that of x402 where offers name none.
fn spender(names: Option<&Names>, entry: &Value) -> Address {
    let named = names.and_then(|names| entry["extra"][names.spender.as_ref()?].as_str()?.parse().ok());
    named.unwrap_or_else(|| Permit2Scheme::Exact.proxy())
}

// ---- the signature ------------------------------------------------------------------------------------------

/// The value of the payment header.
fn signed(
    config: &Config,
    challenge: &Value,
    entry: &Value,
    way: Way,
    number: u8,
) -> Result<String, ClientError> {
    let unpayable = |what: &str| ClientError::Unpayable(format!("{what} of the offer cannot be read"));
    let terms = terms(config, entry).ok_or_else(|| unpayable("a member"))?;
    let member = |name: &str| challenge.get(name).filter(|value| !value.is_null()).cloned();
    let echo = Echo {
        entry: entry.clone(),
        terms: terms.clone(),
        resource: member("resource"),
        extensions: member("extensions"),
    };
    let nonce = nonce(config, number);
    let payload = match way {
        Way::Eip3009 => {
            let mut draft =
                Draft::valid(Version::V2, terms, config.payer.clone(), nonce, unix_seconds()).answering(echo);
            match config.fault {
                Some(Fault::SixDecimals) => {
                    draft.authorization.value /= U256::from(1_000_000_000_000_u64);
                }
                Some(Fault::NamesBySymbol) => draft.domain.name.clone_from(&config.symbol),
                _ => {}
            }
            draft.payload()
        }
        Way::Permit2 => {
            let spender = spender(config.dialect.as_ref().map(|dialect| &dialect.names), entry);
            let (payer, nonce) = (config.payer.clone(), U256::from_be_bytes(nonce.0));
            let mut draft =
                Permit2Draft::valid(Permit2Scheme::Exact, terms, payer, nonce, Address::ZERO, unix_seconds())
                    .answering(echo);
            draft.authorization.spender = spender;
            if config.fault == Some(Fault::VersionedPermit2) {
                draft.under = SignedUnder::Versioned("1".into());
            }
            draft.payload()
        }
    };
    let payload = payload.map_err(|error| ClientError::Unpayable(error.to_string()))?;
    Ok(encode_bytes(payload.as_bytes()))
}

fn terms(config: &Config, entry: &Value) -> Option<Terms> {
    let text = |member: &str| entry[member].as_str();
    let of_extra = |member: &str| entry["extra"][member].as_str().unwrap_or_default().to_owned();
    Some(Terms {
        scheme: text("scheme")?.to_owned(),
        network: text("network").and_then(Network::parse).unwrap_or(config.network),
        token: Token {
            address: text("asset")?.parse().ok()?,
            name: of_extra("name"),
            version: of_extra("version"),
            // Amounts are atomic units, so that nothing depends on it.
            decimals: 0,
        },
        amount: text("amount")?.parse().ok()?,
        pay_to: text("payTo")?.parse().ok()?,
        max_timeout_seconds: entry["maxTimeoutSeconds"].as_u64()?,
        resource: String::new(),
    })
}

/// A nonce that no other purchase has.
fn nonce(config: &Config, number: u8) -> B256 {
    let text = format!("{}/{}/{}/{number}", config.url, unix_millis(), std::process::id());
    keccak256([config.payer.to_bytes().as_slice(), text.as_bytes()].concat())
}

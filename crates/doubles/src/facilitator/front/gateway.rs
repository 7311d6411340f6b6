//! Circle Gateway: authorizations for a wallet contract, and settlements that are answered before the money moves.
//!
//! Source: Circle's pages of Gateway Nanopayments (EIP-3009 signing, settle, verify, supported), and what third parties
//! report of how long an authorization must be good.

use super::memory::{self, Name};
use super::{Front, core};
use crate::facilitator::findings::reason;
use crate::facilitator::mutants::Fault;
use crate::facilitator::token;
use crate::tongue::outcome::{self, Outcome};
use crate::tongue::{Asked, Endpoint, Said};
use alloy_primitives::{B256, hex, keccak256};
use axum::http::{Response, StatusCode};
use gauntlet_report::clock::unix_seconds;
use gauntlet_wire::{Address, Domain, U256};
use hyper::body::Bytes;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// For how long an authorization must be good at least, seconds.
const LEAST_SECONDS: u64 = 604_800;
/// By how much less is forgiven, since time passes on the way, seconds.
const ON_THE_WAY: u64 = 60;
/// How long after the answer a payment is sent.
const DEFERRED: Duration = Duration::from_millis(100);
/// How often a payment is sent that the chain did not take, and how long after one another.
const TRIES: u32 = 100;
const BETWEEN_TRIES: Duration = Duration::from_millis(250);

/// A payer's payments are taken one after the other, so that none is promised what another one will take. The number is
/// that of those that were called a success.
type Turn = Arc<tokio::sync::Mutex<u64>>;

/// The turns of payers.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<BTreeMap<String, Turn>>);

impl Turns {
    fn of(&self, payer: &str) -> Turn {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(payer.to_owned()).or_default())
    }
}

/// The answer to `/supported`: one kind, with the domain under which is signed.
pub(super) fn supported(front: &Front, domain: &Domain) -> Value {
    let wallet = domain.verifying_contract.to_checksum(None);
    let assets: Vec<Value> = front
        .tongue
        .setup
        .tokens
        .iter()
        .take(1)
        .map(|offer| {
            json!({
                "symbol": offer.symbol,
                "address": offer.token.address.to_checksum(None),
                "decimals": offer.token.decimals,
            })
        })
        .collect();
    let mut extra = json!({
        "name": domain.name, "version": domain.version, "verifyingContract": wallet, "assets": assets,
    });
    if front.is(Fault::GatewayKindWithoutName)
        && let Some(members) = extra.as_object_mut()
    {
        members.shift_remove("name");
    }
    let network = front.service.network.caip2();
    let kind = json!({ "x402Version": 2, "scheme": "exact", "network": network, "extra": extra });
    let signer = front.service.sender.address().to_checksum(None);
    json!({ "kinds": [kind], "extensions": [], "signers": { "eip155:*": [signer] } })
}

/// Verifies or settles a payment.
pub(super) async fn payment(front: &Front, domain: &Domain, asked: Asked, body: &[u8]) -> Response<Bytes> {
    let read: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    if let Err(reason) = look(front, domain, &read) {
        return outcome::refused(&front.tongue, asked, body, reason);
    }
    let said = match (asked.endpoint, memory::name(&read)) {
        (Endpoint::Settle, Some(name)) => settled(front, domain, &read, name, body).await,
        // What has no nonce is no payment: nothing of it can be promised.
        (Endpoint::Settle, None) => {
            let mut said = front.core(Endpoint::Settle, body.to_vec()).await;
            rename(front, domain, &read, &mut said.body, "errorReason").await;
            said
        }
        (Endpoint::Verify | Endpoint::Supported, _) => verified(front, domain, &read, body).await,
    };
    outcome::written(&front.tongue, asked, said)
}

/// What a payment for the wallet must have besides what every payment must. What cannot be read is left to the double
/// behind.
fn look(front: &Front, domain: &Domain, body: &Value) -> Result<(), &'static str> {
    let text = |place: &str| body.pointer(place).and_then(Value::as_str);
    let number = |place: &str| text(place).and_then(|text| text.parse::<U256>().ok());
    let address = |place: &str| text(place).and_then(|text| text.parse::<Address>().ok());
    if body.pointer("/paymentPayload/payload/permit2Authorization").is_some() {
        return Err("unsupported_scheme");
    }
    let usdc = front.tongue.setup.tokens.first().map(|offer| offer.token.address);
    if address("/paymentRequirements/asset").is_some_and(|asset| Some(asset) != usdc) {
        return Err("unsupported_asset");
    }
    // The double behind judges the rest of a domain by the signature.
    let wallet = "/paymentRequirements/extra/verifyingContract";
    if text(wallet).is_some() && address(wallet) != Some(domain.verifying_contract) {
        return Err("unsupported_domain");
    }
    let signed = "/paymentPayload/payload/authorization";
    let value = number(&format!("{signed}/value"));
    if front.is(Fault::GatewayRefusesDust) && value.is_some_and(|value| value < U256::from(100)) {
        return Err("amount_mismatch");
    }
    let now = unix_seconds();
    let ends = number(&format!("{signed}/validBefore"));
    let ends_too_soon = ends
        .is_some_and(|ends| ends > U256::from(now) && ends < U256::from(now + LEAST_SECONDS - ON_THE_WAY));
    if ends_too_soon && !front.is(Fault::GatewayShortValidity) {
        return Err("authorization_validity_too_short");
    }
    Ok(())
}

/// `/verify` looks neither at what the payer owns nor at the nonce.
async fn verified(front: &Front, domain: &Domain, read: &Value, body: &[u8]) -> Said {
    let mut said = front.core(Endpoint::Verify, body.to_vec()).await;
    let refused = said.body.get("invalidReason").and_then(Value::as_str);
    if matches!(refused, Some(reason::TRANSACTION | "insufficient_funds")) {
        said.body = json!({ "isValid": true, "payer": said.body.get("payer") });
    }
    rename(front, domain, read, &mut said.body, "invalidReason").await;
    said
}

/// Says that a payment is accepted once nothing stands against it, and moves the money afterwards.
async fn settled(front: &Front, domain: &Domain, read: &Value, name: Name, body: &[u8]) -> Said {
    let [nonce, network, payer] = name;
    let mut turn = front.turns.of(&payer).lock_owned().await;
    let said = front.core(Endpoint::Verify, body.to_vec()).await;
    let payer_told = said.body.get("payer").cloned().unwrap_or_default();
    let success = |counter: u64| {
        let transaction = uuid(&format!("{nonce} {payer} {counter}"));
        let body = json!({
            "success": true, "transaction": transaction, "network": network, "payer": payer_told,
        });
        Said { status: StatusCode::OK, body }
    };
    if said.body.get("isValid").and_then(Value::as_bool) != Some(true) {
        let mut refusal = json!({
            "success": false,
            "errorReason": said.body.get("invalidReason"),
            "transaction": "",
            "network": network,
            "payer": payer_told,
        });
        if let Some(message) = said.body.get("invalidMessage") {
            refusal["errorMessage"] = message.clone();
        }
        rename(front, domain, read, &mut refusal, "errorReason").await;
        if front.is(Fault::GatewaySuccessAgain) && refusal["errorReason"] == "nonce_already_used" {
            *turn += 1;
            return success(*turn);
        }
        return Said { status: said.status, body: refusal };
    }
    *turn += 1;
    let answer = success(*turn);
    if *turn > 1 && front.is(Fault::GatewaySecondNeverSent) {
        return answer;
    }
    let (router, body) = (front.router.clone(), body.to_vec());
    // The payer's turn ends with the money on the chain, so that the next payment is judged by what is left.
    tokio::spawn(async move {
        tokio::time::sleep(DEFERRED).await;
        for _ in 0..TRIES {
            let said = core(&router, Endpoint::Settle, body.clone()).await;
            if Outcome::of(&said.body) == Outcome::Settled {
                break;
            }
            tokio::time::sleep(BETWEEN_TRIES).await;
        }
        drop(turn);
    });
    answer
}

/// Names a settlement.
fn uuid(of: &str) -> String {
    let digits = hex::encode(keccak256(of));
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..32]].join("-")
}

/// Circle's words for what the double behind says.
async fn rename(front: &Front, domain: &Domain, read: &Value, body: &mut Value, member: &str) {
    let Some(Value::String(code)) = body.get_mut(member) else { return };
    let renamed = match code.as_str() {
        "invalid_network" => "unsupported_network",
        "invalid_exact_evm_payload_authorization_value_mismatch" => "amount_mismatch",
        "invalid_exact_evm_payload_recipient_mismatch" => "address_mismatch",
        "invalid_exact_evm_payload_authorization_valid_before" => "authorization_expired",
        "invalid_exact_evm_payload_authorization_valid_after" => "authorization_not_yet_valid",
        reason::SIGNATURE => "invalid_signature",
        "insufficient_funds" => "insufficient_balance",
        reason::VERIFY_ERROR | reason::SETTLE_ERROR => "unexpected_error",
        reason::TRANSACTION if is_spent(front, domain, read).await => "nonce_already_used",
        reason::TRANSACTION => "unexpected_error",
        _ => return,
    };
    *code = renamed.to_owned();
}

async fn is_spent(front: &Front, domain: &Domain, read: &Value) -> bool {
    let text = |member: &str| {
        read.pointer(&format!("/paymentPayload/payload/authorization/{member}")).and_then(Value::as_str)
    };
    let payer = text("from").and_then(|payer| payer.parse::<Address>().ok());
    let nonce = text("nonce").and_then(|nonce| nonce.parse::<B256>().ok());
    let (Some(payer), Some(nonce)) = (payer, nonce) else { return false };
    token::is_spent(&front.service.rpc, domain.verifying_contract, payer, nonce).await == Some(true)
}

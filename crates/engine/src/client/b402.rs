//! Clients that pay merchants of B402: what they choose, what they sign, and that they sign once.
//!
//! Source: B402 partner API, client guide (EIP-3009 and Permit2), settle (three outcomes).

use super::{Seen, at_a_till, found, of_client};
use crate::check::{Check, Judged, Stop};
use crate::cx::Cx;
use gauntlet_chain::Proxy;
use gauntlet_doubles::till::Then;
use gauntlet_probe::{Dialect, Manifest};
use gauntlet_report::clock::unix_seconds;
use gauntlet_wire::eip3009::{Recovered, recover};
use gauntlet_wire::message::{Reading, read_request};
use gauntlet_wire::permit2::{PERMIT2, Permit2Scheme, read_permit2};
use gauntlet_wire::{Address, Domain, Terms, U256, Version};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

const UNPAID: &str = "whoever pays signs what nobody can settle, or more than was asked";
const TAKEN: &str = "a stranger's contract is allowed to take the payer's money";
const TWICE: &str = "a buyer pays twice for one thing";

/// How long an authorization may outlive what the offer says, seconds.
const LENIENT_SECONDS: u64 = 30;

pub(super) fn checks(client: Option<&Arc<Manifest>>) -> Vec<Check> {
    vec![
        of_client(
            client,
            "client.b402.signs",
            "a price with 18 decimals is signed as it stands, under the token's own EIP-712 name",
            &["B402-CL-SIGN-001"],
            UNPAID,
            signs,
        ),
        of_client(
            client,
            "client.b402.choice",
            "of several entries one is paid whose network and transfer method the client can sign for",
            &["B402-CL-CHOICE-001"],
            UNPAID,
            choice,
        ),
        of_client(
            client,
            "client.b402.permit2",
            "a permit is signed under Permit2's domain, which has no version, for the contract of the offer",
            &["B402-CL-SIGN-002"],
            UNPAID,
            permit2,
        ),
        of_client(
            client,
            "client.b402.spender",
            "no permit is signed for a contract that is none of B402's",
            &["B402-CL-SPENDER-001"],
            TAKEN,
            spender,
        ),
        of_client(
            client,
            "client.b402.pending",
            "while a settlement is under way nothing else is signed",
            &["B402-CL-PENDING-001"],
            TWICE,
            pending,
        ),
    ]
}

// ---- offers -------------------------------------------------------------------------------------------------

fn dialect(cx: &Cx) -> Result<&Dialect, Stop> {
    cx.world.dialect().ok_or_else(|| Stop::NotApplicable("no dialect is spoken".into()))
}

/// Ten cents of the network's token, to a payee of the check's own.
fn terms(cx: &Cx) -> Terms {
    let token = cx.world.chain.tokens().usdc.clone();
    Terms {
        scheme: "exact".into(),
        network: cx.world.chain.profile().network,
        amount: token.cents(10),
        token,
        pay_to: cx.key("payee").address(),
        max_timeout_seconds: 300,
        resource: String::new(),
    }
}

/// An entry as a merchant of B402 writes it.
fn entry(cx: &Cx, method: &str, spender: Option<Address>) -> Result<Value, Stop> {
    let dialect = dialect(cx)?;
    let mut entry = terms(cx).requirements(Version::V2);
    entry["extra"]["assetTransferMethod"] = json!(method);
    let signer = cx.world.chain.roles().facilitator.address();
    if let Some(member) = &dialect.names.facilitator_address {
        entry["extra"][member] = json!(signer.to_checksum(None));
    }
    if let (Some(member), Some(spender)) = (&dialect.names.spender, spender) {
        entry["extra"][member] = json!(spender.to_checksum(None));
    }
    Ok(entry)
}

fn eip3009(cx: &Cx) -> Result<Value, Stop> {
    let method = dialect(cx)?.names.methods.eip3009.clone();
    entry(cx, method.as_deref().unwrap_or("eip3009"), None)
}

fn over_permit2(cx: &Cx, spender: Address) -> Result<Value, Stop> {
    let method = dialect(cx)?.names.methods.permit2_exact.clone();
    entry(cx, method.as_deref().unwrap_or("permit2"), Some(spender))
}

/// The contract of the network's own that spends, or that of x402.
fn own_spender(cx: &Cx) -> Address {
    let proxies = &cx.world.chain.profile().proxies;
    let own = proxies.iter().find(|(_, kind)| *kind == Proxy::Exact);
    own.map_or_else(|| Permit2Scheme::Exact.proxy(), |(address, _)| *address)
}

fn served() -> Then {
    Then::Served("what was bought".into())
}

// ---- checks -------------------------------------------------------------------------------------------------

/// The payment of a plain offer. A client that pays none may have been told not to: it says why.
async fn plain(cx: &Cx, client: &Manifest, then: Then) -> Result<Seen, Stop> {
    let seen = at_a_till(cx, client, json!([eip3009(cx)?]), then).await?;
    if seen.presented.is_empty() {
        let why = format!("the client does not pay a plain offer here: {}", seen.got());
        return Err(Stop::Inconclusive(why));
    }
    Ok(seen)
}

async fn signs(cx: Cx, client: Arc<Manifest>) -> Judged {
    let seen = plain(&cx, &client, served()).await?;
    for payload in &seen.presented {
        judge_eip3009(&cx, &seen, payload);
    }
    Ok(())
}

async fn choice(cx: Cx, client: Arc<Manifest>) -> Judged {
    plain(&cx, &client, served()).await?;
    // A key of an EVM account signs for every EVM chain, but for no other.
    let mut elsewhere = eip3009(&cx)?;
    for (member, of_solana) in [
        ("network", "solana:5eykt4UsFv8P8NJdTREpY1vzqKqKZKvdp"),
        ("asset", "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"),
        ("payTo", "2wKupLR9q6wXYppw8Gr2NvWxKBUqm4PPJKkQfoxHDBg4"),
    ] {
        elsewhere[member] = json!(of_solana);
    }
    let (unknown, good) = (entry(&cx, "permit9-exact", None)?, eip3009(&cx)?);
    let accepts = json!([elsewhere, unknown, good]);
    let seen = at_a_till(&cx, &client, accepts, served()).await?;
    let Some(payload) = seen.presented.first() else {
        found(&cx, "pays-nothing", "a payment of the third entry", seen.got());
        return Ok(());
    };
    if payload["accepted"] != good {
        let got = format!("accepted {}", payload["accepted"]);
        found(&cx, "another-entry", "a payment of the third entry, repeated as it stands", got);
        return Ok(());
    }
    judge_eip3009(&cx, &seen, payload);
    Ok(())
}

async fn permit2(cx: Cx, client: Arc<Manifest>) -> Judged {
    let spender = own_spender(&cx);
    let accepts = json!([over_permit2(&cx, spender)?]);
    let seen = at_a_till(&cx, &client, accepts, served()).await?;
    let Some(payload) = seen.presented.first() else {
        return Err(Stop::NotApplicable(format!("the client does not pay over Permit2: {}", seen.got())));
    };
    let request = plain_request(payload, &terms(&cx), true);
    let read = match read_permit2(request.to_string().as_bytes(), Reading::Lenient) {
        Ok(read) => read,
        Err(malformed) => {
            found(&cx, "illegible", "a permit that can be read", malformed.to_string());
            return Ok(());
        }
    };
    let permit = &read.authorization;
    if permit.spender != spender {
        let got = format!("spender {}", permit.spender);
        found(&cx, "another-spender", &format!("spender {spender}, as in the offer"), got);
    }
    let digest = permit.digest(cx.world.chain.chain_id(), PERMIT2);
    if recover(&read.signature, digest) != Recovered::Plain(seen.payer.address()) {
        let want =
            format!("a signature of {} under Permit2's domain without a version", seen.payer.address());
        found(&cx, "bad-signature", &want, "one that recovers to somebody else".into());
    }
    Ok(())
}

async fn spender(cx: Cx, client: Arc<Manifest>) -> Judged {
    plain(&cx, &client, served()).await?;
    let stranger = cx.stranger();
    let seen = at_a_till(&cx, &client, json!([over_permit2(&cx, stranger)?]), served()).await?;
    let named = |payload: &Value| {
        let spender = payload["payload"]["permit2Authorization"]["spender"].as_str();
        spender.and_then(|text| text.parse::<Address>().ok()) == Some(stranger)
    };
    if seen.presented.iter().any(named) {
        let got = format!("a permit that lets {stranger} take the price");
        found(&cx, "stranger-spends", "no permit for a contract that is none of B402's", got);
    }
    Ok(())
}

async fn pending(cx: Cx, client: Arc<Manifest>) -> Judged {
    let transaction = cx.key("pending transaction").to_bytes();
    let seen = plain(&cx, &client, Then::Pending(transaction)).await?;
    let nonce = |payload: &Value| payload["payload"]["authorization"]["nonce"].to_string().to_lowercase();
    let signed: BTreeSet<String> = seen.presented.iter().map(nonce).collect();
    if signed.len() > 1 {
        let got = format!("{} authorizations with nonces of their own", signed.len());
        found(&cx, "signs-again", "one authorization, however often it is presented", got);
    }
    Ok(())
}

// ---- what was signed ----------------------------------------------------------------------------------------

/// A request to a facilitator with the payload, in the words of x402.
fn plain_request(payload: &Value, terms: &Terms, permit2: bool) -> Value {
    let mut requirements = terms.requirements(Version::V2);
    let mut payload = payload.clone();
    if permit2 {
        requirements["extra"]["assetTransferMethod"] = json!("permit2");
    }
    // What is no object stays what it is, and cannot be read.
    if let Some(members) = payload.as_object_mut() {
        members.insert("accepted".into(), requirements.clone());
    }
    json!({ "x402Version": 2, "paymentPayload": payload, "paymentRequirements": requirements })
}

fn judge_eip3009(cx: &Cx, seen: &Seen, payload: &Value) {
    let terms = terms(cx);
    let request = plain_request(payload, &terms, false);
    let read = match read_request(request.to_string().as_bytes(), Reading::Lenient) {
        Ok(read) => read,
        Err(malformed) => {
            return found(cx, "illegible", "an authorization that can be read", malformed.to_string());
        }
    };
    let signed = &read.authorization;
    if (signed.value, signed.to) != (terms.amount, terms.pay_to) {
        let want = format!("{} atomic units to {}", terms.amount, terms.pay_to);
        found(cx, "another-amount", &want, format!("{} to {}", signed.value, signed.to));
    }
    let latest = unix_seconds() + terms.max_timeout_seconds + LENIENT_SECONDS;
    if signed.valid_before > U256::from(latest) {
        let want = format!("validBefore {latest} at the latest");
        found(cx, "too-long", &want, format!("validBefore {}", signed.valid_before));
    }
    let domain = Domain {
        name: terms.token.name.clone(),
        version: terms.token.version.clone(),
        chain_id: terms.network.chain_id,
        verifying_contract: terms.token.address,
    };
    if recover(&read.signature, signed.digest(&domain)) != Recovered::Plain(seen.payer.address()) {
        let want = format!("a signature of {} under the name {:?}", seen.payer.address(), domain.name);
        found(cx, "bad-signature", &want, "one that recovers to somebody else".into());
    }
}

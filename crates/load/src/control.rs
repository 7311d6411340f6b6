//! The positive control: one payment by itself. What cannot handle that is not put under load.

use crate::config::LoadConfig;
use crate::job::Work;
use crate::permit2;
use crate::prepare::{self, PURSE};
use crate::quantum;
use gauntlet_chain::Chain;
use gauntlet_engine::history::{Endpoint, Said};
use gauntlet_engine::reply::{Reply, says};
use gauntlet_engine::server::buyer::ask;
use gauntlet_engine::server::offer::Offer;
use gauntlet_engine::server::visit::Visit;
use gauntlet_engine::trial::Live;
use gauntlet_probe::{Client, ClientConfig, Request, Role};
use gauntlet_report::clock;
use gauntlet_wire::header::{encode_bytes, payment_header};
use gauntlet_wire::permit2::Permit2Scheme;
use gauntlet_wire::{Address, Draft, Echo, Key, Terms};
use std::time::Duration;

/// What the target asks for, learnt by paying once.
pub(crate) struct Learnt {
    pub(crate) terms: Terms,
    /// What a server offered, as it wrote it.
    pub(crate) echo: Option<Echo>,
    /// Who may charge payments of scheme `upto`; zero for others.
    pub(crate) facilitator: Address,
}

/// Why the control failed.
pub(crate) struct Trouble {
    /// A sentence.
    pub(crate) reason: String,
    /// Whether the money moved all the same: that is a verdict, and no lack of one.
    pub(crate) is_taken: bool,
}

/// The longest wait for the answer to the control, which is no measurement.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long money that moves after a no may take besides two blocks.
const AFTERMATH: Duration = Duration::from_secs(1);

/// Pays once, as the plan will.
///
/// # Errors
/// [`Trouble`] when that did not work.
pub(crate) async fn pay_once(config: &LoadConfig, chain: &Chain, live: &Live) -> Result<Learnt, Trouble> {
    let from_block = chain.block_number().await.unwrap_or_default();
    let patient = ClientConfig { timeout: PATIENCE, ..ClientConfig::default() };
    let paid = match Client::new(&live.url, patient) {
        Err(error) => Err(error.to_string()),
        Ok(client) if config.target.role() == Role::Server => buy(config, chain, live, &client).await,
        Ok(client) => ask_facilitator(config, chain, &client).await,
    };
    match paid {
        Ok(learnt) => Ok(learnt),
        Err(reason) => Err(Trouble { is_taken: is_taken(config, chain, from_block).await, reason }),
    }
}

/// Whether the money of the control moved, now or with the next blocks.
async fn is_taken(config: &LoadConfig, chain: &Chain, from_block: u64) -> bool {
    let block = config.plan.chain.blocks.time().unwrap_or_default();
    tokio::time::sleep(block * 2 + AFTERMATH).await;
    let moved = chain.transfers(chain.tokens().usdc.address, from_block + 1, Some(payer(config).address()));
    moved.await.is_ok_and(|moved| !moved.is_empty())
}

fn payer(config: &LoadConfig) -> Key {
    Key::derive(&format!("{}/control", prepare::seed(config)))
}

/// A payment of an account that the load does not use, in USDC even when the plan tries another token.
async fn payment(config: &LoadConfig, chain: &Chain, terms: &Terms) -> Result<Draft, String> {
    let payer = payer(config);
    let funded = chain.set_balance(terms.token.address, payer.address(), PURSE).await;
    funded.map_err(|error| error.to_string())?;
    // Shards pay once each, and a chain that stays remembers earlier runs.
    let name = (prepare::seed(config), config.shard.index, clock::unix_millis());
    let nonce = Key::derive(&format!("{}/control/{}/{}", name.0, name.1, name.2)).to_bytes();
    let seed = name.0;
    let mut draft =
        Draft::valid(config.plan.version, terms.clone(), payer.clone(), nonce, clock::unix_seconds());
    if let Some(parameters) = config.plan.payments.signature.parameters() {
        let attester = quantum::attester(&seed).address();
        let placed = chain.place_attested_wallets(&[payer.address()], attester).await;
        placed.map_err(|error| error.to_string())?;
        quantum::Signer::new(parameters, &seed).sign(&mut draft);
    }
    Ok(draft)
}

async fn ask_facilitator(config: &LoadConfig, chain: &Chain, client: &Client) -> Result<Learnt, String> {
    let terms = prepare::terms(config, chain).map_err(|error| error.to_string())?;
    let plain = Terms { token: chain.tokens().usdc.clone(), ..terms.clone() };
    let draft = payment(config, chain, &plain).await?;
    let scheme = config.plan.payments.method.permit2();
    let facilitator = match scheme {
        Some(Permit2Scheme::Upto) => upto_facilitator(config, client).await?,
        _ => Address::ZERO,
    };
    let body = match scheme {
        None => draft.body(),
        Some(scheme) => {
            let (payer, nonce) = (draft.signer.clone(), draft.authorization.nonce);
            let allowed = chain.set_permit2_allowance(plain.token.address, payer.address(), PURSE).await;
            allowed.map_err(|error| error.to_string())?;
            permit2::body(scheme, &plain, payer, nonce, facilitator, clock::unix_seconds())
        }
    };
    let body = body.map_err(|error| error.to_string())?;
    let endpoints: &[Endpoint] = match prepare::work(config) {
        Work::Verify => &[Endpoint::Verify],
        Work::Settle => &[Endpoint::Settle],
        _ => &[Endpoint::Verify, Endpoint::Settle],
    };
    for endpoint in endpoints {
        let exchange = client.send(Request::post_json(endpoint.path(), body.clone())).await;
        let response = exchange.response.as_ref().map(|response| response.body.as_slice());
        let json = serde_json::from_slice(response.unwrap_or_default()).ok();
        let said = match (exchange.status, &exchange.fault) {
            (Some(status), None) => says(*endpoint, status, json.as_ref()),
            _ => Said::Nothing("no answer".into()),
        };
        if said != Said::Yes {
            let sent = "one plain payment".to_owned();
            let got = Reply { exchange, said, sent }.got();
            return Err(format!(
                "one plain payment by itself was not accepted by {}: {got}",
                endpoint.path()
            ));
        }
    }
    Ok(Learnt { terms, echo: None, facilitator })
}

/// Whom payers of scheme `upto` have to name.
async fn upto_facilitator(config: &LoadConfig, client: &Client) -> Result<Address, String> {
    let exchange = client.send(Request::get("/supported")).await;
    let response = exchange.response.as_ref().map(|response| response.body.as_slice());
    let supported = serde_json::from_slice(response.unwrap_or_default()).unwrap_or_default();
    let named = permit2::facilitator(&supported, &config.network.network.caip2());
    named.ok_or_else(|| "/supported names no facilitator whom payers of scheme upto could name".into())
}

async fn buy(config: &LoadConfig, chain: &Chain, live: &Live, client: &Client) -> Result<Learnt, String> {
    let version = config.plan.version;
    let canary = live.shop.canary.as_deref();
    let route = live.shop.routes.get("cheap").ok_or("the server has no route called cheap")?;
    let unpaid = Visit::of(client.send(ask(route)).await, "no payment".into(), canary);
    let offer = Offer::of(&unpaid, version, config.network.network, &chain.tokens().usdc);
    let offer = offer.map_err(|problem| format!("{} cannot be bought: {problem}", route.path))?;
    let learnt = Learnt { terms: offer.terms.clone(), echo: Some(offer.echo()), facilitator: Address::ZERO };
    if prepare::work(config) == Work::Challenge {
        return Ok(learnt);
    }
    let draft = payment(config, chain, &offer.terms).await?.answering(offer.echo());
    let payload = draft.payload().map_err(|error| error.to_string())?;
    let paid = ask(route).header(payment_header(version), encode_bytes(payload.as_bytes()));
    let visit = Visit::of(client.send(paid).await, "one plain payment".into(), canary);
    if visit.served() {
        return Ok(learnt);
    }
    Err(format!("one plain payment by itself did not buy {}: {}", route.path, visit.reply.got()))
}

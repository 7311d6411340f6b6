//! What the target claims: learnt from itself, and from its manifest.

use super::TrialConfig;
use super::running::Live;
use crate::history::Endpoint;
use crate::server::buyer::ask;
use crate::server::visit::Visit;
use crate::world::Claims;
use gauntlet_probe::{Client, Request, Role};
use gauntlet_report::Exchange;
use gauntlet_wire::{Address, SupportedAnswer, Version};
use std::collections::BTreeSet;

/// What the target claims.
///
/// # Errors
/// Why nothing can be tried.
pub(super) async fn of(
    config: &TrialConfig,
    client: &Client,
    live: &Live,
    facilitator: Address,
) -> Result<Claims, String> {
    match config.target.role() {
        Role::Server => of_server(client, live).await,
        Role::Facilitator | Role::Client => of_facilitator(config, client, live, facilitator).await,
    }
}

/// A path that the target answers as long as it is alive.
pub(super) fn heartbeat(role: Role, live: &Live) -> String {
    match role {
        Role::Server => ["free", "cheap"]
            .iter()
            .find_map(|name| live.shop.routes.get(*name))
            .map_or_else(|| "/".into(), |route| route.path.clone()),
        Role::Facilitator | Role::Client => Endpoint::Supported.path().into(),
    }
}

fn must_answer(exchange: &Exchange, url: &str) -> Result<(), String> {
    if exchange.status.is_some() {
        return Ok(());
    }
    let fault = exchange.fault.as_ref().map(ToString::to_string).unwrap_or_default();
    Err(format!("nothing answers at {url} ({fault}); start the target, or correct its URL"))
}

/// A server claims the versions in which its cheap route asks for money.
async fn of_server(client: &Client, live: &Live) -> Result<Claims, String> {
    let cheap = live.shop.routes.get("cheap").ok_or("the server has no paid route")?;
    let exchange = client.send(ask(cheap)).await;
    must_answer(&exchange, &live.url)?;
    let visit = Visit::of(exchange, String::new(), None);
    let asked: Vec<Version> =
        Version::ALL.into_iter().filter(|version| visit.challenge(*version).is_some()).collect();
    let versions = match (&live.claims, asked.as_slice()) {
        (Some(claimed), _) => claimed.clone(),
        // Nothing legible was said: version 2 is tried, and the control will tell.
        (None, []) => vec![Version::V2],
        (None, _) => asked,
    };
    Ok(Claims { versions, schemes: live.schemes.clone(), ..Claims::default() })
}

async fn of_facilitator(
    config: &TrialConfig,
    client: &Client,
    live: &Live,
    facilitator: Address,
) -> Result<Claims, String> {
    let exchange = client.send(Request::get(Endpoint::Supported.path())).await;
    must_answer(&exchange, &live.url)?;
    let body = exchange.response.map(|response| response.body).unwrap_or_default();
    let supported = (exchange.status == Some(200)).then(|| SupportedAnswer::read(&body).ok()).flatten();
    let network = config.network.network;
    let signers = supported
        .iter()
        .flat_map(|answer| answer.signers.iter().flatten())
        .flat_map(|(_, accounts)| accounts);
    let mut signers: BTreeSet<Address> = signers.filter_map(|account| account.parse().ok()).collect();
    // A target that names none settles from the account whose key it was given.
    if signers.is_empty() && live.is_ours() {
        signers.insert(facilitator);
    }
    let offered: Vec<Version> = Version::ALL
        .into_iter()
        .filter(|version| supported.as_ref().is_some_and(|answer| answer.offers(*version, "exact", network)))
        .collect();
    let by_dialect = client.speaker().and_then(|speaker| speaker.dialect.versions.clone());
    let versions = match (live.claims.clone().or(by_dialect), offered.as_slice()) {
        (Some(claimed), _) => claimed,
        // Nothing legible was said: version 2 is tried, and the control will tell.
        (None, []) => vec![Version::V2],
        (None, _) => offered,
    };
    Ok(Claims { versions, schemes: live.schemes.clone(), supported, signers })
}

//! How payments are written for a target of a dialect.

use super::kinds::{Kind, kind};
use crate::history::Endpoint;
use crate::world::World;
use gauntlet_wire::permit2::Permit2Scheme;
use gauntlet_wire::{Spelling, Token};
use serde_json::{Map, Value};
use std::sync::Arc;

/// The spelling of payments of a kind, in a token, for the target; the plain one for x402.
pub(crate) fn spelling(world: &World, way: Kind, token: &Token, endpoint: Endpoint) -> Arc<Spelling> {
    // What a payer repeats to a server is written as the server wrote it.
    let Some(dialect) = world.dialect().filter(|_| world.shop.is_none()) else { return Arc::default() };
    let names = &dialect.names;
    let domain = (way == Kind::Eip3009).then(|| world.signed_under(token)).flatten();
    let copied = names.extra_from_kinds.then(|| kind(world, way, token)).flatten().cloned();
    let mut extra = copied.unwrap_or_default();
    if let Some(domain) = &dialect.domain {
        // Name and version take the place of the token's; the rest of a kind is for people.
        extra.retain(|member, _| *member == domain.contract);
    }
    let method = way.method(dialect);
    if let Some(method) = method {
        extra.insert("assetTransferMethod".into(), method.into());
    }
    let charge = dialect.settling.charge.clone();
    Arc::new(Spelling {
        requirements: filled(&names.requirements, world),
        extra,
        renamed: names
            .facilitator_address
            .iter()
            .map(|name| ("facilitatorAddress".into(), name.clone()))
            .collect(),
        method: method.map(|method| ("permit2".into(), method.into())),
        charge: charge.filter(|_| endpoint == Endpoint::Settle && way == Kind::Permit2(Permit2Scheme::Upto)),
        caip2_in_v1: names.caip2_in_v1,
        domain: domain.map(|own| Box::new((world.chain.domain(token), own))),
        least_seconds: dialect.least_seconds,
    })
}

fn filled(members: &Map<String, Value>, world: &World) -> Map<String, Value> {
    let chain_id = world.chain.chain_id().to_string();
    let fill = |value: &Value| match value {
        Value::String(text) => text.replace("{chain_id}", &chain_id).into(),
        other => other.clone(),
    };
    members.iter().map(|(name, value)| (name.clone(), fill(value))).collect()
}

//! What the facilitator tells that a payer has to know.

use super::refusal::Trouble;
use super::routes::Means;
use super::service::Service;
use gauntlet_probe::dialect::Methods;
use gauntlet_wire::Address;
use serde_json::{Map, Value};

/// What stands in an offer because the facilitator says so.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    /// The account that may settle under `upto`; any other where that is not offered.
    pub(super) settler: Address,
    /// The members of `extra`, in dialects that tell them; none in x402.
    pub(super) extra: Map<String, Value>,
}

impl Told {
    /// What a payer by these means has to know.
    pub(super) async fn of(service: &Service, means: Means) -> Result<Self, Trouble> {
        let facilitator = &service.facilitator;
        if let Some(dialect) = facilitator.dialect().filter(|dialect| dialect.names.extra_from_kinds) {
            let kinds = facilitator.kinds().await?;
            let extra = extra(service, &kinds, method(&dialect.names.methods, means));
            return Ok(Self { settler: Address::ZERO, extra: extra.ok_or(Trouble::NotListed)? });
        }
        match means {
            Means::Eip3009 | Means::Permit2 => Ok(Self::default()),
            Means::Upto => Ok(Self { settler: facilitator.settler().await?, extra: Map::new() }),
        }
    }
}

/// What the dialect calls a means.
fn method(methods: &Methods, means: Means) -> Option<&str> {
    match means {
        Means::Eip3009 => &methods.eip3009,
        Means::Permit2 => &methods.permit2_exact,
        Means::Upto => &methods.permit2_upto,
    }
    .as_deref()
}

/// The `extra` of the kind for the shop's token. No kind names an address: the token is known by its name.
fn extra(service: &Service, kinds: &[Value], method: Option<&str>) -> Option<Map<String, Value>> {
    let network = service.network.caip2();
    let extras: Vec<&Map<String, Value>> = kinds
        .iter()
        .filter(|kind| kind["x402Version"] == 2 && kind["network"] == network.as_str())
        .filter(|kind| kind["extra"]["assetTransferMethod"].as_str() == method)
        .filter_map(|kind| kind["extra"].as_object())
        .collect();
    let named =
        |extra: &&&Map<String, Value>| extra.get("name").and_then(Value::as_str) == Some(&service.token.name);
    extras.iter().find(named).or_else(|| extras.first()).map(|extra| (*extra).clone())
}

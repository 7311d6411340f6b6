//! The answer to `/supported`.

use super::{Endpoint, Front, Manner, Offer, gateway};
use crate::facilitator::mutants::Fault;
use gauntlet_wire::permit2::Permit2Scheme;
use serde_json::{Value, json};

/// What is supported: kinds of the dialect, or those of the double behind.
pub(super) async fn supported(front: &Front) -> Value {
    if let Some(domain) = &front.setup.authority {
        return gateway::supported(front, domain);
    }
    if !front.setup.dialect().names.extra_from_kinds || !front.setup.is_b402() {
        return front.core(Endpoint::Supported, Vec::new()).await.body;
    }
    let signer = front.service.sender.address().to_checksum(None);
    let kinds: Vec<Value> =
        front.setup.tokens.iter().flat_map(|offer| of_token(front, offer, &signer)).collect();
    let family = match front.is(Fault::B402SignersByChain) {
        true => front.service.network.caip2(),
        false => "eip155:*".into(),
    };
    json!({ "kinds": kinds, "extensions": [], "signers": { family: [signer] } })
}

fn of_token(front: &Front, offer: &Offer, signer: &str) -> Vec<Value> {
    let methods = &front.setup.dialect().names.methods;
    let name = match front.setup.manner {
        Manner::Production if front.is(Fault::B402NamesBySymbol) => &offer.symbol,
        Manner::Production => &offer.token.name,
        Manner::Documents => &offer.symbol,
    };
    let kind = |scheme: &str, method: &Option<String>, spender: Option<Permit2Scheme>| {
        let mut kind = json!({
            "x402Version": 2,
            "scheme": scheme,
            "network": front.service.network.caip2(),
            "extra": {
                "name": name,
                "version": offer.token.version,
                "assetTransferMethod": method,
                "signerAddress": signer,
            },
        });
        if let Some(spender) = spender.filter(|_| !front.is(Fault::B402KindWithoutSpender)) {
            kind["extra"]["spenderAddress"] = json!(front.setup.proxy(spender).to_checksum(None));
        }
        kind
    };
    let upto = if front.is(Fault::B402UptoIsExact) { "exact" } else { "upto" };
    let eip3009 = offer.has_eip3009.then(|| kind("exact", &methods.eip3009, None));
    let permit2 = [
        kind("exact", &methods.permit2_exact, Some(Permit2Scheme::Exact)),
        kind(upto, &methods.permit2_upto, Some(Permit2Scheme::Upto)),
    ];
    eip3009.into_iter().chain(permit2).collect()
}

//! The answer to `/supported`.

use super::{Manner, Offer, Tongue};
use crate::facilitator::mutants::Fault;
use gauntlet_wire::permit2::Permit2Scheme;
use serde_json::{Value, json};

/// What is supported, where the dialect has kinds of its own.
pub(super) fn supported(tongue: &Tongue) -> Option<Value> {
    if !tongue.setup.dialect().names.extra_from_kinds || !tongue.setup.is_b402() {
        return None;
    }
    let signer = tongue.signer.to_checksum(None);
    let kinds: Vec<Value> =
        tongue.setup.tokens.iter().flat_map(|offer| of_token(tongue, offer, &signer)).collect();
    let family = match tongue.is(Fault::B402SignersByChain) {
        true => tongue.network.caip2(),
        false => "eip155:*".into(),
    };
    Some(json!({ "kinds": kinds, "extensions": [], "signers": { family: [signer] } }))
}

fn of_token(tongue: &Tongue, offer: &Offer, signer: &str) -> Vec<Value> {
    let methods = &tongue.setup.dialect().names.methods;
    let name = match tongue.setup.manner {
        Manner::Production if tongue.is(Fault::B402NamesBySymbol) => &offer.symbol,
        Manner::Production => &offer.token.name,
        Manner::Documents => &offer.symbol,
    };
    let kind = |scheme: &str, method: &Option<String>, spender: Option<Permit2Scheme>| {
        let mut kind = json!({
            "x402Version": 2,
            "scheme": scheme,
            "network": tongue.network.caip2(),
            "extra": {
                "name": name,
                "version": offer.token.version,
                "assetTransferMethod": method,
                "signerAddress": signer,
            },
        });
        if let Some(spender) = spender.filter(|_| !tongue.is(Fault::B402KindWithoutSpender)) {
            kind["extra"]["spenderAddress"] = json!(tongue.setup.proxy(spender).to_checksum(None));
        }
        kind
    };
    let upto = if tongue.is(Fault::B402UptoIsExact) { "exact" } else { "upto" };
    let eip3009 = offer.has_eip3009.then(|| kind("exact", &methods.eip3009, None));
    let permit2 = [
        kind("exact", &methods.permit2_exact, Some(Permit2Scheme::Exact)),
        kind(upto, &methods.permit2_upto, Some(Permit2Scheme::Upto)),
    ];
    eip3009.into_iter().chain(permit2).collect()
}

//! Payments over Permit2, made one by one: what they sign and how they are written is another than of EIP-3009.

use gauntlet_wire::permit2::{Permit2Draft, Permit2Scheme};
use gauntlet_wire::{Address, B256, DraftError, Key, Terms, U256};
use serde_json::Value;

/// The body of `/verify` and `/settle` of a valid payment. `facilitator` is who may charge it under `upto`.
pub(crate) fn body(
    scheme: Permit2Scheme,
    terms: &Terms,
    payer: Key,
    nonce: B256,
    facilitator: Address,
    now: u64,
) -> Result<String, DraftError> {
    let nonce = U256::from_be_bytes(nonce.0);
    Permit2Draft::valid(scheme, terms.clone(), payer, nonce, facilitator, now).body()
}

/// The facilitator's address as `/supported` tells it: that of the kind for `upto` on a network, or the first signer.
pub(crate) fn facilitator(supported: &Value, network: &str) -> Option<Address> {
    let kinds = supported["kinds"].as_array()?;
    let upto = kinds.iter().filter(|kind| kind["scheme"] == "upto" && kind["network"] == network);
    let named = upto.filter_map(|kind| kind["extra"]["facilitatorAddress"].as_str()).next();
    let signers = || supported["signers"].as_object()?.values().find_map(|list| list[0].as_str());
    named.or_else(signers)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_facilitator_is_the_one_that_upto_names() {
        let (named, signer) = (Address::repeat_byte(1), Address::repeat_byte(2));
        let kind =
            json!({ "scheme": "upto", "network": "eip155:1", "extra": { "facilitatorAddress": named } });
        let supported = json!({ "kinds": [kind], "signers": { "eip155:*": [signer] } });
        assert_eq!(facilitator(&supported, "eip155:1"), Some(named));
        assert_eq!(facilitator(&supported, "eip155:2"), Some(signer));
        assert_eq!(facilitator(&json!({ "kinds": [] }), "eip155:1"), None);
        assert_eq!(facilitator(&json!([]), "eip155:1"), None);
    }
}

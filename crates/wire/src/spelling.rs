//! How a dialect writes payment requirements that x402 writes otherwise.
//!
//! A payment is always made and judged in the words of the foundation's documents; a spelling is put over it when it goes
//! over the wire to a target that speaks a dialect.

use crate::{Domain, Network, U256};
use serde_json::{Map, Value};

/// What a dialect adds to payment requirements, and what it calls otherwise. The default changes nothing.
///
/// It never takes the place of what is written already, so that a mutation can be seen through it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spelling {
    /// Members of payment requirements, of `accepted` as well, besides those of x402.
    pub requirements: Map<String, Value>,
    /// Members of `extra` besides those of x402.
    pub extra: Map<String, Value>,
    /// Members of `extra` under another name: x402's, and the dialect's.
    pub renamed: Vec<(String, String)>,
    /// Transfer methods under another name: x402's, and the dialect's.
    pub method: Option<(String, String)>,
    /// The member of the request in which stands what is charged, atomic token units as text; the requirements then keep
    /// the signed maximum. None: the requirements say what is charged.
    pub charge: Option<String>,
    /// Whether version 1 names networks by CAIP-2 as well.
    pub caip2_in_v1: bool,
    /// The domain of the token, and the one under which its authorizations are signed in place of that.
    pub domain: Option<Box<(Domain, Domain)>>,
    /// For how long an authorization must be good at least, seconds; none: as long as settling takes.
    pub least_seconds: Option<u64>,
}

impl Spelling {
    /// Whether nothing is written otherwise.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// The domain under which is signed what x402 would sign under `domain`. Whatever differs from the token's own domain
    /// was meant to, and stays.
    #[must_use]
    pub fn signing(&self, domain: &Domain) -> Domain {
        let Some(domains) = &self.domain else { return domain.clone() };
        let (plain, dialect) = &**domains;
        let mut signing = domain.clone();
        if domain.name == plain.name {
            signing.name.clone_from(&dialect.name);
        }
        if domain.version == plain.version {
            signing.version.clone_from(&dialect.version);
        }
        if domain.verifying_contract == plain.verifying_contract {
            signing.verifying_contract = dialect.verifying_contract;
        }
        signing
    }

    /// Writes a facilitator request as the dialect has it. `maximum` is what was signed, in atomic token units, where the
    /// requirements say what is charged of it.
    pub fn spell(&self, request: &mut Value, network: Network, maximum: Option<U256>) {
        if let (Some(member), Some(maximum), Some(requirements)) =
            (&self.charge, maximum, request.get_mut("paymentRequirements").and_then(Value::as_object_mut))
        {
            let charged = requirements.insert("amount".into(), maximum.to_string().into());
            request[member] = charged.unwrap_or_default();
        }
        for place in ["/paymentRequirements", "/paymentPayload/accepted"] {
            if let Some(requirements) = request.pointer_mut(place).and_then(Value::as_object_mut) {
                self.spell_requirements(requirements);
            }
        }
        if self.caip2_in_v1 {
            for place in ["/paymentPayload/network", "/paymentRequirements/network"] {
                if let Some(name) = request.pointer_mut(place).filter(|name| **name == network.v1_name()) {
                    *name = network.caip2().into();
                }
            }
        }
    }

    fn spell_requirements(&self, requirements: &mut Map<String, Value>) {
        add(requirements, &self.requirements);
        let Some(extra) = requirements.get_mut("extra").and_then(Value::as_object_mut) else { return };
        for (plain, dialect) in &self.renamed {
            if let Some(value) = extra.shift_remove(plain) {
                extra.insert(dialect.clone(), value);
            }
        }
        if let Some((plain, dialect)) = &self.method
            && let Some(method) = extra.get_mut("assetTransferMethod").filter(|method| *method == plain)
        {
            *method = dialect.clone().into();
        }
        if let Some(domains) = &self.domain {
            let (plain, dialect) = &**domains;
            for (member, plain, dialect) in
                [("name", &plain.name, &dialect.name), ("version", &plain.version, &dialect.version)]
            {
                if let Some(said) = extra.get_mut(member).filter(|said| *said == plain) {
                    *said = dialect.clone().into();
                }
            }
        }
        add(extra, &self.extra);
    }
}

/// Adds the members that are not there yet.
fn add(members: &mut Map<String, Value>, more: &Map<String, Value>) {
    for (name, value) in more {
        members.entry(name).or_insert_with(|| value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const BSC: Network = Network::new(56);

    fn members(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    fn request(amount: &str, extra: &Value) -> Value {
        json!({
            "paymentPayload": { "accepted": { "amount": "10", "extra": extra } },
            "paymentRequirements": { "amount": amount, "extra": extra },
        })
    }

    fn dialect() -> Spelling {
        Spelling {
            requirements: members(json!({ "networkId": "56" })),
            extra: members(json!({ "name": "not this one", "assetTransferMethod": "odd-upto" })),
            renamed: vec![("facilitatorAddress".into(), "signerAddress".into())],
            method: Some(("permit2".into(), "odd-exact".into())),
            charge: Some("settleAmount".into()),
            caip2_in_v1: true,
            domain: None,
            least_seconds: None,
        }
    }

    fn token() -> Domain {
        Domain {
            name: "USDC".into(),
            version: "2".into(),
            chain_id: 56,
            verifying_contract: crate::Address::repeat_byte(1),
        }
    }

    fn wallet() -> Spelling {
        let wallet = Domain {
            name: "Wallet".into(),
            version: "1".into(),
            verifying_contract: crate::Address::repeat_byte(2),
            ..token()
        };
        Spelling { domain: Some(Box::new((token(), wallet))), ..Spelling::default() }
    }

    #[test]
    fn a_domain_takes_the_place_of_the_tokens_and_a_change_of_it_stays() {
        let signing = wallet().signing(&token());
        assert_eq!((signing.name.as_str(), signing.version.as_str(), signing.chain_id), ("Wallet", "1", 56));
        assert_eq!(signing.verifying_contract, crate::Address::repeat_byte(2));
        let changed = Domain { name: "Tether".into(), chain_id: 1, ..token() };
        let signing = wallet().signing(&changed);
        assert_eq!((signing.name.as_str(), signing.version.as_str(), signing.chain_id), ("Tether", "1", 1));
        assert_eq!(Spelling::default().signing(&token()), token());
    }

    #[test]
    fn extra_names_the_domain_and_a_wrong_name_stays() {
        for (said, written) in [("USDC", "Wallet"), ("Tether", "Tether")] {
            let mut spelt = request("10", &json!({ "name": said, "version": "2" }));
            wallet().spell(&mut spelt, BSC, None);
            let extra = json!({ "name": written, "version": "1" });
            assert_eq!(spelt["paymentRequirements"]["extra"], extra);
            assert_eq!(spelt["paymentPayload"]["accepted"]["extra"], extra);
        }
    }

    #[test]
    fn the_plain_spelling_changes_nothing() {
        let plain = request("4", &json!({ "name": "U", "facilitatorAddress": "0x1" }));
        let mut spelt = plain.clone();
        Spelling::default().spell(&mut spelt, BSC, Some(U256::from(10)));
        assert_eq!(spelt, plain);
    }

    #[test]
    fn members_are_added_and_renamed_and_the_charge_stands_apart() {
        let mut spelt = request("4", &json!({ "name": "U", "facilitatorAddress": "0x1" }));
        dialect().spell(&mut spelt, BSC, Some(U256::from(10)));
        let extra = json!({ "name": "U", "signerAddress": "0x1", "assetTransferMethod": "odd-upto" });
        assert_eq!(
            spelt,
            json!({
                "paymentPayload": { "accepted": { "amount": "10", "extra": extra, "networkId": "56" } },
                "paymentRequirements": { "amount": "10", "extra": extra, "networkId": "56" },
                "settleAmount": "4",
            })
        );
    }

    #[test]
    fn a_method_is_renamed_and_no_other_one() {
        for (plain, written) in [("permit2", "odd-exact"), ("mutated", "mutated")] {
            let mut spelt = request("10", &json!({ "assetTransferMethod": plain }));
            dialect().spell(&mut spelt, BSC, None);
            assert_eq!(spelt["paymentRequirements"]["extra"]["assetTransferMethod"], written);
            assert_eq!(spelt.get("settleAmount"), None);
        }
    }

    #[test]
    fn version_1_may_name_networks_by_caip2_and_a_wrong_name_stays() {
        let mut spelt =
            json!({ "paymentPayload": { "network": "bsc" }, "paymentRequirements": { "network": "base" } });
        dialect().spell(&mut spelt, BSC, None);
        assert_eq!(spelt["paymentPayload"]["network"], "eip155:56");
        assert_eq!(spelt["paymentRequirements"]["network"], "base");
    }
}

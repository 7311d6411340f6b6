//! One offer: an entry of `accepts`, member by member.

use super::{Told, Wrong, price, shown, told_of};
use crate::check::{Judged, Stop};
use crate::cx::Cx;
use gauntlet_wire::{Address, Network, Version};
use serde_json::Value;

/// Judges every offer of the cheap route.
pub(super) async fn each(cx: Cx, judge: fn(&Value, Version) -> Vec<Wrong>) -> Judged {
    let told: Told = told_of(&cx, "cheap").await?;
    let offers = told.offers();
    if offers.is_empty() {
        return Err(Stop::Inconclusive("the 402 has no list of offers to look at".into()));
    }
    for wrong in offers.iter().flat_map(|offer| judge(offer, cx.version())) {
        wrong.found(&cx, &told.visit);
    }
    Ok(())
}

fn text<'a>(offer: &'a Value, name: &str) -> Option<&'a str> {
    offer.get(name).and_then(Value::as_str)
}

fn got(offer: &Value, name: &str) -> String {
    format!("{name} {}", shown(offer.get(name)))
}

pub(super) fn scheme(offer: &Value, _: Version) -> Vec<Wrong> {
    match text(offer, "scheme") {
        Some(name) if !name.is_empty() => Vec::new(),
        _ => vec![Wrong::new("no-scheme", "a scheme as a string", got(offer, "scheme"))],
    }
}

pub(super) fn network(offer: &Value, version: Version) -> Vec<Wrong> {
    let name = text(offer, "network").unwrap_or_default();
    let got = got(offer, "network");
    match version {
        Version::V1 if name.is_empty() || name.contains(':') => {
            vec![Wrong::new("no-plain-network", "a network by a plain word", got)]
        }
        Version::V2 if !name.contains(':') => {
            vec![Wrong::new("no-caip2", "a network as namespace:reference", got)]
        }
        // Longer namespaces are in use.
        Version::V2 if !is_caip2(name) => {
            vec![Wrong::new("odd-caip2", "a network in the shape of CAIP-2", got).mild()]
        }
        _ => Vec::new(),
    }
}

/// Source: CAIP-2, syntax.
fn is_caip2(name: &str) -> bool {
    let Some((namespace, reference)) = name.split_once(':') else { return false };
    let lower = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let any = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (3..=8).contains(&namespace.len())
        && namespace.bytes().all(lower)
        && (1..=32).contains(&reference.len())
        && reference.bytes().all(any)
}

pub(super) fn amount(offer: &Value, version: Version) -> Vec<Wrong> {
    let name = price(version);
    let got = got(offer, name);
    match text(offer, name) {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            if digits.len() > 1 && digits.starts_with('0') {
                return vec![Wrong::new("leading-zero", "no zero in front", got).mild()];
            }
            Vec::new()
        }
        _ => vec![Wrong::new("no-amount", "decimal digits in a string", got)],
    }
}

fn address(offer: &Value, name: &'static str, wrong: Wrong) -> Vec<Wrong> {
    let is_evm = text(offer, "network").and_then(Network::parse).is_some();
    let plain = |text: &str| text.len() == 42 && text.starts_with("0x") && text.parse::<Address>().is_ok();
    match text(offer, name) {
        Some(text) if !is_evm || plain(text) => Vec::new(),
        _ => vec![Wrong { got: got(offer, name), ..wrong }],
    }
}

pub(super) fn asset(offer: &Value, _: Version) -> Vec<Wrong> {
    address(offer, "asset", Wrong::new("no-asset", "an address of 20 bytes", ""))
}

pub(super) fn pay_to(offer: &Value, _: Version) -> Vec<Wrong> {
    address(offer, "payTo", Wrong::new("no-payee", "an address of 20 bytes", ""))
}

pub(super) fn timeout(offer: &Value, _: Version) -> Vec<Wrong> {
    let got = got(offer, "maxTimeoutSeconds");
    match offer.get("maxTimeoutSeconds").and_then(Value::as_f64) {
        None => vec![Wrong::new("no-timeout", "a number", got)],
        // The tables do not exclude it; stock clients do.
        Some(seconds) if seconds <= 0.0 || seconds.fract() != 0.0 => {
            vec![Wrong::new("odd-timeout", "a positive whole number of seconds", got).mild()]
        }
        Some(_) => Vec::new(),
    }
}

pub(super) fn extra(offer: &Value, version: Version) -> Vec<Wrong> {
    let nothing = Value::Null;
    let extra = offer.get("extra").unwrap_or(&nothing);
    if !(extra.is_object() || extra.is_null()) {
        let requirement = match version {
            Version::V2 => "X402V2-CORE-012",
            Version::V1 => "X402V1-CORE-003",
        };
        return vec![
            Wrong::new("extra-no-object", "an object, or nothing", got(offer, "extra")).against(requirement),
        ];
    }
    let is_signed = text(offer, "scheme") == Some("exact")
        && text(offer, "network").and_then(Network::parse).is_some()
        && extra["assetTransferMethod"].as_str().is_none_or(|method| method == "eip3009");
    let named = |member: &str| extra[member].as_str().is_some_and(|text| !text.is_empty());
    if is_signed && !(named("name") && named("version")) {
        // A buyer can look them up on the chain; a facilitator that keeps to the scheme refuses all the same.
        let want = "name and version of the domain that the token signs under";
        return vec![Wrong::new("no-domain", want, got(offer, "extra")).mild()];
    }
    Vec::new()
}

/// What version 1 has in each offer besides what both versions have.
pub(super) fn version_one(offer: &Value, _: Version) -> Vec<Wrong> {
    let mut wrongs = Vec::new();
    for name in ["resource", "description"] {
        if text(offer, name).is_none() {
            wrongs.push(Wrong::new(
                "member-missing",
                "resource and description as strings",
                got(offer, name),
            ));
        }
    }
    for (name, fits) in [
        ("mimeType", offer.get("mimeType").is_none_or(|value| value.is_null() || value.is_string())),
        ("outputSchema", offer.get("outputSchema").is_none_or(|value| value.is_null() || value.is_object())),
    ] {
        if !fits {
            let want = "mimeType as a string, outputSchema as an object, or neither";
            wrongs
                .push(Wrong::new("member-of-other-type", want, got(offer, name)).against("X402V1-CORE-003"));
        }
    }
    wrongs
}

#[cfg(test)]
mod tests {
    use super::*;
    use gauntlet_report::Class;
    use serde_json::json;

    fn offer() -> Value {
        json!({
            "scheme": "exact",
            "network": "eip155:84532",
            "amount": "10000",
            "asset": "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
            "payTo": "0xa07f5e1beca54076e74240e68165a92de243cac2",
            "maxTimeoutSeconds": 300,
            "extra": { "name": "USDC", "version": "2" },
        })
    }

    /// Kind and class of what is wrong with the offer once a member is another one, or none.
    fn changed(
        judge: fn(&Value, Version) -> Vec<Wrong>,
        name: &str,
        value: Option<Value>,
        version: Version,
    ) -> Vec<(&'static str, Option<Class>)> {
        let mut offer = offer();
        match value {
            Some(value) => offer[name] = value,
            None => drop(offer.as_object_mut().unwrap().remove(name)),
        }
        judge(&offer, version).into_iter().map(|wrong| (wrong.kind, wrong.class)).collect()
    }

    #[test]
    fn a_good_offer_is_good() {
        for judge in [scheme, network, amount, asset, pay_to, timeout, extra] {
            assert_eq!(judge(&offer(), Version::V2), []);
        }
    }

    #[test]
    fn amounts_are_decimal_digits() {
        for bad in
            [json!(10000), json!("0.01"), json!("$0.01"), json!("1e4"), json!(""), json!("-1"), json!("1 ")]
        {
            let wrong = changed(amount, "amount", Some(bad.clone()), Version::V2);
            assert_eq!(wrong, [("no-amount", None)], "{bad}");
        }
        assert_eq!(changed(amount, "amount", None, Version::V2), [("no-amount", None)]);
        assert_eq!(
            changed(amount, "amount", Some(json!("010")), Version::V2),
            [("leading-zero", Some(Class::W))]
        );
        assert_eq!(changed(amount, "amount", Some(json!("0")), Version::V2), []);
        assert_eq!(changed(amount, "maxAmountRequired", Some(json!("1")), Version::V1), []);
        assert_eq!(changed(amount, "maxAmountRequired", Some(json!(1)), Version::V1), [("no-amount", None)]);
    }

    #[test]
    fn networks_are_named_by_their_version() {
        let named = |name: Value, version| changed(network, "network", Some(name), version);
        assert_eq!(named(json!("base-sepolia"), Version::V1), []);
        assert_eq!(named(json!("eip155:84532"), Version::V1), [("no-plain-network", None)]);
        assert_eq!(named(json!("base-sepolia"), Version::V2), [("no-caip2", None)]);
        assert_eq!(named(json!(84532), Version::V2), [("no-caip2", None)]);
        assert_eq!(named(json!("cloudflare:402"), Version::V2), [("odd-caip2", Some(Class::W))]);
        assert_eq!(named(json!("solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"), Version::V2), []);
    }

    #[test]
    fn addresses_are_judged_on_evm_networks_alone() {
        for bad in [json!("USDC"), json!(1), json!("036CbD53842c5426634e7929541eC2318f3dCF7e"), json!("0x12")]
        {
            assert_eq!(
                changed(asset, "asset", Some(bad.clone()), Version::V2),
                [("no-asset", None)],
                "{bad}"
            );
            assert_eq!(
                changed(pay_to, "payTo", Some(bad.clone()), Version::V2),
                [("no-payee", None)],
                "{bad}"
            );
        }
        let elsewhere = json!({ "network": "solana:abc", "asset": "EPjF", "payTo": "2wKu" });
        assert_eq!(asset(&elsewhere, Version::V2), []);
        assert_eq!(pay_to(&elsewhere, Version::V2), []);
    }

    #[test]
    fn timeouts_are_positive_numbers() {
        assert_eq!(
            changed(timeout, "maxTimeoutSeconds", Some(json!("300")), Version::V2),
            [("no-timeout", None)]
        );
        for odd in [json!(0), json!(-5), json!(1.5)] {
            let wrong = changed(timeout, "maxTimeoutSeconds", Some(odd), Version::V2);
            assert_eq!(wrong, [("odd-timeout", Some(Class::W))]);
        }
    }

    #[test]
    fn an_extra_names_the_domain() {
        let with = |value| changed(extra, "extra", value, Version::V2);
        assert_eq!(with(Some(json!([{ "name": "USDC" }]))), [("extra-no-object", None)]);
        assert_eq!(with(Some(Value::Null)), [("no-domain", Some(Class::W))]);
        assert_eq!(with(None), [("no-domain", Some(Class::W))]);
        assert_eq!(with(Some(json!({ "name": "USDC" }))), [("no-domain", Some(Class::W))]);
        assert_eq!(with(Some(json!({ "assetTransferMethod": "permit2" }))), []);
    }

    #[test]
    fn version_one_has_more_members() {
        let good = json!({ "resource": "http://x/y", "description": "", "mimeType": null });
        assert_eq!(version_one(&good, Version::V1), []);
        let bad = json!({ "resource": 1, "mimeType": 2, "outputSchema": "x" });
        let kinds: Vec<_> = version_one(&bad, Version::V1).into_iter().map(|wrong| wrong.kind).collect();
        assert_eq!(
            kinds,
            ["member-missing", "member-missing", "member-of-other-type", "member-of-other-type"]
        );
    }
}

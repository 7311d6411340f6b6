//! Faults of reading: the body is rewritten into what a careless reader takes it for.

use super::mutants::Fault;
use super::pardons::known_asset;
use gauntlet_wire::message::Malformed;
use gauntlet_wire::{Network, ReasonClass, U256, Version};
use serde_json::{Map, Value, json};

/// A body as a reader takes it.
#[derive(Debug)]
pub(super) struct Rewritten {
    pub(super) root: Value,
    /// Something that is signed was missing and has been made up.
    pub(super) made_up: bool,
}

/// Rewrites a body according to a fault of reading; without one it stays as it is.
///
/// # Errors
/// [`Malformed`] when the fault is that something harmless is refused.
pub(super) fn rewrite(root: Value, network: Network, fault: Option<Fault>) -> Result<Rewritten, Malformed> {
    let mut root = root;
    let mut made_up = false;
    match fault {
        Some(Fault::IgnoresVersion) => ignore_version(&mut root),
        Some(Fault::StringVersion) => read_version_text(&mut root),
        Some(Fault::AcceptsMixedVersions) => translate_requirements(&mut root),
        Some(Fault::DefaultsMissingFields) => made_up = fill(&mut root, network),
        Some(Fault::Wraps256Bits) => amounts(&mut root, |text| wrapped(text, 256)),
        Some(Fault::Wraps128Bits) => amounts(&mut root, |text| wrapped(text, 128)),
        Some(Fault::FloatsForAmounts) => amounts(&mut root, float),
        Some(Fault::PadsNonces) => pad_nonce(&mut root),
        Some(Fault::RefusesUnknownFields) => refuse_unknown(&root)?,
        Some(Fault::RefusesLowerCase) => refuse_lower_case(&root)?,
        _ => {}
    }
    Ok(Rewritten { root, made_up })
}

const PAYMENT: &str = "/paymentPayload";
const PAYLOAD: &str = "/paymentPayload/payload";
const AUTHORIZATION: &str = "/paymentPayload/payload/authorization";
const REQUIREMENTS: &str = "/paymentRequirements";

fn member<'a>(root: &'a mut Value, parent: &str, name: &str) -> Option<&'a mut Value> {
    root.pointer_mut(parent)?.as_object_mut()?.get_mut(name)
}

fn put(root: &mut Value, parent: &str, name: &str, value: Value) {
    if let Some(parent) = root.pointer_mut(parent).and_then(Value::as_object_mut) {
        parent.insert(name.to_owned(), value);
    }
}

fn ignore_version(root: &mut Value) {
    if root.pointer("/paymentPayload/x402Version") != Some(&json!(1)) {
        put(root, PAYMENT, "x402Version", json!(2));
    }
}

fn read_version_text(root: &mut Value) {
    if let Some(version) = member(root, PAYMENT, "x402Version")
        && let Some(number) = version.as_str().and_then(|text| text.parse::<u8>().ok())
    {
        *version = json!(number);
    }
}

/// Requirements of the other version become requirements of the payload's version.
fn translate_requirements(root: &mut Value) {
    let version = match root.pointer("/paymentPayload/x402Version").and_then(Value::as_u64) {
        Some(1) => Version::V1,
        _ => Version::V2,
    };
    let (field, other) = match version {
        Version::V1 => ("maxAmountRequired", "amount"),
        Version::V2 => ("amount", "maxAmountRequired"),
    };
    if member(root, REQUIREMENTS, field).is_none()
        && let Some(amount) = member(root, REQUIREMENTS, other).cloned()
    {
        put(root, REQUIREMENTS, field, amount);
        if let Some(name) = member(root, REQUIREMENTS, "network")
            && let Some(network) = name.as_str().and_then(Network::parse)
        {
            *name = json!(network.name(version));
        }
    }
}

fn amounts(root: &mut Value, read: impl Fn(&str) -> Option<String>) {
    for (parent, name) in
        [(AUTHORIZATION, "value"), (REQUIREMENTS, "amount"), (REQUIREMENTS, "maxAmountRequired")]
    {
        if let Some(amount) = member(root, parent, name)
            && let Some(other) = amount.as_str().and_then(&read)
        {
            *amount = json!(other);
        }
    }
}

fn wrapped(text: &str, bits: usize) -> Option<String> {
    let mut number = U256::ZERO;
    for digit in text.chars() {
        let digit = digit.is_ascii().then(|| digit.to_digit(10))??;
        number = number.wrapping_mul(U256::from(10)).wrapping_add(U256::from(digit));
    }
    let unused = 256 - bits;
    Some(((number << unused) >> unused).to_string())
}

fn float(text: &str) -> Option<String> {
    let number: f64 = text.parse().ok()?;
    number.is_finite().then(|| format!("{:.0}", number.abs().floor()))
}

fn pad_nonce(root: &mut Value) {
    if let Some(nonce) = member(root, AUTHORIZATION, "nonce")
        && let Some(digits) = nonce.as_str().and_then(|text| text.strip_prefix("0x"))
        && digits.is_ascii()
    {
        let padded: String = digits.chars().chain(std::iter::repeat('0')).take(64).collect();
        *nonce = json!(format!("0x{padded}"));
    }
}

/// Gives every missing member a value; says whether one of them is among what is signed.
fn fill(root: &mut Value, network: Network) -> bool {
    let mut made_up = false;
    let is_v2 = root.pointer("/paymentPayload/accepted").is_some();
    let version = if is_v2 { Version::V2 } else { Version::V1 };
    default(root, PAYMENT, "x402Version", json!(version.number()));
    let version = match root.pointer("/paymentPayload/x402Version").and_then(Value::as_u64) {
        Some(1) => Version::V1,
        _ => Version::V2,
    };
    let claims = match version {
        Version::V1 => PAYMENT,
        Version::V2 => "/paymentPayload/accepted",
    };
    if version == Version::V2 {
        default(root, PAYMENT, "accepted", json!({}));
    }
    default(root, PAYMENT, "payload", json!({}));
    default(root, PAYLOAD, "authorization", json!({}));
    let no_address = json!(gauntlet_wire::Address::ZERO.to_string());
    let nobody = |root: &Value, pointer: &str| root.pointer(pointer).cloned().unwrap_or(no_address.clone());
    let payee = nobody(root, "/paymentRequirements/payTo");
    let price = root.pointer(&format!("{REQUIREMENTS}/{}", gauntlet_wire::message::amount_field(version)));
    let price = price.cloned().unwrap_or(json!("0"));
    let end = (gauntlet_report::clock::unix_seconds() + 60).to_string();
    for (name, value) in [
        ("from", no_address.clone()),
        ("to", payee),
        ("value", price),
        ("validAfter", json!("0")),
        ("validBefore", json!(end)),
        ("nonce", json!(gauntlet_wire::B256::ZERO.to_string())),
    ] {
        made_up |= default(root, AUTHORIZATION, name, value);
    }
    made_up |= default(root, PAYLOAD, "signature", json!("0x"));
    let signed_payee = nobody(root, "/paymentPayload/payload/authorization/to");
    let signed_value =
        root.pointer("/paymentPayload/payload/authorization/value").cloned().unwrap_or_default();
    let asset = root.pointer("/paymentPayload/accepted/asset").cloned();
    let asset = asset.unwrap_or_else(|| known_asset(network).map_or(no_address, |asset| json!(asset)));
    for (name, value) in [
        ("scheme", json!("exact")),
        ("network", json!(network.name(version))),
        (gauntlet_wire::message::amount_field(version), signed_value),
        ("payTo", signed_payee),
        ("asset", asset),
        ("maxTimeoutSeconds", json!(60)),
    ] {
        default(root, REQUIREMENTS, name, value);
    }
    default(root, claims, "scheme", json!("exact"));
    default(root, claims, "network", json!(network.name(version)));
    made_up
}

/// Puts a value where none is; says whether it did.
fn default(root: &mut Value, parent: &str, name: &str, value: Value) -> bool {
    let missing = member(root, parent, name).is_none_or(|found| found.is_null());
    if missing {
        put(root, parent, name, value);
    }
    missing
}

/// Refuses a request with a member that no document names.
///
/// # Errors
/// [`Malformed`], which names the first such member.
pub(super) fn refuse_unknown(root: &Value) -> Result<(), Malformed> {
    const KNOWN: &[(&str, &[&str])] = &[
        ("", &["x402Version", "paymentPayload", "paymentRequirements"]),
        (PAYMENT, &["x402Version", "resource", "accepted", "payload", "extensions", "scheme", "network"]),
        (PAYLOAD, &["signature", "authorization"]),
        (AUTHORIZATION, &["from", "to", "value", "validAfter", "validBefore", "nonce"]),
        (
            REQUIREMENTS,
            &[
                "scheme",
                "network",
                "amount",
                "maxAmountRequired",
                "asset",
                "payTo",
                "maxTimeoutSeconds",
                "extra",
                "resource",
                "description",
                "mimeType",
                "outputSchema",
            ],
        ),
    ];
    for (parent, names) in KNOWN {
        let empty = Map::new();
        let object = root.pointer(parent).and_then(Value::as_object).unwrap_or(&empty);
        if let Some(unknown) = object.keys().find(|name| !names.contains(&name.as_str())) {
            return Err(refused(format!("{parent}/{unknown}"), "unknown"));
        }
    }
    Ok(())
}

fn refuse_lower_case(root: &Value) -> Result<(), Malformed> {
    for (parent, name) in
        [(AUTHORIZATION, "from"), (AUTHORIZATION, "to"), (REQUIREMENTS, "asset"), (REQUIREMENTS, "payTo")]
    {
        let at = format!("{parent}/{name}");
        let text = root.pointer(&at).and_then(Value::as_str).unwrap_or_default();
        if text.parse().is_ok_and(|address: gauntlet_wire::Address| address.to_checksum(None) != text) {
            return Err(refused(at, "not in EIP-55 capitals"));
        }
    }
    Ok(())
}

fn refused(at: String, problem: &str) -> Malformed {
    Malformed { at, problem: problem.to_owned(), class: ReasonClass::Payload }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_wrapped_and_rounded() {
        let above = "340282366920938463463374607431768221456";
        assert_eq!(wrapped(above, 128).as_deref(), Some("10000"));
        assert_eq!(wrapped(above, 256).as_deref(), Some(above));
        assert_eq!(wrapped("-1", 128), None);
        for text in ["-10000", "10000.0", "1e4", "10000"] {
            assert_eq!(float(text).as_deref(), Some("10000"), "{text}");
        }
    }
}

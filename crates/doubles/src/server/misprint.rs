//! How mutants misprint the 402.

use super::mutants::Fault;
use super::service::Service;
use gauntlet_wire::header;
use serde_json::{Map, Value, json};

/// More than fits in a header of 16 KiB.
const TOO_MUCH: usize = 20_000;

/// An entry of `accepts` in version 2.
pub(super) fn entry(fault: Option<Fault>, mut entry: Value) -> Value {
    let Some(fault) = fault else { return entry };
    let (member, value) = match fault {
        Fault::SchemeMissing => ("scheme", None),
        Fault::NetworkNotCaip2 => {
            let network = entry["network"].as_str().and_then(gauntlet_wire::Network::parse);
            ("network", network.map(|network| json!(network.v1_name())))
        }
        Fault::AmountNumber => ("amount", Some(json!(amount(&entry["amount"])))),
        Fault::AmountDecimal => ("amount", Some(json!(in_dollars(&entry["amount"])))),
        Fault::AmountDollars => ("amount", Some(json!(format!("${}", in_dollars(&entry["amount"]))))),
        Fault::AmountScientific => ("amount", Some(json!(format!("{:e}", amount(&entry["amount"]))))),
        Fault::AssetMissing => ("asset", None),
        Fault::AssetNotAddress => ("asset", Some(json!("USDC"))),
        Fault::PayToMissing => ("payTo", None),
        Fault::PayToNotAddress => ("payTo", Some(json!("shop.example"))),
        Fault::PayToOther => ("payTo", Some(json!("0x000000000000000000000000000000000000dEaD"))),
        Fault::MaxTimeoutText => ("maxTimeoutSeconds", Some(json!(entry["maxTimeoutSeconds"].to_string()))),
        Fault::MaxTimeoutZero => ("maxTimeoutSeconds", Some(json!(0))),
        Fault::ExtraNull => ("extra", Some(Value::Null)),
        Fault::ExtraArray => ("extra", Some(json!([entry["extra"]]))),
        _ => return entry,
    };
    set(&mut entry, member, value);
    entry
}

fn set(object: &mut Value, member: &str, value: Option<Value>) {
    let Some(members) = object.as_object_mut() else { return };
    match value {
        Some(value) => {
            members.insert(member.to_owned(), value);
        }
        None => {
            members.shift_remove(member);
        }
    }
}

fn amount(text: &Value) -> u64 {
    text.as_str().and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// As if the token had six decimals.
fn in_dollars(text: &Value) -> String {
    let units = amount(text);
    format!("{}.{:06}", units / 1_000_000, units % 1_000_000).trim_end_matches('0').to_owned()
}

/// The price in `member` is one unit higher.
pub(super) fn raised(mut entry: Value, member: &str) -> Value {
    entry[member] = json!((amount(&entry[member]) + 1).to_string());
    entry
}

/// A 402 as text.
pub(super) fn written(fault: Option<Fault>, challenge: &Value) -> String {
    let text = challenge.to_string();
    let payee = challenge["accepts"][0]["payTo"].to_string();
    if fault == Some(Fault::ChallengeMemberTwice) {
        let member = format!("\"payTo\":{payee}");
        return text.replacen(&member, &format!("{member},{member}"), 1);
    }
    text
}

/// The lines of the `PAYMENT-REQUIRED` header. `higher` is whether this 402 asks for more, if they flicker.
pub(super) fn header_lines(service: &Service, challenge: Value, higher: bool) -> Vec<String> {
    let challenge = object(service.fault, challenge, higher);
    let text = header::encode_bytes(written(service.fault, &challenge).as_bytes());
    match service.fault {
        Some(Fault::ChallengeWithoutHeader) => Vec::new(),
        Some(Fault::ChallengeTwice) => vec![text.clone(), text],
        Some(Fault::ChallengeUrlSafe) => vec![text.replace('+', "-").replace('/', "_")],
        Some(Fault::ChallengeUnpadded) => vec![text.trim_end_matches('=').to_owned()],
        Some(Fault::ChallengeNotJson) => vec![header::encode_bytes(b"payment required")],
        Some(Fault::ChallengeLatin1) => {
            let latin =
                challenge.to_string().chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect::<Vec<_>>();
            vec![header::encode_bytes(&latin)]
        }
        _ => vec![text],
    }
}

fn object(fault: Option<Fault>, mut challenge: Value, higher: bool) -> Value {
    let printed = entry(fault, challenge["accepts"][0].clone());
    challenge["accepts"] = json!([printed]);
    match fault {
        Some(Fault::VersionAsText) => challenge["x402Version"] = json!("2"),
        Some(Fault::VersionOne) => challenge["x402Version"] = json!(1),
        Some(Fault::AcceptsEmpty) => challenge["accepts"] = json!([]),
        Some(Fault::AcceptsObject) => challenge["accepts"] = printed,
        Some(Fault::PriceFlickers) if higher => challenge["accepts"] = json!([raised(printed, "amount")]),
        Some(Fault::ResourceMissing) => set(&mut challenge, "resource", None),
        Some(Fault::ResourceWithoutUrl) => set(&mut challenge["resource"], "url", None),
        Some(Fault::ResourceUrlRelative) => {
            challenge["resource"]["url"] = json!(relative(&challenge["resource"]["url"]));
        }
        Some(Fault::ChallengeTooLarge) => challenge["resource"]["description"] = json!("x".repeat(TOO_MUCH)),
        // Three in a row are one slash in base64 wherever they stand.
        Some(Fault::ChallengeUrlSafe) => lengthen(&mut challenge, "???"),
        Some(Fault::ChallengeUnpadded) => {
            while challenge.to_string().len().is_multiple_of(3) {
                lengthen(&mut challenge, ".");
            }
        }
        _ => {}
    }
    challenge
}

/// A URL without scheme and host.
fn relative(url: &Value) -> String {
    let url = url.as_str().unwrap_or_default();
    format!("/{}", url.splitn(4, '/').nth(3).unwrap_or_default())
}

fn lengthen(challenge: &mut Value, by: &str) {
    challenge["error"] = json!(format!("{}{by}", challenge["error"].as_str().unwrap_or_default()));
}

/// The body of version 1.
pub(super) fn body(service: &Service, mut body: Value, higher: bool) -> Value {
    let entry = &mut body["accepts"][0];
    match service.fault {
        Some(Fault::V1BodyMissing) => return Value::Object(Map::new()),
        Some(Fault::V1ErrorMissing) => set(&mut body, "error", None),
        Some(Fault::V1FieldsMissing) => {
            for member in ["resource", "description", "maxTimeoutSeconds"] {
                set(entry, member, None);
            }
        }
        Some(Fault::V1AcceptsEmpty) => body["accepts"] = json!([]),
        Some(Fault::V1SchemeMissing) => set(entry, "scheme", None),
        Some(Fault::V1AssetNotAddress) => entry["asset"] = json!("USDC"),
        Some(Fault::V1PayToNotAddress) => entry["payTo"] = json!("shop.example"),
        Some(Fault::V1ExtraArray) => entry["extra"] = json!([entry["extra"]]),
        Some(Fault::V1ResourceRelative) => entry["resource"] = json!(relative(&entry["resource"])),
        Some(Fault::V1NetworkCaip2) => entry["network"] = json!(service.network.caip2()),
        Some(Fault::V1AmountNumber) => {
            entry["maxAmountRequired"] = json!(amount(&entry["maxAmountRequired"]))
        }
        Some(Fault::BodyPriceDiffers) => *entry = raised(entry.take(), "maxAmountRequired"),
        Some(Fault::PriceFlickers) if higher => *entry = raised(entry.take(), "maxAmountRequired"),
        _ => {}
    }
    body
}

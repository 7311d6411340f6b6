//! Answers with status 402, and which of their offers a client can pay.
//!
//! The client pays scheme `exact` with EIP-3009, in one token of one network, up to a limit. It takes the first offer that it can pay.

use super::{Case, Outcome, Setting};
use crate::Version;
use crate::header::{PAYMENT_REQUIRED, encode};
use serde_json::{Value, json};

/// The most that the client pays, atomic token units.
const LIMIT: &str = "50000";

pub(super) fn cases(setting: &Setting) -> Vec<Case> {
    Version::ALL.into_iter().flat_map(|version| of_version(setting, version)).collect()
}

fn of_version(setting: &Setting, version: Version) -> Vec<Case> {
    let good = setting.terms().requirements(version);
    let price = crate::message::amount_field(version);
    let with = |member: &str, value: Value| {
        let mut offer = good.clone();
        offer[member] = value;
        offer
    };
    let without = |member: &str| {
        let mut offer = good.clone();
        if let Some(members) = offer.as_object_mut() {
            members.shift_remove(member);
        }
        offer
    };
    let elsewhere = || with("network", json!(crate::Network::new(43114).name(version)));
    let other_token = || with("asset", json!("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"));
    let dear = || with(price, json!("50001"));
    let lower_case = || with("asset", json!(setting.token.address.to_string().to_lowercase()));
    let other_scheme = || with("scheme", json!("upto"));
    let rows: Vec<(&str, &str, Value, Option<usize>)> = vec![
        ("one", "one offer", json!([good]), Some(0)),
        (
            "unknown-member",
            "an offer with a member that nobody knows",
            json!([with("zzUnknown", json!(1))]),
            Some(0),
        ),
        ("limit", "an offer at the client's limit", json!([with(price, json!(LIMIT))]), Some(0)),
        ("lower-case", "the token in lower case", json!([lower_case()]), Some(0)),
        ("second-network", "the first offer is on another network", json!([elsewhere(), good]), Some(1)),
        ("second-token", "the first offer asks for another token", json!([other_token(), good]), Some(1)),
        ("second-scheme", "the first offer is of another scheme", json!([other_scheme(), good]), Some(1)),
        ("second-price", "the first offer is too dear", json!([dear(), good]), Some(1)),
        ("second-broken", "the first offer has no payee", json!([without("payTo"), good]), Some(1)),
        (
            "third",
            "two offers that cannot be paid, then one that can",
            json!([elsewhere(), other_scheme(), good]),
            Some(2),
        ),
        ("first-of-two", "two offers that can be paid", json!([good, with(price, json!("1"))]), Some(0)),
        ("network", "another network", json!([elsewhere()]), None),
        ("token", "another token", json!([other_token()]), None),
        ("scheme", "another scheme", json!([other_scheme()]), None),
        ("price", "one unit beyond the limit", json!([dear()]), None),
        ("price-number", "the price as a number", json!([with(price, json!(10_000))]), None),
        ("price-decimal", "the price as a decimal fraction", json!([with(price, json!("0.01"))]), None),
        ("price-missing", "no price", json!([without(price)]), None),
        ("token-missing", "no token", json!([without("asset")]), None),
        ("payee-name", "a payee that is a name", json!([with("payTo", json!("shop.eth"))]), None),
        ("empty", "no offer", json!([]), None),
        ("object", "an object in place of the offers", good.clone(), None),
        ("null", "null in place of the offers", Value::Null, None),
    ];
    rows.into_iter()
        .map(|(name, comment, accepts, index)| case(setting, version, name, comment, &accepts, index))
        .collect()
}

fn case(
    setting: &Setting,
    version: Version,
    name: &str,
    comment: &str,
    accepts: &Value,
    index: Option<usize>,
) -> Case {
    let mut document =
        json!({ "x402Version": version.number(), "error": "payment required", "accepts": accepts });
    if version == Version::V2 {
        document["resource"] = json!({ "url": setting.terms().resource });
    }
    let (headers, body) = match version {
        Version::V2 => (json!({ PAYMENT_REQUIRED: encode(&document) }), "{}".to_owned()),
        Version::V1 => (json!({}), document.to_string()),
    };
    Case {
        id: format!("challenge/v{}/{name}", version.number()),
        comment: comment.to_owned(),
        flags: vec!["Choice"],
        input: json!({
            "version": version.number(),
            "status": 402,
            "headers": headers,
            "body": body,
            "client": {
                "scheme": "exact",
                "network": setting.network.name(version),
                "asset": setting.token.address.to_checksum(None),
                "limit": LIMIT,
            },
        }),
        result: if index.is_some() { Outcome::Valid } else { Outcome::Invalid },
        expected: json!({ "offer": index }),
        requirements: match version {
            Version::V1 => vec!["X402V1-CORE-001", "X402V1-CORE-002"],
            Version::V2 => vec!["X402V2-HTTP-RS-003", "X402V2-CORE-008"],
        },
    }
}

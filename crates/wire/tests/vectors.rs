//! The published vectors, read as anybody reads them: by their schema, knowing nothing of what made them.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its vectors has failed")]

use alloy_primitives::hex;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gauntlet_wire::eip3009::{Recovered, cancel_digest, recover};
use gauntlet_wire::header::{HeaderError, decode_lenient, decode_strict, encode};
use gauntlet_wire::message::{Reading, Request, amount_field, read_request};
use gauntlet_wire::repeats::has_repeats;
use gauntlet_wire::{
    Address, Authorization, B256, Domain, Key, LedgerView, Network, TokenView, U256, Verdict, Version, judge,
};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/vectors")
}

fn root(subject: &str) -> Value {
    let text = std::fs::read_to_string(folder().join(format!("{subject}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The cases of a subject. That all are there the file itself says.
fn cases(subject: &str) -> Vec<Value> {
    let root = root(subject);
    let cases = root["tests"].as_array().unwrap().clone();
    assert_eq!(root["numberOfTests"], cases.len());
    assert_eq!(root["subject"], subject);
    cases
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("{member} of {value}"))
}

/// Fails when what is valid was not taken, or what is invalid was.
fn judged(case: &Value, taken: bool) {
    match text(case, "result") {
        "valid" => assert!(taken, "refused: {}", case["id"]),
        "invalid" => assert!(!taken, "taken: {}", case["id"]),
        "open" => {}
        other => panic!("{}: {other}", case["id"]),
    }
}

#[test]
fn every_file_fits_the_schema() {
    let schema = folder().join("../schema/vectors.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let schema = jsonschema::draft202012::new(&schema).unwrap();
    let mut total = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let file: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let problems: Vec<String> = schema
            .iter_errors(&file)
            .map(|error| format!("{}: {error}", error.instance_path()).chars().take(300).collect())
            .collect();
        assert!(problems.is_empty(), "{}: {}", path.display(), problems.join("\n"));
        assert_eq!(file["numberOfTests"], file["tests"].as_array().unwrap().len());
        total += file["tests"].as_array().unwrap().len();
    }
    assert!(total >= 300, "{total}");
    let mut broken = root("amounts");
    broken["tests"][0]["result"] = json!("perhaps");
    assert!(!schema.is_valid(&broken));
    broken = root("amounts");
    broken["tests"][0]["input"] = json!({ "text": "1" });
    assert!(!schema.is_valid(&broken));
}

fn domain(input: &Value) -> Domain {
    let domain = &input["domain"];
    Domain {
        name: text(domain, "name").into(),
        version: text(domain, "version").into(),
        chain_id: domain["chainId"].as_u64().unwrap(),
        verifying_contract: text(domain, "verifyingContract").parse().unwrap(),
    }
}

fn authorization(input: &Value) -> Authorization {
    let signed = &input["authorization"];
    let number = |member| text(signed, member).parse::<U256>().unwrap();
    Authorization {
        from: text(signed, "from").parse().unwrap(),
        to: text(signed, "to").parse().unwrap(),
        value: number("value"),
        valid_after: number("validAfter"),
        valid_before: number("validBefore"),
        nonce: text(signed, "nonce").parse().unwrap(),
    }
}

#[test]
fn signing() {
    for case in cases("signing") {
        let (input, expected) = (&case["input"], &case["expected"]);
        let (domain, authorization) = (domain(input), authorization(input));
        let digest = authorization.digest(&domain);
        if input["kind"] == "recover" {
            let signature = hex::decode(text(input, "signature")).unwrap();
            let signer = match recover(&signature, digest) {
                Recovered::Plain(signer) | Recovered::Odd(signer) => Some(signer),
                Recovered::Nobody => None,
            };
            judged(&case, signer == Some(authorization.from));
            if let Some(signer) = signer.filter(|_| !expected.is_null()) {
                assert_eq!(signer.to_checksum(None), text(expected, "signer"), "{}", case["id"]);
            }
            continue;
        }
        let key = Key::from_bytes(text(input, "privateKey").parse().unwrap()).unwrap();
        let made = json!({
            "domainSeparator": domain.separator(),
            "digest": digest,
            "cancelDigest": cancel_digest(key.address(), authorization.nonce, &domain),
            "signature": hex::encode_prefixed(key.sign(digest).as_bytes()),
        });
        assert_eq!(&made, expected, "{}", case["id"]);
    }
}

#[test]
fn facilitator_requests() {
    let now = root("facilitator-requests")["now"].as_u64().unwrap();
    for case in cases("facilitator-requests") {
        let (input, facts) = (&case["input"], &case["input"]["ledger"]);
        let token = match text(&facts["token"], "kind") {
            "eip3009" => TokenView::Eip3009 {
                name: text(&facts["token"], "name").into(),
                version: text(&facts["token"], "version").into(),
                paused: facts["token"]["paused"].as_bool().unwrap(),
            },
            "plain" => TokenView::Plain,
            _ => TokenView::NoCode,
        };
        let ledger = LedgerView {
            chain_id: facts["chainId"].as_u64().unwrap(),
            token,
            balance: text(facts, "balance").parse().unwrap(),
            nonce_used: facts["nonceUsed"].as_bool().unwrap(),
            blocked: facts["blocked"].as_bool().unwrap(),
        };
        let verdict = judge(text(input, "body").as_bytes(), &ledger, now);
        let said = match &verdict {
            Verdict::Valid => "valid",
            Verdict::Invalid(_) => "invalid",
            Verdict::Open(_) => "open",
        };
        assert_eq!(said, text(&case, "result"), "{}: {verdict:?}", case["id"]);
        if let Verdict::Invalid(reasons) = verdict {
            let known = case["expected"]["reasons"].as_array().unwrap();
            assert!(reasons.iter().all(|reason| known.contains(&json!(reason))), "{}", case["id"]);
        }
    }
}

#[test]
fn reading() {
    for case in cases("reading") {
        let body = text(&case["input"], "body").as_bytes();
        let strict = read_request(body, Reading::Strict);
        judged(&case, strict.is_ok());
        match (strict, read_request(body, Reading::Lenient), text(&case, "result")) {
            (Err(malformed), _, "invalid") => {
                assert_eq!(malformed.at, text(&case["expected"], "at"), "{}", case["id"]);
            }
            (Ok(request), _, _) | (_, Ok(request), _) => {
                assert_eq!(as_json(&request), case["expected"]["read"], "{}", case["id"]);
            }
            (Err(strict), Err(lenient), _) => panic!("{}: {strict}, {lenient}", case["id"]),
        }
    }
}

/// A request as the vectors write it; members in any order.
fn as_json(request: &Request) -> Value {
    let (signed, asked) = (&request.authorization, &request.requirements);
    json!({
        "version": request.version,
        "from": signed.from.to_checksum(None),
        "to": signed.to.to_checksum(None),
        "value": signed.value.to_string(),
        "validAfter": signed.valid_after.to_string(),
        "validBefore": signed.valid_before.to_string(),
        "nonce": signed.nonce,
        "signature": hex::encode_prefixed(&request.signature),
        "amount": asked.amount.to_string(),
        "asset": asked.asset.to_checksum(None),
        "payTo": asked.pay_to.to_checksum(None),
        "maxTimeoutSeconds": asked.max_timeout_seconds,
        "claimedNetwork": request.claimed_network,
        "domainName": asked.domain_name,
        "domainVersion": asked.domain_version,
    })
}

#[test]
fn headers() {
    for case in cases("headers") {
        let (value, expected) = (text(&case["input"], "value"), &case["expected"]);
        let strict = decode_strict(value);
        judged(&case, strict.is_ok());
        match (strict, decode_lenient(value)) {
            (Ok(decoded), _) => {
                assert_eq!(decoded, expected["decoded"], "{}", case["id"]);
                assert_eq!(encode(&decoded) == value, expected["canonical"], "{}", case["id"]);
            }
            (Err(_), Ok(read)) => {
                assert_eq!(text(&case, "result"), "open", "{}", case["id"]);
                assert_eq!(json!(read.oddities), expected["oddities"], "{}", case["id"]);
                assert_eq!(read.value, expected["decoded"], "{}", case["id"]);
            }
            (Err(_), Err(error)) if !expected["problem"].is_null() => {
                let problem = if matches!(error, HeaderError::Json(_)) { "json" } else { "base64" };
                assert_eq!(problem, text(expected, "problem"), "{}", case["id"]);
            }
            // What others may take and we do not.
            (Err(_), Err(_)) => assert_eq!(text(&case, "result"), "open", "{}", case["id"]),
        }
    }
}

/// A plain request of a version, to put things into.
fn plain(version: u64) -> Value {
    let cases = cases("facilitator-requests");
    let id = format!("facilitator-request/v{version}/plain");
    let case = cases.iter().find(|case| case["id"] == id).unwrap();
    serde_json::from_str(text(&case["input"], "body")).unwrap()
}

#[test]
fn amounts() {
    for case in cases("amounts") {
        let value: Value = serde_json::from_str(text(&case["input"], "json")).unwrap();
        for version in Version::ALL {
            let mut body = plain(version.number().into());
            body["paymentPayload"]["payload"]["authorization"]["value"] = value.clone();
            body["paymentRequirements"][amount_field(version)] = value.clone();
            let body = body.to_string();
            let strict = read_request(body.as_bytes(), Reading::Strict);
            judged(&case, strict.is_ok());
            let lenient = read_request(body.as_bytes(), Reading::Lenient);
            if let (false, Ok(read)) = (case["expected"].is_null(), lenient) {
                let number = text(&case["expected"], "decimal").parse::<U256>().unwrap();
                assert_eq!(read.authorization.value, number, "{}", case["id"]);
                assert_eq!(read.requirements.amount, number, "{}", case["id"]);
            }
        }
    }
}

#[test]
fn addresses() {
    for case in cases("addresses") {
        let mut body = plain(2);
        body["paymentRequirements"]["payTo"] = case["input"]["text"].clone();
        let body = body.to_string();
        judged(&case, read_request(body.as_bytes(), Reading::Strict).is_ok());
        let lenient = read_request(body.as_bytes(), Reading::Lenient);
        if let (false, Ok(read)) = (case["expected"].is_null(), lenient) {
            let checksummed = text(&case["expected"], "checksummed");
            assert_eq!(read.requirements.pay_to.to_checksum(None), checksummed, "{}", case["id"]);
        }
    }
}

#[test]
fn networks() {
    for case in cases("networks") {
        let (input, version) = (&case["input"], &case["input"]["version"]);
        let version = Version::try_from(u8::try_from(version.as_u64().unwrap()).unwrap()).unwrap();
        let name = text(input, "text");
        let read = Network::parse(name).filter(|network| network.name(version) == name);
        // A version 1 name is short.
        let read = read.filter(|_| version == Version::V2 || !name.contains(':'));
        judged(&case, read.is_some());
        if let Some(network) = read {
            assert_eq!(network.chain_id.to_string(), text(&case["expected"], "chainId"), "{}", case["id"]);
        }
    }
}

#[test]
fn documents() {
    for case in cases("documents") {
        let bytes = STANDARD.decode(text(&case["input"], "base64")).unwrap();
        let read = serde_json::from_slice::<Value>(&bytes);
        judged(&case, read.is_ok());
        let is_repeated = case["flags"].as_array().unwrap().contains(&json!("Repeated"));
        assert_eq!(has_repeats(&bytes), is_repeated, "{}", case["id"]);
        if let (Ok(value), Some(expected)) = (read, case["expected"].get("value")) {
            assert_eq!(&value, expected, "{}", case["id"]);
        }
    }
}

/// The first offer that the client of a case can pay.
fn payable(input: &Value) -> Option<usize> {
    let client = &input["client"];
    let (challenge, price) = match input["version"].as_u64().unwrap() {
        1 => (serde_json::from_str(text(input, "body")).ok()?, "maxAmountRequired"),
        _ => (decode_strict(text(&input["headers"], "PAYMENT-REQUIRED")).ok()?, "amount"),
    };
    let address = |value: &Value| value.as_str().and_then(|text| text.parse::<Address>().ok());
    let amount = |value: &Value| {
        let digits = value.as_str().filter(|text| text.bytes().all(|digit| digit.is_ascii_digit()));
        digits.and_then(|text| text.parse::<U256>().ok())
    };
    challenge["accepts"].as_array()?.iter().position(|offer| {
        offer["scheme"] == client["scheme"]
            && offer["network"] == client["network"]
            && address(&offer["asset"]).is_some_and(|asset| Some(asset) == address(&client["asset"]))
            && address(&offer["payTo"]).is_some()
            && amount(&offer[price]).is_some_and(|price| Some(price) <= amount(&client["limit"]))
    })
}

#[test]
fn challenges() {
    for case in cases("challenges") {
        let offer = payable(&case["input"]);
        judged(&case, offer.is_some());
        assert_eq!(json!(offer), case["expected"]["offer"], "{}", case["id"]);
    }
}

#[test]
fn no_two_signed_payments_have_one_digest() {
    let cases = cases("signing");
    let signed = cases.iter().filter(|case| case["input"]["kind"] == "sign");
    let mut digests: Vec<B256> =
        signed.map(|case| text(&case["expected"], "digest").parse().unwrap()).collect();
    let count = digests.len();
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(digests.len(), count);
}

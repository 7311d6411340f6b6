//! Known answers of independent implementations: digests, signatures, header values and request bodies.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its vectors has failed")]

use alloy_primitives::hex;
use gauntlet_wire::eip3009::{Recovered, cancel_digest, recover};
use gauntlet_wire::header::{HeaderError, decode_lenient, decode_strict, encode};
use gauntlet_wire::message::{Reading, Request, read_request};
use gauntlet_wire::{Address, Authorization, B256, Domain, Key, SignatureForm, U256, Version};
use serde_json::Value;

const EIP3009: &str = include_str!("../../../fixtures/vectors/independent/eip3009.json");
const HEADERS: &str = include_str!("../../../fixtures/vectors/independent/headers.json");
const REQUESTS: &str = include_str!("../../../fixtures/vectors/independent/requests.json");

/// The cases of a file, of which there must be at least so many.
fn cases(file: &str, at_least: usize) -> Vec<Value> {
    let file: Value = serde_json::from_str(file).unwrap();
    assert!(file["maker"].as_str().is_some_and(|maker| !maker.is_empty()), "the file names its maker");
    let cases = file["cases"].as_array().unwrap().clone();
    assert!(cases.len() >= at_least, "{} cases", cases.len());
    cases
}

fn text<'a>(case: &'a Value, member: &str) -> &'a str {
    case[member].as_str().unwrap_or_else(|| panic!("{member} of {}", case["name"]))
}

fn address(case: &Value, member: &str) -> Address {
    text(case, member).parse().unwrap()
}

fn bytes32(case: &Value, member: &str) -> B256 {
    text(case, member).parse().unwrap()
}

fn number(case: &Value, member: &str) -> U256 {
    U256::from_str_radix(text(case, member), 10).unwrap()
}

#[test]
fn digests_and_signatures_are_those_of_another_implementation() {
    for case in cases(EIP3009, 12) {
        let name = text(&case, "name");
        let domain = Domain {
            name: text(&case["domain"], "name").into(),
            version: text(&case["domain"], "version").into(),
            chain_id: case["domain"]["chainId"].as_u64().unwrap(),
            verifying_contract: address(&case["domain"], "verifyingContract"),
        };
        let signed = &case["authorization"];
        let authorization = Authorization {
            from: address(signed, "from"),
            to: address(signed, "to"),
            value: number(signed, "value"),
            valid_after: number(signed, "validAfter"),
            valid_before: number(signed, "validBefore"),
            nonce: bytes32(signed, "nonce"),
        };
        let key = Key::from_bytes(bytes32(&case, "privateKey")).unwrap();
        let digest = authorization.digest(&domain);

        assert_eq!(domain.separator(), bytes32(&case, "domainSeparator"), "{name}");
        assert_eq!(digest, bytes32(&case, "digest"), "{name}");
        assert_eq!(
            cancel_digest(key.address(), authorization.nonce, &domain),
            bytes32(&case, "cancelDigest"),
            "{name}"
        );
        assert_eq!(key.address(), authorization.from, "{name}");
        assert_eq!(key.address().to_checksum(None), text(&case, "recovered"), "{name}");

        let signature = key.sign(digest);
        assert_eq!(B256::from(signature.r()), bytes32(&case, "r"), "{name}");
        assert_eq!(B256::from(signature.s()), bytes32(&case, "s"), "{name}");
        assert_eq!(u64::from(signature.as_bytes()[64]), case["v"].as_u64().unwrap(), "{name}");
        for (form, member) in [
            (SignatureForm::Plain, "signature"),
            (SignatureForm::HighS, "highS"),
            (SignatureForm::ParityV, "parityV"),
            (SignatureForm::Compact, "compact"),
        ] {
            let ours = key.sign_as(digest, form);
            assert_eq!(hex::encode_prefixed(&ours), text(&case, member), "{name}, {form:?}");
            let expected = match form {
                SignatureForm::Plain => Recovered::Plain(key.address()),
                _ => Recovered::Odd(key.address()),
            };
            assert_eq!(recover(&ours, digest), expected, "{name}, {form:?}");
        }
    }
}

#[test]
fn no_two_vectors_have_one_digest() {
    let cases = cases(EIP3009, 12);
    let mut digests: Vec<_> = cases.iter().map(|case| text(case, "digest")).collect();
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(digests.len(), cases.len());
}

#[test]
fn header_values_are_read_and_refused_as_expected() {
    for case in cases(HEADERS, 30) {
        let (name, header) = (text(&case, "name"), text(&case, "text"));
        let strict = decode_strict(header);
        let lenient = decode_lenient(header);
        assert_eq!(strict.is_ok(), case["strict"].as_bool().unwrap(), "{name}: {strict:?}");
        assert_eq!(lenient.is_ok(), case["lenient"].as_bool().unwrap(), "{name}: {lenient:?}");
        if let Ok(value) = &strict {
            assert_eq!(*value, case["value"], "{name}");
        }
        match lenient {
            Ok(read) => {
                assert_eq!(read.value, case["value"], "{name}");
                assert_eq!(serde_json::json!(read.oddities), case["oddities"], "{name}");
            }
            Err(error) => {
                let expected = matches!(error, HeaderError::Json(_)) == (text(&case, "problem") == "json");
                assert!(expected, "{name}: {error}");
            }
        }
    }
}

#[test]
fn header_values_are_written_byte_for_byte_as_another_implementation_writes_them() {
    let canonical: Vec<_> =
        cases(HEADERS, 30).into_iter().filter(|case| case["canonical"] == Value::Bool(true)).collect();
    assert!(canonical.len() >= 10);
    for case in canonical {
        assert_eq!(encode(&case["value"]), text(&case, "text"), "{}", case["name"]);
    }
}

#[test]
fn request_bodies_are_read_and_refused_as_expected() {
    let file: Value = serde_json::from_str(REQUESTS).unwrap();
    for case in cases(REQUESTS, 200) {
        let (name, body) = (text(&case, "name"), text(&case, "body").as_bytes());
        for (reading, member) in [(Reading::Strict, "strict"), (Reading::Lenient, "lenient")] {
            let expected = text(&case, member);
            match read_request(body, reading) {
                Ok(request) => {
                    assert_eq!(expected, "ok", "{name}, {reading:?}");
                    compare(&request, &file["plain"], &case["read"], name);
                }
                Err(malformed) => {
                    assert_eq!(malformed.at, expected, "{name}, {reading:?}: {malformed}");
                    assert!(!malformed.problem.is_empty(), "{name}");
                }
            }
        }
    }
}

/// Compares what was read with the plain payment of its version and the differences that the case lists.
fn compare(request: &Request, plain: &Value, differences: &Value, name: &str) {
    let mut expected = plain[differences["version"].to_string()].as_object().unwrap().clone();
    expected.extend(differences.as_object().unwrap().clone());
    let (signed, asked) = (&request.authorization, &request.requirements);
    let read = serde_json::json!({
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
    });
    assert_eq!(read, Value::Object(expected), "{name}");
    assert_eq!((request.claimed_scheme.as_str(), asked.scheme.as_str()), ("exact", "exact"), "{name}");
    assert_eq!(asked.network, request.claimed_network, "{name}");
    assert!(Version::ALL.contains(&request.version));
}

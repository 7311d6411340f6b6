//! The HTTP archive.

use crate::fixture::{exchange, run, unanswered, value_under};
use crate::hostile::{binary, full, with};
use gauntlet_pages::EVIL;
use gauntlet_report::Record;
use gauntlet_report::render::har;
use serde_json::Value;

/// The archive, when the published schema of HAR 1.2 admits it.
fn read(record: &Record) -> Value {
    let schema = include_str!("../../../../fixtures/schema/har-1.2.json");
    let schema = jsonschema::draft6::new(&serde_json::from_str(schema).unwrap()).unwrap();
    let archive: Value = serde_json::from_str(&har(record)).unwrap();
    let faults: Vec<String> =
        schema.iter_errors(&archive).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    archive
}

#[test]
fn the_whole_archive() {
    insta::assert_snapshot!(har(&full()));
}

#[test]
fn the_schema_admits_it_and_would_not_admit_everything() {
    let archive = read(&full());
    assert_eq!(archive["log"]["entries"].as_array().unwrap().len(), 3);
    let schema = include_str!("../../../../fixtures/schema/har-1.2.json");
    let schema = jsonschema::draft6::new(&serde_json::from_str(schema).unwrap()).unwrap();
    let mut broken = archive.clone();
    broken["log"]["entries"][0]["request"].as_object_mut().unwrap().remove("headers");
    assert!(!schema.is_valid(&broken));
}

#[test]
fn hostile_records_stay_archives() {
    let archive = read(&with(&full(), EVIL));
    let entry = &archive["log"]["entries"][0];
    assert!(entry["comment"].as_str().unwrap().starts_with(EVIL), "texts are as they came, in JSON's quotes");
    assert!(entry["request"]["url"].as_str().unwrap().starts_with("about:invalid#%3C/style%3E"), "{entry}");
    assert_eq!(read(&run(vec![value_under()], 1))["log"]["entries"], Value::Array(Vec::new()));
}

#[test]
fn bodies_that_are_no_text_are_base64() {
    let mut record = run(vec![value_under()], 1);
    record.cases = vec![binary(1)];
    let archive = read(&record);
    let entry = &archive["log"]["entries"][0];
    assert_eq!(entry["request"]["postData"]["_encoding"], "base64");
    assert_eq!(entry["request"]["postData"]["text"], "/wD+");
    // What came over the wire, where the body is what a dialect says in x402.
    assert_eq!(entry["response"]["status"], 202);
    assert_eq!(entry["response"]["content"]["encoding"], "base64");
    assert_eq!(entry["response"]["content"]["text"], "/w==");
    assert!(entry["response"]["comment"].as_str().unwrap().contains("12 bytes were not kept"));
}

#[test]
fn what_was_not_answered_has_its_fault() {
    let mut record = run(vec![value_under()], 1);
    record.cases = vec![unanswered(1)];
    let archive = read(&record);
    let response = &archive["log"]["entries"][0]["response"];
    assert_eq!(response["status"], 0);
    assert_eq!(response["comment"], "no whole answer within 5000 ms");
}

#[test]
fn secrets_are_left_out_and_signatures_on_chains_elsewhere() {
    let signature = "ab".repeat(65);
    let hash = "cd".repeat(32);
    let mut record = run(vec![value_under()], 1);
    let mut case = exchange(1, 200, &format!(r#"{{"signature":"0x{signature}","transaction":"0x{hash}"}}"#));
    case.exchange.request.head =
        "POST /verify HTTP/1.1\r\nAuthorization: Bearer s3cret\r\nCookie: session=s3cret\r\n".into();
    record.cases = vec![case];
    for (url, is_local) in [
        (None, true),
        (Some("http://localhost:8545"), true),
        (Some("http://[::1]:8545/x"), true),
        (Some("http://127.0.0.1:8545"), true),
        (Some("https://sepolia.example.org/v2/key"), false),
        (Some("http://localhost.example.org"), false),
        (Some("http://127.0.0.1@example.org"), false),
    ] {
        record.started.target.rpc_url = url.map(str::to_owned);
        let archive = read(&record).to_string();
        assert!(!archive.contains("s3cret"), "{archive}");
        assert_eq!(archive.contains(&signature), is_local, "{url:?}");
        assert!(archive.contains(&hash), "{archive}");
    }
}

#[test]
fn a_url_is_one_whatever_was_asked_for() {
    let mut record = run(vec![value_under()], 1);
    let mut case = exchange(1, 200, "");
    case.exchange.url = "http://[::1]:4021/a b/%zz%20?x=[1]&y=ü#z#".into();
    record.cases = vec![case];
    let archive = read(&record);
    let url = &archive["log"]["entries"][0]["request"]["url"];
    assert_eq!(url, "http://[::1]:4021/a%20b/%25zz%20?x=%5B1%5D&y=%C3%BC#z%23");
}

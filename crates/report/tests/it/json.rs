//! The JSON report.

use crate::fixture::{deviation, exchange, known, passes, run, value_under};
use gauntlet_report::RunFinished;
use gauntlet_report::render::json::{Document, document, json};
use serde_json::Value;

#[test]
fn the_whole_document() {
    let mut record =
        run([passes(&["facilitator.verify.valid"]), vec![value_under(), deviation(), known()]].concat(), 1);
    record.cases.push(exchange(7, 200, "{}"));
    record.finished = record.finished.map(|finished| RunFinished {
        stale: vec!["facilitator.settle.valid: passes now".into()],
        notes: vec!["3 settlements".into()],
        ..finished
    });
    insta::assert_snapshot!(json(&record));
}

#[test]
fn it_can_be_read_back() {
    let record = run(vec![value_under(), known()], 1);
    let read: Document = serde_json::from_str(&json(&record)).unwrap();
    assert_eq!(read, document(&record));
}

#[test]
fn a_check_that_did_not_end_is_there_and_in_doubt() {
    let mut record = run(passes(&["facilitator.verify.valid"]), 0);
    record.started_checks = vec!["facilitator.settle.replay".into()];
    let document: Value = serde_json::from_str(&json(&record)).unwrap();
    assert_eq!(document["inconclusive"], serde_json::json!(["facilitator.settle.replay"]));
    assert_eq!(document["exit"], 5);
    let check = &document["checks"][0];
    assert_eq!(check["check"], "facilitator.settle.replay");
    assert_eq!(check["outcome"], "inconclusive");
    assert_eq!(check["level"], Value::Null);
    assert_eq!(check["case"], Value::Null);
    assert!(check.as_object().unwrap().contains_key("took_ms"));
}

#[test]
fn texts_are_given_as_they_came() {
    let mut report = value_under();
    report.findings[0].got = "\u{1b}[2J\u{0}".into();
    let document: Value = serde_json::from_str(&json(&run(vec![report], 1))).unwrap();
    assert_eq!(document["checks"][0]["findings"][0]["got"], "\u{1b}[2J\u{0}");
}

//! What other programs read: JSON, NDJSON, JUnit, and the same reports from the record alone.

use crate::gauntlet::{Gauntlet, MUTANT, PAYEE};
use quick_junit::{NonSuccessKind, Report, TestCaseStatus};
use serde_json::{Value, json};
use std::fs;

const SELECT: [&str; 3] = [PAYEE, "facilitator.supported.kinds", "facilitator.verify.value-under"];

#[test]
fn json_is_one_document() {
    let gauntlet = Gauntlet::new();
    let report = gauntlet.trial(MUTANT, &[&SELECT[..], &["--format", "json"]].concat()).exits(1).json();
    let checks = report["checks"].as_array().unwrap();
    let mut ids: Vec<&str> = checks.iter().map(|check| check["check"].as_str().unwrap()).collect();
    ids.sort_unstable();
    assert_eq!(
        ids,
        [
            "facilitator.control",
            "facilitator.control.v1",
            "facilitator.supported.kinds",
            PAYEE,
            "facilitator.verify.value-under"
        ]
    );
    for check in checks {
        let failed = check["check"] == PAYEE;
        assert_eq!(check["outcome"], if failed { "fail" } else { "pass" }, "{check}");
        assert!(check["level"].is_string(), "{check}");
        assert!(!check["requirements"].as_array().unwrap().is_empty(), "{check}");
    }
    let counts = &report["counts"];
    assert_eq!((&counts["total"], &counts["pass"], &counts["fail"]), (&json!(5), &json!(4), &json!(1)));
    assert_eq!(report["unexpected"], json!([PAYEE]));
    assert_eq!((&report["stale"], &report["inconclusive"]), (&json!([]), &json!([])));
    let file: Value = serde_json::from_str(&gauntlet.read("run/report.json")).unwrap();
    assert_eq!(file, report);
}

#[test]
fn ndjson_is_the_record_as_it_grows() {
    let gauntlet = Gauntlet::new();
    let said = gauntlet.trial(MUTANT, &[PAYEE, "--format", "ndjson"]).exits(1);
    let events: Vec<Value> = said.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.first().unwrap()["event"], "run-started");
    assert_eq!(events.last().unwrap()["event"], "run-finished");
    assert_eq!(events.last().unwrap()["exit"], 1);
    assert_eq!(said.stdout, gauntlet.read("run/run.ndjson"));
}

#[test]
fn junit_has_the_failing_case() {
    let gauntlet = Gauntlet::new();
    gauntlet.trial(MUTANT, &SELECT).exits(1);
    let report = Report::deserialize_from_str(&gauntlet.read("run/junit.xml")).unwrap();
    let cases: Vec<_> = report.test_suites.iter().flat_map(|suite| &suite.test_cases).collect();
    assert_eq!(cases.len(), 5);
    let red: Vec<_> =
        cases.iter().filter(|case| !matches!(case.status, TestCaseStatus::Success { .. })).collect();
    let [case] = red.as_slice() else { panic!("{red:?}") };
    assert_eq!(case.name.as_str(), PAYEE);
    assert!(matches!(case.status, TestCaseStatus::NonSuccess { kind: NonSuccessKind::Failure, .. }));
}

#[test]
fn a_run_is_rendered_again() {
    let gauntlet = Gauntlet::new();
    let said = gauntlet.trial(MUTANT, &SELECT).exits(1);
    let again = gauntlet.run(&["report", "run"]).exits(1);
    assert_eq!(again.stdout, said.stdout);
    let json = gauntlet.run(&["report", "run/run.ndjson", "--format", "json"]).exits(1).json();
    assert_eq!(json, serde_json::from_str::<Value>(&gauntlet.read("run/report.json")).unwrap());
    let files = ["report", "run", "--json", "a.json", "--junit", "a.xml"];
    assert_eq!(gauntlet.run(&files).exits(1).stdout, "");
    assert_eq!(gauntlet.read("a.json").trim_end(), gauntlet.read("run/report.json").trim_end());
    assert_eq!(gauntlet.read("a.xml"), gauntlet.read("run/junit.xml"));
}

#[test]
fn colours_only_when_asked_for() {
    let gauntlet = Gauntlet::new();
    let plain = gauntlet.trial(MUTANT, &SELECT).stdout;
    assert!(!plain.contains('\u{1b}'), "{plain:?}");
    let colourful = gauntlet.run(&["report", "run", "--color", "always"]).stdout;
    assert!(colourful.contains("\u{1b}["), "{colourful:?}");
    assert_eq!(gauntlet.run(&["report", "run", "--color", "never"]).stdout, plain);
}

#[test]
fn a_record_that_breaks_off_is_inconclusive() {
    let gauntlet = Gauntlet::new();
    gauntlet.trial("double:facilitator", &SELECT).exits(0);
    let record = fs::read(gauntlet.dir().join("run/run.ndjson")).unwrap();
    fs::create_dir(gauntlet.dir().join("cut")).unwrap();
    let second_check = String::from_utf8_lossy(&record).rfind("check-finished").unwrap();
    fs::write(gauntlet.dir().join("cut/run.ndjson"), &record[..second_check + 40]).unwrap();
    gauntlet.run(&["report", "cut"]).exits(5).prints("not finished");
    let json = gauntlet.run(&["report", "cut", "--format", "json"]).exits(5).json();
    assert_eq!(json["inconclusive"].as_array().unwrap().len(), 1, "{}", json["inconclusive"]);
}

#[test]
fn what_is_no_run() {
    let gauntlet = Gauntlet::without_anvil();
    gauntlet.run(&["report", "nothing"]).exits(2).remarks("nothing");
    gauntlet.write("empty/run.ndjson", "");
    gauntlet.run(&["report", "empty"]).exits(2);
    gauntlet.write("other/run.ndjson", "{\"event\":\"tea\"}\n");
    gauntlet.run(&["report", "other"]).exits(2);
    gauntlet.write("newer/run.ndjson", "{\"event\":\"run-started\",\"schema\":99}\n");
    gauntlet.run(&["report", "newer"]).exits(2).remarks("99");
}

//! Targets that die in the middle of a trial and are started again, so that the rest is tried.

use crate::gauntlet::{BINARY, Gauntlet, Said};
use serde_json::Value;

const ALIVE: &str = "facilitator.service.alive";
const DEADLY: &str = "facilitator.body.deep-nesting";

fn serve(mutant: &str) -> String {
    format!("exec {BINARY} serve facilitator {mutant} --port $PORT")
}

/// The trial of a shell script, with a report in JSON.
fn trial(gauntlet: &Gauntlet, script: &str, args: &[&str]) -> Said {
    let fixed =
        ["run", "--role", "facilitator", "--seed", "402", "--out", "run", "--format", "json", "--jobs", "4"];
    gauntlet.run(&[&fixed, args, &["--", "sh", "-c", script]].concat())
}

/// One check of a report.
fn check<'a>(report: &'a Value, id: &str) -> &'a Value {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().find(|check| check["check"] == id).unwrap_or_else(|| panic!("no {id} in {report}"))
}

/// Ids of the checks that did not pass.
fn not_passed(report: &Value) -> Vec<&str> {
    let checks = report["checks"].as_array().unwrap().iter();
    checks.filter(|check| check["outcome"] != "pass").map(|check| check["check"].as_str().unwrap()).collect()
}

fn notes(report: &Value) -> Vec<&str> {
    report["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect()
}

/// It dies of one body only, and each time that comes: all else is tried, and the death is a failure that nobody has to
/// have selected.
#[test]
fn one_that_dies_of_a_body_is_started_again() {
    let gauntlet = Gauntlet::new();
    let checks =
        ["facilitator.body.null", DEADLY, "facilitator.verify.payee-other", "facilitator.settle.replay"];
    let report = trial(&gauntlet, &serve("--mutant dies-on-bad-input"), &checks).exits(1).json();
    assert_eq!(not_passed(&report), [DEADLY, ALIVE], "{report}");
    assert_eq!(check(&report, DEADLY)["outcome"], "inconclusive", "it died of it twice");
    let alive = check(&report, ALIVE);
    assert_eq!((&alive["outcome"], &alive["findings"][0]["kind"]), (&"fail".into(), &"died".into()));
    let told = alive["findings"][0]["got"].as_str().unwrap();
    assert!(told.contains("2 times") && told.contains("exit status: 1") && told.contains(DEADLY), "{told}");
    let notes = notes(&report);
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes.iter().all(|note| note.contains("the target died") && note.contains("started again")));
    // The second time nothing else was under way, so that it is known of what it died.
    assert!(notes[1].contains(&format!("under way: {DEADLY}; its last lines: ")), "{notes:?}");

    let again = gauntlet.run(&["recheck", "run", "--format", "json"]).exits(1).json();
    let judged = again["invariants"].as_array().unwrap().iter();
    let words: Vec<_> = judged.map(|it| &it["word"]).filter(|word| !word.is_null()).collect();
    assert!(words.iter().all(|word| **word == "SAME"), "{again}");
}

/// A death that does not come again leaves no check without a verdict, and is a failure all the same.
#[test]
fn one_that_dies_once_does_not_end_green() {
    let gauntlet = Gauntlet::new();
    let died = gauntlet.dir().join("died");
    let script = format!(
        "if [ -e {0} ]; then {1}; fi; touch {0}; {2}",
        died.display(),
        serve(""),
        serve("--mutant dies-on-bad-input")
    );
    let report = trial(&gauntlet, &script, &[DEADLY, "facilitator.settle.replay"]).exits(1).json();
    assert_eq!(not_passed(&report), [ALIVE], "{report}");
    let second = check(&report, DEADLY)["notes"].to_string();
    assert!(second.contains("this is the second try"), "{second}");
    assert_eq!(notes(&report).len(), 1, "{report}");
}

/// It takes connections and answers nobody: what the SDKs do that wait for a transaction which no node can mine.
#[test]
fn one_that_hangs_is_started_again() {
    let gauntlet = Gauntlet::new();
    let checks = [
        "--timeout",
        "8",
        "facilitator.rpc.submit-refused",
        "facilitator.rpc.gone",
        "facilitator.rpc.errors",
        "facilitator.books.*",
        ALIVE,
    ];
    let report = trial(&gauntlet, &serve("--mutant hangs-after-unsent"), &checks).exits(1).json();
    assert_eq!(not_passed(&report), ["facilitator.rpc.submit-refused", ALIVE], "{report}");
    let refused = check(&report, "facilitator.rpc.submit-refused");
    assert_eq!(refused["findings"][0]["kind"], "does-not-recover", "{refused}");
    let notes = notes(&report);
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].contains("it answers nothing; it was started again"), "{notes:?}");
}

/// A scenario whose body ends the facilitator.
fn deadly(name: &str) -> String {
    let body = "[".repeat(300);
    format!(
        r#"id = "mine.{name}"
title = "lists in lists are refused"
role = "facilitator"
versions = [2]
alone = true

[given.p]

[[steps]]
verify = "p"

[[steps]]
request = {{ path = "/verify", headers = {{ Content-Type = "application/json" }}, body = "{body}" }}
expect = {{ status = 400 }}

[expect]
transfers = {{ p = 0 }}
"#
    )
}

/// Whoever dies again and again is given up, and the report says how often it was started.
#[test]
fn one_that_dies_again_and_again_is_given_up() {
    let gauntlet = Gauntlet::new();
    let names = ["one", "two", "three", "four"];
    let files: Vec<String> = names.iter().map(|name| format!("{name}.toml")).collect();
    for (name, file) in names.iter().zip(&files) {
        gauntlet.write(file, &deadly(name));
    }
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let report = trial(&gauntlet, &serve("--mutant dies-on-bad-input"), &files).exits(1).json();
    let told = check(&report, ALIVE)["findings"][0]["got"].as_str().unwrap().to_owned();
    assert!(told.contains("it died 6 times") && told.contains("it was not started again"), "{told}");
    let reason = |name: &str| check(&report, name)["reason"].as_str().unwrap_or_default().to_owned();
    assert!(reason("mine.one").contains("the target stopped answering"), "{report}");
    assert!(reason("mine.three").contains("it had been started again 5 times before"), "{report}");
    assert!(reason("mine.four").contains("not tried: "), "{report}");
}

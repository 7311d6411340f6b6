//! `gauntlet replay`: the same bytes again.

use crate::gauntlet::{BINARY, Gauntlet, MUTANT, PAYEE, assert_said};
use serde_json::Value;

const CASE: &str = "run/facilitator.verify.payee-other";

/// The bodies of the requests that a check sent.
fn bodies(gauntlet: &Gauntlet, run: &str, check: &str) -> Vec<Value> {
    let record = gauntlet.read(&format!("{run}/run.ndjson"));
    let events = record.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let sent = events.filter(|event| event["event"] == "case-sent" && event["check"] == check);
    let bodies: Vec<Value> = sent.map(|event| event["exchange"]["request"]["body"].clone()).collect();
    assert!(!bodies.is_empty(), "{record}");
    bodies
}

#[test]
fn the_same_bytes_fail_in_the_same_way() {
    let gauntlet = Gauntlet::new();
    gauntlet.trial(MUTANT, &[PAYEE]).exits(1);
    assert_said!(gauntlet.run(&["replay", CASE, "--out", "again"]));
    assert_eq!(bodies(&gauntlet, "run", PAYEE), bodies(&gauntlet, "again", PAYEE));
}

#[test]
fn a_repaired_target_is_fixed() {
    let gauntlet = Gauntlet::new();
    gauntlet.trial(MUTANT, &[PAYEE]).exits(1);
    assert_said!(gauntlet.run(&["replay", CASE, "--target", "double:facilitator", "--out", "again"]));
    assert_eq!(bodies(&gauntlet, "run", PAYEE), bodies(&gauntlet, "again", PAYEE));
}

#[test]
fn a_target_that_was_a_command_is_started_again() {
    let gauntlet = Gauntlet::new();
    let serve = format!("exec {BINARY} serve facilitator --mutant no-payee-check --port $PORT");
    let run =
        ["run", "--role", "facilitator", "--seed", "402", "--out", "run", PAYEE, "--", "sh", "-c", &serve];
    gauntlet.run(&run).exits(1);
    gauntlet.run(&["replay", CASE, "--out", "again"]).exits(1).prints("SAME");
    assert_eq!(bodies(&gauntlet, "run", PAYEE), bodies(&gauntlet, "again", PAYEE));
}

#[test]
fn a_window_that_has_passed_is_signed_anew() {
    let gauntlet = Gauntlet::new();
    gauntlet.trial(MUTANT, &[PAYEE]).exits(1);
    let old: String =
        gauntlet.read("run/run.ndjson").lines().map(|line| old_fashioned(line) + "\n").collect();
    gauntlet.write("old/run.ndjson", &old);
    let said = gauntlet.run(&["replay", "old/facilitator.verify.payee-other", "--out", "again"]).exits(1);
    said.prints("SAME").prints("(signed anew)").remarks("2020-09-13");
    let body = bodies(&gauntlet, "again", PAYEE)[0]["text"].as_str().unwrap().to_owned();
    let body: Value = serde_json::from_str(&body).unwrap();
    let end = body["paymentPayload"]["payload"]["authorization"]["validBefore"].as_str().unwrap();
    assert!(end.parse::<u64>().unwrap() > 1_700_000_000, "{end}");
}

/// The same line of a record, long ago.
fn old_fashioned(line: &str) -> String {
    let mut event: Value = serde_json::from_str(line).unwrap();
    if let Some(now) = event.get_mut("now") {
        *now = Value::from(1_600_000_000);
    }
    event.to_string()
}

#[test]
fn unknown_cases() {
    let gauntlet = Gauntlet::new();
    gauntlet.trial(MUTANT, &[PAYEE]).exits(1);
    assert_said!(gauntlet.run(&["replay", "run/facilitator.verify.paye-other"]));
    gauntlet.run(&["replay", "facilitator"]).exits(2).remarks("RUN/CHECK");
    gauntlet.run(&["replay", "none/facilitator.control"]).exits(2).remarks("none");
}

#[test]
fn a_scenario_of_the_users_own_is_played_as_it_was() {
    let gauntlet = Gauntlet::new();
    let scenario = "id = \"mine.cheaper\"\ntitle = \"less than the price buys nothing\"\nversions = [2]\n\
                    [given.p]\nroute = \"cheap\"\nchange = [{ value-below = 1 }]\n[[steps]]\npay = \"p\"\n\
                    [expect]\nserved = { p = 0 }\ntransfers = { p = 0 }\n";
    gauntlet.write("cheaper.toml", scenario);
    gauntlet.trial("double:server+serves-any-well-formed-payment", &["cheaper.toml"]).exits(1);
    gauntlet.write("cheaper.toml", "something else by now");
    gauntlet.run(&["replay", "run/mine.cheaper", "--out", "again"]).exits(1).prints("SAME");
    let mended = ["replay", "run/mine.cheaper", "--target", "double:server", "--out", "mended"];
    gauntlet.run(&mended).exits(0).prints("FIXED");
}

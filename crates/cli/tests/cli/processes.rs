//! Targets that are commands, and what becomes of them when anything ends early.

use crate::background::{Background, assert_gone, below};
use crate::gauntlet::{BINARY, Gauntlet, Said, assert_said};
use serde_json::Value;

/// `run … -- sh -c SCRIPT`
fn of_script<'a>(args: &[&'a str], script: &'a str) -> Vec<&'a str> {
    let fixed = ["run", "--role", "facilitator", "--seed", "402", "--out", "run"];
    [&fixed, args, &["--", "sh", "-c", script]].concat()
}

fn serve(mutant: &str) -> String {
    format!("exec {BINARY} serve facilitator {mutant} --port $PORT")
}

/// The last event of a record of which every line can be read.
fn last_event(gauntlet: &Gauntlet) -> Value {
    let record = gauntlet.read("run/run.ndjson");
    assert!(record.ends_with('\n'), "the last line is whole");
    let events: Vec<Value> = record.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let last = events.last().unwrap().clone();
    assert_eq!(last["event"], "run-finished");
    last
}

#[test]
fn a_command_passes() {
    let gauntlet = Gauntlet::new();
    let said = gauntlet.run(&of_script(&["facilitator.supported.kinds"], &serve(""))).exits(0);
    said.prints("3 of 3 checks");
    assert!(gauntlet.read("run/target.log").contains("GAUNTLET_FACILITATOR_URL="));
}

/// What a manifest claims is tried, though `/supported` has forgotten it: nothing is green because it was not listed.
#[test]
fn a_scheme_that_only_the_manifest_claims() {
    let gauntlet = Gauntlet::new();
    let start = serde_json::json!(["sh", "-c", serve("--mutant supported-without-kinds")]);
    let manifest = |claims: &str| {
        format!(
            "name = \"mine\"\nrole = \"facilitator\"\n[claims]\nversions = [2]\n{claims}\n[start]\ncommand = {start}\n\
             [start.env]\nPORT = \"{{port}}\"\nGAUNTLET_RPC_URL = \"{{rpc_url}}\"\n\
             GAUNTLET_FACILITATOR_KEY = \"{{facilitator_key}}\"\n"
        )
    };
    let upto = ["run", "--target", "mine.toml", "facilitator.upto.control", "facilitator.upto.supported"];
    gauntlet.write("mine.toml", &manifest(""));
    gauntlet.run(&upto).exits(0).prints("2 not applicable");
    gauntlet.write("mine.toml", &manifest("schemes = [\"exact\", \"upto\"]"));
    gauntlet.run(&upto).exits(1).prints("not-listed");
}

#[test]
fn a_command_that_ends_at_once() {
    let gauntlet = Gauntlet::new();
    let script = "echo loading the key; echo 'no key in PRIVATE_KEY' >&2; exit 3";
    assert_said!(gauntlet.run(&of_script(&["facilitator.control"], script)));
    assert_eq!(last_event(&gauntlet)["exit"], 5);
}

#[test]
fn a_command_that_does_not_exist() {
    let gauntlet = Gauntlet::new();
    let run = ["run", "--role", "facilitator", "--seed", "402", "--out", "run"];
    let command = ["facilitator.control", "--", "./no-such-program"];
    assert_said!(gauntlet.run(&[&run[..], &command].concat()));
}

#[test]
fn a_command_that_dies_in_the_middle() {
    let gauntlet = Gauntlet::new();
    let checks =
        ["--jobs", "1", "facilitator.body.half", "facilitator.body.deep-nesting", "facilitator.body.null"];
    let script = serve("--mutant dies-on-bad-input");
    let said = gauntlet.run(&of_script(&checks, &script));
    assert!([1, 5].contains(&said.code), "{said}");
    let Said { code, .. } = said.prints("facilitator.body.deep-nesting").prints("stopped answering");
    assert_eq!(last_event(&gauntlet)["exit"], code);
    let again = gauntlet.run(&["report", "run"]);
    assert_eq!(again.code, code, "{again}");
}

/// A trial in the middle of a check that waits for an answer that never comes.
fn waiting(gauntlet: &Gauntlet) -> Background {
    let script = serve("--mutant hangs-on-bad-input");
    let checks = ["--timeout", "600", "facilitator.supported.kinds", "facilitator.body.half"];
    let mut run = gauntlet.start(&of_script(&checks, &script));
    run.until("facilitator.supported.kinds");
    run
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_writes_the_reports_and_leaves_nothing_behind() {
    let gauntlet = Gauntlet::new();
    let mut run = waiting(&gauntlet);
    let children = below(run.pid());
    assert!(children.values().any(|name| name == "anvil"), "{children:?}");
    assert!(children.values().any(|name| name == "gauntlet"), "{children:?}");
    run.signal("INT");
    assert_eq!(run.end(), Some(130), "{}", run.stderr);
    assert_gone(&children);

    let last = last_event(&gauntlet);
    assert_eq!((&last["exit"], &last["interrupted"]), (&Value::from(130), &Value::from(true)));
    let json: Value = serde_json::from_str(&gauntlet.read("run/report.json")).unwrap();
    let checks = json["checks"].as_array().unwrap();
    assert!(
        checks
            .iter()
            .any(|check| check["check"] == "facilitator.supported.kinds" && check["outcome"] == "pass")
    );
    quick_junit::Report::deserialize_from_str(&gauntlet.read("run/junit.xml")).unwrap();
    assert_eq!(gauntlet.run(&["report", "run"]).exits(130).stdout, run.stdout);
}

#[cfg(target_os = "linux")]
#[test]
fn a_kill_leaves_nothing_behind() {
    let gauntlet = Gauntlet::new();
    let mut run = waiting(&gauntlet);
    let children = below(run.pid());
    assert!(children.values().any(|name| name == "anvil"), "{children:?}");
    assert!(children.values().any(|name| name == "gauntlet"), "{children:?}");
    run.signal("KILL");
    assert_eq!(run.end(), None);
    assert_gone(&children);
    // What was found by then is in the record.
    gauntlet.run(&["report", "run"]).exits(5).prints("not finished");
}

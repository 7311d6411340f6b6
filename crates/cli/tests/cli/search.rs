//! `gauntlet run --cases N`: the search, its findings and the cases that it writes down.

use crate::gauntlet::Gauntlet;
use serde_json::Value;

const MUTANT: &str = "double:facilitator+no-payee-check";
const VERDICT: &str = "facilitator.search.verdict";

#[test]
fn a_double_is_searched_and_says_what_was_tried() {
    let gauntlet = Gauntlet::new();
    let said = gauntlet.trial("double:facilitator", &["--cases", "120", "facilitator.search.*"]).exits(0);
    said.prints("5 passed");
    let record = gauntlet.read("run/run.ndjson");
    let events = record.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let report =
        events.into_iter().find(|event| event["event"] == "check-finished" && event["check"] == VERDICT);
    let note = report.unwrap()["notes"][0].as_str().unwrap().to_owned();
    assert!(note.starts_with("120 cases: ") && note.contains(" valid, "), "{note}");
}

#[test]
fn a_failure_is_made_small_and_kept_as_a_case_that_can_be_sent_again() {
    let gauntlet = Gauntlet::new();
    let said = gauntlet.trial(MUTANT, &["--cases", "200", VERDICT]).exits(1);
    said.prints("accepted-invalid").prints("same 3 of 3: gauntlet replay run/cases/0001");
    let facts: Value = serde_json::from_str(&gauntlet.read("run/cases/0001/case.json")).unwrap();
    assert_eq!((&facts["check"], &facts["class"]), (&VERDICT.into(), &"recipient".into()), "{facts}");
    let scenario = gauntlet.read("run/cases/0001/scenario.toml");
    let change = scenario.lines().find(|line| line.starts_with("change = ")).unwrap().to_owned();
    assert_eq!(change.matches("payee").count(), 1, "one change is enough: {change}");
    gauntlet.run(&["replay", "run/cases/0001", "--out", "again"]).exits(1).prints("SAME");
    let mended = ["replay", "run/cases/0001", "--target", "double:facilitator", "--out", "mended"];
    gauntlet.run(&mended).exits(0).prints("FIXED");
}

#[test]
fn without_a_number_of_cases_a_search_is_a_mistake() {
    let gauntlet = Gauntlet::new();
    gauntlet.trial("double:facilitator", &[VERDICT]).exits(2).remarks("--cases");
}

#[test]
fn a_failing_sequence_is_kept_as_a_scenario_that_shows_it_again() {
    for (double, mutant, check) in [
        ("double:facilitator", "forgets-after-restart", "facilitator.search.sequence"),
        ("double:server", "third-is-free", "server.search.sequence"),
    ] {
        let gauntlet = Gauntlet::new();
        let mutant = format!("{double}+{mutant}");
        gauntlet.trial(&mutant, &["--cases", "300", check]).exits(1).prints("same 3 of 3");
        gauntlet.run(&["lint", "run/cases"]).exits(0);
        gauntlet.run(&["replay", "run/cases/0001", "--out", "again"]).exits(1).prints("SAME");
        let mended = ["replay", "run/cases/0001", "--target", double, "--out", "mended"];
        gauntlet.run(&mended).exits(0).prints("FIXED");
    }
}

//! What Gauntlet says about itself: list, explain, completions, doctor, help, demo.

use crate::gauntlet::{Gauntlet, PAYEE, Said, assert_said};
use serde_json::{Value, json};

fn gauntlet(args: &[&str]) -> Said {
    Gauntlet::without_anvil().run(args)
}

#[test]
fn help() {
    assert_said!(gauntlet(&["--help"]));
}

#[test]
fn version() {
    gauntlet(&["--version"]).exits(0).prints(env!("CARGO_PKG_VERSION"));
}

/// Each row has these members, and `id` names it.
fn rows(what: &str, id: &str, members: &[&str]) -> Vec<Value> {
    let rows = gauntlet(&["list", what, "--format", "json"]).exits(0).json();
    let rows = rows.as_array().unwrap().clone();
    for row in &rows {
        assert!(row[id].is_string(), "{row}");
        assert!(members.iter().all(|member| !row[*member].is_null()), "{row}");
    }
    let lines = gauntlet(&["list", what]).exits(0).stdout;
    assert_eq!(lines.lines().count(), rows.len());
    let ndjson = gauntlet(&["list", what, "--format", "ndjson"]).exits(0).stdout;
    let again: Vec<Value> = ndjson.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(again, rows);
    rows
}

#[test]
fn checks() {
    let rows = rows("checks", "check", &["title", "level", "class", "requirements", "risk"]);
    let roles = ["facilitator.", "server.", "client.", "attack.", "flow."];
    let has_role = |row: &Value| roles.iter().any(|role| row["check"].as_str().unwrap().starts_with(role));
    assert!(rows.iter().all(has_role));
    let names = |row: &Value| !row["requirements"].as_array().unwrap().is_empty();
    assert!(rows.iter().all(names));
}

#[test]
fn requirements() {
    let rows = rows("requirements", "requirement", &["level", "class", "role", "versions", "source", "text"]);
    for row in rows {
        assert_ne!(row["status"], "open", "neither covered nor excluded: {row}");
        assert_eq!(row["status"] == "excluded", row["excluded"].is_string(), "{row}");
        assert_eq!(row["status"] == "covered", !row["checks"].as_array().unwrap().is_empty(), "{row}");
    }
}

#[test]
fn mutants() {
    let rows = rows("mutants", "mutant", &["title", "target", "concerns"]);
    assert!(rows.iter().any(|row| row["target"] == "double:facilitator+no-payee-check"));
    assert!(rows.iter().any(|row| row["role"] == "server"));
}

#[test]
fn targets() {
    rows("targets", "target", &["role"]);
}

#[test]
fn a_part_of_a_list() {
    assert_said!(gauntlet(&["list", "checks", &format!("{PAYEE}*")]));
    gauntlet(&["list", "mutants", "no-such-*"]).exits(4).remarks("nothing matches no-such-*");
    gauntlet(&["list", "everything"])
        .exits(2)
        .remarks("possible values: checks, requirements, targets, mutants");
}

#[test]
fn explain_a_check() {
    assert_said!(gauntlet(&["explain", PAYEE]));
}

#[test]
fn explain_a_requirement() {
    let said = gauntlet(&["explain", "X402-EVM3009-010"]).exits(0);
    said.prints("core v2").prints("checked by facilitator.verify.payee-other");
}

#[test]
fn explain_a_mutant() {
    let said = gauntlet(&["explain", "no-payee-check"]).exits(0);
    assert_eq!(gauntlet(&["explain", "double:facilitator+no-payee-check"]).stdout, said.stdout);
    said.prints("payTo");
}

#[test]
fn explain_outcomes_and_exit_codes() {
    for word in ["pass", "fail", "warn", "inconclusive", "not-applicable", "harness-error"] {
        gauntlet(&["explain", word]).exits(0).prints(word);
    }
    for code in ["0", "1", "2", "3", "4", "5", "130"] {
        gauntlet(&["explain", code]).exits(0).prints(&format!("exit code {code}: "));
    }
}

#[test]
fn explain_the_unknown() {
    assert_said!(gauntlet(&["explain", "facilitator.verify.paye-other"]));
}

#[test]
fn completions() {
    for (shell, word) in
        [("bash", "complete -F"), ("zsh", "#compdef gauntlet"), ("fish", "complete -c gauntlet")]
    {
        gauntlet(&["completions", shell]).exits(0).prints(word).prints("replay");
    }
    gauntlet(&["completions", "tcsh"]).exits(2);
}

#[test]
fn doctor() {
    let said = Gauntlet::new().run(&["doctor"]).exits(0);
    let names: Vec<&str> = said.stdout.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, ["gauntlet", "cache", "npm", "node", "anvil"]);
}

#[test]
fn a_part_of_the_kill_matrix() {
    let gauntlet = Gauntlet::new();
    let args = ["mutants", "no-payee-check", "--check", PAYEE, "--format", "json"];
    let report = gauntlet.run(&args).exits(0).json();
    let mutant = &report["matrix"]["mutants"][0];
    assert_eq!(
        (&mutant["mutant"], &mutant["killed_by"]),
        (&json!("no-payee-check"), &json!([PAYEE])),
        "{report}"
    );
    // A check that does not concern the fault lets it live.
    let other = gauntlet.run(&["mutants", "no-payee-check", "--check", "facilitator.supported.kinds"]);
    other.exits(1).prints("SURVIVES");
    gauntlet.run(&["mutants", "no-such-*"]).exits(2).remarks("gauntlet list mutants");
}

#[test]
fn demo() {
    let gauntlet = Gauntlet::new();
    let said = gauntlet.run(&["demo", "--out", "run", "--quiet"]).exits(0);
    assert_eq!(said.stderr, "");
    let part = |number: &str| said.stdout.find(number).unwrap_or_else(|| panic!("no {number} in {said}"));
    let parts = ["1. ", "2. ", "3. ", "4. ", "5. Your turn"].map(part);
    assert!(parts.is_sorted(), "{parts:?}");
    said.prints("FAIL  facilitator.verify.payee-other")
        .prints("FAIL  server.order.settle-false")
        .prints("run/server/report.html");
    for (run, exit) in [("facilitator", 0), ("facilitator+no-payee-check", 1), ("server", 0)] {
        gauntlet.run(&["report", &format!("run/{run}")]).exits(exit);
        let page = format!("run/{run}/report.html");
        assert!(gauntlet.read(&page).ends_with("</html>\n"), "{page}");
    }
}

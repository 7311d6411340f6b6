//! `gauntlet recheck`: a record, judged again.

use crate::gauntlet::{Gauntlet, assert_said};

const LIAR: &str = "double:facilitator+settle-lies-without-transaction";

#[test]
fn a_mutants_run_breaks_again_without_a_chain() {
    let gauntlet = Gauntlet::new();
    gauntlet.trial(LIAR, &["facilitator.settle.replay", "facilitator.books.*"]).exits(1);
    let said = gauntlet.run(&["recheck", "run"]).exits(1);
    said.prints("BROKEN").prints("SAME");
}

#[test]
fn a_doubles_run_is_clean() {
    let gauntlet = Gauntlet::new();
    gauntlet.trial("double:server", &["server.replay.first-at-twin"]).exits(0);
    let said = gauntlet.run(&["recheck", "run", "--format", "json"]).exits(0);
    let json = said.json();
    assert_eq!((json["role"].as_str(), json["exit"].as_u64()), (Some("server"), Some(0)), "{said}");
    let judged = json["invariants"].as_array().unwrap().iter().filter(|it| it["word"] == "SAME").count();
    assert!(judged > 2, "{said}");
}

#[test]
fn a_record_without_a_ledger_cannot_tell() {
    let gauntlet = Gauntlet::new();
    gauntlet.trial("double:facilitator", &["facilitator.settle.replay"]).exits(0);
    let record = gauntlet.read("run/run.ndjson");
    let without: String = record
        .lines()
        .filter(|line| !line.contains(r#""event":"ledger""#))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_ne!(without.len(), record.len(), "{record}");
    gauntlet.write("old/run.ndjson", &without);
    gauntlet.run(&["recheck", "old"]).exits(5).prints("COULD NOT TELL");
    assert_said!(gauntlet.run(&["recheck", "none"]));
}

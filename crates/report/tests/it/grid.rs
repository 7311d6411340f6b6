//! Several targets side by side.

use crate::fixture::{check, run};
use gauntlet_report::render::{Style, grid, grid_json};
use gauntlet_report::{KnownUse, Outcome, Record};

fn named(name: &str, checks: Vec<gauntlet_report::CheckReport>) -> Record {
    let mut record = run(checks, 0);
    record.started.target.name = name.into();
    record
}

fn two() -> [Record; 2] {
    let mut known = check("server.paid.receipt", Outcome::Fail);
    known.known = Some(KnownUse { reason: "an old version".into(), link: None });
    let first = named(
        "express",
        vec![
            check("server.control", Outcome::Pass),
            check("server.paid.once", Outcome::Pass),
            check("server.paid.receipt", Outcome::Pass),
            check("server.replay.at-once", Outcome::Pass),
            check("server.replay.restart", Outcome::Pass),
        ],
    );
    let second = named(
        "a\u{1b}[2Jxum",
        vec![
            check("server.control", Outcome::Pass),
            check("server.paid.once", Outcome::Fail),
            known,
            check("server.replay.at-once", Outcome::Pass),
            check("server.replay.restart", Outcome::Pass),
            check("server.order.pending", Outcome::Inconclusive),
        ],
    );
    [first, second]
}

#[test]
fn groups_that_pass_everywhere_are_one_line_and_nothing_else_is_summed() {
    let [first, second] = two();
    insta::assert_snapshot!(grid(&[&first, &second], &Style::PLAIN));
}

#[test]
fn the_document_has_every_check_of_every_target() {
    let [first, second] = two();
    let document = grid_json(&[&first, &second]);
    let checks = document["checks"].as_array().unwrap();
    assert_eq!(checks.len(), 6);
    let receipt = checks.iter().find(|row| row["check"] == "server.paid.receipt").unwrap();
    assert_eq!(receipt["targets"]["express"]["outcome"], "pass");
    assert_eq!(receipt["targets"]["a\u{1b}[2Jxum"]["known"], true);
    assert_eq!(document["targets"][1]["counts"]["fail"], 1);
}

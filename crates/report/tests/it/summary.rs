//! Numbers of a run.

use crate::fixture::{
    because, check, deviation, finding, finished, known, passes, run, started, value_under,
};
use gauntlet_report::summary::{Standing, Tally};
use gauntlet_report::{CheckReport, ExitCode, Level, Outcome, Record, RunFinished, Severity, Summary};

fn covering(id: &str, outcome: Outcome, level: Level, requirements: &[&str]) -> CheckReport {
    let requirements = requirements.iter().map(ToString::to_string).collect();
    CheckReport { level, requirements, ..check(id, outcome) }
}

fn standing(summary: &Summary, id: &str) -> (Level, Standing) {
    let found = summary.coverage.requirements.iter().find(|r| r.id == id).unwrap();
    (found.level, found.standing)
}

#[test]
fn each_check_is_counted_once_and_known_ones_apart() {
    let checks = vec![
        check("a.a.pass", Outcome::Pass),
        value_under(),
        deviation(),
        known(),
        because("a.a.doubt", Outcome::Inconclusive, "no block"),
        because("a.a.not", Outcome::NotApplicable, "not claimed"),
        because("a.a.ours", Outcome::HarnessError, "a panic"),
    ];
    let mut record = run(checks, 3);
    record.started.selected = 10;
    record.started_checks = vec!["a.a.cut".into()];
    let summary = Summary::of(&record);
    let counts = serde_json::to_value(summary.counts).unwrap();
    assert_eq!(
        counts,
        serde_json::json!({
            "total": 8, "pass": 1, "fail": 1, "warn": 1, "inconclusive": 2, "not-applicable": 1,
            "harness-error": 1, "known": 1, "not-begun": 2,
        })
    );
    assert_eq!(summary.unexpected, ["facilitator.verify.value-under"]);
    assert_eq!(summary.harness_errors, ["a.a.ours"]);
    let doubts: Vec<_> = summary.inconclusive.iter().map(|d| (d.check.as_str(), d.reason.as_str())).collect();
    assert_eq!(doubts, [("a.a.doubt", "no block"), ("a.a.cut", "not finished: the run ended before it")]);
    assert_eq!(summary.exit, ExitCode::Harness);
}

#[test]
fn a_pass_stays_a_pass_although_it_was_known_to_fail() {
    let report = CheckReport { outcome: Outcome::Pass, findings: Vec::new(), ..known() };
    let summary = Summary::of(&run(vec![report], 0));
    assert_eq!((summary.counts.pass, summary.counts.known), (1, 0));
}

#[test]
fn requirements_hold_only_when_nothing_speaks_against_them() {
    let mut failing =
        covering("a.a.fail", Outcome::Fail, Level::Must, &["BROKEN", "BESIDE", "PASSED-ELSEWHERE"]);
    failing.findings = vec![finding("BROKEN", Severity::Failure)];
    let mut informed = covering("a.a.info", Outcome::Pass, Level::Open, &["INFORMED"]);
    informed.findings = vec![finding("INFORMED", Severity::Info)];
    let record = run(
        vec![
            failing,
            informed,
            covering(
                "a.a.pass",
                Outcome::Pass,
                Level::Must,
                &["HOLDS", "BROKEN", "DOUBTED", "PASSED-ELSEWHERE"],
            ),
            covering("a.a.pass-2", Outcome::Pass, Level::Should, &["HOLDS"]),
            covering("a.a.doubt", Outcome::Inconclusive, Level::Must, &["DOUBTED"]),
            covering("a.a.not", Outcome::NotApplicable, Level::Must, &["NOT-CLAIMED"]),
        ],
        1,
    );
    let summary = Summary::of(&record);
    assert_eq!(standing(&summary, "HOLDS"), (Level::Should, Standing::Holds));
    assert_eq!(standing(&summary, "PASSED-ELSEWHERE"), (Level::Must, Standing::Holds));
    assert_eq!(standing(&summary, "BROKEN"), (Level::Desc, Standing::Broken));
    assert_eq!(standing(&summary, "INFORMED"), (Level::Desc, Standing::Broken));
    assert_eq!(standing(&summary, "BESIDE"), (Level::Must, Standing::Undecided));
    assert_eq!(standing(&summary, "DOUBTED"), (Level::Must, Standing::Undecided));
    assert!(summary.coverage.requirements.iter().all(|r| r.id != "NOT-CLAIMED"));
    assert_eq!(summary.coverage.all, Tally { holds: 2, undecided: 2, broken: 2, total: 6 });
    let levels: Vec<_> = summary.coverage.levels.iter().map(|(level, tally)| (*level, tally.total)).collect();
    assert_eq!(levels, [(Level::Must, 3), (Level::Should, 1), (Level::Desc, 2)]);
}

#[test]
fn a_run_that_is_not_whole_is_never_green() {
    let whole = run(passes(&["a.a.one", "a.a.two"]), 0);
    assert_eq!(Summary::of(&whole).exit, ExitCode::Success);

    let killed = Record { finished: None, ..whole.clone() };
    assert_eq!(Summary::of(&killed).exit, ExitCode::Inconclusive);

    let cut = Record { started_checks: vec!["a.a.three".into()], ..whole.clone() };
    assert_eq!(Summary::of(&cut).exit, ExitCode::Inconclusive);

    let short = Record { started: started(3), ..whole.clone() };
    assert_eq!(Summary::of(&short).exit, ExitCode::Inconclusive);

    let stopped = RunFinished { interrupted: true, ..finished(130) };
    assert_eq!(Summary::of(&Record { finished: Some(stopped), ..whole }).exit, ExitCode::Interrupted);
}

#[test]
fn the_recorded_exit_code_counts_only_when_it_is_worse() {
    let missed = run(passes(&["a.a.one"]), 6);
    assert_eq!(Summary::of(&missed).exit, ExitCode::Threshold);
    let denied = run(vec![value_under()], 0);
    assert_eq!(Summary::of(&denied).exit, ExitCode::Failure);
    let both = run(vec![value_under()], 6);
    assert_eq!(Summary::of(&both).exit, ExitCode::Failure);
}

#[test]
fn groups_end_before_the_second_dot() {
    use gauntlet_report::summary::group;
    assert_eq!(group("facilitator.verify.value-under"), "facilitator.verify");
    assert_eq!(group("facilitator.verify.value.under"), "facilitator.verify");
    assert_eq!(group("attack.replay"), "attack.replay");
    assert_eq!(group("x"), "x");
}

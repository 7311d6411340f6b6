//! The JUnit report.

use crate::fixture::{because, deviation, exchange, finished, one_of_each, passes, run, value_under};
use gauntlet_report::render::junit;
use gauntlet_report::{Outcome, Record, RunFinished};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus};

fn read(record: &Record) -> Report {
    Report::deserialize_from_str(&junit(record).unwrap()).unwrap()
}

fn case<'a>(report: &'a Report, name: &str) -> &'a TestCase {
    report
        .test_suites
        .iter()
        .flat_map(|suite| &suite.test_cases)
        .find(|case| case.name.as_str() == name)
        .unwrap()
}

fn non_success(case: &TestCase) -> (NonSuccessKind, &str, &str) {
    match &case.status {
        TestCaseStatus::NonSuccess { kind, message, ty, .. } => {
            (*kind, ty.as_deref().unwrap(), message.as_deref().unwrap())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_whole_file() {
    let mut record = one_of_each("not claimed");
    record.started_checks = vec!["facilitator.settle.twice".into()];
    insta::assert_snapshot!(junit(&record).unwrap());
}

#[test]
fn hostile_text_gives_good_xml() {
    const EVIL: &str = "\u{0}\u{1b}[31m]]></failure><x a=\"'&\u{ffff}\r\n\u{202e}";
    let mut failing = value_under();
    failing.title = EVIL.into();
    failing.requirements = vec![EVIL.into()];
    failing.case = EVIL.into();
    failing.findings[0].got = EVIL.into();
    failing.findings[0].kind = EVIL.into();
    let doubtful = because("a.a.doubt", Outcome::Inconclusive, EVIL);
    let mut warned = deviation();
    warned.findings[0].got = EVIL.into();
    let mut record = run(vec![failing, doubtful, warned], 1);
    record.started.target.spec = EVIL.into();
    record.cases.push(exchange(7, 200, EVIL));

    let xml = junit(&record).unwrap();
    let forbidden =
        |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{202e}');
    assert!(!xml.contains(forbidden), "{xml}");
    assert!(!xml.contains("]]>"), "{xml}");
    let report = Report::deserialize_from_str(&xml).unwrap();
    let (kind, ty, message) = non_success(case(&report, "a.a.doubt"));
    assert_eq!((kind, ty), (NonSuccessKind::Error, "inconclusive"));
    assert_eq!(message, "\\u{0}\\u{1b}[31m]]></failure><x a=\"'&\\u{ffff}\\r\\n\\u{202e}");
}

#[test]
fn a_run_that_says_nothing_is_not_green() {
    let none = read(&run(Vec::new(), 4));
    assert_eq!((none.tests, none.errors), (1, 1));
    assert_eq!(non_success(case(&none, "run.selection")).1, "nothing-ran");

    let green = run(passes(&["facilitator.verify.valid"]), 0);
    assert_eq!((read(&green).tests, read(&green).errors, read(&green).failures), (1, 0, 0));

    let killed = read(&Record { finished: None, ..green.clone() });
    assert_eq!(non_success(case(&killed, "run.completed")).1, "unfinished");

    let with = |finished| read(&Record { finished: Some(finished), ..green.clone() });
    let unscored = with(RunFinished { inconclusive: Some("no control".into()), ..finished(5) });
    assert_eq!(non_success(case(&unscored, "run.scored")).2, "not scored: no control");
    let dead = with(RunFinished { harness_error: Some("no chain".into()), ..finished(3) });
    assert_eq!(non_success(case(&dead, "run.harness")).2, "no chain");
    let stopped = with(RunFinished { interrupted: true, ..finished(130) });
    assert_eq!(non_success(case(&stopped, "run.completed")).1, "interrupted");
    let stale = with(RunFinished { stale: vec!["x: passes now".into()], ..finished(1) });
    assert_eq!(non_success(case(&stale, "run.known-issues")).0, NonSuccessKind::Failure);
    let missed = with(finished(6));
    assert_eq!(non_success(case(&missed, "run.thresholds")).1, "threshold");
}

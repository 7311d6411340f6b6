//! The badge.

use crate::fixture::{because, check, deviation, finished, known, passes, run, value_under};
use crate::hostile::{full, with};
use gauntlet_pages::EVIL;
use gauntlet_report::render::{BadgeFormat, badge};
use gauntlet_report::{CheckReport, Class, Outcome, Record, RunFinished, Severity};
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Value, json};

fn shield(record: &Record) -> Value {
    serde_json::from_str(&badge(record, BadgeFormat::Json)).unwrap()
}

fn says(record: &Record) -> (String, String) {
    let shield = shield(record);
    let text = |key: &str| shield[key].as_str().unwrap().to_owned();
    (text("message"), text("color"))
}

fn said(message: &str, colour: &str) -> (String, String) {
    (message.to_owned(), colour.to_owned())
}

#[test]
fn the_document_is_what_shields_reads() {
    let record = run(passes(&["facilitator.verify.valid", "facilitator.settle.valid"]), 0);
    assert_eq!(
        shield(&record),
        json!({
            "schemaVersion": 1,
            "label": "x402 facilitator v2-2026-06",
            "message": "2 of 2 checks",
            "color": "brightgreen",
        })
    );
}

#[test]
fn a_failure_is_red_whatever_else_holds() {
    let one = passes(&["a.a.a"]);
    for (checks, exit) in [
        ([one.clone(), vec![value_under()]].concat(), 1),
        ([one.clone(), vec![value_under(), because("a.a.b", Outcome::Inconclusive, "no block")]].concat(), 1),
        ([one.clone(), vec![known()]].concat(), 0),
        (vec![value_under(), because("a.a.b", Outcome::HarnessError, "a panic")], 3),
    ] {
        assert_eq!(says(&run(checks, exit)).1, "red");
    }
    let strict = CheckReport {
        findings: vec![crate::fixture::finding("X", Severity::Failure)],
        class: Class::D,
        ..check("a.a.b", Outcome::Fail)
    };
    assert_eq!(says(&run([one, vec![strict]].concat(), 1)), said("1 of 2 checks", "red"));
    let mut stopped = run(vec![value_under()], 130);
    stopped.finished = Some(RunFinished { interrupted: true, ..finished(130) });
    assert_eq!(says(&stopped), said("0 of 1 check, interrupted", "red"));
    let mut unscored = run(vec![value_under()], 5);
    unscored.finished = Some(RunFinished { inconclusive: Some("no control".into()), ..finished(5) });
    assert_eq!(says(&unscored), said("not scored", "red"));
}

#[test]
fn nothing_is_green_by_absence() {
    let green = run(passes(&["a.a.a"]), 0);
    let with = |finished| Record { finished: Some(finished), ..green.clone() };
    let cases = [
        (run(Vec::new(), 4), said("nothing ran", "lightgrey")),
        (
            run(vec![because("a.a.a", Outcome::NotApplicable, "not claimed")], 4),
            said("nothing ran", "lightgrey"),
        ),
        (run(vec![because("a.a.a", Outcome::Inconclusive, "no block")], 5), said("0 of 1 check", "orange")),
        (Record { finished: None, ..green.clone() }, said("1 of 1 check, unfinished", "orange")),
        (
            with(RunFinished { inconclusive: Some("no control".into()), ..finished(5) }),
            said("not scored", "lightgrey"),
        ),
        (
            with(RunFinished { harness_error: Some("no chain".into()), ..finished(3) }),
            said("harness error", "lightgrey"),
        ),
        (
            with(RunFinished { stale: vec!["a: passes now".into()], ..finished(1) }),
            said("1 of 1 check", "red"),
        ),
        (with(finished(6)), said("1 of 1 check", "orange")),
        (run([passes(&["a.a.a"]), vec![deviation()]].concat(), 0), said("1 of 2 checks", "yellow")),
    ];
    for (record, expected) in cases {
        assert_eq!(says(&record), expected);
    }
}

#[test]
fn the_picture() {
    let record = run([passes(&["a.a.a"]), vec![value_under()]].concat(), 1);
    let picture = badge(&record, BadgeFormat::Svg);
    insta::assert_snapshot!(picture);
    for foreign in ["http://", "https://", "href", "<script", "@import"] {
        let own = picture.replace("http://www.w3.org/2000/svg", "");
        assert!(!own.contains(foreign), "{picture}");
    }
}

#[test]
fn hostile_names_stay_text() {
    let record = with(&full(), EVIL);
    let picture = badge(&record, BadgeFormat::Svg);
    let mut reader = Reader::from_str(&picture);
    let mut names = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) | Event::Empty(tag) => {
                names.push(String::from_utf8(tag.name().as_ref().to_vec()).unwrap());
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(names, ["svg", "title", "clipPath", "rect", "g", "rect", "rect", "g", "text", "text"]);
    assert!(!picture.contains(|letter: char| letter.is_control() && letter != '\n'), "{picture:?}");
    assert!(shield(&record)["label"].as_str().unwrap().chars().count() < 120);
}

#[test]
fn the_extension_says_the_format() {
    assert_eq!(BadgeFormat::of_extension("SVG"), Some(BadgeFormat::Svg));
    assert_eq!(BadgeFormat::of_extension("json"), Some(BadgeFormat::Json));
    assert_eq!(BadgeFormat::of_extension("png"), None);
}

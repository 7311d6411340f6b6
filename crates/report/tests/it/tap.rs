//! The report in TAP 14, read by a small reader that keeps to the specification and forgives nothing.

use crate::fixture::{because, finished, one_of_each, passes, run};
use crate::hostile::{full, with};
use gauntlet_pages::EVIL;
use gauntlet_report::render::tap;
use gauntlet_report::{Outcome, Record, RunFinished};
use serde_json::Value;

/// One test point.
#[derive(Debug, Clone, PartialEq)]
struct Point {
    ok: bool,
    number: usize,
    description: String,
    /// `TODO` or `SKIP`, and why.
    directive: Option<(String, String)>,
    /// Members of the YAML block and its lists' members, by their indentation and name.
    yaml: Vec<(usize, String, Option<Value>)>,
}

#[derive(Debug, Default, PartialEq)]
struct Document {
    plan: usize,
    points: Vec<Point>,
    bailed_out: Option<String>,
}

impl Document {
    /// Whether a harness would call it a success.
    fn is_green(&self) -> bool {
        let counted = |point: &&Point| point.directive.is_none();
        self.bailed_out.is_none()
            && self.plan == self.points.len()
            && self.points.iter().filter(counted).all(|point| point.ok)
            && self.points.iter().any(|point| counted(&point))
    }

    fn point(&self, id: &str) -> &Point {
        self.points.iter().find(|point| point.description.starts_with(id)).unwrap()
    }
}

fn read(text: &str) -> Document {
    let mut document = Document::default();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("TAP version 14"));
    let plan = lines.next().unwrap().strip_prefix("1..").unwrap();
    document.plan = plan.parse().unwrap();
    while let Some(line) = lines.next() {
        assert_eq!(document.bailed_out, None, "nothing comes after a bail out: {line}");
        if line.starts_with('#') {
            continue;
        }
        if let Some(reason) = line.strip_prefix("Bail out!") {
            document.bailed_out = Some(reason.trim().to_owned());
        } else if line == "  ---" {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "  ...").collect();
            let point = document.points.last_mut().unwrap();
            assert!(point.yaml.is_empty(), "two blocks");
            point.yaml = block.into_iter().map(member).collect();
            assert!(!point.yaml.is_empty());
        } else {
            document.points.push(point(line));
        }
    }
    let numbers: Vec<usize> = document.points.iter().map(|point| point.number).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    assert!(numbers.iter().all(|number| (1..=document.plan).contains(number)), "{numbers:?}");
    document
}

fn point(line: &str) -> Point {
    let (ok, rest) = match line.strip_prefix("not ok ") {
        Some(rest) => (false, rest),
        None => (true, line.strip_prefix("ok ").unwrap_or_else(|| panic!("no test point: {line:?}"))),
    };
    let (number, rest) = rest.split_once(" - ").unwrap();
    let (description, directive) = directive(rest);
    Point {
        ok,
        number: number.parse().unwrap(),
        description: unescaped(description),
        directive,
        yaml: Vec::new(),
    }
}

/// Parts a line at the first `#` that no backslash escapes and that stands between blanks.
fn directive(line: &str) -> (&str, Option<(String, String)>) {
    let mut is_escaped = false;
    for (at, letter) in line.char_indices() {
        if letter == '#' && !is_escaped {
            assert!(line[..at].ends_with(' ') && line[at + 1..].starts_with(' '), "{line:?}");
            let (word, reason) = line[at + 2..].split_once(' ').unwrap_or((&line[at + 2..], ""));
            assert!(["TODO", "SKIP"].contains(&word), "{line:?}");
            return (line[..at].trim_end(), Some((word.to_owned(), unescaped(reason))));
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    (line, None)
}

fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        plain.push(if letter == '\\' { letters.next().unwrap() } else { letter });
    }
    plain
}

/// `name: value`, perhaps the first of a list's member. Values are JSON, which every reader of YAML 1.2 reads.
fn member(line: &str) -> (usize, String, Option<Value>) {
    let inner = line.strip_prefix("  ").unwrap_or_else(|| panic!("not indented: {line:?}"));
    let bare = inner.trim_start_matches([' ', '-']);
    let (name, value) = bare.split_once(':').unwrap_or_else(|| panic!("no member: {line:?}"));
    assert!(name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_'), "{line:?}");
    let value = (!value.is_empty()).then(|| serde_json::from_str(value.trim()).unwrap());
    (inner.len() - bare.len(), name.to_owned(), value)
}

#[test]
fn the_whole_file() {
    insta::assert_snapshot!(tap(&full()));
}

#[test]
fn each_outcome_has_its_word() {
    let record = one_of_each("not claimed # yet");
    let document = read(&tap(&record));
    let directive = |id: &str| document.point(id).directive.clone();
    let told = |word: &str, reason: &str| Some((word.to_owned(), reason.to_owned()));
    assert_eq!((document.plan, document.points.len()), (7, 7));
    assert!(document.point("facilitator.verify.valid").ok);
    assert!(document.point("facilitator.supported.extensions").ok, "a warning fails nobody");
    assert_eq!(directive("facilitator.discovery.list"), told("SKIP", "not claimed # yet"));
    let issue = "known issue: uses its own reason codes (https://example.org/issues/12)";
    assert_eq!(directive("facilitator.verify.reasons"), told("TODO", issue));
    for id in ["facilitator.verify.value-under", "facilitator.settle.slow", "facilitator.settle.replay"] {
        let point = document.point(id);
        assert!(!point.ok && point.directive.is_none() && !point.yaml.is_empty(), "{point:?}");
    }
    let failing = &document.point("facilitator.verify.value-under").yaml;
    let value = |name: &str| failing.iter().find(|(_, key, _)| key == name).unwrap().2.clone().unwrap();
    assert_eq!(value("requirement"), "X402-EVM3009-008");
    assert_eq!(value("sent"), "POST /verify   authorization.value 10000 → 9999");
    assert_eq!(value("got")[1], r#"200  {"isValid":true}   in 12 ms"#);
    assert_eq!(value("chain")[1], "balance of payer 1000000");
}

#[test]
fn a_run_that_says_nothing_is_not_green() {
    let green = run(passes(&["facilitator.verify.valid"]), 0);
    assert!(read(&tap(&green)).is_green());
    let with = |finished| Record { finished: Some(finished), ..green.clone() };
    let mut short = green.clone();
    short.started.selected = 5;
    assert_eq!(read(&tap(&short)).plan, 6);
    for record in [
        run(Vec::new(), 4),
        run(vec![because("a.a.a", Outcome::NotApplicable, "not claimed")], 4),
        Record { finished: None, ..green.clone() },
        short,
        with(RunFinished { inconclusive: Some("no control".into()), ..finished(5) }),
        with(RunFinished { interrupted: true, ..finished(130) }),
        with(RunFinished { stale: vec!["x: passes now".into()], ..finished(1) }),
        with(finished(6)),
    ] {
        assert!(!read(&tap(&record)).is_green(), "{}", tap(&record));
    }
    let dead = with(RunFinished { harness_error: Some("Anvil ended # with signal 9".into()), ..finished(3) });
    assert_eq!(read(&tap(&dead)).bailed_out.as_deref(), Some("Anvil ended \\# with signal 9"));
}

#[test]
fn hostile_texts_stay_in_their_place() {
    let record = with(&full(), EVIL);
    let text = tap(&record);
    assert!(!text.contains(|letter: char| letter.is_control() && letter != '\n'), "{text:?}");
    let document = read(&text);
    // Eight checks, one that did not end, three that never began; what is wrong with the run is besides.
    assert_eq!(document.plan, 12 + document.points.len() - 9);
    assert!(document.points[2].description.contains("# TODO"), "{:?}", document.points[2]);
    let todo = document.points.iter().filter(|point| point.directive.is_some()).count();
    assert_eq!(todo, 2, "one known issue and one check that does not apply");
}
